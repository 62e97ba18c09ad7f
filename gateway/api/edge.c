/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/edge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/edge_inside.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "sign/cert.h"

enum { NOTE_EVERY_MS = 60000 };

struct edge *edge_new(const struct edge_env *env)
{
	struct edge *e = str_alloc(sizeof *e);
	e->env = *env;
	e->links = str_alloc(env->links_n * sizeof *e->links);
	memcpy(e->links, env->links, env->links_n * sizeof *e->links);
	e->links_n = e->free_n = env->links_n;
	(void)pthread_mutex_init(&e->lock, NULL);
	(void)pthread_cond_init(&e->freed, NULL);
	return e;
}

void edge_free(struct edge *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->links_n; i++)
		(void)close(e->links[i]);
	(void)pthread_mutex_destroy(&e->lock);
	(void)pthread_cond_destroy(&e->freed);
	free(e->links);
	free(e);
}

void edge_watch(struct edge *e, struct http_server *server, struct courier *courier)
{
	e->watched = server;
	e->courier = courier;
}

int edge_identify(void *arg, X509 *cert, struct http_peer *ret_peer)
{
	struct cert_facts f;
	(void)arg;
	if (cert_facts(cert, &f, NULL) < 0 || !str_oin(f.oin))
		return GW_EAUTH;
	_Static_assert(sizeof ret_peer->id >= sizeof f.oin, "an OIN fits");
	memcpy(ret_peer->id, f.oin, sizeof f.oin);
	return str_unhex(f.spki + strlen("sha256:"), ret_peer->digest, sizeof ret_peer->digest) < 0
	    ? GW_EAUTH
	    : 0;
}

/* One line a minute for each kind of event, for a stranger chooses how often they happen. */
void edge_note(void *arg, const char *event, const char *detail)
{
	struct edge *e = arg;
	int64_t now = clock_mono();
	unsigned long more = 0;
	bool say = false;
	(void)pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < EDGE_NOTES; i++) {
		if (e->notes[i].event && !str_eq(e->notes[i].event, event))
			continue;
		say = !e->notes[i].event || now - e->notes[i].since >= NOTE_EVERY_MS;
		more = say ? e->notes[i].more : 0;
		e->notes[i].event = event;
		e->notes[i].since = say ? now : e->notes[i].since;
		e->notes[i].more = say ? 0 : e->notes[i].more + 1;
		break;
	}
	(void)pthread_mutex_unlock(&e->lock);
	if (!say)
		return;
	char count[24];
	(void)snprintf(count, sizeof count, "%lu", more);
	log_line(LOG_PRIO_WARNING, event, "why", detail ? detail : "", "more", count, NULL);
}

static void refuse_method(struct exchange *x)
{
	struct buf allow GW_CLEANUP(buf_release) = BUF_INIT(100);
	if (api_allow(x->head->path, &allow) == 0 && allow.data)
		exchange_field(x, "Allow", allow.data);
	exchange_refuse(x, 405, err_name(GW_EUSAGE), "the path does not have that method", NULL);
}

static bool is_tus(const struct api_route *r)
{
	return r->op == API_UPLOAD_CREATE || r->op == API_UPLOAD_STATE ||
	    r->op == API_UPLOAD_BEGIN || r->op == API_UPLOAD_DROP;
}

/* What can be said of the request before its parts are read. False: it was refused. */
static bool fits_route(struct exchange *x)
{
	const struct api_route *r = x->route;
	bool body = x->head->framing != HTTP_NO_BODY;
	if (!api_accepts(r, http_field(x->head, "accept")))
		exchange_refuse(x, 406, err_name(GW_EUSAGE),
		    "the answer has no media type that Accept lets through", NULL);
	else if (is_tus(r) && !http_is(http_field(x->head, "tus-resumable"), "1.0.0")) {
		exchange_field(x, "Tus-Version", "1.0.0");
		exchange_refuse(
		    x, 412, err_name(GW_EUSAGE), "Tus-Resumable: 1.0.0 is expected", NULL);
	} else if (r->body == API_NO_BODY && body)
		exchange_refuse(x, 400, err_name(GW_EUSAGE), "no body is expected here", NULL);
	else if (r->body != API_NO_BODY && !api_takes(r, http_field(x->head, "content-type"))) {
		if (r->body == API_UPLOAD || r->body == API_DOSSIER || body)
			exchange_refuse(x, 415, err_name(GW_EUSAGE),
			    "the body has no media type that this path takes", NULL);
		else
			exchange_refuse(
			    x, 400, err_name(GW_EFORMAT), "a body is expected here", NULL);
	} else
		return true;
	return false;
}

/* Read a body that goes along with the call. False: it was refused. */
static bool read_body(struct exchange *x)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = http_body_all(x->q, &x->body, &ei);
	if (r == GW_ELIMIT && http_body_got(x->q) <= x->body.max && x->head->length <= x->body.max)
		return false; /* too slow: http/ says so */
	if (r == GW_ELIMIT)
		exchange_refuse(x, 413, err_name(r), "a body has at most 1 MiB here", NULL);
	else if (r == GW_EFORMAT)
		exchange_refuse(
		    x, 400, err_name(r), "the body is cut short or wrongly framed", NULL);
	x->call.body = x->body.data ? x->body.data : "";
	x->call.body_n = x->body.len;
	return r == 0;
}

/* OPTIONS of tus: what we speak (tus 1.0.0, "OPTIONS"). */
static void tell_tus(struct exchange *x)
{
	x->call.op = API_WHO;
	if (!exchange_ask(x))
		return;
	if (x->answer.status == 204) {
		exchange_field(x, "Tus-Version", "1.0.0");
		exchange_field(x, "Tus-Extension", "creation,expiration,checksum,termination");
		exchange_field(x, "Tus-Checksum-Algorithm", "sha256,sha1");
	}
	exchange_deliver(x);
}

static void serve(struct exchange *x)
{
	int status = 404;
	if (exchange_security(x))
		return;
	x->route = api_match(
	    x->head->method, x->head->path, &x->parts, x->call.params, &x->call.params_n, &status);
	if (!x->route && status == 405) {
		refuse_method(x);
		return;
	}
	if (!x->route) {
		exchange_refuse(x, 404, err_name(GW_ENOENT), "there is nothing at this path", NULL);
		return;
	}
	if (!fits_route(x) || exchange_read(x) != 0)
		return;
	switch (x->route->body) {
	case API_DOSSIER:
		exchange_dossier(x);
		return;
	case API_UPLOAD:
		exchange_upload(x);
		return;
	case API_JSON:
	case API_TEXT:
		if (!read_body(x))
			return;
		break;
	case API_NO_BODY:
		break;
	}
	if (x->route->op == API_UPLOAD_OPTIONS)
		tell_tus(x);
	else if (exchange_ask(x))
		exchange_deliver(x);
}

void edge_handle(void *arg, struct http_request *q)
{
	struct exchange x;
	exchange_begin(&x, arg, q);
	serve(&x);
	exchange_end(&x);
}
