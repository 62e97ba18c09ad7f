/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * growing: the SHA-256 of a file that others are still writing, hashed as it grows.
 *
 * A package of many gigabytes is hashed while it arrives, so that its digest is there when its last
 * byte is. What was hashed once is not read again, but when the file was cut back. Memory does not
 * grow with the file. A struct is used by one thread at a time.
 */
#ifndef GW_CASES_GROWING_H
#define GW_CASES_GROWING_H

#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"

struct growing {
	struct hash now, mark; /* of the first `at` and the first `marked` bytes */
	uint64_t at, marked;
};

enum { GROWING_PIECE = 256 * 1024 /* bytes read at once */ };

void growing_init(struct growing *g);
void growing_release(struct growing *g); /* fits GW_CLEANUP; fine when all zero */

/*
 * growing_read(g, fd, until, most, ret_n, ei): hash on, up to the offset `until` and by at most
 * `most` bytes, as far as the file of fd (open for reading) goes.
 *
 * *ret_n is how many bytes were hashed. GW_EIO.
 */
int growing_read(struct growing *g, int fd, uint64_t until, uint64_t most, uint64_t *ret_n,
    struct errinfo *ei) GW_MUST_USE;

/* Remember where the digest stands, so that growing_cut can come back to it without reading. */
void growing_mark(struct growing *g);

/* The file was cut to `size` bytes: go back to the mark, or to the beginning, when more than that
 * was hashed. */
void growing_cut(struct growing *g, uint64_t size);

/* The digest of the first `size` bytes, which must be there: GW_EIO when they are not. What
 * follows goes on from there. */
int growing_digest(struct growing *g, int fd, uint64_t size, char ret_sha256[HASH_HEX],
    struct errinfo *ei) GW_MUST_USE;

#endif
