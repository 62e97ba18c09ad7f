/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * wider: does a changed policy let more leave than the one before?
 *
 * Per field by the lattice drop < present < coarse < keep, and likewise for conditions, records,
 * parties, approving roles, requirements, attachments, limits, retention, consent and scan
 * profiles. What cannot be compared counts as wider.
 */
#ifndef GW_POLICY_WIDER_H
#define GW_POLICY_WIDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "policy/policy.h"

enum policy_change { POLICY_SAME, POLICY_NARROWER, POLICY_WIDER };

struct policy_difference {
	enum policy_change change; /* never POLICY_SAME */
	char *what;      /* field path, or the key of the policy ("retention.recipient") */
	char *from, *to; /* as text */
};

struct policy_differences {
	struct policy_difference *items; /* fields in catalogue order, then the rest */
	size_t n, wider;
};

/* Compare; *ret_d is set and released by the caller. Both policies stay as they are. */
void policy_compare(
    const struct policy *before, const struct policy *after, struct policy_differences *ret_d);
void policy_differences_release(struct policy_differences *d);

/* A longer term is wider. Days against months: which is longer depends on the day it begins, so
 * only what never is longer is narrower. */
enum policy_change policy_duration_change(struct duration before, struct duration after);

/*
 * True when somebody who accepted `accepted` need not be asked again for `p`: the same bytes, or
 * the same id, a version not lower, and nothing WIDER.
 */
bool policy_covers(const struct policy *accepted, const struct policy *p);

#endif
