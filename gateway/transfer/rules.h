/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * rules: a policy with all that its meaning rests on: catalogue, baseline and ladder map; for this
 * room only.
 */
#ifndef GW_TRANSFER_RULES_H
#define GW_TRANSFER_RULES_H

#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "policy/policy.h"
#include "policy/report.h"
#include "registry/registry.h"
#include "transfer/transfer.h"

struct catalogue;
struct ladder_map;
struct note;

/* A policy with all that its meaning rests on. */
struct rules {
	struct transfer_policy files;
	struct catalogue *catalogue;
	struct policy *policy;                      /* keeps to the baseline */
	struct ladder_map *ladder;                  /* what the mapping says, or NULL */
	char baseline[HASH_HEX], mapping[HASH_HEX]; /* "" for none */
};

/* Load the policy with that id from the home, under the home's own baseline and mapping.
 * GW_EREFUSED when it does not keep to the baseline; GW_EFORMAT, GW_ENOENT. Release it in any case.
 */
int rules_load(struct rules *r, const struct transfer_env *env, const char *id, struct errinfo *ei)
    GW_MUST_USE;

/*
 * Load the report policy with that id. r->policy stays NULL: the caller lets it borrow the head of
 * *ret_report while that is used, and frees *ret_report itself. GW_ESUPPORT: it is no report
 * policy.
 */
int rules_load_report(struct rules *r, const struct transfer_env *env, const char *id,
    struct report_policy **ret_report, struct errinfo *ei) GW_MUST_USE;

/* Load it from the bytes of an acceptance. */
int rules_accepted(struct rules *r, const struct acceptance *a, struct errinfo *ei) GW_MUST_USE;

/* Load the home's policy with that id, under the baseline and mapping of an acceptance. */
int rules_under(struct rules *r, const struct transfer_env *env, const char *id,
    const struct acceptance *a, struct errinfo *ei) GW_MUST_USE;

/* Does the policy keep to the baseline that lies in the home today, whatever it was accepted under?
 * GW_EREFUSED, GW_EFORMAT. */
int rules_own_baseline(const struct rules *r, const struct transfer_env *env, struct errinfo *ei)
    GW_MUST_USE;

/* What handover.json says of them: policy, purpose, legal basis, retention, digests; no report. */
void rules_note(const struct rules *r, struct note *n);

void rules_release(struct rules *r);

#endif
