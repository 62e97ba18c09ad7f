/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pdf_walk: what is kept of the objects that pages of a PDF lead to. For pdf.c only.
 *
 * Every object has one kind (a font, an image, …); a kind is a table of the keys that stay and the
 * kinds that their values must be. What is not in the table goes, and so does a value of another
 * kind. Objects are met once, from a list: nothing here recurses on input.
 */
#ifndef GW_ATTACH_PDF_WALK_H
#define GW_ATTACH_PDF_WALK_H

#include <qpdf/qpdf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/attach.h"

enum pdf_kind {
	PDF_PLAIN, /* numbers, names, booleans, and arrays of them */
	PDF_TEXT,  /* a string, or what is plain */
	PDF_PAGE,
	PDF_RESOURCES,
	PDF_GROUP,
	PDF_COLOUR, /* a colour space */
	PDF_CALIBRATED,
	PDF_STATE,
	PDF_STATE_FONT,
	PDF_SOFT_MASK,
	PDF_XOBJECT, /* an image or a form, as its subtype says */
	PDF_IMAGE,
	PDF_MASK,
	PDF_FORM,
	PDF_PATTERN, /* tiling or shading, as its type says */
	PDF_TILING,
	PDF_SHADED,
	PDF_SHADING,
	PDF_FUNCTION,
	PDF_FONT,
	PDF_DESCRIPTOR,
	PDF_ENCODING,
	PDF_SYSTEM,
	PDF_CMAP,
	PDF_DATA, /* a stream of bytes that is kept as it is: a font, samples */
	PDF_GLYPH,
	PDF_PARMS,
	PDF_COLOURS, /* from here on: dictionaries by name of the above */
	PDF_STATES,
	PDF_XOBJECTS,
	PDF_PATTERNS,
	PDF_SHADINGS,
	PDF_FONTS,
	PDF_GLYPHS,
	PDF_KINDS
};

struct pdf_todo {
	qpdf_oh object;
	enum pdf_kind kind;
};

struct pdf_walk {
	qpdf_data q;
	const struct attach_limits *limits;
	struct pdf_todo *todo;
	size_t todo_n, todo_cap;
	uint8_t *kind; /* by object number, 0: not met, else kind + 1 */
	size_t kind_n;
	enum attach_why why; /* of GW_EREFUSED */
	bool no_letters;     /* in: fonts go too */
};

void pdf_walk_init(struct pdf_walk *w, qpdf_data q, const struct attach_limits *limits);
void pdf_walk_release(struct pdf_walk *w);

/* Clean a dictionary or stream as that kind, and all that it leads to. Codes of pdf_clean. */
int pdf_walk(struct pdf_walk *w, qpdf_oh object, enum pdf_kind kind) GW_MUST_USE;

/* True when a dictionary of that kind (none by name) keeps the key; what its value must be in
 * *ret_kind. pdf_keys.c. */
bool pdf_key(enum pdf_kind kind, const char *name, enum pdf_kind *ret_kind);

/* Clean the data of a stream of that kind, whose dictionary is clean. pdf_stream.c. */
int pdf_stream_clean(struct pdf_walk *w, qpdf_oh stream, enum pdf_kind kind) GW_MUST_USE;

/* 0, or what the library's present error comes down to, which is then forgotten. */
int pdf_failed(qpdf_data q) GW_MUST_USE;

/* True when the value of that key is the name. */
bool pdf_key_is(qpdf_data q, qpdf_oh dict, const char *key, const char *name);

#endif
