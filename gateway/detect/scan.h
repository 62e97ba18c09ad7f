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
#include "detect/normal.h"

/* Where in the text a detector is asked. */
enum trigger {
	AT_CODE,    /* the start of a word, a digit behind the word */
	AT_MAIL,    /* '@', an opening bracket, or the word at or apenstaartje */
	AT_NUMBER,  /* the first digit of a group */
	AT_COUNT,   /* a number of one to three digits with a word behind it */
	AT_YEAR,    /* four digits that may be a year, with no number beside them */
	AT_CAPITAL, /* a capital, or a letter that is not Latin, at the start of a word */
	AT_LINK,    /* the word http, https or www */
	AT_CAR,     /* a word for a car or its number plate */
	AT_BSN,     /* a word for the national number */
	AT_PHONE,   /* a word for a telephone */
	TRIGGERS
};

/* Pieces of text that are no finding, but within which a finding of a stem does not count. */
struct ranges {
	struct range {
		size_t from, to;
	} * list;
	size_t n, cap;
};

/* Words at which detectors are asked, by place. */
struct cues {
	struct cue {
		size_t at;
		int trigger;
	} * list;
	size_t n, cap;
};

struct word;

struct scan {
	const char *p;
	size_t n;
	const struct detect_known *known; /* may be NULL */
	struct detect_findings found;
	struct ranges denied;
	struct cues cues;
	size_t claimed;          /* no number detector looks before this position */
	size_t named;            /* nor one of names before this one */
	size_t link_end;         /* of the address on the web that was found last */
	const struct word *word; /* at a capital: the word that begins there */
	struct name_chain chain; /* of known names, see known.h */
	bool out_of_memory;
};

/*
 * A detector of one form. find() looks at s->p[at] and returns the end of what it found there (its
 * start in *ret_from, how sure in *ret_certainty) or 0. Rows are asked in the order of the table;
 * one that claims hides what it found from the number detectors behind it, one that names from
 * those of names and capitals.
 */
struct detector {
	enum detect_kind kind;
	enum trigger trigger, also; /* also: a second one; AT_CODE stands for none */
	bool claims, names;
	size_t (*find)(const struct scan *s, size_t at, size_t *ret_from,
	    enum detect_certainty *ret_certainty);
	const char *form, *check, *context;      /* in words, for people */
	const char *const *hits, *const *misses; /* NULL-ended texts that must and must not hit */
};

/* The table; detectors_count rows, each beside its find function. */
extern const struct detector *const detectors[];
extern const size_t detectors_count;

/* Characters of the normal text. A letter is one of ASCII or any byte of a longer character. */
static inline bool scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool scan_is_letter(char c)
{
	return ((unsigned char)((c | 0x20) - 'a') < 26) | ((unsigned char)c >= 0x80);
}

static inline bool scan_is_alnum(char c)
{
	return scan_is_digit(c) || scan_is_letter(c);
}

static inline char scan_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Part of a word: a letter, or where one was broken over two lines. */
static inline bool scan_is_of_word(char c)
{
	return scan_is_letter(c) || c == NORMAL_JOIN;
}

/* The character at i, or NUL outside the text. */
static inline char scan_at(const struct scan *s, size_t i)
{
	return i < s->n ? s->p[i] : '\0';
}

/* True when the lower-case text stands at s->p[at], in any case. */
bool scan_is(const struct scan *s, size_t at, const char *text);

/* True when one of the NULL-ended texts does. */
bool scan_is_one(const struct scan *s, size_t at, const char *const *texts);

/*
 * True when one of the NULL-ended words (lower case) begins in s->p[from..to) and is no later part
 * of a longer word; from and to are cut to the text.
 */
bool scan_near(const struct scan *s, size_t from, size_t to, const char *const *words);

/* Follow the stems along the text: fills found, denied and cues. stem_pass.c. */
void stem_pass(struct scan *s);

/*
 * The start of the window of `near` characters before `at` that lies in the same sentence: a dot
 * behind a word of five letters or more, or an empty line, ends one before it.
 */
size_t scan_sentence(const struct scan *s, size_t at, size_t near);

/* Add a finding; a failure is kept in s. */
void scan_add(
    struct scan *s, enum detect_kind kind, enum detect_certainty certainty, size_t from, size_t to);

/* Sort what was found, drop stems that are denied and capitals that others cover, make one of
 * findings of a kind that overlap. scan_settle.c. */
void scan_settle(struct scan *s);

/* Texts of a row: its hits or misses. */
#define SCAN_TEXTS(...)           \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

#endif
