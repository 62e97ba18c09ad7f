/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * docx_words: what is kept of the XML of a DOCX: namespaces, elements, attributes (ISO/IEC 29500,
 * transitional). Inside attach/ only.
 */
#ifndef GW_ATTACH_DOCX_WORDS_H
#define GW_ATTACH_DOCX_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The namespaces that are known, by the prefix that they are written with. */
enum docx_space {
	DOCX_W,
	DOCX_R,
	DOCX_WP,
	DOCX_A,
	DOCX_PIC,
	DOCX_M,
	DOCX_V,
	DOCX_O,
	DOCX_W10,
	DOCX_MC,
	DOCX_WPS,
	DOCX_WPG,
	DOCX_WPC,
	DOCX_XML,
	DOCX_NONE, /* of an attribute without prefix */
	DOCX_OTHER
};

/* A name as the parser gives it ("uri|local", or "local" alone): its space, and *ret_local. */
enum docx_space docx_space_of(const char *name, const char **ret_local);
const char *docx_prefix(enum docx_space space);

/* All declarations, for the first element of a part: ` xmlns:w="…" …`. */
extern const char docx_declarations[];

enum docx_fate {
	DOCX_DROP, /* with all it holds */
	DOCX_KEEP,
	DOCX_UNWRAP,     /* what it holds stays */
	DOCX_ACTIVE,     /* refuses the document: active content */
	DOCX_FIELD,      /* w:fldChar */
	DOCX_FIELD_TEXT, /* w:instrText */
	DOCX_FIELD_SIMPLE,
	DOCX_VANISH, /* w:vanish */
	DOCX_ALTERNATE,
	DOCX_CHOICE,
	DOCX_FALLBACK
};
enum docx_fate docx_fate_of(enum docx_space space, const char *local);

/* What becomes of an attribute of a kept element. */
enum docx_attribute {
	DOCX_A_DROP,
	DOCX_A_KEEP,
	DOCX_A_EMPTY, /* kept, with nothing in it */
	DOCX_A_LINK,  /* names a relationship */
	DOCX_A_TEXT   /* kept, and a person can read it: to be looked through */
};
enum docx_attribute docx_attribute_of(
    enum docx_space element, const char *element_local, enum docx_space space, const char *local);

#endif
