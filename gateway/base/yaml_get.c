/* SPDX-License-Identifier: EUPL-1.2 */
/* What a YAML tree says: members by key and type, each failure with its place. */
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/yaml.h"

void yml_say(const struct yml *node, struct errinfo *ei, const char *fmt, ...)
{
	char why[800];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	err_say_at(ei, node->file, node->line, node->col, "%s", why);
}

static size_t find(const struct yml *map, const char *key)
{
	if (map && map->kind == YML_MAP)
		for (size_t i = 0; i < map->n; i++)
			if (str_eq(map->keys[i]->text, key))
				return i;
	return SIZE_MAX;
}

const struct yml *yml_get(const struct yml *map, const char *key)
{
	size_t i = find(map, key);
	return i == SIZE_MAX ? NULL : map->items[i];
}

const struct yml *yml_key(const struct yml *map, const char *key)
{
	size_t i = find(map, key);
	return i == SIZE_MAX ? NULL : map->keys[i];
}

int yml_closed(const struct yml *node, const char *const *words, size_t n, struct errinfo *ei)
{
	if (node->kind != YML_MAP)
		return yml_err(node, ei, GW_EFORMAT, "keys and values are expected here");
	for (size_t i = 0; i < node->n; i++) {
		const char *key = node->keys[i]->text;
		bool known = false;
		for (size_t k = 0; k < n; k++)
			known |= str_eq(key, words[k]);
		if (known)
			continue;
		const char *near = str_suggest(key, words, n);
		if (near)
			return yml_err(node->keys[i], ei, GW_EFORMAT,
			    "unknown key \"%.60s\", did you mean \"%s\"?", key, near);
		return yml_err(node->keys[i], ei, GW_EFORMAT, "unknown key \"%.60s\"", key);
	}
	return 0;
}

static int member(const struct yml *map, const char *key, enum yml_kind kind, const char *what,
    const struct yml **ret_v, struct errinfo *ei)
{
	const struct yml *v = yml_get(map, key);
	if (!v)
		return yml_err(map, ei, GW_EFORMAT, "key \"%s\" is missing", key);
	if (v->kind != kind || (kind == YML_SCALAR && !*v->text))
		return yml_err(v, ei, GW_EFORMAT, "%s: %s expected", key, what);
	*ret_v = v;
	return 0;
}

int yml_text(const struct yml *map, const char *key, const char **ret_s, struct errinfo *ei)
{
	const struct yml *v = NULL;
	int r = member(map, key, YML_SCALAR, "text", &v, ei);
	if (r < 0 || !v)
		return r;
	*ret_s = v->text;
	return 0;
}

int yml_int(const struct yml *map, const char *key, int64_t low, int64_t high, int64_t *ret_v,
    struct errinfo *ei)
{
	const struct yml *v = NULL;
	uint64_t u;
	int r = member(map, key, YML_SCALAR, "whole number", &v, ei);
	if (r < 0)
		return r;
	if (str_u64(v->text, INT64_MAX, &u) < 0 || (int64_t)u < low || (int64_t)u > high)
		return yml_err(v, ei, GW_EFORMAT, "%s: whole number from %lld to %lld expected",
		    key, (long long)low, (long long)high);
	*ret_v = (int64_t)u;
	return 0;
}

int yml_date(const struct yml *map, const char *key, struct date *ret_d, struct errinfo *ei)
{
	const struct yml *v = NULL;
	int r = member(map, key, YML_SCALAR, "date", &v, ei);
	if (r < 0)
		return r;
	if (date_parse(v->text, ret_d) < 0)
		return yml_err(v, ei, GW_EFORMAT, "%s: date such as 2026-12-31 expected", key);
	return 0;
}

int yml_duration(const struct yml *map, const char *key, struct duration *ret_d, struct errinfo *ei)
{
	const struct yml *v = NULL;
	int r = member(map, key, YML_SCALAR, "duration", &v, ei);
	if (r < 0)
		return r;
	if (duration_parse(v->text, ret_d) < 0)
		return yml_err(v, ei, GW_EFORMAT, "duration such as P28D, P6M or P2Y expected");
	return 0;
}

int yml_bool(const struct yml *map, const char *key, bool *ret_b, struct errinfo *ei)
{
	const struct yml *v = NULL;
	int r = member(map, key, YML_SCALAR, "true or false", &v, ei);
	if (r < 0)
		return r;
	if (!str_eq(v->text, "true") && !str_eq(v->text, "false"))
		return yml_err(v, ei, GW_EFORMAT, "%s: true or false expected", key);
	*ret_b = str_eq(v->text, "true");
	return 0;
}

int yml_list(const struct yml *map, const char *key, const struct yml **ret_l, struct errinfo *ei)
{
	return member(map, key, YML_LIST, "list", ret_l, ei);
}

int yml_map(const struct yml *map, const char *key, const struct yml **ret_m, struct errinfo *ei)
{
	return member(map, key, YML_MAP, "keys and values", ret_m, ei);
}

int yml_word(const struct yml *scalar_node, const char *const *words, size_t n, size_t *ret_i,
    struct errinfo *ei)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(600);
	int r = yml_scalar(scalar_node, "word", ei);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (str_eq(scalar_node->text, words[i])) {
			*ret_i = i;
			return 0;
		}
	for (size_t i = 0; i < n; i++)
		if (buf_addf(&all, "%s%s", i ? ", " : "", words[i]) < 0)
			break;
	const char *near = str_suggest(scalar_node->text, words, n);
	if (near)
		return yml_err(scalar_node, ei, GW_EFORMAT,
		    "\"%.60s\" is none of: %s; did you mean \"%s\"?", scalar_node->text, all.data,
		    near);
	return yml_err(scalar_node, ei, GW_EFORMAT, "\"%.60s\" is none of: %s", scalar_node->text,
	    all.data ? all.data : "");
}

int yml_scalar(const struct yml *node, const char *what, struct errinfo *ei)
{
	if (node->kind != YML_SCALAR || !*node->text)
		return yml_err(node, ei, GW_EFORMAT, "%s expected", what);
	return 0;
}
