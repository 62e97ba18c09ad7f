/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * notes: what is true of a policy that loads, on a day and under the contracts that are known: it
 * never runs, it has ended, or it outlives the contract that it is for.
 */
#ifndef GW_POLICY_NOTES_H
#define GW_POLICY_NOTES_H

#include <stddef.h>

#include "base/date.h"
#include "policy/policy.h"

struct contracts;

/*
 * policy_notes(p, text, n, today, contracts, findings): add what is to be said, each with its place
 * in the n bytes at text, from which p was loaded.
 *
 * POLICY_NOTE: status draft or retired, valid later than today or no longer. POLICY_WARNING:
 * valid.until beyond the last day of a contract that `applies_to.contract` names, or of every
 * contract of its programmes where it names none (with contract_status run_off: the last day of the
 * run-off); a contract named that is not known. contracts may be NULL: none are known, nothing is
 * said of them.
 */
void policy_notes(const struct policy *p, const void *text, size_t n, struct date today,
    const struct contracts *contracts, struct policy_findings *findings);

#endif
