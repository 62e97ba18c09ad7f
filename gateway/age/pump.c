/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/pump.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void pump_init(struct pump *p, struct source *src, struct stream *st, size_t unit)
{
	*p = (struct pump){.src = src, .st = st, .unit = unit, .carry = str_alloc(SEALED)};
}

void pump_release(struct pump *p)
{
	if (p->carry)
		sodium_memzero(p->carry, SEALED);
	free(p->carry);
	p->carry = NULL;
}

/* Submit the first `chunks` whole chunks; what lies behind them is carried to the next batch. */
static int submit(struct pump *p, struct batch *b, size_t chunks)
{
	size_t rest = (p->full - chunks) * p->unit + p->part;
	if (chunks < BATCH && rest) /* else it is in carry already */
		memcpy(p->carry, b->data + chunks * SEALED, rest);
	if (chunks < BATCH)
		p->carry_n = rest;
	b->chunks = chunks;
	b->last = p->unit;
	b->final = false;
	p->full = p->part = 0;
	stream_submit(p->st);
	return 1;
}

static int submit_final(struct pump *p, struct batch *b)
{
	b->chunks = p->full + (p->part || p->full == 0);
	b->last = p->part || p->full == 0 ? p->part : p->unit;
	b->final = true;
	p->full = p->part = 0;
	p->ended = true;
	stream_submit(p->st);
	return 1;
}

/* Begin a batch with what the one before left. */
static void take_carry(struct pump *p, struct batch *b)
{
	memcpy(b->data, p->carry, p->carry_n);
	p->full = p->carry_n / p->unit;
	p->part = p->carry_n % p->unit;
	stream_touch(b, p->carry_n);
	p->carry_n = 0;
}

int pump_fill(struct pump *p, struct errinfo *ei)
{
	int r = 0;
	struct batch *b = p->ended ? NULL : stream_next(p->st, &r);
	if (!b)
		return r < 0 ? err_set(ei, r, "out of memory for the payload") : 0;
	if (p->carry_n)
		take_carry(p, b);
	for (;;) {
		size_t got = 0;
		bool look = p->full == BATCH; /* only to see whether the end is here */
		if (source_waits(p->src)) {
			size_t whole = p->part ? p->full : p->full ? p->full - 1 : 0;
			if (whole)
				return submit(p, b, whole);
			if (stream_under_way(p->st))
				return 0;
		}
		uint8_t *to = look ? p->carry : b->data + p->full * SEALED + p->part;
		r = source_some(p->src, to, look ? 1 : p->unit - p->part, &got, ei);
		if (r < 0)
			return r;
		p->bytes += got;
		if (got == 0)
			return submit_final(p, b);
		if (look) {
			p->carry_n = 1;
			return submit(p, b, BATCH);
		}
		p->part += got;
		stream_touch(b, p->full * SEALED + p->part);
		if (p->part == p->unit) {
			p->full++;
			p->part = 0;
		}
	}
}
