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
