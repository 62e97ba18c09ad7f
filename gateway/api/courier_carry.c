/* SPDX-License-Identifier: EUPL-1.2 */
/* courier_carry: statements and packages to the gateways where their cases live. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/courier_inside.h"
#include "api/routes.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

enum { PAUSE_MS = 1000, WAIT_MOST_MS = 1000 };

/* A job, as the core gave it out. */
struct parcel {
	char id[24], url[COURIER_URL], oin[OIN_TEXT], path[160], package[ID_TEXT];
	json_t *body;
	int fd; /* of the package, or -1 */
	uint64_t bytes;
};

/* What became of it, in the words of API_JOB_DONE. */
static const char DONE[] = "done", AGAIN[] = "again", REFUSED[] = "refused";

struct outcome {
	const char *word; /* NULL: it was given up, for the process stops */
	char problem[65]; /* why not */
	char aside[300];  /* what the log has besides; no text of the other side */
};

static void parcel_release(struct parcel *p)
{
	json_decref(p->body);
	file_close_p(&p->fd);
	*p = (struct parcel){.fd = -1};
}

static bool take(const struct link_answer *a, const char *field, char *out, size_t cap)
{
	const char *v = link_field(a->fields, a->fields_n, field);
	return snprintf(out, cap, "%s", v) < (int)cap;
}

static bool read_parcel(struct link_answer *a, struct parcel *p)
{
	p->fd = a->fd;
	p->bytes = a->number;
	a->fd = -1;
	return take(a, "Job", p->id, sizeof p->id) && take(a, "Gateway", p->url, sizeof p->url) &&
	    take(a, "Gateway-Oin", p->oin, sizeof p->oin) &&
	    take(a, "Path", p->path, sizeof p->path) &&
	    take(a, "Package", p->package, sizeof p->package) && *p->id && *p->path &&
	    (p->fd >= 0) == (*p->package != '\0') &&
	    jx_parse("job", a->body, a->body_n, &(const struct jx_limits){LINK_BODY_MAX, 4, 16},
		&p->body, NULL) == 0;
}

/* The next job, and true; else *ret_wait is how long there will be none. */
static bool next(struct courier_line *l, struct parcel *ret, int64_t *ret_wait)
{
	struct link_answer a = {.fd = -1};
	uint64_t wait = 0;
	*ret_wait = PAUSE_MS;
	if (!courier_ask(l, &(struct link_call){.op = API_JOB_NEXT}, &a))
		return false;
	bool got = a.status == 200 && read_parcel(&a, ret);
	if (a.status == 204 &&
	    str_u64(link_field(a.fields, a.fields_n, "Wait"), WAIT_MOST_MS, &wait) == 0)
		*ret_wait = (int64_t)wait;
	file_close_p(&a.fd);
	if (!got)
		parcel_release(ret);
	return got;
}

static void say(struct outcome *o, const char *word, const char *problem)
{
	o->word = word;
	(void)snprintf(o->problem, sizeof o->problem, "%s", problem);
}

/* A call that brought no answer of a gateway. */
static void no_answer(
    const struct courier_line *l, struct outcome *o, int code, const struct errinfo *ei)
{
	if (code == GW_EFAIL && courier_stopped(l->courier))
		return;
	say(o, AGAIN,
	    code == GW_ENET        ? "unreachable"
		: code == GW_EAUTH ? "server-not-known"
				   : err_name(code));
	(void)snprintf(o->aside, sizeof o->aside, "%.299s", ei->msg);
}

/*
 * 403 "not-authentic" is said of a statement that nobody signed as it should be, and to a client
 * whose key is not pinned there (yet): the latter judged nothing, and is tried again.
 */
static bool known_there(struct client *c)
{
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	return client_get(c, "/v1/events?limit=1&after=9007199254740991", &a, NULL) == 0 &&
	    a.status == 200;
}

/* Their word, where it is one. */
static bool is_code(const char *s)
{
	return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static void judge(struct client *c, const struct client_answer *a, struct outcome *o)
{
	char status[24];
	(void)snprintf(status, sizeof status, "status-%d", a->status);
	const char *problem = is_code(a->code) ? a->code : status;
	bool final = a->status / 100 == 4 && a->status != 401 && a->status != 408 &&
	    a->status != 425 && a->status != 429;
	if (a->status / 100 == 2)
		say(o, DONE, "");
	else if (a->status == 403 && str_eq(a->code, err_name(GW_EAUTH)) && !known_there(c))
		say(o, AGAIN, "not-known-there");
	else
		say(o, final ? REFUSED : AGAIN, problem);
}

/* True when the package is there already: the answer to an upload may have been lost. */
static bool is_there(struct client *c, const char *package)
{
	char path[80];
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	(void)snprintf(path, sizeof path, "/v1/packages/%s", package);
	return client_get(c, path, &a, NULL) == 0 && a.status == 200 &&
	    str_eq(jx_str(a.body, "state"), "deposited");
}

static void bring_file(
    struct courier_line *l, struct client *c, const struct parcel *p, struct outcome *o)
{
	struct errinfo ei = ERRINFO_INIT;
	char problem[24];
	int r = client_upload(c, p->package, p->fd, p->bytes, NULL, NULL, &ei);
	int status = client_upload_status(c);
	(void)snprintf(problem, sizeof problem, "status-%d", status);
	if (r == 0 || (r == GW_ECONFLICT && is_there(c, p->package)))
		say(o, DONE, "");
	else if (r == GW_ECONFLICT || r == GW_EREFUSED || (r == GW_EAUTH && status) ||
	    r == GW_EFORMAT)
		say(o, REFUSED, err_name(r)); /* and not that we do not know who answers */
	else if (r == GW_ENET && status && status / 100 != 2)
		say(o, AGAIN, problem);
	else
		no_answer(l, o, r, &ei);
	o->aside[0] = '\0'; /* it may be their words */
}

static void deliver(struct courier_line *l, const struct parcel *p, struct outcome *o)
{
	struct errinfo ei = ERRINFO_INIT;
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	struct client *c = NULL;
	int r = courier_client(l, p->url, p->oin, &c, &ei);
	if (r == 0)
		r = client_post(c, p->path, p->body, &a, &ei);
	if (r < 0) {
		no_answer(l, o, r, &ei);
		return;
	}
	judge(c, &a, o);
	if (o->word == DONE && p->fd >= 0 && !str_eq(jx_str(a.body, "state"), "deposited"))
		bring_file(l, c, p, o);
}

static void tell_log(const struct parcel *p, const struct outcome *o)
{
	if (o->word == DONE)
		log_line(LOG_PRIO_INFO, "courier.delivered", "peer", p->oin, "what",
		    p->fd >= 0 ? "package" : "statement", NULL);
	else
		log_line(LOG_PRIO_WARNING, o->word == AGAIN ? "courier.later" : "courier.refused",
		    "peer", p->oin, "what", p->fd >= 0 ? "package" : "statement", "code",
		    o->problem, o->aside[0] ? "why" : NULL, o->aside, NULL);
}

static void count(struct courier *c, const struct outcome *o)
{
	atomic_fetch_add(o->word == DONE ? &c->delivered
		: o->word == AGAIN       ? &c->failed
					 : &c->refused,
	    1);
}

static void carry_one(struct courier_line *l, struct parcel *p)
{
	struct courier *c = l->courier;
	struct outcome o = {.word = NULL};
	struct link_answer a = {.fd = -1};
	deliver(l, p, &o);
	if (!o.word)
		return;
	tell_log(p, &o);
	count(c, &o);
	const struct link_call call = {
	    .op = API_JOB_DONE, .params = {p->id, o.word, o.problem}, .params_n = 3};
	if (!courier_ask(l, &call, &a))
		return;
	file_close_p(&a.fd);
	if (a.status != 204) /* it is given out again, but not at once */
		courier_sleep(c, PAUSE_MS);
	else if (o.word != AGAIN)
		courier_expect(c, p->oin);
}

void courier_carry(struct courier_line *l)
{
	struct courier *c = l->courier;
	while (!courier_stopped(c)) {
		struct parcel p = {.fd = -1};
		int64_t wait = 0;
		(void)pthread_mutex_lock(&c->asking);
		bool got = !courier_stopped(c) && next(l, &p, &wait);
		if (!got)
			courier_sleep(c, wait);
		(void)pthread_mutex_unlock(&c->asking);
		if (got)
			carry_one(l, &p);
		parcel_release(&p);
	}
}
