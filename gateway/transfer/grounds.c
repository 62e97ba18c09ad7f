/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/grounds.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "dossier/ladder.h"
#include "policy/approval.h"
#include "policy/wider.h"
#include "policy/words.h"
#include "transfer/act.h"

/* ---- the run ---- */

static int add_keys(struct grounds *g, struct errinfo *ei)
{
	int e =
	    registry_keys(g->env->registry, g->recipient->oin, date_of(clock_now()), &g->keys, ei);
	g->to = age_recipients_new();
	if (e == 0)
		e = age_recipients_add(g->to, g->keys.main->recipient, ei);
	for (size_t i = 0; e == 0 && i < g->keys.recovery_n; i++)
		e = age_recipients_add(g->to, g->keys.recovery[i]->recipient, ei);
	return e;
}

int grounds_load(struct grounds *g, const struct transfer_env *env, const char *policy,
    const char *to, struct errinfo *ei)
{
	*g = (struct grounds){.env = env};
	if (pthread_mutex_init(&g->lock, NULL) != 0)
		abort();
	int e = registry_known(env->registry, env->oin, &g->sender, ei);
	if (e == 0)
		e = registry_known(env->registry, to, &g->recipient, ei);
	if (e == 0)
		e = rules_load(&g->rules, env, policy, ei);
	if (e == 0 && g->rules.ladder)
		e = ladder_for(g->rules.ladder, env->oin, ei);
	return e < 0 ? e : add_keys(g, ei);
}

void grounds_release(struct grounds *g)
{
	while (g->contracts) {
		struct grounds_contract *next = g->contracts->next;
		free(g->contracts);
		g->contracts = next;
	}
	if (g->env)
		(void)pthread_mutex_destroy(&g->lock);
	age_recipients_free(g->to);
	rules_release(&g->rules);
	*g = (struct grounds){0};
}

/* ---- one contract ---- */

/* An approved policy that is in use: no older version may run from now on. */
static int loaded(const struct grounds *g, const struct contract *c, struct errinfo *ei)
{
	const struct policy *p = g->rules.policy;
	struct ledger_record r = act_record(g->env, "policy.load");
	r.ctl = c->controller;
	r.pol.id = p->id;
	r.pol.v = p->version;
	r.pol.h = p->sha256;
	r.pol.reg = registry_sha256(g->env->registry);
	return p->status == POLICY_ACTIVE
	    ? ledger_policy_floor(g->env->ledger, p->id, p->version, &r, ei)
	    : 0;
}

static int approved(const struct grounds *g, const struct contract *c, struct errinfo *ei)
{
	const struct transfer_policy *f = &g->rules.files;
	const struct organisation *controller = NULL;
	int e = registry_known(g->env->registry, c->controller, &controller, ei);
	if (e < 0)
		return e;
	e = policy_verify_approval(g->rules.policy, f->policy.data, f->policy.len, f->p7s.data,
	    f->p7s.len, registry_trust(g->env->registry), controller, clock_now(), ei);
	return e < 0 || g->rehearsal ? e : loaded(g, c, ei);
}

/* True when the accepted bytes are the policy and version that the statement says. */
static bool is_said(const struct acceptance *a, const struct policy *p)
{
	return str_eq(p->id, a->policy) && p->version == a->version;
}

/* True when the recipient accepted a version than which ours is nowhere wider. */
static bool covered(const struct grounds *g, const struct contract *c, struct date day)
{
	const struct acceptance *a;
	const struct rules *own = &g->rules;
	size_t at = 0;
	while ((a = registry_acceptance_next(g->env->registry, g->recipient->oin, g->env->oin,
		    c->id, own->policy->id, day, &at))) {
		struct rules old GW_CLEANUP(rules_release) = {0};
		if (!str_eq(a->controller, c->controller) ||
		    !str_eq(a->catalogue_sha256, catalogue_sha256(own->catalogue)) ||
		    !str_eq(a->baseline_sha256, own->baseline) ||
		    !str_eq(a->mapping_sha256, own->mapping))
			continue;
		if (rules_accepted(&old, a, NULL) == 0 && is_said(a, old.policy) &&
		    policy_covers(old.policy, own->policy))
			return true;
	}
	return false;
}

static int accepted(
    const struct grounds *g, const struct contract *c, struct date day, struct errinfo *ei)
{
	const struct acceptance *a = NULL;
	const struct acceptance_query q = {.recipient = g->recipient->oin,
	    .sender = g->env->oin,
	    .contract = c->id,
	    .controller = c->controller,
	    .policy_sha256 = g->rules.policy->sha256,
	    .catalogue_sha256 = catalogue_sha256(g->rules.catalogue),
	    .baseline_sha256 = g->rules.baseline,
	    .mapping_sha256 = g->rules.mapping};
	int e = registry_acceptance(g->env->registry, &q, day, &a, ei);
	return e == GW_EREFUSED && covered(g, c, day) ? 0 : e;
}

static unsigned roles(unsigned org)
{
	unsigned bits = 0;
	for (enum org_role r = ORG_MUNICIPALITY; r <= ORG_UWV; r = (enum org_role)(r << 1))
		if (org & r)
			bits |= policy_bit(&policy_roles, org_role_name(r));
	return bits;
}

/* Asked before the acceptance: one that can never come would be the wrong thing to wait for. */
static int parties(const struct grounds *g, struct errinfo *ei)
{
	if (str_eq(g->recipient->oin, g->env->oin))
		return err_set(ei, GW_EREFUSED,
		    "the recipient is this organisation itself: --to names another");
	return policy_check_parties(
	    g->rules.policy, roles(g->sender->roles), roles(g->recipient->roles), ei);
}

/* Judge the contract once; others wait meanwhile and then read what was found. */
static int judge(struct grounds *g, const struct contract *c, struct date day, struct errinfo *ei)
{
	(void)pthread_mutex_lock(&g->lock);
	struct grounds_contract *k = g->contracts;
	while (k && k->contract != c)
		k = k->next;
	if (!k) {
		k = str_alloc(sizeof *k);
		k->contract = c;
		k->code = approved(g, c, &k->why);
		if (k->code == 0)
			k->code = parties(g, &k->why);
		if (k->code == 0)
			k->code = accepted(g, c, day, &k->why);
		k->next = g->contracts;
		g->contracts = k;
	}
	int code = k->code;
	if (code < 0 && ei)
		*ei = k->why;
	(void)pthread_mutex_unlock(&g->lock);
	return code;
}

unsigned grounds_duties(const struct organisation *org)
{
	return org && (org->duties & ORG_BSN_PROCESSING) ? POLICY_BSN_PROCESSING : 0;
}

/* The status and the agreements of the party that is a provider: the recipient's, else ours. */
static void contract_facts(const struct grounds *g, const struct contract *c, const char *programme,
    struct date today, struct policy_context *ctx)
{
	const struct organisation *who =
	    g->recipient->roles & ORG_PROVIDER ? g->recipient : g->sender;
	const struct contract *best = NULL;
	unsigned bit = programme ? programme_parse(programme) : 0;
	enum contract_status status =
	    contract_status(g->env->registry, c, who->oin, bit, today, &best);
	ctx->contract_status = policy_bit(&policy_contracts, contract_status_name(status));
	ctx->uncovered = !best && bit && !(c->programmes & bit);
	if (best && period_holds(&best->processor, today))
		ctx->met |= POLICY_PROCESSOR_AGREEMENT;
	if (best && period_holds(&best->mandate, today))
		ctx->met |= POLICY_MANDATE;
}

static int find(const struct grounds *g, const char *named, const char *in_dossier,
    const struct contract **ret, struct errinfo *ei)
{
	const char *id = named ? named : in_dossier;
	if (!id)
		return err_set(ei, GW_EREFUSED,
		    "no contract: name it in the dossier's context or with --contract");
	if (named && in_dossier && !str_eq(named, in_dossier))
		return err_set(
		    ei, GW_EREFUSED, "the dossier names another contract than --contract");
	const struct contract *c = registry_contract(g->env->registry, id);
	if (!c)
		return named
		    ? err_set(ei, GW_EREFUSED,
			  "the registry knows no contract '%s': add it with `handover registry "
			  "contract`",
			  named)
		    : err_set(ei, GW_EREFUSED,
			  "the registry does not know the contract in the dossier's context: add it "
			  "with `handover registry contract`");
	if (!str_eq(c->provider, g->sender->oin) && !str_eq(c->provider, g->recipient->oin))
		return err_set(ei, GW_EREFUSED,
		    "the contract's provider is neither the sender nor the recipient");
	*ret = c;
	return 0;
}

static void fill_context(const struct grounds *g, const struct contract *c, const char *programme,
    struct date today, struct policy_context *ret_ctx)
{
	struct policy_context ctx = {.sender = roles(g->sender->roles),
	    .recipient = roles(g->recipient->roles),
	    .programme = programme,
	    .contract = c->id,
	    .today = today};
	ctx.recipient_duties = grounds_duties(g->recipient);
	contract_facts(g, c, programme, today, &ctx);
	*ret_ctx = ctx;
}

int grounds_find(struct grounds *g, const char *named, const char *in_dossier,
    const char *programme, struct date today, struct policy_context *ret_ctx,
    const struct contract **ret_contract, struct errinfo *ei)
{
	const struct contract *c = NULL;
	int e = find(g, named, in_dossier, &c, ei);
	if (e == 0 && !programme)
		e = err_set(ei, GW_EREFUSED,
		    "no programme: name it in the dossier's context (context.programme)");
	if (e == 0)
		e = judge(g, c, today, ei);
	if (e < 0)
		return e;
	fill_context(g, c, programme, today, ret_ctx);
	ret_ctx->met |= POLICY_PROTOCOL_ACCEPTED;
	*ret_contract = c;
	return 0;
}

int grounds_report(
    struct grounds *g, const char *id, const struct contract **ret_contract, struct errinfo *ei)
{
	const struct contract *c = registry_contract(g->env->registry, id);
	if (!c)
		return err_set(ei, GW_EREFUSED,
		    "the registry does not know this contract: add it with `handover registry "
		    "contract`");
	if (!str_eq(c->provider, g->sender->oin))
		return err_set(ei, GW_EREFUSED,
		    "contract '%s' is another provider's: its provider reports on it", c->id);
	int e = registry_known(g->env->registry, c->controller, &g->recipient, ei);
	if (e == 0)
		e = approved(g, c, ei);
	if (e == 0)
		e = parties(g, ei);
	if (e == 0)
		*ret_contract = c;
	return e;
}

void grounds_report_context(const struct grounds *g, const struct contract *c,
    const char *programme, struct date today, struct policy_context *ret_ctx)
{
	fill_context(g, c, programme, today, ret_ctx);
}
