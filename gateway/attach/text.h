/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * text: what an attachment says, and what a scan profile makes of it. Inside attach/ only.
 *
 * The text of a PDF comes from pdftotext (poppler-utils), run confined (sandbox/program).
 */
#ifndef GW_ATTACH_TEXT_H
#define GW_ATTACH_TEXT_H

#include "attach/clean.h"

enum { TEXT_MAX = 32 << 20 };

/* The text of a PDF, a form feed behind each page; `raw`: in the order of the file. Codes of
 * program_run. */
int text_of_pdf(const void *p, size_t n, bool raw, const struct attach_limits *limits,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* True when some of the n bytes is part of a letter or digit that can be looked through. */
bool text_reads(const char *p, size_t n);

/* Settle the item for a reader that gave no text, by its code. GW_EIO goes on, else 0. */
int text_none(struct attach_item *item, int code) GW_MUST_USE;

/*
 * Look at each page of the item's PDF that has something to read (pages, a byte each): text, with a
 * form feed behind each page, must say something there, or with setup->ocr its picture is read and
 * judged. So is, with setup->ocr, what is drawn beside text: on the pages of the clean document
 * without their letters, or, where there is none (clean NULL), on the pages as they came. Equal
 * pictures are read once. GW_EIO, else 0 with a code in the item.
 */
int text_look_at_pages(struct attach_item *item, const struct buf *pages, const struct buf *text,
    const struct buf *clean, const struct attach_setup *setup, struct errinfo *ei) GW_MUST_USE;

/* Read a picture and judge what it says. GW_EIO, else 0 with a code in the item. */
int text_look_picture(struct attach_item *item, const void *p, size_t n,
    const struct attach_setup *setup, struct errinfo *ei) GW_MUST_USE;

/*
 * Count the findings in n bytes of text into item->found (of several texts the highest count), and
 * settle the item when its profile stops it. What was said of another text of the file stands in
 * answers (NULL: there is none) and is not asked again; what is asked goes there. GW_EIO, else 0.
 */
int text_judge(struct attach_item *item, const char *p, size_t n, struct answers *answers,
    struct errinfo *ei) GW_MUST_USE;

/* Look through the text of a clean PDF. GW_EIO, else 0 with a code in the item. */
int text_look_pdf(struct attach_work *w, const struct attach_setup *setup, struct errinfo *ei)
    GW_MUST_USE;

/* The same for a clean DOCX, whose text its cleaner gave; with setup->ocr its pictures are read. */
int text_look_docx(struct attach_work *w, const struct attach_setup *setup, struct errinfo *ei)
    GW_MUST_USE;

/* Put the text of a clean document in its place, with the masks of its profile. GW_EIO, else 0 with
 * a code in the item. */
int text_take(struct attach_work *w, const struct attach_limits *limits, struct errinfo *ei)
    GW_MUST_USE;

#endif
