/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * review: what a person decided about findings in one person's texts, by fingerprint.
 *
 * A fingerprint is an HMAC under a key from the subject's own k_s, so that it says nothing without
 * it, holds for that person's dossier alone and is lost with it when the person is shredded. Beside
 * it lie only the decision, its reason (a word) and a MAC over all three; no text. subjects.db.
 */
#ifndef GW_LEDGER_REVIEW_H
#define GW_LEDGER_REVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "ledger/ledger.h"

enum { REVIEW_FINGERPRINT = 23 /* 22 characters of base64url and NUL */, REVIEW_MOST = 200 };

struct review_decision {
	char fingerprint[REVIEW_FINGERPRINT];
	bool keep;          /* else: mask */
	const char *reason; /* a word of review_reasons; borrowed */
};

/* The closed list of reasons, NULL-ended; the first REVIEW_KEEP of them are for keeping, the rest
 * for masking. */
enum { REVIEW_KEEP = 3 };
extern const char *const review_reasons[];

/* True when the word is a reason for keeping, or else for masking. */
bool review_reason_fits(const char *reason, bool keep);

/* The fingerprint of n bytes that say what was found and where (detect_passage_print). */
void review_fingerprint(
    const struct ledger_subject *s, const void *p, size_t n, char out[REVIEW_FINGERPRINT]);

/* What was decided: 1 with *ret_keep, 0 when nothing was. GW_EAUTH: changed behind our back. */
int review_find(struct ledger *l, const struct ledger_subject *s, const char *fingerprint,
    bool *ret_keep, struct errinfo *ei) GW_MUST_USE;

/*
 * review_sign(l, s, d, n, act, ei): record that n findings were settled (review.signoff; act says
 * who and under which policy, its act, out, subj and obj are ours) and remember each; a later
 * decision about the same takes the place of an earlier one. The record is durable first; its
 * erasable detail has fingerprints, decisions and reasons. GW_EUSAGE: none or more than
 * REVIEW_MOST, or a reason that does not fit; GW_ELEDGER.
 */
int review_sign(struct ledger *l, const struct ledger_subject *s, const struct review_decision *d,
    size_t n, const struct ledger_record *act, struct errinfo *ei) GW_MUST_USE;

#endif
