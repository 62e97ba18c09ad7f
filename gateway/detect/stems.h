/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stems: words and stems of the special categories (art. 9 and 10 GDPR), and the cue words at which
 * other detectors are asked, matched all at once by an Aho-Corasick automaton over letters and word
 * boundaries. Inside detect/ only.
 */
#ifndef GW_DETECT_STEMS_H
#define GW_DETECT_STEMS_H

#include <stddef.h>
#include <stdint.h>

#include "detect/detect.h"

enum {
	STEM_NOT = DETECT_KINDS, /* the kind of a row that cancels: a finding of a stem inside what
	                            it matches does not count */
	STEM_CUE,                /* STEM_CUE + trigger: the detectors of that trigger are asked */
};

/*
 * One row. In the pattern, "word" is a whole word, "stem*" the beginning of one, "*stem*" anywhere
 * in one; a space stands for whatever is between two words; a pattern in capitals is found only in
 * capitals (ADD). `hit` is a text in which the row fires
 * (for STEM_NOT: in which nothing does), or NULL where the pattern without stars will do.
 */
struct stem {
	int kind;
	const char *pattern, *hit;
};

/* The rows by subject, a file for each: stems_health.c and so on. */
struct stem_list {
	const struct stem *rows;
	size_t n;
};
extern const struct stem_list stems_health, stems_belief, stems_origin, stems_criminal, stems_law,
    stems_cues;

/* All rows behind each other. */
size_t stem_count(void);
const struct stem *stem_row(size_t i);

/* Texts without any special category, NULL-ended. */
extern const char *const stem_misses[];

/* Symbols: 0 between words, 1-26 letters, 27 any other letter. A row of the table is 32 wide. */
enum { STEM_GAP = 0, STEM_OTHER = 27, STEM_WIDTH = 32, STEM_STATES = 8192, STEM_ROWS = 1024 };

struct stem_automaton {
	uint16_t next[STEM_STATES][STEM_WIDTH]; /* the state behind a state and a symbol */
	int16_t row[STEM_STATES];               /* the row that ends in this state, or -1 */
	uint16_t also[STEM_STATES];         /* the next state with a row to report, 0 for none */
	const struct stem *stem[STEM_ROWS]; /* the rows */
	uint8_t words[STEM_ROWS];           /* words that each row spans */
	uint8_t symbol[256];                /* of each byte of normal text */
	uint16_t found;                     /* in this state and those behind it a row has ended */
	uint16_t start;                     /* the state at the beginning of a text */
	uint16_t states;
};

/* The automaton, built at the first call; safe from any thread. */
const struct stem_automaton *stem_automaton(void);

#endif
