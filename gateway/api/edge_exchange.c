/* SPDX-License-Identifier: EUPL-1.2 */
/* edge_exchange: the call that a request becomes, and the answer that it gets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "api/edge_inside.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"

enum { DOCUMENT_MAX = 64 << 10 };

/* ---- links ---- */

static int take_link(struct edge *e)
{
	(void)pthread_mutex_lock(&e->lock);
	while (e->free_n == 0)
		(void)pthread_cond_wait(&e->freed, &e->lock);
	int fd = e->links[--e->free_n];
	(void)pthread_mutex_unlock(&e->lock);
	return fd;
}

static void give_link(struct edge *e, int fd)
{
	(void)pthread_mutex_lock(&e->lock);
	e->links[e->free_n++] = fd;
	(void)pthread_cond_signal(&e->freed);
	(void)pthread_mutex_unlock(&e->lock);
}

/* ---- the request ---- */

static bool lower_hex(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= '0' && p[i] <= '9') && !(p[i] >= 'a' && p[i] <= 'f'))
			return false;
	return true;
}

static bool zeros(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != '0')
			return false;
	return true;
}

/*
 * The trace of the request, or a new one where it brings none that is good (W3C Trace Context
 * §3.2); the answer names it with a span of its own.
 */
static void read_trace(struct exchange *x)
{
	struct http_text t = http_field(x->head, "traceparent");
	unsigned char bytes[24];
	randombytes_buf(bytes, sizeof bytes);
	str_hex(bytes, 16, x->call.trace);
	if (http_field_count(x->head, "traceparent") == 1 &&
	    (t.n == 55 || (t.n > 55 && t.p[55] == '-')) && lower_hex(t.p, 2) &&
	    memcmp(t.p, "ff", 2) != 0 && (memcmp(t.p, "00", 2) != 0 || t.n == 55) &&
	    t.p[2] == '-' && lower_hex(t.p + 3, 32) && !zeros(t.p + 3, 32) && t.p[35] == '-' &&
	    lower_hex(t.p + 36, 16) && !zeros(t.p + 36, 16) && t.p[52] == '-' &&
	    lower_hex(t.p + 53, 2))
		memcpy(x->call.trace, t.p + 3, 32);
	char span[17];
	str_hex(bytes + 16, 8, span);
	(void)snprintf(x->trace, sizeof x->trace, "00-%s-%s-01", x->call.trace, span);
}

void exchange_begin(struct exchange *x, struct edge *e, struct http_request *q)
{
	*x = (struct exchange){.edge = e,
	    .q = q,
	    .head = http_request_head(q),
	    .link = take_link(e),
	    .answer = {.fd = -1},
	    .parts = BUF_INIT(HTTP_TARGET_MAX + LINK_PARAMS),
	    .values = BUF_INIT(HTTP_TARGET_MAX + HTTP_HEAD_MAX + LINK_FIELDS + LINK_QUERY),
	    .body = BUF_INIT(LINK_BODY_MAX),
	    .frame = BUF_INIT(LINK_FRAME_MAX)};
	const struct http_peer *peer = http_request_peer(q);
	if (str_oin(peer->id)) {
		char hex[65];
		str_hex(peer->digest, sizeof peer->digest, hex);
		memcpy(x->call.peer, peer->id, sizeof x->call.peer);
		(void)snprintf(x->call.spki, sizeof x->call.spki, "sha256:%s", hex);
	}
	read_trace(x);
}

void exchange_end(struct exchange *x)
{
	file_close_p(&x->answer.fd);
	buf_release(&x->parts);
	buf_release(&x->values);
	buf_release(&x->body);
	buf_release(&x->frame);
	give_link(x->edge, x->link);
}

static void add_error(json_t **errors, const char *in, struct http_text name, const char *detail)
{
	json_t *o = json_object();
	char *s GW_CLEANUP(str_free_p) = str_dupn(name.p, name.n);
	if (!*errors)
		*errors = json_array();
	jx_set(o, "in", json_string(in));
	jx_set(o, "name", jx_text(s));
	jx_set(o, "detail", json_string(detail));
	jx_add(*errors, o);
}

/* Where a text that is appended to values now will begin. Their room was made at once, so that none
 * of them moves. */
static const char *next_value(struct exchange *x)
{
	return x->values.data + x->values.len;
}

static int read_query(struct exchange *x, json_t **errors)
{
	const char *const *names = x->route->query;
	size_t n = 0;
	struct http_text bad;
	while (n < API_WORDS && names[n])
		n++;
	if (!http_query_only(x->head, names, n, &bad)) {
		add_error(errors, "query", bad, "there is no such parameter here");
		return GW_EUSAGE;
	}
	int failed = 0;
	for (size_t i = 0; i < n; i++) {
		const char *value = next_value(x);
		int r = http_query(x->head, names[i], &x->values);
		if (r == 0)
			continue;
		if (r < 0 || buf_add(&x->values, "", 1) < 0) {
			add_error(errors, "query", (struct http_text){names[i], strlen(names[i])},
			    "it stands there twice, or is no text in UTF-8");
			failed = GW_EUSAGE;
		}
		x->call.query[x->call.query_n++] = (struct link_pair){names[i], value};
	}
	return failed;
}

static int read_fields(struct exchange *x, json_t **errors)
{
	int failed = 0;
	for (size_t i = 0; i < API_WORDS && x->route->fields[i]; i++) {
		const char *name = x->route->fields[i], *value = next_value(x);
		struct http_text t = http_field(x->head, name);
		if (!t.p)
			continue;
		if (http_field_count(x->head, name) > 1 || buf_add(&x->values, t.p, t.n) < 0 ||
		    buf_add(&x->values, "", 1) < 0) {
			add_error(errors, "field", (struct http_text){name, strlen(name)},
			    "it stands there twice");
			failed = GW_EUSAGE;
			continue;
		}
		x->call.fields[x->call.fields_n++] = (struct link_pair){name, value};
	}
	return failed;
}

/* The number that the op needs from a field; *errors when it is not one. */
static int read_number(struct exchange *x, const char *name, json_t **errors)
{
	struct http_text t = http_field(x->head, name);
	char *s GW_CLEANUP(str_free_p) = t.p ? str_dupn(t.p, t.n) : NULL;
	if (s && http_field_count(x->head, name) == 1 &&
	    str_u64(s, INT64_MAX, &x->call.number) == 0)
		return 0;
	add_error(errors, "field", (struct http_text){name, strlen(name)},
	    "a number of bytes is expected there, once");
	return GW_EUSAGE;
}

int exchange_read(struct exchange *x)
{
	json_t *errors = NULL;
	x->call.op = x->route->op;
	int a = 0, b = 0, c = 0;
	if (!buf_room(&x->values, x->values.max)) {
		exchange_refuse(x, 500, err_name(GW_ENOMEM), NULL, NULL);
		return 500;
	}
	a = read_query(x, &errors);
	b = read_fields(x, &errors);
	if (x->route->op == API_UPLOAD_CREATE)
		c = read_number(x, "Upload-Length", &errors);
	if (x->route->op == API_UPLOAD_BEGIN)
		c = read_number(x, "Upload-Offset", &errors);
	if (a == 0 && b == 0 && c == 0)
		return 0;
	exchange_refuse(x, 400, err_name(GW_EUSAGE), "parameters or fields are wrong", errors);
	return 400;
}

/* ---- the core ---- */

bool exchange_ask(struct exchange *x)
{
	struct errinfo ei = ERRINFO_INIT;
	file_close_p(&x->answer.fd);
	int r = link_send_call(x->link, &x->call, &ei);
	if (r == 0)
		r = link_receive_answer(x->link, &x->frame, &x->answer, &ei);
	if (r == 0)
		return true;
	x->answer = (struct link_answer){.fd = -1};
	log_line(LOG_PRIO_ERR, "core.lost", "code", err_name(r), NULL);
	struct http_answer a = {.status = 503};
	(void)!http_answer(x->q, &a, "", 0);
	if (x->edge->env.lost)
		x->edge->env.lost(x->edge->env.arg);
	return false;
}

/* ---- the answer ---- */

void exchange_field(struct exchange *x, const char *name, const char *value)
{
	if (x->fields_n < EDGE_FIELDS)
		x->fields[x->fields_n++] = (struct http_header){name, value};
}

static bool is_upload(const struct api_route *r)
{
	return r &&
	    (r->op == API_UPLOAD_OPTIONS || r->op == API_UPLOAD_CREATE ||
		r->op == API_UPLOAD_STATE || r->op == API_UPLOAD_BEGIN || r->op == API_UPLOAD_DROP);
}

/* What every answer has besides what http/ gives. */
static void own_fields(struct exchange *x)
{
	exchange_field(x, "API-Version", API_VERSION);
	exchange_field(x, "traceparent", x->trace);
	if (is_upload(x->route))
		exchange_field(x, "Tus-Resumable", "1.0.0");
	if (x->route && x->route->op == API_OPENAPI)
		exchange_field(x, "Access-Control-Allow-Origin", "*");
}

void exchange_deliver(struct exchange *x)
{
	const struct link_answer *a = &x->answer;
	for (size_t i = 0; i < a->fields_n; i++)
		exchange_field(x, a->fields[i].name, a->fields[i].value);
	own_fields(x);
	if (a->fd >= 0) {
		exchange_file(x);
		return;
	}
	struct http_answer h = {a->status, a->type, x->fields, x->fields_n};
	(void)!http_answer(x->q, &h, a->body, a->body_n);
}

/* Ask the core whether the client may be here at all; false when it was told otherwise. */
static bool known(struct exchange *x)
{
	x->call.op = API_WHO;
	x->call.params_n = x->call.query_n = x->call.fields_n = x->call.body_n = 0;
	if (!exchange_ask(x))
		return false;
	if (x->answer.status == 204)
		return true;
	exchange_deliver(x);
	return false;
}

void exchange_refuse(
    struct exchange *x, int status, const char *code, const char *detail, json_t *errors)
{
	json_t *list GW_CLEANUP(jx_release) = errors;
	json_t *more GW_CLEANUP(jx_release) = NULL;
	struct buf doc GW_CLEANUP(buf_release) = BUF_INIT(DOCUMENT_MAX);
	char instance[PROBLEM_INSTANCE], number[16];
	if (http_answered(x->q) || !known(x))
		return;
	problem_instance(instance);
	if (list) {
		more = json_object();
		jx_set(more, PROBLEM_ERRORS, json_incref(list));
	}
	struct problem p = {status, code, detail, more, instance};
	if (problem_write(&p, &doc) < 0)
		return;
	(void)snprintf(number, sizeof number, "%d", status);
	log_line(LOG_PRIO_INFO, "request.refused", "status", number, "code", code, "route",
	    x->route ? x->route->path : "", "peer", x->call.peer, "instance", instance, "trace",
	    x->call.trace, NULL);
	own_fields(x);
	struct http_answer h = {status, PROBLEM_TYPE, x->fields, x->fields_n};
	(void)!http_answer(x->q, &h, doc.data, doc.len);
}
