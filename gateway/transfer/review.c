/* SPDX-License-Identifier: EUPL-1.2 */
/* The review list: findings under `review` in one dossier, put to a person. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "dossier/dossier.h"
#include "policy/apply.h"
#include "transfer/seal_one.h"
#include "transfer/settle.h"

struct reviewing {
	const struct transfer_env *env;
	const struct review_request *request;
	struct settle settle;
	struct review_decision *made; /* in this review */
	size_t made_n;
	struct review_result result;
	struct dossier *dossier;
	struct ledger_subject *subject;
	struct policy_outcome outcome;
	struct grounds grounds;
};

static void reviewing_release(struct reviewing *v)
{
	free(v->made);
	dossier_free(v->dossier);
	ledger_subject_free(v->subject);
	policy_outcome_release(&v->outcome);
	grounds_release(&v->grounds);
}

/* The decision that was made in this review, or NULL. */
static const struct review_decision *made(const struct reviewing *v, const char *fingerprint)
{
	for (size_t i = 0; i < v->made_n; i++)
		if (str_eq(v->made[i].fingerprint, fingerprint))
			return &v->made[i];
	return NULL;
}

static int put_to_person(struct reviewing *v, const char *field,
    const struct detect_passage *passage, const char *fingerprint)
{
	const struct review_item item = {.field = field,
	    .kind = detect_kind_name(passage->finding.kind),
	    .fingerprint = fingerprint,
	    .text = passage->text,
	    .n = passage->n,
	    .offset = passage->finding.offset,
	    .length = passage->finding.length};
	struct review_answer answer = {REVIEW_OPEN, NULL};
	int r = v->made_n < REVIEW_MOST ? v->request->ask(v->request->arg, &item, &answer) : 0;
	if (r < 0)
		return r;
	if (answer.decision == REVIEW_OPEN) {
		v->result.open++;
		return DETECT_REVIEW;
	}
	assert(v->made);
	struct review_decision *d = &v->made[v->made_n++];
	*d = (struct review_decision){
	    .keep = answer.decision == REVIEW_KEEP_IT, .reason = answer.reason};
	memcpy(d->fingerprint, fingerprint, REVIEW_FINGERPRINT);
	v->result.kept += d->keep;
	v->result.masked += !d->keep;
	return d->keep ? DETECT_KEEP : DETECT_MASK;
}

static int settle(void *arg, const char *field, const struct detect_passage *passage)
{
	struct reviewing *v = arg;
	char fingerprint[REVIEW_FINGERPRINT];
	int r = settle_find(&v->settle, field, passage, fingerprint);
	if (r != DETECT_REVIEW) {
		v->result.before += r >= 0;
		return r;
	}
	const struct review_decision *d = made(v, fingerprint);
	if (d)
		return d->keep ? DETECT_KEEP : DETECT_MASK;
	return put_to_person(v, field, passage, fingerprint);
}

static int sign_off(struct reviewing *v, struct errinfo *ei)
{
	const struct policy *p = v->grounds.rules.policy;
	struct ledger_record r = act_record(v->env, "review.signoff");
	r.peer = v->request->to;
	r.pol.id = p->id;
	r.pol.v = p->version;
	r.pol.h = p->sha256;
	return v->made_n ? review_sign(v->env->ledger, v->subject, v->made, v->made_n, &r, ei) : 0;
}

static int read_dossier(struct reviewing *v, struct errinfo *ei)
{
	const struct review_request *q = v->request;
	struct dossier_limits limits =
	    v->env->dossier_limits ? *v->env->dossier_limits : DOSSIER_LIMITS;
	limits.ladder = v->grounds.rules.ladder;
	int e = dossier_read(q->dossier, v->grounds.rules.catalogue, &limits, &v->dossier, ei);
	if (e == 0 && q->strict && (e = dossier_strict(v->dossier, ei)) < 0)
		return err_prefix(ei, e, q->dossier);
	if (e == 0)
		e = seal_subject(v->env, v->dossier, &v->subject, ei);
	if (e == 0 && !v->subject)
		e = err_set(ei, GW_EREFUSED,
		    "the dossier has no identifier by which a decision could be remembered: give it "
		    "person.bsn, person.v_number or person.client_number");
	return e;
}

/* Let the policy go over the dossier and put what is open to the person. */
static int go_over(struct reviewing *v, struct errinfo *ei)
{
	const struct review_request *q = v->request;
	struct policy_context ctx;
	const struct contract *contract = NULL;
	int e = grounds_load(&v->grounds, v->env, q->policy, q->to, ei);
	if (e == 0)
		e = read_dossier(v, ei);
	if (e == 0)
		e = grounds_find(&v->grounds, q->contract, v->dossier->contract,
		    v->dossier->programme, date_of(clock_now()), &ctx, &contract, ei);
	if (e < 0)
		return e;
	const struct policy_review review = {.settle = settle, .arg = v, .files_too = true};
	v->settle = (struct settle){.ledger = v->env->ledger, .subject = v->subject};
	ctx.attach = v->env->attach;
	ctx.review = &review;
	ctx.client_numbers = v->env->client_numbers;
	ctx.client_numbers_n = v->env->client_numbers_n;
	e = policy_apply(v->grounds.rules.policy, &ctx, v->dossier, v->env->pseudonyms, &v->outcome,
	    &v->result.why);
	v->result.code = e;
	if (e == 0 || (e == GW_EREFUSED && v->outcome.sender_report))
		return sign_off(v, ei);
	if (ei)
		*ei = v->result.why;
	return e;
}

int transfer_review(const struct transfer_env *env, const struct review_request *request,
    struct review_result *ret, struct errinfo *ei)
{
	struct reviewing v GW_CLEANUP(reviewing_release) = {.env = env, .request = request};
	v.made = str_alloc((REVIEW_MOST + 1) * sizeof *v.made);
	if (!str_oin(request->to))
		return err_set(ei, GW_EUSAGE, "--to takes an OIN of 20 digits");
	int e = go_over(&v, ei);
	if (e == 0)
		*ret = v.result;
	return e;
}
