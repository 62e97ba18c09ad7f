/* SPDX-License-Identifier: EUPL-1.2 */
/* link_form: frames as bytes; no sockets. */
#include <string.h>

#include "api/link.h"
#include "base/str.h"

/*
 * Numbers are little-endian. A text is its length (32 bits), its bytes and a NUL, so that what is
 * received can be used where it lies; a body likewise, and may hold NULs.
 */

/* ---- writing ---- */

static int put_u32(struct buf *b, size_t v)
{
	unsigned char p[4] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
	    (unsigned char)(v >> 24)};
	return v > UINT32_MAX ? GW_ELIMIT : buf_add(b, p, sizeof p);
}

static int put_u64(struct buf *b, uint64_t v)
{
	int r = put_u32(b, v & UINT32_MAX);
	return r < 0 ? r : put_u32(b, v >> 32);
}

static int put_bytes(struct buf *b, const void *p, size_t n)
{
	int r = put_u32(b, n);
	if (r == 0 && n > 0)
		r = buf_add(b, p, n);
	return r < 0 ? r : buf_add(b, "", 1);
}

static int put_text(struct buf *b, const char *s)
{
	return put_bytes(b, s, strlen(s));
}

static int put_pairs(struct buf *b, const struct link_pair *p, size_t n, size_t most)
{
	int r = n > most ? GW_ELIMIT : put_u32(b, n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = put_text(b, p[i].name);
		if (r == 0)
			r = put_text(b, p[i].value);
	}
	return r;
}

int link_write_call(struct buf *b, const struct link_call *c)
{
	int r = put_u32(b, c->op);
	if (r == 0)
		r = put_text(b, c->peer);
	if (r == 0)
		r = put_text(b, c->spki);
	if (r == 0)
		r = put_text(b, c->trace);
	if (r == 0)
		r = c->params_n > LINK_PARAMS ? GW_ELIMIT : put_u32(b, c->params_n);
	for (size_t i = 0; r == 0 && i < c->params_n; i++)
		r = put_text(b, c->params[i]);
	if (r == 0)
		r = put_pairs(b, c->query, c->query_n, LINK_QUERY);
	if (r == 0)
		r = put_pairs(b, c->fields, c->fields_n, LINK_FIELDS);
	if (r == 0)
		r = c->body_n > LINK_BODY_MAX ? GW_ELIMIT : put_bytes(b, c->body, c->body_n);
	return r < 0 ? r : put_u64(b, c->number);
}

int link_write_answer(struct buf *b, const struct link_answer *a)
{
	int r = a->status < 100 || a->status > 999 ? GW_ELIMIT : put_u32(b, (size_t)a->status);
	if (r == 0)
		r = put_text(b, a->type ? a->type : "");
	if (r == 0)
		r = put_pairs(b, a->fields, a->fields_n, LINK_FIELDS);
	if (r == 0)
		r = a->body_n > LINK_BODY_MAX ? GW_ELIMIT : put_bytes(b, a->body, a->body_n);
	if (r == 0)
		r = put_u64(b, a->number);
	return r < 0 ? r : put_u32(b, a->fd >= 0);
}

/* ---- reading ---- */

struct reading {
	const char *p, *end;
	bool bad;
};

static uint32_t get_u32(struct reading *g)
{
	if (g->bad || g->end - g->p < 4) {
		g->bad = true;
		return 0;
	}
	const unsigned char *p = (const unsigned char *)g->p;
	g->p += 4;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get_u64(struct reading *g)
{
	uint64_t low = get_u32(g);
	return low | (uint64_t)get_u32(g) << 32;
}

static const char *get_bytes(struct reading *g, size_t most, size_t *ret_n)
{
	size_t n = get_u32(g);
	*ret_n = 0;
	if (g->bad || n > most || (size_t)(g->end - g->p) <= n || g->p[n] != '\0') {
		g->bad = true;
		return "";
	}
	const char *p = g->p;
	g->p += n + 1;
	*ret_n = n;
	return p;
}

static const char *get_text(struct reading *g)
{
	size_t n;
	const char *p = get_bytes(g, LINK_FRAME_MAX, &n);
	if (memchr(p, '\0', n)) {
		g->bad = true;
		return "";
	}
	return p;
}

static void get_into(struct reading *g, char *out, size_t cap)
{
	const char *s = get_text(g);
	size_t n = strlen(s);
	if (n >= cap)
		g->bad = true;
	else
		memcpy(out, s, n + 1);
}

static size_t get_count(struct reading *g, size_t most)
{
	size_t n = get_u32(g);
	g->bad = g->bad || n > most;
	return g->bad ? 0 : n;
}

static size_t get_pairs(struct reading *g, struct link_pair *out, size_t most)
{
	size_t n = get_count(g, most);
	for (size_t i = 0; i < n; i++) {
		out[i].name = get_text(g);
		out[i].value = get_text(g);
	}
	return n;
}

static int finish(const struct reading *g, struct errinfo *ei)
{
	return g->bad || g->p != g->end
	    ? err_set(ei, GW_EFORMAT, "the other process of the daemon sent what is no frame")
	    : 0;
}

int link_read_call(const char *p, size_t n, struct link_call *ret, struct errinfo *ei)
{
	struct reading g = {p, p + n, false};
	struct link_call c = {.op = get_u32(&g)};
	get_into(&g, c.peer, sizeof c.peer);
	get_into(&g, c.spki, sizeof c.spki);
	get_into(&g, c.trace, sizeof c.trace);
	c.params_n = get_count(&g, LINK_PARAMS);
	for (size_t i = 0; i < c.params_n; i++)
		c.params[i] = get_text(&g);
	c.query_n = get_pairs(&g, c.query, LINK_QUERY);
	c.fields_n = get_pairs(&g, c.fields, LINK_FIELDS);
	c.body = get_bytes(&g, LINK_BODY_MAX, &c.body_n);
	c.number = get_u64(&g);
	int r = finish(&g, ei);
	if (r == 0)
		*ret = c;
	return r;
}

int link_read_answer(const char *p, size_t n, struct link_answer *ret, struct errinfo *ei)
{
	struct reading g = {p, p + n, false};
	struct link_answer a = {.fd = -1};
	uint32_t status = get_u32(&g);
	a.type = get_text(&g);
	a.fields_n = get_pairs(&g, a.fields, LINK_FIELDS);
	a.body = get_bytes(&g, LINK_BODY_MAX, &a.body_n);
	a.number = get_u64(&g);
	uint32_t has = get_u32(&g);
	g.bad = g.bad || has > 1 || status < 100 || status > 999;
	a.status = g.bad ? 0 : (int)status;
	if (*a.type == '\0')
		a.type = NULL;
	int r = finish(&g, ei);
	if (r < 0)
		return r;
	a.fd = has ? 0 : -1; /* whether one came is compared by whom the bytes came to */
	*ret = a;
	return 0;
}

const char *link_field(const struct link_pair *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(fields[i].name, name))
			return fields[i].value;
	return "";
}
