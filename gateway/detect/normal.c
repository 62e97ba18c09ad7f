/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/normal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/err.h"
#include "base/str.h"

/* A compatibility decomposition is at most 18 characters (U+FDFA: 3 bytes become 33). */
enum { MOST_PARTS = 32, MOST_GROWTH = 16 };

/* Letters that Unicode does not decompose, as a Dutch typist writes them, and a few signs. */
static const struct {
	utf8proc_int32_t letter;
	const char *plain;
} letters[] = {
    {0x00c6, "AE"},
    {0x00d0, "D"},
    {0x00d8, "O"},
    {0x00de, "Th"},
    {0x00df, "ss"},
    {0x00e6, "ae"},
    {0x00f0, "d"},
    {0x00f8, "o"},
    {0x00fe, "th"},
    {0x0110, "D"},
    {0x0111, "d"},
    {0x0126, "H"},
    {0x0127, "h"},
    {0x0131, "i"},
    {0x0141, "L"},
    {0x0142, "l"},
    {0x014a, "N"},
    {0x014b, "n"},
    {0x0152, "OE"},
    {0x0153, "oe"},
    {0x018f, "E"},
    {0x0259, "e"},
    {0x1e9e, "SS"},
    {0x115f, " "}, /* fillers: letters by category, blank to the eye */
    {0x1160, " "},
    {0x2800, " "},
    {0x3164, " "},
    {0xffa0, " "},
    {0x2116, "nr."}, /* signs that would decompose into letters and touch what stands beside */
    {0x2120, "\""},
    {0x2121, "tel "},
    {0x2122, "\""},
    {0x213b, "fax "},
};

static int add_point(struct normal *z, size_t from, size_t from_n, bool whole)
{
	struct normal_point *last = z->n ? &z->points[z->n - 1] : NULL;
	if (last && !last->whole && !whole && from - last->from == z->text.len - last->at)
		return 0;
	if (!z->points || z->n == z->cap) {
		size_t cap = z->cap ? z->cap * 2 : 16;
		struct normal_point *p = realloc(z->points, cap * sizeof *p);
		if (!p)
			return GW_ENOMEM;
		z->points = p;
		z->cap = cap;
	}
	z->points[z->n++] = (struct normal_point){
	    .at = z->text.len,
	    .from = from,
	    .from_n = from_n,
	    .whole = whole,
	};
	return 0;
}

/* Append bytes that stand for the piece [from, from + from_n) of the original. */
static int add_whole(struct normal *z, size_t from, size_t from_n, const char *s, size_t n)
{
	if (n == 0)
		return 0;
	int r = add_point(z, from, from_n, true);
	return r < 0 ? r : buf_add(&z->text, s, n);
}

/* Append bytes of the original as they are. */
static int add_plain(struct normal *z, const char *text, size_t from, size_t n)
{
	int r = add_point(z, from, 0, false);
	return r < 0 ? r : buf_add(&z->text, text + from, n);
}

/* The digit 0-9 that c is in any script, or -1. Unicode keeps each script's ten in a row. */
static int digit_value(utf8proc_int32_t c)
{
	if (utf8proc_category(c) != UTF8PROC_CATEGORY_ND)
		return -1;
	if (c >= 0x1d7ce && c <= 0x1d7ff) /* mathematical digits: five rows without a gap */
		return (int)((c - 0x1d7ce) % 10);
	int v = 0;
	while (v < 9 && utf8proc_category(c - v - 1) == UTF8PROC_CATEGORY_ND)
		v++;
	return v;
}

static bool is_hyphen(utf8proc_int32_t c)
{
	return utf8proc_category(c) == UTF8PROC_CATEGORY_PD || c == 0x2212 || c == 0x2043;
}

static bool is_apostrophe(utf8proc_int32_t c)
{
	return c == 0x2018 || c == 0x2019 || c == 0x201b || c == 0x2032 || c == 0xb4 ||
	    (c >= 0x2b9 && c <= 0x2bf) || c == 0x2c8 || c == 0xff07;
}

/* Letters, spacing marks and numbers of other scripts: what may stand inside a word. */
static bool is_word_part(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_NL:
		return true;
	default:
		return false;
	}
}

static bool is_dot(utf8proc_int32_t c)
{
	return c == 0xb7 || c == 0x2022 || c == 0x2027 || c == 0x2219 || c == 0x22c5 || c == 0x3002;
}

/* Write what one part of a decomposition becomes to out (at most 4 bytes); returns how many. */
static size_t fold_part(utf8proc_int32_t c, char *out)
{
	int v;
	if (is_apostrophe(c)) {
		*out = '\'';
		return 1;
	}
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
		return 0;
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_CC:
		*out = ' ';
		return 1;
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		*out = '\n';
		return 1;
	case UTF8PROC_CATEGORY_ND:
		v = digit_value(c);
		*out = (char)('0' + v);
		return 1;
	default:
		break;
	}
	if (is_hyphen(c)) {
		*out = '-';
		return 1;
	}
	if (c >= 0x80 &&
	    !is_word_part(c)) { /* quotes, bullets, currency, arrows, icons: no letters */
		*out = utf8proc_category(c) == UTF8PROC_CATEGORY_SC ? '$' : is_dot(c) ? '.' : '"';
		return 1;
	}
	if (c >= 0x80)
		c = utf8proc_tolower(c);
	return (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)out);
}

static int add_folded(struct normal *z, size_t from, size_t from_n, utf8proc_int32_t c)
{
	char out[MOST_PARTS * 4];
	utf8proc_int32_t parts[MOST_PARTS];
	size_t n = 0;
	int boundary = 0;
	if (c == 0x85) /* next line */
		return add_whole(z, from, from_n, "\n", 1);
	for (size_t i = 0; i < GW_LENGTH(letters); i++)
		if (letters[i].letter == c)
			return add_whole(
			    z, from, from_n, letters[i].plain, strlen(letters[i].plain));
	if (is_apostrophe(c))
		return add_whole(z, from, from_n, "'", 1);
	utf8proc_ssize_t k = utf8proc_decompose_char(
	    c, parts, MOST_PARTS, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
	for (utf8proc_ssize_t i = 0; i < k && i < MOST_PARTS; i++)
		n += fold_part(parts[i], out + n);
	return add_whole(z, from, from_n, out, n);
}

static bool is_letter_before(const struct normal *z)
{
	unsigned char c = z->text.len ? (unsigned char)z->text.data[z->text.len - 1] : 0;
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/*
 * The length of a hyphen, blanks, one line end, blanks at text[i], when a word goes on behind it
 * (a lower-case letter, or a letter outside ASCII); 0 when it does not. The hyphen has h bytes.
 */
static size_t line_break(const char *text, size_t n, size_t i, size_t h)
{
	enum { MOST_BLANKS = 32 };
	size_t k = i + h, stop = n - k > MOST_BLANKS ? k + MOST_BLANKS : n;
	while (k < stop && (text[k] == ' ' || text[k] == '\t' || text[k] == '\r'))
		k++;
	if (k == stop || text[k] != '\n')
		return 0;
	k++;
	while (k < stop && (text[k] == ' ' || text[k] == '\t'))
		k++;
	if (k == n || (text[k] >= 'a' && text[k] <= 'z'))
		return k < n ? k - i : 0;
	utf8proc_int32_t c = 0;
	if ((unsigned char)text[k] >= 0x80)
		(void)utf8proc_iterate(
		    (const utf8proc_uint8_t *)text + k, (utf8proc_ssize_t)(n - k), &c);
	return c && is_word_part(c) ? k - i : 0;
}

static int add_control(struct normal *z, const char *text, size_t i)
{
	char c = text[i];
	if (c == '\n')
		return add_plain(z, text, i, 1);
	if (c == '\r' || c == '\v' || c == '\f')
		return add_whole(z, i, 1, "\n", 1);
	return add_whole(z, i, 1, " ", 1);
}

/* Take the character or run at text[*i] and move *i behind it. */
static int step(struct normal *z, const char *text, size_t n, size_t *i)
{
	size_t k = *i, h, from = *i;
	utf8proc_int32_t c;
	int r;
	while (k < n && (unsigned char)text[k] >= 0x20 && (unsigned char)text[k] < 0x7f &&
	    text[k] != '-' && text[k] != '`')
		k++;
	if (k > from) {
		*i = k;
		return add_plain(z, text, from, k - from);
	}
	unsigned char b = (unsigned char)text[k];
	if (b == '`') {
		*i = k + 1;
		return add_whole(z, k, 1, "'", 1);
	}
	if (b < 0x80 && b != '-') {
		*i = k + 1;
		return add_control(z, text, k);
	}
	h = 1;
	c = '-';
	if (b >= 0x80)
		h = (size_t)utf8proc_iterate(
		    (const utf8proc_uint8_t *)text + k, (utf8proc_ssize_t)(n - k), &c);
	*i = k + h;
	if (c == '-' || c == 0xad || is_hyphen(c)) {
		size_t broken = is_letter_before(z) ? line_break(text, n, k, h) : 0;
		if (broken) {
			const char join[1] = {NORMAL_JOIN};
			*i = k + broken;
			return add_whole(z, k, broken, join, 1);
		}
	}
	if (c == '-')
		return add_plain(z, text, k, 1);
	r = add_folded(z, k, h, c);
	return r;
}

int normal_make(struct normal *z, const char *text, size_t n)
{
	if (!str_utf8(text, n))
		return GW_EFORMAT;
	z->from_n = n;
	z->text = (struct buf)BUF_INIT(n * MOST_GROWTH + 64);
	if (!buf_room(&z->text, n + n / 8 + 1))
		return GW_ENOMEM;
	for (size_t i = 0; i < n;) {
		int r = step(z, text, n, &i);
		if (r < 0)
			return r;
	}
	return 0;
}

void normal_release(struct normal *z)
{
	buf_release(&z->text);
	free(z->points);
	*z = (struct normal){0};
}

/* The last point at or before position at. */
static const struct normal_point *point_of(const struct normal *z, size_t at)
{
	size_t low = 0, high = z->n;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (z->points[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return &z->points[low];
}

void normal_back(const struct normal *z, size_t from, size_t to, size_t *ret_from, size_t *ret_to)
{
	const struct normal_point *a = point_of(z, from), *b = point_of(z, to - 1);
	*ret_from = a->whole ? a->from : a->from + (from - a->at);
	if (to == z->text.len)
		*ret_to = z->from_n;
	else if (b + 1 < z->points + z->n && b[1].at == to)
		*ret_to = b[1].from;
	else
		*ret_to = b->whole ? b->from + b->from_n : b->from + (to - b->at);
}
