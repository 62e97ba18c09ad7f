/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/pictures.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <zlib.h>

enum { SCAN_WIDE = 240, SCAN_HIGH = 340, NOISE_WIDE = 256, NOISE_HIGH = 260, MOST_FILE = 1 << 20 };

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static int chunk(struct buf *out, const char *type, const void *data, size_t n)
{
	uint8_t word[4];
	put32(word, (uint32_t)n);
	int r = buf_add(out, word, 4);
	if (r == 0)
		r = buf_add(out, type, 4);
	if (r == 0)
		r = buf_add(out, data, n);
	if (r < 0)
		return r;
	const Bytef *typed = (const Bytef *)out->data + out->len - n - 4;
	put32(word, (uint32_t)crc32(0, typed, (uInt)(n + 4)));
	return buf_add(out, word, 4);
}

/* Append raw as a zlib stream of stored blocks (RFC 1950, 1951): no compression is wanted here. */
static int stored(struct buf *out, const uint8_t *raw, size_t n)
{
	uint8_t sum[4];
	int r = buf_room(out, n + n / 1000 + 64) ? buf_add(out, "\x78\x01", 2) : GW_ENOMEM;
	for (size_t at = 0; r == 0 && at < n;) {
		size_t k = n - at < 65535 ? n - at : 65535;
		const uint8_t head[5] = {
		    at + k == n, (uint8_t)k, (uint8_t)(k >> 8), (uint8_t)~k, (uint8_t)(~k >> 8)};
		r = buf_add(out, head, sizeof head);
		if (r == 0)
			r = buf_add(out, raw + at, k);
		at += k;
	}
	put32(sum, (uint32_t)adler32(1, raw, (uInt)n));
	return r < 0 ? r : buf_add(out, sum, 4);
}

/* Append a PNG; raw has rows with a filter byte before each. colour 0 is grey, 2 is RGB. */
static int png(struct buf *out, uint32_t wide, uint32_t high, uint8_t colour, const uint8_t *raw,
    size_t n, const char *planted)
{
	struct buf data GW_CLEANUP(buf_release) = BUF_INIT(MOST_FILE);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1024);
	uint8_t header[13] = {0};
	put32(header, wide);
	put32(header + 4, high);
	header[8] = 8;
	header[9] = colour;
	int r = buf_add(&text, "Author", sizeof "Author");
	if (r == 0)
		r = buf_adds(&text, planted);
	if (r == 0)
		r = stored(&data, raw, n);
	if (r == 0 && !buf_room(out, data.len + 1024))
		r = GW_ENOMEM;
	if (r == 0)
		r = buf_add(out, "\x89PNG\r\n\x1a\n", 8);
	if (r == 0)
		r = chunk(out, "IHDR", header, sizeof header);
	if (r == 0)
		r = chunk(out, "tEXt", text.data, text.len);
	if (r == 0)
		r = chunk(out, "IDAT", data.data, data.len);
	return r < 0 ? r : chunk(out, "IEND", "", 0);
}

/* A page: light paper, lines of words, a round stamp; step is the bytes of a pixel. */
static void draw_page(
    uint8_t *p, size_t wide, size_t high, size_t row, size_t step, struct random *r)
{
	size_t centre_x = wide * 3 / 4, centre_y = high * 5 / 6;
	for (size_t y = 0; y < high; y++) {
		bool line = y > high / 8 && y % 14 < 6 && y < high * 3 / 4;
		uint8_t word = 0;
		for (size_t x = 0; x < wide; x++) {
			if (x % 8 == 0)
				word = (uint8_t)(random_below(r, 4) != 0);
			bool ink = line && word && x > wide / 10 && x < wide * 9 / 10;
			size_t dx = x > centre_x ? x - centre_x : centre_x - x;
			size_t dy = y > centre_y ? y - centre_y : centre_y - y;
			size_t d = dx * dx + dy * dy;
			bool stamp = d < 900 && d > 600;
			uint8_t grain = (uint8_t)random_below(r, 8);
			for (size_t c = 0; c < step; c++)
				p[y * row + x * step + c] = stamp && c + 1 < step ? 90
				    : ink ? (uint8_t)(40 + grain)
					  : (uint8_t)(236 + grain);
		}
	}
}

static void draw_face(uint8_t *p, size_t wide, size_t high, size_t row, struct random *r)
{
	for (size_t y = 0; y < high; y++)
		for (size_t x = 0; x < wide; x++) {
			size_t dx = x > wide / 2 ? x - wide / 2 : wide / 2 - x;
			size_t dy = y > high / 2 ? y - high / 2 : high / 2 - y;
			bool head = dx * dx * 2 + dy * dy < wide * wide / 5;
			bool eye = y > high * 2 / 5 && y < high * 2 / 5 + 8 && dx > 25 && dx < 40;
			uint8_t grain = (uint8_t)random_below(r, 10);
			uint8_t *c = p + y * row + x * 3;
			c[0] = (uint8_t)((eye ? 40 : head ? 190 : 120) + grain);
			c[1] = (uint8_t)((eye ? 30 : head ? 150 : 140) + grain);
			c[2] = (uint8_t)((eye ? 30 : head ? 120 : 170) + grain);
		}
}

int picture_png_scan(struct buf *out, struct random *r, const char *planted)
{
	static uint8_t raw[SCAN_HIGH * (SCAN_WIDE + 1)];
	draw_page(raw + 1, SCAN_WIDE, SCAN_HIGH, SCAN_WIDE + 1, 1, r);
	int e = png(out, SCAN_WIDE, SCAN_HIGH, 0, raw, sizeof raw, planted);
	return e < 0 ? e : buf_adds(out, planted);
}

int picture_png_noise(struct buf *out, struct random *r, const char *planted)
{
	static uint8_t raw[NOISE_HIGH * (3 * NOISE_WIDE + 1)];
	random_fill(r, raw, sizeof raw);
	for (size_t y = 0; y < NOISE_HIGH; y++)
		raw[y * (3 * NOISE_WIDE + 1)] = 0;
	return png(out, NOISE_WIDE, NOISE_HIGH, 2, raw, sizeof raw, planted);
}

/* Append one JPEG segment: marker, length, data. */
static int segment(struct buf *out, uint8_t marker, const void *p, size_t n)
{
	const uint8_t head[4] = {0xff, marker, (uint8_t)((n + 2) >> 8), (uint8_t)(n + 2)};
	int r = buf_add(out, head, sizeof head);
	return r < 0 ? r : buf_add(out, p, n);
}

/* EXIF 2.3, big-endian: description, orientation, and a directory with a position. */
static int exif(struct buf *out, bool turned, const char *planted)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	uint8_t t[6 + 8 + 2 + 3 * 12 + 4 + 2 + 12 + 4] = {0};
	size_t text_n = strlen(planted) + 1;
	uint8_t *p = t, *entry;
	memcpy(p, "Exif\0\0MM\0\x2a\0\0\0\x08\0\x03", 16);
	entry = p + 16;
	memcpy(entry, "\x01\x0e\0\x02", 4); /* ImageDescription, ASCII */
	put32(entry + 4, (uint32_t)text_n);
	put32(entry + 8, (uint32_t)(sizeof t - 6));
	memcpy(entry + 12, "\x01\x12\0\x03\0\0\0\x01", 8); /* Orientation, SHORT */
	entry[12 + 9] = turned ? 6 : 1;
	memcpy(entry + 24, "\x88\x25\0\x04\0\0\0\x01", 8); /* GPS directory */
	put32(entry + 24 + 8, 8 + 2 + 3 * 12 + 4);
	memcpy(entry + 36 + 4, "\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0", 14); /* one entry: north */
	int r = buf_add(&b, t, sizeof t);
	if (r == 0)
		r = buf_add(&b, planted, text_n);
	return r < 0 ? r : segment(out, 0xe1, b.data, b.len);
}

int picture_jpeg(struct buf *out, struct random *r, bool face, bool turned, const char *planted)
{
	static uint8_t raw[SCAN_HIGH * SCAN_WIDE * 3];
	unsigned char *made = NULL;
	unsigned long n = 0;
	if (face)
		draw_face(raw, SCAN_WIDE, SCAN_HIGH, (size_t)SCAN_WIDE * 3, r);
	else
		draw_page(raw, SCAN_WIDE, SCAN_HIGH, (size_t)SCAN_WIDE * 3, 3, r);
	tjhandle h = tjInitCompress();
	if (!h)
		return GW_ENOMEM;
	int e = tjCompress2(h, raw, SCAN_WIDE, 0, SCAN_HIGH, TJPF_RGB, &made, &n, TJSAMP_420, 80, 0)
	    ? GW_EFAIL
	    : 0;
	(void)tjDestroy(h);
	if (e == 0)
		e = buf_add(out, made, 2);
	if (e == 0)
		e = exif(out, turned, planted);
	if (e == 0)
		e = segment(out, 0xfe, planted, strlen(planted));
	if (e == 0)
		e = buf_add(out, made + 2, n - 2);
	tjFree(made);
	return e;
}

int picture_pdf(struct buf *out, const char *title, const char *planted)
{
	size_t at[6] = {0}, start = out->len;
	struct buf page GW_CLEANUP(buf_release) = BUF_INIT(1024);
	int r = buf_addf(&page, "BT /F1 18 Tf 72 760 Td (%s) Tj ET", title);
	if (r == 0)
		r = buf_adds(out, "%PDF-1.4\n");
	const char *objects[] = {"<< /Type /Catalog /Pages 2 0 R >>",
	    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
	    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << "
	    "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"};
	for (size_t i = 0; r == 0 && i < GW_LENGTH(objects); i++) {
		at[i] = out->len - start;
		r = buf_addf(out, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]);
	}
	at[3] = out->len - start;
	if (r == 0)
		r = buf_addf(out, "4 0 obj\n<< /Length %zu >>\nstream\n%s\nendstream\nendobj\n",
		    page.len, page.data);
	at[4] = out->len - start;
	if (r == 0)
		r = buf_addf(
		    out, "5 0 obj\n<< /Title (%s) /Author (%s) >>\nendobj\n", title, planted);
	at[5] = out->len - start;
	if (r == 0)
		r = buf_adds(out, "xref\n0 6\n0000000000 65535 f \n");
	for (size_t i = 0; r == 0 && i < 5; i++)
		r = buf_addf(out, "%010zu 00000 n \n", at[i]);
	return r < 0
	    ? r
	    : buf_addf(out,
		  "trailer\n<< /Size 6 /Root 1 0 R /Info 5 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
		  at[5]);
}
