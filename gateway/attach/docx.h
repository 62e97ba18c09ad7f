/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * docx: a DOCX with its text, its layout and its pictures, and nothing else (ISO/IEC 29500). Inside
 * attach/ only; to be run in the worker.
 *
 * The package is read twice and compared (dossier/unpack) and written anew under our own names: the
 * document, its headers, footers, notes, styles, numbering, fonts, theme, the settings that place
 * text, and pictures, cleaned like any. Every XML part passes docx_filter. Gone are properties,
 * comments, people, custom XML, glossary, thumbnails, templates and everything else. Macros,
 * controls, embedded objects and imported parts refuse it, and so does a picture or drawing of a
 * kind that cannot be cleaned.
 */
#ifndef GW_ATTACH_DOCX_H
#define GW_ATTACH_DOCX_H

#include "attach/attach.h"

/*
 * Append the clean document to out and its text to text; to pages one byte, 1 when there is a
 * picture in it and else 0. Codes as pdf_clean, GW_EREFUSED with *ret_why ATTACH_ACTIVE or
 * ATTACH_HIDDEN_LAYERS (all text of a style for tables, or of the document, does not show).
 */
int docx_clean(const void *p, size_t n, const struct attach_limits *limits, struct buf *out,
    struct buf *text, struct buf *pages, enum attach_why *ret_why) GW_MUST_USE;

#endif
