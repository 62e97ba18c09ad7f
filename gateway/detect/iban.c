/* SPDX-License-Identifier: EUPL-1.2 */
/* iban: bank accounts (ISO 13616: a length for each country, mod 97). */
#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"
#include "detect/scan.h"

/* ISO 13616 register: the length of an IBAN by country. */
static const struct {
	char country[3];
	unsigned char length;
} ibans[] = {
    {"ad", 24},
    {"ae", 23},
    {"al", 28},
    {"at", 20},
    {"az", 28},
    {"ba", 20},
    {"be", 16},
    {"bg", 22},
    {"bh", 22},
    {"bi", 27},
    {"br", 29},
    {"by", 28},
    {"ch", 21},
    {"cr", 22},
    {"cy", 28},
    {"cz", 24},
    {"de", 22},
    {"dj", 27},
    {"dk", 18},
    {"do", 28},
    {"ee", 20},
    {"eg", 29},
    {"es", 24},
    {"fi", 18},
    {"fk", 18},
    {"fo", 18},
    {"fr", 27},
    {"gb", 22},
    {"ge", 22},
    {"gi", 23},
    {"gl", 18},
    {"gr", 27},
    {"gt", 28},
    {"hn", 28},
    {"hr", 21},
    {"hu", 28},
    {"ie", 22},
    {"il", 23},
    {"iq", 23},
    {"is", 26},
    {"it", 27},
    {"jo", 30},
    {"kw", 30},
    {"kz", 20},
    {"lb", 28},
    {"lc", 32},
    {"li", 21},
    {"lt", 20},
    {"lu", 20},
    {"lv", 21},
    {"ly", 25},
    {"mc", 27},
    {"md", 24},
    {"me", 22},
    {"mk", 19},
    {"mn", 20},
    {"mr", 27},
    {"mt", 31},
    {"mu", 30},
    {"ni", 28},
    {"nl", 18},
    {"no", 15},
    {"om", 23},
    {"pk", 24},
    {"pl", 28},
    {"ps", 29},
    {"pt", 25},
    {"qa", 29},
    {"ro", 24},
    {"rs", 22},
    {"ru", 33},
    {"sa", 24},
    {"sc", 31},
    {"sd", 18},
    {"se", 24},
    {"si", 19},
    {"sk", 24},
    {"sm", 27},
    {"so", 23},
    {"st", 25},
    {"sv", 28},
    {"tl", 23},
    {"tn", 24},
    {"tr", 26},
    {"ua", 29},
    {"va", 22},
    {"vg", 24},
    {"xk", 20},
    {"ye", 30},
};

static size_t iban_length(const char *p)
{
	for (size_t i = 0; i < GW_LENGTH(ibans); i++)
		if (scan_lower(p[0]) == ibans[i].country[0] &&
		    scan_lower(p[1]) == ibans[i].country[1])
			return ibans[i].length;
	return 0;
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
	static const char *const glued[] = {"iban", NULL};
	static const char between[] = {' ', '.', '-', '/', '_', ',', '\n', NORMAL_JOIN};
	if (scan_near(s, at, at + 4, glued))
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
