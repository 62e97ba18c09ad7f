/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/day.h"

#include "base/defs.h"

enum { MOST_GAP = 3 };

/* The digits from `at` on: how many, at most nine looked at; their value in *ret_v. */
static size_t number(const struct scan *s, size_t at, unsigned *ret_v)
{
	size_t n = 0;
	unsigned v = 0;
	while (n < 9 && scan_is_digit(scan_at(s, at + n)))
		v = v * 10 + (unsigned)(s->p[at + n++] - '0');
	*ret_v = v;
	return n;
}

static bool is_mark(char c)
{
	return c == '-' || c == '/' || c == '.';
}

/* What stands beside the name of a month. */
static bool is_gap(char c)
{
	return c == ' ' || c == '.' || c == '-' || c == '\n';
}

/* The mark between two parts of a date at `at`, blanks around it let through; its end in *ret_end.
 * NUL when there is none. */
static char mark(const struct scan *s, size_t at, size_t *ret_end)
{
	size_t i = at;
	char c = ' ';
	while (i - at < MOST_GAP && (scan_at(s, i) == ' ' || scan_at(s, i) == '\n'))
		i++;
	if (is_mark(scan_at(s, i))) {
		c = s->p[i++];
		while (i - at < MOST_GAP && scan_at(s, i) == ' ')
			i++;
	}
	*ret_end = i;
	return i > at && scan_is_digit(scan_at(s, i)) ? c : '\0';
}

static bool is_year(unsigned y)
{
	return y >= 1900 && y <= 2099;
}

/* The month of a name at `at`; its end in *ret_end. 0 when it is none. */
static unsigned month_name(const struct scan *s, size_t at, size_t *ret_end)
{
	static const char *const names[] = {"januari", "februari", "maart", "april", "mei", "juni",
	    "juli", "augustus", "september", "oktober", "november", "december", "jan", "feb", "mrt",
	    "apr", "mei", "jun", "jul", "aug", "sept", "okt", "nov", "dec", "sep"};
	char first = scan_lower(scan_at(s, at));
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		size_t n = 0;
		if (names[i][0] != first)
			continue;
		while (names[i][n] && scan_lower(scan_at(s, at + n)) == names[i][n])
			n++;
		if (names[i][n] || scan_is_letter(scan_at(s, at + n)))
			continue;
		*ret_end = at + n;
		return i == 24 ? 9 : (unsigned)(i % 12) + 1;
	}
	return 0;
}

/* 9 maart 1984, 9 mrt. '84, 9e maart: what follows the day, which ends at `at`. */
static size_t with_name(const struct scan *s, size_t at, struct day *d)
{
	size_t i = at, end, n;
	unsigned year;
	if (scan_lower(scan_at(s, i)) == 'e' && !scan_is_letter(scan_at(s, i + 1)))
		i++;
	while (i - at < MOST_GAP && is_gap(scan_at(s, i)))
		i++;
	d->month = i > at || scan_is_letter(scan_at(s, i)) ? month_name(s, i, &end) : 0;
	if (d->month == 0)
		return 0;
	for (i = end; i - end < MOST_GAP; i++) {
		char c = scan_at(s, i);
		if (!is_gap(c) && c != ',' && c != '\'')
			break;
	}
	n = i > end ? number(s, i, &year) : 0;
	bool short_year = n == 2 && i > 0 && (s->p[i - 1] == '\'' || s->p[i - 1] == '-');
	d->year = (n == 4 && is_year(year)) || short_year ? year : 0;
	return d->year ? i + n : end;
}

/* Three numbers: day, month, year, or the year first. */
static size_t with_numbers(
    const struct scan *s, size_t first_end, size_t n1, unsigned v1, struct day *d)
{
	size_t i, k, n2, n3;
	unsigned v2, v3;
	char m = mark(s, first_end, &i);
	if (!m)
		return 0;
	n2 = number(s, i, &v2);
	if (n2 > 2 || mark(s, i + n2, &k) != m)
		return 0;
	n3 = number(s, k, &v3);
	bool year_first = n1 == 4 && is_year(v1) && n3 <= 2, spaced = m == ' ';
	bool year_last = n1 <= 2 && ((n3 == 4 && is_year(v3)) || (n3 == 2 && n2 == 2 && !spaced));
	if (!year_first && !year_last)
		return 0;
	if (spaced && (n2 < 2 || (year_first ? n3 : n1) < 2))
		return 0;
	*d = (struct day){year_first ? v1 : v3, v2, year_first ? v3 : v1};
	return k + n3;
}

size_t day_find(const struct scan *s, size_t at, struct day *ret_day)
{
	unsigned v;
	size_t n = number(s, at, &v), end;
	struct day d = {0, 0, v};
	if (n == 0 || n == 3 || n > 4)
		return 0;
	end = n <= 2 ? with_name(s, at + n, &d) : 0;
	if (end == 0)
		end = with_numbers(s, at + n, n, v, &d);
	bool whole = d.year >= 1900;
	if (end == 0 || d.month > 12 || d.day > 31 || (!whole && (d.month == 0 || d.day == 0)))
		return 0;
	char c = scan_at(s, end);
	if (scan_is_digit(c) ||
	    ((c == '-' || c == '/' || c == '.') && scan_is_digit(scan_at(s, end + 1))))
		return 0;
	*ret_day = d;
	return end;
}

/* True when `at` goes on with what stands before it: 12-[03-1984], 1.[10.2024]. */
static bool is_later_part(const struct scan *s, size_t at)
{
	return at >= 2 && is_mark(s->p[at - 1]) && scan_is_digit(s->p[at - 2]);
}

static size_t date_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	struct day d;
	size_t end;
	if (s->claimed > at || is_later_part(s, at) || (end = day_find(s, at, &d)) == 0)
		return 0;
	*ret_from = at;
	*ret_certainty = d.year >= 1900 ? DETECT_HIGH : DETECT_MIDDLE;
	return end;
}

const struct detector detector_date = {
    .kind = DETECT_DATE,
    .trigger = AT_NUMBER,
    .claims = true,
    .find = date_find,
    .form = "day, month, year or the year first, with - / . or blanks; months by name, with or "
	    "without a year",
    .check = "a day and a month that there are; years 1900 to 2099, or two digits",
    .context = "none; a birth date is looked for first",
    .hits = SCAN_TEXTS("9-3-1984", "09-03-1984", "09/03/1984", "09.03.1984", "09 03 1984",
	"1984-03-09", "9 maart 1984", "9 mrt. 1984", "9 mrt '84", "9e maart", "op 12 januari",
	"12-01-26", "31/12/2025", "12\u201101\u20112026", "12 januari\n2026", "2026-01-12"),
    .misses = SCAN_TEXTS("32-01-2026", "12-13-2026", "09.00-17.00", "2024-2025", "1.2.3",
	"versie 10.11.12.13", "5121 AB 12", "12 weken", "20240112", "artikel 7.1", "1 op 3",
	"10.30-12.30", "12 maal", "3 meisjes", "06-12345678"),
};
