/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * misread: national and telephone numbers of which a scanner read a digit as a letter (O for 0, l
 * or I for 1, S for 5, B for 8): only behind a word that says what the number is.
 */
#include <string.h>

#include "base/defs.h"
#include "detect/scan.h"

enum { NEAR = 28, FEWEST = 6, MOST = 10 };

static char digit_of(char c)
{
	static const char letters[] = "OolISB", digits[] = "001158";
	const char *at = c ? strchr(letters, c) : NULL;
	return scan_is_digit(c) ? c : at ? digits[at - letters] : '\0';
}

/* The digits of a number at `at` into d, single blanks, dots and hyphens between; its end, how many
 * digits and how many of them were letters. */
static size_t read_number(
    const struct scan *s, size_t at, char d[MOST], size_t *ret_n, size_t *ret_letters)
{
	size_t i = at, end = at;
	*ret_n = *ret_letters = 0;
	for (;;) {
		char v = digit_of(scan_at(s, i));
		if (!v || *ret_n == MOST)
			break;
		d[(*ret_n)++] = v;
		*ret_letters += !scan_is_digit(s->p[i]);
		end = ++i;
		if (scan_at(s, i) && strchr(" .-", s->p[i]) && digit_of(scan_at(s, i + 1)))
			i++;
	}
	return scan_is_alnum(scan_at(s, end)) ? at : end;
}

static bool is_bsn(const char *d, size_t n)
{
	int sum = 0;
	if (n != 9)
		return false;
	for (int i = 0; i < 9; i++)
		sum += (d[i] - '0') * (i == 8 ? -1 : 9 - i);
	return sum % 11 == 0;
}

static bool is_phone(const char *d, size_t n)
{
	return n == 10 && d[0] == '0' && d[1] != '0';
}

/* Look behind the word at `at` for a misread number that fits. */
static size_t find(
    const struct scan *s, size_t at, size_t *ret_from, bool (*fits)(const char *d, size_t n))
{
	size_t i = at;
	while (scan_is_letter(scan_at(s, i)))
		i++;
	for (size_t stop = i + NEAR; i < s->n && i < stop; i++) {
		char d[MOST];
		size_t n, letters;
		if (!digit_of(s->p[i]) || (i > 0 && scan_is_alnum(s->p[i - 1])))
			continue;
		size_t end = read_number(s, i, d, &n, &letters);
		if (end == i || letters == 0 || n - letters < FEWEST || !fits(d, n))
			continue;
		*ret_from = i;
		return end;
	}
	return 0;
}

static size_t misread_bsn(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	*ret_certainty = DETECT_MIDDLE;
	return find(s, at, ret_from, is_bsn);
}

static size_t misread_phone(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	*ret_certainty = DETECT_MIDDLE;
	return find(s, at, ret_from, is_phone);
}

const struct detector detector_misread = {
    .kind = DETECT_BSN,
    .trigger = AT_BSN,
    .claims = false,
    .find = misread_bsn,
    .form = "nine digits of which letters stand for some: O 0, l and I 1, S 5, B 8",
    .check = "11-test; six true digits at least",
    .context = "bsn, sofi, burgerservice within 28 characters before",
    .hits = SCAN_TEXTS("bsn l23456782", "BSN: 1234S6782",
	"burgerservicenummer 12345678Z of bsn "
	"I23456782",
	"sofinummer 1234.S6.7B2", "bsn O1O464554"),
    .misses = SCAN_TEXTS("bsn l23456789", "zaak l23456782", "bsn SOlB", "bsn IS BOOS"),
};

const struct detector detector_misread_phone = {
    .kind = DETECT_PHONE,
    .trigger = AT_PHONE,
    .claims = false,
    .find = misread_phone,
    .form = "ten digits of which letters stand for some, 0 first",
    .check = "six true digits at least",
    .context = "tel, telefoon, mobiel, bel within 28 characters before",
    .hits = SCAN_TEXTS("tel. O6-12345678", "mobiel: 06-I234S678", "bel 06 l2 34 56 7B"),
    .misses = SCAN_TEXTS("zaak O612345678", "tel OSBIl", "bel IS BOOS"),
};
