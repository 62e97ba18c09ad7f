/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_memory.h"
#include "base/json_read.h"
#include "base/str.h"
#include "base/text.h"

const struct jx_limits JX_SMALL = {.bytes = 1 << 20, .depth = 16, .values = 100000};

/* Before main, so that no value can be made with another allocator than the one that frees it. */
static void use_wiping(void) __attribute__((constructor));

static void use_wiping(void)
{
	json_memory_start();
	json_set_alloc_funcs(json_memory_get, json_memory_put);
}

/* Count values and depth in one pass over the text: a cheap bound on what the parser will build. */
static int measure(
    const char *file, const char *s, size_t n, const struct jx_limits *lim, struct errinfo *ei)
{
	size_t depth = 0, values = 1;
	bool in_string = false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
			continue;
		}
		if (c == '"')
			in_string = true;
		else if (c == '[' || c == '{')
			depth++, values++;
		else if ((c == ']' || c == '}') && depth)
			depth--;
		else if (c == ',' || c == ':')
			values++;
		if (depth > lim->depth)
			return err_at(
			    ei, GW_ELIMIT, file, 0, 0, "JSON nested deeper than %zu", lim->depth);
		if (values > lim->values)
			return err_at(ei, GW_ELIMIT, file, 0, 0, "JSON with more than %zu values",
			    lim->values);
	}
	return 0;
}

static bool is_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r\n", s[i]))
			return false;
	return true;
}

int jx_parse(const char *file, const void *p, size_t n, const struct jx_limits *limits,
    json_t **ret_json, struct errinfo *ei)
{
	json_error_t je;
	if (n > limits->bytes)
		return err_at(
		    ei, GW_ELIMIT, file, 0, 0, "JSON of more than %zu bytes", limits->bytes);
	json_t *j = json_read(p, n, limits);
	int r = j ? 0 : measure(file, p, n, limits, ei);
	if (r < 0)
		return r;
	if (!j)
		j = json_loadb(p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
	if (j) {
		*ret_json = j;
		return 0;
	}
	if ((r = text_form(file, p, n, ei)) < 0)
		return r;
	if (is_blank(p, n))
		return err_at(ei, GW_EFORMAT, file, 0, 0, "is empty");
	/* the library's text quotes what stands near the error, which may be personal: name the
	 * kind only */
	const char *why;
	switch (json_error_code(&je)) {
	case json_error_out_of_memory:
		return err_at(ei, GW_ENOMEM, file, 0, 0, "out of memory");
	case json_error_premature_end_of_input:
		why = "the document ends too early";
		break;
	case json_error_end_of_input_expected:
		why = "something stands behind the end of the document";
		break;
	case json_error_duplicate_key:
		why = "a member name stands twice in one object";
		break;
	case json_error_numeric_overflow:
		why = "a number is too large";
		break;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		why = "a string holds a NUL";
		break;
	default:
		why = "not valid JSON";
	}
	size_t line = je.line > 0 ? (size_t)je.line : 0,
	       col = je.column > 0 ? (size_t)je.column : 0;
	return err_at(ei, GW_EFORMAT, file, line, col, "%s", why);
}

void jx_release(json_t **json)
{
	json_decref(*json);
	*json = NULL;
}

const char *jx_str(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

int jx_int(
    const json_t *object, const char *name, json_int_t low, json_int_t high, json_int_t *ret_v)
{
	const json_t *v = json_object_get(object, name);
	if (!json_is_integer(v) || json_integer_value(v) < low || json_integer_value(v) > high)
		return GW_EFORMAT;
	*ret_v = json_integer_value(v);
	return 0;
}

int jx_closed(
    const json_t *object, const char *const *words, size_t n, const char *what, struct errinfo *ei)
{
	const char *key;
	json_t *value;
	if (!json_is_object(object))
		return err_set(ei, GW_EFORMAT, "%s: an object is expected", what);
	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		bool known = false;
		for (size_t i = 0; i < n; i++)
			known |= str_eq(words[i], key);
		if (known)
			continue;
		const char *near = str_suggest(key, words, n);
		return err_set(ei, GW_EFORMAT, "%s: unknown member \"%.60s\"%s%s%s", what, key,
		    near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	}
	return 0;
}

json_t *jx_text(const char *s)
{
	json_t *v = json_string(s);
	char *t GW_CLEANUP(str_free_p) = v ? NULL : str_dup(s);
	for (size_t i = 0; t && t[i]; i++)
		if ((unsigned char)t[i] > 126)
			t[i] = '?';
	return v ? v : json_string(t);
}

json_t *jx_string(const char *s, size_t n)
{
	return str_utf8(s, n) ? json_stringn_nocheck(s, n) : NULL;
}

void jx_set(json_t *object, const char *name, json_t *value)
{
	size_t n = strlen(name);
	if (!str_utf8(name, n) || json_object_setn_new_nocheck(object, name, n, value) < 0)
		abort();
}

void jx_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		abort();
}
