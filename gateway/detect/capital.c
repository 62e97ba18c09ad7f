/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * capital: words with a capital, or in another script, of which nothing is known: the net for names
 * that no list has. A flag for people, not a judgement.
 */
#include <string.h>

#include "detect/normal.h"
#include "detect/word.h"

enum { SHORTEST = 3 };

/* True when a capital stands within the word: WhatsApp, LinkedIn; IJ is one letter. */
static bool is_of_a_brand(const struct scan *s, const struct word *w)
{
	for (size_t i = w->from + 2; i < w->to; i++)
		if (s->p[i] >= 'A' && s->p[i] <= 'Z')
			return true;
	return false;
}

/* True for a suffix that goes with a capital: Rotterdamse, Bredanaar. */
static bool is_of_a_place(const struct scan *s, const struct word *w)
{
	static const size_t suffixes[] = {1, 2, 3, 4};
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		size_t n = w->to - w->from;
		if (n > suffixes[i] + 3 &&
		    lexicon_listed(s->p + w->from, n - suffixes[i]) & (WORD_PLACE | WORD_COMMON))
			return true;
	}
	return false;
}

/* A capital word right behind it, be it a Dutch one, may be the family name. */
static size_t with_next(const struct scan *s, size_t end)
{
	if (scan_at(s, end) != ' ' && scan_at(s, end) != '-')
		return end;
	struct word w = word_at(s, end + 1);
	bool fits = w.capital && !w.shouts && w.to - w.from >= SHORTEST &&
	    !(w.bits & (WORD_COMMON | WORD_PLACE | WORD_PARTICLE));
	return fits ? w.to : end;
}

static size_t capital_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	if (at < s->named)
		return 0;
	struct word w = *s->word;
	*ret_from = at;
	*ret_certainty = DETECT_LOW;
	if ((unsigned char)s->p[at] >= 0x80)
		return w.to;
	if (w.to - w.from < SHORTEST || w.shouts || scan_is_digit(scan_at(s, w.to)) || w.dutch ||
	    w.bits & ~(unsigned)(WORD_GIVEN | WORD_FAMILY) || is_of_a_brand(s, &w) ||
	    is_of_a_place(s, &w) || word_is_compound(s, &w))
		return 0;
	return with_next(s, w.to);
}

const struct detector detector_capital = {
    .kind = DETECT_CAPITAL,
    .trigger = AT_CAPITAL,
    .claims = false,
    .find = capital_find,
    .form = "a word of three letters or more with a capital first and small letters; any word in "
	    "letters that are not Latin",
    .check = "no Dutch word nor two of them put together, no place, country or organisation of the "
	     "lists",
    .context = "none; a finding of another kind there goes before it",
    .hits = SCAN_TEXTS("gisteren kwam Zerfinoz langs", "Xandrophel belde", "met Qworti en",
	"\u0645\u062d\u0645\u062f", "Zerf-\ninoz"),
    .misses = SCAN_TEXTS("de Gemeente", "het UWV", "via WhatsApp", "een Rotterdamse school",
	"Werkleertraject", "Zaaktype", "Nederlands", "B1", "in Januari", "VCA", "Syri\u00eb"),
};
