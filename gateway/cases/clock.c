/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clock: what is due in a round, and what happens then (docs/CASES.md, docs/FORMATS.md §10).
 *
 * What is due lies in the store with its moment, so that a gateway that was down does it when it is
 * up again. Each thing is done once: it is taken out of the store in the transaction that says so.
 * Only expiry changes a state; all else are events.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/workday.h"
#include "cases/inside.h"

enum {
	AGAIN_DAYS = 5,      /* working days from the reminder to who is told then */
	IDLE_MS = 60 * 1000, /* when to look again at the latest: also for files that have to go */
	DAY_MS = 24 * 3600 * 1000,
	AT_ONCE = 500, /* things done in one tick */
};

/* ---- planning ---- */

/* What can be due. `next` follows on it, AGAIN_DAYS later. */
static const struct {
	const char *kind, *event, *note, *next;
	bool late; /* the clock of the state has run out */
} kinds[] = {
    {"answer", "reminder", "answer", "answer2", true},
    {"answer2", "escalation", "contractmanager", NULL, true},
    {"release", "escalation", "contractmanager", NULL, true},
    {"confirm", "escalation", "contractmanager", NULL, true},
    {"fetched", "escalation", "not_fetched", NULL, true},
    {"opened", "escalation", "not_opened", NULL, true},
    {"expire7", "reminder", "expires_in_7_days", NULL, false},
    {"expire3", "reminder", "expires_in_3_days", NULL, false},
    {"expire1", "reminder", "expires_in_1_day", NULL, false},
    {"return", "reminder", "return_term_over", NULL, false},
    {"delete", "reminder", "delete", "delete2", true},
    {"delete2", "escalation", "fg", NULL, true},
    {"hours72", "escalation", "72_hours", NULL, true},
};

static int due(struct store_tx *tx, int64_t row, const struct store_round *o, const char *kind,
    int64_t at, struct errinfo *ei)
{
	struct store_due d = {.row = row, .round = o->round, .at = at};
	(void)snprintf(d.kind, sizeof d.kind, "%s", kind);
	return store_due_set(tx, &d, ei);
}

/* Reminders that lie behind us already are not sent. */
static int plan_term(
    struct store_tx *tx, int64_t row, const struct store_round *o, int64_t now, struct errinfo *ei)
{
	static const struct {
		const char *kind;
		int days;
	} before[] = {{"expire7", 7}, {"expire3", 3}, {"expire1", 1}};
	int r = due(tx, row, o, "expire", o->expires, ei);
	for (size_t i = 0; r == 0 && i < GW_LENGTH(before); i++) {
		int64_t at = o->expires - before[i].days * (int64_t)DAY_MS;
		if (at > now)
			r = due(tx, row, o, before[i].kind, at, ei);
	}
	return r;
}

/* The end of the working days of the state's clock. */
static int64_t working_end(enum case_state state, const struct store_round *o)
{
	return date_end(workday_after(date_of(o->since), case_clock(state).working_days));
}

int cases_plan(
    struct store_tx *tx, int64_t row, const struct store_round *o, int64_t now, struct errinfo *ei)
{
	enum case_state state = (enum case_state)case_state_of(o->state);
	int64_t days_end = o->since + case_clock(state).days * (int64_t)DAY_MS;
	struct date day;
	int r = store_due_clear(tx, row, o->round, NULL, ei);
	if (r < 0)
		return r;
	switch (state) {
	case CASE_OFFERED:
	case CASE_ON_HOLD:
		return due(tx, row, o, "answer", working_end(state, o), ei);
	case CASE_ACCEPTED:
		return due(tx, row, o, "release", working_end(state, o), ei);
	case CASE_WITHDRAWAL_REQUESTED:
		return due(tx, row, o, "confirm", working_end(state, o), ei);
	case CASE_RELEASED:
		return plan_term(tx, row, o, now, ei);
	case CASE_FETCHING:
		return due(tx, row, o, "fetched", days_end, ei);
	case CASE_FETCHED:
		return due(tx, row, o, "opened", days_end, ei);
	case CASE_OPENED:
		return due(tx, row, o, "return", o->return_until + 1, ei);
	case CASE_TAKEN_OVER:
		r = due(tx, row, o, "return", o->return_until + 1, ei);
		return r == 0 && date_parse(o->delete_by, &day) == 0
		    ? due(tx, row, o, "delete", date_end(day), ei)
		    : r;
	case CASE_MISDELIVERED:
		return due(tx, row, o, "hours72", days_end, ei);
	default:
		return 0;
	}
}

/* ---- doing ---- */

static int tell(struct store_tx *tx, const struct store_case *it, const struct store_round *o,
    const char *kind, const char *note, int64_t now, struct errinfo *ei)
{
	struct store_event e = {.at = now, .round = o->round};
	(void)snprintf(e.sender, sizeof e.sender, "%s", it->sender);
	(void)snprintf(e.recipient, sizeof e.recipient, "%s", it->recipient);
	(void)snprintf(e.case_id, sizeof e.case_id, "%s", it->case_id);
	(void)snprintf(e.kind, sizeof e.kind, "%s", kind);
	(void)snprintf(e.state, sizeof e.state, "%s", o->state);
	(void)snprintf(e.note, sizeof e.note, "%s", note);
	return store_event_add(tx, &e, ei);
}

/* The event of this kind, and what follows on it. */
static int remind(struct store_tx *tx, const struct store_case *it, struct store_round *o,
    const struct store_due *d, int64_t now, struct errinfo *ei)
{
	size_t i = 0;
	while (i < GW_LENGTH(kinds) && !str_eq(kinds[i].kind, d->kind))
		i++;
	int r = store_due_clear(tx, d->row, d->round, d->kind, ei);
	if (r < 0 || i == GW_LENGTH(kinds))
		return r;
	r = tell(tx, it, o, kinds[i].event, kinds[i].note, now, ei);
	if (r == 0 && kinds[i].next)
		r = due(tx, d->row, o, kinds[i].next,
		    date_end(workday_after(date_of(now), AGAIN_DAYS)), ei);
	if (r < 0 || !kinds[i].late || o->late)
		return r;
	o->late = now;
	return store_round_put(tx, d->row, o, ei);
}

static int end_package(struct store_tx *tx, const struct store_case *it,
    const struct store_round *o, struct errinfo *ei)
{
	struct store_package own;
	int r = cases_package_of(tx, it, o->package, &own, NULL, NULL, ei);
	return r == 0 ? store_package_doom(tx, o->package, o->state, ei) : r == GW_ENOENT ? 0 : r;
}

static int expired(struct store_tx *tx, struct store_case *it, struct store_round *o, int64_t now,
    struct errinfo *ei)
{
	const struct case_facts facts = {0};
	enum case_state to;
	int r = case_step(
	    (enum case_state)case_state_of(o->state), ACT_EXPIRE, BY_GATEWAY, &facts, &to, ei);
	if (r < 0)
		return r;
	(void)snprintf(o->state, sizeof o->state, "%s", case_state_word(to));
	o->since = now;
	o->late = 0;
	if (it->round == o->round)
		(void)snprintf(it->state, sizeof it->state, "%s", o->state);
	it->updated = now;
	r = store_round_put(tx, it->row, o, ei);
	if (r == 0)
		r = store_case_set(tx, it, ei);
	if (r == 0)
		r = tell(tx, it, o, "expired", "", now, ei);
	if (r == 0 && o->package[0])
		r = end_package(tx, it, o, ei);
	return r == 0 ? cases_plan(tx, it->row, o, now, ei) : r;
}

/* Read again what is due there, in the transaction that does it; false in *ret: no longer. */
static int read_due(struct store_tx *tx, const struct store_due *d, struct store_case *it,
    struct store_round *o, bool *ret, struct errinfo *ei)
{
	int64_t at = 0;
	int r = store_case_at(tx, d->row, it, ei);
	if (r == 0)
		r = store_round_find(tx, d->row, d->round, o, ei);
	if (r == 0)
		r = store_due_at(tx, d, &at, ei);
	*ret = r == 0 && at == d->at;
	return r == GW_ENOENT ? 0 : r;
}

static int do_due(
    struct cases *c, const struct store_due *d, int64_t now, bool *ret_done, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_case it = {0};
	struct store_round o = {0};
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = read_due(tx, d, &it, &o, ret_done, ei);
	if (r < 0 || !*ret_done)
		return r;
	r = str_eq(d->kind, "expire") ? expired(tx, &it, &o, now, ei)
				      : remind(tx, &it, &o, d, now, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

/* Intent, state, result: expiry is an act of this gateway. */
static int expire(struct cases *c, const struct store_due *d, const struct store_case *it,
    int64_t now, struct errinfo *ei)
{
	struct ledger_record r = cases_record(c, "case.expire");
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	bool done = false;
	r.actor.auth = NULL;
	r.peer = it->sender;
	jx_set(detail, "sender", json_string(it->sender));
	jx_set(detail, "case", json_string(it->case_id));
	jx_set(detail, "round", json_integer(d->round));
	int e = ledger_intent(c->env.ledger, &r, detail, &intent, ei);
	if (e < 0)
		return e;
	int did = do_due(c, d, now, &done, ei);
	r.out = did == 0 && done ? LEDGER_OK : LEDGER_ERROR;
	e = ledger_result(c->env.ledger, &intent, &r, NULL, NULL, did < 0 ? NULL : ei);
	return did < 0 ? did : e;
}

static int one(struct cases *c, const struct store_due *d, int64_t now, struct errinfo *ei)
{
	struct store_case it = {0};
	struct store_round o = {0};
	bool done = false;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_case_at(tx, d->row, &it, ei);
	store_end(&tx);
	if (r < 0)
		return r;
	pthread_mutex_t *lock GW_CLEANUP(cases_unlock) = cases_lock(c, it.sender, it.case_id);
	/* an act may have come before us */
	r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = read_due(tx, d, &it, &o, &done, ei);
	store_end(&tx);
	if (r == 0 && done)
		r = str_eq(d->kind, "expire") ? expire(c, d, &it, now, ei)
					      : do_due(c, d, now, &done, ei);
	(void)lock;
	return r;
}

static int first_due(struct cases *c, struct store_due *ret, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	return r < 0 ? r : store_due_first(tx, ret, ei);
}

int cases_tick(struct cases *c, const struct registry *registry, int64_t now, int64_t *ret_next,
    struct errinfo *ei)
{
	struct store_due d;
	int64_t next = now + IDLE_MS, packages = next;
	int r = 0;
	for (unsigned n = 0; n < AT_ONCE; n++) {
		r = first_due(c, &d, ei);
		if (r < 0 || d.at > now)
			break;
		if ((r = one(c, &d, now, ei)) < 0)
			return r;
		next = now; /* there may be more than one tick does */
	}
	if (r == 0 && d.at > now)
		next = d.at < now + IDLE_MS ? d.at : now + IDLE_MS;
	else if (r == GW_ENOENT)
		next = now + IDLE_MS;
	else if (r < 0)
		return r;
	r = cases_packages_tick(c, registry, now, &packages, ei);
	if (r == 0)
		*ret_next = packages < next ? packages : next;
	return r;
}
