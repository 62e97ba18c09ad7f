/* SPDX-License-Identifier: EUPL-1.2 */
/* What a PNG can hide where no viewer looks: the clean picture is that of the same without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "attach/attach.h"
#include "tests/unit/attach/picture.h"

enum { ROOM = 4 << 20 };

/* A picture by its parts. Rows are packed as they are given, filter bytes and all. */
struct made {
	uint32_t w, h;
	unsigned depth, colour;
	const void *palette, *clear, *rows;
	size_t palette_n, clear_n, rows_n;
	bool clear_first, padded; /* tRNS before PLTE; text in the padding of stored blocks */
};

static void pack(struct buf *b, const struct made *m)
{
	uLongf n = compressBound(m->rows_n);
	if (m->padded) {
		add(b, "\x78\x01", 2);
		for (const char *c = CANARY; *c; c++) { /* an empty block; five bits are free */
			add_be(b, (uint32_t)(*c & 0x1f) << 3, 1);
			add(b, "\0\0\xff\xff", 4);
		}
		add(b, "\1", 1);
		add_be(b, (uint32_t)((m->rows_n & 0xff) << 8 | m->rows_n >> 8), 2);
		add_be(b, (uint32_t)((~m->rows_n & 0xff) << 8 | (~m->rows_n >> 8 & 0xff)), 2);
		add(b, m->rows, m->rows_n);
		add_be(b, (uint32_t)adler32(1, m->rows, (uInt)m->rows_n), 4);
		return;
	}
	if (!buf_room(b, n) || compress2((Bytef *)b->data, &n, m->rows, m->rows_n, 9) != Z_OK)
		abort();
	b->len = n;
}

static void make(struct buf *b, const struct made *m)
{
	struct buf data GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	const struct png_kind k = {.w = m->w, .h = m->h, .depth = m->depth, .colour = m->colour};
	png_head(b, &k);
	if (m->clear && m->clear_first)
		chunk(b, "tRNS", m->clear, m->clear_n);
	if (m->palette)
		chunk(b, "PLTE", m->palette, m->palette_n);
	if (m->clear && !m->clear_first)
		chunk(b, "tRNS", m->clear, m->clear_n);
	pack(&data, m);
	chunk(b, "IDAT", data.data, data.len);
	chunk(b, "IEND", NULL, 0);
}

static int clean(const struct made *m, struct buf *out)
{
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct errinfo ei = ERRINFO_INIT;
	make(&in, m);
	return attach_clean(in.data, in.len, ATTACH_PNG, NULL, out, &ei);
}

#define DATA(name, text) .name = (text), .name##_n = sizeof(text) - 1

static void nothing_hides(void **state)
{
	(void)state;
	static const struct {
		struct made hidden, plain;
	} pairs[] = {
	    /* bits behind the last pixel of a row */
	    {{1, 2, 1, 0, DATA(rows, "\0\xd5\0\x2a")}, {1, 2, 1, 0, DATA(rows, "\0\x80\0\0")}},
	    {{3, 1, 2, 0, DATA(rows, "\0\x1b")}, {3, 1, 2, 0, DATA(rows, "\0\x18")}},
	    /* a colour that is transparent, 8 and 16 bits */
	    {{2, 1, 8, 6, DATA(rows, "\0abc\0xyz\1")}, {2, 1, 8, 6, DATA(rows, "\0\0\0\0\0xyz\1")}},
	    {{1, 1, 16, 4, DATA(rows, "\0ab\0\0")}, {1, 1, 16, 4, DATA(rows, "\0\0\0\0\0")}},
	    {{1, 1, 16, 4, DATA(rows, "\0ab\0\1")}, {1, 1, 16, 4, DATA(rows, "\0ab\0\1")}},
	    /* colours of the palette that no pixel has, or nobody sees */
	    {{2, 1, 8, 3, DATA(palette, "rgbRGBxyz"), DATA(clear, "\0\7"), DATA(rows, "\0\0\2")},
		{2, 1, 8, 3, DATA(palette, "\0\0\0\0\0\0xyz"), DATA(clear, "\0\xff"),
		    DATA(rows, "\0\0\2")}},
	    /* a palette that is only a proposal, the high bits of a transparent colour */
	    {{1, 1, 8, 2, DATA(palette, "secret"), DATA(rows, "\0abc")},
		{1, 1, 8, 2, DATA(rows, "\0abc")}},
	    {{1, 1, 8, 0, DATA(clear, "x\5"), DATA(rows, "\0\5")},
		{1, 1, 8, 0, DATA(clear, "\0\5"), DATA(rows, "\0\5")}},
	    /* the choice of filters, and bits between compressed blocks */
	    {{2, 2, 8, 0, DATA(rows, "\1ab\2cd")}, {2, 2, 8, 0, DATA(rows, "\0a\xc3\0\xc4\x27")}},
	    {{2, 2, 8, 0, DATA(rows, "\0ab\0cd"), .padded = true},
		{2, 2, 8, 0, DATA(rows, "\0ab\0cd")}},
	};
	for (size_t i = 0; i < GW_LENGTH(pairs); i++) {
		struct buf a GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		if (clean(&pairs[i].hidden, &a) < 0 || clean(&pairs[i].plain, &b) < 0)
			fail_msg("pair %zu is refused", i);
		if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
			fail_msg("pair %zu differs", i);
	}
}

static void what_there_is_not_is_refused(void **state)
{
	(void)state;
	static const struct made bad[] = {
	    {1, 1, 8, 0, DATA(rows, "\5a")},                           /* a filter */
	    {1, 2, 8, 0, DATA(rows, "\0a\x43g")},                      /* the same, later */
	    {1, 1, 8, 3, DATA(palette, "abcdef"), DATA(rows, "\0\2")}, /* a colour */
	    {4, 1, 1, 3, DATA(palette, "abc"), DATA(rows, "\0\x10")},
	    {1, 1, 8, 3, DATA(rows, "\0\0")}, /* a palette */
	    {1, 1, 1, 3, DATA(palette, "abcdefghi"), DATA(rows, "\0\0")},
	    {1, 1, 8, 3, DATA(palette, "abcd"), DATA(rows, "\0\0")},
	    {1, 1, 8, 0, DATA(palette, "abc"), DATA(rows, "\0\0")},
	    {1, 1, 8, 3, DATA(palette, "abc"), DATA(clear, "ab"), DATA(rows, "\0\0")},
	    {1, 1, 8, 3, DATA(palette, "abc"), DATA(clear, "a"), DATA(rows, "\0\0"),
		.clear_first = true},
	    {1, 1, 8, 0, DATA(clear, "abc"), DATA(rows, "\0a")},
	    {1, 1, 8, 2, DATA(clear, "ab"), DATA(rows, "\0abc")},
	    {1, 1, 8, 6, DATA(clear, "abcdef"), DATA(rows, "\0abcd")},
	};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		if (clean(&bad[i], &out) != GW_EFORMAT)
			fail_msg("picture %zu is not refused", i);
	}
}

/* A compressor of the highest level packs a large even picture no better than the cleaner. */
static void a_png_does_not_grow(void **state)
{
	(void)state;
	enum { SIDE = 600 };
	static uint8_t rows[SIDE * (SIDE * 3 + 1)];
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	for (size_t y = 0; y < SIDE; y++)
		for (size_t x = 0; x < SIDE * 3; x++)
			rows[y * (SIDE * 3 + 1) + 1 + x] = (uint8_t)(x / 9 + y / 2 + x * y / 999);
	const struct made m = {SIDE, SIDE, 8, 2, .rows = rows, .rows_n = sizeof rows};
	make(&in, &m);
	assert_int_equal(attach_clean(in.data, in.len, ATTACH_PNG, NULL, &out, NULL), 0);
	assert_true(out.len < in.len + in.len / 20);
}

/* The rows of a clean PNG of 8 bits and one sample, as its IDAT and the specification have them. */
static void unpack(const struct buf *png, uint8_t *rows, size_t width, size_t height)
{
	struct buf data GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	uLongf n = (uLongf)((width + 1) * height);
	const uint8_t *p = (const uint8_t *)png->data + 8,
		      *end = (const uint8_t *)png->data + png->len;
	for (size_t size; p + 12 <= end; p += size + 12) {
		size = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
		if (memcmp(p + 4, "IDAT", 4) == 0)
			add(&data, p + 8, size);
	}
	assert_int_equal(uncompress(rows, &n, (const uint8_t *)data.data, data.len), Z_OK);
	assert_int_equal(n, (width + 1) * height);
	for (size_t y = 0; y < height; y++) {
		uint8_t *row = rows + y * (width + 1) + 1;
		for (size_t x = 0; x < width; x++) {
			int a = x ? row[x - 1] : 0, b = y ? row[x - width - 1] : 0;
			int c = x && y ? row[x - width - 2] : 0, q = a + b - c;
			int to_a = abs(q - a), to_b = abs(q - b), to_c = abs(q - c);
			int paeth = to_a <= to_b && to_a <= to_c ? a : to_b <= to_c ? b : c;
			const int guess[] = {0, a, b, (a + b) / 2, paeth};
			assert_true(row[-1] < GW_LENGTH(guess));
			row[x] = (uint8_t)(row[x] + guess[row[-1]]);
		}
		row[-1] = 0;
	}
}

/* Noise is stored, what comes before and behind it is packed, and all of it is the same picture. */
static void noise_and_what_packs(void **state)
{
	(void)state;
	enum { WIDTH = 1000, HEIGHT = 3500, NOISE = 1200, BEHIND = 2400 };
	static uint8_t rows[HEIGHT * (WIDTH + 1)], back[HEIGHT * (WIDTH + 1)];
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(2 * ROOM);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(2 * ROOM);
	uint32_t random = 1;
	for (size_t y = 0; y < HEIGHT; y++)
		for (size_t x = 0; x < WIDTH; x++) {
			random = random * 1664525 + 1013904223;
			rows[y * (WIDTH + 1) + 1 + x] =
			    (uint8_t)(y < NOISE || y >= BEHIND ? x / 9 + y / 2 : random >> 24);
		}
	const struct made m = {WIDTH, HEIGHT, 8, 0, .rows = rows, .rows_n = sizeof rows};
	make(&in, &m);
	assert_int_equal(attach_clean(in.data, in.len, ATTACH_PNG, NULL, &out, NULL), 0);
	unpack(&out, back, WIDTH, HEIGHT);
	assert_memory_equal(rows, back, sizeof rows);
	assert_in_range(out.len, WIDTH * (BEHIND - NOISE), WIDTH * (BEHIND - NOISE + 1200));
	buf_clear(&in); /* once more: now the rows come under filters */
	assert_int_equal(attach_clean(out.data, out.len, ATTACH_PNG, NULL, &in, NULL), 0);
	assert_int_equal(in.len, out.len);
	assert_memory_equal(in.data, out.data, out.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_hides),
	    cmocka_unit_test(what_there_is_not_is_refused),
	    cmocka_unit_test(a_png_does_not_grow),
	    cmocka_unit_test(noise_and_what_packs),
	};
	return cmocka_run_group_tests_name("attach/png", tests, NULL, NULL);
}
