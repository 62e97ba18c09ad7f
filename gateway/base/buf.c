/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static int grow(struct buf *b, size_t n)
{
	if (n > b->max - b->len)
		return GW_ELIMIT;
	if (b->data && b->len + n < b->cap) {
		if (b->used <= b->len + n)
			b->used = b->len + n + 1;
		return 0;
	}
	size_t cap = b->cap ? b->cap : 64;
	while (cap <= b->len + n) {
		if (cap > SIZE_MAX / 2)
			return GW_ENOMEM;
		cap *= 2;
	}
	char *d = malloc(cap);
	if (!d)
		return GW_ENOMEM;
	if (b->data) {
		memcpy(d, b->data, b->len);
		explicit_bzero(b->data, b->used > b->len ? b->used : b->len);
		free(b->data);
	}
	d[b->len] = '\0';
	b->data = d;
	b->cap = cap;
	b->used = b->len + n + 1;
	return 0;
}

int buf_add(struct buf *b, const void *p, size_t n)
{
	int r = grow(b, n);
	if (r < 0)
		return r;
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap), r = GW_EFAIL;
	va_end(ap);
	if (n >= 0 && (r = grow(b, (size_t)n)) == 0) {
		(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
	return r;
}

void *buf_room(struct buf *b, size_t n)
{
	return grow(b, n) < 0 ? NULL : b->data + b->len;
}

void buf_wrote(struct buf *b, size_t n)
{
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_clear(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	b->len = 0;
}

void buf_release(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->used > b->len ? b->used : b->len);
	free(b->data);
	*b = (struct buf)BUF_INIT(b->max);
}
