/* SPDX-License-Identifier: EUPL-1.2 */
/* condition: which `only_if` hold in a context (docs/FORMATS.md §5). */
#ifndef GW_POLICY_CONDITION_H
#define GW_POLICY_CONDITION_H

#include <stdbool.h>

#include "base/buf.h"
#include "policy/apply.h"
#include "policy/policy.h"

/*
 * Does consent for this scope count? Named in ctx, or in the dossier (may be NULL): given on the
 * policy's form, not later than today, not longer ago than max_age (its last day counts), and no
 * consent of that scope withdrawn since; a withdrawal counts from the day it is written down.
 */
bool condition_consent(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *d, const char *scope);

/*
 * Does the condition hold? When not, what is not met is appended to unmet (may be NULL; cut when it
 * is full): "programme is not wi2021; no consent for share_capacity".
 */
bool condition_holds(const struct policy *p, const struct policy_condition *c,
    const struct policy_context *ctx, const struct dossier *d, struct buf *unmet);

#endif
