/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup: copies of the log's databases as they stood at one moment, while others go on appending.
 *
 * The moment is taken under the lock that orders writers: ledger.db, subjects.db and the head file
 * are of the same state, so that the copy opens without a word and its head is recognised. The
 * copying itself holds nobody up.
 */
#ifndef GW_LEDGER_BACKUP_H
#define GW_LEDGER_BACKUP_H

#include "base/hash.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger.h"

/* Told now and then: pages copied and in all. */
typedef void (*ledger_backup_progress)(void *arg, uint64_t done, uint64_t total);

struct ledger_copy {
	const char *db, *subjects; /* new files to write, mode 0600; borrowed */
	struct checkpoint at;      /* filled in: the state that was copied */
	int64_t last;              /* filled in: the moment of its last record, ms */
};

/*
 * ledger_backup(l, c, head, progress, arg, ei): write c->db and c->subjects, and append the content
 * of the head file that belongs to them (1 KiB) to head.
 *
 * Synced on return. GW_EEXIST: a file is there already. GW_EIO: it cannot be written, the disk is
 * full; then neither file is left. GW_EAUTH, GW_ELEDGER: the log itself.
 */
int ledger_backup(struct ledger *l, struct ledger_copy *c, struct buf *head,
    ledger_backup_progress progress, void *arg, struct errinfo *ei) GW_MUST_USE;

/*
 * A backup as a whole is vouched for by the log's key in a signed note (C2SP signed-note) of four
 * lines:
 *
 *   handover/backup/1
 *   <origin of the log>
 *   <moment, RFC 3339 in UTC>
 *   <SHA-256 of the list of its files, 64 hex digits>
 *
 * The first line is none that a checkpoint of this log can have, so that neither passes for the
 * other.
 */
enum { BACKUP_VKEY = 320 /* bytes of a vkey and its NUL */ };
struct backup_vouch {
	int64_t at; /* ms */
	char vkey[BACKUP_VKEY];
};

/* Append the note for the list with that digest, made at `at` (ms), to out. GW_ELIMIT. */
int ledger_backup_vouch(struct ledger *l, const char sha256[HASH_HEX], int64_t at, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * ledger_backup_vouched(key_path, oin, note, n, sha256, ret, ei): whether the note vouches for that
 * digest, by the log's key in the file at key_path (keys/ledger.key), for a log of the organisation
 * `oin`. The log itself need not be there.
 *
 * GW_EAUTH: it does not, or another key signed it. GW_EFORMAT, GW_EMODE, GW_ENOENT: the key's file.
 */
int ledger_backup_vouched(const char *key_path, const char *oin, const char *note, size_t n,
    const char sha256[HASH_HEX], struct backup_vouch *ret, struct errinfo *ei) GW_MUST_USE;

/*
 * ledger_lost(paths, note, n, ei): tell a restored log of a later head that it signed before it was
 * lost, as kept by a witness or a counterparty.
 *
 * keys/ledger.head is moved on to it, so that the log is refused as restored from an older backup
 * and ledger_restart names it. GW_EAUTH: not signed by this log's key. GW_ECONFLICT: it is no later
 * than the log at hand, and of its past: nothing was lost, nothing was changed.
 */
int ledger_lost(const struct ledger_paths *paths, const char *origin, const char *note, size_t n,
    struct errinfo *ei) GW_MUST_USE;

#endif
