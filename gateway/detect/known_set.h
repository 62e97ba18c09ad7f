/* SPDX-License-Identifier: EUPL-1.2 */
/* known_set: what a set of known names and numbers holds; for known.c and known_number.c only. */
#ifndef GW_DETECT_KNOWN_SET_H
#define GW_DETECT_KNOWN_SET_H

#include "detect/known.h"

enum {
	MOST_WORDS = 1000,
	MOST_NUMBERS = 64,
	MOST_LENGTH = 64,
	SLOTS = 4096,
	MOST_BIRTHS = 16,
	MOST_PATTERNS = 8
};

/* What a word is worth. STRONG counts alone; COMMON with a capital or beside another part; SHY with
 * both; WEAK only takes part in what others make. */
enum worth { NOTHING = 0, WEAK, SHY, COMMON, STRONG };

struct detect_known {
	uint16_t slots[SLOTS]; /* index + 1 */
	size_t words_n;
	uint64_t lengths[256]; /* by first byte: bit n - 1 when a word of n bytes begins with it */
	struct known_code {
		char text[MOST_LENGTH];
		size_t n;
		enum detect_kind kind;
	} numbers[MOST_NUMBERS];
	size_t numbers_n;
	bool first[256]; /* a number begins with this byte */
	struct known_birth {
		unsigned year, month, day;
	} births[MOST_BIRTHS];
	size_t births_n;
	struct known_pattern {
		char text[MOST_LENGTH];
		size_t n;
	} patterns[MOST_PATTERNS];
	size_t patterns_n;
	struct known_word {
		char text[MOST_LENGTH];
		uint8_t n;
		uint8_t worth;
	} words[MOST_WORDS + 1]; /* last: most of it is never used, and then never touched */
};

#endif
