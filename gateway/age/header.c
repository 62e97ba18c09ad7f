/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/header.h"

#include <stdlib.h>
#include <string.h>

#include "age/stanza.h"
#include "base/str.h"

const struct age_limits AGE_LIMITS = {.header_bytes = 4 << 20,
    .line_bytes = 64 << 10,
    .stanzas = AGE_MOST_RECIPIENTS,
    .work_factor = 20};

enum { COLUMNS = 64, MAC_TEXT = 43 };

/* The line being looked at, without its LF; it lies in raw. */
struct line {
	const char *p;
	size_t n, number;
};

int header_failure(size_t line, struct errinfo *ei, const char *why)
{
	return err_set(ei, GW_EFORMAT, "header failure: line %zu: %s", line, why);
}

void header_release(struct header *h)
{
	buf_release(&h->raw);
	buf_release(&h->bodies);
	free(h->stanzas);
	*h = (struct header){.n = 0};
}

const char *header_arg(const struct header *h, const struct stanza *s, size_t i, size_t *ret_n)
{
	const char *p = h->raw.data + s->args, *end = p + s->args_n;
	for (;; i--) {
		const char *space = memchr(p, ' ', (size_t)(end - p));
		*ret_n = (size_t)((space ? space : end) - p);
		if (i == 0)
			return p;
		if (!space)
			return NULL;
		p = space + 1;
	}
}

bool header_is(const struct header *h, const struct stanza *s, const char *type)
{
	size_t n = 0;
	const char *p = header_arg(h, s, 0, &n);
	return n == strlen(type) && strncmp(p, type, n) == 0;
}

static int next_line(struct header *h, struct source *src, const struct age_limits *limits,
    struct line *l, struct errinfo *ei)
{
	struct errinfo why = ERRINFO_INIT;
	size_t start = h->raw.len;
	bool whole = false;
	l->number++;
	int r = source_line(src, limits->line_bytes, &h->raw, &whole, &why);
	if (r == GW_ELIMIT)
		return header_failure(l->number, ei, why.msg);
	if (r < 0)
		return err_set(ei, r, "%s", why.msg);
	if (!whole)
		return header_failure(l->number, ei, "the file ends within the header");
	l->p = h->raw.data + start;
	l->n = h->raw.len - start - 1;
	return 0;
}

static bool starts(const struct line *l, const char *text)
{
	size_t n = strlen(text);
	return l->n >= n && strncmp(l->p, text, n) == 0;
}

/* Arguments are visible ASCII, one space between, none empty. */
static bool args_ok(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool edge = i == 0 || i + 1 == n || p[i - 1] == ' ';
		if (p[i] == ' ' ? edge : p[i] < 0x21 || p[i] > 0x7e)
			return false;
	}
	return n > 0;
}

static int add_stanza(
    struct header *h, const struct line *l, const struct age_limits *limits, struct errinfo *ei)
{
	if (!starts(l, "-> "))
		return header_failure(l->number, ei, "expected '-> ' or '--- '");
	if (!args_ok(l->p + 3, l->n - 3))
		return header_failure(l->number, ei, "malformed arguments");
	if (h->n == limits->stanzas)
		return header_failure(l->number, ei, "too many stanzas");
	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 16;
		struct stanza *more = reallocarray(h->stanzas, cap, sizeof *more);
		if (!more)
			return err_set(ei, GW_ENOMEM, "out of memory for the header");
		h->stanzas = more;
		h->cap = cap;
	}
	h->stanzas[h->n++] = (struct stanza){
	    .line = l->number,
	    .args = (size_t)(l->p - h->raw.data) + 3,
	    .args_n = l->n - 3,
	    .body = h->bodies.len,
	};
	return 0;
}

/* Decode one line of a body; *ret_last when it is the short one that ends it. */
static int add_body(struct header *h, const struct line *l, bool *ret_last, struct errinfo *ei)
{
	uint8_t b[48];
	size_t got = 0;
	if (l->n > COLUMNS)
		return header_failure(l->number, ei, "a body line of more than 64 columns");
	if (str_unb64_nopad(l->p, l->n, b, sizeof b, &got) < 0)
		return header_failure(l->number, ei,
		    starts(l, "-> ") || starts(l, "---")
			? "the body before this line has no short last line"
			: "not canonical base64 without padding");
	if (buf_add(&h->bodies, b, got) < 0)
		return err_set(ei, GW_ENOMEM, "out of memory for the header");
	h->stanzas[h->n - 1].body_n += got;
	*ret_last = l->n < COLUMNS;
	return 0;
}

static int read_mac(struct header *h, const struct line *l, struct errinfo *ei)
{
	size_t got = 0;
	if (!starts(l, "--- ") || l->n != 4 + MAC_TEXT ||
	    str_unb64_nopad(l->p + 4, MAC_TEXT, h->mac, sizeof h->mac, &got) < 0 ||
	    got != sizeof h->mac)
		return header_failure(
		    l->number, ei, "expected '--- ' and 43 characters of canonical base64");
	h->mac_over = (size_t)(l->p - h->raw.data) + 3;
	return 0;
}

int header_read(
    struct header *h, struct source *src, const struct age_limits *limits, struct errinfo *ei)
{
	struct line l = {.number = 0};
	*h = (struct header){
	    .raw = BUF_INIT(limits->header_bytes), .bodies = BUF_INIT(limits->header_bytes)};
	int r = next_line(h, src, limits, &l, ei);
	if (r < 0)
		return r;
	if (l.n != strlen(AGE_VERSION) || !starts(&l, AGE_VERSION))
		return header_failure(1, ei, "expected " AGE_VERSION);
	while ((r = next_line(h, src, limits, &l, ei)) == 0 && !starts(&l, "---")) {
		bool last = false;
		r = add_stanza(h, &l, limits, ei);
		while (r == 0 && !last) {
			r = next_line(h, src, limits, &l, ei);
			if (r == 0)
				r = add_body(h, &l, &last, ei);
		}
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	if (h->n == 0)
		return header_failure(l.number, ei, "no stanza");
	r = read_mac(h, &l, ei);
	return r < 0 ? r : stanza_check_all(h, ei);
}
