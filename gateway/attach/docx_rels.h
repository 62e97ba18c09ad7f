/* SPDX-License-Identifier: EUPL-1.2 */
/* docx_rels: the relationships of a part of a DOCX (ISO/IEC 29500-2, 9.3). Inside attach/ only. */
#ifndef GW_ATTACH_DOCX_RELS_H
#define GW_ATTACH_DOCX_RELS_H

#include <stddef.h>

#include "base/defs.h"

enum { DOCX_PATH = 256 };

/* One to a part within the package; those to the outside are not remembered. */
struct docx_rel {
	char *id, *type;        /* type: its last word, "image" */
	char target[DOCX_PATH]; /* the name of a member */
};
struct docx_rels {
	struct docx_rel *list;
	size_t n;
};

/*
 * Read the n bytes at p, the relationships of the part of that name ("" for the package). A target
 * that leads out of the package is passed over. GW_EFORMAT, GW_ELIMIT, GW_ENOMEM; the caller
 * releases *ret.
 */
int docx_rels_read(const char *part, const void *p, size_t n, struct docx_rels *ret) GW_MUST_USE;
void docx_rels_release(struct docx_rels *r);

/* The one of that id, or the first of that type; NULL. */
const struct docx_rel *docx_rel_by_id(const struct docx_rels *r, const char *id);
const struct docx_rel *docx_rel_by_type(const struct docx_rels *r, const char *type);

/* The member that holds the relationships of a part: "word/_rels/document.xml.rels". */
void docx_rels_name(const char *part, char ret[DOCX_PATH + 16]);

#endif
