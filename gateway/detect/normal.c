/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/normal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/err.h"
#include "base/str.h"
#include "detect/fold.h"
#include "detect/sixteen.h"

/* SLACK: more than any one character becomes, and the bytes that are copied too many. */
enum { MOST_GROWTH = 16, MOST_WORD = 64, SLACK = FOLD_BYTES + SIXTEEN };

/* Text on its way into normal form. */
struct making {
	struct normal *z;
	const char *text;
	size_t n;
	const struct fold_table *table; /* NULL: the long way, see normal_make_slowly */
	size_t valid;                   /* up to there the text is known to be UTF-8 */
	size_t room;                    /* bytes that may still be written behind z->text */
	char *at;                       /* where: behind z->text */
	size_t word_end; /* of the word whose letters of other scripts were judged last */
	bool disguised;  /* that word: its look-alikes are read as Latin letters */
	bool mixed;
};

/* Room for what is left from i on, and for one character that becomes much more. */
static int make_room(struct making *m, size_t i)
{
	size_t left = m->n - i;
	if (m->at && m->room >= left + SLACK)
		return 0;
	m->room = left + left / 8 + 2 * SLACK;
	m->at = buf_room(&m->z->text, m->room);
	return m->at ? 0 : GW_ENOMEM;
}

static int add_point(struct normal *z, size_t from, size_t from_n, size_t to_n)
{
	if (z->n == z->cap) {
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
	    .to_n = (uint32_t)to_n,
	    .from_n = (uint32_t)from_n,
	};
	return 0;
}

/* Take in n bytes that were written behind the text. */
static void wrote(struct making *m, size_t n)
{
	m->z->text.len += n;
	m->at += n;
	m->room -= n;
}

/* Append bytes that stand for the piece [from, from + from_n) of the original. */
static int add_whole(struct making *m, size_t from, size_t from_n, const char *s, size_t n)
{
	if (n == 0)
		return 0;
	int r = add_point(m->z, from, from_n, n);
	if (r < 0)
		return r;
	memcpy(m->at, s, n);
	wrote(m, n);
	return 0;
}

/* What is appended next corresponds with the original from `from` on. */
static int plain_from(struct normal *z, size_t from)
{
	if (z->n) {
		const struct normal_point *last = &z->points[z->n - 1];
		if (from - last->from - last->from_n == z->text.len - last->at - last->to_n)
			return 0;
	}
	return add_point(z, from, 0, 0);
}

static bool is_letter_before(const struct making *m)
{
	unsigned char c = m->z->text.len ? (unsigned char)m->at[-1] : 0;
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
 * True when the text is UTF-8 from i, the start of a character, as far as anything here looks
 * ahead (or to its end). It is looked at in pieces: most texts need it hardly anywhere.
 */
static bool is_valid(struct making *m, size_t i)
{
	enum { AHEAD = 2 * MOST_WORD, PIECE = 1024, CUT = 3 };
	if (m->valid == m->n || i + AHEAD <= m->valid)
		return true;
	size_t most = m->n - i < PIECE ? m->n - i : PIECE;
	size_t good = str_utf8_prefix(m->text + i, most);
	m->valid = i + good;
	/* a piece may end within a character */
	return good == most || (most == PIECE && good + CUT >= most);
}

/*
 * The length of a hyphen, blanks, one line end, blanks at text[i], when a word goes on behind it
 * (a lower-case letter, or a letter outside ASCII); 0 when it does not. The hyphen has h bytes.
 */
static size_t line_break(struct making *m, size_t i, size_t h)
{
	enum { MOST_BLANKS = 32 };
	const char *text = m->text;
	size_t n = m->n;
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
	if ((unsigned char)text[k] < 0x80 || !is_valid(m, k))
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

/* The row of the table for c, or NULL. */
static const struct fold_row *row_of(const struct fold_table *table, int32_t c)
{
	if (!table)
		return NULL;
	if (c >= FOLD_LATIN && c < FOLD_LATIN_END)
		return &table->latin[c - FOLD_LATIN];
	return c >= FOLD_SIGNS && c < FOLD_SIGNS_END ? &table->signs[c - FOLD_SIGNS] : NULL;
}

/* Take the character c of h bytes at i. */
static int add_char(struct making *m, size_t i, size_t h, int32_t c)
{
	char out[FOLD_BYTES];
	if (fold_is_foreign(c)) {
		if (i >= m->word_end)
			judge_word(m, i);
		char like = m->disguised ? fold_lookalike(c, m->mixed) : '\0';
		if (like)
			return add_whole(m, i, h, &like, 1);
	}
	const struct fold_row *row = row_of(m->table, c);
	if (row && row->n <= FOLD_SHORT)
		return add_whole(m, i, h, row->text, row->n);
	size_t n = fold_char(c, out);
	return add_whole(m, i, h, out, n);
}

/* A control character, or a line end, at i. */
static int add_control(struct making *m, size_t i)
{
	char c = m->text[i];
	return add_whole(m, i, 1, c == '\r' || c == '\v' || c == '\f' ? "\n" : " ", 1);
}

/* A hyphen that breaks no word, at i. */
static int add_hyphen(struct making *m, size_t i)
{
	int r = plain_from(m->z, i);
	if (r < 0)
		return r;
	*m->at = '-';
	wrote(m, 1);
	return 0;
}

/* True for what is normal as it stands, whatever follows. */
static bool is_plain(char c)
{
	return (c >= ' ' && c <= '~' && c != '`' && c != '-') || c == '\n';
}

/*
 * Copy what is normal as it stands from text[i] on to `to`, and perhaps some bytes too many behind
 * it; returns its end. A hyphen is, unless a line end may follow it.
 */
static size_t copy_plain(const char *text, size_t n, size_t i, char *to)
{
	for (;;) {
		size_t k = SIXTEEN;
		while (k == SIXTEEN && i + SIXTEEN <= n) {
			sixteen v = sixteen_at(text + i);
			memcpy(to, &v, sizeof v);
			k = sixteen_first(
			    ((v < ' ') & (v != '\n')) | (v == '\x7f') | (v == '`') | (v == '-'));
			i += k;
			to += k;
		}
		if (k == SIXTEEN)
			while (i < n && is_plain(text[i]))
				*to++ = text[i++];
		if (i + 1 >= n || text[i] != '-' || (unsigned char)text[i + 1] <= ' ')
			return i;
		*to++ = '-';
		i++;
	}
}

/* The character at text[*i] by the long way; moves *i behind it. */
static int take_char(struct making *m, size_t *i)
{
	size_t k = *i, h;
	unsigned char b = (unsigned char)m->text[k];
	if (b == '`') {
		*i = k + 1;
		return add_whole(m, k, 1, "'", 1);
	}
	if (b < 0x80 && b != '-') {
		*i = k + 1;
		return add_control(m, k);
	}
	if (b >= 0x80 && !is_valid(m, k))
		return GW_EFORMAT;
	int32_t c = char_at(m->text, m->n, k, &h);
	*i = k + h;
	if (c == '-' || c == 0xad || (c >= 0x58a && fold_is_hyphen(c))) {
		size_t broken = is_letter_before(m) ? line_break(m, k, h) : 0;
		if (broken) {
			const char join[1] = {NORMAL_JOIN};
			*i = k + broken;
			return add_whole(m, k, broken, join, 1);
		}
	}
	return c == '-' ? add_hyphen(m, k) : add_char(m, k, h, c);
}

/*
 * The row for a usual character at text[k], whose bytes are looked at here and now: Latin letters
 * and punctuation, but a hyphen only where no line can end behind it. NULL for all others; the
 * bytes of the character in *ret_h.
 */
static const struct fold_row *usual_at(const struct making *m, size_t k, size_t *ret_h)
{
	const unsigned char *p = (const unsigned char *)m->text + k;
	const struct fold_row *row;
	if (!m->table || m->n - k < 4)
		return NULL;
	if (p[0] >= 0xc2 && p[0] <= 0xc8 && (p[1] & 0xc0) == 0x80) {
		*ret_h = 2;
		row = &m->table->latin[(p[0] & 0x1f) * 64 + (p[1] & 0x3f) - FOLD_LATIN];
	} else if (p[0] == 0xe2 && p[1] >= 0x80 && p[1] <= 0x82 && (p[2] & 0xc0) == 0x80) {
		*ret_h = 3;
		row = &m->table->signs[(p[1] & 0x3f) * 64 + (p[2] & 0x3f)];
	} else {
		return NULL;
	}
	return row->n > FOLD_SHORT || (row->hyphen && p[*ret_h] <= ' ') ? NULL : row;
}

/* Append the row for the h bytes of the original at k; room is copied whole. */
static int add_row(struct making *m, const struct fold_row *row, size_t k, size_t h)
{
	if (row->n == 0)
		return 0;
	int r = add_point(m->z, k, h, row->n);
	memcpy(m->at, row->text, FOLD_SHORT);
	wrote(m, r < 0 ? 0 : row->n);
	return r;
}

static int make(struct making *m)
{
	struct buf *b = &m->z->text;
	int r = 0;
	m->z->from_n = m->n;
	*b = (struct buf)BUF_INIT(m->n * MOST_GROWTH + 4 * SLACK);
	for (size_t i = 0, h; r == 0;) {
		if ((r = make_room(m, i)) < 0)
			break;
		size_t end = copy_plain(m->text, m->n, i, m->at);
		if (end > i) {
			if ((r = plain_from(m->z, i)) < 0)
				break;
			wrote(m, end - i);
		}
		if ((i = end) == m->n)
			break;
		const struct fold_row *row = usual_at(m, i, &h);
		if (row) {
			r = add_row(m, row, i, h);
			i += h;
		} else {
			r = take_char(m, &i);
		}
	}
	if (b->data)
		buf_wrote(b, 0);
	return r;
}

int normal_make(struct normal *z, const char *text, size_t n)
{
	struct making m = {.z = z, .text = text, .n = n, .table = fold_table()};
	return make(&m);
}

int normal_make_slowly(struct normal *z, const char *text, size_t n)
{
	struct making m = {.z = z, .text = text, .n = n};
	return make(&m);
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
	size_t behind = a->at + a->to_n; /* the piece that stands as one */
	*ret_from = from < behind ? a->from : a->from + a->from_n + (from - behind);
	behind = b->at + b->to_n;
	if (to == z->text.len)
		*ret_to = z->from_n;
	else if (b + 1 < z->points + z->n && b[1].at == to)
		*ret_to = b[1].from;
	else
		*ret_to = b->from + b->from_n + (to > behind ? to - behind : 0);
}
