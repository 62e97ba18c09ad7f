/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/attach.h"

#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/attach/picture.h"

enum { ROOM = 32 << 20 };

static void clean(const struct buf *in, struct buf *out)
{
	struct errinfo ei = ERRINFO_INIT;
	if (attach_clean(in->data, in->len, ATTACH_UNKNOWN, NULL, out, &ei) < 0)
		fail_msg("%s", ei.msg);
	assert_null(memmem(out->data, out->len, CANARY, 13));
	assert_null(memmem(out->data, out->len, "Exif", 4));
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	assert_int_equal(attach_clean(out->data, out->len, ATTACH_UNKNOWN, NULL, &again, NULL), 0);
	assert_int_equal(again.len, out->len);
	assert_memory_equal(again.data, out->data, out->len);
}

static void refused(const struct buf *in, enum attach_format declared, int code, const char *reason)
{
	struct attach_item it = {.p = in->data, .n = in->len, .declared = declared};
	assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
	if (it.code != code || strcmp(it.reason, reason) != 0 || it.out.len)
		fail_msg("%d %s", it.code, it.reason);
	attach_release(&it, 1);
}

static const struct jpeg_kind kinds[] = {
    {64, 48, TJPF_RGB, TJSAMP_420, 0, 0, false, true},
    {64, 48, TJPF_RGB, TJSAMP_444, TJFLAG_PROGRESSIVE, 1, true, true},
    {61, 47, TJPF_RGB, TJSAMP_422, 0, 1, false, true},
    {64, 48, TJPF_GRAY, TJSAMP_GRAY, 0, 0, false, true},
    {64, 48, TJPF_CMYK, TJSAMP_444, 0, 0, false, true},
    {64, 48, TJPF_RGB, TJSAMP_411, 0, 9, false, true},
};

static void a_jpeg_keeps_its_picture_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(kinds); i++) {
		struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		int w, h, w2, h2;
		jpeg_make(&in, &kinds[i]);
		assert_non_null(memmem(in.data, in.len, CANARY, 13));
		clean(&in, &out);
		assert_null(memmem(out.data, out.len, "ICC_PROFILE", 11));
		uint8_t *a = jpeg_pixels(&in, &w, &h), *b = jpeg_pixels(&out, &w2, &h2);
		assert_non_null(a);
		assert_non_null(b);
		assert_int_equal(w, w2);
		assert_int_equal(h, h2);
		assert_memory_equal(a, b, (size_t)w * (size_t)h * 3);
		free(a);
		free(b);
	}
}

/* The largest and the mean difference between two pictures. */
static void compare(const uint8_t *a, const uint8_t *b, size_t n, int most, double mean)
{
	double sum = 0;
	int largest = 0;
	for (size_t i = 0; i < n; i++) {
		int d = abs(a[i] - b[i]);
		sum += d;
		largest = d > largest ? d : largest;
	}
	if (largest > most || sum / (double)n > mean)
		fail_msg("largest %d, mean %.2f", largest, sum / (double)n);
}

/* Where pixel (x, y) of the upright picture lies in the stored one, by the table of Exif 2.3. */
static size_t stored(unsigned turn, int x, int y, int w, int h)
{
	static const struct {
		bool swap, flip_x, flip_y; /* of the stored column and row */
	} rule[9] = {{0}, {0}, {false, true, false}, {false, true, true}, {false, false, true},
	    {true, false, false}, {true, false, true}, {true, true, true}, {true, true, false}};
	int sx = rule[turn].swap ? y : x, sy = rule[turn].swap ? x : y;
	sx = rule[turn].flip_x ? w - 1 - sx : sx;
	sy = rule[turn].flip_y ? h - 1 - sy : sy;
	return (size_t)sy * (size_t)w + (size_t)sx;
}

static void orientation_is_baked_in(void **state)
{
	(void)state;
	static const struct {
		int w, h, sampling, flags, most;
		double mean;
	} sizes[] = {{64, 48, TJSAMP_444, 0, 4, 0.5}, {64, 48, TJSAMP_420, 0, 40, 3},
	    {61, 47, TJSAMP_444, 0, 40, 3}, {61, 47, TJSAMP_420, 0, 90, 6},
	    {61, 47, TJSAMP_422, TJFLAG_PROGRESSIVE, 90, 6},
	    {64, 48, TJSAMP_420, TJFLAG_PROGRESSIVE, 40, 3}, {64, 48, TJSAMP_411, 0, 90, 6},
	    {64, 48, TJSAMP_440, 0, 90, 6}};
	for (size_t i = 0; i < GW_LENGTH(sizes); i++)
		for (unsigned turn = 2; turn <= 8; turn++) {
			struct jpeg_kind k = {sizes[i].w, sizes[i].h, TJPF_RGB, sizes[i].sampling,
			    0, turn, turn % 2, false};
			struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
			struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
			int w, h, w2, h2;
			jpeg_make(&in, &k);
			clean(&in, &out);
			uint8_t *a = jpeg_pixels(&in, &w, &h), *b = jpeg_pixels(&out, &w2, &h2);
			assert_non_null(a);
			assert_non_null(b);
			assert_int_equal(w2, turn > 4 ? h : w);
			assert_int_equal(h2, turn > 4 ? w : h);
			size_t n = (size_t)w * (size_t)h * 3;
			uint8_t *upright = malloc(n), *s = upright;
			assert_non_null(upright);
			for (int y = 0; y < h2; y++)
				for (int x = 0; x < w2; x++, s += 3)
					memcpy(s, a + 3 * stored(turn, x, y, w, h), 3);
			compare(upright, b, n, sizes[i].most, sizes[i].mean);
			free(upright);
			free(a);
			free(b);
		}
}

/* A page with codes made for it does not come back with the standard ones, too large to leave. */
static void a_jpeg_does_not_grow(void **state)
{
	(void)state;
	static const struct jpeg_kind page = {
	    1200, 1600, TJPF_GRAY, TJSAMP_GRAY, 0, 0, false, false};
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct attach_limits l = ATTACH_LIMITS;
	assert_int_equal(setenv("TJ_OPTIMIZE", "1", 1), 0);
	jpeg_make(&in, &page);
	assert_int_equal(unsetenv("TJ_OPTIMIZE"), 0);
	l.bytes = in.len + in.len / 20;
	assert_int_equal(attach_clean(in.data, in.len, ATTACH_JPEG, &l, &out, NULL), 0);
}

static void broken_jpegs_stay_behind(void **state)
{
	(void)state;
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	jpeg_make(&in, &kinds[0]);
	size_t whole = in.len;
	for (size_t n = 3; n < whole - 13; n += n < 200 ? 7 : 97) {
		in.len = n;
		refused(&in, ATTACH_JPEG, GW_EFORMAT, "broken");
	}
	in.len = whole;
	struct buf twice GW_CLEANUP(buf_release) = BUF_INIT(ROOM); /* two frames in one file */
	char *sof = memmem(in.data, in.len, "\xff\xc0", 2);
	assert_non_null(sof);
	add(&twice, in.data, (size_t)(sof - in.data) + 19);
	add(&twice, sof, in.len - (size_t)(sof - in.data));
	refused(&twice, ATTACH_JPEG, GW_EFORMAT, "broken");
	sof[1] = (char)0xc3; /* lossless */
	refused(&in, ATTACH_JPEG, GW_ESUPPORT, "no_cleaner");
	memcpy(sof, "\xff\xc0\0\x11\10\x75\x30\x75\x30", 9); /* 30,000 × 30,000 */
	refused(&in, ATTACH_JPEG, GW_ELIMIT, "too_large");
	memcpy(sof + 5, "\0\0\0\x40", 4);
	refused(&in, ATTACH_JPEG, GW_EFORMAT, "broken");
}

static const struct png_kind pngs[] = {
    {64, 48, 8, 2, 0, 0, false, true},
    {64, 48, 8, 6, 0, 0, true, true},
    {61, 47, 1, 3, 0, 0, false, true},
    {61, 47, 16, 4, 0, 0, false, true},
    {33, 17, 8, 0, 0, 0, false, false},
    {61, 47, 8, 0, 1, 61 * 47 + 6 + 6 + 6 + 12 + 12 + 24 + 23, false, true},
    {1, 1, 8, 0, 1, 2, false, true},
};

/* Decode by libpng, to RGBA; NULL when it is no whole picture. */
static uint8_t *png_pixels(const struct buf *b, size_t *ret_n)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	uint8_t *raw = NULL;
	if (!png_image_begin_read_from_memory(&image, b->data, b->len))
		return NULL;
	image.format = PNG_FORMAT_RGBA;
	*ret_n = PNG_IMAGE_SIZE(image);
	raw = malloc(*ret_n);
	if (!png_image_finish_read(&image, NULL, raw, 0, NULL) || PNG_IMAGE_FAILED(image)) {
		free(raw);
		raw = NULL;
	}
	png_image_free(&image);
	return raw;
}

static void a_png_keeps_its_picture_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(pngs); i++) {
		struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		struct png_kind plain = pngs[i];
		size_t n = 0, n2 = 0;
		png_make(&in, &pngs[i]);
		clean(&in, &out);
		if (pngs[i].dirty)
			assert_non_null(memmem(out.data, out.len, "gAMA", 4));
		assert_null(memmem(out.data, out.len, "tEXt", 4));
		plain.dirty = false;
		struct buf bare GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		png_make(&bare, &plain); /* what libpng reads without the lies in the profile */
		uint8_t *a = png_pixels(&bare, &n), *b = png_pixels(&out, &n2);
		assert_non_null(a);
		assert_non_null(b);
		assert_int_equal(n, n2);
		for (size_t k = 0; k < n; k += 4) /* no colour under what is transparent */
			if (a[k + 3] == 0)
				memset(a + k, 0, 3);
		if (!pngs[i].dirty ||
		    pngs[i].depth < 16) /* gAMA changes how 16 bits are cut to 8 */
			assert_memory_equal(a, b, n);
		free(a);
		free(b);
	}
}

/* Write rows of noise by libpng, interlaced or not, to memory. */
static void png_by_library(const struct png_kind *k, struct buf *b)
{
	static const int channels[7] = {1, 0, 3, 1, 2, 0, 4};
	static const png_color palette[2] = {{1, 2, 3}, {200, 100, 50}};
	static uint8_t row[64 * 8];
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	png_structp w = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(w);
	size_t bytes = (k->w * (size_t)channels[k->colour] * k->depth + 7) / 8;
	png_init_io(w, f);
	png_set_IHDR(w, info, k->w, k->h, (int)k->depth, (int)k->colour, (int)k->interlace, 0, 0);
	if (k->colour == 3)
		png_set_PLTE(w, info, palette, 2);
	png_write_info(w, info);
	for (int pass = png_set_interlace_handling(w); pass > 0; pass--) {
		uint32_t seed = 7;
		for (uint32_t y = 0; y < k->h; y++) {
			for (size_t i = 0; i < bytes; i++) {
				seed = seed * 1664525 + 1013904223;
				row[i] = (uint8_t)(seed >> 24);
			}
			png_write_row(w, row);
		}
	}
	png_write_end(w, info);
	png_destroy_write_struct(&w, &info);
	(void)fclose(f);
	add(b, text, n);
	free(text);
}

static void every_kind_of_png_reads_the_same(void **state)
{
	(void)state;
	static const unsigned depths[7][5] = {
	    {1, 2, 4, 8, 16}, {0}, {8, 16}, {1}, {8, 16}, {0}, {8, 16}};
	for (unsigned colour = 0; colour < 7; colour++)
		for (size_t d = 0; d < 5 && depths[colour][d]; d++)
			for (uint32_t size = 1; size < 40; size += 9 - size % 3) {
				struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
				struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
				size_t n, n2;
				const struct png_kind k = {size, 41 - size, depths[colour][d],
				    colour, size % 2, 0, true, false};
				png_by_library(&k, &in);
				clean(&in, &out);
				uint8_t *a = png_pixels(&in, &n), *b = png_pixels(&out, &n2);
				assert_non_null(a);
				assert_non_null(b);
				assert_int_equal(n, n2);
				for (size_t i = 0; i < n; i++)
					if (a[i] != b[i] && a[i | 3])
						fail_msg("colour %u depth %u size %u", colour,
						    k.depth, size);
				free(a);
				free(b);
			}
}

static void broken_pngs_stay_behind(void **state)
{
	(void)state;
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	png_make(&in, &pngs[4]);
	for (size_t n = 8; n < in.len; n++) {
		struct buf cut = in;
		cut.len = n;
		refused(&cut, ATTACH_PNG, GW_EFORMAT, "broken");
	}
	for (size_t i = 8; i < in.len; i++) { /* one bit anywhere: the checks see it */
		in.data[i] ^= 1;
		struct attach_item it = {.p = in.data, .n = in.len};
		assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
		assert_int_not_equal(it.code, 0);
		in.data[i] ^= 1;
	}
}

static void lying_pngs_stay_behind(void **state)
{
	(void)state;
	static const struct {
		struct png_kind k;
		int code;
		const char *reason;
	} cases[] = {
	    {{64, 48, 8, 2, 0, 64 * 48 * 3, false, false}, GW_EFORMAT, "broken"}, /* rows missing */
	    {{8, 8, 8, 2, 0, 9 << 20, false, false}, GW_EFORMAT, "broken"},       /* a bomb */
	    {{8, 8, 3, 2, 0, 100, false, false}, GW_EFORMAT, "broken"}, /* no such depth */
	    {{0, 8, 8, 2, 0, 100, false, false}, GW_EFORMAT, "broken"},
	    {{30000, 8, 8, 2, 0, 100, false, false}, GW_ELIMIT, "too_large"},
	    {{20000, 20000, 8, 2, 0, 100, false, false}, GW_ELIMIT, "too_large"},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		png_make(&in, &cases[i].k);
		refused(&in, ATTACH_PNG, cases[i].code, cases[i].reason);
	}
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	png_head(&in, &pngs[0]);
	chunk(&in, "CRIT", "x", 1);
	refused(&in, ATTACH_PNG, GW_EFORMAT, "broken");
	in.len = 0;
	png_head(&in, &pngs[0]);
	chunk(&in, "IEND", NULL, 0);
	refused(&in, ATTACH_PNG, GW_EFORMAT, "broken");
}

static void the_first_bytes_must_agree_with_the_extension(void **state)
{
	(void)state;
	struct buf jpeg GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf pdf GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf docx GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf exe GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	jpeg_make(&jpeg, &kinds[0]);
	add(&pdf, "%PDF-1.7\n", 9);
	add(&docx, "PK\3\4....word/document.xml", 25);
	add(&exe, "MZ\x90", 3);
	refused(&jpeg, ATTACH_PNG, GW_EFORMAT, "wrong_format");
	refused(&jpeg, ATTACH_PDF, GW_EFORMAT, "wrong_format");
	refused(&exe, ATTACH_JPEG, GW_EFORMAT, "wrong_format");
	refused(&jpeg, attach_declared("exe"), GW_EFORMAT, "wrong_format");
	refused(&exe, attach_declared("exe"), GW_EFORMAT, "wrong_format");
	assert_int_equal(attach_declared(""), ATTACH_UNKNOWN);
	assert_int_equal(attach_declared("JPEG"), ATTACH_JPEG);
	refused(&pdf, ATTACH_PDF, GW_EFORMAT, "broken");
	refused(&docx, ATTACH_DOCX, GW_EFORMAT, "broken");
	refused(&exe, ATTACH_UNKNOWN, GW_ESUPPORT, "no_cleaner");
	assert_int_equal(attach_format_of_ext("JPG"), ATTACH_JPEG);
	assert_int_equal(attach_format_of_ext("jpeg"), ATTACH_JPEG);
	assert_int_equal(attach_format_of_ext("exe"), ATTACH_UNKNOWN);
	assert_string_equal(attach_format_ext(ATTACH_JPEG), "jpg");
	assert_string_equal(attach_format_name(ATTACH_DOCX), "docx");
}

static void one_bad_picture_spoils_no_other(void **state)
{
	(void)state;
	struct buf jpeg GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf png GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct attach_limits l = ATTACH_LIMITS;
	jpeg_make(&jpeg, &kinds[0]);
	png_make(&png, &pngs[0]);
	struct attach_item it[] = {{.p = jpeg.data, .n = jpeg.len},
	    {.p = png.data, .n = png.len - 20}, {.p = "%PDF-", .n = 5},
	    {.p = png.data, .n = png.len}, {.p = png.data, .n = 0}};
	assert_int_equal(attach_clean_all(it, 5, NULL, NULL), 0);
	assert_int_equal(it[0].code, 0);
	assert_string_equal(it[1].reason, "broken");
	assert_string_equal(it[2].reason, "broken");
	assert_int_equal(it[3].code, 0);
	assert_int_equal(attach_format(it[3].out.data, it[3].out.len), ATTACH_PNG);
	assert_string_equal(it[4].reason, "no_cleaner");
	attach_release(it, 5);
	l.bytes = png.len - 1;
	assert_int_equal(
	    attach_clean_all(&it[3], 1, &(struct attach_setup){.limits = &l}, NULL), 0);
	assert_string_equal(it[3].reason, "too_large");
	attach_release(it, 5);
	assert_int_equal(attach_clean_all(it, 0, NULL, NULL), 0);
	l = ATTACH_LIMITS;
	l.seconds = 0; /* what takes too long is not called too large */
	assert_int_equal(attach_clean_all(it, 2, &(struct attach_setup){.limits = &l}, NULL), 0);
	assert_int_equal(it[0].code, GW_ELIMIT);
	assert_string_equal(it[0].reason, "timeout");
	attach_release(it, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_jpeg_keeps_its_picture_and_nothing_else),
	    cmocka_unit_test(orientation_is_baked_in),
	    cmocka_unit_test(a_jpeg_does_not_grow),
	    cmocka_unit_test(broken_jpegs_stay_behind),
	    cmocka_unit_test(a_png_keeps_its_picture_and_nothing_else),
	    cmocka_unit_test(every_kind_of_png_reads_the_same),
	    cmocka_unit_test(broken_pngs_stay_behind),
	    cmocka_unit_test(lying_pngs_stay_behind),
	    cmocka_unit_test(the_first_bytes_must_agree_with_the_extension),
	    cmocka_unit_test(one_bad_picture_spoils_no_other),
	};
	return cmocka_run_group_tests_name("attach/image", tests, NULL, NULL);
}
