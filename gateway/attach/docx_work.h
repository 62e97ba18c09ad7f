/* SPDX-License-Identifier: EUPL-1.2 */
/* docx_work: what docx_filter.c carries along a part; for it and docx_field.c only. */
#ifndef GW_ATTACH_DOCX_WORK_H
#define GW_ATTACH_DOCX_WORK_H

#include <expat.h>

#include "attach/docx_filter.h"

enum { DEPTH_MAX = 200, NAME_MAX = 48, FIELDS_MAX = 16, INSTRUCTION_MAX = 128 };

/* What an open element is, while it is open. */
enum doing { KEEPS, UNWRAPS, ALTERNATES };

struct frame {
	enum doing doing;
	char name[NAME_MAX]; /* as written, with its prefix */
	size_t out, text;    /* where it begins */
	bool chosen;         /* ALTERNATES: one of the choices was taken */
	bool style_hides;    /* of a paragraph or run */
	int vanish;          /* of a run: 0 not said, 1 it does not show, -1 it does */
};

struct field {
	bool instruction; /* before its separator */
	bool sent;        /* it is kept, and its beginning is written */
	size_t run;       /* the place in out where the run began that its beginning stands in */
	char text[INSTRUCTION_MAX];
	size_t n;
};

struct docx_work {
	struct docx_filter *f;
	XML_Parser parser;
	struct buf *out, *text;
	struct frame frame[DEPTH_MAX];
	size_t depth, dropped; /* open elements, and those within the outermost dropped one */
	struct field field[FIELDS_MAX];
	size_t fields;
	bool begun, in_text, in_instruction;
	int code;
};

void docx_fail(struct docx_work *w, int code);
void docx_write(struct docx_work *w, const char *s);

/* The name of a field that may stay, for an instruction of n bytes; NULL for one that may not. */
const char *docx_field_kept(const char *text, size_t n);

/* w:fldChar, w:instrText, and the end of a run that is taken out again from `out` on. */
void docx_field_char(struct docx_work *w, const char *type);
void docx_field_text(struct docx_work *w, const char *p, size_t n);
void docx_field_undo(struct docx_work *w, size_t out);

/* True while what is met is an instruction and not its result. */
bool docx_field_hides(const struct docx_work *w);

/* The run that is open, or NULL. */
const struct frame *docx_run(const struct docx_work *w);

#endif
