/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * chain: how a log names the one at hand when it began (ledger_restart).
 *
 * Its first record, log.start, has as object k "log", n the size of that log and as id "o:" and its
 * root in base64url; its origin is peerlog.o, that of the lost head. Without an id none was at
 * hand.
 */
#ifndef GW_LEDGER_CHAIN_H
#define GW_LEDGER_CHAIN_H

#include "ledger/reader.h"

enum { CHAIN_ID = RECORD_B64_32 + 2 };

/* The object id that stands for a log with this root. */
void chain_id(const struct merkle_hash *root, char out[CHAIN_ID]);

/* Check that the log r names log number `before` (0: none) as the one at hand when it began, and
 * that the list of earlier logs has r under its number. GW_EAUTH. */
int chain_check(struct ledger *l, struct reader *r, unsigned before, struct errinfo *ei)
    GW_MUST_USE;

#endif
