/* SPDX-License-Identifier: EUPL-1.2 */
/* May a policy be used here and today, and which of its conditions hold? */
#include "base/str.h"
#include "dossier/dossier.h"
#include "policy/apply.h"
#include "policy/condition.h"
#include "policy/words.h"

static int not_among(const char *what, const char *is, const struct policy_words *words,
    unsigned bits, struct errinfo *ei)
{
	struct buf list GW_CLEANUP(buf_release) = BUF_INIT(400);
	if (policy_bits_text(words, bits, &list) < 0 || !list.data)
		return err_set(ei, GW_EREFUSED, "no policy applies: %s", what);
	if (!is || !*is)
		return err_set(
		    ei, GW_EREFUSED, "no policy applies: %s is none of: %s", what, list.data);
	return err_set(
	    ei, GW_EREFUSED, "no policy applies: %s %s is not among: %s", what, is, list.data);
}

static int words_refuse(const char *what, unsigned is, unsigned allowed,
    const struct policy_words *words, struct errinfo *ei)
{
	struct buf has GW_CLEANUP(buf_release) = BUF_INIT(200);
	if (is & allowed)
		return 0;
	if (policy_bits_text(words, is, &has) < 0)
		buf_clear(&has);
	return not_among(what, has.data, words, allowed, ei);
}

static int check_contract(
    const struct policy *p, const struct policy_context *ctx, struct errinfo *ei)
{
	bool found = !p->contracts_n;
	for (size_t i = 0; i < p->contracts_n; i++)
		found |= str_eq(p->contracts[i], ctx->contract);
	return found ? 0
		     : err_set(ei, GW_EREFUSED,
			   "no policy applies: the contract is not among those that policy '%s' "
			   "names",
			   p->id);
}

int policy_check_parties(
    const struct policy *p, unsigned sender, unsigned recipient, struct errinfo *ei)
{
	int r = words_refuse("sender", sender, p->sender, &policy_roles, ei);
	return r < 0 ? r : words_refuse("recipient", recipient, p->recipient, &policy_roles, ei);
}

int policy_check_context(
    const struct policy *p, const struct policy_context *ctx, struct errinfo *ei)
{
	char from[DATE_TEXT], until[DATE_TEXT];
	if (p->status != POLICY_ACTIVE && !(ctx->rehearsal && p->status == POLICY_DRAFT))
		return err_set(ei, GW_EREFUSED, "policy '%s' is %s: only an active policy runs",
		    p->id, policy_statuses.list[p->status]);
	if (date_cmp(ctx->today, p->from) < 0 || date_cmp(ctx->today, p->until) > 0) {
		date_text(p->from, from);
		date_text(p->until, until);
		return err_set(ei, GW_EREFUSED, "policy '%s' is valid from %s until %s only", p->id,
		    from, until);
	}
	int r = policy_check_parties(p, ctx->sender, ctx->recipient, ei);
	if (r == 0 && !ctx->programme)
		r = err_set(ei, GW_EREFUSED,
		    "no policy applies: the dossier names no programme (context.programme)");
	if (r == 0 && ctx->uncovered && !(ctx->contract_status & p->contract_status))
		r = err_set(ei, GW_EREFUSED,
		    "no policy applies: contract '%s' does not cover programme %s", ctx->contract,
		    ctx->programme);
	if (r == 0)
		r = words_refuse("contract_status", ctx->contract_status, p->contract_status,
		    &policy_contracts, ei);
	if (r == 0 && !(policy_bit(&policy_programmes, ctx->programme) & p->programmes))
		r = not_among("programme", ctx->programme, &policy_programmes, p->programmes, ei);
	if (r == 0)
		r = check_contract(p, ctx, ei);
	unsigned missing = p->requires & ~ctx->met;
	if (r < 0 || !missing)
		return r;
	struct buf list GW_CLEANUP(buf_release) = BUF_INIT(200);
	r = policy_bits_text(&policy_requirements, missing, &list);
	return err_set(ei, GW_EREFUSED, "requires %s", r < 0 ? "more than is met" : list.data);
}

/* Withdrawn at or after `given`: then this consent, and any earlier one of the scope, is void. */
static bool withdrawn_since(const struct dossier *d, const char *scope, struct date given)
{
	for (size_t i = 0; i < d->n_consents; i++) {
		const struct consent *c = &d->consents[i];
		if (str_eq(c->scope, scope) && c->withdrawn.year &&
		    date_cmp(c->withdrawn, given) >= 0)
			return true;
	}
	return false;
}

static bool consent_counts(
    const struct policy *p, const struct dossier *d, const struct consent *c, struct date today)
{
	return str_eq(c->form, p->consent_form) && !c->withdrawn.year &&
	    date_cmp(c->given, today) <= 0 &&
	    date_cmp(today, date_add(c->given, p->consent_max_age, 1)) <= 0 &&
	    !withdrawn_since(d, c->scope, c->given);
}

bool condition_consent(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *d, const char *scope)
{
	for (size_t i = 0; i < ctx->consents_n; i++)
		if (str_eq(ctx->consents[i], scope))
			return true;
	for (size_t i = 0; d && i < d->n_consents; i++)
		if (str_eq(d->consents[i].scope, scope) &&
		    consent_counts(p, d, &d->consents[i], ctx->today))
			return true;
	return false;
}

bool condition_holds(const struct policy *p, const struct policy_condition *c,
    const struct policy_context *ctx, const struct dossier *d, struct buf *unmet)
{
	bool holds = true;
	struct buf none = BUF_INIT(1);
	int r = 0;
	if (!unmet)
		unmet = &none;
	if (c->programmes && !(policy_bit(&policy_programmes, ctx->programme) & c->programmes)) {
		holds = false;
		r = buf_adds(unmet, "programme is not ");
		if (r == 0)
			r = policy_bits_text(&policy_programmes, c->programmes, unmet);
	}
	for (size_t i = 0; i < policy_duties.n; i++) {
		if (!(c->duties & 1U << i) || (ctx->recipient_duties & 1U << i))
			continue;
		r = buf_addf(
		    unmet, "%srecipient lacks duty %s", holds ? "" : "; ", policy_duties.list[i]);
		holds = false;
	}
	for (size_t i = 0; i < c->consents_n; i++) {
		if (condition_consent(p, ctx, d, c->consents[i]))
			continue;
		r = buf_addf(unmet, "%sno consent for %s", holds ? "" : "; ", c->consents[i]);
		holds = false;
	}
	(void)r; /* only the explanation is cut when unmet is full */
	buf_release(&none);
	return holds;
}
