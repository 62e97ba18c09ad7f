/* SPDX-License-Identifier: EUPL-1.2 */
/* page: dossier.html while it is written, for html.c and the parts of the page beside it. */
#ifndef GW_PACKAGE_PAGE_H
#define GW_PACKAGE_PAGE_H

#include "base/buf.h"
#include "base/json.h"
#include "package/html.h"

/* The page on its way: writing stops at the first failure, which the end reports. */
struct page {
	struct buf *out;
	const struct catalogue *catalogue;
	enum html_language language;
	int code;
};

/* Dutch or English, as the page is. */
const char *page_say(const struct page *p, const char *dutch, const char *english);

/* Append s as it is. */
void page_raw(struct page *p, const char *s);

/* Append text as text: the five characters that mean something in HTML become references. */
void page_text(struct page *p, const char *s);

/* As page_text, with places to break a line in words that are longer than any of a language. */
void page_words(struct page *p, const char *s);

/* A date as the page's readers write it; what is unknown of it is said. */
void page_date(struct page *p, const char *s);

/*
 * The value of the field `path`, in words where there are any; of a transformed one
 * ({"as":"age_band:5","v":"35-39"}) the result and in small print what was done to it.
 */
void page_value(struct page *p, const char *path, const json_t *v);

/*
 * What the policy keeps back from everybody, what it lets go under a condition only, and what its
 * masks look like: the travelling report in words, a function of the policy alone.
 */
void page_policy(struct page *p, const json_t *report);

/* Which fields (paths, `corrects`) are corrected or removed, and in which package; their values
 * stand with the other facts. */
void page_correction(
    struct page *p, const struct note *note, const json_t *dossier, const json_t *corrects);

#endif
