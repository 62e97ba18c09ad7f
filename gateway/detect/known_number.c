/* SPDX-License-Identifier: EUPL-1.2 */
/* known_number: the numbers and birth dates of one dossier, and what its sender's numbers look
 * like.
 */
#include <string.h>

#include "base/err.h"
#include "detect/known_set.h"
#include "detect/normal.h"
#include "detect/scan.h"

/* True when the letter of a pattern stands for c. */
static bool pattern_takes(char letter, char c)
{
	if (letter == '9')
		return scan_is_digit(c);
	if (letter == 'A')
		return scan_is_letter(c) && (unsigned char)c < 0x80;
	return scan_lower(letter) == scan_lower(c);
}

static int add_number(struct detect_known *k, enum detect_kind kind, const char *text, size_t n)
{
	if (k->numbers_n == MOST_NUMBERS || n > MOST_LENGTH)
		return GW_ELIMIT;
	struct known_code *c = &k->numbers[k->numbers_n++];
	memcpy(c->text, text, n);
	c->n = n;
	c->kind = kind;
	k->first[(unsigned char)text[0]] = true;
	if (text[0] >= 'a' && text[0] <= 'z')
		k->first[(unsigned char)(text[0] - 'a' + 'A')] = true;
	return 0;
}

int detect_known_number(struct detect_known *known, enum detect_kind kind, const char *number)
{
	struct normal z GW_CLEANUP(normal_release) = {0};
	char text[MOST_LENGTH + 1];
	size_t n = 0, digits = 0;
	int r = normal_make(&z, number, strlen(number));
	for (size_t i = 0; r == 0 && i < z.text.len; i++) {
		char c = z.text.data[i];
		if (!scan_is_alnum(c))
			continue;
		if (n == MOST_LENGTH)
			return GW_ELIMIT;
		digits += scan_is_digit(c);
		text[n++] = scan_lower(c);
	}
	if (r == 0 && n >= 3 && digits > 0) {
		r = add_number(known, kind, text, n);
		if (r == 0 && kind == DETECT_BSN && n == 9 && text[0] == '0')
			r = add_number(known, kind, text + 1, 8);
		if (r == 0 && kind == DETECT_BSN && n == 8) {
			memmove(text + 1, text, 8);
			text[0] = '0';
			r = add_number(known, kind, text, 9);
		}
	}
	explicit_bzero(text, sizeof text);
	return r;
}

int detect_known_birth(struct detect_known *known, unsigned year, unsigned month, unsigned day)
{
	if (year == 0 || month == 0 || day == 0)
		return 0;
	if (known->births_n == MOST_BIRTHS)
		return GW_ELIMIT;
	known->births[known->births_n++] = (struct known_birth){year, month, day};
	return 0;
}

bool known_is_birth(const struct detect_known *known, unsigned year, unsigned month, unsigned day)
{
	for (size_t i = 0; known && i < known->births_n; i++) {
		const struct known_birth *b = &known->births[i];
		bool same_year = year == b->year || (year < 100 && year == b->year % 100);
		if (same_year && month == b->month && day == b->day)
			return true;
	}
	return false;
}

bool known_begins(const struct detect_known *known, char c)
{
	return known && known->first[(unsigned char)c];
}

const bool *known_first(const struct detect_known *known)
{
	return known ? known->first : NULL;
}

int detect_pattern_check(const char *pattern)
{
	size_t n = 0, open = 0, digits = 0;
	for (const char *c = pattern; *c; c++) {
		if (!scan_is_alnum(*c) && !strchr(" .-/", *c))
			return GW_EFORMAT;
		if ((unsigned char)*c >= 0x80)
			return GW_EFORMAT;
		n += scan_is_alnum(*c);
		open += *c == '9' || *c == 'A';
		digits += *c == '9';
	}
	return n >= 4 && n <= 32 && open >= 3 && digits > 0 ? 0 : GW_EFORMAT;
}

int detect_known_pattern(struct detect_known *known, const char *pattern)
{
	int r = detect_pattern_check(pattern);
	if (r == 0 && known->patterns_n == MOST_PATTERNS)
		r = GW_ELIMIT;
	if (r < 0)
		return r;
	struct known_pattern *p = &known->patterns[known->patterns_n++];
	for (; *pattern; pattern++)
		if (scan_is_alnum(*pattern))
			p->text[p->n++] = *pattern;
	for (int c = 0; c < 128; c++)
		known->first[c] |= pattern_takes(p->text[0], (char)c);
	return 0;
}

static bool is_between(char c)
{
	return c == ' ' || c == '.' || c == '-' || c == '/' || c == '\n' || c == NORMAL_JOIN;
}

/* The end of a number of this pattern at `at`, or 0. */
static size_t pattern_end(const struct scan *s, size_t at, const struct known_pattern *p)
{
	size_t i = at;
	for (size_t m = 0; m < p->n; m++) {
		for (size_t g = 0; m > 0 && g < 2 && is_between(scan_at(s, i)); g++)
			i++;
		if (!pattern_takes(p->text[m], scan_at(s, i)))
			return 0;
		i++;
	}
	return scan_is_alnum(scan_at(s, i)) ? 0 : i;
}

size_t known_number(struct scan *s, size_t at)
{
	for (size_t k = 0; k < s->known->numbers_n; k++) {
		const struct known_code *c = &s->known->numbers[k];
		size_t i = at, m = 0;
		while (m < c->n && scan_lower(scan_at(s, i)) == c->text[m]) {
			i++;
			m++;
			if (m == c->n)
				break;
			for (size_t g = 0; g < 3 && is_between(scan_at(s, i)); g++)
				i++;
		}
		if (m == c->n && !scan_is_alnum(scan_at(s, i))) {
			scan_add(s, c->kind, DETECT_HIGH, at, i);
			return i;
		}
	}
	for (size_t k = 0; k < s->known->patterns_n; k++) {
		size_t end = pattern_end(s, at, &s->known->patterns[k]);
		if (end == 0)
			continue;
		scan_add(s, DETECT_CLIENT_NUMBER, DETECT_MIDDLE, at, end);
		return end;
	}
	return 0;
}
