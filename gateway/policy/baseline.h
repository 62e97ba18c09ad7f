/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * baseline: what an organisation demands of every policy that it works under (docs/FORMATS.md §5).
 *
 * A baseline is a set of checks over compiled policies. It is never merged with one: it decides
 * about no field, it only refuses. What it lets through it also lets through when it is nowhere
 * wider (policy/wider.h), so that what needs no new acceptance cannot fail a check it passed.
 * Nothing in it changes once it is parsed; it may be shared between threads.
 */
#ifndef GW_POLICY_BASELINE_H
#define GW_POLICY_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "policy/policy.h"

struct baseline;

/*
 * baseline_parse(file, p, n, catalogue, findings, ret, ei): load a `baseline:` document.
 *
 * As policy_parse: all findings go into *findings (may be NULL), the first error into ei.
 * GW_EFORMAT or GW_ELIMIT. The catalogue is borrowed and must live longer. The caller frees it.
 */
int baseline_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct policy_findings *findings, struct baseline **ret_b, struct errinfo *ei) GW_MUST_USE;

void baseline_free(struct baseline *b); /* NULL is fine */
void baseline_free_p(struct baseline **b);

/* Its id and version, and the SHA-256 of its exact bytes in hex. */
const char *baseline_id(const struct baseline *b);
int64_t baseline_version(const struct baseline *b);
const char *baseline_sha256(const struct baseline *b);

/*
 * What a report policy has besides the header that it shares with a policy: the fields of the
 * catalogue that its tables count by, and the numbers that `at_least` is about.
 */
struct baseline_report {
	const struct field *const *by;
	size_t by_n;
	int64_t min_candidates, suppress_below, round_to, min_denominator; /* 0: it says nothing */
};

/*
 * baseline_check(b, p, report, text, n, findings, ei): does p keep to the baseline?
 *
 * Both are of one catalogue. text[0..n) is what p was parsed from: it shows where a message points.
 * report is NULL for a policy, which `at_least` does not concern; of a report policy p holds the
 * header alone (dates, approvals, parties, purpose, basis, requirements, terms), with no rules and
 * no decisions.
 *
 * Returns 0, or GW_EREFUSED when a check fails: each failure is one of *findings (may be NULL, the
 * caller releases it), the first is in ei. Each says `file:line:col` of what p has and that of the
 * check. GW_EFORMAT when text is not a document that p can have come from.
 */
int baseline_check(const struct baseline *b, const struct policy *p,
    const struct baseline_report *report, const void *text, size_t n,
    struct policy_findings *findings, struct errinfo *ei) GW_MUST_USE;

#endif
