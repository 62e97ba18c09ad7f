/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * range: which part of a representation a request asks for (RFC 9110 §13.1.5, §14.1 to §14.4).
 *
 * One range of bytes is served, to GET. Several at once, other units and forms that are no range
 * are passed over, as the RFC asks, and answered with the whole.
 */
#ifndef GW_HTTP_RANGE_H
#define GW_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"
#include "http/head.h"

struct http_range {
	uint64_t first, n; /* n bytes from first */
	bool partial;      /* answer 206; else the whole, 200 */
};

/*
 * http_range(h, size, etag, ret): what to send of a representation of size bytes with the strong
 * entity tag `etag` (with its quotes).
 *
 * An If-Range that is not that tag gives the whole. Returns 0, or GW_ELIMIT when the range lies
 * outside the representation: answer 416 with `Content-Range: bytes *` + `/size`.
 */
int http_range(const struct http_head *h, uint64_t size, const char *etag, struct http_range *ret)
    GW_MUST_USE;

/* False when If-Match names other versions than `etag` alone: answer 412 (RFC 9110 §13.1.1). */
bool http_match(const struct http_head *h, const char *etag);

/* True when If-None-Match names `etag` or is `*`: answer 304 to GET and HEAD (RFC 9110 §13.1.2). */
bool http_none_match(const struct http_head *h, const char *etag);

#endif
