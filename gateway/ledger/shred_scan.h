/* SPDX-License-Identifier: EUPL-1.2 */
/* shred_scan: what the log says about a person who is to be forgotten: may it be, and which details
 * go. */
#ifndef GW_LEDGER_SHRED_SCAN_H
#define GW_LEDGER_SHRED_SCAN_H

#include "ledger/person.h"

/* The places of details, as pairs of epoch and index (8 bytes each, big endian). */
enum { SHRED_PLACE = 16, SHRED_PLACES_MAX = 64 << 20 };

/*
 * Find the places of all details that belong to the person: those of records committed to it, and
 * of all records of the same trace, which is that of one package. Records are counted.
 *
 * GW_EREFUSED says why the person may not be forgotten yet, on day `today`: a case or
 * incident is open, a retention term runs, or an act that began since yesterday has no result.
 */
int shred_scan(struct ledger *l, const struct person *p, struct date today, struct buf *ret_places,
    uint64_t *ret_records, struct errinfo *ei) GW_MUST_USE;

/* As shred_scan, for what came in from index `from` on; refuses nothing. */
int shred_scan_rest(struct ledger *l, const struct person *p, uint64_t from, struct buf *ret_places,
    struct errinfo *ei) GW_MUST_USE;

#endif
