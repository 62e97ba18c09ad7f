/* SPDX-License-Identifier: EUPL-1.2 */
/* A zip written byte for byte, so that a test can lie in any field of it. Stored members only. */
#ifndef TESTS_UNIT_DOSSIER_ZIP_H
#define TESTS_UNIT_DOSSIER_ZIP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct zip_member {
	const char *name, *data;
	size_t n;            /* 0: strlen(data) */
	uint32_t mode;       /* as st_mode, 0: a regular file */
	uint16_t flags;      /* bit 0: encrypted, bit 11: UTF-8 names */
	bool no_local;       /* only in the directory at the end */
	bool no_central;     /* only before it */
	bool bad_crc;        /* in both places */
	const char *central; /* another name there */
};

static inline void zip_put(struct buf *b, uint32_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		char c = (char)(v >> (8 * i) & 0xff);
		if (buf_add(b, &c, 1) < 0)
			abort();
	}
}

static inline uint32_t zip_crc(const void *p, size_t n)
{
	const uint8_t *s = p;
	uint32_t c = ~0U;
	for (size_t i = 0; i < n; i++) {
		c ^= s[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320U : 0);
	}
	return ~c;
}

/* What local and central header share, from the version to the length of the extra field. */
static inline void zip_common(struct buf *b, const struct zip_member *m, const char *name)
{
	size_t n = m->n ? m->n : strlen(m->data);
	zip_put(b, 20, 2);
	zip_put(b, m->flags, 2);
	zip_put(b, 0, 2);
	zip_put(b, 0x5a210000, 4);
	zip_put(b, zip_crc(m->data, n) ^ (m->bad_crc ? 1 : 0), 4);
	zip_put(b, (uint32_t)n, 4);
	zip_put(b, (uint32_t)n, 4);
	zip_put(b, (uint32_t)strlen(name), 2);
	zip_put(b, 0, 2);
}

static inline void zip_build(struct buf *b, const struct zip_member *members, size_t n)
{
	uint32_t *at = calloc(n + 1, sizeof *at);
	uint32_t start, listed = 0, base = (uint32_t)b->len;
	if (!at)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct zip_member *m = &members[i];
		at[i] = (uint32_t)b->len - base;
		if (m->no_local)
			continue;
		zip_put(b, 0x04034b50, 4);
		zip_common(b, m, m->name);
		if (buf_adds(b, m->name) < 0 ||
		    buf_add(b, m->data, m->n ? m->n : strlen(m->data)) < 0)
			abort();
	}
	start = (uint32_t)b->len - base;
	for (size_t i = 0; i < n; i++) {
		const struct zip_member *m = &members[i];
		const char *name = m->central ? m->central : m->name;
		if (m->no_central)
			continue;
		listed++;
		zip_put(b, 0x02014b50, 4);
		zip_put(b, 0x0314, 2); /* made by Unix: the mode is meant */
		zip_common(b, m, name);
		zip_put(b, 0, 2);
		zip_put(b, 0, 2);
		zip_put(b, 0, 2);
		zip_put(b, (m->mode ? m->mode : 0100644U) << 16, 4);
		zip_put(b, at[i], 4);
		if (buf_adds(b, name) < 0)
			abort();
	}
	uint32_t size = (uint32_t)b->len - base - start;
	zip_put(b, 0x06054b50, 4);
	zip_put(b, 0, 4);
	zip_put(b, listed, 2);
	zip_put(b, listed, 2);
	zip_put(b, size, 4);
	zip_put(b, start, 4);
	zip_put(b, 0, 2);
	free(at);
}

#endif
