/* SPDX-License-Identifier: EUPL-1.2 */
/* The reporting run: dossiers counted one by one, then one act that writes their tables. */
#include "transfer/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "dossier/ladder.h"
#include "policy/apply.h"
#include "policy/seen.h"

void report_result_release(struct report_result *r)
{
	for (size_t i = 0; i < REPORT_FILES; i++)
		free(r->files[i]);
	for (size_t i = 0; i < r->warnings_n; i++)
		free(r->warnings[i]);
	jx_release(&r->report);
	*r = (struct report_result){0};
}

void report_warn(struct report_result *r, char *text)
{
	if (r->warnings_n < REPORT_WARNINGS)
		r->warnings[r->warnings_n++] = text;
	else
		free(text);
}

static void run_release(struct report_run *run)
{
	run->grounds.rules.policy = NULL; /* the head of run->policy */
	grounds_release(&run->grounds);
	report_counts_free_p(&run->counts);
	report_free_p(&run->policy);
	seen_free_p(&run->seen);
}

/* ---- on what it rests ---- */

static int check_period(struct report_run *run, struct errinfo *ei)
{
	const struct report_policy *p = run->policy;
	int e = report_span_parse(run->request->period, &run->span, ei);
	if (e < 0)
		return err_prefix(ei, e, "--period");
	if (run->span.period != p->period)
		return err_set(ei, GW_EREFUSED, "%s is no %s: policy '%s' reports by %s",
		    run->span.name, report_period_words[p->period], p->head->id,
		    report_period_words[p->period]);
	return 0;
}

static int take_contract(struct report_run *run, const char *id, struct errinfo *ei)
{
	int e = grounds_report(&run->grounds, id, &run->contract, ei);
	if (e < 0)
		return e;
	run->counts =
	    report_counts_new(run->policy, &run->span, grounds_duties(run->grounds.recipient));
	return 0;
}

static int set_up(struct report_run *run, struct errinfo *ei)
{
	struct grounds *g = &run->grounds;
	const struct report_request *q = run->request;
	struct report_span span;
	if (report_span_parse(q->period, &span, ei) < 0)
		return err_prefix(ei, GW_EUSAGE, "--period");
	g->env = run->env;
	if (pthread_mutex_init(&g->lock, NULL) != 0)
		abort();
	int e = registry_known(run->env->registry, run->env->oin, &g->sender, ei);
	if (e == 0)
		e = rules_load_report(&g->rules, run->env, q->policy, &run->policy, ei);
	if (e == 0 && g->rules.ladder)
		e = ladder_for(g->rules.ladder, run->env->oin, ei);
	if (e < 0)
		return e;
	g->rules.policy = run->policy->head;
	e = check_period(run, ei);
	return e == 0 && q->contract ? take_contract(run, q->contract, ei) : e;
}

/* ---- one dossier ---- */

/* Whether the policy is for this dossier; a contract that the first one names is that of all. */
static int admit(
    struct report_run *run, const struct dossier *d, bool *ret_fatal, struct errinfo *ei)
{
	struct policy_context ctx;
	const char *named = run->contract ? run->contract->id : d->contract;
	if (!named)
		return err_set(ei, GW_EREFUSED,
		    "no contract: name it in the dossier's context or with --contract");
	if (d->contract && !str_eq(d->contract, named))
		return err_set(ei, GW_EREFUSED,
		    "the dossier names another contract than the one that is reported on");
	if (!run->contract) {
		bool known = registry_contract(run->env->registry, named) != NULL;
		int e = take_contract(run, named, ei);
		*ret_fatal = e < 0 && known;
		if (e < 0)
			return e;
	}
	grounds_report_context(&run->grounds, run->contract, d->programme, date_of(run->now), &ctx);
	return policy_check_context(run->policy->head, &ctx, ei);
}

static int count_one(
    struct report_run *run, struct report_item *item, struct errinfo *why, bool *ret_fatal)
{
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	const struct rules *rules = &run->grounds.rules;
	struct dossier_limits limits =
	    run->env->dossier_limits ? *run->env->dossier_limits : DOSSIER_LIMITS;
	limits.ladder = rules->ladder;
	int e = dossier_read(item->path, rules->catalogue, &limits, &d, why);
	if (e == 0)
		e = admit(run, d, ret_fatal, why);
	if (e < 0)
		return e;
	enum seen_before before = seen_add(run->seen, d);
	item->nobody = before == SEEN_NOBODY;
	if (before == SEEN_AGAIN)
		item->said = REPORT_SAID_AGAIN;
	else if (report_count(run->counts, d) == REPORT_OUTSIDE)
		item->said = REPORT_SAID_OUTSIDE;
	return 0;
}

static int count_all(struct report_run *run, struct errinfo *ei)
{
	const struct report_request *q = run->request;
	for (size_t i = 0; i < q->n; i++) {
		struct report_item item = {.index = i, .path = q->dossiers[i]};
		struct errinfo why = ERRINFO_INIT;
		bool fatal = false;
		if (q->stop && *q->stop)
			return err_set(ei, GW_EFAIL, "stopped: no report was made");
		item.code = count_one(run, &item, &why, &fatal);
		if (fatal) {
			if (ei)
				*ei = why;
			return item.code;
		}
		if (item.code < 0) {
			item.said = REPORT_SAID_FAILED;
			item.why = &why;
		}
		run->result->said[item.said]++;
		q->done(q->arg, &item);
	}
	if (!run->contract)
		return err_set(ei, GW_EREFUSED, "no dossier could be counted: no report was made");
	return report_enough(run->counts, ei);
}

/* ---- the run ---- */

static void refuse(const struct report_run *run, int code, const struct errinfo *why)
{
	const struct act none = {0};
	struct ledger_record r = act_record(run->env, "transfer.refuse");
	json_t *detail GW_CLEANUP(jx_release) = act_detail(&none, code, why);
	jx_set(detail, "period", json_string(run->span.name));
	r.out = LEDGER_DENY;
	report_terms(run, &r);
	/* the refusal stands whether or not it can be written down */
	(void)!ledger_refuse(run->env->ledger, &r, detail, NULL);
}

int transfer_report(const struct transfer_env *env, const struct report_request *request,
    struct report_result *ret, struct errinfo *ei)
{
	struct report_run run GW_CLEANUP(run_release) = {
	    .env = env, .request = request, .result = ret, .now = clock_now(), .seen = seen_new()};
	struct errinfo why = ERRINFO_INIT;
	*ret = (struct report_result){0};
	int e = set_up(&run, &why);
	if (e == 0)
		e = count_all(&run, &why);
	if (e < 0 && e != GW_EUSAGE && e != GW_ELEDGER && e != GW_EFAIL)
		refuse(&run, e, &why);
	if (e == 0)
		e = report_make(&run, &why);
	if (e < 0 && ei)
		*ei = why;
	return e;
}
