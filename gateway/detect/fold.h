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

/* As fold_char where the answer is short and was worked out before: a string that lives on and its
 * length in *ret_n; NULL when it has to be asked for. */
const char *fold_quick(int32_t c, size_t *ret_n);

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
