/* SPDX-License-Identifier: EUPL-1.2 */
/* birth: dates and years of birth by the words around them, and ages. */
#include <string.h>

#include "base/defs.h"
#include "detect/day.h"
#include "detect/known.h"

static const char *const before_words[] = {"geb ", "geb.", "geb:", "gebdat", "geboren", "geboorte",
    "verjaart", "verjaardag", "dob", "d.o.b", "birth", NULL};
static const char *const behind_words[] = {"geb.", "geb)", "geboren", "geboortedatum", NULL};

/* True when a word for birth stands before `at` and no digit between. */
static bool is_birth_before(const struct scan *s, size_t at)
{
	enum { NEAR = 40 };
	size_t from = at, start;
	while (from > 0 && at - from < NEAR && !scan_is_digit(s->p[from - 1]))
		from--;
	if (!scan_near(s, from, at, before_words))
		return false;
	start = scan_sentence(s, at, NEAR);
	return start <= from || scan_near(s, start, at, before_words);
}

/* True when a word for birth stands right behind `end` (in brackets, or as the verb). */
static bool is_birth_behind(const struct scan *s, size_t end)
{
	size_t i = end;
	for (; i - end < 3; i++) {
		char c = scan_at(s, i);
		if (c != ' ' && c != '(' && c != ',')
			break;
	}
	return i > end && scan_is_one(s, i, behind_words);
}

static unsigned value(const struct scan *s, size_t at, size_t n)
{
	unsigned v = 0;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(s->p[at + i] - '0');
	return v;
}

static bool is_day(unsigned year, unsigned month, unsigned day)
{
	return year >= 1900 && year <= 2099 && month <= 12 && day <= 31;
}

/* 09031984, 19840309, or a year alone: the digits at `at`, n of them. */
static bool is_bare(const struct scan *s, size_t at, size_t n)
{
	if (n == 4)
		return value(s, at, 4) >= 1900 && value(s, at, 4) <= 2099;
	if (n != 8)
		return false;
	return is_day(value(s, at, 4), value(s, at + 4, 2), value(s, at + 6, 2)) ||
	    is_day(value(s, at + 4, 4), value(s, at + 2, 2), value(s, at, 2));
}

static size_t birth_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	struct day d;
	size_t end, n = 0;
	if (s->claimed > at)
		return 0;
	end = day_find(s, at, &d);
	if (end == 0) {
		while (n < 9 && scan_is_digit(scan_at(s, at + n)))
			n++;
		if (!is_bare(s, at, n) || scan_is_letter(scan_at(s, at + n)) ||
		    !is_birth_before(s, at))
			return 0;
		end = at + n;
	} else if (!known_is_birth(s->known, d.year, d.month, d.day) && !is_birth_before(s, at) &&
	    !is_birth_behind(s, end)) {
		return 0;
	}
	*ret_from = at;
	*ret_certainty = DETECT_HIGH;
	return end;
}

const struct detector detector_birth = {
    .kind = DETECT_BIRTH_DATE,
    .trigger = AT_NUMBER,
    .also = AT_YEAR,
    .claims = true,
    .find = birth_find,
    .form = "a date as detector date finds it, eight digits of one, or a year",
    .check = "as a date; a known birth date of this dossier in any form needs no context",
    .context = "geb, geboren, geboortedatum, verjaardag within 40 characters before and no digit "
	       "between, or geb., geboren right behind",
    .hits = SCAN_TEXTS("geboren op 9 maart 1984", "geb. 09-03-1984", "Geboortedatum: 9-3-1984",
	"geboortedatum 1984-03-09", "geb 09031984", "geboren te Asmara op 1-1-1990",
	"geboren in 1984", "geboortejaar: 1984", "09-03-1984 (geb.)", "9 maart 1984 geboren",
	"geb.dat. 09.03.84", "verjaardag: 9 maart", "GEBOORTEDATUM 09/03/1984",
	"geboren: 1984-00-00", "geboortedatum\n09-03-1984"),
    .misses = SCAN_TEXTS("in dienst sinds 09-03-1984", "op 9 maart 1984", "het gebouw is van 1984",
	"in 1984 begonnen", "gebeld op 12 weken", "bouwjaar 1984"),
};

/* What follows "jaar" when it tells of a time, not of an age. */
static const char *const terms[] = {"dienst", "jubile", "bestaan", "contract", "huwelijk",
    "ervaring", "garantie", "overeenkomst", "plan", "traject", NULL};

static const char *const leads[] = {"leeft", NULL};

static const char *const small_people[] = {
    "meisje", "jongen", "jongetje", "kind", "zoon", "dochter", NULL};

/* The end of an age whose digits end at `at`, or 0. */
static size_t age_end(const struct scan *s, size_t from, size_t at, unsigned years)
{
	static const char *const verbs[] = {"is", "werd", "wordt", "ben", "bijna", NULL};
	size_t i = at + (scan_at(s, at) == ' ' || scan_at(s, at) == '-');
	if (scan_is(s, i, "jarige"))
		return scan_near(s, i + 6, i + 20, terms) ? 0 : i + 6;
	if (scan_is(s, i, "jarig ")) /* of things too: a firm, a jubilee */
		return scan_near(s, i + 6, i + 14, small_people) ? i + 5 : 0;
	if (scan_is(s, i, "jaar oud"))
		return i + 8;
	if (scan_near(s, from > 14 ? from - 14 : 0, from, leads) && years >= 10)
		return scan_is(s, i, "jaar") ? i + 4 : at;
	if (!scan_is(s, i, "jaar") || i == at || scan_is_letter(scan_at(s, i + 4)))
		return 0;
	char c = scan_at(s, i + 4), b = from > 0 ? s->p[from - 1] : '\0';
	if (b == '(' && c == ')')
		return i + 4;
	bool stops = c == '\0' || strchr(".,;)\n", c) || scan_is(s, i + 4, " en ");
	return stops && years >= 12 && scan_near(s, from > 6 ? from - 6 : 0, from, verbs) ? i + 4
											  : 0;
}

static bool is_within_number(char c)
{
	return c == '.' || c == ',' || c == '-' || c == '/' || c == ':';
}

static size_t age_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	size_t n = 0;
	while (n < 4 && scan_is_digit(scan_at(s, at + n)))
		n++;
	char next = scan_lower(
	    scan_at(s, at + n + (scan_at(s, at + n) == ' ' || scan_at(s, at + n) == '-')));
	if (next != 'j' && !(at > 8 && scan_near(s, at > 14 ? at - 14 : 0, at, leads)))
		return 0;
	unsigned years = value(s, at, n);
	if (n == 0 || n > 3 || years > 115 || (at > 0 && is_within_number(s->p[at - 1])))
		return 0;
	*ret_from = at;
	*ret_certainty = DETECT_MIDDLE;
	return age_end(s, at, at + n, years);
}

const struct detector detector_age = {
    .kind = DETECT_BIRTH_DATE,
    .trigger = AT_NUMBER,
    .claims = false,
    .find = age_find,
    .form = "a number of years up to 115 with jaar oud, -jarige, (… jaar); leeftijd before it",
    .check = "none",
    .context = "`is 34 jaar` counts at the end of a clause; contract, dienst, ervaring behind it "
	       "do not",
    .hits = SCAN_TEXTS("34 jaar oud", "een 34-jarige man", "zoon (8 jaar)", "leeftijd: 34",
	"leeftijd 34 jaar", "hij is 34 jaar en woont alleen", "zij is 52 jaar.", "34 jarige",
	"een 8-jarig meisje"),
    .misses = SCAN_TEXTS("34 jaar ervaring", "contract van 2 jaar", "is 2 jaar werkloos",
	"25-jarig jubileum", "een 25-jarig bedrijf", "2-jarig contract", "over 3 jaar",
	"binnen 1 jaar", "is 3 jaar,"),
};
