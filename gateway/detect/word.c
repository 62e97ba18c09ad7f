/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/word.h"

#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"

enum { MOST_WORD = 64 };

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* The letters of the word, without joins: in place or in room. */
static const char *letters_of(
    const struct scan *s, const struct word *w, char room[MOST_WORD], size_t *ret_n)
{
	size_t n = 0;
	if (!w->broken) {
		*ret_n = w->to - w->from;
		return s->p + w->from;
	}
	for (size_t i = w->from; i < w->to && n < MOST_WORD; i++)
		if (s->p[i] != NORMAL_JOIN)
			room[n++] = s->p[i];
	*ret_n = n;
	return room;
}

static struct word look(const struct scan *s, size_t from, size_t to, bool broken)
{
	struct word w = {.from = from, .to = to, .broken = broken};
	char room[MOST_WORD] = {0};
	size_t n;
	if (from == to)
		return w;
	const char *p = letters_of(s, &w, room, &n);
	w.capital = is_upper(p[0]);
	w.bits = lexicon_of(p, n);
	w.dutch = w.bits & WORD_DUTCH;
	w.bits &= ~(unsigned)WORD_DUTCH;
	size_t upper = 0;
	while (upper < n && is_upper(p[upper]))
		upper++;
	w.shouts = n > 1 && upper == n;
	if (!w.bits && !w.dutch && n > 3 && scan_lower(p[n - 1]) == 's')
		w.bits = lexicon_listed(p, n - 1) & (WORD_GIVEN | WORD_FAMILY);
	return w;
}

struct word word_at(const struct scan *s, size_t from)
{
	size_t to = from;
	bool broken = false;
	for (; to < s->n && scan_is_of_word(s->p[to]); to++)
		broken |= s->p[to] == NORMAL_JOIN;
	return look(s, from, to, broken);
}

unsigned word_bits_before(const struct scan *s, size_t to, size_t *ret_from)
{
	size_t from = to;
	while (from > 0 && scan_is_of_word(s->p[from - 1]))
		from--;
	*ret_from = from;
	return lexicon_before(s->p + from, to - from);
}

struct word word_before(const struct scan *s, size_t to)
{
	size_t from = to;
	bool broken = false;
	for (; from > 0 && scan_is_of_word(s->p[from - 1]); from--)
		broken |= s->p[from - 1] == NORMAL_JOIN;
	return look(s, from, to, broken);
}

bool word_is_compound(const struct scan *s, const struct word *w)
{
	char room[MOST_WORD] = {0};
	size_t n;
	const char *p = letters_of(s, w, room, &n);
	return lexicon_is_compound(p, n);
}

/* Quotes, brackets and marks of a list may stand before the first word. */
static bool is_before_word(char c)
{
	switch (c) {
	case ' ':
	case '"':
	case '\'':
	case '(':
	case '[':
	case '{':
	case '*':
	case '_':
	case '#':
	case '>':
		return true;
	default:
		return false;
	}
}

static bool ends_sentence(char c)
{
	switch (c) {
	case '\n':
	case '.':
	case '!':
	case '?':
	case ':':
	case ';':
	case '|':
		return true;
	default:
		return false;
	}
}

bool word_begins_sentence(const struct scan *s, size_t at)
{
	size_t i = at;
	while (i > 0 && is_before_word(s->p[i - 1]))
		i--;
	if (i > 1 && s->p[i - 1] == '-' && (s->p[i - 2] == '\n' || s->p[i - 2] == ' '))
		return true;
	return i == 0 || ends_sentence(s->p[i - 1]);
}
