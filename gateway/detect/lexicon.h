/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lexicon: what is known of a single word: a Dutch word, a given name, a family name, a place, an
 * organisation. Inside detect/ only.
 *
 * The names, places and organisations are lists of our own (lexicon_*.c), chosen for frequency in
 * the Netherlands among people of Dutch, Turkish, Moroccan, Syrian, Eritrean and other origin; none
 * of them is complete. Dutch words are the lower-case words of the OpenTaal list (Debian package
 * wdutch), kept as hashes of 32 bits in one table that the build makes (tools/wordtable): one
 * in some thousands of other words is taken for a Dutch one.
 */
#ifndef GW_DETECT_LEXICON_H
#define GW_DETECT_LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WORD_GIVEN = 1,     /* a given name */
	WORD_FAMILY = 2,    /* a family name, or its last part */
	WORD_PLACE = 4,     /* a place in the Netherlands or near */
	WORD_COMMON = 8,    /* a name of something else: a country, an organisation, a law */
	WORD_PARTICLE = 16, /* van, der, el: within names */
	WORD_TITLE = 32,    /* dhr, mevrouw: a name follows, whatever it looks like */
	WORD_ROLE = 64,     /* partner, klantmanager: a name may follow */
	WORD_TOWN = 128,    /* the first word of a place of several */
	WORD_DUTCH = 256,   /* a Dutch word */
};

/* The WORD_ bits of a word in normal form (any case, no NORMAL_JOIN); 0 when nothing is known. */
unsigned lexicon_of(const char *word, size_t n);

/* As lexicon_of, but without WORD_DUTCH: the lists alone. */
unsigned lexicon_listed(const char *word, size_t n);

/* Of the bits of a word those that stand before a name: WORD_PARTICLE, WORD_TITLE, WORD_ROLE; most
 * words are known by their first and last letter and length not to. */
unsigned lexicon_before(const char *word, size_t n);

/* True when it is a Dutch word. */
bool lexicon_is_dutch(const char *word, size_t n);

/* True when it is a Dutch word, or two put together as Dutch does (werk+leer, advies+s+gesprek):
 * one of five letters or more, or the second one with which no family name ends (zaak+type). */
bool lexicon_is_compound(const char *word, size_t n);

/* The hash that the table of words is made with: FNV-1a of the word in lower case, never 0. */
#define LEXICON_START 0x811c9dc5u

static inline uint32_t lexicon_step(uint32_t h, char letter)
{
	unsigned char c = (unsigned char)letter;
	return (h ^ (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)) * 16777619u;
}

static inline uint32_t lexicon_hash(const char *word, size_t n)
{
	uint32_t h = LEXICON_START;
	for (size_t i = 0; i < n; i++)
		h = lexicon_step(h, word[i]);
	return h ? h : 1;
}

/*
 * The table: hashes in groups by their first bits, of which only the rest is kept, so that all of
 * it stays near the processor. Those of group g are rest[first[g]] to rest[first[g + 1] - 1].
 */
enum { LEXICON_REST = 16, LEXICON_GROUPS = 1 << (32 - LEXICON_REST) };
struct lexicon_table {
	uint32_t first[LEXICON_GROUPS + 1];
	uint16_t rest[];
};

/* The lists by their bit: lines of words between single spaces, NULL-ended. */
struct lexicon_list {
	unsigned bit;
	const char *const *lines;
};
extern const struct lexicon_list lexicon_given, lexicon_family;
extern const struct lexicon_list lexicon_things[]; /* ended by bit 0 */

/* The words that most often begin a sentence or a line of such text, in lines as above: they are
 * kept with the lists, so that the large table is left alone. All of them stand in it but u, since
 * it has no words of one letter. */
extern const char *const lexicon_usual[];

#endif
