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
	if (!range.p || http_field_count(h, "range") != 1 || (only.p && !http_is(only, etag)) ||
	    !parse(range, &suffix, &a, &b))
		return 0;
	if (suffix ? a == 0 || size == 0 : a >= size)
		return GW_ELIMIT;
	ret->first = !suffix ? a : a < size ? size - a : 0;
	ret->n = suffix || b >= size ? size - ret->first : b - a + 1;
	ret->partial = true;
	return 0;
}

bool http_none_match(const struct http_head *h, const char *own)
{
	struct http_text v = http_field(h, "if-none-match");
	if (!v.p)
		return false;
	if (http_is(v, "*"))
		return true;
	/* a list of tags; weak comparison, so W/ before ours does not matter */
	size_t k = strlen(own);
	for (size_t i = 0; i + k <= v.n; i++)
		if (memcmp(v.p + i, own, k) == 0)
			return true;
	return false;
}
