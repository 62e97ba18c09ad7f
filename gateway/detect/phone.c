/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * phone: telephone numbers as they are written in the Netherlands: 0 and nine digits, +31 or 0031
 * with or without (0), 06, service numbers 0800 and 0900, 14 and an area code, and numbers abroad
 * with + or 00.
 */
#include <string.h>

#include "base/defs.h"
#include "detect/scan.h"

enum { MOST_DIGITS = 20, MOST_GAP = 4 };

/* Digits from one place on, with where each stands and whether a group ends behind it. */
struct digits {
	char d[MOST_DIGITS];
	size_t at[MOST_DIGITS], group[MOST_DIGITS];
	bool last[MOST_DIGITS];
	size_t n;
};

static const char *const areas3[] = {"010", "013", "015", "020", "023", "024", "026", "030", "033",
    "035", "036", "038", "040", "043", "045", "046", "050", "053", "055", "058", "070", "071",
    "072", "073", "074", "075", "076", "077", "078", "079", "082", "084", "085", "087", "088",
    "091"};

/* The digits behind 0 of area codes with four digits. */
static const char areas4[] =
    "111 113 114 115 117 118 161 162 164 165 166 167 168 172 174 180 181 182 183 184 186 187 222 "
    "223 224 226 227 228 229 251 252 255 294 297 299 313 314 315 316 317 318 320 321 341 342 343 "
    "344 345 346 347 348 411 412 413 416 418 475 478 481 485 486 487 488 492 493 495 497 499 511 "
    "512 513 514 515 516 517 518 519 521 522 523 524 525 527 528 529 541 543 544 545 546 547 548 "
    "561 562 566 570 571 572 573 575 577 578 591 592 593 594 595 596 597 598 599 ";

static bool is_gap(char c)
{
	switch (c) {
	case ' ':
	case '-':
	case '.':
	case '(':
	case ')':
	case '[':
	case ']':
	case '/':
	case '_':
	case '\n':
		return true;
	default:
		return false;
	}
}

static void collect(const struct scan *s, size_t at, struct digits *g)
{
	size_t i = at, lines = 0, group = 0;
	g->n = 0;
	while (g->n < MOST_DIGITS && i < s->n && scan_is_digit(s->p[i])) {
		g->d[g->n] = s->p[i];
		g->at[g->n] = i++;
		g->group[g->n] = group;
		g->last[g->n++] = !scan_is_digit(scan_at(s, i));
		size_t gap = i;
		if (group == 0 && g->n <= 4 && scan_at(s, i) == ',') /* 06,12345678 */
			gap++;
		while (gap - i < MOST_GAP && is_gap(scan_at(s, gap))) {
			lines += s->p[gap] == '\n';
			gap++;
		}
		if (lines > 1)
			return;
		group += gap > i;
		i = gap;
	}
}

/* The length of the area code that d begins with (0 and what follows), 0 when there is none. */
static size_t area_code(const char *d)
{
	for (size_t i = 0; i < GW_LENGTH(areas3); i++)
		if (memcmp(d, areas3[i], 3) == 0)
			return 3;
	for (const char *a = areas4; *a; a += 4)
		if (memcmp(d + 1, a, 3) == 0)
			return 4;
	return 0;
}

static bool is_mobile(const char *d)
{
	return d[0] == '0' && d[1] == '6' && d[2] != '0' && d[2] != '7' && d[2] != '9';
}

static bool context(const struct scan *s, size_t from)
{
	static const char *const words[] = {"tel", "mob", "bel", "nummer", "06", "whatsapp", "app",
	    "sms", "fax", "bereikbaar", NULL};
	return scan_near(s, from > 30 ? from - 30 : 0, from, words);
}

/* How many digits group i has, at most 20; 0 when there is none. */
static size_t width(const struct digits *g, size_t i)
{
	size_t n = 0;
	for (size_t k = 0; k < g->n; k++)
		n += g->group[k] == i;
	return n;
}

/* The one character behind group i; of a wider gap '~', or ' ' when it is all spaces; NUL at the
 * end. */
static char behind(const struct scan *s, const struct digits *g, size_t i)
{
	for (size_t k = 0; k + 1 < g->n; k++) {
		if (g->group[k] != i || g->group[k + 1] == i)
			continue;
		if (g->at[k + 1] - g->at[k] == 2)
			return s->p[g->at[k] + 1];
		for (size_t at = g->at[k] + 1; at < g->at[k + 1]; at++)
			if (s->p[at] != ' ')
				return '~';
		return ' ';
	}
	return '\0';
}

static bool is_year(const char *d)
{
	return (d[0] == '1' && d[1] == '9') || (d[0] == '2' && d[1] == '0');
}

static bool is_part(const char *d, int most)
{
	int v = (d[0] - '0') * 10 + d[1] - '0';
	return v >= 1 && v <= most;
}

/* 08-06-1999 in any spacing, 08061999, and 08-06-99 when it does not go on in the same way. */
static bool begins_with_date(const struct scan *s, const struct digits *g)
{
	bool day = g->n >= 6 && is_part(g->d, 31) && is_part(g->d + 2, 12);
	if (!day)
		return false;
	if (width(g, 0) == 8)
		return is_year(g->d + 4);
	if (width(g, 0) != 2 || width(g, 1) != 2)
		return false;
	if (width(g, 2) == 4)
		return is_year(g->d + 4);
	char first = behind(s, g, 0);
	if (width(g, 2) != 2 || first != behind(s, g, 1))
		return false;
	return behind(s, g, 2) != first ||
	    (width(g, 3) == 2 && width(g, 4) == 2 && width(g, 5) == 2); /* two of them */
}

/* A group of digits that ends before `at`, and the one mark between; n = 0: none. */
struct before {
	size_t from, n;
	char mark;
};

static struct before look_back(const struct scan *s, size_t at)
{
	struct before b = {.n = 0};
	char c = at < 2 ? '\0' : s->p[at - 1];
	if (c != '-' && c != '.' && c != '/' && c != ':' && c != '_' && c != ' ')
		return b;
	b.mark = s->p[at - 1];
	for (b.from = at - 1; b.from > 0 && b.n < 5 && scan_is_digit(s->p[b.from - 1]); b.n++)
		b.from--;
	return b;
}

/* True when the two digits at `at` are the middle or end of a date, or the minutes of a time. */
static bool in_date(const struct scan *s, size_t at, const struct digits *g)
{
	struct before b = look_back(s, at);
	char next = behind(s, g, 0);
	size_t w = width(g, 1);
	if (b.n == 0 || b.n > 4 || b.n == 3 || width(g, 0) != 2)
		return false;
	struct before c = look_back(s, b.from);
	bool year = b.n == 4 && is_year(s->p + b.from), same = c.n && b.n <= 2 && c.mark == b.mark;
	bool month = is_part(g->d, 12), ten = g->n == 10 && is_mobile(g->d);
	if (same && c.n == 4 && is_year(s->p + c.from))
		return true; /* 2024-06-[08] */
	if (b.mark == ':' || (b.mark == '.' && next != '.'))
		return b.n <= 2 && !(w >= 6 && next != '\n') && (b.mark == ':' || !ten);
	if (month && b.mark == next && year && w <= 2)
		return true; /* 2024-[06-12] */
	if (month && b.mark == next && b.n <= 2 && w == 4 && is_year(g->d + 2))
		return b.mark != ' ' || !is_mobile(g->d) || width(g, 2) <= 2; /* 08-[06-1999] */
	if (month && b.mark == next && b.n <= 2 && w == 2 && b.mark != ' ')
		return true;                       /* 11-[05-06] */
	return same && c.n <= 2 && next != b.mark; /* 11-05-[08] */
}

/* 0800 and 0900 with four or seven digits behind them. */
static size_t service(const struct scan *s, const struct digits *g)
{
	static const char *const codes[] = {"0800", "0900", "0906", "0909"};
	bool known = false;
	for (size_t i = 0; i < GW_LENGTH(codes); i++)
		known |= g->n >= 8 && g->group[3] == 0 && memcmp(g->d, codes[i], 4) == 0;
	if (!known)
		return 0;
	if (g->n >= 11 && g->last[10])
		return 11;
	return g->last[7] && !begins_with_date(s, g) ? 8 : 0;
}

/* 14 and an area code: how many digits, or 0. */
static size_t municipal(const struct scan *s, const struct digits *g)
{
	if (g->n < 5 || g->d[0] != '1' || g->d[1] != '4' || g->d[2] != '0')
		return 0;
	char code[5] = {g->d[2], g->d[3], g->d[4], g->n > 5 ? g->d[5] : '\0', '\0'};
	size_t k = area_code(code);
	if (k == 0 || g->n < 2 + k || !g->last[1 + k] || g->group[1 + k] > 1)
		return 0;
	if (g->group[1 + k] == 0)
		return context(s, g->at[0]) ? 2 + k : 0;
	return g->last[1] && s->p[g->at[1] + 1] == ' ' ? 2 + k : 0;
}

/* 0 and nine digits: how many digits, or 0. */
static size_t national(const struct scan *s, const struct digits *g, enum detect_certainty *sure)
{
	if (g->n < 10 || g->d[0] != '0' || g->d[1] == '0' || !g->last[9])
		return 0;
	if (begins_with_date(s, g) || in_date(s, g->at[0], g))
		return 0;
	bool six =
	    g->d[1] == '6' && width(g, 0) == 2; /* 06-71234567: as a mobile number, if none */
	bool known = is_mobile(g->d) || six || area_code(g->d) != 0;
	bool single = g->group[9] == 9, parted = g->group[9] > 0;
	/* nine digits and a lone one behind them: 010464554 3 kinderen */
	if (parted && !single && g->group[8] != g->group[9] && !six)
		return 0;
	if ((!known && (!parted || !context(s, g->at[0]))) || (g->group[9] > 5 && !single))
		return 0;
	*sure = is_mobile(g->d) || (known && context(s, g->at[0])) ? DETECT_HIGH
	    : known                                                ? DETECT_MIDDLE
								   : DETECT_LOW;
	return 10;
}

/* Behind + or 00 (skip digits before the country code): how many digits in all, or 0. */
static size_t abroad(const struct digits *g, size_t skip, enum detect_certainty *sure)
{
	size_t k = skip, end;
	if (g->n > k + 2 && g->d[k] == '3' && g->d[k + 1] == '1') {
		end = k + 2 + (g->d[k + 2] == '0') + 9;
		*sure = DETECT_HIGH;
		if (g->n >= end && g->last[end - 1])
			return end;
		end = k + 2 + (g->d[k + 2] == '0') + 7; /* +31 800 1234 */
		if (g->n >= end && g->last[end - 1] &&
		    (g->d[end - 7] == '8' || g->d[end - 7] == '9'))
			return end;
		return 0;
	}
	if (g->n <= k || g->d[k] == '0')
		return 0;
	*sure = skip ? DETECT_LOW : DETECT_HIGH;
	end = g->n < k + 15 ? g->n : k + 15;
	while (end >= k + (skip ? 9 : 8) && !g->last[end - 1])
		end--;
	return end >= k + (skip ? 9 : 8) ? end : 0;
}

/* True when a word that ends at `at` may be written against a number: tel06, mobiel06. */
static bool is_glued_word(const struct scan *s, size_t at)
{
	static const char *const words[] = {"tel", "telefoon", "telnr", "telefoonnr", "nr",
	    "nummer", "telefoonnummer", "telnummer", "bel", "mob", "mobiel", "gsm", "fax", "app",
	    "whatsapp", "sms", "op", NULL};
	size_t from = at;
	while (from > 0 && at - from < 16 && scan_is_letter(s->p[from - 1]))
		from--;
	for (const char *const *w = words; *w; w++) {
		size_t n = 0;
		while ((*w)[n] && scan_lower(scan_at(s, from + n)) == (*w)[n])
			n++;
		if (!(*w)[n] && from + n == at)
			return from == 0 || !scan_is_alnum(s->p[from - 1]);
	}
	return false;
}

/* Where what belongs to the number in front of its first digit begins: + 31, (06), [06]. */
static size_t front(const struct scan *s, size_t at, bool *ret_plus)
{
	size_t from = at;
	if (from > 1 && s->p[from - 1] == ' ' && s->p[from - 2] == '+')
		from -= 2;
	else if (from > 0 && s->p[from - 1] == '+')
		from--;
	*ret_plus = from < at;
	if (from > 0 && (s->p[from - 1] == '(' || s->p[from - 1] == '['))
		from--;
	return from;
}

static size_t phone_find(
    const struct scan *s, size_t at, size_t *ret_from, enum detect_certainty *ret_certainty)
{
	struct digits g;
	size_t k = 0;
	bool plus;
	if (s->claimed > at)
		return 0;
	size_t from = front(s, at, &plus);
	if (from > 0 && scan_is_alnum(s->p[from - 1]) && !plus && !is_glued_word(s, from))
		return 0;
	collect(s, at, &g);
	*ret_certainty = DETECT_HIGH;
	if (plus)
		k = abroad(&g, 0, ret_certainty);
	else if (g.n > 2 && g.d[0] == '0' && g.d[1] == '0' && !in_date(s, at, &g))
		k = abroad(&g, 2, ret_certainty);
	if (k == 0 && !plus)
		k = service(s, &g);
	if (k == 0)
		k = national(s, &g, ret_certainty);
	if (k == 0)
		k = municipal(s, &g);
	if (k == 0 || (from < s->link_end && !plus && *ret_certainty == DETECT_LOW))
		return 0;
	*ret_from = from;
	return g.at[k - 1] + 1;
}

const struct detector detector_phone = {
    .kind = DETECT_PHONE,
    .trigger = AT_NUMBER,
    .claims = true,
    .find = phone_find,
    .form =
	"0 and nine digits, +31 or 0031 and nine, (0), 06, 0800 and 0900, 14 and area, + abroad",
    .check = "area codes; no date, time or range of them; nine digits and a lone one are none",
    .context = "tel, mob, bel, nummer and the like raise certainty and let other codes pass",
    .hits = SCAN_TEXTS("0612345678", "06-12345678", "06 12 34 56 78", "06-1234 5678",
	"06.12.34.56.78", "+31612345678", "+31 6 12345678", "+31 (0)6 1234 5678", "0031 6 12345678",
	"0031612345678", "(020) 123 45 67", "020-1234567", "020 - 123 45 67", "0413-123456",
	"+31(0)20-1234567", "tel:0612345678", "0800-1234", "0900 123 4567", "0900-1234567",
	"14 020", "bel 14013", "+90 532 123 45 67", "0049 30 1234567", "06\u201012345678",
	"\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "06 1234\n5678",
	"088 123 45 67", "0 6 1 2 3 4 5 6 7 8", "+31 612345678", "06-1999 1234", "06 1234 567 8",
	"10:00 06-12345678", "12-01-2026 06-12345678", "1. 06-12345678", "1.06 12 34 56 78",
	"2:06-12345678", "06-12-12-12-12", "06 12 11 10 09", "tel. 0119 12 34 56",
	"0612345678 12-01-2026", "tel06-12345678", "bel0612345678", "mobiel0612345678",
	"Tel0612345678", "op0612345678", "+ 31 6 12345678", "06_12345678", "06,12345678",
	"[06] 12345678", "[06]12345678", "020_1234567", "(+31) 6 12345678"),
    .misses = SCAN_TEXTS("https://voorbeeld.nl/9739-00772688853f/x", "zaaknummer 0123456789",
	"06-12-2024 10:30", "2024-06-12", "061234567", "06123456789", "12.345,67", "op 14 mei",
	"09.00-17.00", "14-02-2026", "0012", "14020 euro", "2026-01-12 0900",
	"08-06-1999 - 28-02-2000", "van 08-06-1999 28-02-2000", "25.06.1983 06.58",
	"16/06/1956/24/04/1957", "2016-06-03 2017-05-24", "2016-09-06/2017-05-24",
	"2032.06.30-2033.08.24", "05 06 1973 20 09 1973", "09 03 2013 10.49", "11-05-06 03-07-12",
	"06-12-24 10.30", "23:06 1954-10-22", "08061999 1030", "01031981 18.50", "09091995",
	"010464554 3 kinderen", "010464554-1", "010464554\n3 dagen", "0104.64.554 1", "020000004 1",
	"order 0119 123456", "22-07-30 - 13-08-32", "06-07-30-13-08-32", "1990.01.06 1991.03.30",
	"22-06-30-13-08-32", "13:00\n1954-04-30 02.52", "05_05_2005 05_12_2006", "code0612345678",
	"xtel0612345678", "06,12.345", "06,12 en 345678"),
};
