/* SPDX-License-Identifier: EUPL-1.2 */
/* courier_read: what happened in cases of ours at other gateways. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/courier_inside.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

enum {
	PEERS = 1024,
	EVENTS = 100,    /* read at once; then it is another gateway's turn */
	LIST_MS = 5000,  /* how long what the core told of peers is good */
	SLEEP_MS = 1000, /* at most, so that a delivery is heard of */
	SELDOM = 60,     /* times as long between two questions where all cases have ended */
	CASE_TEXT = 64 + 1,
	/* of statements that are handed to the core at once: with the longest that there can be
	 * they still go into a call */
	PART = 400 << 10,
};

#define EVENT_MOST INT64_C(9007199254740991)

/* ---- whom to ask ---- */

static struct courier_peer *find(struct courier *c, const char *oin)
{
	for (size_t i = 0; i < c->peers_n; i++)
		if (str_eq(c->peers[i].oin, oin))
			return &c->peers[i];
	return NULL;
}

/* Under the lock. */
static void soon(const struct courier *c, struct courier_peer *p)
{
	p->interval = (int64_t)c->env.least_s * 1000;
	if (p->next > clock_mono() + p->interval)
		p->next = clock_mono() + p->interval;
}

void courier_expect(struct courier *c, const char *oin)
{
	(void)pthread_mutex_lock(&c->lock);
	struct courier_peer *p = find(c, oin);
	if (p) {
		p->expected = true;
		soon(c, p);
	} else {
		c->listed = 0;
	}
	(void)pthread_mutex_unlock(&c->lock);
}

/* Put in what the core says of one peer. Under the lock. */
static void merge(struct courier *c, const json_t *item)
{
	const char *oin = jx_str(item, "oin"), *url = jx_str(item, "gateway");
	json_int_t after = 0;
	if (!oin || !str_oin(oin) || !url || strlen(url) >= COURIER_URL ||
	    jx_int(item, "after", 0, EVENT_MOST, &after) < 0)
		return;
	struct courier_peer *p = find(c, oin);
	if (!p && c->peers_n == PEERS)
		return;
	if (!p) {
		p = &c->peers[c->peers_n++];
		*p = (struct courier_peer){.interval = (int64_t)c->env.least_s * 1000};
		(void)snprintf(p->oin, sizeof p->oin, "%s", oin);
	}
	p->listed = true;
	if (p->busy)
		return;
	bool seldom = json_is_true(json_object_get(item, "seldom"));
	if (p->seldom && !seldom)
		soon(c, p);
	p->seldom = seldom;
	p->after = (uint64_t)after;
	(void)snprintf(p->url, sizeof p->url, "%s", url);
}

/* Ask the core for the peers, when that was long ago. */
static void list_peers(struct courier_line *l)
{
	struct courier *c = l->courier;
	struct link_answer a = {.fd = -1};
	json_t *all GW_CLEANUP(jx_release) = NULL;
	const json_t *item;
	size_t i, n = 0;
	(void)pthread_mutex_lock(&c->lock);
	bool fresh = c->listed && clock_mono() - c->listed < LIST_MS;
	c->listed = fresh ? c->listed : clock_mono();
	(void)pthread_mutex_unlock(&c->lock);
	if (fresh || !courier_ask(l, &(struct link_call){.op = API_PEERS}, &a))
		return;
	file_close_p(&a.fd);
	if (a.status != 200 ||
	    jx_parse("peers", a.body, a.body_n,
		&(const struct jx_limits){LINK_BODY_MAX, 4, 8 * PEERS}, &all, NULL) < 0)
		return;
	(void)pthread_mutex_lock(&c->lock);
	if (!c->peers)
		c->peers = str_alloc(PEERS * sizeof *c->peers);
	for (i = 0; i < c->peers_n; i++)
		c->peers[i].listed = c->peers[i].busy;
	json_array_foreach (json_object_get(all, "items"), i, item)
		merge(c, item);
	for (i = 0; i < c->peers_n; i++)
		if (c->peers[i].listed)
			c->peers[n++] = c->peers[i];
	c->peers_n = n;
	(void)pthread_mutex_unlock(&c->lock);
}

/* The one that is due, made busy, and true; else *ret_wait until one may be. */
static bool choose(struct courier *c, struct courier_peer *ret, int64_t *ret_wait)
{
	struct courier_peer *first = NULL;
	int64_t now = clock_mono();
	(void)pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < c->peers_n; i++)
		if (!c->peers[i].busy && (!first || c->peers[i].next < first->next))
			first = &c->peers[i];
	bool due = first && first->next <= now;
	*ret_wait = first && first->next - now < SLEEP_MS ? first->next - now : SLEEP_MS;
	if (due) {
		first->busy = true;
		first->expected = false;
		*ret = *first;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return due;
}

/* ---- what one of them tells ---- */

enum told { TOLD_NOTHING, TOLD_SOMETHING, TOLD_LATER /* the core cannot take it now */, TOLD_DOWN };

/* An event of a page. */
struct event {
	uint64_t n;
	const char *sender, *case_id;
};

static bool is_word(const char *s)
{
	size_t n = strlen(s);
	return n > 0 && n < CASE_TEXT && !str_eq(s, ".") && !str_eq(s, "..") &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

static bool read_event(const json_t *item, uint64_t after, struct event *ret)
{
	json_int_t n = 0;
	*ret = (struct event){.sender = jx_str(item, "sender"), .case_id = jx_str(item, "case")};
	if (!ret->sender || !str_oin(ret->sender) || !ret->case_id || !is_word(ret->case_id) ||
	    jx_int(item, "event", (json_int_t)after + 1, EVENT_MOST, &n) < 0)
		return false;
	ret->n = (uint64_t)n;
	return true;
}

/* True when an earlier event of the page is about the same case: all of it was read then. */
static bool read_before(const json_t *items, size_t i, const struct event *e)
{
	for (size_t k = 0; k < i; k++) {
		const json_t *o = json_array_get(items, k);
		if (str_eq(jx_str(o, "sender"), e->sender) && str_eq(jx_str(o, "case"), e->case_id))
			return true;
	}
	return false;
}

/* What the core takes in of an item; of one that it was given before, its digest alone. */
static json_t *item_of(const json_t *item, bool given)
{
	static const char *const members[] = {"statement", "signature", "received"};
	json_t *o = json_object();
	const char *text = jx_str(item, "statement");
	char sha256[HASH_HEX];
	if (given) {
		hash_sha256_hex(text ? text : "", text ? strlen(text) : 0, sha256);
		jx_set(o, "sha256", json_string(sha256));
		return o;
	}
	for (size_t i = 0; i < GW_LENGTH(members); i++) {
		json_t *v = json_object_get(item, members[i]);
		if (v)
			jx_set(o, members[i], json_incref(v));
	}
	return o;
}

/* Give the core what comes from *at on, as much as goes into a call; *at follows. */
static enum told hand_part(struct courier_line *l, const struct courier_peer *p,
    const struct event *e, const json_t *items, size_t *at)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINK_BODY_MAX);
	struct link_answer a = {.fd = -1};
	json_t *part GW_CLEANUP(jx_release) = json_array();
	size_t i = 0, bytes = 0;
	for (; i < json_array_size(items) && bytes < PART; i++) {
		const json_t *item = json_array_get(items, i);
		if (i >= *at)
			bytes += 2 * json_string_length(json_object_get(item, "statement")) +
			    json_string_length(json_object_get(item, "signature"));
		jx_add(part, item_of(item, i < *at));
	}
	*at = i;
	if (jx_dump(part, &b) < 0) {
		log_line(LOG_PRIO_ERR, "courier.chain", "peer", p->oin, "code", err_name(GW_ELIMIT),
		    NULL);
		return TOLD_NOTHING;
	}
	const struct link_call call = {.op = API_MIRROR,
	    .params = {p->oin, e->sender, e->case_id},
	    .params_n = 3,
	    .body = b.data,
	    .body_n = b.len};
	if (!courier_ask(l, &call, &a))
		return TOLD_LATER;
	file_close_p(&a.fd);
	/* 200: it can never be taken in, nor what follows */
	return a.status == 204 ? TOLD_SOMETHING : a.status == 200 ? TOLD_NOTHING : TOLD_LATER;
}

/* Give a chain to the core. */
static enum told hand_over(struct courier_line *l, const struct courier_peer *p,
    const struct event *e, const json_t *items)
{
	enum told t = TOLD_SOMETHING;
	size_t n = json_array_size(items);
	if (n == 0) {
		log_line(LOG_PRIO_ERR, "courier.chain", "peer", p->oin, "code",
		    err_name(GW_EFORMAT), NULL);
		return TOLD_NOTHING;
	}
	for (size_t at = 0; t == TOLD_SOMETHING && at < n;)
		t = hand_part(l, p, e, items, &at);
	return t;
}

static enum told read_case(struct courier_line *l, struct client *client,
    const struct courier_peer *p, const struct event *e)
{
	char path[160];
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	(void)snprintf(path, sizeof path, "/v1/cases/%s/%s/statements", e->sender, e->case_id);
	if (client_get(client, path, &a, NULL) < 0)
		return TOLD_DOWN;
	if (a.status == 404 || a.status == 403) /* it is about nobody here */
		return TOLD_NOTHING;
	return a.status == 200 ? hand_over(l, p, e, json_object_get(a.body, "items")) : TOLD_DOWN;
}

static bool mirrored(struct courier_line *l, const struct courier_peer *p, uint64_t event)
{
	struct link_answer a = {.fd = -1};
	const struct link_call call = {
	    .op = API_MIRRORED, .params = {p->oin}, .params_n = 1, .number = event};
	if (!courier_ask(l, &call, &a))
		return false;
	file_close_p(&a.fd);
	return a.status == 204;
}

/* One page of events after another; p->after follows. */
static enum told read_page(
    struct courier_line *l, struct client *client, struct courier_peer *p, const json_t *items)
{
	enum told t = TOLD_NOTHING;
	uint64_t upto = p->after;
	for (size_t i = 0; i < json_array_size(items) && t != TOLD_LATER && t != TOLD_DOWN; i++) {
		struct event e;
		if (!read_event(json_array_get(items, i), upto, &e)) {
			t = TOLD_DOWN;
			break;
		}
		t = read_before(items, i, &e) ? TOLD_SOMETHING : read_case(l, client, p, &e);
		if (t == TOLD_LATER || t == TOLD_DOWN)
			break;
		upto = e.n;
		atomic_fetch_add(&l->courier->events, 1);
		t = TOLD_SOMETHING;
	}
	if (upto > p->after && !mirrored(l, p, upto))
		return TOLD_LATER;
	p->after = upto;
	return t;
}

static enum told read_peer(struct courier_line *l, struct courier_peer *p, struct errinfo *ei)
{
	char path[100];
	struct client *client = NULL;
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	(void)snprintf(
	    path, sizeof path, "/v1/events?after=%" PRIu64 "&limit=%d", p->after, EVENTS);
	int r = courier_client(l, p->url, p->oin, &client, ei);
	if (r == 0)
		r = client_get(client, path, &a, ei);
	if (r < 0)
		return TOLD_DOWN;
	const json_t *items = json_object_get(a.body, "items");
	if (a.status != 200 || !json_is_array(items)) {
		(void)snprintf(ei->msg, sizeof ei->msg, "status %d", a.status);
		return TOLD_DOWN;
	}
	return read_page(l, client, p, items);
}

/* When to ask again, and what the log hears: only that it is no longer, or again, as it was. */
static void put_back(
    struct courier *c, const struct courier_peer *p, enum told t, const struct errinfo *ei)
{
	int64_t least = (int64_t)c->env.least_s * 1000;
	int64_t most = (int64_t)c->env.most_s * 1000 * (p->seldom ? SELDOM : 1);
	bool down = t == TOLD_DOWN;
	if (down != p->down && !courier_stopped(c))
		log_line(down ? LOG_PRIO_WARNING : LOG_PRIO_INFO,
		    down ? "courier.unreachable" : "courier.reachable", "peer", p->oin,
		    down && ei->msg[0] ? "why" : NULL, ei->msg, NULL);
	(void)pthread_mutex_lock(&c->lock);
	struct courier_peer *here = find(c, p->oin);
	if (here) {
		here->busy = false;
		here->down = down;
		here->after = p->after;
		here->interval = t == TOLD_SOMETHING || here->expected ? least
		    : p->interval * 2 < most                           ? p->interval * 2
								       : most;
		here->next = clock_mono() + here->interval;
	}
	(void)pthread_mutex_unlock(&c->lock);
}

void courier_read(struct courier_line *l)
{
	struct courier *c = l->courier;
	while (!courier_stopped(c)) {
		struct courier_peer p = {.busy = false};
		struct errinfo ei = ERRINFO_INIT;
		int64_t wait = 0;
		(void)pthread_mutex_lock(&c->choosing);
		list_peers(l);
		bool due = !courier_stopped(c) && choose(c, &p, &wait);
		if (!due)
			courier_sleep(c, wait);
		(void)pthread_mutex_unlock(&c->choosing);
		if (!due)
			continue;
		enum told t = read_peer(l, &p, &ei);
		put_back(c, &p, t, &ei);
	}
}
