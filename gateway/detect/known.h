/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * known: the names and numbers of one dossier, looked up in normal text. Inside detect/ only; the
 * functions that fill a set stand in detect.h.
 */
#ifndef GW_DETECT_KNOWN_H
#define GW_DETECT_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/detect.h"

struct scan;

/* Parts of a name that stand beside each other in the text, and the finding they make. */
struct name_chain {
	size_t from, end; /* of the parts so far; end 0: none */
	size_t finding;   /* index + 1 of the finding that the chain made, 0 while it made none */
};

/* Follow the word [from, to) of s, which may hold NORMAL_JOIN; adds or extends a finding. */
void known_word(struct scan *s, size_t from, size_t to);

/* True when a known number may begin with character c. */
bool known_begins(const struct detect_known *known, char c);

/* The same of all 256 at once; NULL where nothing is known. Borrowed. */
const bool *known_first(const struct detect_known *known);

/* True when this is a known birth date; a year of two digits fits any century. */
bool known_is_birth(const struct detect_known *known, unsigned year, unsigned month, unsigned day);

/* Look for a known number at `at`; adds a finding and returns its end, or 0. */
size_t known_number(struct scan *s, size_t at);

#endif
