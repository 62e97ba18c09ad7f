/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/png_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { FILTERS = 5, AS_BEFORE = 8, LEVEL = 6, FAST_LEVEL = 1, FAST_FROM = 128 << 20 };
enum { TRIAL = 32 << 10, STRETCH = 1 << 20 };

/* Adam7: the first column and row of each pass, and the steps between. */
static const uint8_t x0[] = {0, 4, 0, 2, 0, 1, 0}, y0[] = {0, 0, 4, 0, 2, 0, 1};
static const uint8_t dx[] = {8, 8, 4, 4, 2, 2, 1}, dy[] = {8, 8, 8, 4, 4, 2, 2};

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

int png_chunk(struct buf *out, const char *type, const void *data, size_t n)
{
	uint8_t head[8], tail[4];
	put32(head, (uint32_t)n);
	memcpy(head + 4, type, 4);
	uLong check = crc32(0, head + 4, 4);
	if (n)
		check = crc32(check, data, (uInt)n);
	put32(tail, (uint32_t)check);
	int r = buf_add(out, head, sizeof head);
	if (r == 0 && n)
		r = buf_add(out, data, n);
	return r < 0 ? r : buf_add(out, tail, sizeof tail);
}

static size_t row_bytes(const struct png_shape *s, uint32_t columns)
{
	return ((size_t)columns * s->channels * s->depth + 7) / 8;
}

/* Begin the next pass with pixels in it, from pass `from` on; whole when there is none. */
static void begin_pass(struct png_rows *r, unsigned from)
{
	const struct png_shape *s = &r->shape;
	unsigned passes = s->interlaced ? 7 : 1;
	for (r->pass = from; r->pass < passes; r->pass++) {
		unsigned i = r->pass;
		r->columns = s->width;
		r->rows_left = s->height;
		if (s->interlaced) {
			r->columns = (s->width + dx[i] - 1 - x0[i]) / dx[i];
			r->rows_left = (s->height + dy[i] - 1 - y0[i]) / dy[i];
		}
		if (!r->columns || !r->rows_left)
			continue;
		r->bytes = row_bytes(s, r->columns);
		memset(r->before, 0, r->bytes);
		memset(r->clean_before, 0, r->bytes);
		r->same_left = 0;
		return;
	}
	r->whole = true;
}

int png_rows_init(struct png_rows *r, const struct png_shape *shape, struct buf *to)
{
	size_t most = row_bytes(shape, shape->width) + 1;
	*r = (struct png_rows){.shape = *shape, .to = to};
	r->step = shape->channels * shape->depth / 8;
	if (r->step == 0)
		r->step = 1;
	r->memory = calloc(5, most);
	r->in_open = r->memory && inflateInit(&r->in) == Z_OK;
	r->filters = shape->depth >= 8 && shape->colour != PNG_PALETTE;
	r->level = most * shape->height > FAST_FROM ? FAST_LEVEL : LEVEL;
	r->out_open = r->in_open &&
	    deflateInit2(&r->out, r->level, Z_DEFLATED, MAX_WBITS, MAX_MEM_LEVEL - 1,
		r->filters ? Z_FILTERED : Z_DEFAULT_STRATEGY) == Z_OK;
	if (!r->out_open)
		return GW_ENOMEM;
	uint8_t **rows[] = {&r->row, &r->before, &r->clean, &r->clean_before, &r->out_row};
	for (size_t i = 0; i < GW_LENGTH(rows); i++)
		*rows[i] = r->memory + i * most;
	r->out.next_out = r->chunk;
	r->out.avail_out = sizeof r->chunk;
	begin_pass(r, 0);
	return 0;
}

void png_rows_release(struct png_rows *r)
{
	if (r->in_open)
		(void)inflateEnd(&r->in);
	if (r->out_open)
		(void)deflateEnd(&r->out);
	free(r->memory);
	*r = (struct png_rows){.memory = NULL};
}

/* The one of a, b, c nearest to a + b - c; the order of the choices lets them be made by cmov. */
static uint8_t paeth(int a, int b, int c)
{
	int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c);
	int near = pb < pa ? b : a, least = pb < pa ? pb : pa;
	return (uint8_t)(pc < least ? c : near);
}

/* What filter f says of a byte, from the one to its left, above it, and above to its left. */
static inline __attribute__((always_inline)) uint8_t guess(unsigned f, int a, int b, int c)
{
	switch (f) {
	case 1:
		return (uint8_t)a;
	case 2:
		return (uint8_t)b;
	case 3:
		return (uint8_t)((a + b) / 2);
	case 4:
		return paeth(a, b, c);
	default:
		return 0;
	}
}

/* Put the row p of n bytes under filter f into out; how large what is left of it is. */
static inline __attribute__((always_inline)) uint64_t filter_row(
    unsigned f, const uint8_t *p, const uint8_t *above, size_t n, size_t step, uint8_t *out)
{
	uint64_t sum = 0;
	*out++ = (uint8_t)f;
	for (size_t i = 0; i < step && i < n; i++)
		out[i] = (uint8_t)(p[i] - guess(f, 0, above[i], 0));
	for (size_t i = step; i < n; i++)
		out[i] = (uint8_t)(p[i] - guess(f, p[i - step], above[i], above[i - step]));
	for (size_t i = 0; i < n; i++)
		sum += (unsigned)abs((int8_t)out[i]);
	return sum;
}

/* The other way: make row p of n bytes, which is under filter f, what it was. */
static inline __attribute__((always_inline)) void unfilter_row(
    unsigned f, uint8_t *p, const uint8_t *above, size_t n, size_t step)
{
	for (size_t i = 0; i < n; i++) {
		int a = i < step ? 0 : p[i - step], c = i < step ? 0 : above[i - step];
		p[i] = (uint8_t)(p[i] + guess(f, a, above[i], c));
	}
}

/* Both, made once for each filter: which one it is is not asked for every byte. */
static uint64_t filter(
    unsigned f, const uint8_t *p, const uint8_t *above, size_t n, size_t step, uint8_t *out)
{
	switch (f) {
	case 1:
		return filter_row(1, p, above, n, step, out);
	case 2:
		return filter_row(2, p, above, n, step, out);
	case 3:
		return filter_row(3, p, above, n, step, out);
	case 4:
		return filter_row(4, p, above, n, step, out);
	default:
		return filter_row(0, p, above, n, step, out);
	}
}

static int unfilter(unsigned f, uint8_t *p, const uint8_t *above, size_t n, size_t step)
{
	switch (f) {
	case 0:
		return 0;
	case 1:
		unfilter_row(1, p, above, n, step);
		return 0;
	case 2:
		unfilter_row(2, p, above, n, step);
		return 0;
	case 3:
		unfilter_row(3, p, above, n, step);
		return 0;
	case 4:
		unfilter_row(4, p, above, n, step);
		return 0;
	default:
		return GW_EFORMAT;
	}
}

/*
 * Write r->clean under the filter that leaves least of it. All are tried on the first of AS_BEFORE
 * rows; the others take the same, as rows are much like those above them.
 */
static void write_row(struct png_rows *r)
{
	uint64_t least = UINT64_MAX;
	for (unsigned f = 0; r->filters && r->same_left == 0 && f < FILTERS; f++) {
		uint64_t sum = filter(f, r->clean, r->clean_before, r->bytes, r->step, r->out_row);
		if (sum < least) {
			least = sum;
			r->filter = f;
		}
	}
	r->same_left = (r->same_left + AS_BEFORE - 1) % AS_BEFORE;
	(void)filter(r->filter, r->clean, r->clean_before, r->bytes, r->step, r->out_row);
}

/* Pack n bytes at p, with flush as deflate takes it. */
static int pack(struct png_rows *r, const uint8_t *p, size_t n, int flush)
{
	r->out.next_in = (uint8_t *)(uintptr_t)p;
	r->out.avail_in = (uInt)n;
	for (;;) {
		int z = deflate(&r->out, flush);
		bool full = r->out.avail_out == 0, end = z == Z_STREAM_END;
		if (z == Z_STREAM_ERROR)
			return GW_EFAIL;
		if (full || end) {
			int e =
			    png_chunk(r->to, "IDAT", r->chunk, sizeof r->chunk - r->out.avail_out);
			if (e < 0)
				return e;
			r->out.next_out = r->chunk;
			r->out.avail_out = sizeof r->chunk;
		}
		if (end || (flush != Z_FINISH && !full))
			return 0;
	}
}

/*
 * Noise does not pack, and to find that out at every byte is most of the work: when the first TRIAL
 * bytes of a STRETCH give less than a sixteenth, the rest of it is stored as it is.
 */
static int judge_packing(struct png_rows *r)
{
	uLong in = r->out.total_in - r->mark_in;
	bool tried = !r->tried && in >= TRIAL, over = in >= STRETCH;
	if (!tried && !over)
		return 0;
	int e = pack(r, r->row, 0, Z_BLOCK); /* what is in the works counts, and has its room */
	uLong out = r->out.total_out - r->mark_out;
	int level = tried && !over && out > in - in / 16 ? 0 : r->level;
	if (e == 0 &&
	    deflateParams(&r->out, level, r->filters ? Z_FILTERED : Z_DEFAULT_STRATEGY) != Z_OK)
		return GW_EFAIL;
	r->tried = !over;
	if (over) {
		r->mark_in = r->out.total_in;
		r->mark_out = r->out.total_out;
	}
	return e;
}

/* Note the colours of the palette that r->clean has; GW_EFORMAT for one that is not there. */
static int note_colours(struct png_rows *r)
{
	unsigned depth = r->shape.depth, mask = (1U << depth) - 1;
	for (uint32_t x = 0; x < r->columns; x++) {
		size_t bit = (size_t)x * depth;
		unsigned i = (unsigned)r->clean[bit / 8] >> (8 - depth - bit % 8) & mask;
		if (i >= r->shape.colours)
			return GW_EFORMAT;
		r->used[i] = true;
	}
	return 0;
}

/* Zero what nobody sees in r->clean: bits behind the last pixel, colours that are transparent. */
static void wipe_unseen(struct png_rows *r)
{
	const struct png_shape *s = &r->shape;
	size_t bits = (size_t)r->columns * s->channels * s->depth, sample = s->depth / 8;
	if (bits % 8)
		r->clean[r->bytes - 1] &= (uint8_t)(0xff00 >> bits % 8);
	if (s->colour != PNG_GREY_ALPHA && s->colour != PNG_RGB_ALPHA)
		return;
	size_t colour = (s->channels - 1) * sample;
	for (uint8_t *p = r->clean; p < r->clean + r->bytes; p += colour + sample)
		if (p[colour] == 0 && (sample == 1 || p[colour + 1] == 0))
			memset(p, 0, colour);
}

/* A row has come: check it and write it anew. */
static int finish_row(struct png_rows *r)
{
	uint8_t *p = r->row + 1, *swap = r->clean_before;
	int e = unfilter(r->row[0], p, r->before, r->bytes, r->step);
	memcpy(r->before, p, r->bytes);
	memcpy(r->clean, p, r->bytes);
	if (e == 0 && r->shape.colour == PNG_PALETTE)
		e = note_colours(r);
	if (e < 0)
		return e;
	wipe_unseen(r);
	write_row(r);
	r->clean_before = r->clean;
	r->clean = swap;
	r->filled = 0;
	e = pack(r, r->out_row, r->bytes + 1, Z_NO_FLUSH);
	if (e == 0)
		e = judge_packing(r);
	if (e == 0 && --r->rows_left == 0)
		begin_pass(r, r->pass + 1);
	return e;
}

int png_rows_take(struct png_rows *r, const uint8_t *p, size_t n)
{
	uint8_t surplus = 0;
	int z = Z_OK;
	r->in.next_in = (uint8_t *)(uintptr_t)p;
	r->in.avail_in = (uInt)n;
	while (!r->ended && z == Z_OK) {
		size_t room = r->whole ? 1 : r->bytes + 1 - r->filled;
		r->in.next_out = r->whole ? &surplus : r->row + r->filled;
		r->in.avail_out = (uInt)room;
		z = inflate(&r->in, Z_NO_FLUSH);
		size_t got = room - r->in.avail_out;
		if (got && r->whole)
			return GW_EFORMAT;
		r->filled += got;
		r->ended = z == Z_STREAM_END;
		if (got && r->filled == r->bytes + 1) {
			int e = finish_row(r);
			if (e < 0)
				return e;
		}
	}
	if (z == Z_MEM_ERROR)
		return GW_ENOMEM;
	/* Z_BUF_ERROR: all of the input is used up, and what it gives is taken */
	return z == Z_OK || z == Z_STREAM_END || (z == Z_BUF_ERROR && !r->in.avail_in) ? 0
										       : GW_EFORMAT;
}

int png_rows_end(struct png_rows *r)
{
	if (!r->whole || !r->ended)
		return GW_EFORMAT;
	return pack(r, r->row, 0, Z_FINISH);
}
