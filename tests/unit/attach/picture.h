/* SPDX-License-Identifier: EUPL-1.2 */
/* Pictures made for the tests, with whatever is to be found or lost in them. */
#ifndef TESTS_UNIT_ATTACH_PICTURE_H
#define TESTS_UNIT_ATTACH_PICTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <zlib.h>

#include "base/buf.h"

#define CANARY "GEHEIM-CANARY"

static inline void add(struct buf *b, const void *p, size_t n)
{
	if (buf_add(b, p, n) < 0)
		abort();
}

static inline void add_be(struct buf *b, uint32_t v, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;) {
		char c = (char)(v >> (8 * i) & 0xff);
		add(b, &c, 1);
	}
}

/* A picture in which every corner looks different. */
static inline uint8_t *pixels(int w, int h, int size)
{
	uint8_t *p = malloc((size_t)w * (size_t)h * (size_t)size), *s = p;
	if (!p)
		abort();
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			for (int k = 0; k < size; k++)
				*s++ = (uint8_t)(k == 0 ? 255 * x / w
					: k == 1        ? 255 * y / h
							: (x + y) % 200);
	return p;
}

/* One marker segment with that body. */
static inline void segment(struct buf *b, unsigned marker, const void *body, size_t n)
{
	add_be(b, 0xff00 | marker, 2);
	add_be(b, (uint32_t)n + 2, 2);
	add(b, body, n);
}

/* Exif with an orientation, a maker's text and a thumbnail behind it, in either byte order. */
static inline void exif(struct buf *b, unsigned turn, bool big)
{
	struct buf e GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	add(&e, "Exif\0", 6);
	if (big)
		add(&e, "MM\0*\0\0\0\10\0\2\1\xf\0\2\0\0\0\1\0\0\0\0\1\x12\0\3\0\0\0\1", 30);
	else
		add(&e, "II*\0\10\0\0\0\2\0\xf\1\2\0\1\0\0\0\0\0\0\0\x12\1\3\0\1\0\0\0", 30);
	add_be(&e, big ? turn << 16 : turn << 24, 4);
	add(&e, CANARY " camera \xff\xd8\xff\xe0 thumbnail \xff\xd9", 36);
	segment(b, 0xe1, e.data, e.len);
}

struct jpeg_kind {
	int w, h, format, sampling, flags; /* as turbojpeg has them */
	unsigned turn;                     /* 0: no Exif */
	bool big, dirty;                   /* dirty: everything that must go */
};

static inline void jpeg_make(struct buf *b, const struct jpeg_kind *k)
{
	int size = tjPixelSize[k->format];
	uint8_t *raw = pixels(k->w, k->h, size);
	unsigned char *file = NULL;
	unsigned long n = 0;
	tjhandle lib = tjInitCompress();
	if (tjCompress2(lib, raw, k->w, 0, k->h, k->format, &file, &n, k->sampling, 90, k->flags) <
	    0)
		abort();
	add(b, file, 2);
	if (k->dirty)
		segment(b, 0xe0, "JFIF\0\1\2\1\0\x48\0\x48\2\1" CANARY, 20);
	if (k->turn)
		exif(b, k->turn, k->big);
	if (k->dirty) {
		segment(b, 0xe0, "JFXX\0" CANARY, 18);
		segment(b, 0xe1, "http://ns.adobe.com/xap/1.0/\0<x>" CANARY, 45);
		segment(b, 0xe2, "ICC_PROFILE\0\1\1" CANARY, 27);
		segment(b, 0xe2, "MPF\0" CANARY, 17);
		segment(b, 0xe3, CANARY, 13);
		segment(b, 0xed, "Photoshop 3.0\0" CANARY, 27);
		segment(b, 0xee, "Adobe-not" CANARY, 22);
		segment(b, 0xef, CANARY, 13);
		segment(b, 0xfe, CANARY, 13);
	}
	add(b, file + 2, n - 2);
	if (k->dirty)
		add(b, CANARY, 13);
	tjFree(file);
	(void)tjDestroy(lib);
	free(raw);
}

/* Decode to RGB. The caller frees it. NULL when it is no whole picture. */
static inline uint8_t *jpeg_pixels(const struct buf *b, int *ret_w, int *ret_h)
{
	int sampling, space;
	uint8_t *raw = NULL;
	const unsigned char *p = (const unsigned char *)b->data;
	tjhandle lib = tjInitDecompress();
	if (tjDecompressHeader3(lib, p, b->len, ret_w, ret_h, &sampling, &space) == 0) {
		int format = space == TJCS_CMYK || space == TJCS_YCCK ? TJPF_CMYK : TJPF_RGB;
		raw = malloc((size_t)*ret_w * (size_t)*ret_h * 4);
		if (raw &&
		    tjDecompress2(
			lib, p, b->len, raw, *ret_w, 0, *ret_h, format, TJFLAG_STOPONWARNING) < 0) {
			free(raw);
			raw = NULL;
		}
	}
	(void)tjDestroy(lib);
	return raw;
}

static inline void chunk(struct buf *b, const char *type, const void *data, size_t n)
{
	struct buf c GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	add_be(b, (uint32_t)n, 4);
	add(&c, type, 4);
	if (n)
		add(&c, data, n);
	add(b, c.data, c.len);
	add_be(b, (uint32_t)crc32(0, (const Bytef *)c.data, (uInt)c.len), 4);
}

struct png_kind {
	uint32_t w, h;
	unsigned depth, colour, interlace;
	size_t row_bytes; /* unpacked bytes in all; 0: those of a picture without interlace */
	bool noise, dirty;
};

/* The rows of the picture, packed. */
static inline void png_data(const struct png_kind *k, struct buf *out)
{
	static const unsigned channels[7] = {1, 0, 3, 1, 2, 0, 4};
	size_t row = 1 + ((size_t)k->w * channels[k->colour] * k->depth + 7) / 8;
	size_t n = k->row_bytes ? k->row_bytes : row * k->h;
	uint8_t *raw = calloc(1, n);
	uLongf packed = compressBound(n);
	if (!raw || !buf_room(out, packed))
		abort();
	uint32_t seed = 1;
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		raw[i] = k->row_bytes || i % row == 0 ? 0 : (uint8_t)(k->noise ? seed >> 24 : i);
	}
	if (compress2((Bytef *)out->data, &packed, raw, n, 6) != Z_OK)
		abort();
	out->len = packed;
	free(raw);
}

static inline void png_head(struct buf *b, const struct png_kind *k)
{
	struct buf h GW_CLEANUP(buf_release) = BUF_INIT(13);
	add(b, "\x89PNG\r\n\x1a\n", 8);
	add_be(&h, k->w, 4);
	add_be(&h, k->h, 4);
	add_be(&h, k->depth, 1);
	add_be(&h, k->colour, 1);
	add_be(&h, 0, 2);
	add_be(&h, k->interlace, 1);
	chunk(b, "IHDR", h.data, h.len);
}

static inline void png_make(struct buf *b, const struct png_kind *k)
{
	struct buf data GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	png_data(k, &data);
	png_head(b, k);
	if (k->dirty) {
		chunk(b, "iCCP", CANARY "\0\0xyz", 18);
		chunk(b, "tEXt", "Author\0" CANARY, 20);
		chunk(b, "zTXt", CANARY, 13);
		chunk(b, "iTXt", CANARY, 13);
		chunk(b, "eXIf", CANARY, 13);
		chunk(b, "tIME", "\7\xea\1\1\1\1\1", 7);
		chunk(b, "prVt", CANARY, 13);
		chunk(b, "gAMA", "\0\0\xb1\x8f", 4);
		chunk(b, "pHYs", "\0\0\xb\x13\0\0\xb\x13\1", 9);
		add(&data, CANARY, 13); /* behind the end of the compressed data */
	}
	if (k->colour == 3)
		chunk(b, "PLTE", "\0\0\0\xff\xff\xff", 6);
	size_t half = data.len / 2;
	chunk(b, "IDAT", data.data, half);
	chunk(b, "IDAT", data.data + half, data.len - half);
	if (k->dirty)
		chunk(b, "tEXt", "Comment\0" CANARY, 21);
	chunk(b, "IEND", NULL, 0);
	if (k->dirty)
		add(b, CANARY, 13);
}

#endif
