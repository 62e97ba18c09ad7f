/* SPDX-License-Identifier: EUPL-1.2 */
/* codes: numbers that need a word beside them: V-number, chamber of commerce, number plate. */
#include <string.h>

#include "base/defs.h"
#include "detect/scan.h"

enum { MOST_GAP = 2 };

/* What may stand between two digits of a number: blanks, with dotted also dots and hyphens. */
static bool is_gap(char c, bool dotted)
{
	return c == ' ' || c == '\n' || (dotted && (c == '.' || c == '-'));
}

/* The end of `want` digits from `at` on, up to two marks between; 0 when there are not as many, or
 * more. */
static size_t digits_end(const struct scan *s, size_t at, size_t want, bool dotted)
{
	size_t n = 0, i = at, end = at;
	while (n < want) {
		if (!scan_is_digit(scan_at(s, i)))
			return 0;
		end = ++i;
		n++;
		size_t gap = i;
		while (gap - i < MOST_GAP && is_gap(scan_at(s, gap), dotted))
			gap++;
		if (n < want)
			i = gap;
	}
	return scan_is_alnum(scan_at(s, end)) ? 0 : end;
}

static bool digit_before(const struct scan *s, size_t at)
{
	return at > 0 &&
	    (scan_is_alnum(s->p[at - 1]) ||
		(at > 1 && (s->p[at - 1] == '.' || s->p[at - 1] == '-') &&
		    scan_is_digit(s->p[at - 2])));
}

static size_t v_number_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	static const char *const words[] = {"v-nummer", "v-nr", "vnummer", "v nummer", "vnr",
	    "v.nr", "vreemdelingen", "ind ", "ind:", "coa ", NULL};
	enum { NEAR = 40, DIGITS = 10 };
	size_t end = digit_before(s, at) ? 0 : digits_end(s, at, DIGITS, true);
	if (end == 0 || s->p[at] == '0' || s->claimed > at ||
	    !scan_near(s, scan_sentence(s, at, NEAR), at, words))
		return 0;
	*ret_from = at;
	*ret_certainty = DETECT_HIGH;
	return end;
}

const struct detector detector_v_number = {
    .kind = DETECT_V_NUMBER,
    .trigger = AT_NUMBER,
    .claims = true,
    .find = v_number_find,
    .form = "ten digits, not 0 first; blanks, dots or hyphens between",
    .check = "none there is",
    .context = "v-nummer, vreemdelingennummer, IND or COA within 40 characters before",
    .hits = SCAN_TEXTS("v-nummer 2791234567", "V-nummer: 279 123 4567", "vnr. 2791234567",
	"vreemdelingennummer 279.123.4567", "volgens de IND 2791234567", "V-nr 2791234567"),
    .misses = SCAN_TEXTS("nummer 2791234567", "v-nummer 279123456", "v-nummer 27912345678",
	"v-nummer onbekend", "indien 2791234567"),
};

/* V and eight letters or digits, as on a residence permit since 2019: III-V123AL568. */
static size_t permit_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	static const char *const words[] = {
	    "document", "verblijf", "vergunning", "vreemdeling", "pasje", "ind ", "iii", NULL};
	enum { NEAR = 40, BEHIND = 8 };
	size_t digits = 0, i = at + 1;
	if (s->p[at] != 'V' || (at > 0 && scan_is_alnum(s->p[at - 1])))
		return 0;
	for (; i <= at + BEHIND; i++) {
		char c = scan_at(s, i);
		if (!scan_is_digit(c) && !(c >= 'A' && c <= 'Z' && c != 'O'))
			return 0;
		digits += scan_is_digit(c);
	}
	if (scan_is_alnum(scan_at(s, i)) || digits < 4 ||
	    !scan_near(s, at > NEAR ? at - NEAR : 0, at, words))
		return 0;
	*ret_from = at > 3 && s->p[at - 1] == '-' && scan_is_letter(s->p[at - 2]) ? at - 4 : at;
	*ret_certainty = DETECT_HIGH;
	return i;
}

const struct detector detector_permit = {
    .kind = DETECT_V_NUMBER,
    .trigger = AT_CODE,
    .claims = true,
    .find = permit_find,
    .form = "V and eight capitals or digits without O, III- before it",
    .check = "four digits at least",
    .context = "document, verblijf, vergunning, IND or III- within 40 characters before",
    .hits = SCAN_TEXTS("III-V123AL568", "documentnummer V123AL568", "verblijfspas V12345678"),
    .misses =
	SCAN_TEXTS("artikel V123AL568", "document V123", "type V123AL5689", "vergunning voor V1"),
};

static size_t kvk_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	static const char *const words[] = {
	    "kvk", "k.v.k", "kamer van koophandel", "handelsregister", "vestigingsnummer", NULL};
	enum { NEAR = 32, DIGITS = 8, BRANCH = 12 };
	if (digit_before(s, at) || s->claimed > at)
		return 0;
	size_t end = digits_end(s, at, BRANCH, false);
	if (end == 0)
		end = digits_end(s, at, DIGITS, false);
	if (end == 0 || !scan_near(s, scan_sentence(s, at, NEAR), at, words))
		return 0;
	*ret_from = at;
	*ret_certainty = DETECT_HIGH;
	return end;
}

const struct detector detector_kvk = {
    .kind = DETECT_KVK,
    .trigger = AT_NUMBER,
    .claims = true,
    .find = kvk_find,
    .form = "eight digits, or twelve of a branch; blanks between",
    .check = "none there is",
    .context = "kvk, kamer van koophandel, handelsregister within 32 characters before",
    .hits = SCAN_TEXTS("kvk 12345678", "KvK-nummer: 1234 5678", "K.v.K. 12345678",
	"Kamer van Koophandel nr. 12345678", "vestigingsnummer 000012345678",
	"handelsregister onder 12345678"),
    .misses = SCAN_TEXTS("nummer 12345678", "kvk 1234567", "kvk 123456789", "20240115",
	"kvk sinds 2024", "de kvk belt om 10.30"),
};

/* Forms of number plates (RDW side codes 1 to 14): X a letter, 9 a digit, groups parted. */
static const char *const plates[] = {"XX-99-99", "99-99-XX", "99-XX-99", "XX-99-XX", "XX-XX-99",
    "99-XX-XX", "99-XXX-9", "9-XXX-99", "XX-999-X", "X-999-XX", "XXX-99-X", "X-99-XXX", "9-XX-999",
    "999-XX-9"};

/* The end of a plate of that form at `at`, or 0; strict: with its hyphens, else with blanks or
 * nothing in their place too. */
static size_t plate_end(const struct scan *s, size_t at, const char *form, bool strict)
{
	bool three = strstr(form, "XXX") != NULL;
	for (; *form; form++) {
		char c = scan_at(s, at);
		if (*form == '-') {
			if (strict && c != '-')
				return 0;
			at += c == '-' || c == ' ';
			continue;
		}
		if (three && c && strchr("AEIOUaeiou", c)) /* 2 uur 30 */
			return 0;
		char want = scan_is_digit(c) ? '9' : scan_is_letter(c) && c < 0x7f ? 'X' : '\0';
		if (want != *form)
			return 0;
		at++;
	}
	return scan_is_alnum(scan_at(s, at)) || scan_at(s, at) == '-' ? 0 : at;
}

static size_t plate_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	enum { NEAR = 40 };
	size_t i = at;
	bool strict = scan_lower(s->p[at]) != 'k' && scan_lower(s->p[at]) != 'n';
	while (scan_is_letter(scan_at(s, i)))
		i++;
	for (size_t stop = i + NEAR; i < s->n && i < stop; i++) {
		if (!scan_is_alnum(s->p[i]) || scan_is_alnum(s->p[i - 1]) || s->p[i - 1] == '-')
			continue;
		for (size_t k = 0; k < GW_LENGTH(plates); k++) {
			size_t end = plate_end(s, i, plates[k], strict);
			if (end == 0)
				continue;
			*ret_from = i;
			*ret_certainty = DETECT_HIGH;
			return end;
		}
	}
	return 0;
}

const struct detector detector_plate = {
    .kind = DETECT_PLATE,
    .trigger = AT_CAR,
    .claims = false,
    .find = plate_find,
    .form = "letters and digits in three groups as the side codes 1 to 14 have them",
    .check = "none there is",
    .context =
	"kenteken, nummerbord within 40 characters before; auto, scooter or voertuig with the "
	"hyphens",
    .hits = SCAN_TEXTS("kenteken GX-123-B", "Kenteken: 12-BCD-3", "nummerplaat gx 123 b",
	"auto met kenteken 99XXX9", "in de auto (XX-99-99)", "voertuig 1-XYZ-23", "auto XX-999-X"),
    .misses = SCAN_TEXTS("product GX-123-B", "kenteken onbekend", "met de auto in 2 uur",
	"kenteken GX-123", "auto van 12 jaar", "de auto is van 2019"),
};
