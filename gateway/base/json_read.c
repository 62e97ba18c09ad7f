/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json_read.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"

struct reader {
	const char *at, *end;
	const struct jx_limits *limits;
	size_t values, depth;
	struct buf text; /* a string with its escapes undone */
};

enum { MOST_DIGITS = 18 }; /* of a number that certainly fits in 64 bits */

/* What jx_parse counts before it asks the library: a value or name more. */
static bool count(struct reader *r)
{
	return ++r->values <= r->limits->values;
}

/* True, and behind it, when c is here. */
static bool here(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static void skip_space(struct reader *r)
{
	while (
	    r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
		r->at++;
}

/* The same behind white space. */
static bool next(struct reader *r, char c)
{
	skip_space(r);
	return here(r, c);
}

/* Move over the characters that stand for themselves in a string. */
static void plain(struct reader *r)
{
	while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 0x20)
		r->at++;
}

/* The four hex digits of \u as UTF-8; not zero, and no surrogate. */
static bool add_unicode(struct reader *r)
{
	unsigned c = 0;
	char utf8[3];
	size_t n = 0;
	if (r->end - r->at < 4)
		return false;
	for (const char *stop = r->at + 4; r->at < stop; r->at++) {
		char d = *r->at;
		if (d >= '0' && d <= '9')
			c = c * 16 + (unsigned)(d - '0');
		else if ((d >= 'a' && d <= 'f') || (d >= 'A' && d <= 'F'))
			c = c * 16 + (unsigned)((d | 0x20) - 'a') + 10;
		else
			return false;
	}
	if (c == 0 || (c >= 0xd800 && c <= 0xdfff))
		return false;
	if (c < 0x80) {
		utf8[n++] = (char)c;
	} else if (c < 0x800) {
		utf8[n++] = (char)(0xc0 | c >> 6);
		utf8[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		utf8[n++] = (char)(0xe0 | c >> 12);
		utf8[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		utf8[n++] = (char)(0x80 | (c & 0x3f));
	}
	return buf_add(&r->text, utf8, n) == 0;
}

static bool add_escape(struct reader *r)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	if (r->at == r->end)
		return false;
	char c = *r->at++;
	if (c == 'u')
		return add_unicode(r);
	const char *is = memchr(letters, c, sizeof letters - 1);
	return is && buf_add(&r->text, meant + (is - letters), 1) == 0;
}

/* Behind an opening quote: the string, borrowed from the document or from r->text. */
static bool read_text(struct reader *r, const char **ret_s, size_t *ret_n)
{
	const char *from = r->at;
	plain(r);
	*ret_s = from;
	*ret_n = (size_t)(r->at - from);
	if (here(r, '"'))
		return true;
	buf_clear(&r->text);
	while (r->at < r->end && *r->at == '\\') {
		if (buf_add(&r->text, from, (size_t)(r->at - from)) < 0)
			return false;
		r->at++;
		if (!add_escape(r))
			return false;
		from = r->at;
		plain(r);
	}
	if (buf_add(&r->text, from, (size_t)(r->at - from)) < 0 || !here(r, '"'))
		return false;
	*ret_s = r->text.data ? r->text.data : "";
	*ret_n = r->text.len;
	return true;
}

static json_t *read_value(struct reader *r);

static bool read_member(struct reader *r, json_t *object)
{
	const char *name;
	size_t n, before = json_object_size(object);
	if (!next(r, '"') || !read_text(r, &name, &n) || name == r->text.data || !next(r, ':') ||
	    !count(r))
		return false;
	json_t *value = read_value(r);
	return value && json_object_setn_new_nocheck(object, name, n, value) == 0 &&
	    json_object_size(object) > before;
}

static json_t *read_object(struct reader *r)
{
	json_t *object GW_CLEANUP(jx_release) = json_object();
	bool more = !next(r, '}');
	while (more) {
		if (!read_member(r, object))
			return NULL;
		more = next(r, ',');
		if (more ? !count(r) : !next(r, '}'))
			return NULL;
	}
	return json_incref(object);
}

static json_t *read_array(struct reader *r)
{
	json_t *array GW_CLEANUP(jx_release) = json_array();
	bool more = !next(r, ']');
	while (more) {
		json_t *value = read_value(r);
		if (!value || json_array_append_new(array, value) < 0)
			return NULL;
		more = next(r, ',');
		if (more ? !count(r) : !next(r, ']'))
			return NULL;
	}
	return json_incref(array);
}

static json_t *read_number(struct reader *r)
{
	json_int_t v = 0;
	const char *from = r->at;
	bool minus = r->at < r->end && *r->at == '-';
	r->at += minus;
	const char *digits = r->at;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		if (r->at - digits == MOST_DIGITS)
			return NULL;
		v = v * 10 + (*r->at - '0');
	}
	bool fraction = r->at < r->end && (*r->at == '.' || *r->at == 'e' || *r->at == 'E');
	if (r->at == digits || fraction || (*digits == '0' && r->at - from > 1))
		return NULL;
	return json_integer(minus ? -v : v);
}

static bool word(struct reader *r, const char *text)
{
	size_t n = strlen(text);
	if ((size_t)(r->end - r->at) < n || memcmp(r->at, text, n) != 0)
		return false;
	r->at += n;
	return true;
}

static json_t *read_nested(struct reader *r, json_t *(*read)(struct reader *r))
{
	json_t *v = ++r->depth <= r->limits->depth && count(r) ? read(r) : NULL;
	r->depth--;
	return v;
}

static json_t *read_value(struct reader *r)
{
	const char *s;
	size_t n;
	if (next(r, '"'))
		return read_text(r, &s, &n) ? json_stringn_nocheck(s, n) : NULL;
	if (next(r, '{'))
		return read_nested(r, read_object);
	if (next(r, '['))
		return read_nested(r, read_array);
	if (word(r, "true"))
		return json_true();
	if (word(r, "false"))
		return json_false();
	return word(r, "null") ? json_null() : read_number(r);
}

json_t *json_read(const char *p, size_t n, const struct jx_limits *limits)
{
	struct reader r = {.at = p, .end = p + n, .limits = limits, .values = 1};
	r.text.max = n;
	if (!str_utf8(p, n))
		return NULL;
	json_t *v GW_CLEANUP(jx_release) = read_value(&r);
	skip_space(&r);
	buf_release(&r.text);
	return v && r.at == r.end ? json_incref(v) : NULL;
}
