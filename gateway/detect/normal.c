/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/normal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/err.h"
#include "base/str.h"
#include "detect/fold.h"

enum { MOST_GROWTH = 16, MOST_WORD = 64 };

/* Text on its way into normal form. */
struct making {
	struct normal *z;
	const char *text;
	size_t n;
	size_t word_end; /* of the word whose letters of other scripts were judged last */
	bool disguised;  /* that word: its look-alikes are read as Latin letters */
	bool mixed;
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

static bool is_letter_before(const struct normal *z)
{
	unsigned char c = z->text.len ? (unsigned char)z->text.data[z->text.len - 1] : 0;
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The character at text[i] of valid UTF-8; *ret_n gets its bytes. */
static int32_t char_at(const char *text, size_t n, size_t i, size_t *ret_n)
{
	utf8proc_int32_t c = (unsigned char)text[i];
	*ret_n = 1;
	if (c >= 0x80)
		*ret_n = (size_t)utf8proc_iterate(
		    (const utf8proc_uint8_t *)text + i, (utf8proc_ssize_t)(n - i), &c);
	return c;
}

/*
 * The length of a hyphen, blanks, one line end, blanks at text[i], when a word goes on behind it
 * (a lower-case letter, or a letter outside ASCII); 0 when it does not. The hyphen has h bytes.
 */
static size_t line_break(const char *text, size_t n, size_t i, size_t h)
{
	enum { MOST_BLANKS = 32 };
	size_t k = i + h, stop = n - k > MOST_BLANKS ? k + MOST_BLANKS : n, c_n;
	while (k < stop && (text[k] == ' ' || text[k] == '\t' || text[k] == '\r'))
		k++;
	if (k == stop || text[k] != '\n')
		return 0;
	k++;
	while (k < stop && (text[k] == ' ' || text[k] == '\t'))
		k++;
	if (k == n || (text[k] >= 'a' && text[k] <= 'z'))
		return k < n ? k - i : 0;
	if ((unsigned char)text[k] < 0x80)
		return 0;
	return fold_is_word_part(char_at(text, n, k, &c_n)) ? k - i : 0;
}

static bool is_ascii_alnum(int32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_of_word(int32_t c)
{
	return is_ascii_alnum(c) || c == '@' || c == '.' || c == '_' ||
	    (c >= 0xc0 && fold_is_word_part(c));
}

/*
 * Judge the word around text[i], which holds a letter of another script: are its letters disguised
 * Latin ones? They are when Latin letters or digits stand in it too, or when nobody can tell any
 * of them from a Latin one.
 */
static void judge_word(struct making *m, size_t i)
{
	size_t from = i, to = i, c_n;
	bool latin = false, all = true;
	while (from > 0 && i - from < MOST_WORD) {
		size_t k = from - 1;
		while (k > 0 && ((unsigned char)m->text[k] & 0xc0) == 0x80)
			k--;
		if (!is_of_word(char_at(m->text, m->n, k, &c_n)))
			break;
		from = k;
	}
	for (to = from; to < m->n && to < i + MOST_WORD; to += c_n) {
		int32_t c = char_at(m->text, m->n, to, &c_n);
		if (!is_of_word(c))
			break;
		latin |= is_ascii_alnum(c) || (c >= 0xc0 && c < 0x250);
		all &= !fold_is_foreign(c) || fold_lookalike(c, false) != '\0';
	}
	m->word_end = to;
	m->mixed = latin;
	m->disguised = latin || all;
}

/* Take the character c of h bytes at i. */
static int add_char(struct making *m, size_t i, size_t h, int32_t c)
{
	char out[FOLD_BYTES];
	size_t n;
	if (fold_is_foreign(c)) {
		if (i >= m->word_end)
			judge_word(m, i);
		char like = m->disguised ? fold_lookalike(c, m->mixed) : '\0';
		if (like)
			return add_whole(m->z, i, h, &like, 1);
	}
	const char *quick = fold_quick(c, &n);
	if (quick)
		return add_whole(m->z, i, h, quick, n);
	n = fold_char(c, out);
	return add_whole(m->z, i, h, out, n);
}

/* A control character, or a line end, at i. */
static int add_control(struct normal *z, const char *text, size_t i)
{
	if (text[i] == '\r' || text[i] == '\v' || text[i] == '\f')
		return add_whole(z, i, 1, "\n", 1);
	return add_whole(z, i, 1, " ", 1);
}

/* True for what is normal as it stands, whatever follows. */
static bool is_plain(unsigned char c)
{
	return (c >= ' ' && c <= '~' && c != '`' && c != '-') || c == '\n';
}

/* Eight bytes of one value. */
#define EIGHT(c) (UINT64_C(0x0101010101010101) * (c))

/* A bit set in each byte of x that is zero; perhaps in others behind one, which does no harm. */
static uint64_t zeros(uint64_t x)
{
	return (x - EIGHT(1)) & ~x & EIGHT(0x80);
}

/* True when all of eight bytes are plain; false also for some that are (a line end). */
static bool eight_plain(const char *p)
{
	uint64_t x;
	memcpy(&x, p, sizeof x);
	uint64_t low = (x - EIGHT(' ')) & ~x;
	return ((x | low | (x + EIGHT(1))) & EIGHT(0x80)) == 0 && zeros(x ^ EIGHT('-')) == 0 &&
	    zeros(x ^ EIGHT('`')) == 0;
}

/* The end of what is normal as it stands; a hyphen is, unless a line end may follow it. */
static size_t plain_end(const char *text, size_t n, size_t i)
{
	for (;;) {
		while (i + 8 <= n && eight_plain(text + i))
			i += 8;
		size_t stop = n - i > 8 ? i + 8 : n;
		while (i < stop && is_plain((unsigned char)text[i]))
			i++;
		if (i == stop && i < n)
			continue;
		if (i + 1 >= n || text[i] != '-' || (unsigned char)text[i + 1] <= ' ')
			return i;
		i++;
	}
}

/* Take the character or run at text[*i] and move *i behind it. */
static int step(struct making *m, size_t *i)
{
	struct normal *z = m->z;
	size_t k = *i, h, from = *i;
	k = plain_end(m->text, m->n, k);
	if (k > from) {
		*i = k;
		return add_plain(z, m->text, from, k - from);
	}
	unsigned char b = (unsigned char)m->text[k];
	if (b == '`') {
		*i = k + 1;
		return add_whole(z, k, 1, "'", 1);
	}
	if (b < 0x80 && b != '-') {
		*i = k + 1;
		return add_control(z, m->text, k);
	}
	int32_t c = char_at(m->text, m->n, k, &h);
	*i = k + h;
	if (c == '-' || c == 0xad || (c >= 0x58a && fold_is_hyphen(c))) {
		size_t broken = is_letter_before(z) ? line_break(m->text, m->n, k, h) : 0;
		if (broken) {
			const char join[1] = {NORMAL_JOIN};
			*i = k + broken;
			return add_whole(z, k, broken, join, 1);
		}
	}
	return c == '-' ? add_plain(z, m->text, k, 1) : add_char(m, k, h, c);
}

int normal_make(struct normal *z, const char *text, size_t n)
{
	struct making m = {.z = z, .text = text, .n = n};
	if (!str_utf8(text, n))
		return GW_EFORMAT;
	z->from_n = n;
	z->text = (struct buf)BUF_INIT(n * MOST_GROWTH + 64);
	if (!buf_room(&z->text, n + n / 8 + 1))
		return GW_ENOMEM;
	for (size_t i = 0; i < n;) {
		int r = step(&m, &i);
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
