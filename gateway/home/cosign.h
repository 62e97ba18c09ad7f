/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cosign: this home as a witness of other organisations' ledgers (C2SP tlog-witness), and its own
 * ledger before their witnesses (docs/OPERATIONS.md, "Witnesses").
 */
#ifndef GW_HOME_COSIGN_H
#define GW_HOME_COSIGN_H

#include <stddef.h>
#include <stdint.h>

#include "home/home.h"
#include "ledger/witness.h"
#include "store/store.h"

/* Open the witness key of the home, keys/witness.key, named "oin-<OIN>/witness"; with `make` it is
 * drawn when it is not there, as one registry.change (needs HOME_LEDGER). GW_ENOENT, GW_EMODE,
 * GW_EFORMAT, GW_EIO. Release *ret. */
int home_witness(struct home *h, bool make, struct witness *ret, struct errinfo *ei) GW_MUST_USE;

/*
 * home_cosign(h, store, registry, peer, body, n, now, out, ret_size, ei): answer an add-checkpoint
 * request by the organisation `peer` about its own log; the signature line is appended to out.
 *
 * A new head is durable, and in the ledger (anchor.cosign, a pair), before it is signed; the head
 * that was signed last is signed again without a further record. A known
 * organisation's log is the one whose verifier key the registry has. GW_EFORMAT (400); GW_EAUTH
 * (403): not signed by that key; GW_ENOENT (404): another log than the peer's; GW_ECONFLICT (409):
 * *ret_size is the size that was signed last; GW_EREFUSED (422): the head does not continue that
 * one, and a record with both heads in its detail says so; GW_ELEDGER, GW_EIO. Needs HOME_LEDGER.
 */
int home_cosign(struct home *h, struct store *store, const struct registry *registry,
    const char *peer, const void *body, size_t n, int64_t now, struct buf *out, uint64_t *ret_size,
    struct errinfo *ei) GW_MUST_USE;

/*
 * home_cosigned(h, peer, head, note, n, daemon, ei): keep our checkpoint with the signature lines
 * of witnesses behind it, as ledger/checkpoint.cosigned; recorded before as anchor.cosign with that
 * peer, by the daemon or by whoever runs the command. GW_ELEDGER, GW_EIO. Needs HOME_LEDGER.
 */
int home_cosigned(struct home *h, const char *peer, const struct checkpoint *head, const char *note,
    size_t n, bool daemon, struct errinfo *ei) GW_MUST_USE;

enum { HOME_WITNESSES = 32 /* that a cosigned checkpoint is looked through for */ };

/* Who vouches for a checkpoint of ours. */
struct home_vouch {
	char oin[OIN_TEXT];
	int64_t at; /* ms */
};

/*
 * home_cosigned_read(h, registry, note, ret, ret_v, cap, ret_n, ei): read
 * ledger/checkpoint.cosigned into note (of NOTE_MAX) and verify it: signed by our log, and which
 * organisations' witnesses vouch for it (ret_v[0..cap), *ret_n of them). GW_ENOENT: there is none.
 * GW_EAUTH: a signature does not hold, or no witness that the registry knows signed. Needs
 * HOME_LEDGER or HOME_LEDGER_READ.
 */
int home_cosigned_read(struct home *h, const struct registry *registry, struct buf *note,
    struct checkpoint *ret, struct home_vouch *ret_v, size_t cap, size_t *ret_n, struct errinfo *ei)
    GW_MUST_USE;

#endif
