/* SPDX-License-Identifier: EUPL-1.2 */
/* number: the national number (11-test) and the IBAN (ISO 13616, mod 97). */
#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"
#include "detect/scan.h"

enum { MOST_GROUPS = 9, MOST_GAP = 4 };

/* Groups of digits with what stands between them. gap[i] is the class of what stands before group
 * i: ' ' '.' '-' '/' '_', or 0 where the groups do not belong together. */
struct groups {
	size_t from[MOST_GROUPS + 1], to[MOST_GROUPS + 1];
	char gap[MOST_GROUPS + 1];
	size_t n;
};

/* The class of the bytes [from, to) between two groups. */
static char gap_class(const struct scan *s, size_t from, size_t to)
{
	char class = ' ';
	size_t lines = 0, marks = 0;
	if (to == from || to - from > MOST_GAP)
		return 0;
	for (size_t i = from; i < to; i++) {
		char c = s->p[i];
		if (c == '\n') {
			lines++;
		} else if (c == NORMAL_JOIN || c == '-') {
			class = '-';
			marks++;
		} else if (c == '.' || c == '/' || c == '_') {
			class = c;
			marks++;
		} else if (c != ' ') {
			return 0;
		}
	}
	/* ". " ends a sentence; a line end may only stand behind the mark or alone */
	if (lines > 1 || marks > 1 || (class == '.' && to - from > 1 && lines == 0))
		return 0;
	return class;
}

/* Where the next group of digits begins behind `at`, or 0. */
static size_t next_group(const struct scan *s, size_t at)
{
	for (size_t i = at; i < s->n && i <= at + MOST_GAP; i++)
		if (scan_is_digit(s->p[i]))
			return i;
	return 0;
}

/* The class of the gap before `at` when digits stand before it, else 0. */
static char gap_before(const struct scan *s, size_t at)
{
	for (size_t i = at; i > 0 && at - i <= MOST_GAP; i--)
		if (scan_is_digit(s->p[i - 1]))
			return gap_class(s, i, at);
	return 0;
}

/* Collect groups from `at` on, until more than nine digits or a gap that parts them. */
static void collect(const struct scan *s, size_t at, struct groups *g)
{
	size_t digits = 0;
	g->n = 0;
	g->gap[0] = gap_before(s, at);
	while (g->n < MOST_GROUPS) {
		size_t to = at;
		while (to < s->n && scan_is_digit(s->p[to]) && to - at <= MOST_GROUPS)
			to++;
		g->from[g->n] = at;
		g->to[g->n] = to;
		g->n++;
		digits += to - at;
		size_t next = next_group(s, to);
		char class = next > to ? gap_class(s, to, next) : 0;
		g->gap[g->n] = class;
		if (!class || digits >= 9)
			return;
		at = next;
	}
}

static size_t width(const struct groups *g, size_t i)
{
	return g->to[i] - g->from[i];
}

static unsigned value(const struct scan *s, size_t from, size_t to)
{
	unsigned v = 0;
	for (size_t i = from; i < to; i++)
		v = v * 10 + (unsigned)(s->p[i] - '0');
	return v;
}

static bool is_year(unsigned y)
{
	return y >= 1900 && y <= 2099;
}

static bool is_day_and_month(unsigned a, unsigned b)
{
	return (a >= 1 && a <= 31 && b >= 1 && b <= 12) || (a >= 1 && a <= 12 && b >= 1 && b <= 31);
}

/* Eight digits that read as a date, two years or two times of day. */
static bool reads_as_date(const struct scan *s, const struct groups *g, size_t k)
{
	unsigned v[3] = {0};
	for (size_t i = 0; i < k && i < 3; i++)
		v[i] = width(g, i) <= 8 ? value(s, g->from[i], g->to[i]) : 0;
	if (k == 1)
		return (is_year(v[0] / 10000) && is_day_and_month(v[0] % 100, v[0] / 100 % 100)) ||
		    (is_year(v[0] % 10000) && is_day_and_month(v[0] / 1000000, v[0] / 10000 % 100));
	if (k == 2)
		return width(g, 0) == 4 && width(g, 1) == 4;
	if (k == 3)
		return (is_year(v[0]) && is_day_and_month(v[1], v[2])) ||
		    (is_year(v[2]) && is_day_and_month(v[0], v[1]));
	return false;
}

/* The 11-test of the first k groups; eight digits get a zero in front. All zero fails. */
static bool eleven_test(const struct scan *s, const struct groups *g, size_t k, size_t digits)
{
	int sum = 0, weight = (int)digits;
	bool zero = true;
	for (size_t i = 0; i < k; i++)
		for (size_t j = g->from[i]; j < g->to[i]; j++, weight--) {
			int d = s->p[j] - '0';
			sum += d * (weight == 1 ? -1 : weight);
			zero &= d == 0;
		}
	return !zero && sum % 11 == 0;
}

/* How a BSN is written: 123456782, 1234.56.782, 123 456 782; without a zero 12 345 678. */
static bool is_usual(const struct groups *g, size_t k, size_t digits)
{
	if (k == 1)
		return true;
	if (k != 3 || width(g, 2) != 3)
		return false;
	if (digits == 9)
		return (width(g, 0) == 3 && width(g, 1) == 3) ||
		    (width(g, 0) == 4 && width(g, 1) == 2);
	return (width(g, 0) == 2 && width(g, 1) == 3) || (width(g, 0) == 3 && width(g, 1) == 2);
}

/* True when the first k groups stand together alone: one sort of gap, and it goes on neither side.
 */
static bool is_apart(const struct groups *g, size_t k)
{
	char class = g->gap[1];
	size_t single = 0;
	for (size_t i = 1; i < k; i++)
		if (g->gap[i] != class)
			return false;
	for (size_t i = 0; i < k; i++)
		single += width(g, i) == 1;
	if (single != 0 && single != k)
		return false;
	return (single || k <= 4) && g->gap[0] != class && g->gap[k] != class;
}

static const char *const bsn_words[] = {
    "bsn", "b.s.n", "bs n", "sofi", "burgerservice", "burger service", "burger-service", NULL};

/* True when the words before or behind say that this is a national number. */
static bool bsn_context(const struct scan *s, size_t from, size_t to)
{
	enum { NEAR = 40 };
	return scan_near(s, from > NEAR ? from - NEAR : 0, from, bsn_words) ||
	    scan_near(s, to, to + NEAR, bsn_words);
}

/* True for NL123456782B01 in any spacing: the number of a company for value added tax. */
static bool is_vat(const struct scan *s, size_t from, size_t to)
{
	size_t i = from;
	while (i > 0 && from - i < 2 && (s->p[i - 1] == ' ' || s->p[i - 1] == '.'))
		i--;
	bool before = i >= 2 && scan_lower(s->p[i - 1]) == 'l' && scan_lower(s->p[i - 2]) == 'n';
	if (scan_at(s, to) == ' ' || scan_at(s, to) == '.')
		to++;
	return before && scan_lower(scan_at(s, to)) == 'b' && scan_is_digit(scan_at(s, to + 1)) &&
	    scan_is_digit(scan_at(s, to + 2));
}

/* True when words or signs directly before, or decimals behind, say that this is something else. */
static bool is_other_number(const struct scan *s, size_t from, size_t to, size_t digits)
{
	static const char *const company[] = {"rsin", "btw", "vat", NULL};
	static const char *const chamber[] = {"kvk", "k.v.k", "kamer van koophandel", NULL};
	size_t start = from > 16 ? from - 16 : 0;
	if (scan_near(s, start, from, company))
		return true;
	if (digits == 9)
		return false;
	if (scan_at(s, to) == ',' && scan_is_digit(scan_at(s, to + 1)))
		return true;
	size_t i = from;
	while (i > 0 && s->p[i - 1] == ' ')
		i--;
	bool euro = i >= 1 && s->p[i - 1] == '$'; /* any sign for money, see normal.c */
	return euro || scan_near(s, from > 28 ? from - 28 : 0, from, chamber);
}

/* True when letters touch the digits: a code of its own, unless they are a word for the number. */
static bool is_in_code(const struct scan *s, size_t from, size_t to)
{
	static const char *const glued[] = {"bsn", "sofi", "burgerservice", "nr", "nummer", NULL};
	if (scan_is_letter(scan_at(s, to)))
		return true;
	size_t i = from;
	while (i > 0 && from - i < 24 && scan_is_letter(s->p[i - 1]))
		i--;
	return i < from && !scan_near(s, i, from, glued);
}

/* Judge the first k groups, which have eight or nine digits. */
static bool judge_bsn(const struct scan *s, const struct groups *g, size_t k, size_t digits,
    enum detect_certainty *ret_certainty)
{
	size_t from = g->from[0], to = g->to[k - 1];
	bool usual = is_usual(g, k, digits), apart = k == 1 || is_apart(g, k);
	if (!eleven_test(s, g, k, digits) || is_vat(s, from, to) || is_in_code(s, from, to))
		return false;
	if (bsn_context(s, from, to)) {
		*ret_certainty = DETECT_HIGH;
		return usual || apart;
	}
	if (s->claimed > from || is_other_number(s, from, to, digits))
		return false;
	if (digits == 8 && (!usual || !apart || reads_as_date(s, g, k)))
		return false;
	*ret_certainty = digits == 9 && usual ? DETECT_MIDDLE : DETECT_LOW;
	return usual || apart;
}

size_t number_bsn(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	struct groups g;
	size_t digits = 0, best = 0;
	collect(s, at, &g);
	*ret_from = at;
	for (size_t k = 1; k <= g.n; k++) {
		enum detect_certainty certainty;
		digits += width(&g, k - 1);
		if (digits > 9)
			break;
		if (digits >= 8 && judge_bsn(s, &g, k, digits, &certainty)) {
			best = g.to[k - 1];
			*ret_certainty = certainty;
		}
	}
	return best;
}

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

size_t number_iban(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	enum { MOST_LENGTH = 34 };
	char c[MOST_LENGTH] = {0};
	size_t n = 0, i = at, end = 0;
	static const char *const glued[] = {"iban", NULL};
	static const char between[5] = {' ', '.', '-', '\n', NORMAL_JOIN};
	if (scan_near(s, at, at + 4, glued))
		i = at += 4;
	size_t length = at + 2 < s->n ? iban_length(s->p + at) : 0;
	while (length && n < length && i < s->n) {
		size_t gap = i;
		while (gap < s->n && gap - i < 3 && n > 3 && memchr(between, s->p[gap], 5))
			gap++;
		i = gap;
		if (i >= s->n || !scan_is_alnum(s->p[i]) || (unsigned char)s->p[i] >= 0x80)
			return 0;
		c[n++] = s->p[i++];
		end = i;
	}
	if (length == 0 || n < length || scan_is_digit(scan_at(s, end)))
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
