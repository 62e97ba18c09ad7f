/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/secret.h"

#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/*
 * The arena is a row of slots. An allocation takes one slot for its length and then what it needs,
 * all neighbours; owner[] marks the slots in use. First fit is enough: keys are few and short.
 */
enum { SLOT = 32, SLOTS = 16384, ARENA = SLOT * SLOTS };

static uint8_t *arena;
static uint8_t used[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int secret_init(struct errinfo *ei)
{
	if (arena)
		return 0;
	if (sodium_init() < 0)
		return err_set(ei, GW_EFAIL, "libsodium could not start");
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	void *p = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return err_sys(ei, GW_ENOMEM, "no memory for keys");
	if (mlock(p, ARENA) < 0) {
		(void)munmap(p, ARENA);
		return err_set(ei, GW_EFAIL,
		    "cannot lock %d KiB of memory for keys: raise the limit (ulimit -l %d, or LimitMEMLOCK= in the unit)",
		    ARENA / 1024, ARENA / 1024);
	}
	(void)madvise(p, ARENA, MADV_DONTDUMP);
	arena = p;
	return 0;
}

void *secret_alloc(size_t n)
{
	size_t want = 1 + (n + SLOT - 1) / SLOT, run = 0;
	void *p = NULL;
	if (!arena || n > ARENA)
		return NULL;
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < SLOTS && !p; i++) {
		run = used[i] ? 0 : run + 1;
		if (run < want)
			continue;
		size_t first = i + 1 - want;
		for (size_t k = first; k <= i; k++)
			used[k] = 1;
		*(size_t *)(void *)(arena + first * SLOT) = want;
		p = arena + (first + 1) * SLOT;
	}
	(void)pthread_mutex_unlock(&lock);
	return p;
}

void secret_free(void *p)
{
	if (!p)
		return;
	(void)pthread_mutex_lock(&lock);
	size_t first = (size_t)((uint8_t *)p - arena) / SLOT - 1;
	size_t want = *(size_t *)(void *)(arena + first * SLOT);
	sodium_memzero(arena + first * SLOT, want * SLOT);
	for (size_t k = first; k < first + want; k++)
		used[k] = 0;
	(void)pthread_mutex_unlock(&lock);
}

void secret_free_p(void *p)
{
	void **pp = p;
	secret_free(*pp);
	*pp = NULL;
}

bool secret_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void secret_forget_all(void)
{
	/* a forked child has it unlocked and may let go of the pages; elsewhere they are zeroed */
	if (arena && madvise(arena, ARENA, MADV_DONTNEED) < 0)
		sodium_memzero(arena, ARENA);
}
