/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ocr: what a picture says, as far as tesseract with its Dutch model reads it, confined
 * (sandbox/program). Inside attach/ only. The text is looked through and never leaves.
 */
#ifndef GW_ATTACH_OCR_H
#define GW_ATTACH_OCR_H

#include "attach/attach.h"

/* Append the text of a JPEG or PNG to out. Codes of program_run. */
int ocr_text(const void *p, size_t n, const struct attach_limits *limits, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

#endif
