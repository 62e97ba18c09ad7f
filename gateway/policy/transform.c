/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/transform.h"

#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/str.h"

enum {
	MOST = 4096,     /* bytes of a one-line value, with room for what NFC may add */
	OLDEST_AGE = 130 /* nobody is older: the date of birth is wrong, and tells nothing */
};

bool transform_takes(enum policy_as as, enum field_type t)
{
	switch (as) {
	case AS_KEEP:
		return t != FIELD_TEXT && t != FIELD_IMAGE;
	case AS_INITIALS:
		return t == FIELD_NAME;
	case AS_YEAR:
	case AS_MONTH:
	case AS_AGE_BAND:
		return t == FIELD_DATE;
	case AS_POSTCODE4:
		return t == FIELD_POSTCODE;
	case AS_MASK_LAST4:
		return t == FIELD_CODE || t == FIELD_PHONE || t == FIELD_IBAN || t == FIELD_EMAIL;
	case AS_PRESENT:
		return true;
	case AS_SCANNED:
		return t == FIELD_TEXT;
	case AS_TRUNCATE:
		return t == FIELD_CODE || t == FIELD_NAME || t == FIELD_TEXT_SHORT;
	case AS_PSEUDONYM:
		return t == FIELD_BSN || t == FIELD_V_NUMBER || t == FIELD_CODE ||
		    t == FIELD_NAME || t == FIELD_DATE || t == FIELD_EMAIL || t == FIELD_PHONE;
	}
	return false;
}

bool transform_earliest(const char *text, struct date *ret_d)
{
	struct date d;
	if (date_parse_partial(text, &d) < 0 || d.year == 0)
		return false;
	d.month = d.month ? d.month : 1;
	d.day = d.day ? d.day : 1;
	*ret_d = d;
	return true;
}

bool transform_blank(const char *s)
{
	return (unsigned char)*s <= ' ' && !s[strspn(s, " \t\r\n")];
}

/* s in NFC and decoded into code points; the caller owns *ret. */
static int code_points(const char *s, utf8proc_int32_t **ret, size_t *ret_n)
{
	size_t n = strlen(s);
	utf8proc_int32_t *c = str_alloc((n + 1) * sizeof *c * 4);
	utf8proc_ssize_t k = utf8proc_decompose((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, c,
	    (utf8proc_ssize_t)n * 4, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (k >= 0)
		k = utf8proc_normalize_utf32(c, k, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (k < 0) {
		str_free_p(&c);
		return GW_EFORMAT;
	}
	*ret = c;
	*ret_n = (size_t)k;
	return 0;
}

static int add_point(struct buf *b, utf8proc_int32_t c)
{
	utf8proc_uint8_t utf8[4];
	utf8proc_ssize_t n = utf8proc_encode_char(c, utf8);
	return buf_add(b, utf8, (size_t)n);
}

static bool is_letter(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);
	return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO;
}

static bool is_mark(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);
	return k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME;
}

static bool parts_names(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);
	return c == '-' || k == UTF8PROC_CATEGORY_ZS || k == UTF8PROC_CATEGORY_PD;
}

/* "Jan Piet" → "J.P.", "IJsbrand-Jan" → "IJ.J."; nothing at all when no part has a letter. */
static int initials(const char *s, struct buf *out)
{
	utf8proc_int32_t *c GW_CLEANUP(str_free_p) = NULL;
	size_t n = 0;
	int r = code_points(s, &c, &n);
	bool taken = false;
	for (size_t i = 0; i < n && r == 0; i++) {
		if (parts_names(c[i])) {
			taken = false;
			continue;
		}
		if (taken || !is_letter(c[i]))
			continue;
		taken = true;
		r = add_point(out, utf8proc_toupper(c[i]));
		if (r == 0 && (c[i] == 'I' || c[i] == 'i') && i + 1 < n &&
		    (c[i + 1] == 'J' || c[i + 1] == 'j'))
			r = buf_adds(out, "J");
		for (size_t k = i + 1; k < n && is_mark(c[k]) && r == 0; k++)
			r = add_point(out, c[k]);
		if (r == 0)
			r = buf_adds(out, ".");
	}
	return r;
}

static int truncated(const char *s, int64_t most, struct buf *out)
{
	utf8proc_int32_t *c GW_CLEANUP(str_free_p) = NULL;
	size_t n = 0;
	int r = code_points(s, &c, &n);
	for (size_t i = 0; i < n && (int64_t)i < most && r == 0; i++)
		r = add_point(out, c[i]);
	return r;
}

/* Every byte of a character outside ASCII counts as (part of) a letter, so that none shows. */
static bool counts(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    c >= 0xc0;
}

static int masked(const char *s, struct buf *out)
{
	size_t n = 0;
	int r = 0;
	for (const char *c = s; *c; c++)
		n += counts((unsigned char)*c);
	size_t shown = n < 8 ? 0 : 4, left = n;
	for (const char *c = s; *c && r == 0; c++) {
		unsigned char u = (unsigned char)*c;
		if (!counts(u)) {
			if (u < 0x80)
				r = buf_add(out, c, 1);
			continue;
		}
		bool show = left <= shown && u < 0x80;
		r = show ? buf_add(out, c, 1) : buf_adds(out, "*");
		left--;
	}
	return r;
}

/* The multiple of n at or below the whole years between birth and today. */
static int age_band(const char *s, int64_t n, struct date today, struct buf *out)
{
	struct date b;
	if (date_parse_partial(s, &b) < 0 || b.year == 0)
		return 0;
	b.month = b.month ? b.month : 7;
	b.day = b.day ? b.day : 15;
	int age = today.year - b.year;
	if (today.month < b.month || (today.month == b.month && today.day < b.day))
		age--;
	if (age < 0 || age > OLDEST_AGE)
		return 0;
	int64_t low = age / n * n;
	return buf_addf(out, "%lld-%lld", (long long)low, (long long)(low + n - 1));
}

static int date_part(enum policy_as as, const char *s, struct buf *out)
{
	struct date d;
	if (date_parse_partial(s, &d) < 0 || d.year == 0 || (as == AS_MONTH && d.month == 0))
		return 0;
	return buf_add(out, s, as == AS_YEAR ? 4 : 7);
}

static int pseudonym(enum field_type type, const char *s, const void *key, struct buf *out)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(MOST);
	uint8_t mac[HASH_BYTES];
	int r = buf_add(&text, field_type_name(type), strlen(field_type_name(type)) + 1);
	if (r == 0)
		r = field_normalise(type, s, &text);
	if (r < 0)
		return r;
	hash_hmac(key, HASH_BYTES, text.data, text.len, NULL, 0, mac);
	return str_b64url(out, mac, 16);
}

/* A value that says nothing: empty text, a date of which no part is known. */
static bool unknown(enum field_type type, const json_t *v)
{
	const char *s = json_string_value(v);
	return s && (transform_blank(s) || (type == FIELD_DATE && str_eq(s, "0000-00-00")));
}

int transform_value(const struct policy_rule *rule, enum field_type type, const json_t *value,
    struct date today, const void *key, json_t **ret_v, struct errinfo *ei)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(MOST);
	const char *s = json_string_value(value);
	int r = 0;
	*ret_v = NULL;
	if (unknown(type, value))
		return 0;
	if (rule->as == AS_KEEP) {
		*ret_v = json_incref((json_t *)(uintptr_t)value);
		return 0;
	}
	if (rule->as == AS_PRESENT) {
		*ret_v = json_true();
		return 0;
	}
	if (!s) /* all that is left takes text */
		return 0;
	switch (rule->as) {
	case AS_INITIALS:
		r = initials(s, &out);
		break;
	case AS_YEAR:
	case AS_MONTH:
		r = date_part(rule->as, s, &out);
		break;
	case AS_POSTCODE4:
		r = strlen(s) >= 4 ? buf_add(&out, s, 4) : 0;
		break;
	case AS_MASK_LAST4:
		r = masked(s, &out);
		break;
	case AS_AGE_BAND:
		r = age_band(s, rule->n, today, &out);
		break;
	case AS_TRUNCATE:
		r = truncated(s, rule->n, &out);
		break;
	case AS_PSEUDONYM:
		r = pseudonym(type, s, key, &out);
		break;
	default:
		break;
	}
	if (r < 0)
		return err_set(ei, r, "a value could not be transformed");
	if (out.len && !(*ret_v = json_stringn(out.data, out.len)))
		return err_set(ei, GW_ENOMEM, "out of memory");
	return 0;
}

static bool digits(const char *s, size_t n)
{
	return strspn(s, "0123456789") >= n;
}

/* Letters (with marks), each part ended by a full stop; IJ is one letter. */
static bool form_initials(const char *s)
{
	utf8proc_int32_t *c GW_CLEANUP(str_free_p) = NULL;
	size_t n = 0, i = 0;
	if (code_points(s, &c, &n) < 0 || !n || n > 4 * FIELD_LINE_CHARS)
		return false;
	while (i < n) {
		if (!is_letter(c[i]) || utf8proc_toupper(c[i]) != c[i])
			return false;
		i += c[i] == 'I' && i + 1 < n && c[i + 1] == 'J' ? 2 : 1;
		while (i < n && is_mark(c[i]))
			i++;
		if (i >= n || c[i++] != '.')
			return false;
	}
	return true;
}

static bool form_band(const char *s, int64_t n)
{
	char text[48];
	struct buf want GW_CLEANUP(buf_release) = BUF_INIT(sizeof text);
	uint64_t low;
	const char *dash = strchr(s, '-');
	size_t k = dash ? (size_t)(dash - s) : 0;
	if (!k || k > 3)
		return false;
	memcpy(text, s, k);
	text[k] = 0;
	if (str_u64(text, OLDEST_AGE, &low) < 0 || (int64_t)low % n)
		return false;
	return buf_addf(&want, "%lld-%lld", (long long)low, (long long)low + n - 1) == 0 &&
	    str_eq(s, want.data);
}

/* Nothing but stars, signs and at most four letters or digits at the end of at least eight. */
static bool form_masked(const char *s)
{
	size_t stars = 0, shown = 0;
	for (; *s; s++) {
		unsigned char u = (unsigned char)*s;
		if (u >= 0x80 || u < 0x20)
			return false;
		if (u == '*' && shown)
			return false;
		stars += u == '*';
		shown += u != '*' && counts(u);
	}
	return shown ? shown == 4 && stars >= 4 : stars < 8;
}

bool transform_result(const struct policy_rule *rule, const json_t *v)
{
	const char *s = json_string_value(v);
	uint8_t raw[16];
	size_t n;
	if (rule->as == AS_PRESENT)
		return json_is_true(v);
	if (!s || strlen(s) != json_string_length(v))
		return false;
	switch (rule->as) {
	case AS_INITIALS:
		return form_initials(s);
	case AS_YEAR:
		return strlen(s) == 4 && digits(s, 4);
	case AS_MONTH:
		return strlen(s) == 7 && digits(s, 4) && s[4] == '-' && digits(s + 5, 2);
	case AS_POSTCODE4:
		return strlen(s) == 4 && digits(s, 4);
	case AS_MASK_LAST4:
		return *s && form_masked(s);
	case AS_AGE_BAND:
		return form_band(s, rule->n);
	case AS_TRUNCATE:
		return *s && !strpbrk(s, "\r\n") && field_chars(s) <= (size_t)rule->n;
	case AS_PSEUDONYM:
		return str_unb64url(s, strlen(s), raw, sizeof raw, &n) == 0 && n == sizeof raw;
	default:
		return false;
	}
}
