/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * case_act: one signed act of ours in a case, from its intent in the ledger to the gateway's
 * answer.
 *
 * The intent is durable first, then the statement on disk, then it is sent. What a cut left is sent
 * again with the same bytes, here and at the next act in the case; a statement that came too late
 * for the head of the chain is signed anew once, where the act is still legal. What the gateway has
 * of us already is not done again: an act that is not legal any more because it was done, and one
 * that a cut command made and that had arrived all the same.
 */
#ifndef TOOLS_CASE_ACT_H
#define TOOLS_CASE_ACT_H

#include "tools/contact_case.h"

struct our_act {
	const char *kind;    /* a statement's */
	char peer[OIN_TEXT]; /* the other party */
	const char *package; /* that it is about, or NULL: of the last round, if that has one */
	const char *slip;    /* sha256 of its slip; NULL with package NULL */
	const char *policy;  /* sha256; NULL: of the round */
	bool free;           /* of another round than the last, or may begin one */
	json_t *own;         /* members of the kind itself; borrowed, may be NULL */
	const json_t *given; /* of these, what was asked for in so many words, by which it is known
	                        to be the same act; NULL: all. Borrowed */
	struct chain_round
	    round; /* what package, slip and policy point to when they were left open */
	/* out */
	bool queued;           /* taken for delivery elsewhere */
	bool before;           /* it was done before, by the statement sha256 */
	char sha256[HASH_HEX]; /* of the statement */
};

/*
 * case_act(c, k, act, ei): do it in the case k, which was read.
 *
 * 0: the gateway took it, or had it, and k tells of the case as it is then. GW_ECONFLICT,
 * GW_EREFUSED, GW_ENOENT: it is not legal, or a condition does not hold; GW_ENET: it may or may not
 * have arrived, and is sent again with the same bytes next time; GW_EAUTH; GW_ELEDGER.
 */
int case_act(struct contact *c, struct contact_case *k, struct our_act *act, struct errinfo *ei)
    GW_MUST_USE;

/* Send again what a cut left of earlier acts in k. GW_ENET; what is refused is told of and
 * forgotten. */
int case_resume(struct contact *c, struct contact_case *k, struct errinfo *ei) GW_MUST_USE;

/* An act of ours as the own ledger is to know it; all but act may be NULL. tools/settle.h finishes
 * it after a kill. */
struct case_record {
	const char *act; /* "case.accept", "transfer.send" */
	const char *peer, *policy, *package;
	const char *id;        /* uuid of the statement that is to be made */
	const char *statement; /* sha256 of one that was made before */
};

/* Its intent. The receipts of k are held from here to the result. */
int case_begin(struct contact *c, const struct contact_case *k, const struct case_record *r,
    struct ledger_receipt *ret, struct errinfo *ei) GW_MUST_USE;

/* Its result; returns code, or GW_ELEDGER when all went well but this. */
int case_end(struct contact *c, const struct case_record *r, const struct ledger_receipt *intent,
    int code, struct errinfo *ei) GW_MUST_USE;

/* The note of an act for contact_tell: that it is on its way, or was done before; NULL: neither. */
const char *case_note(const struct our_act *act);

#endif
