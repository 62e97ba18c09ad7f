/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * chunk: the chunked transfer coding, read strictly (RFC 9112 §7.1).
 *
 * Narrower than the RFC by decision: no chunk extensions and no trailer fields. No client of ours
 * sends them, and each is a place where two readers have disagreed on where a body ends.
 *
 * A pure machine: bytes in, bytes out, no allocation, no look back.
 */
#ifndef GW_HTTP_CHUNK_H
#define GW_HTTP_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"

enum { HTTP_CHUNK_DIGITS = 15 }; /* hex digits of a chunk size */

struct http_chunks {
	int state;     /* inside chunk.c */
	unsigned seen; /* digits of the size so far */
	uint64_t left; /* bytes of this chunk still to come, or its size so far */
};

#define HTTP_CHUNKS_INIT \
	{                \
		0        \
	}

/* True once the end of the body has been read. */
bool http_chunks_done(const struct http_chunks *c);

/*
 * http_chunks_next(c, p, n, ret_used, ret_data, ret_data_n): read on in p[0..n).
 *
 * Stops behind the first run of body bytes, at the end of the body, or at the end of p. *ret_used
 * bytes of p are dealt with; the body bytes found are ret_data[0..*ret_data_n), within p, and may
 * be none. Nothing behind the end of the body is touched. Returns 0, or GW_EFORMAT: c may then not
 * be used any more and the connection must be closed.
 */
int http_chunks_next(struct http_chunks *c, const char *p, size_t n, size_t *ret_used,
    const char **ret_data, size_t *ret_data_n) GW_MUST_USE;

#endif
