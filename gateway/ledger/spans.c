/* SPDX-License-Identifier: EUPL-1.2 */
/* Open addressing with linear probing; taking out moves the rest of the run back, so that no marks
 * are needed. */
#include "ledger/spans.h"

#include <stdlib.h>
#include <string.h>

static bool digits(struct record_part part, size_t n, uint8_t *out)
{
	if (!part.p || part.n != 2 * n)
		return false;
	for (size_t i = 0; i < 2 * n; i++) {
		char c = part.p[i];
		int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (v < 0)
			return false;
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] << 4 | v : v);
	}
	return true;
}

bool spans_key(struct record_part tr, struct record_part sp, uint8_t out[SPAN_KEY])
{
	return digits(tr, 16, out) && digits(sp, 8, out + 16);
}

bool spans_trace(struct record_part tr, uint8_t out[SPAN_KEY])
{
	memset(out + 16, 0, SPAN_KEY - 16);
	return digits(tr, 16, out);
}

static size_t home(const struct spans *s, const uint8_t id[SPAN_KEY])
{
	uint64_t h = 0xcbf29ce484222325U;
	for (size_t i = 0; i < SPAN_KEY; i++)
		h = (h ^ id[i]) * 0x100000001b3U;
	return (size_t)(h ^ h >> 32) & (s->cap - 1);
}

/* Where the id is, or where it would go. */
static size_t find(const struct spans *s, const uint8_t id[SPAN_KEY])
{
	size_t i = home(s, id);
	while (s->slots[i].used && memcmp(s->slots[i].id, id, SPAN_KEY) != 0)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static int grow(struct spans *s)
{
	struct spans to = {.cap = s->cap ? 2 * s->cap : 64};
	to.slots = calloc(to.cap, sizeof *to.slots);
	if (!to.slots)
		return GW_ENOMEM;
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i].used)
			to.slots[find(&to, s->slots[i].id)] = s->slots[i];
	to.n = s->n;
	free(s->slots);
	*s = to;
	return 0;
}

int spans_put(struct spans *s, const uint8_t id[SPAN_KEY], uint64_t value)
{
	int r = 2 * (s->n + 1) > s->cap ? grow(s) : 0;
	if (r < 0)
		return r;
	struct span *to = &s->slots[find(s, id)];
	s->n += !to->used;
	memcpy(to->id, id, SPAN_KEY);
	to->used = true;
	to->value = value;
	return 0;
}

bool spans_has(const struct spans *s, const uint8_t id[SPAN_KEY], uint64_t *ret_v)
{
	if (!s->cap)
		return false;
	const struct span *at = &s->slots[find(s, id)];
	if (at->used && ret_v)
		*ret_v = at->value;
	return at->used;
}

bool spans_take(struct spans *s, const uint8_t id[SPAN_KEY])
{
	if (!spans_has(s, id, NULL))
		return false;
	size_t mask = s->cap - 1, hole = find(s, id);
	s->slots[hole].used = false;
	for (size_t i = (hole + 1) & mask; s->slots[i].used; i = (i + 1) & mask) {
		size_t from_home = (i - home(s, s->slots[i].id)) & mask;
		if (from_home < ((i - hole) & mask))
			continue;
		s->slots[hole] = s->slots[i];
		s->slots[i].used = false;
		hole = i;
	}
	s->n--;
	return true;
}

void spans_release(struct spans *s)
{
	free(s->slots);
	*s = (struct spans){0};
}
