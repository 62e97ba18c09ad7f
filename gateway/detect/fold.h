/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fold: what one character of any script becomes in normal text (see normal.h), and which letters
 * of other scripts look like Latin ones. Inside detect/ only.
 */
#ifndef GW_DETECT_FOLD_H
#define GW_DETECT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FOLD_BYTES = 128 };

/* Write what c becomes to out; returns how many bytes, 0 when c is dropped. */
size_t fold_char(int32_t c, char out[FOLD_BYTES]);

/*
 * What fold_char says of the characters that Dutch text is full of: the Latin letters with marks
 * (U+0080 to U+024F) and the punctuation (U+2000 to U+20CF).
 */
enum {
	FOLD_LATIN = 0x80,
	FOLD_LATIN_END = 0x250,
	FOLD_SIGNS = 0x2000,
	FOLD_SIGNS_END = 0x20d0,
	FOLD_SHORT = 6,
};
struct fold_row {
	char text[FOLD_SHORT];
	uint8_t n;   /* above FOLD_SHORT: ask fold_char */
	bool hyphen; /* U+00AD too: it may break a word over two lines */
};
struct fold_table {
	struct fold_row latin[FOLD_LATIN_END - FOLD_LATIN], signs[FOLD_SIGNS_END - FOLD_SIGNS];
};

/* The table, filled at the first call; safe from any thread. */
const struct fold_table *fold_table(void);

/* True for letters, spacing marks and numbers of any script: what may stand inside a word. */
bool fold_is_word_part(int32_t c);

/* True for any hyphen, dash or minus but '-'. */
bool fold_is_hyphen(int32_t c);

/*
 * The ASCII letter that a Greek, Cyrillic or other letter is taken for by the eye (UTS 39), or NUL.
 * `mixed`: it stands in a word with Latin letters or digits, so that less likeness will do.
 */
char fold_lookalike(int32_t c, bool mixed);

/* True for letters of Greek, Cyrillic and the few others that fold_lookalike knows. */
bool fold_is_foreign(int32_t c);

#endif
