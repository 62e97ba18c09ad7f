/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/str.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

void *str_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p)
		abort();
	return p;
}

char *str_dup(const char *s)
{
	return str_dupn(s, strlen(s));
}

char *str_dupn(const char *s, size_t n)
{
	char *d = str_alloc(n + 1);
	memcpy(d, s, n);
	return d;
}

char *str_printf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0 || !s)
		abort();
	return s;
}

void str_free_p(void *p)
{
	void **pp = p;
	free(*pp);
	*pp = NULL;
}

void str_wipe_p(char **p)
{
	if (*p)
		explicit_bzero(*p, strlen(*p));
	free(*p);
	*p = NULL;
}

bool str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);
	return n >= k && strcmp(s + n - k, suffix) == 0;
}

/* How many bytes from p on are ASCII, told by eights: the rest may be longer. */
static size_t ascii_eights(const uint8_t *p, size_t n)
{
	static const uint64_t high = UINT64_C(0x8080808080808080);
	size_t i = 0;
	for (uint64_t eight; i + sizeof eight <= n; i += sizeof eight) {
		memcpy(&eight, p + i, sizeof eight);
		if (eight & high)
			break;
	}
	return i;
}

size_t str_utf8_prefix(const void *p, size_t n)
{
	const uint8_t *s = p;
	for (size_t i = 0; i < n;) {
		uint64_t eight;
		if (n - i >= sizeof eight) { /* ASCII goes by eight at once */
			memcpy(&eight, s + i, sizeof eight);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				i += sizeof eight;
				continue;
			}
		}
		size_t start = i;
		uint8_t c = s[i++];
		if (c < 0x80) {
			i += ascii_eights(s + i, n - i);
			continue;
		}
		size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		uint8_t low = 0x80, high = 0xbf; /* bounds of the second byte */
		if (c < 0xc2 || c > 0xf4 || n - i < more)
			return start;
		if (c == 0xe0)
			low = 0xa0;
		else if (c == 0xed)
			high = 0x9f;
		else if (c == 0xf0)
			low = 0x90;
		else if (c == 0xf4)
			high = 0x8f;
		if (s[i] < low || s[i] > high)
			return start;
		for (size_t k = 1; k < more; k++)
			if ((s[i + k] & 0xc0) != 0x80)
				return start;
		i += more;
	}
	return n;
}

bool str_utf8(const void *p, size_t n)
{
	return str_utf8_prefix(p, n) == n;
}

void str_hex(const void *p, size_t n, char *out)
{
	(void)sodium_bin2hex(out, 2 * n + 1, p, n);
}

int str_unhex(const char *s, void *out, size_t n)
{
	size_t got;
	const char *end;
	if (strnlen(s, 2 * n + 1) != 2 * n || strpbrk(s, "ABCDEF"))
		return GW_EFORMAT;
	if (sodium_hex2bin(out, n, s, 2 * n, NULL, &got, &end) < 0 || got != n || end != s + 2 * n)
		return GW_EFORMAT;
	return 0;
}

static int encode(struct buf *out, const void *p, size_t n, int variant)
{
	if (n > out->max)
		return GW_ELIMIT;
	size_t room = sodium_base64_encoded_len(n, variant); /* with NUL */
	char *d = buf_room(out, room - 1); /* a buffer always keeps a byte for the NUL */
	if (!d)
		return GW_ELIMIT;
	(void)sodium_bin2base64(d, room, p, n, variant);
	buf_wrote(out, strlen(d));
	return 0;
}

int str_b64(struct buf *out, const void *p, size_t n)
{
	return encode(out, p, n, sodium_base64_VARIANT_ORIGINAL);
}

int str_b64_nopad(struct buf *out, const void *p, size_t n)
{
	return encode(out, p, n, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

int str_b64url(struct buf *out, const void *p, size_t n)
{
	return encode(out, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static int decode(const char *s, size_t n, void *out, size_t cap, size_t *ret_n, int variant)
{
	const char *end;
	size_t got;
	size_t chars =
	    n; /* the library says ERANGE also for missing padding, so the size is judged here */
	while (chars && n - chars < 2 && s[chars - 1] == '=')
		chars--;
	if (chars / 4 * 3 + chars % 4 * 3 / 4 > cap)
		return GW_ELIMIT;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] > 0x7f)
			return GW_EFORMAT; /* the library takes some of these for letters */
	if (sodium_base642bin(out, cap, s, n, NULL, &got, &end, variant) < 0 || end != s + n)
		return GW_EFORMAT;
	*ret_n = got;
	return 0;
}

int str_unb64(const char *s, size_t n, void *out, size_t cap, size_t *ret_n)
{
	return decode(s, n, out, cap, ret_n, sodium_base64_VARIANT_ORIGINAL);
}

int str_unb64_nopad(const char *s, size_t n, void *out, size_t cap, size_t *ret_n)
{
	return decode(s, n, out, cap, ret_n, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

int str_unb64url(const char *s, size_t n, void *out, size_t cap, size_t *ret_n)
{
	return decode(s, n, out, cap, ret_n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int str_u64(const char *s, uint64_t max, uint64_t *ret_v)
{
	uint64_t v = 0;
	if (!*s || (s[0] == '0' && s[1]))
		return GW_EFORMAT;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return GW_EFORMAT;
		uint64_t d = (uint64_t)(*s - '0');
		if (v > (UINT64_MAX - d) / 10)
			return GW_EFORMAT;
		v = v * 10 + d;
	}
	if (v > max)
		return GW_EFORMAT;
	*ret_v = v;
	return 0;
}

/* Optimal string alignment distance of two short words; 99 when either is too long to compare. */
static size_t distance(const char *a, const char *b)
{
	enum { MAX = 63 };
	size_t n = strlen(a), m = strlen(b), row[3][MAX + 1];
	if (n > MAX || m > MAX)
		return 99;
	for (size_t j = 0; j <= m; j++)
		row[1][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *prev2 = row[(i + 2) % 3], *prev = row[i % 3], *cur = row[(i + 1) % 3];
		cur[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = prev[j - 1] + (a[i - 1] != b[j - 1]);
			if (prev[j] + 1 < best)
				best = prev[j] + 1;
			if (cur[j - 1] + 1 < best)
				best = cur[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    prev2[j - 2] + 1 < best)
				best = prev2[j - 2] + 1;
			cur[j] = best;
		}
	}
	return row[(n + 1) % 3][m];
}

const char *str_suggest(const char *s, const char *const *words, size_t n)
{
	const char *best = NULL;
	size_t least = strlen(s) / 3;
	if (least < 1)
		least = 1;
	for (size_t i = 0; i < n; i++) {
		size_t d = distance(s, words[i]);
		if (d < least || (d == least && !best)) {
			least = d;
			best = words[i];
		}
	}
	return best;
}

bool str_oin(const char *s)
{
	return strlen(s) == 20 && strspn(s, "0123456789") == 20;
}
