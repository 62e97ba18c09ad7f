/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scan: the one pass over normal text, and what its detectors share. Inside detect/ only.
 *
 * The pass calls the detectors of detectors.c at their trigger, each looks at a bounded window
 * around it. Known names and stems are followed word by word. All positions are of the normal text;
 * detect_scan brings them back to the original at the end.
 */
#ifndef GW_DETECT_SCAN_H
#define GW_DETECT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/detect.h"
#include "detect/known.h"

/* Where in the text a detector is asked. */
enum trigger {
	AT_CODE,   /* two letters at the start of a word, a digit behind the word */
	AT_KNOWN,  /* a letter or digit, nothing of the sort before it */
	AT_MAIL,   /* '@', an opening bracket, or the word at or apenstaartje */
	AT_NUMBER, /* the first digit of a group */
};

/* Pieces of text that are no finding, but within which a finding of a stem does not count. */
struct ranges {
	struct range {
		size_t from, to;
	} * list;
	size_t n, cap;
};

struct scan {
	const char *p;
	size_t n;
	const struct detect_known *known; /* may be NULL */
	struct detect_findings found;
	struct ranges denied;
	size_t claimed;            /* no number detector looks before this position */
	struct name_chain chain;   /* of known names, see known.h */
	size_t starts[8], words;   /* where the last words began; how many there were */
	uint16_t state, alternate; /* of the stem automaton; alternate behind a NORMAL_JOIN */
	bool has_alternate;
	bool out_of_memory;
};

/*
 * A detector of one form. find() looks at s->p[at] and returns the end of what it found there (its
 * start in *ret_from, how sure in *ret_certainty) or 0. Rows are asked in the order of the table;
 * one that claims hides what it found from the number detectors behind it.
 */
struct detector {
	enum detect_kind kind;
	enum trigger trigger;
	bool claims;
	size_t (*find)(const struct scan *s, size_t at, size_t *ret_from,
	    enum detect_certainty *ret_certainty);
	const char *form, *check, *context;      /* in words, for people */
	const char *const *hits, *const *misses; /* NULL-ended texts that must and must not hit */
};

/* The table; detectors_count rows. */
extern const struct detector detectors[];
extern const size_t detectors_count;

/* Characters of the normal text. A letter is one of ASCII or any byte of a longer character. */
static inline bool scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool scan_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static inline bool scan_is_alnum(char c)
{
	return scan_is_digit(c) || scan_is_letter(c);
}

static inline char scan_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The character at i, or NUL outside the text. */
static inline char scan_at(const struct scan *s, size_t i)
{
	return i < s->n ? s->p[i] : '\0';
}

/*
 * True when one of the NULL-ended words (lower case) begins in s->p[from..to) and is no later part
 * of a longer word; from and to are cut to the text.
 */
bool scan_near(const struct scan *s, size_t from, size_t to, const char *const *words);

/* Add a finding; a failure is kept in s. */
void scan_add(
    struct scan *s, enum detect_kind kind, enum detect_certainty certainty, size_t from, size_t to);

/* The find functions, by file: number.c, iban.c, phone.c, mail.c. */
size_t number_bsn(const struct scan *, size_t, size_t *, enum detect_certainty *);
size_t number_iban(const struct scan *, size_t, size_t *, enum detect_certainty *);
size_t phone_find(const struct scan *, size_t, size_t *, enum detect_certainty *);
size_t mail_find(const struct scan *, size_t, size_t *, enum detect_certainty *);

#endif
