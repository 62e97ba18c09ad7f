/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/jpeg.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { SCANS_MAX = 100, QUALITY = 92 };
enum {
	M_SOF0 = 0xc0,
	M_SOF2 = 0xc2,
	M_DHT = 0xc4,
	M_DAC = 0xcc,
	M_RST0 = 0xd0,
	M_RST7 = 0xd7,
	M_SOI = 0xd8,
	M_EOI = 0xd9,
	M_SOS = 0xda,
	M_DQT = 0xdb,
	M_DRI = 0xdd,
	M_APP0 = 0xe0,
	M_APP1 = 0xe1,
	M_APP14 = 0xee,
	M_APP15 = 0xef,
	M_COM = 0xfe,
};

/* What the markers of a file say. */
struct parts {
	const uint8_t *jfif, *adobe; /* bodies of 14 and 12 bytes, or NULL */
	struct buf picture;          /* tables, frame and scans, as they came */
	unsigned width, height, scans;
	unsigned orientation; /* 1 to 8 */
	bool exif;
};

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* A number of the TIFF part of Exif in its own byte order. */
static uint32_t tiff(const uint8_t *p, size_t bytes, bool big)
{
	uint32_t v = 0;
	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | p[big ? i : bytes - 1 - i];
	return v;
}

/* The orientation in an Exif body (behind "Exif\0\0"), 1 where it is missing or wrong. */
static unsigned orientation(const uint8_t *p, size_t n)
{
	if (n < 14 || (memcmp(p, "II*\0", 4) != 0 && memcmp(p, "MM\0*", 4) != 0))
		return 1;
	bool big = p[0] == 'M';
	size_t at = tiff(p + 4, 4, big);
	if (at > n - 2)
		return 1;
	size_t entries = tiff(p + at, 2, big);
	for (at += 2; entries && at <= n && n - at >= 12; at += 12, entries--) {
		uint32_t v = tiff(p + at + 8, 2, big);
		if (tiff(p + at, 2, big) != 0x0112)
			continue;
		bool is_short = tiff(p + at + 2, 2, big) == 3 && tiff(p + at + 4, 4, big) == 1;
		return is_short && v >= 1 && v <= 8 ? v : 1;
	}
	return 1;
}

/* An application segment: body of n bytes. Only what the picture needs is remembered. */
static void take_app(struct parts *s, unsigned marker, const uint8_t *body, size_t n)
{
	if (marker == M_APP0 && n >= 14 && memcmp(body, "JFIF", 5) == 0 && !s->jfif)
		s->jfif = body;
	else if (marker == M_APP14 && n == 12 && memcmp(body, "Adobe", 5) == 0 && !s->adobe)
		s->adobe = body;
	else if (marker == M_APP1 && n > 6 && memcmp(body, "Exif\0", 6) == 0 && !s->exif) {
		s->exif = true;
		s->orientation = orientation(body + 6, n - 6);
	}
}

static int take_frame(
    struct parts *s, const uint8_t *body, size_t n, const struct attach_limits *limits)
{
	if (s->width || n < 6)
		return GW_EFORMAT;
	s->height = be16(body + 1);
	s->width = be16(body + 3);
	if (!s->width || !s->height)
		return GW_EFORMAT;
	if (s->width > limits->side || s->height > limits->side ||
	    (uint64_t)s->width * s->height > limits->pixels)
		return GW_ELIMIT;
	return 0;
}

/* Where the marker behind the entropy-coded data at `at` begins, or n. */
static size_t scan_end(const uint8_t *p, size_t n, size_t at)
{
	for (; at + 1 < n; at++)
		if (p[at] == 0xff && p[at + 1] != 0 && p[at + 1] != 0xff &&
		    !(p[at + 1] >= M_RST0 && p[at + 1] <= M_RST7))
			return at;
	return n;
}

/* Take the segment of that marker; its length stands at p[at]. Moves *at behind it. */
static int take_segment(struct parts *s, unsigned marker, const uint8_t *p, size_t n, size_t *at,
    const struct attach_limits *limits)
{
	size_t length = n - *at >= 2 ? be16(p + *at) : 0, start = *at - 2, end = *at + length;
	const uint8_t *body = p + *at + 2;
	int r = 0;
	if (length < 2 || length > n - *at)
		return GW_EFORMAT;
	*at = end;
	if ((marker >= M_APP0 && marker <= M_APP15) || marker == M_COM)
		take_app(s, marker, body, length - 2);
	else if (marker == M_SOS) {
		if (!s->width || ++s->scans > SCANS_MAX)
			return GW_EFORMAT;
		*at = end = scan_end(p, n, end);
	} else if (marker >= M_SOF0 && marker <= M_SOF2) {
		r = take_frame(s, body, length - 2, limits);
	} else if (marker > M_SOF2 && marker <= 0xcf && marker != M_DHT) {
		return GW_ESUPPORT; /* lossless, hierarchical, arithmetic */
	} else if (marker != M_DHT && marker != M_DQT && marker != M_DRI) {
		return GW_EFORMAT;
	}
	if (r < 0 || marker >= M_APP0)
		return r;
	return buf_add(&s->picture, p + start, end - start);
}

static int walk(struct parts *s, const uint8_t *p, size_t n, const struct attach_limits *limits)
{
	size_t at = 2;
	if (n < 4 || p[0] != 0xff || p[1] != M_SOI)
		return GW_EFORMAT;
	for (;;) {
		if (at >= n || p[at] != 0xff)
			return GW_EFORMAT;
		while (at < n && p[at] == 0xff) /* fill bytes */
			at++;
		if (at >= n)
			return GW_EFORMAT;
		unsigned marker = p[at++];
		if (marker == M_EOI)
			return s->scans ? 0 : GW_EFORMAT;
		if (marker < M_SOF0 || (marker >= M_RST0 && marker <= M_SOI))
			return GW_EFORMAT;
		/* the segment is copied from two bytes before its length: the last fill byte and
		 * the marker */
		int r = take_segment(s, marker, p, n, &at, limits);
		if (r < 0)
			return r;
	}
}

/* The picture with the two small markers that say how its colours are coded, and nothing more. */
static int bare(const struct parts *s, struct buf *out)
{
	uint8_t jfif[18] = {0xff, M_APP0, 0, 16};
	uint8_t adobe[16] = {0xff, M_APP14, 0, 14};
	int r = buf_add(out, "\xff\xd8", 2);
	if (s->jfif && r == 0) {
		memcpy(jfif + 4, s->jfif, 12); /* to the density; thumbnail 0 × 0 */
		r = buf_add(out, jfif, sizeof jfif);
	}
	if (s->adobe && r == 0) {
		memcpy(adobe + 4, s->adobe, 12);
		r = buf_add(out, adobe, sizeof adobe);
	}
	if (r == 0)
		r = buf_add(out, s->picture.data, s->picture.len);
	return r < 0 ? r : buf_add(out, "\xff\xd9", 2);
}

/*
 * Write the n bytes at p anew from their coefficients, turned, in progressive scans: their codes
 * are made for this picture, where those of a plain file would be the standard ones and often twice
 * the size. *ret is for tjFree. GW_EFORMAT when it cannot be done without loss.
 */
static int rewrite(tjhandle lib, enum TJXOP turn, const unsigned char *p, unsigned long n,
    unsigned char **ret, unsigned long *ret_n)
{
	unsigned char *file = NULL;
	unsigned long file_n = 0;
	tjtransform t = {
	    .op = (int)turn, .options = TJXOPT_PERFECT | TJXOPT_COPYNONE | TJXOPT_PROGRESSIVE};
	if (tjTransform(
		lib, p, n, 1, &file, &file_n, &t, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) < 0) {
		tjFree(file);
		return GW_EFORMAT;
	}
	*ret = file;
	*ret_n = file_n;
	return 0;
}

/*
 * rewrite() and take the result, when writing that anew gives the same: coefficients that no true
 * picture has decode well, but have no code in the tables that they are written with.
 */
static int settle(
    tjhandle lib, enum TJXOP turn, const unsigned char *p, unsigned long n, struct buf *out)
{
	unsigned char *file = NULL, *again = NULL;
	unsigned long file_n = 0, again_n = 0;
	int r = rewrite(lib, turn, p, n, &file, &file_n);
	if (r == 0)
		r = rewrite(lib, TJXOP_NONE, file, file_n, &again, &again_n);
	if (r == 0 && (again_n != file_n || memcmp(again, file, file_n) != 0))
		r = GW_EFORMAT;
	if (r == 0)
		r = buf_add(out, file, file_n);
	tjFree(file);
	tjFree(again);
	return r;
}

static const enum TJXOP turns[9] = {TJXOP_NONE, TJXOP_NONE, TJXOP_HFLIP, TJXOP_ROT180, TJXOP_VFLIP,
    TJXOP_TRANSPOSE, TJXOP_ROT90, TJXOP_TRANSVERSE, TJXOP_ROT270};

/* Where the pixel (x, y) of the turned picture stands in the w × h original. */
static size_t source(enum TJXOP turn, size_t x, size_t y, size_t w, size_t h)
{
	switch (turn) {
	case TJXOP_HFLIP:
		return y * w + (w - 1 - x);
	case TJXOP_VFLIP:
		return (h - 1 - y) * w + x;
	case TJXOP_ROT180:
		return (h - 1 - y) * w + (w - 1 - x);
	case TJXOP_TRANSPOSE:
		return x * w + y;
	case TJXOP_ROT90:
		return (h - 1 - x) * w + y;
	case TJXOP_TRANSVERSE:
		return (h - 1 - x) * w + (w - 1 - y);
	case TJXOP_ROT270:
		return x * w + (w - 1 - y);
	default:
		return y * w + x;
	}
}

static bool swaps_sides(enum TJXOP turn)
{
	return turn == TJXOP_TRANSPOSE || turn == TJXOP_TRANSVERSE || turn == TJXOP_ROT90 ||
	    turn == TJXOP_ROT270;
}

/* Turn on pixels: from → to, both of w × h pixels of `size` bytes. */
static void turn_pixels(
    enum TJXOP turn, const uint8_t *from, uint8_t *to, size_t w, size_t h, size_t size)
{
	size_t new_w = swaps_sides(turn) ? h : w, new_h = swaps_sides(turn) ? w : h;
	for (size_t y = 0; y < new_h; y++)
		for (size_t x = 0; x < new_w; x++, to += size)
			memcpy(to, from + source(turn, x, y, w, h) * size, size);
}

/* The sampling of a picture that had `sampling` before its sides were swapped. */
static int swapped(int sampling)
{
	switch (sampling) {
	case TJSAMP_422:
		return TJSAMP_440;
	case TJSAMP_440:
		return TJSAMP_422;
	case TJSAMP_411:
		return TJSAMP_444;
	default:
		return sampling;
	}
}

/* Decode p of w × h pixels, turn it and encode it again. *ret is for tjFree. */
static int through_pixels(
    tjhandle lib, enum TJXOP turn, const struct buf *in, unsigned char **ret, unsigned long *ret_n)
{
	int w, h, sampling, space, r = GW_EFORMAT;
	const unsigned char *p = (const unsigned char *)in->data;
	if (tjDecompressHeader3(lib, p, in->len, &w, &h, &sampling, &space) < 0)
		return GW_EFORMAT;
	int format = space == TJCS_GRAY                ? TJPF_GRAY
	    : space == TJCS_CMYK || space == TJCS_YCCK ? TJPF_CMYK
						       : TJPF_RGB;
	size_t size = (size_t)tjPixelSize[format], bytes = (size_t)w * (size_t)h * size;
	uint8_t *from = malloc(bytes), *to = malloc(bytes);
	tjhandle encoder = tjInitCompress();
	bool swap = swaps_sides(turn);
	if (!from || !to || !encoder)
		r = GW_ENOMEM;
	else if (tjDecompress2(lib, p, in->len, from, w, 0, h, format,
		     TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT) == 0) {
		turn_pixels(turn, from, to, (size_t)w, (size_t)h, size);
		if (tjCompress2(encoder, to, swap ? h : w, 0, swap ? w : h, format, ret, ret_n,
			swap ? swapped(sampling) : sampling, QUALITY, TJFLAG_ACCURATEDCT) == 0)
			r = 0;
	}
	free(from);
	free(to);
	if (encoder)
		(void)tjDestroy(encoder);
	return r;
}

/* For pictures that cannot be turned without loss, or whose turned form cannot be read back. */
static int recode(tjhandle lib, enum TJXOP turn, const struct buf *in, struct buf *out)
{
	unsigned char *file = NULL;
	unsigned long file_n = 0;
	int r = through_pixels(lib, turn, in, &file, &file_n);
	if (r == 0)
		r = settle(lib, TJXOP_NONE, file, file_n, out);
	tjFree(file);
	return r;
}

/* Write the picture anew, turned as its orientation says. */
static int transform(const struct parts *s, const struct buf *in, struct buf *out)
{
	int w, h, sampling, space, r;
	enum TJXOP turn = turns[s->orientation];
	tjhandle lib = tjInitTransform();
	const unsigned char *p = (const unsigned char *)in->data;
	if (!lib)
		return GW_ENOMEM;
	if (tjDecompressHeader3(lib, p, in->len, &w, &h, &sampling, &space) < 0)
		r = GW_ESUPPORT;
	else
		r = settle(lib, turn, p, in->len, out);
	if (r == GW_EFORMAT && s->orientation > 1)
		r = recode(lib, turn, in, out);
	(void)tjDestroy(lib);
	return r;
}

int jpeg_clean(const void *p, size_t n, const struct attach_limits *limits, enum jpeg_turn turn,
    struct buf *out)
{
	struct parts s = {.orientation = 1, .picture = BUF_INIT(n)};
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(n + 64);
	size_t before = out->len;
	int r = walk(&s, p, n, limits);
	if (turn == JPEG_AS_STORED)
		s.orientation = 1;
	if (r == 0)
		r = bare(&s, &in);
	if (r == 0)
		r = transform(&s, &in, out);
	if (r < 0)
		out->len = before;
	buf_release(&s.picture);
	return r;
}
