/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * growth: how long a case may grow.
 *
 * Its chain is shown, compared and kept whole, so that neither party may make it as long as he
 * likes. Beyond 200 statements, or 3 MiB of them, only what brings a round on is taken, to its end
 * at last, and that has to be short. There are at most nine such acts in each of the eight rounds
 * that may be under way, and two in each of the others, fifty in all: with what went before they
 * fit into the 8 MiB that clients and other gateways take.
 */
#include "cases/inside.h"

static int judge_length(
    const struct cases *c, const struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	const struct cases_limits *l = &c->env.limits;
	uint64_t bytes = 0, most = l->chain_bytes ? l->chain_bytes : CASES_CHAIN;
	uint64_t last = l->last_bytes ? l->last_bytes : CASES_LAST;
	bool goes_on = w->to != w->from && !w->new_round && w->act != ACT_OFFER;
	int r = w->new_case ? 0 : store_statements_bytes(tx, w->found.row, &bytes, ei);
	if (r < 0 || w->new_case)
		return r;
	if (bytes < most &&
	    w->found.statements < (l->statements ? l->statements : CASES_STATEMENTS))
		return 0;
	if (!goes_on)
		return err_set(ei, GW_ELIMIT,
		    "the case has as many statements as it may have: end it, and begin another");
	return store_statement_bytes(w->n, w->p7s_n) <= last
	    ? 0
	    : err_set(ei, GW_ELIMIT,
		  "the case has as many statements as it may have, and this one is a long one: sign "
		  "it without certificates that are not needed");
}

static int count_under_way(void *arg, const struct store_round *o, struct errinfo *ei)
{
	enum case_state state = (enum case_state)case_state_of(o->state);
	unsigned *n = arg;
	(void)ei;
	*n += !case_ended(state) && state != CASE_TAKEN_OVER;
	return 0;
}

/* Nor are there rounds without end. */
static int judge_rounds(const struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	unsigned n = 0;
	if (w->new_case || !w->new_round)
		return 0;
	if (w->found.round >= CASES_ROUNDS)
		return err_set(ei, GW_ELIMIT,
		    "the case has had %d packages or offers, as many as it may have: begin another "
		    "case",
		    CASES_ROUNDS);
	int r = store_rounds(tx, w->found.row, count_under_way, &n, ei);
	return r < 0 || n < CASES_UNDER_WAY ? r
					    : err_set(ei, GW_ELIMIT,
						  "%d packages of the case are under way: withdraw "
						  "an older one, or have it taken over, first",
						  CASES_UNDER_WAY);
}

int cases_may_grow(
    const struct cases *c, const struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	int r = judge_length(c, w, tx, ei);
	return r < 0 ? r : judge_rounds(w, tx, ei);
}
