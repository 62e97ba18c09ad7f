/* SPDX-License-Identifier: EUPL-1.2 */
/* step: one act, from a verified statement to what the store keeps of it. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cases/inside.h"
#include "package/note.h"

static const char STALE[] = "stale: ";

int cases_say_stale(struct errinfo *ei)
{
	return err_set(ei, GW_ECONFLICT,
	    "%sthe case has moved on since; read its statements, then sign over the last one",
	    STALE);
}

bool cases_stale(const struct errinfo *ei)
{
	return str_starts(ei->msg, STALE);
}

static void copy(char *out, size_t cap, const char *s)
{
	(void)snprintf(out, cap, "%s", s ? s : "");
}

static const char *member(const struct cases_work *w, const char *name)
{
	return jx_str(w->st.body, name);
}

void work_release(struct cases_work *w)
{
	statement_release(&w->st);
	buf_release(&w->slip);
}

int work_begin(struct cases_work *w, const char *sender, const char *case_id, struct errinfo *ei)
{
	int act = case_act_of(w->st.kind);
	if (act < ACT_OFFER || act > ACT_CONSENT_WITHDRAWN)
		return err_set(ei, GW_EFORMAT, "'%s' is no act of a case", w->st.kind);
	if (!str_eq(member(w, "case"), case_id))
		return err_set(ei, GW_EFORMAT, "the statement is about another case");
	if (!w->st.for_oin || str_eq(w->st.by.oin, w->st.for_oin))
		return err_set(ei, GW_EFORMAT, "the statement is addressed to its own signer");
	w->act = (enum case_act)act;
	w->by = str_eq(w->st.by.oin, sender) ? BY_SENDER : BY_RECIPIENT;
	w->sender = w->by == BY_SENDER ? w->st.by.oin : w->st.for_oin;
	w->recipient = w->by == BY_SENDER ? w->st.for_oin : w->st.by.oin;
	if (!str_eq(w->sender, sender))
		return err_set(ei, GW_EFORMAT, "the statement is about a case of another sender");
	w->package = member(w, "package");
	w->slip.max = STATEMENT_MAX;
	w->at = w->call->now;
	return 0;
}

/* ---- finding ---- */

int cases_package_of(struct store_tx *tx, const struct store_case *it, const char *package,
    struct store_package *ret, struct buf *slip, struct buf *p7s, struct errinfo *ei)
{
	int r = store_package_get(tx, package, ret, slip, p7s, ei);
	if (r < 0 ||
	    (str_eq(ret->sender, it->sender) && str_eq(ret->recipient, it->recipient) &&
		str_eq(ret->case_id, it->case_id)))
		return r;
	*ret = (struct store_package){0};
	if (slip)
		buf_clear(slip);
	if (p7s)
		buf_clear(p7s);
	return err_set(ei, GW_ENOENT, "the package is of another case");
}

/* What the store knows of the package; one of other parties or another case is as unknown. */
static int find_package(struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	w->held = (struct store_package){0};
	buf_clear(&w->slip);
	if (!w->package)
		return 0;
	int r = cases_package_of(tx, &w->found, w->package, &w->held, &w->slip, NULL, ei);
	return r == GW_ENOENT ? 0 : r;
}

static bool was_released(const struct store_round *r)
{
	int state = case_state_of(r->state);
	return (state >= CASE_RELEASED && state <= CASE_WITHDRAWAL_REQUESTED) ||
	    state == CASE_CLOSED;
}

/* A package that corrects one which the recipient has, or may have, needs no new offer. */
static bool corrects(const struct cases_work *w)
{
	return w->act == ACT_RELEASE && w->held.package[0] && w->held.supersedes[0] &&
	    str_eq(w->held.supersedes, w->round.package) && was_released(&w->round);
}

static void begin_round(struct cases_work *w)
{
	const struct store_round last = w->round;
	w->round = (struct store_round){.round = w->found.round + 1};
	if (w->correction) /* it is still the answer to the same request */
		copy(w->round.request, sizeof w->round.request, last.request);
	copy(w->round.state, sizeof w->round.state, case_state_word(CASE_CHECKED));
	copy(w->round.policy, sizeof w->round.policy, member(w, "policy"));
	w->new_round = true;
}

static int find_round(struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	bool begins = w->act == ACT_OFFER || w->act == ACT_RELEASE;
	if (!w->found.round) {
		if (!begins)
			return err_set(ei, GW_ENOENT, "there is no such case");
		begin_round(w);
		return 0;
	}
	int r = store_round_find(tx, w->found.row, w->found.round, &w->round, ei);
	if (r < 0)
		return r;
	if (begins) {
		w->correction = corrects(w);
		if (w->correction || case_ended((enum case_state)case_state_of(w->round.state)))
			begin_round(w);
		return 0;
	}
	if (!w->package || str_eq(w->package, w->round.package))
		return 0;
	struct store_round other;
	r = store_round_of(tx, w->found.row, w->package, &other, ei);
	if (r == 0)
		w->round = other;
	else if (r == GW_ENOENT && !w->round.package[0])
		r = 0;
	else if (r == GW_ENOENT)
		r = err_set(
		    ei, GW_ECONFLICT, "no round of the case is about package '%s'", w->package);
	return r;
}

static int find_case(struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	const char *case_id = member(w, "case"), *prev = member(w, "prev");
	int r = store_case_find(tx, w->sender, case_id, &w->found, ei);
	/* nobody but the sender begins a case: to others there is none, whether there is or not */
	if (r == GW_ENOENT && w->by == BY_SENDER &&
	    (w->act == ACT_OFFER || w->act == ACT_RELEASE)) {
		if (!note_case_ok(case_id))
			return err_set(ei, GW_EFORMAT,
			    "a case is called by a uuid, or up to 64 letters, digits, '.', '_', "
			    "'-'; not digits alone, and no BSN");
		w->found = (struct store_case){0};
		copy(w->found.sender, sizeof w->found.sender, w->sender);
		copy(w->found.recipient, sizeof w->found.recipient, w->recipient);
		copy(w->found.case_id, sizeof w->found.case_id, case_id);
		w->new_case = true;
	} else if (r < 0)
		return r;
	if (!str_eq(w->found.recipient, w->recipient))
		return w->by == BY_SENDER ? err_set(ei, GW_ECONFLICT,
						"the case is one with another recipient: one for "
						"somebody else is a case of its own")
					  : err_set(ei, GW_ENOENT, "there is no such case");
	return str_eq(prev ? prev : "", w->found.head) ? 0 : cases_say_stale(ei);
}

int work_find(struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	w->new_case = w->new_round = w->correction = false;
	int r = find_case(w, tx, ei);
	if (r == 0)
		r = find_package(w, tx, ei);
	if (r == 0)
		r = find_round(w, tx, ei);
	if (r == 0)
		w->from = (enum case_state)case_state_of(w->round.state);
	return r;
}

/* ---- judging ---- */

int work_step(struct cases_work *w, struct errinfo *ei)
{
	const struct case_facts facts = {
	    .direct = w->round.direct || w->correction,
	    .fetched = w->round.fetched != 0,
	    .opened = w->round.opened != 0,
	    .return_term_over =
		!w->judged && w->round.return_until && w->at > w->round.return_until,
	    .delete_never = str_eq(w->round.keep, "never"),
	};
	return case_step(w->from, w->act, w->by, &facts, &w->to, ei);
}

/* The digests of a receipt are those of the slip. */
static int judge_receipt(struct cases_work *w, struct errinfo *ei)
{
	bool needed = w->act >= ACT_FETCH_REQUEST;
	if (!statement_is_receipt(w->st.kind) || !w->package || (!needed && !w->round.slip[0]))
		return 0;
	if (!w->held.package[0])
		return needed ? err_set(ei, GW_EREFUSED, "no slip of this package is known here")
			      : 0;
	struct statement slip GW_CLEANUP(statement_release) = {.kind = "slip"};
	int r = jx_parse("slip", w->slip.data, w->slip.len, &JX_SMALL, &slip.body, ei);
	if (r < 0)
		return r;
	copy(slip.sha256, sizeof slip.sha256, w->held.slip);
	return statement_matches_slip(&w->st, &slip, ei);
}

/* What the statement says has happened cannot lie ahead. */
static int judge_past(const struct cases_work *w, const char *name, struct errinfo *ei)
{
	const char *text = member(w, name);
	int64_t at = 0;
	if (!text)
		return 0;
	if (time_parse(text, &at) < 0)
		return err_set(ei, GW_EFORMAT, "'%s' is no moment", name);
	return at <= w->call->now + CASES_SKEW_MS
	    ? 0
	    : err_set(ei, GW_EREFUSED, "'%s' lies in the future: say it when it is done", name);
}

int work_judge(struct cases_work *w, struct errinfo *ei)
{
	const char *slip = member(w, "slip");
	if (w->act != ACT_OFFER && !str_eq(member(w, "policy"), w->round.policy))
		return err_set(
		    ei, GW_EREFUSED, "the act names another policy than the one offered");
	if (slip && w->act != ACT_RELEASE && w->act != ACT_OFFER && w->round.slip[0] &&
	    !str_eq(slip, w->round.slip))
		return err_set(ei, GW_EREFUSED, "the act names another slip than its round has");
	if (slip && w->held.package[0] && !str_eq(slip, w->held.slip))
		return err_set(ei, GW_EREFUSED, "the act names another slip than its package has");
	int r = judge_receipt(w, ei);
	if (r == 0)
		r = judge_past(w, "destroyed", ei);
	return r < 0 ? r : judge_past(w, "found", ei);
}

/* ---- keeping ---- */

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
