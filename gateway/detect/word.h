/* SPDX-License-Identifier: EUPL-1.2 */
/* word: one word of normal text with what the lexicon says of it. Inside detect/ only. */
#ifndef GW_DETECT_WORD_H
#define GW_DETECT_WORD_H

#include "detect/lexicon.h"
#include "detect/scan.h"

struct word {
	size_t from, to; /* letters and NORMAL_JOIN; empty: there is none */
	unsigned bits;   /* WORD_ of lexicon.h; a genitive s is forgiven */
	bool capital;    /* begins with one */
	bool shouts;     /* is all capitals */
	bool dutch;      /* a Dutch word, in lower case */
	bool broken;     /* holds NORMAL_JOIN */
};

/* The word that begins at `from`. */
struct word word_at(const struct scan *s, size_t from);

/* The word that ends at `to`. */
struct word word_before(const struct scan *s, size_t to);

/* What lexicon_before says of the word that ends at `to`, where it begins in *ret_from. */
unsigned word_bits_before(const struct scan *s, size_t to, size_t *ret_from);

/* True when a Dutch word, or one put together of two. */
bool word_is_compound(const struct scan *s, const struct word *w);

/* True when a sentence, a line or an item of a list begins at `at`. */
bool word_begins_sentence(const struct scan *s, size_t at);

static inline bool word_is_none(const struct word *w)
{
	return w->from == w->to;
}

#endif
