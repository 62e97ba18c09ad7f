/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * contact_case: one case at the gateway, with what we saw of it before.
 *
 * At each contact the gateway's chain is compared with ours; where ours is not its beginning, that
 * is GW_EAUTH and an `incident.open` in our ledger.
 */
#ifndef TOOLS_CONTACT_CASE_H
#define TOOLS_CONTACT_CASE_H

#include "home/receipts.h"
#include "tools/contact.h"

/* One case, as the gateway has it now and as we saw it. */
struct contact_case {
	char sender[OIN_TEXT], case_id[CHAIN_CASE];
	struct receipts *receipts; /* ours, held alone; its chain is the gateway's now */
	json_t *now;               /* what the gateway tells of it; NULL: it has no such case */
};

/* The case that an operand names: "sender/case", or a case id that one sender uses. GW_ENOENT;
 * GW_EUSAGE: two senders use it. */
int contact_find(struct contact *c, const char *operand, struct contact_case *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Read it, its sender and case_id being set: fills receipts and now, and settles what a killed
 * command left of it in our ledger. GW_EAUTH as above. Release it
 * in any case. */
int contact_read(struct contact *c, struct contact_case *k, struct errinfo *ei) GW_MUST_USE;
void contact_case_release(struct contact_case *k);

/* A statement that a command which was cut off had left pending has arrived: note it, ask for it.
 */
void contact_came(struct contact *c, const char *sha256);
bool contact_has_come(const struct contact *c, const char *sha256);

/* True when the gateway is still carrying that statement to another one. */
bool contact_carried(const struct contact_case *k, const char *sha256);

/* True when the gateway says that the act is legal for us now. */
bool contact_legal(const struct contact_case *k, const char *act);

/* The last round, or that of a package (may be NULL), as though what is pending had arrived; false
 * when there is none. */
bool contact_round(const struct contact_case *k, const char *package, struct chain_round *ret);

/* The other party of the case; "" before the first statement at the sender's. */
const char *contact_other(const struct contact *c, const struct contact_case *k);

/* The result of one operand: a line for people or one of JSON, and on standard error why not. The
 * exit code. more (taken over, may be NULL) has further members. */
int contact_tell(const struct contact *c, const char *operand, const struct contact_case *k,
    const char *act, int code, const struct errinfo *why, json_t *more);

#endif
