/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cases: what the store keeps of handover cases: the case, its rounds, the chain of statements with
 * their exact bytes, events, and what is due when (docs/FORMATS.md §10).
 *
 * This file keeps and finds; what may follow on what is for cases/ to judge. States, kinds and
 * other words are text here. Moments are ms, 0 where there is none. Each function works within the
 * transaction given; those that change something want one that writes. All may give GW_EIO or
 * GW_EAUTH (damaged). Whom an entry belongs to is judged by the OINs that the caller passes.
 */
#ifndef GW_STORE_CASES_H
#define GW_STORE_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "store/store.h"

enum {
	STORE_OIN = 21,
	STORE_WORD = 65,  /* a word of a statement: 64 characters and NUL */
	STORE_STATE = 24, /* of a state, an act, a kind of event */
	STORE_SPAN = 17,
	STORE_MONTH = 8,
	STORE_TERM = 12, /* a duration as a policy says it, or "never" */
	STORE_STATEMENT_MAX = 64 * 1024,
	STORE_SIGNATURE_MAX = 128 * 1024,
};

/* ---- cases and their rounds ---- */

struct store_case {
	int64_t row; /* its number here */
	char sender[STORE_OIN], case_id[STORE_WORD], recipient[STORE_OIN];
	char state[STORE_STATE]; /* that of the last round */
	unsigned round;          /* the last one, from 1 */
	char head[HASH_HEX];     /* of the chain; "" while it is empty */
	uint64_t statements;
	int64_t updated;
	char gateway[STORE_OIN]; /* where it lives; "" here */
};

struct store_round {
	unsigned round;
	char state[STORE_STATE];
	char package[ID_TEXT], slip[HASH_HEX], policy[HASH_HEX], contract[STORE_WORD];
	char programme[STORE_WORD], product[STORE_WORD], region[STORE_WORD];
	char start_month[STORE_MONTH], request[ID_TEXT];
	int64_t since; /* when it came into its state */
	int64_t expires;
	uint64_t bytes;
	int64_t fetched, opened; /* when these acts were recorded */
	int64_t return_until;
	char delete_by[DATE_TEXT];
	char keep[STORE_TERM]; /* sender.delete of its policy, "" while that is not known */
	bool direct;           /* offer: direct */
	int64_t late;          /* when the clock of its state ran out */
};

/* GW_ENOENT: there is no such case. */
int store_case_find(struct store_tx *tx, const char *sender, const char *case_id,
    struct store_case *ret, struct errinfo *ei) GW_MUST_USE;
int store_case_at(struct store_tx *tx, int64_t row, struct store_case *ret, struct errinfo *ei)
    GW_MUST_USE;

/* Add c, whose row is set; or write what changes of one that is there: all from state on.
 * GW_EEXIST. */
int store_case_add(struct store_tx *tx, struct store_case *c, struct errinfo *ei) GW_MUST_USE;
int store_case_set(struct store_tx *tx, const struct store_case *c, struct errinfo *ei) GW_MUST_USE;

/* Write a round of that case, new or changed. */
int store_round_put(
    struct store_tx *tx, int64_t row, const struct store_round *r, struct errinfo *ei) GW_MUST_USE;

/* A round by its number, or by its package (the last one that names it). GW_ENOENT. */
int store_round_find(struct store_tx *tx, int64_t row, unsigned round, struct store_round *ret,
    struct errinfo *ei) GW_MUST_USE;
int store_round_of(struct store_tx *tx, int64_t row, const char *package, struct store_round *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Called for each; a negative result ends the walk and is returned by it. It may ask the store
 * other questions within the same transaction, not the same one. */
typedef int (*store_each_round)(void *arg, const struct store_round *r, struct errinfo *ei);
typedef int (*store_each_case)(void *arg, const struct store_case *c, struct errinfo *ei);

/* All rounds, the last first. */
int store_rounds(struct store_tx *tx, int64_t row, store_each_round fn, void *arg,
    struct errinfo *ei) GW_MUST_USE;

/*
 * Cases in which `oin` is what role says ("sender" or "recipient"), in that state (NULL: any), with
 * a row above `after`, in the order of rows, at most `limit`.
 */
int store_case_list(struct store_tx *tx, const char *oin, const char *role, const char *state,
    int64_t after, unsigned limit, store_each_case fn, void *arg, struct errinfo *ei) GW_MUST_USE;

/* Whether a round of another case of that sender and request is in one of the states `won` (a list
 * of words with a space before and behind each), or, being the last of its case, in the state
 * `before` while a release of that case waits for delivery (store/jobs.h). */
int store_request_taken(struct store_tx *tx, const char *sender, const char *request, int64_t row,
    const char *won, const char *before, bool *ret, struct errinfo *ei) GW_MUST_USE;

/* ---- the chain ---- */

struct store_statement {
	uint64_t n; /* its place, from 1 */
	unsigned round;
	char kind[STORE_STATE], id[ID_TEXT], sha256[HASH_HEX], by[STORE_OIN];
	char state[STORE_STATE]; /* of the round after it */
	int64_t received;
	char span[STORE_SPAN]; /* of its intent in the ledger, "" where it was recorded elsewhere */
	struct buf json, p7s;  /* exact bytes */
};

#define STORE_STATEMENT_INIT                                                                 \
	{                                                                                    \
		.json = BUF_INIT(STORE_STATEMENT_MAX), .p7s = BUF_INIT(STORE_SIGNATURE_MAX), \
	}

void store_statement_release(struct store_statement *s);

/* GW_EEXIST: place or id are taken in that case. */
int store_statement_add(struct store_tx *tx, int64_t row, const struct store_statement *s,
    struct errinfo *ei) GW_MUST_USE;

/* The statement of that case with this id; GW_ENOENT. *ret was begun with STORE_STATEMENT_INIT. */
int store_statement_find(struct store_tx *tx, int64_t row, const char *id,
    struct store_statement *ret, struct errinfo *ei) GW_MUST_USE;

/* The last statement of that kind in the case, or in that round of it (0: in any); GW_ENOENT. *ret
 * was begun with STORE_STATEMENT_INIT. */
int store_statement_last(struct store_tx *tx, int64_t row, unsigned round, const char *kind,
    struct store_statement *ret, struct errinfo *ei) GW_MUST_USE;

/* True in *ret when a statement was taken under that span. */
int store_statement_spanned(struct store_tx *tx, const char *span, bool *ret, struct errinfo *ei)
    GW_MUST_USE;

typedef int (*store_each_statement)(void *arg, const struct store_statement *s, struct errinfo *ei);

/* The chain from its beginning. */
int store_statements(struct store_tx *tx, int64_t row, store_each_statement fn, void *arg,
    struct errinfo *ei) GW_MUST_USE;

/* What a statement of so many bytes has at most in an answer: JSON in JSON is escaped, signatures
 * are in base64. And what all statements of a case have. */
static inline uint64_t store_statement_bytes(uint64_t json, uint64_t p7s)
{
	return json * 2 + p7s * 4 / 3 + 400;
}
int store_statements_bytes(struct store_tx *tx, int64_t row, uint64_t *ret, struct errinfo *ei)
    GW_MUST_USE;

/* ---- events ---- */

struct store_event {
	uint64_t event; /* its number, rising, never used twice */
	int64_t at;
	char sender[STORE_OIN], recipient[STORE_OIN], case_id[STORE_WORD];
	unsigned round;
	char kind[STORE_STATE], state[STORE_STATE];
	char statement[HASH_HEX]; /* or "" */
	char note[STORE_WORD];    /* or "" */
};

int store_event_add(struct store_tx *tx, const struct store_event *e, struct errinfo *ei)
    GW_MUST_USE;

/* True in *ret when an event of the kind `refused` tells of that statement of the sender's case. */
int store_event_refused(struct store_tx *tx, const char *sender, const char *case_id,
    const char *statement, bool *ret, struct errinfo *ei) GW_MUST_USE;

typedef int (*store_each_event)(void *arg, const struct store_event *e, struct errinfo *ei);

/* The events after that number in cases of which oin is sender or recipient, at most `limit`, in
 * order. */
int store_events(struct store_tx *tx, const char *oin, uint64_t after, unsigned limit,
    store_each_event fn, void *arg, struct errinfo *ei) GW_MUST_USE;

/* ---- what is due ---- */

struct store_due {
	int64_t row;
	unsigned round;
	char kind[STORE_STATE];
	int64_t at;
};

/* Say that this is due in that round; what was said of the same kind is replaced. */
int store_due_set(struct store_tx *tx, const struct store_due *d, struct errinfo *ei) GW_MUST_USE;

/* Nothing of that kind (NULL: nothing at all) is due any more in that round. */
int store_due_clear(struct store_tx *tx, int64_t row, unsigned round, const char *kind,
    struct errinfo *ei) GW_MUST_USE;

/* The first thing due; GW_ENOENT when there is none. */
int store_due_first(struct store_tx *tx, struct store_due *ret, struct errinfo *ei) GW_MUST_USE;

/* When the thing of d's round and kind is due now; GW_ENOENT: it is not any more. */
int store_due_at(struct store_tx *tx, const struct store_due *d, int64_t *ret_at,
    struct errinfo *ei) GW_MUST_USE;

/* When the next thing of that round is due, of any kind; 0 when nothing is. */
int store_due_of(struct store_tx *tx, int64_t row, unsigned round, int64_t *ret_at,
    struct errinfo *ei) GW_MUST_USE;

/* ---- figures ---- */

struct store_case_counts {
	uint64_t cases;
	uint64_t open;    /* that have not ended: whose state is none of `ended` */
	uint64_t overdue; /* whose clock ran out in their present state */
};

/* ended: words with a space before and behind each. */
int store_case_count(struct store_tx *tx, const char *ended, struct store_case_counts *ret,
    struct errinfo *ei) GW_MUST_USE;

#endif
