/* SPDX-License-Identifier: EUPL-1.2 */
/* address: postcodes, with or without a house number, and streets with one. */
#include <string.h>

#include "base/defs.h"
#include "detect/lexicon.h"
#include "detect/scan.h"

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* The end of a house number at `at` (12, 12a, 12-II, 12 bis), or `at`. */
static size_t house_number(const struct scan *s, size_t at)
{
	size_t i = at, k;
	while (i - at < 5 && scan_is_digit(scan_at(s, i)))
		i++;
	if (i == at || scan_is_digit(scan_at(s, i)) || s->p[at] == '0')
		return at;
	k = i +
	    ((scan_at(s, i) == ' ' || scan_at(s, i) == '-') && scan_is_letter(scan_at(s, i + 1)));
	if (k > i && scan_at(s, i) == ' ' && scan_lower(scan_at(s, k)) == 'b' &&
	    scan_lower(scan_at(s, k + 1)) == 'i' && scan_lower(scan_at(s, k + 2)) == 's')
		return k + 3;
	size_t letters = 0;
	while (letters < 4 && scan_is_alnum(scan_at(s, k + letters)))
		letters++;
	bool roman = scan_at(s, k) == 'I' || scan_at(s, k) == 'V';
	if (letters == 1 && (k == i || s->p[i] == '-'))
		return k + 1;
	if (letters > 0 && letters < 4 && k > i && s->p[i] == '-' && roman)
		return k + letters;
	if (scan_at(s, i) == '-' && scan_is_digit(scan_at(s, i + 1))) { /* 12-3, 12-14 */
		k = i + 1;
		while (k - i < 5 && scan_is_digit(scan_at(s, k)))
			k++;
		return scan_is_alnum(scan_at(s, k)) || scan_at(s, k) == '-' ? at : k;
	}
	return letters ? (k > i ? i : at) : i;
}

/* Two letters of a postcode at `at`; SA, SD and SS are not given out. */
static bool is_pair(const struct scan *s, size_t at)
{
	char a = scan_lower(scan_at(s, at)), b = scan_lower(scan_at(s, at + 1));
	if (a < 'a' || a > 'z' || b < 'a' || b > 'z' || scan_is_alnum(scan_at(s, at + 2)))
		return false;
	return !(a == 's' && (b == 'a' || b == 'd' || b == 's'));
}

/* Two letters that stand behind a number as a word or a unit. */
static bool is_word_or_unit(const struct scan *s, size_t at)
{
	static const char pairs[] =
	    "in op en de mg ml kg km cm mm gb mb kb na te of is al er an om we ze zo bv nv ";
	for (const char *c = pairs; *c; c += 3)
		if (scan_lower(s->p[at]) == c[0] && scan_lower(s->p[at + 1]) == c[1])
			return true;
	return false;
}

static size_t postcode_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	static const char *const words[] = {"postcode", "pc:", "adres", "woonachtig", NULL};
	size_t i = at;
	while (i - at < 5 && scan_is_digit(scan_at(s, i)))
		i++;
	if (i - at != 4 || s->p[at] == '0' || s->claimed > at ||
	    (at > 0 && scan_is_alnum(s->p[at - 1])) || (at > 1 && s->p[at - 1] == '.'))
		return 0;
	size_t k = i;
	while (k - i < 2 && (scan_at(s, k) == ' ' || scan_at(s, k) == '-' || scan_at(s, k) == '\n'))
		k++;
	if (!is_pair(s, k))
		return 0;
	size_t end = k + 2, number = end;
	bool upper = is_upper(s->p[k]) && is_upper(s->p[k + 1]), odd = is_word_or_unit(s, k);
	while (number - end < 8 && scan_at(s, number) && strchr(" ,nr.huisme", s->p[number]) &&
	    !scan_is_digit(s->p[number]))
		number++;
	size_t house = number > end ? house_number(s, number) : end;
	bool has_house = house > number && number > end,
	     has_word = scan_near(s, scan_sentence(s, at, 40), at, words);
	bool has_place = (scan_at(s, end) == ' ' || scan_at(s, end) == ',') &&
	    is_upper(scan_at(s, end + 1 + (scan_at(s, end + 1) == ' ')));
	bool year = s->p[at] == '1' ? s->p[at + 1] == '9' : s->p[at] == '2' && s->p[at + 1] == '0';
	*ret_from = at;
	*ret_certainty = has_house || has_word ? DETECT_HIGH
	    : has_place                        ? DETECT_MIDDLE
					       : DETECT_LOW;
	if ((odd || (year && k > i)) && !has_word && !(upper && has_house && !odd) &&
	    !(upper && has_place && !odd))
		return 0;
	if (!upper && !has_house && !has_word)
		return 0;
	return has_house ? house : end;
}

const struct detector detector_postcode = {
    .kind = DETECT_POSTCODE,
    .trigger = AT_NUMBER,
    .claims = true,
    .find = postcode_find,
    .form = "four digits, not 0 first, two letters; a house number behind them is taken along",
    .check = "not SA, SD or SS; no unit or little word (4000 mg, 2021 IN)",
    .context = "small letters, years and little words need a house number or the word postcode or "
	       "adres",
    .hits = SCAN_TEXTS("5121 AB", "5121AB 12", "5121 AB, nr. 12", "postcode 5121 ab", "5121ab 12",
	"5121 AB Rijen", "1012\u00a0WX", "5121 AB-12", "adres: 2021 IN 4", "2022 HR 15", "1234XY",
	"Lindelaan 12, 5121 AB Rijen", "5121 AB huisnummer 12a"),
    .misses = SCAN_TEXTS("2021 IN", "4000 MG", "1500 km", "0512 AB", "5121 SS", "5121 ABC",
	"5121 euro", "in 2021 en", "5121 ab", "12345 AB", "15121 AB", "1000 GB 2 schijven",
	"2024 is 12 maanden"),
};

/* Ends of names of streets. */
#define END(text)                         \
	{                                 \
		(text), sizeof(text) - 1, \
	}
static const struct end {
	const char *text;
	size_t n;
} ends[] = {END("straat"), END("straatweg"), END("laan"), END("plein"), END("gracht"), END("kade"),
    END("singel"), END("steeg"), END("dreef"), END("weg"), END("dijk"), END("plantsoen"),
    END("allee"), END("boulevard"), END("hof"), END("baan"), END("pad"), END("park"), END("markt"),
    END("akker"), END("veld"), END("erf"), END("kamp"), END("wal"), END("haven"), END("poort"),
    END("brink"), END("ring"), END("burg"), END("oord"), END("hoek"), END("zoom"), END("horst"),
    END("dam"), END("sloot"), END("str"), END("str.")};
enum { SURE_ENDS = 14, MOST_NAME = 48 };

static bool ends_as(const struct scan *s, size_t from, size_t to, const struct end *end)
{
	if (to - from < end->n)
		return false;
	for (size_t i = 0; i < end->n; i++)
		if (scan_lower(s->p[to - end->n + i]) != end->text[i])
			return false;
	return true;
}

/* Is the word [from, to) the name of a street, or the last word of one (Oude Baan)? */
static bool is_street(const struct scan *s, size_t from, size_t to)
{
	char last = scan_lower(s->p[to - 1]);
	for (size_t i = 0; i < GW_LENGTH(ends); i++) {
		size_t n = ends[i].n;
		if (ends[i].text[n - 1] != last || !ends_as(s, from, to, &ends[i]))
			continue;
		if (to - from == n)
			return is_upper(s->p[from]);
		return to - from >= n + 3 &&
		    (i < SURE_ENDS ||
			(is_upper(s->p[from]) && !lexicon_is_dutch(s->p + from, to - from)));
	}
	return false;
}

/* The start of the word that ends at `to`; hyphens and dots within it are part of it. */
static size_t word_start(const struct scan *s, size_t to)
{
	size_t i = to;
	while (i > 0 && to - i < MOST_NAME &&
	    (scan_is_letter(s->p[i - 1]) || s->p[i - 1] == '-' || s->p[i - 1] == '.'))
		i--;
	return i;
}

static size_t street_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	size_t end, to = at;
	if (s->claimed > at || at < 5 || (s->p[at - 1] != ' ' && s->p[at - 1] != '\n'))
		return 0;
	char last = s->p[at - 2];
	if (!scan_is_letter(last) && last != ' ' && last != ',' && last != '.')
		return 0;
	end = house_number(s, at);
	while (to > 0 && at - to < 2 &&
	    (s->p[to - 1] == ' ' || s->p[to - 1] == ',' || s->p[to - 1] == '\n'))
		to--;
	size_t from = word_start(s, to);
	if (end == at || from == to || !is_street(s, from, to))
		return 0;
	bool capital = is_upper(s->p[from]);
	for (size_t words = 0; words < 4 && from > 1 && s->p[from - 1] == ' '; words++) {
		size_t before = word_start(s, from - 1);
		bool big = before < from - 1 && is_upper(s->p[before]);
		bool little = before < from - 1 &&
		    (lexicon_of(s->p + before, from - 1 - before) & WORD_PARTICLE);
		if (!big && !(little && capital))
			break;
		if (little && !big && !(before > 1 && is_upper(s->p[word_start(s, before - 1)])))
			break;
		capital |= big;
		from = before;
	}
	if (!capital)
		return 0;
	*ret_from = from;
	*ret_certainty = DETECT_MIDDLE;
	return end;
}

const struct detector detector_street = {
    .kind = DETECT_POSTCODE,
    .trigger = AT_NUMBER,
    .also = AT_COUNT,
    .claims = true,
    .find = street_find,
    .form = "a word with a capital that ends as streets do (straat, laan, weg, plein), and a house "
	    "number",
    .check = "a number of one to five digits, with a letter or addition",
    .context = "words with a capital before it are taken along",
    .hits = SCAN_TEXTS("Lindelaan 12", "Kerkstraat 12a", "Oude Baan 3", "Prins Hendrikkade 33-2",
	"Burgemeester van der Voortlaan 3", "Stationsplein 1", "Molenweg 12-II", "Kerkstr. 7",
	"Dorpsstraat\n12"),
    .misses = SCAN_TEXTS("Kerkstraat", "de snelweg 12", "het plein 3", "Stap 3", "Artikel 12",
	"Een werkplek 3", "Fase 2", "straat 12", "Dorpsstraat 2026-01-12 06:00:00:12"),
};
