/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * internal: what the files of this room share and nobody else sees: the open log, its statements,
 * the head file, the reserve.
 *
 * Order of locks: queue before nothing; write (the writing connection, the head file and what is
 * cached of them) before the subjects' one.
 */
#ifndef GW_LEDGER_INTERNAL_H
#define GW_LEDGER_INTERNAL_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger.h"
#include "ledger/merkle.h"
#include "ledger/note.h"

enum {
	HEAD_NOTE = 460, /* bytes of a note that a head slot can hold */
	SPAN_KEY = 24,   /* trace and span id as bytes */
	KEY_BYTES = 32,  /* subjects.kek, blind.key */
	DETAIL_MAX = 64 << 10,
	CLOCK_BEHIND = 5 * 60 * 1000, /* ms */
	BUSY_MS = 20000,              /* how long one process waits for another */
};

/* ---- sql.c: databases and statements ---- */

enum sql {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_HEAD,
	SQL_SET_HEAD,
	SQL_ADD_RECORD,
	SQL_ADD_NODE,
	SQL_ADD_DETAIL,
	SQL_ADD_OPEN,
	SQL_DROP_OPEN,
	SQL_LEAVES,
	SQL_NODES,
	SQL_SEQ,
	SQL_SET_SEQ,
	SQL_SEQ_PACKAGE,
	SQL_FLOOR,
	SQL_SET_FLOOR,
	SQL_SHREDS,
	SQL_COUNT,
};

/* Open the database at path with our settings; create makes it. GW_ELEDGER, GW_EAUTH (damaged). */
int sql_open(const char *path, bool create, bool read_only, sqlite3 **ret_db, struct errinfo *ei)
    GW_MUST_USE;

/* Make the tables of ledger.db, of subjects.db. */
int sql_make_ledger(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;
int sql_make_subjects(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;

/* Make the table of reviews in subjects.db, unless it is there. */
int sql_make_reviews(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;

/* Make only the tables of the log itself, for one that follows an earlier one. */
int sql_make_log(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;

/* Run statements that give no rows. */
int sql_run(sqlite3 *db, const char *text, struct errinfo *ei) GW_MUST_USE;

/* Prepare `text`; the caller finalizes, best with GW_CLEANUP(sql_done). */
int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **ret_s, struct errinfo *ei)
    GW_MUST_USE;
void sql_done(sqlite3_stmt **s);

/* Step to the next row: 1 a row, 0 the end, negative a failure. */
int sql_step(sqlite3_stmt *s, struct errinfo *ei) GW_MUST_USE;

/* Step a statement that gives no row, and reset it. */
int sql_do(sqlite3_stmt *s, struct errinfo *ei) GW_MUST_USE;

/* Say what the last failure on db was: GW_ELEDGER, or GW_EAUTH when the file is damaged. */
int sql_err(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;

/* True when the last failure was a full disk. */
bool sql_is_full(sqlite3 *db);

/* Truncate the write-ahead log of db into it, so that nothing deleted is left there; waits for
 * readers of other processes, then GW_EFAIL, in the words of a shred. */
int sql_truncate(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;

/* Bind and read blobs and text. Binding keeps no copy; what is read is borrowed until the next
 * step.
 */
void sql_blob(sqlite3_stmt *s, int i, const void *p, size_t n);
void sql_text(sqlite3_stmt *s, int i, const char *p);
void sql_int(sqlite3_stmt *s, int i, int64_t v);
const void *sql_col(sqlite3_stmt *s, int i, size_t *ret_n);

/* Read hashes by a statement of the form of SQL_LEAVES (level 0) or SQL_NODES, and reset it.
 * GW_EAUTH when there are not as many. */
int sql_hashes(sqlite3_stmt *s, unsigned level, uint64_t first, size_t count,
    struct merkle_hash *ret_h, struct errinfo *ei) GW_MUST_USE;

/* ---- head.c: keys/ledger.head ---- */

struct head {
	uint64_t counter;
	struct checkpoint cp;
	char note[HEAD_NOTE + 1];
	size_t note_n;
};

/* Read the newest good slot from fd and verify its note by the key under the name of the note's
 * origin. `known` (may be NULL) is a head that needs no verifying again. GW_EAUTH when neither slot
 * is good. */
int head_read(int fd, const uint8_t pub[32], const struct head *known, struct head *ret_h,
    struct errinfo *ei) GW_MUST_USE;

/* Write h into the slot of its counter and sync. GW_ELEDGER. */
int head_write(int fd, const struct head *h, struct errinfo *ei) GW_MUST_USE;

/* ---- the open log ---- */

/* A record on its way into the log. */
struct entry {
	const char *bytes;
	size_t n;
	struct merkle_hash leaf;
	const char *detail; /* NULL: none */
	size_t detail_n;
	uint8_t detail_salt[32];
	enum ledger_phase ph;
	bool has_span, reserved;
	uint8_t span[SPAN_KEY];
	const uint8_t *row; /* whom it is about; NULL: nobody */
	uint64_t index;     /* set when it is in */
	int r;
	bool done;
	struct errinfo ei;
	pthread_cond_t wake;
	struct entry *next;
};

struct counter; /* quota.c */

struct ledger {
	unsigned flags;
	char origin[LEDGER_ORIGIN], oin[21];
	struct note_key key;
	uint8_t *secret, *kek, *blind; /* locked memory */
	char *db_path, *subjects_path, *checkpoint_path;
	sqlite3 *db, *subjects;
	sqlite3_stmt *sql[SQL_COUNT];
	int head_fd, reserve_fd;
	bool cached; /* tree, head and last are those of the database */
	struct merkle tree;
	struct head head;
	int64_t last; /* moment of the last record, ms */
	pthread_mutex_t queue, write, subject;
	struct entry *first, *newest;
	bool writing;
	struct counter *counter;
};

/* The prepared statement of l->db, reset; NULL on failure, with ei set. */
sqlite3_stmt *ledger_sql(struct ledger *l, enum sql which, struct errinfo *ei);

/* writer.c: put the entries e[0..n) into the log in one commit; each gets its own result. Takes
 * l->write. */
void writer_commit(struct ledger *l, struct entry *const *e, size_t n);

/* GW_ELEDGER when `now` lies more than 5 minutes before the last record that l knows of. */
int writer_clock(const struct ledger *l, int64_t now, struct errinfo *ei) GW_MUST_USE;

/* GW_ECONFLICT when the row is gone or a shred has written down that it goes, which it does under
 * the head lock. With l->write and that lock held; takes l->subject. */
int subject_row_check(struct ledger *l, const uint8_t row[SUBJECT_ROW], struct errinfo *ei)
    GW_MUST_USE;
/* The key of a subject, 32 bytes of locked memory, borrowed. */
const uint8_t *subject_key(const struct ledger_subject *s);

/* The row of a subject, borrowed. */
const uint8_t *subject_row(const struct ledger_subject *s);

/* Take and leave the lock on the head file that orders processes. GW_ELEDGER. */
int writer_lock(struct ledger *l, bool shared, struct errinfo *ei) GW_MUST_USE;
void writer_unlock(struct ledger *l);

/* With the lock held: read the database's head, check it by the head file's, and cache both.
 * GW_ELEDGER also when the file of the database lies elsewhere by now. */
int writer_refresh(struct ledger *l, struct errinfo *ei) GW_MUST_USE;

/* Sign the tree as the next head (counter, note). */
int writer_sign(const struct ledger *l, const struct merkle *tree, struct head *ret_h,
    struct errinfo *ei) GW_MUST_USE;

/* Read hashes of l's own tables for proofs: a merkle_read whose ctx is the struct ledger. */
int writer_read(void *ctx, unsigned level, uint64_t first, size_t count, struct merkle_hash *ret_h,
    struct errinfo *ei);

/* ---- reserve.c: space kept for what must always work ---- */

int reserve_open(const char *db_path, int *ret_fd, struct errinfo *ei) GW_MUST_USE;
/* True when the reserve is whole, or could be made whole again. */
bool reserve_whole(int fd);
/* GW_ELEDGER, saying that the disk is full, unless the reserve is whole: to be asked before writing
 * what may not use it. */
int reserve_check(int fd, struct errinfo *ei) GW_MUST_USE;
/* Take what the disk has left, up to a whole reserve, for the next who comes. */
void reserve_regain(int fd);
/* Give the reserve's space back to the disk. */
void reserve_release(int fd);

/* ---- keys.c ---- */

int keys_load(struct ledger *l, const struct ledger_paths *p, struct errinfo *ei) GW_MUST_USE;
int keys_make(const struct ledger_paths *p, struct errinfo *ei) GW_MUST_USE;

/* One secret of 32 bytes in base64: read it into out (locked memory); draw a new one into the file
 * at path, which must not be there (GW_EEXIST). */
int keys_read(const char *path, uint8_t out[KEY_BYTES], struct errinfo *ei) GW_MUST_USE;
int keys_write(const char *path, struct errinfo *ei) GW_MUST_USE;

/* ---- quota.c ---- */
void quota_flush(struct ledger *l);
void quota_free(struct ledger *l);

/* ---- shred.c ---- */
int shred_complete(struct ledger *l, struct errinfo *ei) GW_MUST_USE;

#endif
