/* SPDX-License-Identifier: EUPL-1.2 */
/* settle: what was decided before about a finding in a dossier's text; for this room only. */
#ifndef GW_TRANSFER_SETTLE_H
#define GW_TRANSFER_SETTLE_H

#include "detect/detect.h"
#include "ledger/review.h"

/* Whose decisions count. */
struct settle {
	struct ledger *ledger;
	const struct ledger_subject *subject; /* NULL: nobody is known, so nothing was decided */
	struct errinfo why;                   /* of a failure */
};

/*
 * The decision about a finding in `field`: DETECT_KEEP, DETECT_MASK, or DETECT_REVIEW when there is
 * none; its fingerprint in fingerprint ("" when there is no subject). A GW_E… on failure.
 */
int settle_find(struct settle *s, const char *field, const struct detect_passage *passage,
    char fingerprint[REVIEW_FINGERPRINT]) GW_MUST_USE;

/* The same as a policy_review asks it; arg is a struct settle. */
int settle_stored(void *arg, const char *field, const struct detect_passage *passage);

#endif
