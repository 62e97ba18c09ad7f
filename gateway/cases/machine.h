/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * machine: the states of a handover case and the acts that move it, as one table.
 *
 * One case is one candidate, one sender and one recipient. The table in machine.c is the only place
 * that knows which act is legal when and by whom; docs/CASES.md is printed from it, and the tests
 * walk all of it. What an act needs besides (a signature, the conditions of the policy, digests) is
 * judged by whoever carries it out.
 *
 * An ended case stays ended, but for `misdelivered`, which is legal in every state: it may be found
 * at any time that something went to the wrong party.
 */
#ifndef GW_CASES_MACHINE_H
#define GW_CASES_MACHINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum case_state {
	CASE_NONE, /* no case yet */
	CASE_DRAFT,
	CASE_CHECKED,
	CASE_OFFERED,
	CASE_ON_HOLD,
	CASE_ACCEPTED,
	CASE_RELEASED,
	CASE_FETCHING,
	CASE_FETCHED,
	CASE_OPENED,
	CASE_TAKEN_OVER,
	CASE_WITHDRAWAL_REQUESTED,
	/* from here on the case has ended */
	CASE_DECLINED,
	CASE_WITHDRAWN,
	CASE_CANCELLED,
	CASE_EXPIRED,
	CASE_RETURNED,
	CASE_CLOSED,
	CASE_MISDELIVERED,
	CASE_VOID,
	CASE_STATES,
};

/* The acts. But for the first two and the last they are kinds of statements (docs/FORMATS.md §9)
 * with the same names. */
enum case_act {
	ACT_PREPARE,
	ACT_CHECK,
	ACT_OFFER,
	ACT_ACCEPT,
	ACT_DECLINE,
	ACT_HOLD,
	ACT_QUESTION,
	ACT_RELEASE,
	ACT_WITHDRAW,
	ACT_CANCEL,
	ACT_EXTEND,
	ACT_FETCH_REQUEST,
	ACT_FETCHED,
	ACT_OPENED,
	ACT_CONVERSATION,
	ACT_TAKEN_OVER,
	ACT_RETURN,
	ACT_WITHDRAW_REQUEST,
	ACT_WITHDRAW_CONFIRM,
	ACT_DESTROYED,
	ACT_KEPT,
	ACT_MISDELIVERED,
	ACT_ENTERED_IN_ERROR,
	ACT_CONSENT_WITHDRAWN,
	ACT_EXPIRE, /* the clock's: the term of the package is over */
	CASE_ACTS,
};

/* Who may do it. */
enum case_by { BY_SENDER = 1, BY_RECIPIENT = 2, BY_EITHER = 3, BY_GATEWAY = 4 };

/* What the machine must know of a case besides its state. */
struct case_facts {
	bool direct;  /* the policy says `offer: direct`: a release needs no offer */
	bool fetched; /* these acts were done, whatever the state is by now */
	bool opened;
	bool return_term_over; /* the six weeks after `opened` in which a return is possible */
	bool delete_never;     /* the policy's `sender.delete: never`: kept closes, not destroyed */
};

/*
 * case_step(state, act, by, facts, ret_state, ei): what an act makes of a case.
 *
 * Returns 0 and the new state (which may be the old one). GW_ECONFLICT: not legal in this state;
 * GW_EREFUSED: legal, but not by this party. The message names the state, the act and what is
 * legal instead.
 */
int case_step(enum case_state state, enum case_act act, enum case_by by,
    const struct case_facts *facts, enum case_state *ret_state, struct errinfo *ei) GW_MUST_USE;

/* True when nothing but `misdelivered` is legal any more. */
bool case_ended(enum case_state state);

/* True when the recipient of a round in that state has its package, or may have it: another that
 * supersedes it is a correction, and needs no offer. */
bool case_corrects(enum case_state state);

/* The word of a state in code, API and ledger, and on Dutch screens; the word of an act. */
const char *case_state_word(enum case_state state);
const char *case_state_dutch(enum case_state state);
const char *case_act_word(enum case_act act);

/* The state or act that a word names; -1 when none. */
int case_state_of(const char *word);
int case_act_of(const char *word);

/* How long a case may be in a state before somebody is told, and who. */
struct case_clock {
	unsigned working_days, days; /* one of them, or neither: no clock of its own */
	const char *then;            /* who is told, or what happens */
};
struct case_clock case_clock(enum case_state state);

/* Append the whole table as Markdown: a diagram and a row for each transition. */
int case_print(struct buf *out) GW_MUST_USE;

#endif
