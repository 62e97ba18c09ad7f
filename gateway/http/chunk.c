/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/chunk.h"

#include "base/err.h"

enum { SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, LAST_CR, LAST_LF, DONE };

bool http_chunks_done(const struct http_chunks *c)
{
	return c->state == DONE;
}

static int digit(struct http_chunks *c, char ch)
{
	unsigned v = ch >= '0' && ch <= '9' ? (unsigned)(ch - '0')
	    : ch >= 'a' && ch <= 'f'        ? (unsigned)(ch - 'a') + 10
	    : ch >= 'A' && ch <= 'F'        ? (unsigned)(ch - 'A') + 10
					    : 16;
	if (ch == '\r' && c->seen > 0) {
		c->state = SIZE_LF;
		return 0;
	}
	if (v > 15 || c->seen == HTTP_CHUNK_DIGITS)
		return GW_EFORMAT;
	c->left = c->left << 4 | v;
	c->seen++;
	return 0;
}

/* One byte that is not of the body. */
static int step(struct http_chunks *c, char ch)
{
	static const struct {
		char want;
		int next;
	} fixed[] = {
	    [DATA_CR] = {'\r', DATA_LF},
	    [DATA_LF] = {'\n', SIZE},
	    [LAST_CR] = {'\r', LAST_LF},
	    [LAST_LF] = {'\n', DONE},
	};
	if (c->state == SIZE)
		return digit(c, ch);
	if (c->state == SIZE_LF) {
		c->state = c->left > 0 ? DATA : LAST_CR;
		return ch == '\n' ? 0 : GW_EFORMAT;
	}
	if (ch != fixed[c->state].want)
		return GW_EFORMAT;
	c->state = fixed[c->state].next;
	if (c->state == SIZE)
		c->seen = 0;
	return 0;
}

int http_chunks_next(struct http_chunks *c, const char *p, size_t n, size_t *ret_used,
    const char **ret_data, size_t *ret_data_n)
{
	size_t i = 0;
	*ret_data = p;
	*ret_data_n = 0;
	for (; i < n && c->state != DONE && c->state != DATA; i++)
		if (step(c, p[i]) < 0)
			return GW_EFORMAT;
	if (c->state == DATA && i < n) {
		size_t k = n - i < c->left ? n - i : (size_t)c->left;
		*ret_data = p + i;
		*ret_data_n = k;
		i += k;
		c->left -= k;
		if (c->left == 0)
			c->state = DATA_CR;
	}
	*ret_used = i;
	return 0;
}
