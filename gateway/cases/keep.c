/* SPDX-License-Identifier: EUPL-1.2 */
/* keep: what the store keeps of an act: statement, round, case, events, what is due, and what
 * happens to the package. */
#include <stdio.h>

#include "base/date.h"
#include "base/str.h"
#include "cases/inside.h"

static void copy(char *out, size_t cap, const char *s)
{
	(void)snprintf(out, cap, "%s", s ? s : "");
}

static const char *member(const struct cases_work *w, const char *name)
{
	return jx_str(w->st.body, name);
}

static void offered(struct cases_work *w)
{
	struct store_round *o = &w->round;
	copy(o->policy, sizeof o->policy, member(w, "policy"));
	copy(o->request, sizeof o->request, member(w, "request"));
	copy(o->programme, sizeof o->programme, member(w, "programme"));
	copy(o->product, sizeof o->product, member(w, "product"));
	copy(o->region, sizeof o->region, member(w, "region"));
	copy(o->start_month, sizeof o->start_month, member(w, "start_month"));
}

static void released(struct cases_work *w)
{
	copy(w->round.contract, sizeof w->round.contract, w->held.contract);
	w->round.bytes = w->held.bytes;
	w->round.expires = w->held.expires;
}

static void taken_over(struct cases_work *w)
{
	struct duration keep;
	if (duration_parse(w->round.keep, &keep) == 0)
		date_text(date_add(date_of(w->at), keep, 1), w->round.delete_by);
}

/* What the act changes in its round besides the state. */
static int change(struct cases_work *w, struct errinfo *ei)
{
	struct store_round *o = &w->round;
	if (w->package) {
		copy(o->package, sizeof o->package, w->package);
		copy(o->slip, sizeof o->slip, member(w, "slip"));
	}
	switch (w->act) {
	case ACT_OFFER:
		offered(w);
		break;
	case ACT_RELEASE:
		released(w);
		break;
	case ACT_EXTEND:
		if (time_parse(member(w, "expires"), &o->expires) < 0)
			return err_set(ei, GW_EFORMAT, "'expires' is no moment");
		break;
	case ACT_FETCHED:
		o->fetched = w->at;
		break;
	case ACT_OPENED:
		o->opened = w->at;
		o->return_until = date_end(
		    date_add(date_of(w->at), (struct duration){CASES_RETURN_WEEKS, 'W'}, 1));
		break;
	case ACT_TAKEN_OVER:
		taken_over(w);
		break;
	default:
		break;
	}
	if (w->to != w->from || w->new_round) {
		o->since = w->at;
		o->late = 0;
		copy(o->state, sizeof o->state, case_state_word(w->to));
	}
	return 0;
}

static int keep_statement(const struct cases_work *w, struct store_tx *tx, int64_t row,
    const char *span, struct errinfo *ei)
{
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	s.n = w->found.statements;
	s.round = w->round.round;
	s.received = w->at;
	copy(s.kind, sizeof s.kind, w->st.kind);
	copy(s.id, sizeof s.id, w->st.id);
	copy(s.sha256, sizeof s.sha256, w->st.sha256);
	copy(s.by, sizeof s.by, w->st.by.oin);
	copy(s.state, sizeof s.state, w->round.state);
	copy(s.span, sizeof s.span, span);
	int r = buf_add(&s.json, w->json, w->n);
	if (r == 0)
		r = buf_add(&s.p7s, w->p7s, w->p7s_n);
	if (r < 0)
		return err_set(ei, r, "the statement or its signature is too long");
	return store_statement_add(tx, row, &s, ei);
}

static int keep_events(
    const struct cases_work *w, struct store_tx *tx, int64_t now, struct errinfo *ei)
{
	struct store_event e = {.at = now, .round = w->round.round};
	copy(e.sender, sizeof e.sender, w->sender);
	copy(e.recipient, sizeof e.recipient, w->recipient);
	copy(e.case_id, sizeof e.case_id, w->found.case_id);
	copy(e.kind, sizeof e.kind, w->st.kind);
	copy(e.state, sizeof e.state, w->round.state);
	copy(e.statement, sizeof e.statement, w->st.sha256);
	int r = store_event_add(tx, &e, ei);
	if (r < 0 || w->act != ACT_MISDELIVERED)
		return r;
	copy(e.kind, sizeof e.kind, "incident");
	copy(e.note, sizeof e.note, case_act_word(ACT_MISDELIVERED));
	return store_event_add(tx, &e, ei);
}

/* Nobody may fetch it any more once the round has come to one of these. */
static bool ends_package(enum case_state s)
{
	return (case_ended(s) && s != CASE_CLOSED) || s == CASE_TAKEN_OVER;
}

static int keep_package(const struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	const struct store_round *o = &w->round;
	struct store_package own;
	if (!o->package[0])
		return 0;
	/* an act may name any package: those of other cases are not touched */
	int r = cases_package_of(tx, &w->found, o->package, &own, NULL, NULL, NULL);
	if (r < 0)
		return r == GW_ENOENT ? 0 : err_set(ei, r, "the store cannot be read");
	if (w->act == ACT_FETCH_REQUEST)
		return store_package_opened(tx, o->package, ei);
	if (w->act == ACT_EXTEND)
		return store_package_extend(tx, o->package, o->expires, ei);
	return w->to != w->from && ends_package(w->to)
	    ? store_package_doom(tx, o->package, o->state, ei)
	    : 0;
}

int work_keep(struct cases_work *w, struct store_tx *tx, const char *span, struct errinfo *ei)
{
	int64_t now = w->call->now;
	bool moved = w->to != w->from || w->new_round || w->act == ACT_EXTEND;
	int r = change(w, ei);
	if (r < 0)
		return r;
	if (w->round.round >= w->found.round) {
		w->found.round = w->round.round;
		copy(w->found.state, sizeof w->found.state, w->round.state);
	}
	copy(w->found.head, sizeof w->found.head, w->st.sha256);
	w->found.statements++;
	w->found.updated = now;
	r = w->new_case ? store_case_add(tx, &w->found, ei) : store_case_set(tx, &w->found, ei);
	if (r == 0)
		r = store_round_put(tx, w->found.row, &w->round, ei);
	if (r == 0)
		r = keep_statement(w, tx, w->found.row, span, ei);
	if (r == 0)
		r = keep_events(w, tx, now, ei);
	if (r == 0)
		r = keep_package(w, tx, ei);
	return r == 0 && moved ? cases_plan(tx, w->found.row, &w->round, now, ei) : r;
}
