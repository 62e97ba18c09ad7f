/* SPDX-License-Identifier: EUPL-1.2 */
/* names: a name taken apart, and which of its parts say little. Inside detect/ only. */
#ifndef GW_DETECT_NAMES_H
#define GW_DETECT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"

enum { NAME_PARTS = 64 };

/* A run of letters of a name, in normal form and lower case. */
struct name_part {
	char *text;
	size_t n;
	bool capital; /* it began with a capital, or its script has none */
};

struct name_parts {
	struct name_part part[NAME_PARTS];
	size_t n;
};

/* Append the parts of text (NULL: none) to p. GW_EFORMAT when it is not UTF-8, GW_ELIMIT. */
int name_split(struct name_parts *p, const char *text) GW_MUST_USE;
void name_parts_release(struct name_parts *p);

/* True for van, der, el, bin and the like; for dhr, mevrouw, tante and the like; for a name that is
 * also a Dutch word. text is lower case, n bytes. */
bool name_is_particle(const char *text, size_t n);
bool name_is_title(const char *text, size_t n);
bool name_is_ordinary(const char *text, size_t n);

/* True for months and the shortest of words, which a free text about somebody may hold as such. */
bool name_is_shy(const char *text, size_t n);

/* True for a word of offices and what they do, and for an abbreviation of one: no part of a name in
 * a free text about somebody. */
bool name_is_office(const char *text, size_t n);

#endif
