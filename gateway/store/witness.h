/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * witness: the newest head of each other log that this gateway cosigned.
 *
 * What is here was signed, or was about to be when a kill came: the next head of that log must
 * continue it (ledger/witness.h).
 */
#ifndef GW_STORE_WITNESS_H
#define GW_STORE_WITNESS_H

#include <stdint.h>

#include "base/buf.h"
#include "store/store.h"

struct store_witness {
	uint64_t size;
	uint8_t root[32];
	int64_t at; /* ms */
};

/* The head of that origin; its signed note is appended to note (may be NULL). GW_ENOENT: none yet.
 */
int store_witness_get(struct store_tx *tx, const char *origin, struct store_witness *ret,
    struct buf *note, struct errinfo *ei) GW_MUST_USE;

/* Keep *w with its note in the place of the head of size `old` (0: there was none). GW_ECONFLICT:
 * another size stands there, nothing was changed. */
int store_witness_put(struct store_tx *tx, const char *origin, uint64_t old,
    const struct store_witness *w, const void *note, size_t n, struct errinfo *ei) GW_MUST_USE;

/* Append the signed note of the head that was cosigned last of all logs whose origin begins so.
 * GW_ENOENT. */
int store_witness_newest(
    struct store_tx *tx, const char *prefix, struct buf *note, struct errinfo *ei) GW_MUST_USE;

#endif
