/* SPDX-License-Identifier: EUPL-1.2 */
/* number: the national number (11-test), in the ways in which people part its digits. */
#include <string.h>

#include "base/defs.h"
#include "detect/normal.h"
#include "detect/scan.h"

enum { MOST_GROUPS = 9, MOST_GAP = 4, MOST_WIDE_GAP = 12 };

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

/* As gap_class where a word says what the number is: wide gaps and any marks, one line end. */
static char wide_gap_class(const struct scan *s, size_t from, size_t to)
{
	size_t lines = 0;
	for (size_t i = from; i < to; i++) {
		lines += s->p[i] == '\n';
		if (s->p[i] != NORMAL_JOIN && (!s->p[i] || !strchr(" .,-/_|*\n", s->p[i])))
			return 0;
	}
	return lines > 1 ? 0 : ' ';
}

/* Where the next group of digits begins behind `at`, or 0. */
static size_t next_group(const struct scan *s, size_t at, size_t most)
{
	for (size_t i = at; i < s->n && i <= at + most; i++)
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

/* Collect groups from `at` on, until nine digits or more, or a gap that parts them. */
static void collect(const struct scan *s, size_t at, bool wide, struct groups *g)
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
		size_t next = next_group(s, to, wide ? MOST_WIDE_GAP : MOST_GAP);
		char class = next <= to ? 0
		    : wide              ? wide_gap_class(s, to, next)
					: gap_class(s, to, next);
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

/* True when a sign or word for money stands before or behind, or decimals. */
static bool is_money(const struct scan *s, size_t from, size_t to)
{
	static const char *const words[] = {"eur", NULL};
	while (from > 0 && s->p[from - 1] == ' ')
		from--;
	if (from > 0 && s->p[from - 1] == '$') /* any sign for money, see normal.c */
		return true;
	if (scan_at(s, to) == ',' &&
	    (scan_is_digit(scan_at(s, to + 1)) || scan_at(s, to + 1) == '-'))
		return true;
	while (scan_at(s, to) == ' ')
		to++;
	return scan_at(s, to) == '$' || scan_near(s, to, to + 3, words) ||
	    scan_near(s, from > 4 ? from - 4 : 0, from, words);
}

/* True for 12.345.678: a large amount is written like that too. */
static bool is_in_thousands(const struct groups *g, size_t k)
{
	return k == 3 && width(g, 0) <= 3 && width(g, 1) == 3 && width(g, 2) == 3;
}

/* True when words or signs around, or the form, say that the first k groups are another number. */
static bool is_other_number(const struct scan *s, const struct groups *g, size_t k, size_t digits)
{
	static const char *const chamber[] = {"kvk", "k.v.k", "kamer van koophandel", NULL};
	size_t from = g->from[0], to = g->to[k - 1];
	if ((digits == 8 || is_in_thousands(g, k)) && is_money(s, from, to))
		return true;
	if (k == 9 || (k == 2 && width(g, 0) == 4 && is_year(value(s, from, g->to[0]))))
		return true; /* a row of scores; a number within a year: 2024-12345 */
	return digits == 8 && scan_near(s, from > 28 ? from - 28 : 0, from, chamber);
}

static const char *const glued[] = {"bsn", "sofi", "burgerservice", "nr", "nummer", NULL};

/* True when letters that are no word for the number touch its first digit: Z123456782. */
static bool is_behind_code(const struct scan *s, size_t from)
{
	size_t i = from;
	while (i > 0 && from - i < 24 && scan_is_letter(s->p[i - 1]))
		i--;
	return i < from && !scan_near(s, i, from, glued);
}

/* True when letters touch the digits: a code of its own, unless they are a word for the number. */
static bool is_in_code(const struct scan *s, size_t from, size_t to)
{
	return scan_is_letter(scan_at(s, to)) || is_behind_code(s, from);
}

/* A word for the number of a company stands nearer than one for the national number. */
static bool is_of_company(const struct scan *s, size_t from)
{
	static const char *const company[] = {"rsin", "btw", "vat", NULL};
	size_t start = from > 16 ? from - 16 : 0;
	return scan_near(s, start, from, company) && !scan_near(s, start, from, bsn_words);
}

/* Judge the first k groups, which have eight or nine digits. */
static bool judge_bsn(const struct scan *s, const struct groups *g, size_t k, size_t digits,
    enum detect_certainty *ret_certainty)
{
	size_t from = g->from[0], to = g->to[k - 1];
	bool usual = is_usual(g, k, digits), apart = k == 1 || is_apart(g, k);
	if (!eleven_test(s, g, k, digits) || is_vat(s, from, to))
		return false;
	bool years = k == 2 && width(g, 0) == 4 && width(g, 1) == 4 &&
	    is_year(value(s, from, g->to[0])) && is_year(value(s, g->from[1], to));
	if (years || is_of_company(s, from))
		return false;
	if (bsn_context(s, from, to) &&
	    !is_behind_code(s, from)) { /* also bsn: 12345678-2, bsn 123456782van */
		bool date = k >= 3 && reads_as_date(s, g, 3);
		*ret_certainty = DETECT_HIGH;
		return usual || apart || (digits == 9 && !g->gap[0] && !date);
	}
	if (is_in_code(s, from, to) || s->claimed > from || is_other_number(s, g, k, digits))
		return false;
	if (digits == 8 && (!usual || from < s->link_end || !apart || reads_as_date(s, g, k)))
		return false;
	*ret_certainty = digits == 9 && usual ? DETECT_MIDDLE : DETECT_LOW;
	return usual || apart;
}

/* The end of nine digits from `at` on in any parting, when a word says what they are; else 0. */
static size_t wide_bsn(const struct scan *s, size_t at)
{
	struct groups g;
	size_t digits = 0;
	if (gap_before(s, at))
		return 0;
	collect(s, at, true, &g);
	for (size_t k = 0; k < g.n; k++)
		digits += width(&g, k);
	size_t to = g.to[g.n - 1];
	if (digits != 9 || !eleven_test(s, &g, g.n, 9) || is_vat(s, at, to) ||
	    (g.n >= 3 && reads_as_date(s, &g, 3)) || is_behind_code(s, at) || is_of_company(s, at))
		return 0;
	return bsn_context(s, at, to) ? to : 0;
}

static size_t bsn_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	struct groups g;
	size_t digits = 0, best = 0;
	collect(s, at, false, &g);
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
	if (best == 0 && (best = wide_bsn(s, at)) != 0)
		*ret_certainty = DETECT_HIGH;
	return best;
}

const struct detector detector_bsn = {
    .kind = DETECT_BSN,
    .trigger = AT_NUMBER,
    .claims = true,
    .find = bsn_find,
    .form = "nine digits, or eight for a leading zero; dots, spaces, hyphens or a line end between",
    .check = "11-test, not all zero; no telephone number, value added tax number, amount, date, "
	     "row of digits, number within a year or code",
    .context = "bsn, sofi, burgerservice within 40 characters raises certainty and lets odd "
	       "groups, wide gaps, dates and letters that touch pass",
    .hits = SCAN_TEXTS("https://voorbeeld.nl/klant/123456782", "123456782", "1234.56.782",
	"123 456 782", "123-456-782", "Traject voor bsn 1234.56.782 naar werk", "bsn123456782",
	"BSN:123456782", "1234567\n82", "123\u00a0456\u00a0782", "123\u2011456\u2011782",
	"\uff11\uff12\uff13456782", "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0662",
	"bsn 1 2 3 4 5 6 7 8 2", "12345\u00ad6782", "010464554", "10464554", "bsn 1046 4554",
	"(123456782)", "burgerservicenummer is 12-34-56-782", "123456782, 0612345678",
	"_123456782_", "1234.56 782", "010464554 3 kinderen", "010464554, 3 kinderen",
	"010464554/3", "010464554-1", "010464554\n3 dagen", "(010464554) 3", "010 464 554 3x",
	"0104.64.554 1", "bsn: 12345678-2", "bsn 123456782van", "bsn: 123456782en tel",
	"bsn123456782geb", "BSN 1234567 8 2", "bsn 123,456,782", "bsn 123, 456, 782",
	"bsn 1234 . 56 . 782", "bsn 123     456     782", "bsn is 12 345 6782", "123|456|782 (bsn)",
	"bsn 2024-12349", "202412349", "bsn 123.456.782,00"),
    .misses = SCAN_TEXTS("https://voorbeeld.nl/86652588/x", "123456789", "000000000", "00000000",
	"bsn 000000000", "NL123456782B01", "NL 123456782 B01", "NL123.456.782.B01",
	"RSIN 123456782", "btw-nummer 123456782", "+31 612345678", "0612345678", "1234567820",
	"12345678 2024", "2024-2025", "2026-01-12", "12-01-2026", "20240117", "zaak K123456782",
	"kvk 10464554", "\u20ac 10.464.554", "NL91ABNA0417164300", "09.00 - 17.00", "5121 AB 12",
	"10.464.554,50", "zaak 2008.52127", "zaak 2023-61160", "scores 8 4 7 6 3 1 9 8 9",
	"1-2-3-4-5-6-7-8-2", "123.456.782 euro", "EUR 123.456.782", "\u20ac 123.456.782",
	"123.456.782,-", "10464554 euro", "bedrag 58.011.316 euro", "zie 123,456,782",
	"bsn onbekend, geboren 12-03-1984, 6 kinderen", "123     456     782"),
};
