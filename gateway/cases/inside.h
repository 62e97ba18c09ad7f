/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * inside: what the files of this room share and nobody else sees: the open cases, their locks, one
 * act on its way, and what acts, packages and jobs ask of each other.
 *
 * Order of locks: that of a case (cases_lock) before a transaction of the store that writes. The
 * ledger is appended to under the former, never under the latter.
 */
#ifndef GW_CASES_INSIDE_H
#define GW_CASES_INSIDE_H

#include <pthread.h>

#include "cases/cases.h"
#include "cases/machine.h"
#include "ledger/ledger.h"
#include "sign/statement.h"
#include "store/cases.h"
#include "store/packages.h"
#include "store/store.h"

enum {
	CASES_STRIPES = 64,
	CASES_SKEW_MS = 5 * 60 * 1000, /* between two clocks */
	CASES_RETURN_WEEKS = 6,
	CASES_LATE_DAYS = 14, /* that another gateway may tell an act late: mirror.c */
	CASES_STATEMENTS = 200,
	CASES_CHAIN = 3 << 20,
	CASES_LAST = 24 << 10,
	CASES_ROUNDS = 50,
	CASES_UNDER_WAY = 8,      /* rounds that began and are not taken over yet */
	CASES_PAGE_ROUNDS = 1000, /* of the cases on a page; with these it is full */
};

struct cases_rules;    /* conditions.c: policies that were read */
struct cases_packages; /* packages and uploads at work; NULL until cases_packages_open */

struct cases {
	struct cases_env env; /* its text is owned */
	pthread_mutex_t stripes[CASES_STRIPES];
	pthread_mutex_t lock; /* of rules */
	struct cases_rules *rules;
	struct cases_packages *packages;
};

/* Nobody else changes that case between the two; the threads of other cases hardly wait. */
pthread_mutex_t *cases_lock(struct cases *c, const char *sender, const char *case_id);
void cases_unlock(pthread_mutex_t **m); /* fits GW_CLEANUP; NULL is fine */

/* ---- who asks ---- */

/* True when caller is that organisation, or the gateway that the registry names for it. */
bool cases_speaks_for(const struct registry *r, const char *caller, const char *oin);

/* The OIN of the gateway that serves the recipient, when it is another than ours; else NULL. */
const char *cases_elsewhere(const struct cases *c, const struct registry *r, const char *recipient);

/* As whom the caller looks at the case: bits of enum case_by, 0 for a stranger. */
unsigned cases_party(
    const struct registry *r, const char *caller, const char *sender, const char *recipient);

/* ---- one act: step.c ---- */

/* Statements before they are taken: verified, found, judged, then kept. */
struct cases_work {
	const struct cases_call *call;
	struct statement st; /* verified; owned */
	const void *json, *p7s;
	size_t n, p7s_n;
	enum case_act act;
	enum case_by by;
	const char *sender, *recipient; /* borrowed from st */
	const char *package;            /* that it names, or NULL */
	int64_t at;                     /* when it was received: now, or where the case lives */
	bool judged;                    /* there, so that its terms are not judged again */

	bool new_case, new_round;
	bool correction;          /* the new round's package supersedes that of the one before */
	struct store_case found;  /* as it is before the act */
	struct store_round round; /* the act's, as it is before; of a new one what it begins with */
	enum case_state from, to;
	struct store_package held; /* what the store knows of the package; package "" if nothing */
	struct buf slip;           /* its slip */
};

/* Read kind, parties and package from w->st. GW_EFORMAT: no act, or not of this address. */
int work_begin(struct cases_work *w, const char *sender, const char *case_id, struct errinfo *ei)
    GW_MUST_USE;
void work_release(struct cases_work *w);

/*
 * Find the case and round that the act belongs to, and compare prev with the head of the chain.
 * GW_ECONFLICT: stale, or the package is of no round; GW_ENOENT: there is no such case, and this
 * act begins none.
 */
int work_find(struct cases_work *w, struct store_tx *tx, struct errinfo *ei) GW_MUST_USE;

/* Whether the machine lets it happen (w->to). GW_ECONFLICT, GW_EREFUSED. */
int work_step(struct cases_work *w, struct errinfo *ei) GW_MUST_USE;

/* What the act itself must be: digests, dates, the policy and slip of its round. GW_EREFUSED,
 * GW_EAUTH. */
int work_judge(struct cases_work *w, struct errinfo *ei) GW_MUST_USE;

/* store_package_get for a package of that case; GW_ENOENT also for one of another case, which an
 * act can name, and whose slip is not for these parties to read. */
int cases_package_of(struct store_tx *tx, const struct store_case *it, const char *package,
    struct store_package *ret, struct buf *slip, struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/*
 * From the intent on, for what was found and judged, under cases_lock: intent case.<act>, what
 * work_keep does (with elsewhere, the OIN of another gateway, cases_job_queue instead), result.
 * GW_ECONFLICT: another process was quicker. GW_ELEDGER.
 */
int work_do(struct cases *c, struct cases_work *w, const char *elsewhere, struct errinfo *ei)
    GW_MUST_USE;

/* The chain has moved on: GW_ECONFLICT with the words that cases_stale knows. */
int cases_say_stale(struct errinfo *ei) GW_MUST_USE;

/* ---- keep.c ---- */

/* Keep it: statement, round, case, event, what is due, what happens to the package. span is that of
 * its intent here, or "". What it changes in its round dates from w->at. */
int work_keep(struct cases_work *w, struct store_tx *tx, const char *span, struct errinfo *ei)
    GW_MUST_USE;

/* ---- ahead.c ---- */

/* Apply, in a transaction that writes and will be given up, what waits for delivery in that case.
 */
int cases_ahead(struct cases *c, struct store_tx *tx, const struct cases_call *call,
    const char *sender, const char *case_id, struct errinfo *ei) GW_MUST_USE;

/* The state of the last round once `pending` (cases_job_pending) is delivered. */
enum case_state cases_state_ahead(
    const struct store_round *last, const json_t *pending, struct case_facts *facts);

/* ---- conditions.c ---- */

/*
 * What the policy of the round says, as its recipient accepted it: fills direct and keep in the
 * round when it is there. Never fails: what is not known is judged by cases_conditions.
 */
void cases_terms(struct cases *c, struct cases_work *w);

/* The conditions of docs/FORMATS.md §10 for offer, release, fetch_request, and the longest term of
 * extend; 0 for every other act. GW_EREFUSED, GW_EAUTH. Begins a transaction that reads, so that
 * none may be open: with STORE_READERS threads each would wait for the others. */
int cases_conditions(struct cases *c, struct cases_work *w, struct errinfo *ei) GW_MUST_USE;

/* The part of them that is about parties and policy, under any programme of the contract; contract
 * NULL: under any contract. */
int cases_terms_hold(struct cases *c, const struct cases_call *call, const char *sender,
    const char *recipient, const char *contract, const char *policy, struct errinfo *ei)
    GW_MUST_USE;

/* Fill in what a record says of the round's policy; text is borrowed from c and w. */
void cases_record_terms(struct cases *c, const struct cases_work *w, struct ledger_record *r);

void cases_rules_free(struct cases *c);

/* ---- growth.c ---- */

/* Whether the case of w, found and stepped, may have that act. GW_ELIMIT. */
int cases_may_grow(const struct cases *c, const struct cases_work *w, struct store_tx *tx,
    struct errinfo *ei) GW_MUST_USE;

/* ---- withheld.c ---- */

/* GW_EREFUSED when consent was withdrawn in the case of that row after the package of that slip was
 * sealed. */
int cases_consent(struct store_tx *tx, int64_t row, const struct buf *slip, struct errinfo *ei)
    GW_MUST_USE;

/* How long after its fetch_request a package is served, though its term may be over. */
int64_t cases_fetch_ms(void);

/* Whether the bytes of p, with that slip, are still served, as far as fetch_request was taken.
 * GW_EREFUSED: as cases_consent, or the time for it is over. */
int cases_served(struct store_tx *tx, const struct store_package *p, const struct buf *slip,
    int64_t now, struct errinfo *ei) GW_MUST_USE;

/* ---- records ---- */

/* Begin a record of that act by this gateway. */
struct ledger_record cases_record(const struct cases *c, const char *act);

/* Record that something was refused: transfer.refuse with the reason. Keeps code and ei. peer is
 * who asked. */
void cases_refused(struct cases *c, const struct cases_call *call, const char *kind,
    const char *sender, const char *case_id, int code, const struct errinfo *why);

/* ---- look.c ---- */

/* The case as the caller sees it; a new reference. */
int cases_json(struct cases *c, struct store_tx *tx, const struct cases_call *call,
    const struct store_case *it, json_t **ret, struct errinfo *ei) GW_MUST_USE;

/* ---- clock.c ---- */

/* Say anew what is due in a round that has come into its state, or whose term has changed. */
int cases_plan(struct store_tx *tx, int64_t row, const struct store_round *r, int64_t now,
    struct errinfo *ei) GW_MUST_USE;

/* ---- what packages does for cases.c: package.c, upload.c, mirror.c ---- */

/* Make good what a kill left of packages and uploads, and be ready for them. GW_EIO. */
int cases_packages_open(
    struct cases *c, const struct registry *registry, int64_t now, struct errinfo *ei) GW_MUST_USE;
void cases_packages_close(struct cases *c);

/* Delete the files that are doomed, uploads that were given up. *ret_next: the next at the latest.
 */
int cases_packages_tick(struct cases *c, const struct registry *registry, int64_t now,
    int64_t *ret_next, struct errinfo *ei) GW_MUST_USE;

#endif
