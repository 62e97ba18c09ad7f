/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The DOCX cleaner, as the worker runs it, on a document whose parts the input gives: what it made
 * clean stays as it is. Parts are parted by NUL bytes: document, relationships, styles, header; an
 * input that begins with PK is a whole package.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attach/docx.h"
#include "attach/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void build(const uint8_t *p, size_t n, struct buf *out)
{
	static const char *const names[] = {"word/document.xml", "word/_rels/document.xml.rels",
	    "word/styles.xml", "word/header1.xml"};
	static const char top[] =
	    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	    "<Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"word/document.xml\"/>"
	    "</Relationships>";
	struct zip z GW_CLEANUP(zip_release);
	const uint8_t *end = p + n;
	zip_begin(&z, out);
	int r = zip_add(&z, "[Content_Types].xml", "<x/>", 4);
	if (r == 0)
		r = zip_add(&z, "_rels/.rels", top, sizeof top - 1);
	for (size_t i = 0; i < GW_LENGTH(names) && r == 0 && p < end; i++) {
		const uint8_t *stop = memchr(p, 0, (size_t)(end - p));
		size_t k = (size_t)((stop ? stop : end) - p);
		r = zip_add(&z, names[i], p, k);
		p += k + (stop != NULL);
	}
	if (r < 0 || zip_end(&z) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct attach_limits l = {.bytes = 1 << 20, .side = 1000, .pixels = 100000};
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	struct buf out[2] = {BUF_INIT(4 << 20), BUF_INIT(4 << 20)};
	struct buf text[2] = {BUF_INIT(4 << 20), BUF_INIT(4 << 20)};
	struct buf pages[2] = {BUF_INIT(16), BUF_INIT(16)};
	enum attach_why why;
	if (n >= 2 && memcmp(p, "PK", 2) == 0) {
		if (buf_add(&in, p, n) < 0)
			abort();
	} else {
		build(p, n, &in);
	}
	if (docx_clean(in.data, in.len, &l, &out[0], &text[0], &pages[0], &why) == 0 &&
	    (docx_clean(out[0].data, out[0].len, &l, &out[1], &text[1], &pages[1], &why) != 0 ||
		out[0].len != out[1].len || memcmp(out[0].data, out[1].data, out[0].len) != 0))
		abort();
	for (size_t i = 0; i < 2; i++) {
		buf_release(&out[i]);
		buf_release(&text[i]);
		buf_release(&pages[i]);
	}
	return 0;
}
