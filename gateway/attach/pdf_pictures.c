/* SPDX-License-Identifier: EUPL-1.2 */
/* A PDF written around pictures, one a page. */
#include <stdint.h>
#include <string.h>

#include "attach/pdf.h"
#include "base/str.h"

enum { POINTS = 72, OBJECTS = 3 /* of each page: itself, its contents, its picture */ };

struct shape {
	unsigned width, height, colours;
};

/* The frame of a JPEG that jpeg_clean made (ITU-T T.81, B.2.2). */
static int shape_of(const struct pdf_picture *picture, struct shape *ret)
{
	const uint8_t *p = picture->p;
	for (size_t at = 2; at + 10 <= picture->n && p[at] == 0xff;) {
		unsigned marker = p[at + 1];
		if (marker >= 0xc0 && marker <= 0xc2) {
			*ret = (struct shape){(unsigned)p[at + 7] << 8 | p[at + 8],
			    (unsigned)p[at + 5] << 8 | p[at + 6], p[at + 9]};
			return ret->colours == 1 || ret->colours == 3 ? 0 : GW_EFORMAT;
		}
		at += 2 + ((size_t)p[at + 2] << 8 | p[at + 3]);
	}
	return GW_EFORMAT;
}

static int write_page(
    const struct pdf_picture *picture, size_t first, unsigned dpi, struct buf *out, size_t *at)
{
	struct shape s;
	int r = shape_of(picture, &s);
	if (r < 0)
		return r;
	double w = (double)s.width * POINTS / dpi, h = (double)s.height * POINTS / dpi;
	char *draw GW_CLEANUP(str_free_p) = str_printf("%.2f 0 0 %.2f 0 0 cm /Im Do\n", w, h);
	size_t from = out->len;
	at[0] = from;
	r = buf_addf(out,
	    "%zu 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %zu 0 R"
	    "/Resources<</XObject<</Im %zu 0 R>>>>>>\nendobj\n",
	    first, w, h, first + 1, first + 2);
	at[1] = out->len;
	if (r == 0)
		r = buf_addf(out, "%zu 0 obj\n<</Length %zu>>\nstream\n%sendstream\nendobj\n",
		    first + 1, strlen(draw), draw);
	at[2] = out->len;
	if (r == 0)
		r = buf_addf(out,
		    "%zu 0 obj\n<</Type/XObject/Subtype/Image/Width %u/Height %u/ColorSpace/%s"
		    "/BitsPerComponent 8/Filter/DCTDecode/Length %zu>>\nstream\n",
		    first + 2, s.width, s.height, s.colours == 1 ? "DeviceGray" : "DeviceRGB",
		    picture->n);
	if (r == 0)
		r = buf_add(out, picture->p, picture->n);
	return r < 0 ? r : buf_adds(out, "\nendstream\nendobj\n");
}

static int write_tree(size_t n, struct buf *out, size_t *at)
{
	at[0] = out->len;
	int r = buf_adds(out, "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
	at[1] = out->len;
	if (r == 0)
		r = buf_addf(out, "2 0 obj\n<</Type/Pages/Count %zu/Kids[", n);
	for (size_t i = 0; i < n && r == 0; i++)
		r = buf_addf(out, "%zu 0 R ", 3 + OBJECTS * i);
	return r < 0 ? r : buf_adds(out, "]>>\nendobj\n");
}

int pdf_of_pictures(const struct pdf_picture *pictures, size_t n, unsigned dpi, struct buf *out)
{
	size_t objects = 2 + OBJECTS * n, start = out->len;
	size_t *at GW_CLEANUP(str_free_p) = str_alloc(objects * sizeof *at);
	int r = buf_adds(out, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
	if (r == 0)
		r = write_tree(n, out, at);
	for (size_t i = 0; i < n && r == 0; i++)
		r = write_page(&pictures[i], 3 + OBJECTS * i, dpi, out, at + 2 + OBJECTS * i);
	size_t xref = out->len - start;
	if (r == 0)
		r = buf_addf(out, "xref\n0 %zu\n0000000000 65535 f \n", objects + 1);
	for (size_t i = 0; i < objects && r == 0; i++)
		r = buf_addf(out, "%010zu 00000 n \n", at[i] - start);
	return r < 0 ? r
		     : buf_addf(out, "trailer\n<</Root 1 0 R/Size %zu>>\nstartxref\n%zu\n%%%%EOF\n",
			   objects + 1, xref);
}
