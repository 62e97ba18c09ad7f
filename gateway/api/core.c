/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/op.h"
#include "api/problem.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "store/answers.h"

/* ---- the operations ---- */

static int op_who(struct op *op)
{
	return op_text(op, 204, NULL, NULL, 0);
}

static const struct {
	const char *name; /* in log and figures */
	op_fn fn;
	bool local; /* asked by the edge itself, for nobody */
} ops[API_OPS] = {
    [API_OPENAPI] = {"openapi", op_openapi, false},
    [API_ORGANISATIONS] = {"organisations", op_organisations, false},
    [API_ORGANISATION] = {"organisation", op_organisation, false},
    [API_CONTRACTS] = {"contracts", op_contracts, false},
    [API_POLICIES] = {"policies", op_policies, false},
    [API_POLICY] = {"policy", op_policy, false},
    [API_DOSSIER_BEGIN] = {"dossier_begin", op_dossier_begin, false},
    [API_ANNOUNCE] = {"announce", op_announce, false},
    [API_PACKAGE] = {"package", op_package, false},
    [API_CONTENT] = {"content", op_content, false},
    [API_UPLOAD_OPTIONS] = {"upload_options", op_who, false},
    [API_UPLOAD_CREATE] = {"upload_create", op_upload_create, false},
    [API_UPLOAD_STATE] = {"upload_state", op_upload_state, false},
    [API_UPLOAD_BEGIN] = {"upload_begin", op_upload_begin, false},
    [API_UPLOAD_DROP] = {"upload_drop", op_upload_drop, false},
    [API_CASES] = {"cases", op_cases, false},
    [API_CASE] = {"case", op_case, false},
    [API_STATEMENTS] = {"statements", op_statements, false},
    [API_ACT] = {"act", op_act, false},
    [API_RECEIPTS] = {"receipts", op_receipts, false},
    [API_EVENTS] = {"events", op_events, false},
    [API_CHECKPOINT] = {"checkpoint", op_ledger, false},
    [API_TILE] = {"tile", op_ledger, false},
    [API_PROOF_INCLUSION] = {"proof_inclusion", op_ledger, false},
    [API_PROOF_CONSISTENCY] = {"proof_consistency", op_ledger, false},
    [API_RECORDS] = {"records", op_ledger, false},
    [API_COSIGN] = {"cosign", op_ledger, false},
    [API_DOSSIER_END] = {"dossier_end", op_dossier_end, false},
    [API_DOSSIER_DROP] = {"dossier_drop", op_dossier_drop, false},
    [API_UPLOAD_END] = {"upload_end", op_upload_end, false},
    [API_WHO] = {"who", op_who, false},
    [API_READY] = {"ready", op_ready, true},
    [API_FIGURES] = {"figures", op_figures, true},
    [API_JOB_NEXT] = {"job_next", op_job_next, true},
    [API_JOB_DONE] = {"job_done", op_job_done, true},
    [API_PEERS] = {"peers", op_peers, true},
    [API_MIRROR] = {"mirror", op_mirror, true},
    [API_MIRRORED] = {"mirrored", op_mirrored, true},
    [API_PINNED] = {"pinned", op_pinned, true},
    [API_WITNESS_NEXT] = {"witness_next", op_witness_next, true},
    [API_WITNESS_DONE] = {"witness_done", op_witness_done, true},
};

const char *core_op_name(size_t n)
{
	return n < API_OPS && ops[n].name ? ops[n].name : "unknown";
}

/* ---- registry ---- */

static int read_registry(const struct api_core_env *env, struct snapshot **ret, struct errinfo *ei)
{
	const struct registry_trust rt = home_registry_trust(env->home);
	char *dir GW_CLEANUP(str_free_p) = home_path(env->home, "registry");
	struct registry *r = NULL;
	int64_t now = clock_now();
	int code = registry_load(dir, &rt, now, &r, ei);
	if (code < 0)
		return code;
	*ret = str_alloc(sizeof **ret);
	(*ret)->registry = r;
	(*ret)->read = now;
	(*ret)->borrowed = 1; /* by the core itself */
	return 0;
}

struct snapshot *core_borrow(struct api_core *c)
{
	(void)pthread_mutex_lock(&c->lock);
	struct snapshot *s = c->now;
	s->borrowed++;
	(void)pthread_mutex_unlock(&c->lock);
	return s;
}

void core_return(struct api_core *c, struct snapshot *s)
{
	(void)pthread_mutex_lock(&c->lock);
	bool last = --s->borrowed == 0;
	(void)pthread_mutex_unlock(&c->lock);
	if (last) {
		registry_free(s->registry);
		free(s);
	}
}

int api_core_reload(struct api_core *c, struct errinfo *ei)
{
	struct snapshot *fresh = NULL;
	int r = read_registry(&c->env, &fresh, ei);
	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&c->lock);
	struct snapshot *old = c->now;
	c->now = fresh;
	(void)pthread_mutex_unlock(&c->lock);
	core_return(c, old);
	return 0;
}

void api_core_reloaded(struct api_core *c, bool well)
{
	atomic_store(&c->stale, !well);
}

/* ---- the core ---- */

static const char *const *copy_words(const char *const *words, size_t n)
{
	char **copy = str_alloc((n + 1) * sizeof *copy);
	for (size_t i = 0; i < n; i++)
		copy[i] = str_dup(words[i]);
	return (const char *const *)copy;
}

int api_core_new(const struct api_core_env *env, struct api_core **ret, struct errinfo *ei)
{
	struct snapshot *s = NULL;
	int r = read_registry(env, &s, ei);
	if (r < 0)
		return r;
	struct api_core *c = str_alloc(sizeof *c);
	c->env = *env;
	c->env.mandates = copy_words(env->mandates, env->mandates_n);
	c->witnessing = witnessing_new(env);
	c->env.witnesses = NULL; /* it has them */
	c->now = s;
	for (size_t i = 0; i < INTAKES; i++)
		c->intakes[i].fd = -1;
	if (pthread_mutex_init(&c->lock, NULL) != 0 || pthread_mutex_init(&c->looking, NULL) != 0)
		abort();
	*ret = c;
	return 0;
}

void api_core_free(struct api_core *c)
{
	if (!c)
		return;
	op_dossiers_close(c);
	core_return(c, c->now);
	for (size_t i = 0; i < c->env.mandates_n; i++)
		free((char *)(uintptr_t)c->env.mandates[i]);
	free((void *)(uintptr_t)c->env.mandates);
	free(c->looks);
	(void)pthread_mutex_destroy(&c->looking);
	witnessing_free(c->witnessing);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

/* ---- one call ---- */

/* Who calls must be in the registry, with this key today; else nothing is said. */
static int identify(struct op *op)
{
	const struct link_call *call = op->call;
	struct errinfo ledger = ERRINFO_INIT;
	const struct organisation *o = registry_organisation(op->registry, call->peer);
	if (o && pins_hold(&o->tls, call->spki, date_of(op->now))) {
		op->peer = o;
		return 0;
	}
	atomic_fetch_add(&op->core->strangers, 1);
	if (ledger_fail(home_ledger(op->core->env.home), &ledger) < 0)
		log_line(LOG_PRIO_ERR, "stranger", "problem", err_name(GW_ELEDGER), NULL);
	return err_set(&op->ei, GW_EAUTH, "this gateway does not know the client");
}

static int carry_out(struct op *op)
{
	unsigned n = op->call->op;
	if (n >= API_OPS || !ops[n].fn)
		return err_set(&op->ei, GW_ESUPPORT, "this gateway cannot do that");
	int r = 0;
	if (!ops[n].local)
		r = identify(op);
	else if (op->call->peer[0])
		r = err_set(&op->ei, GW_ENOENT, "there is nothing here");
	return r < 0 ? r : ops[n].fn(op);
}

enum { STRANGERS_TOLD = 20 /* lines a minute: how often they come, they choose */ };

/* Whether a line about this caller may be written. */
static bool may_tell(const struct op *op)
{
	unsigned long more = 0;
	char text[24];
	if (op->peer || !op->call->peer[0])
		return true;
	(void)pthread_mutex_lock(&op->core->lock);
	bool may = log_may(&op->core->told, clock_mono(), STRANGERS_TOLD, &more);
	(void)pthread_mutex_unlock(&op->core->lock);
	(void)snprintf(text, sizeof text, "%lu", more);
	if (more)
		log_line(LOG_PRIO_WARNING, "strangers", "more", text, NULL);
	return may;
}

/* What goes into the log: why, only where the failure is the gateway's own. */
static void tell(const struct op *op, const struct problem *p, bool hidden)
{
	char status[12];
	const char *name = core_op_name(op->call->op);
	if (!may_tell(op))
		return;
	(void)snprintf(status, sizeof status, "%d", p->status);
	log_line(p->status >= 500 ? LOG_PRIO_ERR : LOG_PRIO_INFO, "problem", "instance",
	    p->instance, "op", name, "peer", op->call->peer, "trace", op->call->trace, "status",
	    status, "code", p->code, hidden ? "why" : NULL, op->ei.msg, NULL);
}

static void refuse(struct op *op, int code)
{
	char instance[PROBLEM_INSTANCE];
	json_t *more GW_CLEANUP(jx_release) = json_object();
	struct problem p = {.more = more, .instance = instance};
	struct link_answer *a = op->answer;
	size_t fields_n = op->fields_n;
	char values[LINK_FIELDS][OP_FIELD];
	for (size_t i = 0; i < fields_n; i++) /* those that the failure has: they lie in out */
		(void)snprintf(values[i], OP_FIELD, "%s", op->out->data + op->fields[i].at);
	problem_instance(instance);
	problem_of(code, &op->ei, &p);
	if (op->status)
		p.status = op->status;
	if (op->word)
		p.code = op->word;
	if (op->errors)
		jx_set(more, PROBLEM_ERRORS, json_incref(op->errors));
	if (op->report)
		jx_set(more, "report", json_incref(op->report));
	tell(op, &p, problem_hidden(code, &op->ei));
	if (a->fd >= 0)
		file_close_p(&a->fd);
	buf_clear(op->out);
	*a = (struct link_answer){.status = p.status, .type = PROBLEM_TYPE, .fd = -1};
	op->fields_n = 0;
	if (problem_write(&p, op->out) < 0) { /* what does not fit goes without its lists */
		buf_clear(op->out);
		p.more = NULL;
		(void)!problem_write(&p, op->out);
	}
	op->body_n = op->out->len;
	for (size_t i = 0; i < fields_n; i++)
		(void)!op_field(op, op->fields[i].name, "%s", values[i]);
	if (p.status == 503 || p.status == 429)
		(void)!op_field(op, "Retry-After", p.status == 503 ? "60" : "5");
}

/* Now that nothing is added to out any more, its parts have an address. */
static void settle(struct op *op)
{
	struct link_answer *a = op->answer;
	a->body = op->out->len ? op->out->data : "";
	a->body_n = op->body_n;
	a->fields_n = op->fields_n;
	for (size_t i = 0; i < op->fields_n; i++)
		a->fields[i] =
		    (struct link_pair){op->fields[i].name, op->out->data + op->fields[i].at};
}

void api_core_answer(
    struct api_core *c, const struct link_call *call, struct buf *out, struct link_answer *a)
{
	struct snapshot *s = core_borrow(c);
	struct op op = {.core = c,
	    .call = call,
	    .snapshot = s,
	    .registry = s->registry,
	    .now = clock_now(),
	    .out = out,
	    .answer = a};
	op.cases = (struct cases_call){.registry = s->registry,
	    .caller = call->peer,
	    .trace = call->trace[0] ? call->trace : NULL,
	    .now = op.now};
	buf_clear(out);
	*a = (struct link_answer){.status = 500, .fd = -1};
	int r = carry_out(&op);
	if (r < 0)
		refuse(&op, r);
	settle(&op);
	json_decref(op.errors);
	json_decref(op.report);
	core_return(c, s);
	assert(a->status >= 200 && a->status < 600);
	if (call->op < API_OPS)
		atomic_fetch_add(&c->calls[call->op][a->status / 100], 1);
}

/* ---- the clock ---- */

int api_core_tick(struct api_core *c, int64_t *ret_next, struct errinfo *ei)
{
	struct snapshot *s = core_borrow(c);
	int64_t now = clock_now();
	/* a statement counts while its dates and certificates do: each day is looked at anew */
	if (date_cmp(date_of(s->read), date_of(now)) != 0) {
		struct errinfo why = ERRINFO_INIT;
		core_return(c, s);
		int r = api_core_reload(c, &why);
		if (r < 0)
			log_line(LOG_PRIO_ERR, "reload", "code", err_name(r), "why", why.msg, NULL);
		s = core_borrow(c);
	}
	int r = cases_tick(c->env.cases, s->registry, now, ret_next, ei);
	core_return(c, s);
	if (r == 0)
		r = store_answers_forget(c->env.store, now, ei);
	return r;
}
