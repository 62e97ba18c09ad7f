/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * serve: what a log shows to other organisations: hash tiles, proofs, and the records that they
 * stand in themselves (docs/FORMATS.md §10). Never an entry of somebody else, never a detail.
 *
 * Each call reads one snapshot, beside running appends. Only the present log is shown, not those
 * before a restart.
 */
#ifndef GW_LEDGER_SERVE_H
#define GW_LEDGER_SERVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "ledger/audit.h"

enum {
	LEDGER_TILE_BYTES = 8192,    /* of a full tile: 256 hashes */
	LEDGER_PARTY_SCAN = 1 << 17, /* records that one ledger_party looks at, at most */
};

/* A tile: hashes [index * 256, index * 256 + width) of a level. */
struct ledger_tile {
	unsigned level; /* 0 to 7 */
	uint64_t index;
	unsigned width; /* 1 to 256; 256 is the full tile */
};

/* Read "<L>/<N>[.p/<W>]" (C2SP tlog-tiles, "Merkle Tree"): exactly one spelling for each tile, so
 * that caches see one. GW_ENOENT for any other text, "entries" too. */
int ledger_tile_parse(const char *path, struct ledger_tile *ret, struct errinfo *ei) GW_MUST_USE;

/* Append the bytes of the tile to out. GW_ENOENT while the tree is too small for it. */
int ledger_tile(struct ledger *l, const struct ledger_tile *tile, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/* Append the proof file (C2SP tlog-proof) of the record with that id, in which `party` is org or
 * peer, under the present checkpoint. GW_ENOENT when there is none: what is another's does not
 * exist. */
int ledger_prove_id(struct ledger *l, const char *id, const char *party, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * ledger_party(l, party, from, most, fn, ctx, ret_next, ei): call fn with the records from index
 * `from` on in which the OIN `party` is org or peer, at most `most` of them, without details.
 *
 * *ret_next is where to go on, or 0 when the log has been looked through: a call looks at
 * LEDGER_PARTY_SCAN records, so that one may give none and yet not be at the end. Records of just
 * this looking (audit.read by the party itself) are left out: else there would always be a next
 * one. GW_EUSAGE: party is no OIN. GW_EAUTH, GW_ELEDGER.
 */
int ledger_party(struct ledger *l, const char *party, uint64_t from, uint64_t most, ledger_each fn,
    void *ctx, uint64_t *ret_next, struct errinfo *ei) GW_MUST_USE;

#endif
