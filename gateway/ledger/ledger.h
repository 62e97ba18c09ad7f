/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ledger: the log of one home. Every act is in it before it happens.
 *
 * Records are appended to an SQLite database (WAL, synchronous FULL) and hashed into a Merkle tree
 * whose head is signed with each commit. Many threads and processes may append at once: within a
 * process the first takes all that queued while the one before it wrote, across processes a lock on
 * keys/ledger.head orders them. That file also remembers the last head outside the database, so
 * that a restored older database is noticed. docs/FORMATS.md §4.
 *
 * All functions may be called from several threads at once, but ledger_close.
 */
#ifndef GW_LEDGER_LEDGER_H
#define GW_LEDGER_LEDGER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "ledger/record.h"
#include "ledger/subject.h"

struct ledger;

/* Where the parts lie; all borrowed for the call. Folders must exist; secrets are made 0600. */
struct ledger_paths {
	const char *db;           /* ledger/ledger.db; its reserve lies beside it */
	const char *checkpoint;   /* ledger/checkpoint, a copy for others to read */
	const char *key;          /* keys/ledger.key */
	const char *head;         /* keys/ledger.head */
	const char *subjects_db;  /* subjects.db */
	const char *subjects_kek; /* keys/subjects.kek */
	const char *blind_key;    /* keys/blind.key */
};

enum {
	LEDGER_READ = 1, /* write nothing: appending gives GW_ELEDGER. For a home on a medium that
	                    cannot be written */
};

enum { LEDGER_QUEUE = 1024, LEDGER_ORIGIN = 100, LEDGER_OBJECT_ID = 25 };

/* What an append gives back. */
struct ledger_receipt {
	uint64_t index;
	char id[ID_TEXT];
	char tr[RECORD_TRACE], sp[RECORD_SPAN]; /* "" when the record has none */
	int64_t t;                              /* the record's t */
};

/*
 * ledger_create(paths, origin, ei): make the keys, the databases and the log, and append log.start.
 *
 * origin is "oin-<OIN>/<home id>". GW_EEXIST when a database, a key or a head is already there: a
 * log is never begun over another. GW_EFORMAT: the origin. GW_ELEDGER.
 */
int ledger_create(const struct ledger_paths *paths, const char *origin, struct errinfo *ei)
    GW_MUST_USE;

/*
 * ledger_open(paths, origin, flags, ret, ei): open the log and bring it in order.
 *
 * The OIN of origin must be the log's; the home id after it is taken from keys/ledger.head (it
 * changes with ledger_restart). Checks the head against keys/ledger.head, moves that on after a
 * crash between commit and acknowledgement, and completes a shred that was begun.
 *
 * GW_EMODE: a loose key file. GW_EAUTH: restored from an older backup, or changed behind our back.
 * GW_ELEDGER: cannot be opened or written. GW_ENOENT: no log here. The caller closes it.
 */
int ledger_open(const struct ledger_paths *paths, const char *origin, unsigned flags,
    struct ledger **ret_l, struct errinfo *ei) GW_MUST_USE;

/* Flush counters, publish the checkpoint file and close. NULL is fine. */
void ledger_close(struct ledger *l);
void ledger_close_p(struct ledger **l);

/*
 * ledger_restart(paths, origin, ei): the way on for a home restored from an older backup.
 *
 * Begins a new log of a new origin (the OIN of `origin` and a fresh home id) whose first record,
 * log.start, names in `peerlog` the head that was lost and as object the log at hand. The records
 * at hand stay in the database as an earlier log: verified, reported on and shredded as before,
 * never appended to. Sequence numbers and policy versions are kept. GW_ECONFLICT when the database
 * holds all that its head covers.
 */
int ledger_restart(const struct ledger_paths *paths, const char *origin, struct errinfo *ei)
    GW_MUST_USE;

/*
 * ledger_append(l, r, detail, ret, ei): append one record; durable, head included, on return.
 *
 * detail (may be NULL; borrowed) is an object whose exact bytes are stored apart, erasable, and
 * committed to by the record. ret may be NULL.
 *
 * GW_EFORMAT, GW_ELIMIT: the record or detail (64 KiB) has no valid form, nothing was written.
 * GW_ELEDGER: it could not be written, or the clock stands more than 5 minutes before the last
 * record; do not act. GW_EAUTH: the log was changed or restored behind our back.
 * GW_ECONFLICT: an intent about a person who was shredded since ledger_subject found them, or is
 * just being; other records are then written without subject. With a full disk, records of
 * record_is_reserved() still go through for a while.
 */
int ledger_append(struct ledger *l, const struct ledger_record *r, const json_t *detail,
    struct ledger_receipt *ret, struct errinfo *ei) GW_MUST_USE;

/* Append many records in one commit per LEDGER_QUEUE; details may be NULL or hold NULLs. All or, on
 * failure, those of the commits before. */
int ledger_append_all(struct ledger *l, const struct ledger_record *r, const json_t *const *details,
    size_t n, struct errinfo *ei) GW_MUST_USE;

/*
 * An act in two records. ledger_intent appends r with phase intent; r->tr and r->sp NULL are made
 * afresh. ledger_result appends r as the result of that intent: same trace and span, `t` the
 * intent's, `te` now (r's own ph, tr, sp, t and te are ignored). r->out says how it ended.
 */
int ledger_intent(struct ledger *l, const struct ledger_record *r, const json_t *detail,
    struct ledger_receipt *ret, struct errinfo *ei) GW_MUST_USE;
int ledger_result(struct ledger *l, const struct ledger_receipt *intent,
    const struct ledger_record *r, const json_t *detail, struct ledger_receipt *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Fresh random trace and span ids, and object ids ("o:" and 22 characters). */
void ledger_trace(char out[RECORD_TRACE]);
void ledger_span(char out[RECORD_SPAN]);
void ledger_object_id(char out[LEDGER_OBJECT_ID]);

/* The actor id "a:<16 hex>" for an account of this home (the login name, a certificate's key):
 * stable here, and telling nothing without blind.key. */
void ledger_actor(struct ledger *l, const char *account, char out[19]);

/* A mark of the n bytes at p for a detail, HMAC(blind.key, "mark" 00 || p) in hex: by it the same
 * bytes are known again here, and tell nothing without blind.key. */
void ledger_mark(const struct ledger *l, const void *p, size_t n, char out[HASH_HEX]);

/* Append the signed checkpoint of the log as it stands to note, and publish it as the checkpoint
 * file. */
int ledger_checkpoint(struct ledger *l, struct buf *note, struct errinfo *ei) GW_MUST_USE;

/* The log's origin (borrowed) and its vkey. */
const char *ledger_origin(const struct ledger *l);
int ledger_vkey(const struct ledger *l, struct buf *out) GW_MUST_USE;

/* GW_ELEDGER when the clock stands more than 5 minutes before the last record: to be asked before
 * anything else is judged by the clock. ledger_append asks again. */
int ledger_clock(struct ledger *l, struct errinfo *ei) GW_MUST_USE;

/* How many records there are. */
int ledger_size(struct ledger *l, uint64_t *ret_size, struct errinfo *ei) GW_MUST_USE;

/*
 * Numbers that a shred leaves: the highest seq per sender and case, and the highest version of each
 * policy that was ever loaded. Durable on return. GW_ELEDGER.
 *
 * ledger_seq_check: GW_EREFUSED when seq is lower than the highest, or equal to it while another
 * package has it. ledger_seq_set: raise it (a lower one is GW_EREFUSED, an equal one fine) and keep
 * which package has it; package may be NULL in both. ledger_seq_next: raise by one in one step and
 * give the new number, 1 for a new case: two seals at once never share one. ledger_seq_package: the
 * package kept last, "" when there is none.
 */
int ledger_seq_check(struct ledger *l, const char *sender, const char *case_id, int64_t seq,
    const char *package, struct errinfo *ei) GW_MUST_USE;
int ledger_seq_set(struct ledger *l, const char *sender, const char *case_id, int64_t seq,
    const char *package, struct errinfo *ei) GW_MUST_USE;
int ledger_seq_package(struct ledger *l, const char *sender, const char *case_id,
    char ret_package[ID_TEXT], struct errinfo *ei) GW_MUST_USE;
int ledger_seq_next(struct ledger *l, const char *sender, const char *case_id, int64_t *ret_seq,
    struct errinfo *ei) GW_MUST_USE;

/*
 * ledger_policy_check: GW_EREFUSED when version is below the highest ever loaded of this policy;
 * nothing is kept. ledger_policy_floor: the same, and else it is the highest from now on, with a
 * policy.load (r: its other members) before it when it was not yet. Raise only for a policy whose
 * approval was verified: a file that nobody signed must not lock out the one in use.
 */
int ledger_policy_check(
    struct ledger *l, const char *policy_id, int64_t version, struct errinfo *ei) GW_MUST_USE;
int ledger_policy_floor(struct ledger *l, const char *policy_id, int64_t version,
    const struct ledger_record *r, struct errinfo *ei) GW_MUST_USE;

/*
 * Refusals without end must not fill the log. ledger_refuse appends r (an act with out deny) until
 * its peer has had 60 in a minute; those above are counted and written as one record with obj.n a
 * minute later. ledger_fail counts a failure of somebody unknown (act auth.fail), written as one
 * record a minute.
 */
int ledger_refuse(struct ledger *l, const struct ledger_record *r, const json_t *detail,
    struct errinfo *ei) GW_MUST_USE;
int ledger_fail(struct ledger *l, struct errinfo *ei) GW_MUST_USE;

#endif
