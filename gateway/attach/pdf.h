/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pdf: a PDF with its pages and nothing else (ISO 32000-1), by libqpdf. Inside attach/ only; to be
 * run in the worker.
 *
 * The document is made anew around its pages, by lists of what is kept: everything that paints a
 * page (contents, resources, fonts, images, patterns, shadings, functions) with the keys that say
 * how. Gone are document information, XMP, names and outlines, scripts and actions, embedded files,
 * forms, annotations of all kinds (links and comments too), structure and alternative text,
 * thumbnails, private data, colour profiles (colours are read as those of the device), the metadata
 * within JPEG images, comments in streams, what stands behind compressed data, and text in the mode
 * that shows nothing. The result is a function of the input alone, and cleaning it again changes
 * nothing.
 */
#ifndef GW_ATTACH_PDF_H
#define GW_ATTACH_PDF_H

#include "attach/attach.h"

/*
 * Append to out the clean document; to probe the same pages without their edges, so that text that
 * lies outside them is found in it; to pages a byte for each page: PDF_PAINTS when something is
 * painted on it, with PDF_DRAWS when that may be writing that is no text.
 *
 * GW_EFORMAT broken; GW_ELIMIT too large; GW_ESUPPORT a kind of image that no cleaner knows;
 * GW_EREFUSED with *ret_why "encrypted", "form" (filled in, so that it would lose its answers) or
 * "hidden_layers"; GW_ENOMEM.
 */
enum { PDF_PAINTS = 1, PDF_DRAWS = 2 };
int pdf_clean(const void *p, size_t n, const struct attach_limits *limits, struct buf *out,
    struct buf *probe, struct buf *pages, enum attach_why *ret_why) GW_MUST_USE;

/* Append the same as pdf_clean to out, but without fonts, so that no letter of it shows. Codes of
 * pdf_clean. */
int pdf_drawn(const void *p, size_t n, const struct attach_limits *limits, struct buf *out)
    GW_MUST_USE;

/*
 * Append a document of pictures, one a page, to out: JPEGs as they are, at `dpi` pixels an inch.
 * GW_EFORMAT when one is no JPEG of one or three colours.
 */
struct pdf_picture {
	const void *p;
	size_t n;
};
int pdf_of_pictures(const struct pdf_picture *pictures, size_t n, unsigned dpi, struct buf *out)
    GW_MUST_USE;

#endif
