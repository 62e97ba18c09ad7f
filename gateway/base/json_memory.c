/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json_memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What stands before each block, since jansson frees without a length; keeps it aligned to 16. */
struct head {
	size_t n;          /* as asked for */
	struct head *next; /* while it is kept */
};

enum { STEP = 16, SHELVES = 16, MOST_KEPT = 1000 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { KEEPS = false };
#elif defined(__has_feature)
enum { KEEPS = !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)) };
#else
enum { KEEPS = true };
#endif

/* Freed blocks of 1 to 16 bytes, of 17 to 32 and so on. */
static _Thread_local struct shelf {
	struct head *first;
	size_t n;
} shelves[SHELVES];
static _Thread_local bool will_be_cleared;
static pthread_key_t at_end_of_thread;

static size_t shelf_of(size_t n)
{
	return n ? (n - 1) / STEP : 0;
}

static void clear(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < SHELVES; i++)
		while (shelves[i].first) {
			struct head *h = shelves[i].first;
			shelves[i].first = h->next;
			free(h);
		}
}

void json_memory_start(void)
{
	if (pthread_key_create(&at_end_of_thread, clear) != 0)
		abort();
}

void *json_memory_get(size_t n)
{
	size_t i = shelf_of(n);
	if (n > SIZE_MAX / 2)
		return NULL;
	struct head *h = i < SHELVES ? shelves[i].first : NULL;
	if (h) {
		shelves[i].first = h->next;
		shelves[i].n--;
		__builtin_prefetch(h->next); /* soon asked for too */
	} else {
		h = malloc(sizeof *h + (KEEPS && i < SHELVES ? (i + 1) * STEP : n));
	}
	if (!h)
		return NULL;
	h->n = n;
	return h + 1;
}

void json_memory_put(void *p)
{
	if (!p)
		return;
	struct head *h = (struct head *)p - 1;
	size_t i = shelf_of(h->n);
	explicit_bzero(p, h->n);
	if (!KEEPS || i >= SHELVES || shelves[i].n == MOST_KEPT) {
		free(h);
		return;
	}
	if (!will_be_cleared)
		will_be_cleared = pthread_setspecific(at_end_of_thread, shelves) == 0;
	h->next = shelves[i].first;
	shelves[i].first = h;
	shelves[i].n++;
}
