/* SPDX-License-Identifier: EUPL-1.2 */
/* edge_local: the local listener: does it live, is it ready, what does it count. */
#include <inttypes.h>
#include <string.h>

#include "api/edge_inside.h"
#include "api/security_txt.h"
#include "base/clock.h"

enum { FIGURES_MAX = 1 << 20 };

static int counter(struct buf *b, const char *what, const char *name, const char *kind,
    const char *help, uint64_t v)
{
	return buf_addf(b,
	    "# HELP handover_%s%s %s\n# TYPE handover_%s%s %s\nhandover_%s%s %" PRIu64 "\n", what,
	    name, help, what, name, kind, what, name, v);
}

static int counts(const struct edge *e, struct buf *b)
{
	struct http_counts c = {0};
	if (e->watched)
		http_server_counts(e->watched, &c);
	const struct {
		const char *name, *kind, *help;
		uint64_t v;
	} rows[] = {
	    {"connections_total", "counter", "Connections accepted.", c.accepted},
	    {"handshakes_total", "counter", "Handshakes done.", c.handshakes},
	    {"handshake_failures_total", "counter", "Handshakes refused.", c.handshake_failures},
	    {"over_limit_total", "counter", "Connections and requests above a limit.",
		c.over_limit},
	    {"requests_total", "counter", "Requests.", c.requests},
	    {"bad_heads_total", "counter", "Requests that could not be read.", c.bad_heads},
	    {"slow_total", "counter", "Connections given up for slowness.", c.slow},
	    {"connections", "gauge", "Connections open now.", c.open},
	    {"workers_busy", "gauge", "Requests being answered now.", c.busy},
	    {"requests_waiting", "gauge", "Requests that wait for a worker now.", c.waiting},
	};
	int r = 0;
	for (size_t i = 0; r == 0 && i < GW_LENGTH(rows); i++)
		r = counter(b, "http_", rows[i].name, rows[i].kind, rows[i].help, rows[i].v);
	return r;
}

static int carried(const struct edge *e, struct buf *b)
{
	struct courier_counts c = {0};
	if (!e->courier)
		return 0;
	courier_counts(e->courier, &c);
	const struct {
		const char *name, *kind, *help;
		uint64_t v;
	} rows[] = {
	    {"delivered_total", "counter", "Deliveries that another gateway took.", c.delivered},
	    {"refused_total", "counter", "Deliveries that another gateway refused.", c.refused},
	    {"failed_total", "counter", "Tries that failed.", c.failed},
	    {"events_total", "counter", "Events read at other gateways.", c.events},
	    {"peers", "gauge", "Gateways with open cases of ours.", c.peers},
	    {"peers_unreachable", "gauge", "Of these, those that do not answer now.",
		c.peers_unreachable},
	};
	int r = 0;
	for (size_t i = 0; r == 0 && i < GW_LENGTH(rows); i++)
		r = counter(b, "courier_", rows[i].name, rows[i].kind, rows[i].help, rows[i].v);
	return r;
}

static void text(struct exchange *x, const char *type, const void *p, size_t n)
{
	struct http_answer h = {200, type, NULL, 0};
	(void)!http_answer(x->q, &h, p, n);
}

bool exchange_security(struct exchange *x)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
	if (!http_is(x->head->path, SECURITY_TXT_PATH))
		return false;
	int r = security_txt(x->edge->env.security, clock_now(), &b);
	bool get = x->head->method == HTTP_METHOD_GET || x->head->method == HTTP_METHOD_HEAD;
	struct http_answer none = {r < 0 ? 404 : 405, NULL, NULL, 0};
	if (r < 0 || !get)
		(void)!http_answer(x->q, &none, "", 0);
	else
		text(x, SECURITY_TXT_TYPE, b.data, b.len);
	return true;
}

/* The core's own word for it, without what only the interface has. */
static void relay(struct exchange *x)
{
	struct http_answer h = {x->answer.status, x->answer.type, NULL, 0};
	(void)!http_answer(x->q, &h, x->answer.body, x->answer.body_n);
}

static void ready(struct exchange *x)
{
	x->call.op = API_READY;
	if (!exchange_ask(x))
		return;
	if (x->answer.status < 300)
		text(x, "text/plain", "ready\n", 6);
	else
		relay(x);
}

static void figures(struct exchange *x)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(FIGURES_MAX);
	x->call.op = API_FIGURES;
	if (!exchange_ask(x))
		return;
	if (x->answer.status >= 300)
		relay(x);
	else if (counts(x->edge, &all) == 0 && carried(x->edge, &all) == 0 &&
	    buf_add(&all, x->answer.body, x->answer.body_n) == 0)
		text(x, "text/plain; version=0.0.4; charset=utf-8", all.data, all.len);
}

void edge_local(void *arg, struct http_request *q)
{
	struct exchange x;
	const struct http_head *h = http_request_head(q);
	struct http_answer none = {404, NULL, NULL, 0};
	exchange_begin(&x, arg, q);
	if (exchange_security(&x)) {
		exchange_end(&x);
		return;
	}
	if (h->method != HTTP_METHOD_GET && h->method != HTTP_METHOD_HEAD)
		none.status = 405;
	if (none.status == 405)
		(void)!http_answer(q, &none, "", 0);
	else if (http_is(h->path, "/healthz"))
		text(&x, "text/plain", "alive\n", 6);
	else if (http_is(h->path, "/readyz"))
		ready(&x);
	else if (http_is(h->path, "/metrics"))
		figures(&x);
	else
		(void)!http_answer(q, &none, "", 0);
	exchange_end(&x);
}
