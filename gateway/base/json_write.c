/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON as compact text, byte for byte as the library prints it, without its call for every byte.
 * Recursion is bounded: what is deeper goes to the library, which is bounded too.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum { DEEPEST = 32 };

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

static int collect(const char *p, size_t n, void *out)
{
	return buf_add(out, p, n) < 0 ? -1 : 0;
}

static int by_library(struct buf *out, const json_t *v, size_t flags)
{
	return json_dump_callback(v, collect, out, flags | JSON_ENCODE_ANY) < 0 ? GW_ELIMIT : 0;
}

static int put(struct buf *out, const json_t *v, unsigned depth);

static int put_object(struct buf *out, const json_t *object, unsigned depth)
{
	const char *name;
	size_t n, i = 0;
	json_t *value;
	int r = buf_add(out, "{", 1);
	json_object_keylen_foreach((json_t *)(uintptr_t)object, name, n, value)
	{
		if (r == 0 && i++)
			r = buf_add(out, ",", 1);
		if (r == 0)
			r = put_text(out, name, n);
		if (r == 0)
			r = buf_add(out, ":", 1);
		if (r == 0)
			r = put(out, value, depth);
	}
	return r == 0 ? buf_add(out, "}", 1) : r;
}

static int put_array(struct buf *out, const json_t *array, unsigned depth)
{
	int r = buf_add(out, "[", 1);
	for (size_t i = 0; i < json_array_size(array) && r == 0; i++) {
		r = i ? buf_add(out, ",", 1) : 0;
		if (r == 0)
			r = put(out, json_array_get(array, i), depth);
	}
	return r == 0 ? buf_add(out, "]", 1) : r;
}

static int put(struct buf *out, const json_t *v, unsigned depth)
{
	if (depth == 0)
		return by_library(out, v, JSON_COMPACT);
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return put_object(out, v, depth - 1);
	case JSON_ARRAY:
		return put_array(out, v, depth - 1);
	case JSON_STRING:
		return put_text(out, json_string_value(v), json_string_length(v));
	case JSON_INTEGER:
		return put_integer(out, json_integer_value(v));
	case JSON_TRUE:
		return buf_adds(out, "true");
	case JSON_FALSE:
		return buf_adds(out, "false");
	case JSON_NULL:
		return buf_adds(out, "null");
	case JSON_REAL:
		break;
	}
	return by_library(out, v, JSON_COMPACT);
}

int jx_dump(const json_t *json, struct buf *out)
{
	return put(out, json, DEEPEST) < 0 ? GW_ELIMIT : 0;
}

int jx_dump_pretty(const json_t *json, struct buf *out)
{
	return by_library(out, json, JSON_INDENT(2));
}
