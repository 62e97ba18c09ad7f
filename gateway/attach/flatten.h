/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * flatten: a PDF as pictures of its pages. Inside attach/ only.
 *
 * Pages are what pdftoppm (poppler-utils), run confined, shows of them; its pictures are cleaned
 * like any, and a document is written around them in the worker.
 */
#ifndef GW_ATTACH_FLATTEN_H
#define GW_ATTACH_FLATTEN_H

#include "attach/clean.h"

/*
 * Look through the text of the PDF of w as it came, and make pictures of its pages in item->out.
 * What the cleaner refused for a form, for layers or for a kind of image may go on this way; its
 * pages then all have something to read. At most 100 pages, two minutes in all. GW_EIO, else 0 with
 * a code in the item.
 */
int flatten(struct attach_work *w, const struct attach_setup *setup, struct errinfo *ei)
    GW_MUST_USE;

/* One page of a PDF, counted from 1, as a JPEG. Codes of program_run. */
int flatten_page(const void *p, size_t n, unsigned page, unsigned dpi,
    const struct attach_limits *limits, struct buf *out, struct errinfo *ei) GW_MUST_USE;

#endif
