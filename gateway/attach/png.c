/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/png.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE = 8, AROUND = 12 /* length, type and check of a chunk */, IHDR_BYTES = 13 };
enum { ROWS_BUFFER = 32 << 10 };

static const uint8_t signature[SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

struct chunk {
	const uint8_t *all; /* from the length on */
	const uint8_t *data;
	uint32_t n;
	char type[5];
};

struct reader {
	const uint8_t *p;
	size_t n, at;
	uint32_t width, height;
	unsigned bits; /* of one pixel */
	bool interlaced, palette, in_data, after_data, transparent, gamma, srgb, density;
	uint64_t rows; /* bytes that the data must unpack to */
	uint64_t unpacked;
	bool data_ended;
	z_stream z;
	struct buf *out;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is(const struct chunk *c, const char *type)
{
	return memcmp(c->type, type, 4) == 0;
}

/* The next chunk, its check sum verified. */
static int next_chunk(struct reader *r, struct chunk *ret_c)
{
	const uint8_t *p = r->p + r->at;
	size_t left = r->n - r->at;
	if (left < AROUND)
		return GW_EFORMAT;
	uint32_t n = be32(p);
	if (n > INT32_MAX || n > left - AROUND)
		return GW_EFORMAT;
	if (crc32(0, p + 4, (uInt)n + 4) != be32(p + 8 + n))
		return GW_EFORMAT;
	*ret_c = (struct chunk){.all = p, .data = p + 8, .n = n};
	memcpy(ret_c->type, p + 4, 4);
	r->at += (size_t)n + AROUND;
	return 0;
}

static int emit(struct reader *r, const struct chunk *c)
{
	return buf_add(r->out, c->all, (size_t)c->n + AROUND);
}

/* The bytes of the rows of one pass of width × height, each with its filter byte. */
static uint64_t pass_bytes(uint64_t width, uint64_t height, unsigned bits)
{
	return width && height ? height * (1 + (width * bits + 7) / 8) : 0;
}

/* Adam7: the first column and row of each pass, and the steps. */
static uint64_t interlaced_bytes(uint64_t width, uint64_t height, unsigned bits)
{
	static const uint8_t x0[] = {0, 4, 0, 2, 0, 1, 0}, y0[] = {0, 0, 4, 0, 2, 0, 1};
	static const uint8_t dx[] = {8, 8, 4, 4, 2, 2, 1}, dy[] = {8, 8, 8, 4, 4, 2, 2};
	uint64_t sum = 0;
	for (size_t i = 0; i < 7; i++)
		sum += pass_bytes((width + dx[i] - 1 - x0[i]) / dx[i],
		    (height + dy[i] - 1 - y0[i]) / dy[i], bits);
	return sum;
}

static int take_header(struct reader *r, const struct chunk *c, const struct attach_limits *limits)
{
	/* per colour type: channels, and the bit depths allowed as a set of bits */
	static const struct {
		uint8_t channels, unused;
		uint32_t depths;
	} kinds[7] = {[0] = {1, 0, 0x10116},
	    [2] = {3, 0, 0x10100},
	    [3] = {1, 0, 0x116},
	    [4] = {2, 0, 0x10100},
	    [6] = {4, 0, 0x10100}};
	if (!is(c, "IHDR") || c->n != IHDR_BYTES)
		return GW_EFORMAT;
	uint8_t depth = c->data[8], colour = c->data[9];
	r->width = be32(c->data);
	r->height = be32(c->data + 4);
	if (!r->width || !r->height || colour > 6 || depth > 16 ||
	    !(kinds[colour].depths >> depth & 1) || c->data[10] || c->data[11] || c->data[12] > 1)
		return GW_EFORMAT;
	if (r->width > limits->side || r->height > limits->side ||
	    (uint64_t)r->width * r->height > limits->pixels)
		return GW_ELIMIT;
	r->bits = (unsigned)kinds[colour].channels * depth;
	r->rows = c->data[12] ? interlaced_bytes(r->width, r->height, r->bits)
			      : pass_bytes(r->width, r->height, r->bits);
	return emit(r, c);
}

/* Unpack a part of the picture, only to see that it is whole; emit it up to where the data end. */
static int take_data(struct reader *r, const struct chunk *c)
{
	uint8_t rows[ROWS_BUFFER];
	int z = Z_OK;
	if (r->after_data)
		return GW_EFORMAT;
	r->in_data = true;
	r->z.next_in = (uint8_t *)(uintptr_t)c->data;
	r->z.avail_in = c->n;
	while (z == Z_OK && r->z.avail_in && !r->data_ended) {
		r->z.next_out = rows;
		r->z.avail_out = sizeof rows;
		z = inflate(&r->z, Z_NO_FLUSH);
		r->unpacked += sizeof rows - r->z.avail_out;
		if (r->unpacked > r->rows)
			return GW_EFORMAT;
	}
	if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
		return z == Z_MEM_ERROR ? GW_ENOMEM : GW_EFORMAT;
	r->data_ended |= z == Z_STREAM_END;
	if (!r->z.avail_in)
		return c->n ? emit(r, c) : 0;
	/* the rest of this chunk is behind the end of the picture: write the chunk without it */
	uint32_t kept = c->n - r->z.avail_in;
	uint8_t head[8] = {(uint8_t)(kept >> 24), (uint8_t)(kept >> 16), (uint8_t)(kept >> 8),
	    (uint8_t)kept, 'I', 'D', 'A', 'T'};
	if (!kept)
		return 0;
	uint32_t check = (uint32_t)crc32(crc32(0, head + 4, 4), c->data, kept);
	const uint8_t tail[4] = {
	    (uint8_t)(check >> 24), (uint8_t)(check >> 16), (uint8_t)(check >> 8), (uint8_t)check};
	int e = buf_add(r->out, head, sizeof head);
	if (e == 0)
		e = buf_add(r->out, c->data, kept);
	return e < 0 ? e : buf_add(r->out, tail, sizeof tail);
}

/* Small chunks that say how the picture looks: kept once, before the data, at their exact size. */
static int take_look(struct reader *r, const struct chunk *c)
{
	bool *seen = is(c, "tRNS") ? &r->transparent
	    : is(c, "gAMA")        ? &r->gamma
	    : is(c, "sRGB")        ? &r->srgb
				   : &r->density;
	bool size_ok = is(c, "tRNS") ? c->n >= 1 && c->n <= 256
	    : is(c, "gAMA")          ? c->n == 4
	    : is(c, "sRGB")          ? c->n == 1
				     : c->n == 9;
	if (*seen || !size_ok || r->in_data)
		return GW_EFORMAT;
	*seen = true;
	return emit(r, c);
}

static int take_chunk(struct reader *r, const struct chunk *c, bool *ret_end)
{
	bool data = is(c, "IDAT");
	r->after_data |= r->in_data && !data;
	if (data)
		return take_data(r, c);
	if (is(c, "IEND")) {
		*ret_end = true;
		return c->n == 0 && r->data_ended && r->unpacked == r->rows ? emit(r, c)
									    : GW_EFORMAT;
	}
	if (is(c, "PLTE")) {
		if (r->palette || r->in_data || c->n == 0 || c->n % 3 || c->n > 768)
			return GW_EFORMAT;
		r->palette = true;
		return emit(r, c);
	}
	if (is(c, "tRNS") || is(c, "gAMA") || is(c, "sRGB") || is(c, "pHYs"))
		return take_look(r, c);
	return c->type[0] & 0x20 ? 0 : GW_EFORMAT; /* a critical chunk that is not known */
}

static int walk(struct reader *r, const struct attach_limits *limits)
{
	struct chunk c;
	bool end = false;
	int e = next_chunk(r, &c);
	if (e < 0 || (e = take_header(r, &c, limits)) < 0)
		return e;
	while (!end)
		if ((e = next_chunk(r, &c)) < 0 || (e = take_chunk(r, &c, &end)) < 0)
			return e;
	return 0;
}

int png_clean(const void *p, size_t n, const struct attach_limits *limits, struct buf *out)
{
	struct reader r = {.p = p, .n = n, .at = SIGNATURE, .out = out};
	size_t before = out->len;
	if (n < SIGNATURE || memcmp(p, signature, SIGNATURE) != 0)
		return GW_EFORMAT;
	if (inflateInit(&r.z) != Z_OK)
		return GW_ENOMEM;
	int e = buf_add(out, signature, SIGNATURE);
	if (e == 0)
		e = walk(&r, limits);
	(void)inflateEnd(&r.z);
	if (e < 0)
		out->len = before;
	return e;
}
