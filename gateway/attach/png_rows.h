/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * png_rows: the picture of a PNG unpacked row by row, and packed anew (W3C PNG, third edition, §9
 * filtering, §8.1 interlacing). For png.c only.
 *
 * Written are the pixels and nothing else: bits behind the last pixel of a row are zero, the colour
 * under full transparency is zero, filters and compressed blocks are our own. Memory is a few rows.
 */
#ifndef GW_ATTACH_PNG_ROWS_H
#define GW_ATTACH_PNG_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/defs.h"

enum { PNG_GREY = 0, PNG_RGB = 2, PNG_PALETTE = 3, PNG_GREY_ALPHA = 4, PNG_RGB_ALPHA = 6 };

struct png_shape {
	uint32_t width, height;
	unsigned depth, colour, channels;
	bool interlaced;
	size_t colours; /* in the palette, when there is one */
};

struct png_rows {
	struct png_shape shape;
	size_t step;        /* bytes from a byte to the one a filter compares it with */
	unsigned pass;      /* 0 to 6; only 0 without interlace */
	uint32_t columns;   /* pixels in a row of this pass */
	uint32_t rows_left; /* of this pass, the one at hand counted */
	size_t bytes;       /* in a row of this pass, without its filter */
	size_t filled;      /* bytes of the row at hand, with its filter */
	bool whole, ended;  /* all rows came; the compressed data ended */
	bool used[256];     /* colours of the palette that a pixel has */
	bool filters;       /* of use for pixels of this kind */
	unsigned filter;    /* of the rows at hand, and how many more keep it */
	unsigned same_left;
	uint8_t *memory;                                        /* of the five rows below */
	uint8_t *row, *before, *clean, *clean_before, *out_row; /* row, out_row: filter first */
	z_stream in, out;
	bool in_open, out_open;
	int level;               /* of packing */
	bool tried;              /* whether the stretch at hand packs is known */
	uLong mark_in, mark_out; /* where it began */
	uint8_t chunk[32 << 10];
	struct buf *to;
};

/* Append a chunk of that type with n bytes of data to out. */
int png_chunk(struct buf *out, const char *type, const void *data, size_t n) GW_MUST_USE;

/* Begin, for rows to be appended to `to` as IDAT chunks. GW_ENOMEM. Released in any case. */
int png_rows_init(struct png_rows *r, const struct png_shape *shape, struct buf *to) GW_MUST_USE;
void png_rows_release(struct png_rows *r);

/*
 * Take n bytes of compressed data. What stands behind their end is dropped. GW_EFORMAT: not to be
 * unpacked, more than the rows, a filter or a colour of the palette that there is not.
 */
int png_rows_take(struct png_rows *r, const uint8_t *p, size_t n) GW_MUST_USE;

/* Write what is left. GW_EFORMAT when rows are missing or the data do not end. */
int png_rows_end(struct png_rows *r) GW_MUST_USE;

#endif
