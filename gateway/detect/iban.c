/* SPDX-License-Identifier: EUPL-1.2 */
/* iban: bank accounts (ISO 13616: a length for each country, mod 97). */
#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"
#include "detect/scan.h"

/* ISO 13616 register: the length of an IBAN by the two letters of its country. */
#define COUNTRY(a, b, n) [(a) - 'a'][(b) - 'a'] = (n)
static const unsigned char ibans[26][26] = {
    COUNTRY('a', 'd', 24),
    COUNTRY('a', 'e', 23),
    COUNTRY('a', 'l', 28),
    COUNTRY('a', 't', 20),
    COUNTRY('a', 'z', 28),
    COUNTRY('b', 'a', 20),
    COUNTRY('b', 'e', 16),
    COUNTRY('b', 'g', 22),
    COUNTRY('b', 'h', 22),
    COUNTRY('b', 'i', 27),
    COUNTRY('b', 'r', 29),
    COUNTRY('b', 'y', 28),
    COUNTRY('c', 'h', 21),
    COUNTRY('c', 'r', 22),
    COUNTRY('c', 'y', 28),
    COUNTRY('c', 'z', 24),
    COUNTRY('d', 'e', 22),
    COUNTRY('d', 'j', 27),
    COUNTRY('d', 'k', 18),
    COUNTRY('d', 'o', 28),
    COUNTRY('e', 'e', 20),
    COUNTRY('e', 'g', 29),
    COUNTRY('e', 's', 24),
    COUNTRY('f', 'i', 18),
    COUNTRY('f', 'k', 18),
    COUNTRY('f', 'o', 18),
    COUNTRY('f', 'r', 27),
    COUNTRY('g', 'b', 22),
    COUNTRY('g', 'e', 22),
    COUNTRY('g', 'i', 23),
    COUNTRY('g', 'l', 18),
    COUNTRY('g', 'r', 27),
    COUNTRY('g', 't', 28),
    COUNTRY('h', 'n', 28),
    COUNTRY('h', 'r', 21),
    COUNTRY('h', 'u', 28),
    COUNTRY('i', 'e', 22),
    COUNTRY('i', 'l', 23),
    COUNTRY('i', 'q', 23),
    COUNTRY('i', 's', 26),
    COUNTRY('i', 't', 27),
    COUNTRY('j', 'o', 30),
    COUNTRY('k', 'w', 30),
    COUNTRY('k', 'z', 20),
    COUNTRY('l', 'b', 28),
    COUNTRY('l', 'c', 32),
    COUNTRY('l', 'i', 21),
    COUNTRY('l', 't', 20),
    COUNTRY('l', 'u', 20),
    COUNTRY('l', 'v', 21),
    COUNTRY('l', 'y', 25),
    COUNTRY('m', 'c', 27),
    COUNTRY('m', 'd', 24),
    COUNTRY('m', 'e', 22),
    COUNTRY('m', 'k', 19),
    COUNTRY('m', 'n', 20),
    COUNTRY('m', 'r', 27),
    COUNTRY('m', 't', 31),
    COUNTRY('m', 'u', 30),
    COUNTRY('n', 'i', 28),
    COUNTRY('n', 'l', 18),
    COUNTRY('n', 'o', 15),
    COUNTRY('o', 'm', 23),
    COUNTRY('p', 'k', 24),
    COUNTRY('p', 'l', 28),
    COUNTRY('p', 's', 29),
    COUNTRY('p', 't', 25),
    COUNTRY('q', 'a', 29),
    COUNTRY('r', 'o', 24),
    COUNTRY('r', 's', 22),
    COUNTRY('r', 'u', 33),
    COUNTRY('s', 'a', 24),
    COUNTRY('s', 'c', 31),
    COUNTRY('s', 'd', 18),
    COUNTRY('s', 'e', 24),
    COUNTRY('s', 'i', 19),
    COUNTRY('s', 'k', 24),
    COUNTRY('s', 'm', 27),
    COUNTRY('s', 'o', 23),
    COUNTRY('s', 't', 25),
    COUNTRY('s', 'v', 28),
    COUNTRY('t', 'l', 23),
    COUNTRY('t', 'n', 24),
    COUNTRY('t', 'r', 26),
    COUNTRY('u', 'a', 29),
    COUNTRY('v', 'a', 22),
    COUNTRY('v', 'g', 24),
    COUNTRY('x', 'k', 20),
    COUNTRY('y', 'e', 30),
};
#undef COUNTRY

static size_t iban_length(const char *p)
{
	unsigned char a = (unsigned char)(scan_lower(p[0]) - 'a'),
		      b = (unsigned char)(scan_lower(p[1]) - 'a');
	return a < 26 && b < 26 ? ibans[a][b] : 0;
}

static unsigned mod97(unsigned rest, char c)
{
	if (scan_is_digit(c))
		return (rest * 10 + (unsigned)(c - '0')) % 97;
	return (rest * 100 + (unsigned)(scan_lower(c) - 'a') + 10) % 97;
}

static size_t iban_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	enum { MOST_LENGTH = 34, MOST_GAP = 5 };
	char c[MOST_LENGTH] = {0};
	size_t n = 0, i = at, end = 0, digits = 0;
	bool parted = false; /* NL 91 ABNA …: words pass as well, unless most of it are digits */
	static const char between[] = {' ', '.', '-', '/', '_', ',', '\n', NORMAL_JOIN};
	if (scan_is(s, at, "iban") && (at == 0 || !scan_is_letter(s->p[at - 1])))
		i = at += 4;
	size_t length = at + 2 < s->n ? iban_length(s->p + at) : 0;
	while (length && n < length && i < s->n) {
		size_t gap = i;
		while (gap < s->n && gap - i < MOST_GAP && n > 1 && n != 3 &&
		    memchr(between, s->p[gap], sizeof between))
			gap++;
		parted |= n == 2 && gap > i;
		i = gap;
		if (i >= s->n || !scan_is_alnum(s->p[i]) || (unsigned char)s->p[i] >= 0x80)
			return 0;
		digits += scan_is_digit(s->p[i]);
		c[n++] = s->p[i++];
		end = i;
	}
	if (length == 0 || n < length || scan_is_digit(scan_at(s, end)) ||
	    (parted && digits * 2 < n))
		return 0;
	bool dutch = scan_lower(c[0]) == 'n' && scan_lower(c[1]) == 'l';
	for (size_t k = 4; dutch && k < n; k++)
		if (scan_is_digit(c[k]) != (k >= 8)) /* a bank of four letters, ten digits */
			return 0;
	unsigned rest = 0;
	for (size_t k = 4; k < n + 4; k++)
		rest = mod97(rest, c[k % n]);
	if (rest != 1 || !scan_is_digit(c[2]) || !scan_is_digit(c[3]))
		return 0;
	*ret_from = at;
	*ret_certainty = DETECT_HIGH;
	return end;
}

const struct detector detector_iban = {
    .kind = DETECT_IBAN,
    .trigger = AT_CODE,
    .claims = true,
    .find = iban_find,
    .form = "country, two digits, letters and digits; spaces, . - / _ , or a line end between",
    .check = "length of the country (ISO 13616) and mod 97 = 1",
    .context = "none needed",
    .hits = SCAN_TEXTS("NL91ABNA0417164300", "NL91 ABNA 0417 1643 00", "iban nl91abna0417164300.",
	"rekening NL91-ABNA-0417-1643-00", "IBAN:NL91 ABNA 0417\n1643 00", "BE68 5390 0754 7034",
	"DE89370400440532013000", "NL91\u00a0ABNA\u00a00417\u00a01643\u00a000",
	"GB29 NWBK 6016 1331 9268 19", "NL91 ABNA 0417 1643 00 op naam van",
	"\uff2e\uff2c\uff19\uff11ABNA0417164300", "IBANNL91ABNA0417164300",
	"TR33 0006 1005 1978 6457 8413 26", "NL 91 ABNA 0417 1643 00", "nl 91 abna 0417164300",
	"NL-91-ABNA-0417-1643-00", "NL91/ABNA/0417/1643/00", "NL91_ABNA_0417_1643_00",
	"NL91,ABNA,0417164300", "NL91 ABNA  0417    1643 00"),
    .misses = SCAN_TEXTS("NL91ABNA0417164301", "NL91ABNA041716430", "XX91ABNA0417164300",
	"NL12 ABCD", "order NL91 2024", "NL123456782B01"),
};
