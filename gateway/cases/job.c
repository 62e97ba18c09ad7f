/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "cases/package.h"

enum { ASK_AGAIN_MS = 1000 /* when nothing is due: something may have come by then */ };

static const char PACKAGE[] = "package"; /* the kind of a job that brings one */

static void copy(char *out, size_t cap, const char *s)
{
	(void)snprintf(out, cap, "%s", s ? s : "");
}

/* ---- putting in ---- */

struct waiting {
	const char *sha256;
	bool found;
	json_t *list;
};

static int look(void *ctx, const struct store_job *j, struct errinfo *ei)
{
	struct waiting *w = ctx;
	char since[TIME_TEXT];
	(void)ei;
	w->found |= w->sha256 && str_eq(j->statement, w->sha256);
	if (!w->list)
		return 0;
	json_t *o = json_object();
	if (!str_eq(j->kind, PACKAGE))
		jx_set(o, "statement", json_string(j->statement));
	jx_set(o, "kind", json_string(j->kind));
	time_text(j->made, since);
	jx_set(o, "since", json_string(since));
	jx_set(o, "tries", json_integer(j->tries));
	if (*j->problem)
		jx_set(o, "problem", json_string(j->problem));
	jx_add(w->list, o);
	return 0;
}

int cases_job_waits(struct cases *c, struct store_tx *tx, const char *sender, const char *case_id,
    const char *sha256, bool *ret, struct errinfo *ei)
{
	struct waiting w = {.sha256 = sha256};
	(void)c;
	int r = store_jobs_of(tx, sender, case_id, look, &w, ei);
	if (r == 0)
		*ret = w.found;
	return r;
}

int cases_job_queue(struct cases *c, struct store_tx *tx, const struct cases_work *w,
    const char *gateway, int64_t now, struct errinfo *ei)
{
	struct store_job j = {.made = now};
	bool waits = false;
	const char *case_id = jx_str(w->st.body, "case");
	int r = cases_job_waits(c, tx, w->sender, case_id, w->st.sha256, &waits, ei);
	if (r < 0)
		return r;
	if (waits)
		return err_set(ei, GW_EEXIST, "the statement waits for delivery already");
	copy(j.gateway, sizeof j.gateway, gateway);
	copy(j.sender, sizeof j.sender, w->sender);
	copy(j.recipient, sizeof j.recipient, w->recipient);
	copy(j.case_id, sizeof j.case_id, case_id);
	copy(j.package, sizeof j.package, w->package);
	copy(j.statement, sizeof j.statement, w->st.sha256);
	if (w->act == ACT_RELEASE && w->package) {
		copy(j.kind, sizeof j.kind, PACKAGE);
		r = store_job_add(tx, &j, NULL, 0, NULL, 0, NULL, ei);
	}
	copy(j.kind, sizeof j.kind, w->st.kind);
	return r < 0 ? r : store_job_add(tx, &j, w->json, w->n, w->p7s, w->p7s_n, NULL, ei);
}

int cases_job_pending(struct cases *c, struct store_tx *tx, const char *sender, const char *case_id,
    json_t **ret, struct errinfo *ei)
{
	struct waiting w = {.list = json_array()};
	(void)c;
	int r = store_jobs_of(tx, sender, case_id, look, &w, ei);
	if (r == 0)
		*ret = w.list;
	else
		json_decref(w.list);
	return r;
}

int cases_job_count(
    struct cases *c, struct store_tx *tx, struct cases_counts *ret, struct errinfo *ei)
{
	(void)c;
	return store_jobs_count(tx, &ret->jobs, &ret->jobs_failing, ei);
}

/* ---- giving out ---- */

void cases_job_release(struct cases_job *j)
{
	buf_release(&j->json);
	buf_release(&j->p7s);
	file_close_p(&j->file.fd);
	*j = (struct cases_job){.file.fd = -1};
}

/* A job that is given out is nobody else's until cases_job_done. */
static int take(struct cases *c, int64_t now, struct store_job *j, struct cases_job *ret,
    int64_t *ret_next, struct errinfo *ei)
{
	struct cases_packages *p = c->packages;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	*ret_next = now + ASK_AGAIN_MS;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&p->lock);
	if (p->busy_n == STORE_JOBS_BUSY)
		r = err_set(ei, GW_ENOENT, "all that may be done at once is being done");
	else
		r = store_job_due(tx, now, p->busy, p->busy_n, j, ret_next, ei);
	if (r == 0)
		p->busy[p->busy_n++] = j->id;
	(void)pthread_mutex_unlock(&p->lock);
	if (*ret_next > now + ASK_AGAIN_MS)
		*ret_next = now + ASK_AGAIN_MS;
	return r < 0 ? r : store_job_get(tx, j->id, j, &ret->json, &ret->p7s, ei);
}

static void put_back(struct cases *c, uint64_t id)
{
	struct cases_packages *p = c->packages;
	(void)pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->busy_n; i++)
		if (p->busy[i] == id) {
			p->busy[i] = p->busy[--p->busy_n];
			break;
		}
	(void)pthread_mutex_unlock(&p->lock);
}

/* What waits behind a package: is there an act that takes it back? */
struct behind {
	const struct store_job *j;
	bool another; /* from here on the last round is another package's */
	bool taken_back;
};

static int look_behind(void *ctx, const struct store_job *k, struct errinfo *ei)
{
	struct behind *b = ctx;
	bool ends = str_eq(k->kind, case_act_word(ACT_WITHDRAW)) ||
	    str_eq(k->kind, case_act_word(ACT_ENTERED_IN_ERROR));
	(void)ei;
	if (k->id <= b->j->id)
		return 0;
	b->another |= str_eq(k->kind, PACKAGE);
	b->taken_back |= ends && (*k->package ? str_eq(k->package, b->j->package) : !b->another);
	return 0;
}

/* Withdrawn before it left, it does not leave: GW_EREFUSED. */
static int still_wanted(struct cases *c, const struct store_job *j, struct errinfo *ei)
{
	struct behind b = {.j = j};
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_jobs_of(tx, j->sender, j->case_id, look_behind, &b, ei);
	return r == 0 && b.taken_back
	    ? err_set(ei, GW_EREFUSED, "the package was withdrawn before it was brought")
	    : r;
}

/* Fill in the package. GW_EREFUSED: it has gone, or nobody could fetch it any more, or is to;
 * *ret_why is then a word for it. */
static int bring(struct cases *c, const struct cases_call *call, const struct store_job *j,
    struct cases_job *ret, const char **ret_why, struct errinfo *ei)
{
	struct store_package p = {0};
	struct stat st;
	int r = still_wanted(c, j, ei);
	*ret_why = r == GW_EREFUSED ? case_state_word(CASE_WITHDRAWN) : err_name(GW_EREFUSED);
	if (r == 0)
		r = package_row(c, j->package, &p, &ret->json, &ret->p7s, ei);
	if (r == GW_EREFUSED)
		return r;
	if (r == GW_ENOENT || (r == 0 && (p.state != PACKAGE_DEPOSITED || *p.reason)) ||
	    (r == 0 && p.expires <= call->now))
		return err_set(ei, GW_EREFUSED, "the package has gone, or its term is over");
	if (r < 0)
		return r;
	char *path GW_CLEANUP(str_free_p) = package_path(c, j->package);
	ret->file.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (ret->file.fd < 0 || fstat(ret->file.fd, &st) < 0 || (uint64_t)st.st_size != p.bytes)
		return err_set(ei, GW_EIO, "a package file cannot be read, or was changed");
	ret->file.bytes = p.bytes;
	copy(ret->file.sha256, sizeof ret->file.sha256, p.sha256);
	return 0;
}

/* Where to. GW_ENET: the registry does not say at present. */
static int address(const struct cases *c, const struct cases_call *call, const struct store_job *j,
    struct cases_job *ret, struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(call->registry, j->recipient);
	const char *oin = cases_elsewhere(c, call->registry, j->recipient);
	if (!oin || !o->gateway || strlen(o->gateway) >= sizeof ret->gateway)
		return err_set(
		    ei, GW_ENET, "the registry names no other gateway for %.20s", j->recipient);
	copy(ret->gateway, sizeof ret->gateway, o->gateway);
	copy(ret->gateway_oin, sizeof ret->gateway_oin, oin);
	return 0;
}

int cases_job_next(struct cases *c, const struct cases_call *call, struct cases_job *ret,
    int64_t *ret_next, struct errinfo *ei)
{
	for (;;) {
		struct cases_job out = {
		    .json = BUF_INIT(STATEMENT_MAX), .p7s = BUF_INIT(CADES_MAX), .file.fd = -1};
		struct store_job j = {0};
		const char *why = NULL;
		int r = take(c, call->now, &j, &out, ret_next, ei);
		if (r == 0) {
			out.id = j.id;
			out.kind =
			    str_eq(j.kind, PACKAGE) ? CASES_JOB_PACKAGE : CASES_JOB_STATEMENT;
			copy(out.sender, sizeof out.sender, j.sender);
			copy(out.case_id, sizeof out.case_id, j.case_id);
			copy(out.package, sizeof out.package, j.package);
			r = address(c, call, &j, &out, ei);
		}
		if (r == 0 && out.kind == CASES_JOB_PACKAGE)
			r = bring(c, call, &j, &out, &why, ei);
		if (r == 0) {
			*ret = out;
			return 0;
		}
		cases_job_release(&out);
		if (!j.id)
			return r;
		/* this one cannot go: it waits or ends, and the next one is looked at */
		const char *problem = r == GW_ENET ? "no_gateway"
		    : r == GW_EREFUSED && why      ? why
						   : err_name(r);
		r = cases_job_done(
		    c, call, j.id, r == GW_EREFUSED ? GW_EREFUSED : GW_ENET, problem, ei);
		if (r < 0)
			return r;
	}
}

/* ---- what became of it ---- */

static int wait(struct cases *c, const struct store_job *j, int64_t now, const char *problem,
    struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_job_failed(tx, j, now, problem, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

/* The job ends; the parties hear how, unless kind is NULL. */
static int end(struct cases *c, const struct store_job *j, const char *kind, const char *note,
    bool answered, int64_t now, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	const char *statement = str_eq(j->kind, PACKAGE) ? NULL : j->statement;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_job_end(tx, j, answered, ei);
	if (r == 0 && kind)
		r = cases_tell(tx, j->sender, j->case_id, kind, statement, note, now, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

static void word(char out[STORE_JOB_WORD], const char *problem, int code)
{
	copy(out, STORE_JOB_WORD, problem && *problem ? problem : err_name(code));
	for (char *s = out; *s; s++)
		if (!strchr(
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-", *s))
			*s = '_';
}

static int refused(struct cases *c, const struct cases_call *call, const struct store_job *j,
    const char *problem, struct errinfo *ei)
{
	struct ledger_record r = cases_record(c, "transfer.refuse");
	json_t *detail GW_CLEANUP(jx_release) = json_pack("{s:s, s:s, s:s, s:s}", "sender",
	    j->sender, "case", j->case_id, "kind", j->kind, "reason", problem);
	r.out = LEDGER_DENY;
	r.peer = j->gateway;
	r.tr = call->trace;
	int e = ledger_append(c->env.ledger, &r, detail, NULL, ei);
	return e < 0 ? e : end(c, j, "refused", problem, true, call->now, ei);
}

/* It was taken there: so it is here. */
static int delivered(struct cases *c, const struct cases_call *call, const struct store_job *j,
    const struct buf *json, const struct buf *p7s, struct errinfo *ei)
{
	if (str_eq(j->kind, PACKAGE))
		return end(c, j, NULL, NULL, true, call->now, ei);
	int r = cases_follow(c, call, j->sender, j->case_id, json->data, json->len, p7s->data,
	    p7s->len, j->made, call->now, ei);
	if (r == GW_ELEDGER || r == GW_EIO || r == GW_ENOMEM) {
		/* it is there, and is told again when it is brought again */
		int e = wait(c, j, call->now, err_name(r), NULL);
		return e < 0 ? e : r;
	}
	/* what does not follow here is told with its whole chain, and judged then: cases_mirror */
	return end(c, j, "delivered", NULL, true, call->now, ei);
}

int cases_job_done(struct cases *c, const struct cases_call *call, uint64_t id, int code,
    const char *problem, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_job j;
	char why[STORE_JOB_WORD];
	word(why, problem, code);
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_job_get(tx, id, &j, &json, &p7s, ei);
	store_end(&tx);
	if (r == 0 && code == 0)
		r = delivered(c, call, &j, &json, &p7s, ei);
	else if (r == 0)
		r = code == GW_ENET ? wait(c, &j, call->now, why, ei)
				    : refused(c, call, &j, why, ei);
	put_back(c, id);
	return r;
}

/* ---- those to ask ---- */

struct peers {
	const struct registry *registry;
	struct cases_peer *list;
	size_t n, cap;
};

static int add_peer(void *ctx, const char *gateway, uint64_t event, bool open, struct errinfo *ei)
{
	struct peers *p = ctx;
	const struct organisations *all = registry_organisations(p->registry);
	(void)ei;
	for (size_t i = 0; i < all->n; i++) {
		const struct organisation *o = all->list[i];
		if (!str_eq(o->gateway_oin, gateway) || !o->gateway)
			continue;
		if (p->n < p->cap) {
			struct cases_peer *k = &p->list[p->n];
			*k = (struct cases_peer){.after = event, .ended = !open};
			copy(k->oin, sizeof k->oin, gateway);
			copy(k->gateway, sizeof k->gateway, o->gateway);
		}
		p->n++;
		break;
	}
	return 0;
}

size_t cases_peers(struct cases *c, const struct registry *registry, int64_t now,
    struct cases_peer *ret, size_t cap)
{
	int64_t since = now - (int64_t)CASES_RETURN_WEEKS * 7 * 24 * 3600 * 1000;
	struct peers p = {.registry = registry, .list = ret, .cap = cap};
	struct buf ended GW_CLEANUP(buf_release) = BUF_INIT(512);
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = buf_adds(&ended, " ");
	for (int s = 0; r == 0 && s < CASE_STATES; s++)
		if (case_ended((enum case_state)s))
			r = buf_addf(&ended, "%s ", case_state_word((enum case_state)s));
	if (r == 0)
		r = store_begin(c->env.store, STORE_READ, &tx, NULL);
	if (r == 0)
		r = store_peers(tx, ended.data, since, add_peer, &p, NULL);
	return r < 0 ? 0 : p.n;
}
