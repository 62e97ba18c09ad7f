/* SPDX-License-Identifier: EUPL-1.2 */
/* known: the names and numbers of one dossier, for the scan of its free texts. */
#ifndef GW_POLICY_KNOWN_H
#define GW_POLICY_KNOWN_H

#include "base/defs.h"
#include "base/err.h"
#include "detect/detect.h"
#include "dossier/dossier.h"
#include "policy/apply.h"

/*
 * Collect the person, partner, emergency contact, representative and coaches, the BSN, V-number,
 * client number and birth date, and what numbers of the sender's clients look like; but not the
 * parts of `leaves`, which the policy lets go as fields. GW_ELIMIT, naming the field, when there
 * are more than detect/ can look for. The caller frees *ret.
 */
enum known_part { KNOWN_OWN_NAME = 1 << 0, KNOWN_CLIENT_NUMBER = 1 << 1 };
int known_of(const struct dossier *d, const struct policy_context *ctx, const struct catalogue *c,
    unsigned leaves, struct detect_known **ret, struct errinfo *ei) GW_MUST_USE;

/* Collect only the parts of `leaves`: what may stand in a file of the person. As known_of. */
int known_own(const struct dossier *d, unsigned leaves, struct detect_known **ret,
    struct errinfo *ei) GW_MUST_USE;

#endif
