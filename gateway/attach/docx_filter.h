/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * docx_filter: one XML part of a DOCX, written anew while it is read (expat). Inside attach/ only;
 * to be run in the worker.
 *
 * Elements and attributes stay as docx_words.h says. Tracked changes are accepted: what was put in
 * stays, what was taken out goes. Runs that do not show go (w:vanish, of their own or by a style).
 * Fields become the text that they show, but for the numbers of pages. Processing instructions,
 * comments and a document type are not passed on; the last refuses the document.
 */
#ifndef GW_ATTACH_DOCX_FILTER_H
#define GW_ATTACH_DOCX_FILTER_H

#include "attach/attach.h"
#include "attach/docx_words.h"

enum { DOCX_ID = 16 };

/* Styles whose text does not show. */
struct docx_hidden {
	char **ids;
	size_t n;
};

struct docx_filter {
	enum docx_space root_space; /* what the first element must be */
	const char *root;
	const struct docx_hidden *hidden; /* may be NULL */
	/*
	 * The new id of the relationship that the element of that name has with what the old id
	 * names; 1 with the id in ret, 0 when there is none to keep, or a code.
	 */
	int (*link)(void *arg, const char *element, const char *id, char ret[DOCX_ID]);
	void *arg;
	enum attach_why why; /* of GW_EREFUSED, or ATTACH_GOES */
};

/*
 * Append the part of n bytes at p to out, clean, and what a person reads in it to text, a newline
 * behind each paragraph. GW_EFORMAT, GW_ELIMIT, GW_ENOMEM, GW_ESUPPORT, GW_EREFUSED with f->why,
 * or what link returned.
 */
int docx_filter(struct docx_filter *f, const void *p, size_t n, struct buf *out, struct buf *text)
    GW_MUST_USE;

/* Find the styles in the part of n bytes at p whose text does not show. GW_EREFUSED: all text would
 * not; GW_ELIMIT: too many styles, or too many one behind the other; GW_EFORMAT, GW_ENOMEM. The
 * caller releases *ret. */
int docx_hidden_find(const void *p, size_t n, struct docx_hidden *ret) GW_MUST_USE;
void docx_hidden_release(struct docx_hidden *h);
bool docx_hidden_has(const struct docx_hidden *h, const char *id);

/* Switched on, as the value of a property that may stand without one (ISO/IEC 29500, 17.17.4). */
bool docx_on(const char *value);

/* The value of the attribute w:val among the parser's, or NULL. */
const char *docx_val(const char **attributes);

#endif
