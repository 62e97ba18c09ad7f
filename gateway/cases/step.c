/* SPDX-License-Identifier: EUPL-1.2 */
/* step: one act, from a verified statement to what it makes of its round. */
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

/* A package that corrects one which the recipient has, or may have, needs no new offer. */
static bool corrects(const struct cases_work *w)
{
	return w->act == ACT_RELEASE && w->held.package[0] && w->held.supersedes[0] &&
	    str_eq(w->held.supersedes, w->round.package) &&
	    case_corrects((enum case_state)case_state_of(w->round.state));
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
