/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * buf: a growable byte buffer with a hard maximum.
 *
 * Every buffer is given its maximum when it is made, so that no input can make the process
 * allocate without end. The bytes are always followed by a NUL, which is not counted in len.
 * Memory that a buffer leaves (by growing or by release) is zeroed first: any buffer may hold
 * dossier text.
 */
#ifndef GW_BASE_BUF_H
#define GW_BASE_BUF_H

#include <stddef.h>

#include "base/defs.h"

struct buf {
	char *data; /* NULL while empty and never grown */
	size_t len, cap, max;
	size_t used; /* how far data may ever have been written: what is zeroed in the end */
};

#define BUF_INIT(limit)        \
	{                      \
		.max = (limit) \
	}

/*
 * buf_add(b, p, n): append the n bytes at p to b.
 *
 * Returns 0; GW_ELIMIT when b would pass its maximum; GW_ENOMEM. On error b is unchanged.
 * p may not point into b. The caller keeps ownership of p.
 */
int buf_add(struct buf *b, const void *p, size_t n) GW_MUST_USE;

/* Append the NUL-terminated string s; as buf_add. */
int buf_adds(struct buf *b, const char *s) GW_MUST_USE;

/* Append as printf would; as buf_add, GW_EFAIL for a bad format. */
int buf_addf(struct buf *b, const char *fmt, ...) GW_PRINTF(2, 3) GW_MUST_USE;

/*
 * buf_room(b, n): make room for n more bytes and return where they go, or NULL where buf_add would
 * fail. len is unchanged: the caller writes at most n bytes there and says how many by buf_wrote.
 */
void *buf_room(struct buf *b, size_t n) GW_MUST_USE;

/* Take in the n bytes that were written where buf_room said, with the NUL behind them. */
void buf_wrote(struct buf *b, size_t n);

/* Zero what b holds and make it empty; its memory stays for reuse. */
void buf_clear(struct buf *b);

/* Zero and free what b holds; b is empty and usable again. Fits GW_CLEANUP; NULL data is fine. */
void buf_release(struct buf *b);

#endif
