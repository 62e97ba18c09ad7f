/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/types.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/date.h"
#include "base/err.h"
#include "base/str.h"

const char *const field_type_words[FIELD_TYPES] = {
    [FIELD_BSN] = "bsn",
    [FIELD_V_NUMBER] = "v_number",
    [FIELD_IBAN] = "iban",
    [FIELD_EMAIL] = "email",
    [FIELD_PHONE] = "phone",
    [FIELD_POSTCODE] = "postcode",
    [FIELD_DATE] = "date",
    [FIELD_CODE] = "code",
    [FIELD_LANG] = "lang",
    [FIELD_MONEY] = "money",
    [FIELD_INT] = "int",
    [FIELD_NAME] = "name",
    [FIELD_TEXT_SHORT] = "text_short",
    [FIELD_TEXT] = "text",
    [FIELD_IMAGE] = "image",
};

static const char *const hints[FIELD_TYPES] = {
    [FIELD_BSN] = "a citizen service number of 8 or 9 digits that passes the 11-test",
    [FIELD_V_NUMBER] = "a v-number of 8 to 10 letters or digits",
    [FIELD_IBAN] = "an account number (IBAN) with a valid check",
    [FIELD_EMAIL] = "a mail address",
    [FIELD_PHONE] = "a national telephone number, or one that begins with +31",
    [FIELD_POSTCODE] = "a postcode such as 5121 AB",
    [FIELD_DATE] = "a date as YYYY-MM-DD, with zeros for what is not known,",
    [FIELD_CODE] = "a code of at most 64 letters, digits and . _ / -",
    [FIELD_LANG] = "a language code such as nl or tir",
    [FIELD_MONEY] = "an amount such as 1034.50",
    [FIELD_INT] = "a whole number",
    [FIELD_NAME] = "a name of at most 200 characters on one line",
    [FIELD_TEXT_SHORT] = "text of at most 200 characters on one line",
    [FIELD_TEXT] = "text of at most 64 KiB",
    [FIELD_IMAGE] = "a reference to an image",
};

const char *field_type_name(enum field_type t)
{
	return field_type_words[t];
}

const char *field_type_hint(enum field_type t)
{
	return hints[t];
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool alnum(char c)
{
	return digit(c) || upper(c) || (c >= 'a' && c <= 'z');
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static size_t digits_at(const char *s)
{
	size_t n = 0;
	while (digit(s[n]))
		n++;
	return n;
}

/* Copy s without the characters in skip; false when more than cap - 1 are left. */
static bool squeeze(const char *s, const char *skip, char *out, size_t cap)
{
	size_t n = 0;
	for (; *s; s++) {
		if (strchr(skip, *s))
			continue;
		if (n + 1 >= cap)
			return false;
		out[n++] = *s;
	}
	out[n] = '\0';
	return true;
}

static bool check_bsn(const char *s)
{
	size_t n = strlen(s);
	int sum = 0, any = 0;
	if ((n != 8 && n != 9) || digits_at(s) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int weight = (int)(n - i), d = s[i] - '0';
		sum += (weight == 1 ? -1 : weight) * d;
		any |= d;
	}
	return any && sum % 11 == 0;
}

static bool check_v_number(const char *s)
{
	char t[16];
	size_t digits = 0, n;
	if (!squeeze(s, " .-", t, sizeof t))
		return false;
	for (n = 0; t[n]; n++) {
		if (!alnum(t[n]))
			return false;
		digits += digit(t[n]);
	}
	return n >= 8 && n <= 10 && digits >= 6;
}

/* ISO 13616: letters count 10 to 35, the first four characters go to the end, mod 97 is 1. */
static bool check_iban(const char *s)
{
	char t[40];
	if (!squeeze(s, " ", t, sizeof t))
		return false;
	size_t n = strlen(t);
	unsigned rest = 0;
	if (n < 15 || n > 34 || !upper(t[0]) || !upper(t[1]) || digits_at(t + 2) < 2)
		return false;
	if (t[0] == 'N' && t[1] == 'L' && (n != 18 || digits_at(t + 8) != 10))
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = t[(i + 4) % n];
		if (!digit(c) && !upper(c))
			return false;
		unsigned v = digit(c) ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;
		rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
	}
	return rest == 1;
}

static bool check_email(const char *s)
{
	const char *at = strchr(s, '@');
	size_t labels = 0, run = 0;
	if (!at || at == s || at - s > 64 || strlen(s) > 254 || *s == '.' || at[-1] == '.')
		return false;
	for (const char *p = s; p < at; p++)
		if (!alnum(*p) && !strchr("!#$%&'*+-/=?^_`{|}~.", *p))
			return false;
	for (const char *p = at + 1;; p++) {
		if (alnum(*p) || (*p == '-' && run && p[1] && p[1] != '.')) {
			if (++run > 63)
				return false;
			continue;
		}
		if ((*p && *p != '.') || !run)
			return false;
		labels++;
		run = 0;
		if (!*p)
			return labels >= 2;
	}
}

static bool check_phone(const char *s)
{
	char t[20];
	if (*s == '-' || !squeeze(s, " -", t, sizeof t))
		return false;
	size_t n = strlen(t);
	if (str_starts(t, "+31"))
		return n == 12 && digits_at(t + 1) == 11 && t[3] != '0';
	if (digits_at(t) != n || t[0] != '0' || (n > 1 && t[1] == '0'))
		return false;
	if (str_starts(t, "0800") || str_starts(t, "0900"))
		return n == 8 || n == 10 || n == 11;
	return n == 10;
}

static bool check_postcode(const char *s)
{
	if (*s == '0' || digits_at(s) != 4)
		return false;
	s += s[4] == ' ' ? 5 : 4;
	return upper(s[0]) && upper(s[1]) && !s[2];
}

static bool check_code(const char *s)
{
	size_t n = 0;
	for (; s[n]; n++)
		if (n >= 64 || (!alnum(s[n]) && !strchr("._/-", s[n])))
			return false;
	return n > 0;
}

static bool check_lang(const char *s)
{
	size_t run = 0, part = 0;
	for (;; s++) {
		if (alnum(*s) && (part || !digit(*s))) {
			run++;
			continue;
		}
		if ((*s && *s != '-') || run < 2 || run > (part ? 8U : 3U) || part > 3)
			return false;
		if (!*s)
			return true;
		part++;
		run = 0;
	}
}

static bool check_money(const char *s)
{
	size_t n = digits_at(s);
	if (n < 1 || n > 9)
		return false;
	s += n;
	if (!*s)
		return true;
	return (*s == '.' || *s == ',') && digits_at(s + 1) == 2 && !s[3];
}

/*
 * Text holds no character that a reader cannot see but a program obeys: controls and the marks that
 * turn the direction. Line feed, carriage return and tab pass where lines may be more than one.
 */
static bool plain_text(const char *s, bool lines)
{
	const unsigned char *p = (const unsigned char *)s;
	for (; *p; p++) {
		if (*p < 0x20 && !(lines && (*p == '\n' || *p == '\r' || *p == '\t')))
			return false;
		if (*p == 0x7f || (*p == 0xc2 && p[1] < 0xa0)) /* C1 controls */
			return false;
		if (*p == 0xe2 && p[1] == 0x80 &&
		    (p[2] == 0xa8 || p[2] == 0xa9 || (p[2] >= 0xaa && p[2] <= 0xae)))
			return false; /* line separators, U+202A to U+202E */
		if (*p == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
			return false; /* U+2066 to U+2069 */
	}
	return true;
}

size_t field_chars(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static bool check_int(const char *s)
{
	uint64_t v;
	return str_u64(s, INT64_MAX, &v) == 0;
}

bool field_type_check(enum field_type t, const char *text)
{
	struct date d;
	if (!str_utf8(text, strlen(text)))
		return false;
	switch (t) {
	case FIELD_BSN:
		return check_bsn(text);
	case FIELD_V_NUMBER:
		return check_v_number(text);
	case FIELD_IBAN:
		return check_iban(text);
	case FIELD_EMAIL:
		return check_email(text);
	case FIELD_PHONE:
		return check_phone(text);
	case FIELD_POSTCODE:
		return check_postcode(text);
	case FIELD_DATE:
		return date_parse_partial(text, &d) == 0;
	case FIELD_CODE:
		return check_code(text);
	case FIELD_LANG:
		return check_lang(text);
	case FIELD_MONEY:
		return check_money(text);
	case FIELD_INT:
		return check_int(text);
	case FIELD_NAME:
	case FIELD_TEXT_SHORT:
		return plain_text(text, false) && field_chars(text) <= FIELD_LINE_CHARS;
	case FIELD_TEXT:
		return plain_text(text, true) && strlen(text) <= FIELD_TEXT_BYTES;
	case FIELD_IMAGE:
		return *text != '\0';
	}
	return false;
}

/* Append text mapped by utf8proc. */
static int add_mapped(const char *text, utf8proc_option_t options, struct buf *out)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text, 0, &mapped,
	    UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | options);
	if (n < 0)
		return GW_EFORMAT;
	int r = buf_add(out, mapped, (size_t)n);
	explicit_bzero(mapped, (size_t)n);
	free(mapped);
	return r;
}

/* Append text in upper case without the characters in skip. */
static int add_squeezed(const char *text, const char *skip, struct buf *out)
{
	size_t before = out->len;
	int r = 0;
	for (; *text && r == 0; text++) {
		char c = to_upper(*text);
		if (!strchr(skip, *text))
			r = buf_add(out, &c, 1);
	}
	if (r < 0)
		out->len = before;
	return r;
}

static int add_phone(const char *text, struct buf *out)
{
	char t[20];
	if (!squeeze(text, " -", t, sizeof t))
		return GW_EFORMAT;
	return buf_addf(out, "%s%s", *t == '0' ? "+31" : "", *t == '0' ? t + 1 : t);
}

/* Lower case, NFC, words parted by one space. */
static int add_name(const char *text, struct buf *out)
{
	struct buf folded GW_CLEANUP(buf_release) = BUF_INIT(16 << 10);
	struct buf result GW_CLEANUP(buf_release) = BUF_INIT(16 << 10);
	int r = add_mapped(text, UTF8PROC_CASEFOLD, &folded);
	for (size_t i = 0; i < folded.len && r == 0; i++) {
		bool space = folded.data[i] == ' ';
		bool last = i + 1 == folded.len || folded.data[i + 1] == ' ';
		if (!space || (result.len && !last))
			r = buf_add(&result, folded.data + i, 1);
	}
	return r < 0 ? r : buf_add(out, result.data ? result.data : "", result.len);
}

int field_normalise(enum field_type t, const char *text, struct buf *out)
{
	switch (t) {
	case FIELD_BSN:
		return buf_addf(out, "%s%s", strlen(text) == 8 ? "0" : "", text);
	case FIELD_V_NUMBER:
	case FIELD_IBAN:
	case FIELD_POSTCODE:
		return add_squeezed(text, " .-", out);
	case FIELD_PHONE:
		return add_phone(text, out);
	case FIELD_EMAIL:
	case FIELD_NAME:
		return add_name(text, out);
	default:
		return add_mapped(text, 0, out);
	}
}
