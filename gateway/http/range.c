/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/range.h"

#include <string.h>
#include <strings.h>

/* Digits at the start of *t as a number, cut off it; false without any. Saturates. */
static bool number(struct http_text *t, uint64_t *ret)
{
	size_t i = 0;
	uint64_t v = 0;
	for (; i < t->n && t->p[i] >= '0' && t->p[i] <= '9'; i++) {
		uint64_t d = (uint64_t)(t->p[i] - '0');
		v = v > (UINT64_MAX - d) / 10 ? UINT64_MAX : v * 10 + d;
	}
	t->p += i;
	t->n -= i;
	*ret = v;
	return i > 0;
}

/* Read `bytes=a-b`, `bytes=a-` or `bytes=-n`; false when it is none of these. */
static bool parse(struct http_text t, bool *ret_suffix, uint64_t *ret_a, uint64_t *ret_b)
{
	static const char unit[] = "bytes=";
	size_t k = sizeof unit - 1;
	if (t.n <= k || strncasecmp(t.p, unit, k) != 0)
		return false;
	t = (struct http_text){t.p + k, t.n - k};
	*ret_suffix = t.p[0] == '-';
	*ret_b = UINT64_MAX;
	if (!*ret_suffix && !number(&t, ret_a))
		return false;
	if (t.n == 0 || t.p[0] != '-')
		return false;
	t = (struct http_text){t.p + 1, t.n - 1};
	if (*ret_suffix)
		return number(&t, ret_a) && t.n == 0;
	return t.n == 0 || (number(&t, ret_b) && t.n == 0 && *ret_b >= *ret_a);
}

int http_range(const struct http_head *h, uint64_t size, const char *etag, struct http_range *ret)
{
	struct http_text range = http_field(h, "range"), only = http_field(h, "if-range");
	uint64_t a = 0, b = 0;
	bool suffix = false;
	*ret = (struct http_range){0, size, false};
	if (h->method != HTTP_METHOD_GET || !range.p || http_field_count(h, "range") != 1 ||
	    (only.p && !http_is(only, etag)) || !parse(range, &suffix, &a, &b))
		return 0;
	if (suffix ? a == 0 || size == 0 : a >= size)
		return GW_ELIMIT;
	ret->first = !suffix ? a : a < size ? size - a : 0;
	ret->n = suffix || b >= size ? size - ret->first : b - a + 1;
	ret->partial = true;
	return 0;
}

/* True when own stands in the list of tags v; weak: also with W/ before it. */
static bool names(struct http_text v, const char *own, bool weak)
{
	size_t k = strlen(own);
	for (size_t i = 0; i + k <= v.n; i++)
		if (memcmp(v.p + i, own, k) == 0 && (weak || i == 0 || v.p[i - 1] != '/'))
			return true;
	return false;
}

bool http_match(const struct http_head *h, const char *own)
{
	bool asked = false;
	for (size_t i = 0; i < h->fields_n; i++) {
		if (!http_is_nocase(h->fields[i].name, "if-match"))
			continue;
		asked = true;
		if (http_is(h->fields[i].value, "*") || names(h->fields[i].value, own, false))
			return true;
	}
	return !asked;
}

bool http_none_match(const struct http_head *h, const char *own)
{
	struct http_text v = http_field(h, "if-none-match");
	if (!v.p)
		return false;
	if (http_is(v, "*"))
		return true;
	return names(v, own, true); /* W/ before ours does not matter */
}
