/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/png.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "attach/png_rows.h"

enum { SIGNATURE = 8, AROUND = 12 /* length, type and check of a chunk */, IHDR_BYTES = 13 };
enum { GAMMA_MOST = 1000000 /* 10.0 */ };

static const uint8_t signature[SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

struct chunk {
	const uint8_t *data; /* NULL: there is none */
	uint32_t n;
	char type[5];
};

/* Chunks that say how the picture looks, in the order in which they are written. */
enum { GAMA, SRGB, PHYS, PLTE, TRNS, LOOKS };
static const char *const look_types[LOOKS] = {"gAMA", "sRGB", "pHYs", "PLTE", "tRNS"};

struct reader {
	const uint8_t *p;
	size_t n, at;
	struct png_shape shape;
	struct chunk look[LOOKS];
	size_t plte_at, trns_at; /* where their data stand in out */
	bool in_data, after_data;
	struct png_rows rows;
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
	*ret_c = (struct chunk){.data = p + 8, .n = n};
	memcpy(ret_c->type, p + 4, 4);
	r->at += (size_t)n + AROUND;
	return 0;
}

static int take_header(struct reader *r, const struct chunk *c, const struct attach_limits *limits)
{
	/* per colour type: channels, and the bit depths allowed as a set of bits */
	static const struct {
		uint8_t channels, unused;
		uint32_t depths;
	} kinds[7] = {[PNG_GREY] = {1, 0, 0x10116},
	    [PNG_RGB] = {3, 0, 0x10100},
	    [PNG_PALETTE] = {1, 0, 0x116},
	    [PNG_GREY_ALPHA] = {2, 0, 0x10100},
	    [PNG_RGB_ALPHA] = {4, 0, 0x10100}};
	if (!is(c, "IHDR") || c->n != IHDR_BYTES)
		return GW_EFORMAT;
	uint8_t depth = c->data[8], colour = c->data[9];
	uint32_t width = be32(c->data), height = be32(c->data + 4);
	if (!width || !height || colour > 6 || depth > 16 || !(kinds[colour].depths >> depth & 1) ||
	    c->data[10] || c->data[11] || c->data[12] > 1)
		return GW_EFORMAT;
	if (width > limits->side || height > limits->side ||
	    (uint64_t)width * height > limits->pixels)
		return GW_ELIMIT;
	r->shape = (struct png_shape){.width = width,
	    .height = height,
	    .depth = depth,
	    .colour = colour,
	    .channels = kinds[colour].channels,
	    .interlaced = c->data[12]};
	return png_chunk(r->out, "IHDR", c->data, c->n);
}

/* The size that a chunk of the look must have; for PLTE and tRNS that of the colour type. */
static bool fits(const struct reader *r, size_t look, const struct chunk *c)
{
	const struct chunk *palette = &r->look[PLTE];
	switch (look) {
	case GAMA:
		return c->n == 4; /* what no display has is left out, below */
	case SRGB:
		return c->n == 1 && c->data[0] <= 3;
	case PHYS:
		return c->n == 9 && c->data[8] <= 1;
	case PLTE:
		if (r->shape.colour == PNG_PALETTE)
			return c->n && c->n % 3 == 0 && c->n / 3 <= 1U << r->shape.depth;
		return c->n && c->n % 3 == 0 && c->n <= 768 &&
		    (r->shape.colour == PNG_RGB || r->shape.colour == PNG_RGB_ALPHA);
	default:
		if (r->shape.colour == PNG_PALETTE)
			return palette->data && c->n && c->n <= palette->n / 3;
		return (r->shape.colour == PNG_GREY && c->n == 2) ||
		    (r->shape.colour == PNG_RGB && c->n == 6);
	}
}

/* Remember a chunk of the look: each once, before the data. */
static int take_look(struct reader *r, size_t look, const struct chunk *c)
{
	if (r->look[look].data || r->in_data || !fits(r, look, c))
		return GW_EFORMAT;
	r->look[look] = *c;
	return 0;
}

/* tRNS of a picture without palette: a colour, of which only the low bits count. */
static int write_key(const struct reader *r, const struct chunk *c)
{
	uint8_t key[6] = {0};
	unsigned mask = (1U << r->shape.depth) - 1;
	for (size_t i = 0; i + 1 < c->n; i += 2) {
		key[i] = (uint8_t)(c->data[i] & mask >> 8);
		key[i + 1] = (uint8_t)(c->data[i + 1] & mask);
	}
	return png_chunk(r->out, "tRNS", key, c->n);
}

/* The first data come: write all that stands before them. */
static int begin_data(struct reader *r)
{
	int e = 0;
	r->in_data = true;
	if (r->look[GAMA].data && be32(r->look[GAMA].data) > GAMMA_MOST)
		r->look[GAMA].data = NULL;
	if (r->shape.colour != PNG_PALETTE)
		r->look[PLTE].data = NULL; /* a proposal for poor screens: not the picture */
	else if (!r->look[PLTE].data)
		return GW_EFORMAT;
	r->shape.colours = r->look[PLTE].data ? r->look[PLTE].n / 3 : 0;
	for (size_t i = 0; i < LOOKS && e == 0; i++) {
		const struct chunk *c = &r->look[i];
		if (!c->data)
			continue;
		size_t at = r->out->len + 8;
		*(i == PLTE ? &r->plte_at : &r->trns_at) = at;
		e = i == TRNS && r->shape.colour != PNG_PALETTE
		    ? write_key(r, c)
		    : png_chunk(r->out, look_types[i], c->data, c->n);
	}
	return e < 0 ? e : png_rows_init(&r->rows, &r->shape, r->out);
}

/* Write the check sum anew of the chunk whose n bytes of data stand at `at`. */
static void mend(struct reader *r, size_t at, size_t n)
{
	uint8_t *p = (uint8_t *)r->out->data + at;
	uLong check = crc32(0, p - 4, (uInt)n + 4);
	for (size_t i = 0; i < 4; i++)
		p[n + i] = (uint8_t)(check >> (24 - 8 * i));
}

/* Zero the colours that no pixel has or nobody sees, and the transparency of the former. */
static void wipe_palette(struct reader *r)
{
	size_t n = r->shape.colours, opaque = r->look[TRNS].data ? r->look[TRNS].n : 0;
	uint8_t *all = (uint8_t *)r->out->data;
	if (r->shape.colour != PNG_PALETTE)
		return;
	for (size_t i = 0; i < n; i++) {
		if (i < opaque && !r->rows.used[i])
			all[r->trns_at + i] = 0xff;
		if (!r->rows.used[i] || (i < opaque && all[r->trns_at + i] == 0))
			memset(all + r->plte_at + 3 * i, 0, 3);
	}
	mend(r, r->plte_at, 3 * n);
	if (opaque)
		mend(r, r->trns_at, opaque);
}

static int take_data(struct reader *r, const struct chunk *c)
{
	if (r->after_data)
		return GW_EFORMAT;
	int e = r->in_data ? 0 : begin_data(r);
	return e < 0 ? e : png_rows_take(&r->rows, c->data, c->n);
}

static int finish(struct reader *r, const struct chunk *end)
{
	if (end->n || !r->in_data)
		return GW_EFORMAT;
	int e = png_rows_end(&r->rows);
	if (e < 0)
		return e;
	wipe_palette(r);
	return png_chunk(r->out, "IEND", NULL, 0);
}

static int take_chunk(struct reader *r, const struct chunk *c, bool *ret_end)
{
	bool data = is(c, "IDAT");
	r->after_data |= r->in_data && !data;
	if (data)
		return take_data(r, c);
	if (is(c, "IEND")) {
		*ret_end = true;
		return finish(r, c);
	}
	for (size_t i = 0; i < LOOKS; i++)
		if (is(c, look_types[i]))
			return take_look(r, i, c);
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
	int e = buf_add(out, signature, SIGNATURE);
	if (e == 0)
		e = walk(&r, limits);
	png_rows_release(&r.rows);
	if (e < 0)
		out->len = before;
	return e;
}
