/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pdf_content: a content stream of a PDF written anew from its operators (ISO 32000-1 §7.8.2,
 * annex A). Inside attach/ only; to be run in the worker.
 *
 * Kept are the operators that ISO 32000-1 knows, with their operands as they stand. Gone are
 * comments, operators of no meaning, marked content with all it says besides the page (alternative
 * and actual text, layers), and text that is shown in mode 3, which paints nothing.
 */
#ifndef GW_ATTACH_PDF_CONTENT_H
#define GW_ATTACH_PDF_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"

/*
 * Append the stream of n bytes at p to out, clean; *ret_paints becomes true when something in it
 * paints (it is never made false).
 *
 * GW_EFORMAT: it cannot be read, or text that shows hangs on text that does not; GW_ESUPPORT: an
 * inline JPEG, which is not cleaned; GW_ELIMIT: out is full; GW_ENOMEM.
 */
int pdf_content_clean(const void *p, size_t n, struct buf *out, bool *ret_paints) GW_MUST_USE;

/*
 * True when a stream that is clean has something that writing may be drawn with besides text: a
 * picture, a form or a shading, or more pieces of lines than ruling and frames need.
 */
bool pdf_content_draws(const void *p, size_t n);

#endif
