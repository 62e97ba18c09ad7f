/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * conditions: may the policy of a round be used between these parties today, and is the package
 * what was announced?
 *
 * What a policy says is read from the bytes that its recipient accepted; a policy of which no
 * acceptance lies in the registry is unknown here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cases/inside.h"
#include "cases/package.h"
#include "dossier/catalogue.h"
#include "policy/apply.h"
#include "policy/policy.h"
#include "transfer/grounds.h"
#include "transfer/rules.h"

/* A policy that was read, known again by the digests of all that its meaning rests on. */
struct cases_rules {
	struct rules rules;
	char policy[HASH_HEX], catalogue[HASH_HEX], baseline[HASH_HEX], mapping[HASH_HEX];
	struct cases_rules *next;
};

void cases_rules_free(struct cases *c)
{
	while (c->rules) {
		struct cases_rules *next = c->rules->next;
		rules_release(&c->rules->rules);
		free(c->rules);
		c->rules = next;
	}
}

static bool is_of(const struct cases_rules *k, const struct acceptance *a)
{
	return str_eq(k->policy, a->policy_sha256) && str_eq(k->catalogue, a->catalogue_sha256) &&
	    str_eq(k->baseline, a->baseline_sha256) && str_eq(k->mapping, a->mapping_sha256);
}

/*
 * The policy of an acceptance, compiled; it stays for good, since the number of policies that
 * anybody's officers sign is small and their bytes never change.
 */
static int rules_of(
    struct cases *c, const struct acceptance *a, const struct policy **ret, struct errinfo *ei)
{
	int r = 0;
	(void)pthread_mutex_lock(&c->lock);
	struct cases_rules *k = c->rules;
	while (k && !is_of(k, a))
		k = k->next;
	if (!k) {
		k = str_alloc(sizeof *k);
		r = rules_accepted(&k->rules, a, ei);
		if (r < 0) {
			rules_release(&k->rules);
			free(k);
			k = NULL;
		} else {
			memcpy(k->policy, a->policy_sha256, HASH_HEX);
			memcpy(k->catalogue, a->catalogue_sha256, HASH_HEX);
			memcpy(k->baseline, a->baseline_sha256, HASH_HEX);
			memcpy(k->mapping, a->mapping_sha256, HASH_HEX);
			k->next = c->rules;
			c->rules = k;
		}
	}
	if (k)
		*ret = k->rules.policy;
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

/* ---- which acceptance ---- */

/* Who wants to send to whom, under which policy and contract. */
struct terms {
	const struct cases_call *call;
	const char *sender, *recipient, *policy;
	const char *contract;  /* NULL: any */
	const char *programme; /* NULL: any that the contract covers */
};

static struct terms terms_of(const struct cases_work *w)
{
	const struct store_round *o = &w->round;
	struct terms t = {.call = w->call,
	    .sender = w->sender,
	    .recipient = w->recipient,
	    .policy = jx_str(w->st.body, "policy")};
	t.contract = w->held.package[0] ? w->held.contract : o->contract[0] ? o->contract : NULL;
	t.programme = w->act == ACT_OFFER ? jx_str(w->st.body, "programme")
	    : o->programme[0]             ? o->programme
					  : NULL;
	return t;
}

static bool names(const struct acceptance *a, const char *sender)
{
	for (size_t i = 0; i < a->senders_n; i++)
		if (str_eq(a->senders[i], sender))
			return true;
	return false;
}

/* Acceptances by the recipient of that policy for the sender: whether they hold is asked later. */
static const struct acceptance *next_of(const struct terms *t, size_t *at)
{
	const struct registry *r = t->call->registry;
	while (*at < registry_acceptance_count(r)) {
		const struct acceptance *a = registry_acceptance_at(r, (*at)++);
		if (str_eq(a->policy_sha256, t->policy) && str_eq(a->recipient, t->recipient) &&
		    names(a, t->sender) && (!t->contract || str_eq(a->contract, t->contract)) &&
		    a->policy_bytes.len)
			return a;
	}
	return NULL;
}

/* The policy as some acceptance has it, whether that holds today or not; NULL for none. */
static const struct policy *any_policy(struct cases *c, const struct terms *t)
{
	const struct acceptance *a;
	const struct policy *p = NULL;
	size_t at = 0;
	while (!p && (a = next_of(t, &at)))
		if (a->code == 0 && rules_of(c, a, &p, NULL) < 0)
			p = NULL;
	return p;
}

static void take_terms(struct store_round *o, const struct policy *p)
{
	o->direct = p->direct;
	if (p->sender_never)
		(void)snprintf(o->keep, sizeof o->keep, "never");
	else
		(void)snprintf(
		    o->keep, sizeof o->keep, "P%d%c", p->sender_delete.n, p->sender_delete.unit);
}

void cases_terms(struct cases *c, struct cases_work *w)
{
	struct terms t = terms_of(w);
	t.contract = NULL;
	const struct policy *p = any_policy(c, &t);
	if (p)
		take_terms(&w->round, p);
}

/* ---- parties, contract, policy ---- */

static int judge_contract(const struct terms *t, const struct acceptance *a,
    const struct contract **ret, struct errinfo *ei)
{
	const struct contract *k = registry_contract(t->call->registry, a->contract);
	if (!k)
		return err_set(
		    ei, GW_EREFUSED, "the registry does not know contract '%s'", a->contract);
	if (!str_eq(k->controller, a->controller))
		return err_set(ei, GW_EREFUSED, "the policy was accepted for another controller");
	if (!str_eq(k->provider, t->sender) && !str_eq(k->provider, t->recipient))
		return err_set(ei, GW_EREFUSED,
		    "the contract's provider is neither the sender nor the recipient");
	*ret = k;
	return 0;
}

static int judge_context(
    const struct terms *t, const struct acceptance *a, const struct policy *p, struct errinfo *ei)
{
	/* which only looks at it */
	const struct transfer_env env = {
	    .registry = (struct registry *)(uintptr_t)t->call->registry};
	struct grounds g = {.env = &env};
	struct policy_context ctx;
	const struct contract *k = NULL;
	int r = registry_known(env.registry, t->sender, &g.sender, ei);
	if (r == 0)
		r = registry_known(env.registry, t->recipient, &g.recipient, ei);
	if (r == 0)
		r = judge_contract(t, a, &k, ei);
	if (r >= 0 && !k)
		r = err_set(ei, GW_EREFUSED, "the contract of the acceptance is not known here");
	if (r < 0)
		return r;
	r = err_set(ei, GW_EREFUSED, "the contract covers no programme");
	for (unsigned bit = 1; r < 0 && bit <= PROGRAMME_NUG; bit <<= 1) {
		const char *name = t->programme;
		if (!name && !(k->programmes & bit))
			continue;
		if (!name)
			name = programme_name((enum programme)bit);
		grounds_report_context(&g, k, name, date_of(t->call->now), &ctx);
		ctx.met |= POLICY_PROTOCOL_ACCEPTED;
		r = policy_check_context(p, &ctx, ei);
		if (t->programme)
			break;
	}
	return r;
}

/* Does this acceptance hold today, and may its policy be used for these parties? */
static int judge_acceptance(struct cases *c, const struct terms *t, const struct acceptance *a,
    const struct policy **ret, struct errinfo *ei)
{
	const struct acceptance *held = NULL;
	const struct acceptance_query q = {.recipient = t->recipient,
	    .sender = t->sender,
	    .contract = a->contract,
	    .controller = a->controller,
	    .policy_sha256 = a->policy_sha256,
	    .catalogue_sha256 = a->catalogue_sha256,
	    .baseline_sha256 = a->baseline_sha256,
	    .mapping_sha256 = a->mapping_sha256};
	int r = registry_acceptance(t->call->registry, &q, date_of(t->call->now), &held, ei);
	if (r == 0)
		r = rules_of(c, held, ret, ei);
	return r < 0 ? r : judge_context(t, held, *ret, ei);
}

/* Of several acceptances one that holds will do; *ret_a is that. */
static int judge_terms(struct cases *c, const struct terms *t, const struct acceptance **ret_a,
    const struct policy **ret, struct errinfo *ei)
{
	const struct organisation *known;
	const struct acceptance *a;
	size_t at = 0;
	int r = registry_known(t->call->registry, t->recipient, &known, ei);
	if (r == 0)
		r = registry_known(t->call->registry, t->sender, &known, ei);
	if (r < 0)
		return r;
	r = err_set(ei, GW_EREFUSED,
	    "no acceptance of policy %.12s by %s for this sender and contract is known here",
	    t->policy, t->recipient);
	while (r < 0 && (a = next_of(t, &at))) {
		r = judge_acceptance(c, t, a, ret, ei);
		*ret_a = a;
	}
	return r;
}

static int judge_policy(
    struct cases *c, struct cases_work *w, const struct policy **ret, struct errinfo *ei)
{
	const struct terms t = terms_of(w);
	const struct acceptance *a = NULL;
	int r = judge_terms(c, &t, &a, ret, ei);
	if (r >= 0 && (!*ret || !a))
		r = err_set(ei, GW_EREFUSED, "the policy of the act is not known here");
	if (r < 0)
		return r;
	take_terms(&w->round, *ret);
	(void)snprintf(w->round.contract, sizeof w->round.contract, "%s", a->contract);
	return 0;
}

int cases_terms_hold(struct cases *c, const struct cases_call *call, const char *sender,
    const char *recipient, const char *contract, const char *policy, struct errinfo *ei)
{
	const struct terms t = {.call = call,
	    .sender = sender,
	    .recipient = recipient,
	    .policy = policy,
	    .contract = contract};
	const struct acceptance *a = NULL;
	const struct policy *p = NULL;
	return judge_terms(c, &t, &a, &p, ei);
}

/* ---- the package ---- */

static int judge_slip(const struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct statement st GW_CLEANUP(statement_release) = {0};
	struct store_package held;
	int r = store_package_get(tx, w->package, &held, &json, &p7s, ei);
	if (r == 0)
		r = package_slip_judge(
		    w->call, json.data, json.len, p7s.data, p7s.len, held.announced, &st, ei);
	if (r < 0)
		return r;
	return str_eq(st.by.oin, w->sender)
	    ? 0
	    : err_set(ei, GW_EAUTH, "the slip is not by the sender of the package");
}

static int judge_package(struct cases *c, struct cases_work *w, struct errinfo *ei)
{
	const struct store_package *k = &w->held;
	int64_t expires = w->act == ACT_RELEASE ? k->expires : w->round.expires;
	if (!k->package[0])
		return err_set(ei, GW_EREFUSED,
		    "package '%s' was not announced here: announce it "
		    "and bring it first",
		    w->package);
	if (k->reason[0] || k->state == PACKAGE_GONE)
		return err_set(ei, GW_EREFUSED, "package '%s' has gone from here", k->package);
	if (k->state != PACKAGE_DEPOSITED)
		return err_set(ei, GW_EREFUSED, "package '%s' has not wholly arrived", k->package);
	if (!str_eq(k->policy, jx_str(w->st.body, "policy")))
		return err_set(
		    ei, GW_EREFUSED, "the package was sealed under another policy than this one");
	if (expires <= w->call->now)
		return err_set(ei, GW_EREFUSED, "the term of the package is over: seal it again");
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	return r < 0 ? r : judge_slip(w, tx, ei);
}

/* An extension goes beyond the term, and no further than a package sealed today would last. */
static int judge_extension(struct cases *c, struct cases_work *w, struct errinfo *ei)
{
	const struct policy *p = NULL;
	int64_t until = 0;
	int r = judge_policy(c, w, &p, ei);
	if (r < 0)
		return r;
	if (time_parse(jx_str(w->st.body, "expires"), &until) < 0)
		return err_set(ei, GW_EFORMAT, "'expires' is no moment");
	if (until <= w->round.expires)
		return err_set(ei, GW_EREFUSED, "the term runs longer than that already");
	if (until > date_end(policy_expiry(p, date_of(w->call->now))))
		return err_set(ei, GW_EREFUSED, "the policy does not let a package last that long");
	return 0;
}

int cases_conditions(struct cases *c, struct cases_work *w, struct errinfo *ei)
{
	const struct policy *p = NULL;
	if (w->act == ACT_EXTEND)
		return judge_extension(c, w, ei);
	if (w->act != ACT_OFFER && w->act != ACT_RELEASE && w->act != ACT_FETCH_REQUEST)
		return 0;
	int r = judge_policy(c, w, &p, ei);
	return r == 0 && w->act != ACT_OFFER ? judge_package(c, w, ei) : r;
}

/* ---- records ---- */

void cases_record_terms(struct cases *c, const struct cases_work *w, struct ledger_record *r)
{
	struct terms t = terms_of(w);
	const struct contract *k =
	    t.contract ? registry_contract(w->call->registry, t.contract) : NULL;
	r->pol.h = t.policy;
	r->pol.reg = registry_sha256(w->call->registry);
	if (k)
		r->ctl = k->controller;
	t.contract = NULL;
	const struct policy *p = any_policy(c, &t);
	if (!p)
		return;
	r->pol.id = p->id;
	r->pol.v = p->version;
	r->purp = p->purpose;
	r->basis = p->gdpr_article;
}
