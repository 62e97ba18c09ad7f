/* SPDX-License-Identifier: EUPL-1.2 */
/* clean: attachments through their cleaners, in the confined worker. Inside attach/ only. */
#ifndef GW_ATTACH_CLEAN_H
#define GW_ATTACH_CLEAN_H

#include "attach/answers.h"
#include "attach/attach.h"

/* An item at work, and what its cleaner said besides the clean file. */
struct attach_work {
	struct attach_item *item;
	struct buf probe; /* a PDF without page edges, or the text of a DOCX */
	struct buf pages; /* a byte a page, 1 when there is something to read; a DOCX is one page */
	struct answers answers; /* what was said about findings in its texts */
};

void attach_settle(struct attach_item *item, int code, enum attach_why why);

/*
 * Clean the items of works in one call of the worker; when one brings it down, each for itself.
 * Returns 0, with a code in each item, or GW_EIO.
 */
int clean_all(struct attach_work *works, size_t n, const struct attach_limits *limits,
    struct errinfo *ei) GW_MUST_USE;

void attach_works_release(struct attach_work *works, size_t n);

#endif
