/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vouch: our own ledger before its witnesses (C2SP tlog-witness): one head, the lines of those who
 * vouch for it, and what an answer of theirs means. Who carries request and answer is the caller's:
 * the command `ledger cosign`, or the daemon.
 */
#ifndef GW_HOME_VOUCH_H
#define GW_HOME_VOUCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "home/home.h"
#include "ledger/checkpoint.h"
#include "ledger/note.h"
#include "registry/registry.h"

enum {
	VOUCH_TRIES = 3, /* requests to one witness for one head: it may tell its size first */
	VOUCH_ANSWER = 64 << 10, /* bytes of an answer */
	VOUCH_LOOK = 64,         /* records that vouch_wanted looks at, at most */
};
#define VOUCH_PATH "/v1/ledger/cosignatures"

struct vouching {
	struct buf note;  /* our signed checkpoint; empty before vouch_begin */
	struct buf whole; /* with the lines of witnesses behind it */
	struct checkpoint head;
	struct note_key log;
};
#define VOUCHING_INIT                                                    \
	{                                                                \
		.note = BUF_INIT(NOTE_MAX), .whole = BUF_INIT(NOTE_MAX), \
	}
void vouching_release(struct vouching *v);

/* Take the ledger's present head; lines for an earlier one are forgotten. GW_ELEDGER, GW_EAUTH.
 * Needs HOME_LEDGER. */
int vouch_begin(struct home *h, struct vouching *v, struct errinfo *ei) GW_MUST_USE;

/* The request for that head by a witness that signed the one of size `old` last (0: none, or not
 * known), into body, which is cleared first. GW_EUSAGE: old is above the head. */
int vouch_request(struct home *h, const struct vouching *v, uint64_t old, struct buf *body,
    struct errinfo *ei) GW_MUST_USE;

/* The key of that organisation's gateway as a witness, from its entry. GW_ENOENT, GW_EFORMAT. */
int vouch_key(const struct registry *registry, const char *oin, struct note_key *ret,
    struct errinfo *ei) GW_MUST_USE;

/* An answer to a request. */
struct vouch_answer {
	const char *oin; /* whose it is */
	int status;      /* HTTP */
	const char *body;
	size_t n;
	bool daemon; /* nobody asked for it to be asked */
};

/*
 * vouch_take(h, registry, v, a, ret_old, ret_at, ei): what the answer means. 0: it vouches, as of
 * *ret_at (ms); its line is kept in ledger/checkpoint.cosigned, and recorded before as
 * anchor.cosign.
 *
 * GW_ECONFLICT: it signed the head of size *ret_old last, ask with that. GW_EAUTH: it signed a
 * later head than we have, or one that ours does not continue: this ledger has two histories; or
 * what it says is no signature by its key. GW_EREFUSED: it does not know our log. GW_ENET,
 * GW_EFORMAT: it does not answer as a witness does. GW_ENOENT: the registry has no key of it.
 * GW_ELEDGER, GW_EIO: it could not be kept.
 */
int vouch_take(struct home *h, const struct registry *registry, struct vouching *v,
    const struct vouch_answer *a, uint64_t *ret_old, int64_t *ret_at, struct errinfo *ei)
    GW_MUST_USE;

/*
 * Whether the ledger holds a record from index `from` on that somebody should vouch for, in *ret:
 * any but anchor.cosign of what went well, so that no ledger grows by its own being witnessed, nor
 * two gateways by witnessing each other. GW_ELEDGER, GW_EAUTH.
 */
int vouch_wanted(struct home *h, uint64_t from, bool *ret, struct errinfo *ei) GW_MUST_USE;

#endif
