/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "http/head.h"
#include "http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define TAG "\"0123abc\""

enum { ROOM = 200 << 10 };

/* A head with those fields; false when it is none. */
static bool head(struct buf *b, const char *fields, size_t n, struct http_head *ret)
{
	static const char begin[] = "GET / HTTP/1.1\r\nHost: a\r\n";
	int status = 0;
	if (buf_adds(b, begin) < 0 || buf_add(b, fields, n) < 0 || buf_adds(b, "\r\n\r\n") < 0)
		return false;
	return http_head_parse(b->data, b->len, ret, &status, NULL) == 0;
}

static struct http_range ask(const char *field, uint64_t size)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct http_head h;
	struct http_range r;
	if (!head(&b, field, strlen(field), &h) || http_range(&h, size, TAG, &r) < 0)
		abort();
	return r;
}

static void same(const struct http_range *a, struct http_range b)
{
	if (a->first != b.first || a->n != b.n || a->partial != b.partial)
		abort();
}

/*
 * The first eight bytes are the size, the rest are header fields, each ended by a line feed. What
 * is answered lies within the representation, and is the whole or something; asked for again by its
 * own name, or from its end, it is the same.
 */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf fields GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct http_head h;
	struct http_range r;
	char text[80];
	uint64_t size = 0;
	if (n < 8 || n > ROOM / 4)
		return 0;
	for (size_t i = 0; i < 8; i++)
		size |= (uint64_t)p[i] << (8 * i);
	for (size_t i = 8; i < n; i++)
		if (buf_adds(&fields, p[i] == '\n' ? "\r\n" : "") < 0 ||
		    (p[i] != '\n' && buf_add(&fields, &p[i], 1) < 0))
			abort();
	if (!head(&b, fields.data ? fields.data : "", fields.len, &h))
		return 0;
	bool is = http_match(&h, TAG), has = http_none_match(&h, TAG);
	if (!http_field(&h, "if-match").p && !is)
		abort();
	if (!http_field(&h, "if-none-match").p && has)
		abort();
	if (http_range(&h, size, TAG, &r) < 0)
		return 0;
	if (r.first > size || r.n > size - r.first)
		abort();
	if (!r.partial) {
		if (r.first != 0 || r.n != size)
			abort();
		return 0;
	}
	struct http_text only = http_field(&h, "if-range");
	if (r.n == 0 || (only.p && !http_is(only, TAG)))
		abort();
	(void)snprintf(
	    text, sizeof text, "Range: bytes=%" PRIu64 "-%" PRIu64, r.first, r.first + (r.n - 1));
	same(&r, ask(text, size));
	if (r.first + r.n < size)
		return 0;
	(void)snprintf(text, sizeof text, "Range: bytes=-%" PRIu64, r.n);
	same(&r, ask(text, size));
	(void)snprintf(text, sizeof text, "Range: bytes=%" PRIu64 "-", r.first);
	same(&r, ask(text, size));
	return 0;
}
