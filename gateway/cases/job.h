/* SPDX-License-Identifier: EUPL-1.2 */
/* job: acts that wait to be brought to the gateway where their case lives; for this room only. */
#ifndef GW_CASES_JOB_H
#define GW_CASES_JOB_H

#include "base/json.h"
#include "cases/inside.h"

/*
 * cases_job_queue(c, tx, w, gateway, now, ei): keep the act of w for the gateway with that OIN, in
 * the transaction given; before it, the package that it needs there (the deposited one of a
 * release).
 *
 * It goes behind what waits of that case already. GW_EEXIST: the same statement waits.
 */
int cases_job_queue(struct cases *c, struct store_tx *tx, const struct cases_work *w,
    const char *gateway, int64_t now, struct errinfo *ei) GW_MUST_USE;

/* True in *ret when the statement with that digest waits for delivery. */
int cases_job_waits(struct cases *c, struct store_tx *tx, const char *sender, const char *case_id,
    const char *sha256, bool *ret, struct errinfo *ei) GW_MUST_USE;

/* What waits in that case, as `pending` of docs/FORMATS.md §10: a new array, empty when nothing
 * does. */
int cases_job_pending(struct cases *c, struct store_tx *tx, const char *sender, const char *case_id,
    json_t **ret, struct errinfo *ei) GW_MUST_USE;

/* Jobs there are, and those that failed at least once. */
int cases_job_count(
    struct cases *c, struct store_tx *tx, struct cases_counts *ret, struct errinfo *ei) GW_MUST_USE;

#endif
