/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * drawn: what a clean document shows besides its letters, so that what stands in its pictures can
 * be read. Inside attach/ only; made in the confined worker.
 */
#ifndef GW_ATTACH_DRAWN_H
#define GW_ATTACH_DRAWN_H

#include "attach/attach.h"

/* Append the clean PDF without its letters: the same pages with their pictures and lines. Codes of
 * worker_run. */
int drawn_pdf(const struct buf *clean, const struct attach_limits *limits, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * Append the pictures of the clean DOCX, each behind its size (size_t). Codes of worker_run.
 * drawn_next: the picture at *at in them, and *at behind it; false at the end, or where a size
 * cannot be.
 */
int drawn_docx(const struct buf *clean, const struct attach_limits *limits, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;
bool drawn_next(const struct buf *pictures, size_t *at, const void **ret_p, size_t *ret_n);

#endif
