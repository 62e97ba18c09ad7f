/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * witness: vouching for the head of somebody else's log, and asking others to vouch for ours (C2SP
 * tlog-witness, tlog-cosignature v1).
 *
 * A witness signs, with the moment, that it saw this head and that it continues every head of that
 * log which it signed before. What it knows of a log is its size and root: nobody's records. The
 * key is one of its own, never that of a log.
 */
#ifndef GW_LEDGER_WITNESS_H
#define GW_LEDGER_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/note.h"

enum {
	WITNESS_HASHES = 63,         /* lines of a proof */
	WITNESS_REQUEST = 128 << 10, /* bytes of a request */
};

/* ---- the key ---- */

struct witness {
	struct note_key key;
	uint8_t *secret; /* locked memory */
};

/*
 * witness_open(path, name, make, ret, ei): read the witness key at path (mode 0600), named `name`
 * in signatures; with `make` it is drawn when it is not there. GW_ENOENT, GW_EMODE, GW_EFORMAT,
 * GW_EIO. Release *ret.
 */
int witness_open(const char *path, const char *name, bool make, struct witness *ret,
    struct errinfo *ei) GW_MUST_USE;
void witness_release(struct witness *w);

/* Append the signature line of w on the note for that moment (POSIX seconds). */
int witness_sign(const struct witness *w, const char *note, size_t n, uint64_t time,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* ---- judging a request ---- */

/* An add-checkpoint request, as parsed; note points into the body. */
struct witness_request {
	uint64_t old;
	struct merkle_hash hashes[WITNESS_HASHES];
	size_t n;
	const char *note;
	size_t note_n;
	char origin[NOTE_NAME]; /* the note's first line: nothing has verified it yet */
};

/* Read a request. GW_EFORMAT for all that is not exactly of the form. */
int witness_parse(const char *body, size_t n, struct witness_request *ret, struct errinfo *ei)
    GW_MUST_USE;

/* The head of a log that was signed last; size 0 and any root for a log that is new. */
struct witness_head {
	uint64_t size;
	struct merkle_hash root;
};

/*
 * witness_judge(q, log, had, ret, ei): whether the log's new head may be signed; *ret is that head.
 *
 * GW_EAUTH: the note is not signed by `log`, or its origin is not the key's name (403). GW_EFORMAT:
 * its size is below q->old (400). GW_ECONFLICT: q->old is not had->size (409). GW_EREFUSED: the new
 * head does not continue the one that was signed (422). *ret is set with the last two as well: the
 * log did sign it.
 */
int witness_judge(const struct witness_request *q, const struct note_key *log,
    const struct witness_head *had, struct checkpoint *ret, struct errinfo *ei) GW_MUST_USE;

/* ---- our own log before witnesses ---- */

/*
 * witness_accept(note, n, log, witness, lines, lines_n, ret_time, out, ei): append to out those of
 * the signature lines that a witness answered which its key made, for our checkpoint `note` signed
 * by `log`, and which hold; other keys' lines are passed over. *ret_time (POSIX seconds) is the
 * newest moment in them.
 *
 * GW_EAUTH when there is none.
 */
int witness_accept(const char *note, size_t n, const struct note_key *log,
    const struct note_key *witness, const char *lines, size_t lines_n, uint64_t *ret_time,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/*
 * witness_verify(note, n, log, keys, k, ret, ret_times, ei): check a cosigned checkpoint of `log`:
 * its own signature, and which of the witnesses keys[0..k) (at most NOTE_SIGNATURES - 1) signed:
 * ret_times[i] is the moment (POSIX seconds), 0 when it did not.
 *
 * GW_EFORMAT, GW_EAUTH (a signature of one of these keys that does not hold spoils it).
 */
int witness_verify(const char *note, size_t n, const struct note_key *log,
    const struct note_key *keys, size_t k, struct checkpoint *ret, uint64_t *ret_times,
    struct errinfo *ei) GW_MUST_USE;

#endif
