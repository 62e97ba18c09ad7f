/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store: the daemon's database, store.db of a home: cases, statements, packages, queues
 * (docs/decisions/021).
 *
 * One file, SQLite in WAL mode with synchronous FULL: what store_commit said is there after a power
 * cut. One writer at a time; readers work beside it, each on a snapshot. Tables and their questions
 * lie in the other files of this room, one for each subject; nobody outside it says a word of SQL.
 *
 * All functions may be called from several threads at once, but store_close. A transaction belongs
 * to the thread that began it.
 */
#ifndef GW_STORE_STORE_H
#define GW_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"

struct store;
struct store_tx;

enum { STORE_READERS = 4 /* at once; further ones wait */ };

/*
 * store_open(path, ret, ei): open the database at path, made 0600 when it is not there, and bring
 * its tables to the form of this build.
 *
 * GW_ESUPPORT: a newer build has written it. GW_EAUTH: it is damaged, or another program's. GW_EIO:
 * it cannot be read or written. The caller closes it.
 */
int store_open(const char *path, struct store **ret_s, struct errinfo *ei) GW_MUST_USE;

/* NULL is fine; the _p form fits GW_CLEANUP. No transaction may be open. */
void store_close(struct store *s);
void store_close_p(struct store **s);

enum store_how { STORE_READ, STORE_WRITE };

/*
 * store_begin(s, how, ret, ei): begin a transaction; waits for its turn.
 *
 * Within it everything is seen as it stood at its beginning, with its own changes. End it by
 * store_commit or store_end. One that writes must not be held over anything that waits for others
 * (a network, another writer), and a thread has at most one that reads: STORE_READERS of them would
 * wait for each other. GW_EIO.
 */
int store_begin(struct store *s, enum store_how how, struct store_tx **ret_tx, struct errinfo *ei)
    GW_MUST_USE;

/* Make the changes durable and end the transaction; *tx is NULL afterwards. On failure nothing of
 * it has happened. GW_EIO. */
int store_commit(struct store_tx **tx, struct errinfo *ei) GW_MUST_USE;

/* End the transaction: what was not committed has not happened. *tx is NULL afterwards, and may be
 * before. Fits GW_CLEANUP. */
void store_end(struct store_tx **tx);

/* Work within a transaction that somebody else began: asks and changes, ends nothing. */
typedef int (*store_work)(void *arg, struct store_tx *tx, struct errinfo *ei);

/*
 * store_write(s, work, arg, ei): run work in a transaction that writes, and commit it.
 *
 * What several threads want to write at the same time becomes durable together, so that they share
 * one wait for the disk: work may run on another thread, while its own waits, and sees what those
 * before it in the same transaction did. When it fails, what it did has not happened, and its value
 * is returned; that of the others stands. GW_EIO: nothing of any of them has happened.
 */
int store_write(struct store *s, store_work work, void *arg, struct errinfo *ei) GW_MUST_USE;

/*
 * store_backup(s, path, ei): write a copy of the database as it stands to a new file at path, while
 * others go on. It is there wholly or not at all, in one file, mode 0600.
 *
 * GW_EEXIST; GW_EIO.
 */
int store_backup(struct store *s, const char *path, struct errinfo *ei) GW_MUST_USE;

/* The number of the tables' form in this build: that of its last migration. */
unsigned store_version(void);

#endif
