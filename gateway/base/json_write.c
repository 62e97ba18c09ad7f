/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON as text, byte for byte as the library prints it, without its call for every byte. Recursion
 * is bounded: a document that is deeper is left to the library, which is bounded too.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum { DEEPEST = 32, TOO_DEEP = 1 };

static int put_escape(struct buf *out, unsigned char c)
{
	static const char bytes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *is = memchr(bytes, c, sizeof bytes - 1);
	char text[8] = {'\\', is ? letters[is - bytes] : 'u'};
	if (!is)
		(void)snprintf(text + 2, sizeof text - 2, "%04X", c);
	return buf_adds(out, text);
}

static int put_text(struct buf *out, const char *s, size_t n)
{
	int r = buf_add(out, "\"", 1);
	for (size_t i = 0, from = 0; i <= n && r == 0; i++) {
		unsigned char c = i < n ? (unsigned char)s[i] : '"';
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		r = buf_add(out, s + from, i - from);
		if (r == 0 && i < n)
			r = put_escape(out, c);
		from = i + 1;
	}
	return r == 0 ? buf_add(out, "\"", 1) : r;
}

static int put_integer(struct buf *out, json_int_t v)
{
	char text[24], *at = text + sizeof text;
	unsigned long long u = v < 0 ? 0ULL - (unsigned long long)v : (unsigned long long)v;
	do
		*--at = (char)('0' + u % 10);
	while (u /= 10);
	if (v < 0)
		*--at = '-';
	return buf_add(out, at, (size_t)(text + sizeof text - at));
}

/* Text on its way: whether it is for people, and how deep it is. */
struct writer {
	struct buf *out;
	bool lines;
	unsigned depth;
};

/* A new line and its indent, where the text is for people. */
static int put_line(struct writer *w)
{
	int r = w->lines ? buf_add(w->out, "\n", 1) : 0;
	for (unsigned i = 0; w->lines && i < w->depth && r == 0; i++)
		r = buf_add(w->out, "  ", 2);
	return r;
}

/* Before an item: a comma behind the one before it, and its line. */
static int put_comma(struct writer *w, bool first)
{
	int r = first ? 0 : buf_add(w->out, ",", 1);
	return r == 0 ? put_line(w) : r;
}

static int put(struct writer *w, const json_t *v);

static int put_object(struct writer *w, const json_t *object)
{
	const char *name;
	size_t n, i = 0;
	json_t *value;
	int r = 0;
	json_object_keylen_foreach((json_t *)(uintptr_t)object, name, n, value)
	{
		if (r == 0)
			r = put_comma(w, i++ == 0);
		if (r == 0)
			r = put_text(w->out, name, n);
		if (r == 0)
			r = buf_add(w->out, ": ", w->lines ? 2 : 1);
		if (r == 0)
			r = put(w, value);
	}
	return r;
}

static int put_array(struct writer *w, const json_t *array)
{
	int r = 0;
	for (size_t i = 0; i < json_array_size(array) && r == 0; i++) {
		r = put_comma(w, i == 0);
		if (r == 0)
			r = put(w, json_array_get(array, i));
	}
	return r;
}

/* An object or a list, between its brackets. */
static int put_nested(struct writer *w, const json_t *v, const char brackets[2])
{
	bool empty = !json_object_size(v) && !json_array_size(v);
	if (w->depth == DEEPEST)
		return TOO_DEEP;
	int r = buf_add(w->out, brackets, 1);
	w->depth++;
	if (r == 0)
		r = json_is_object(v) ? put_object(w, v) : put_array(w, v);
	w->depth--;
	if (r == 0 && !empty)
		r = put_line(w);
	return r == 0 ? buf_add(w->out, brackets + 1, 1) : r;
}

static int collect(const char *p, size_t n, void *out)
{
	return buf_add(out, p, n) < 0 ? -1 : 0;
}

static int by_library(struct buf *out, const json_t *v, size_t flags)
{
	return json_dump_callback(v, collect, out, flags | JSON_ENCODE_ANY) < 0 ? GW_ELIMIT : 0;
}

static int put(struct writer *w, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return put_nested(w, v, "{}");
	case JSON_ARRAY:
		return put_nested(w, v, "[]");
	case JSON_STRING:
		return put_text(w->out, json_string_value(v), json_string_length(v));
	case JSON_INTEGER:
		return put_integer(w->out, json_integer_value(v));
	case JSON_TRUE:
		return buf_adds(w->out, "true");
	case JSON_FALSE:
		return buf_adds(w->out, "false");
	case JSON_NULL:
		return buf_adds(w->out, "null");
	case JSON_REAL:
		break;
	}
	return by_library(w->out, v, JSON_COMPACT);
}

static int dump(const json_t *json, struct buf *out, bool lines)
{
	size_t before = out->len;
	struct writer w = {.out = out, .lines = lines};
	int r = put(&w, json);
	if (r == TOO_DEEP) {
		out->len = before;
		r = by_library(out, json, lines ? JSON_INDENT(2) : JSON_COMPACT);
	}
	return r < 0 ? GW_ELIMIT : 0;
}

int jx_dump(const json_t *json, struct buf *out)
{
	return dump(json, out, false);
}

int jx_dump_pretty(const json_t *json, struct buf *out)
{
	return dump(json, out, true);
}
