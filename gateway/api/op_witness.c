/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Our witnesses (gateway.yaml `witnesses`): when each is asked, about which head, and what the
 * courier brought back (docs/decisions/033).
 *
 * A round is one head of ours; each witness is asked once in it, again with back-off until it
 * answers or a new round begins. Nothing of it is kept but ledger/checkpoint.cosigned: after a
 * start the first round begins where that ends.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/op.h"
#include "base/log.h"
#include "base/str.h"
#include "home/cosign.h"
#include "home/home.h"
#include "home/vouch.h"
#include "ledger/witness.h"

enum {
	MINUTE = 60000,
	DAY = 24 * 60 * MINUTE, /* a head is shown that often though nothing happened */
	AGAIN_MIN = 5000,       /* ms, doubled each time */
	AGAIN_MAX = 10 * MINUTE,
	LOOK_MS = MINUTE, /* between two looks whether somebody is to be asked */
	EVERY_MINUTES = 60,
	WARN_HOURS = 48,
};

/* One of them, and how it stands. */
struct one {
	char oin[OIN_TEXT];
	int64_t at;   /* its newest signature that is known here, ms; 0: none */
	int64_t next; /* not asked before that */
	uint64_t old; /* the size that it signed last, as far as it is known */
	unsigned tries, sizes;
	bool done; /* in this round */
	bool overdue_said;
	const char *problem; /* why it did not vouch when it was asked last; NULL: it did */
};

struct witnessing {
	pthread_mutex_t lock;
	int64_t every, warn; /* ms */
	struct vouching round;
	int64_t began;    /* of the round, or of that which the file is from; 0: none yet */
	uint64_t covered; /* the size of its head */
	bool read;        /* the file was looked at */
	struct one *list;
	size_t n;
	uint64_t vouched, failed;
};

struct witnessing *witnessing_new(const struct api_core_env *env)
{
	struct witnessing *w = str_alloc(sizeof *w);
	w->every = (int64_t)(env->cosign_minutes ? env->cosign_minutes : EVERY_MINUTES) * MINUTE;
	w->warn =
	    (int64_t)(env->cosign_warn_hours ? env->cosign_warn_hours : WARN_HOURS) * 60 * MINUTE;
	w->round = (struct vouching)VOUCHING_INIT;
	w->list = str_alloc((env->witnesses_n + 1) * sizeof *w->list);
	for (size_t i = 0; i < env->witnesses_n; i++)
		(void)snprintf(w->list[w->n++].oin, OIN_TEXT, "%s", env->witnesses[i]);
	if (pthread_mutex_init(&w->lock, NULL) != 0)
		abort();
	return w;
}

void witnessing_free(struct witnessing *w)
{
	if (!w)
		return;
	vouching_release(&w->round);
	free(w->list);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}

static struct one *find(struct witnessing *w, const char *oin)
{
	for (size_t i = 0; i < w->n; i++)
		if (str_eq(w->list[i].oin, oin))
			return &w->list[i];
	return NULL;
}

/* How long ago; a clock that went back makes nothing younger than new. */
static int64_t since(int64_t then, int64_t now)
{
	return now > then ? now - then : 0;
}

static bool is_overdue(const struct witnessing *w, const struct one *o, int64_t now)
{
	return o->at ? since(o->at, now) > w->warn : o->tries > 0;
}

/* ---- rounds ---- */

/* What the file of before the start says: whoever is not in it is asked at once. */
static void read_file(struct witnessing *w, struct op *op)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct home_vouch by[HOME_WITNESSES];
	struct checkpoint head;
	size_t n = 0, known = 0;
	w->read = true;
	if (home_cosigned_read(
		op->core->env.home, op->registry, &note, &head, by, HOME_WITNESSES, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct one *o = find(w, by[i].oin);
		if (!o)
			continue;
		known++;
		o->at = by[i].at;
		o->done = true;
		w->began = by[i].at > w->began ? by[i].at : w->began;
	}
	w->covered = head.size;
	if (known < w->n)
		w->began = 0;
}

/* Whether a new round is to begin, in *ret. */
static int wants_round(struct witnessing *w, struct op *op, bool *ret)
{
	int64_t age = since(w->began, op->now);
	*ret = w->began == 0 || age >= DAY || op->now < w->began;
	return *ret || age < w->every ? 0
				      : vouch_wanted(op->core->env.home, w->covered, ret, &op->ei);
}

static int begin_round(struct witnessing *w, struct op *op)
{
	int r = vouch_begin(op->core->env.home, &w->round, &op->ei);
	if (r < 0)
		return r;
	w->began = op->now;
	w->covered = w->round.head.size;
	for (size_t i = 0; i < w->n; i++) {
		w->list[i].done = false;
		w->list[i].sizes = 0;
	}
	return 0;
}

/* ---- what becomes of one ---- */

static void put_off(struct one *o, int64_t now, const char *problem, const char *why)
{
	int64_t wait = AGAIN_MIN;
	for (unsigned i = 0; i < o->tries && wait < AGAIN_MAX; i++)
		wait *= 2;
	o->next = now + (wait < AGAIN_MAX ? wait : AGAIN_MAX);
	o->tries++;
	o->sizes = 0;
	if (!str_eq(problem, o->problem ? o->problem : ""))
		log_line(str_eq(problem, "two-histories") ? LOG_PRIO_ERR : LOG_PRIO_WARNING,
		    "witness.later", "peer", o->oin, "code", problem, why[0] ? "why" : NULL, why,
		    NULL);
	o->problem = problem;
}

/* Said once, until it vouches again. */
static void tell_overdue(struct witnessing *w, int64_t now)
{
	for (size_t i = 0; i < w->n; i++) {
		struct one *o = &w->list[i];
		bool overdue = is_overdue(w, o, now);
		if (overdue && !o->overdue_said) {
			char hours[24];
			(void)snprintf(hours, sizeof hours, "%" PRId64,
			    since(o->at, now) / (60 * (int64_t)MINUTE));
			log_line(LOG_PRIO_WARNING, "witness.overdue", "peer", o->oin,
			    o->at ? "hours" : NULL, hours, NULL);
		}
		o->overdue_said = overdue;
	}
}

/* The words that the courier may use of what brought no answer. */
static const char *problem_of(const char *word)
{
	static const char *const words[] = {"unreachable", "server-not-known"};
	for (size_t i = 0; i < GW_LENGTH(words); i++)
		if (str_eq(words[i], word))
			return words[i];
	return "no-answer";
}

/* 200 without a signature by the key that the registry has is not about our ledger. */
static const char *problem_of_code(int code, int status)
{
	switch (code) {
	case GW_EAUTH:
		return status == 200 ? "other-key" : "two-histories";
	case GW_EREFUSED:
		return "not-known-there";
	case GW_ENOENT:
		return "no-witness-key";
	case GW_ENET:
	case GW_EFORMAT:
	case GW_ECONFLICT:
		return "counterparty";
	default:
		return "not-kept";
	}
}

static void take(struct witnessing *w, struct one *o, struct op *op, const struct vouch_answer *a)
{
	int r =
	    vouch_take(op->core->env.home, op->registry, &w->round, a, &o->old, &o->at, &op->ei);
	if (r == GW_ECONFLICT && ++o->sizes < VOUCH_TRIES)
		return; /* again at once, from there */
	if (r < 0) {
		w->failed++;
		put_off(o, op->now, problem_of_code(r, a->status), op->ei.msg);
		return;
	}
	w->vouched++;
	o->old = w->round.head.size;
	o->done = true;
	o->tries = o->sizes = 0;
	o->next = 0;
	o->problem = NULL;
	log_line(LOG_PRIO_INFO, "witness.vouched", "peer", o->oin, NULL);
}

/* ---- the operations ---- */

/* The gateway whose key it is, when the registry says where that answers. */
static const struct organisation *gateway_of(const struct registry *registry, const char *oin)
{
	const struct organisation *o = registry_organisation(registry, oin);
	return o && o->gateway && str_eq(o->gateway_oin, oin) ? o : NULL;
}

/* The request for o as the answer; or it is put off, and 0 with no answer yet. */
static int set_request(struct witnessing *w, struct one *o, struct op *op, bool *ret_set)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	const struct organisation *at = gateway_of(op->registry, o->oin);
	struct note_key key;
	struct errinfo why = ERRINFO_INIT;
	if (!at || vouch_key(op->registry, o->oin, &key, &why) < 0) {
		w->failed++;
		put_off(o, op->now, at ? "no-witness-key" : "no_gateway",
		    at ? why.msg : "the registry has no gateway of its own for it");
		return 0;
	}
	if (o->old > w->round.head.size)
		o->old = 0;
	int r = vouch_request(op->core->env.home, &w->round, o->old, &body, &op->ei);
	if (r == 0)
		r = op_text(op, 200, "text/plain; charset=utf-8", body.data, body.len);
	if (r == 0)
		r = op_field(op, "Gateway", "%s", at->gateway);
	if (r == 0)
		r = op_field(op, "Gateway-Oin", "%s", o->oin);
	*ret_set = r == 0;
	return r;
}

static int wait_answer(struct op *op, int64_t ms)
{
	int r = op_text(op, 204, NULL, NULL, 0);
	return r < 0 ? r : op_field(op, "Wait", "%" PRId64, ms < LOOK_MS ? ms : LOOK_MS);
}

static int next(struct witnessing *w, struct op *op)
{
	int64_t wait = LOOK_MS;
	bool wanted = false, set = false;
	if (!w->read)
		read_file(w, op);
	int r = wants_round(w, op, &wanted);
	if (r == 0 && wanted)
		r = begin_round(w, op);
	for (size_t i = 0; r == 0 && !set && i < w->n && w->round.note.len; i++) {
		struct one *o = &w->list[i];
		if (!o->done && o->next <= op->now)
			r = set_request(w, o, op, &set);
		if (!o->done && o->next > op->now && o->next - op->now < wait)
			wait = o->next - op->now;
	}
	tell_overdue(w, op->now);
	return r < 0 || set ? r : wait_answer(op, wait);
}

int op_witness_next(struct op *op)
{
	struct witnessing *w = op->core->witnessing;
	if (w->n == 0)
		return wait_answer(op, LOOK_MS);
	(void)pthread_mutex_lock(&w->lock);
	int r = next(w, op);
	(void)pthread_mutex_unlock(&w->lock);
	return r;
}

int op_witness_done(struct op *op)
{
	struct witnessing *w = op->core->witnessing;
	const char *oin = op_param(op, 0), *status = op_param(op, 1), *word = op_param(op, 2);
	uint64_t code = 0;
	struct one *o = oin ? find(w, oin) : NULL;
	if (!o || !status || !word || str_u64(status, 999, &code) < 0)
		return err_set(&op->ei, GW_EUSAGE, "which witness?");
	const struct vouch_answer a = {.oin = o->oin,
	    .status = (int)code,
	    .body = op->call->body_n ? op->call->body : "",
	    .n = op->call->body_n,
	    .daemon = true};
	(void)pthread_mutex_lock(&w->lock);
	if (code && w->round.note.len && !o->done) {
		take(w, o, op, &a);
	} else if (!code) {
		char *why GW_CLEANUP(str_free_p) = str_dupn(a.body, a.n);
		w->failed++;
		put_off(o, op->now, problem_of(word), why);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return op_text(op, 204, NULL, NULL, 0);
}

/* ---- what others see of it ---- */

bool witnessing_note(struct op *op, struct buf *note)
{
	const struct witnessing *w = op->core->witnessing;
	struct home_vouch by[HOME_WITNESSES];
	struct checkpoint head;
	size_t n = 0;
	int64_t newest = 0;
	buf_clear(note);
	if (home_cosigned_read(
		op->core->env.home, op->registry, note, &head, by, HOME_WITNESSES, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		newest = by[i].at > newest ? by[i].at : newest;
	return since(newest, op->now) <= w->warn;
}

void witnessing_counts(struct api_core *c, int64_t now, struct witnessing_counts *ret)
{
	struct witnessing *w = c->witnessing;
	(void)pthread_mutex_lock(&w->lock);
	*ret = (struct witnessing_counts){
	    .witnesses = w->n, .vouched = w->vouched, .failed = w->failed};
	for (size_t i = 0; i < w->n; i++) {
		ret->overdue += is_overdue(w, &w->list[i], now);
		ret->refusing +=
		    str_eq(w->list[i].problem ? w->list[i].problem : "", "two-histories");
	}
	(void)pthread_mutex_unlock(&w->lock);
}
