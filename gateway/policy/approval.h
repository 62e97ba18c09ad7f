/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * approval: a policy runs only with the signatures of all the roles its `approved` names
 * (docs/FORMATS.md §5): detached CAdES over the exact bytes, in x.yaml.p7s.
 */
#ifndef GW_POLICY_APPROVAL_H
#define GW_POLICY_APPROVAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "policy/policy.h"

struct organisation;
struct trust;

/*
 * policy_verify_approval(p, text, n, p7s, p7s_n, trust, controller, at_ms, ei)
 *
 * `text` are the exact bytes of p (their SHA-256 is compared with p->sha256). Every signature must
 * verify at at_ms and belong to an officer of `controller` (the controller of the contract); every
 * role in `approved` must have one. GW_EREFUSED when there is no signature (p7s_n 0) or a role is
 * missing, GW_EAUTH when a signature fails or is a stranger's.
 */
int policy_verify_approval(const struct policy *p, const void *text, size_t n, const void *p7s,
    size_t p7s_n, const struct trust *trust, const struct organisation *controller, int64_t at_ms,
    struct errinfo *ei) GW_MUST_USE;

#endif
