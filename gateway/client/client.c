/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "client/inside.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started = CURLE_FAILED_INIT;

static void start(void)
{
	started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* "https://host[:port]" and no more: paths are ours to add. */
static bool good_url(const char *url)
{
	const char *host = url + strlen("https://");
	return str_starts(url, "https://") && *host && strlen(url) < 256 &&
	    strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]") ==
	    strlen(host);
}

int client_new(const struct client_server *s, struct client **ret, struct errinfo *ei)
{
	if (!good_url(s->url))
		return err_set(ei, GW_EFORMAT,
		    "'%.100s' is no address of a gateway: https://host:port", s->url);
	(void)pthread_once(&once, start);
	struct client *c = str_alloc(sizeof *c);
	c->server = *s;
	c->curl = started == CURLE_OK ? curl_easy_init() : NULL;
	int r = c->curl ? server_check_new(&c->server, &c->check, ei)
			: err_set(ei, GW_EFAIL, "libcurl does not start");
	if (r < 0)
		client_free(c);
	else
		*ret = c;
	return r;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	curl_easy_cleanup(c->curl);
	server_check_free(c->check);
	free(c);
}

void client_free_p(struct client **c)
{
	client_free(*c);
	*c = NULL;
}

void client_answer_release(struct client_answer *a)
{
	json_decref(a->body);
	*a = (struct client_answer){0};
}

/* Text of the other side, made fit for a terminal: printable ASCII. */
static void tame(char *out, size_t cap, const char *s)
{
	size_t n = 0;
	for (; s && *s && n + 1 < cap; s++)
		out[n++] = *s >= ' ' && *s <= '~' ? *s : '?';
	out[n] = '\0';
}

void exchange_answer(const struct exchange *x, const struct buf *body, struct client_answer *ret)
{
	*ret = (struct client_answer){.status = x->status};
	if (!body->len || !strstr(x->type, "json") ||
	    jx_parse("answer", body->data, body->len,
		&(const struct jx_limits){CLIENT_ANSWER_MAX, 16, 200000}, &ret->body, NULL) < 0)
		return;
	if (strncasecmp(x->type, "application/problem+json", 24) != 0)
		return;
	const char *why = jx_str(ret->body, "detail");
	tame(ret->code, sizeof ret->code, jx_str(ret->body, "code"));
	tame(ret->detail, sizeof ret->detail, why ? why : jx_str(ret->body, "title"));
}

static int call(struct client *c, const char *method, const char *path, const json_t *body,
    struct client_answer *ret, struct errinfo *ei)
{
	static const char *const fields[] = {"Accept: application/json, application/problem+json",
	    "Content-Type: application/json", NULL};
	static const char *const get[] = {
	    "Accept: application/json, application/problem+json", NULL};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(CLIENT_ANSWER_MAX);
	if (body && jx_dump(body, &out) < 0)
		return err_set(ei, GW_ELIMIT, "the request is too large");
	struct exchange x = {.method = method,
	    .path = path,
	    .fields = body ? fields : get,
	    .body = out.data,
	    .body_n = out.len,
	    .into = &in};
	int r = exchange(c, &x, ei);
	if (r == 0)
		exchange_answer(&x, &in, ret);
	return r;
}

int client_get(struct client *c, const char *path, struct client_answer *ret, struct errinfo *ei)
{
	return call(c, "GET", path, NULL, ret, ei);
}

int client_post(struct client *c, const char *path, const json_t *body, struct client_answer *ret,
    struct errinfo *ei)
{
	return call(c, "POST", path, body, ret, ei);
}

/* The code with that name; 0 when there is none. */
static int named(const char *name)
{
	static const int codes[] = {GW_EEXIST, GW_ENOENT, GW_EUSAGE, GW_EFORMAT, GW_ELIMIT,
	    GW_EREFUSED, GW_ECONFLICT, GW_EAUTH, GW_ELEDGER};
	for (size_t i = 0; i < GW_LENGTH(codes); i++)
		if (str_eq(err_name(codes[i]), name))
			return codes[i];
	return 0;
}

static int by_status(int status)
{
	switch (status) {
	case 400:
	case 415:
	case 422:
		return GW_EFORMAT;
	case 401:
	case 460:
		return GW_EAUTH;
	case 403:
		return GW_EREFUSED;
	case 404:
	case 410:
		return GW_ENOENT;
	case 409:
		return GW_ECONFLICT;
	case 413:
		return GW_ELIMIT;
	default:
		return GW_ENET;
	}
}

int client_code(const struct client_answer *a, struct errinfo *ei)
{
	if (a->status / 100 == 2)
		return 0;
	bool theirs = a->status / 100 == 5 || a->status == 429 || a->status / 100 == 3;
	int code = theirs ? GW_ENET : named(a->code);
	if (code == 0)
		code = by_status(a->status);
	if (a->detail[0])
		return err_set(ei, code, "the gateway answers: %s", a->detail);
	return err_set(ei, code, "the gateway answers with status %d%s", a->status,
	    a->status / 100 == 3 ? ", a redirect, which is not followed" : "");
}

int client_text(
    struct client *c, const char *path, struct buf *out, int *ret_status, struct errinfo *ei)
{
	struct exchange x = {.method = "GET", .path = path, .into = out};
	int r = exchange(c, &x, ei);
	if (r == 0)
		*ret_status = x.status;
	return r;
}

int client_post_text(struct client *c, const char *path, const void *body, size_t n,
    struct buf *out, int *ret_status, char ret_type[64], struct errinfo *ei)
{
	static const char *const fields[] = {"Content-Type: text/plain", NULL};
	struct exchange x = {.method = "POST",
	    .path = path,
	    .fields = fields,
	    .body = body,
	    .body_n = n,
	    .into = out};
	int r = exchange(c, &x, ei);
	if (r < 0)
		return r;
	*ret_status = x.status;
	(void)snprintf(ret_type, 64, "%.63s", x.type);
	return 0;
}
