/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * normal: text in the one form in which detectors read it, with the way back to the original.
 *
 * Result: ASCII letters keep their case; other letters are compatibility-decomposed, marks dropped
 * (so composed and decomposed forms, ligatures and full-width letters are one), in lower case when
 * they are not ASCII afterwards; decimal digits of every script are 0-9; every space is ' ', every
 * line end '\n', every hyphen or dash '-', every apostrophe '\'', every sign for
 * money '$', every raised or round dot '.', every other mark, quote, arrow, icon or private-use
 * character '"', so that only letters are letters; soft hyphens, zero-width and
 * bidirectional marks are gone; a hyphen at the end of a line between a letter and a lower-case
 * letter, with the line end, is NORMAL_JOIN. No other control character is left.
 */
#ifndef GW_DETECT_NORMAL_H
#define GW_DETECT_NORMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"

/* Stands inside a word that was broken over two lines. */
#define NORMAL_JOIN '\x01'

/*
 * The first to_n bytes from `at` in the normal text on stand, as one piece, for the from_n bytes of
 * the original from `from` on; those behind them, up to the next point, correspond one to one with
 * those behind that piece.
 */
struct normal_point {
	size_t at, from;
	uint32_t to_n, from_n;
};

struct normal {
	struct buf text;
	struct normal_point *points;
	size_t n, cap;
	size_t from_n; /* bytes of the original */
};

/*
 * Fill z (zeroed) from n bytes of UTF-8. GW_EFORMAT when it is none; GW_ENOMEM. The caller
 * releases z in either case.
 */
int normal_make(struct normal *z, const char *text, size_t n) GW_MUST_USE;

/* The same by the long way: every character outside ASCII is decoded and asked for on its own. What
 * normal_make does at once for the usual ones has to come to this; the tests compare them. */
int normal_make_slowly(struct normal *z, const char *text, size_t n) GW_MUST_USE;

void normal_release(struct normal *z);

/*
 * Give the bytes [*ret_from, *ret_to) of the original for the bytes [from, to) of the normal text,
 * widened to whole characters and over what was dropped behind them; from < to.
 */
void normal_back(const struct normal *z, size_t from, size_t to, size_t *ret_from, size_t *ret_to);

#endif
