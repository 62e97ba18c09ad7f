/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/armor.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/str.h"

static int failure(const struct armor *a, struct errinfo *ei, const char *why)
{
	return err_set(ei, GW_EFORMAT, "armor failure: line %zu: %s", a->line, why);
}

static bool is_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
			return false;
	return true;
}

static bool is_text(const char *s, size_t n, const char *text)
{
	return n == strlen(text) && strncmp(s, text, n) == 0;
}

static int outside(struct armor *a, const char *s, size_t n, bool blank, struct errinfo *ei)
{
	if (blank) {
		a->blank += n + 1;
		return a->blank > ARMOR_BLANK ? failure(a, ei, "too much white space") : 0;
	}
	if (a->at == ARMOR_AFTER)
		return failure(a, ei, "data after the END line");
	if (!is_text(s, n, ARMOR_BEGIN))
		return failure(a, ei, "expected " ARMOR_BEGIN);
	a->at = ARMOR_BODY;
	a->blank = 0;
	return 0;
}

/*
 * A full line as OpenSSL reads it: several times the speed of the constant-time reader of base/,
 * which ciphertext does not need. It takes a "=" anywhere, so lines with one are left to base/.
 */
static bool full_line(const char *s, size_t n, uint8_t out[ARMOR_LINE])
{
	return n == ARMOR_COLUMNS && !memchr(s, '=', n) &&
	    EVP_DecodeBlock(out, (const uint8_t *)s, ARMOR_COLUMNS) == ARMOR_LINE;
}

int armor_line(struct armor *a, const char *s, size_t n, uint8_t out[ARMOR_LINE], size_t *ret_n,
    struct errinfo *ei)
{
	size_t got = 0;
	a->line++;
	*ret_n = 0;
	if (a->at == ARMOR_BEFORE || a->at == ARMOR_AFTER) {
		bool blank = is_blank(s, n);
		return outside(a, s, n && s[n - 1] == '\r' && !blank ? n - 1 : n, blank, ei);
	}
	if (n && s[n - 1] == '\r')
		n--;
	if (is_text(s, n, ARMOR_END)) {
		a->at = ARMOR_AFTER;
		return 0;
	}
	if (a->at == ARMOR_SHORT)
		return failure(a, ei, "expected the END line behind a short line");
	if (n == 0)
		return failure(a, ei, "empty line");
	if (n > ARMOR_COLUMNS)
		return failure(a, ei, "more than 64 columns");
	if (full_line(s, n, out))
		got = ARMOR_LINE;
	else if (str_unb64(s, n, out, ARMOR_LINE, &got) < 0)
		return failure(a, ei, "not canonical base64");
	if (got < ARMOR_LINE)
		a->at = ARMOR_SHORT;
	*ret_n = got;
	return 0;
}

int armor_over(const struct armor *a, struct errinfo *ei)
{
	return a->at == ARMOR_AFTER
	    ? 0
	    : err_set(ei, GW_EFORMAT, "armor failure: the END line is missing");
}

int armor_encode(struct buf *out, const void *p, size_t n)
{
	size_t lines = (n + ARMOR_LINE - 1) / ARMOR_LINE;
	const uint8_t *b = p;
	uint8_t *to = buf_room(out, lines * (ARMOR_COLUMNS + 1) + 1), *at = to;
	if (!to)
		return GW_ELIMIT;
	while (n) {
		size_t k = n < ARMOR_LINE ? n : ARMOR_LINE;
		at += EVP_EncodeBlock(at, b, (int)k); /* and a NUL, which the LF takes over */
		*at++ = '\n';
		b += k;
		n -= k;
	}
	buf_wrote(out, (size_t)(at - to));
	return 0;
}
