/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pump: fills the batches of a stream from a source, and knows which chunk is the last.
 *
 * A chunk is the last one only when the end follows it, so one byte more than a batch is read and
 * carried to the next. When a pipe has no more bytes for now, whole chunks go on their way at once.
 */
#ifndef GW_AGE_PUMP_H
#define GW_AGE_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "age/source.h"
#include "age/stream.h"

struct pump {
	struct source *src;
	struct stream *st;
	size_t unit;       /* bytes of a full chunk as read: CHUNK or SEALED */
	size_t full, part; /* of the batch being filled: whole chunks, bytes of the next */
	uint8_t *carry;    /* SEALED bytes */
	size_t carry_n;
	bool ended;     /* the final batch is submitted */
	uint64_t bytes; /* read in all */
};

void pump_init(struct pump *p, struct source *src, struct stream *st, size_t unit);
void pump_release(struct pump *p); /* zeroes what is carried */

/*
 * pump_fill(p, ei): read into the next batch of the stream and submit it.
 *
 * Returns 1 when one was submitted; 0 when there is nothing to do now (all batches are under way,
 * p has ended, or the source waits while batches are under way): take the oldest. Negative for what
 * the source says; the bytes of the unfinished batch are dropped then.
 */
int pump_fill(struct pump *p, struct errinfo *ei) GW_MUST_USE;

#endif
