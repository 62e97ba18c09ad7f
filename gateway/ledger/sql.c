/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "ledger/internal.h"

static const char *const texts[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_HEAD] = "SELECT size, edge, note, last, lost FROM head",
    [SQL_SET_HEAD] = "UPDATE head SET size = ?1, edge = ?2, note = ?3, last = ?4",
    [SQL_ADD_RECORD] = "INSERT INTO record (idx, leaf, bytes) VALUES (?1, ?2, ?3)",
    [SQL_ADD_NODE] = "INSERT INTO node (level, idx, hash) VALUES (?1, ?2, ?3)",
    [SQL_ADD_DETAIL] = "INSERT INTO detail (idx, salt, json) VALUES (?1, ?2, ?3)",
    [SQL_ADD_OPEN] = "INSERT OR REPLACE INTO open_intent (span, idx) VALUES (?1, ?2)",
    [SQL_DROP_OPEN] = "DELETE FROM open_intent WHERE span = ?1",
    [SQL_LEAVES] = "SELECT leaf FROM record WHERE idx >= ?1 AND idx < ?2 ORDER BY idx",
    [SQL_NODES] = "SELECT hash FROM node WHERE level = ?3 AND idx >= ?1 AND idx < ?2 ORDER BY idx",
    [SQL_SEQ] = "SELECT seq FROM seq WHERE of = ?1",
    [SQL_SET_SEQ] =
	"INSERT INTO seq (of, seq, package) VALUES (?1, ?2, ?3) ON CONFLICT (of) DO UPDATE "
	"SET seq = ?2, package = coalesce(?3, package)",
    [SQL_SEQ_PACKAGE] = "SELECT package FROM seq WHERE of = ?1",
    [SQL_FLOOR] = "SELECT version FROM floor WHERE policy = ?1",
    [SQL_SHREDS] = "SELECT rows FROM shred",
    [SQL_SET_FLOOR] = "INSERT OR REPLACE INTO floor (policy, version) VALUES (?1, ?2)",
};

/*
 * record, node and detail are the log; head its one row of state, with the note of a lost head when
 * this log follows one. earlier names the logs before it, whose tables carry their number behind
 * their names. seq and floor hold numbers that outlive everything;
 * seq names a case by a MAC, for a sender may call it after a person. shred is what shred.c has
 * begun.
 */
static const char LEDGER[] =
    "CREATE TABLE record (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, bytes BLOB NOT NULL);"
    "CREATE TABLE node (level INTEGER, idx INTEGER, hash BLOB NOT NULL, PRIMARY KEY (level, idx))"
    " WITHOUT ROWID;"
    "CREATE TABLE detail (idx INTEGER PRIMARY KEY, salt BLOB NOT NULL, json BLOB NOT NULL);"
    "CREATE TABLE open_intent (span BLOB PRIMARY KEY, idx INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,"
    " edge BLOB NOT NULL, note BLOB NOT NULL, last INTEGER NOT NULL, lost BLOB);";

static const char AROUND[] =
    "CREATE TABLE earlier (epoch INTEGER PRIMARY KEY, origin TEXT NOT NULL);"
    "CREATE TABLE seq (of TEXT PRIMARY KEY, seq INTEGER NOT NULL, package TEXT) WITHOUT ROWID;"
    "CREATE TABLE floor (policy TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE shred (sp TEXT PRIMARY KEY, tr TEXT NOT NULL, t INTEGER NOT NULL,"
    " rows BLOB NOT NULL, details BLOB NOT NULL) WITHOUT ROWID;";

/* Also made in a home that was made before there were reviews. */
#define REVIEWS                                                                                 \
	"CREATE TABLE IF NOT EXISTS review (row BLOB, fingerprint TEXT, keep INTEGER NOT NULL," \
	" reason TEXT NOT NULL, mac BLOB NOT NULL, PRIMARY KEY (row, fingerprint)) WITHOUT ROWID;"

static const char SUBJECTS[] =
    "CREATE TABLE subject (row BLOB PRIMARY KEY, wrapped BLOB NOT NULL, made INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE alias (alias BLOB, row BLOB, mac BLOB NOT NULL, sealed BLOB NOT NULL,"
    " PRIMARY KEY (alias, row)) WITHOUT ROWID;"
    "CREATE INDEX alias_row ON alias (row);"
    "CREATE TABLE approval (row BLOB, officer TEXT, at INTEGER NOT NULL, signature BLOB NOT NULL,"
    " PRIMARY KEY (row, officer)) WITHOUT ROWID;" REVIEWS;

int sql_make_reviews(sqlite3 *db, struct errinfo *ei)
{
	return sql_run(db, REVIEWS, ei);
}

int sql_err(sqlite3 *db, struct errinfo *ei)
{
	int code = sqlite3_errcode(db);
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_CONSTRAINT ||
	    code == SQLITE_ERROR /* a table is gone */)
		return err_set(ei, GW_EAUTH,
		    "the ledger database is damaged (%s): restore it from a backup",
		    sqlite3_errstr(code));
	const char *path = sqlite3_db_filename(db, "main"), *what = "";
	if (code == SQLITE_FULL || code == SQLITE_IOERR)
		what = ": make room on its disk";
	else if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
		what = ": make the folder and its files writable for this user";
	if (!path || !*path)
		return err_set(ei, GW_ELEDGER, "the ledger cannot be written (%s)%s",
		    sqlite3_errstr(code), what);
	return err_set(ei, GW_ELEDGER, "the ledger in '%.*s' cannot be written (%s)%s",
	    (int)(file_base(path) - path - (file_base(path) > path)), path, sqlite3_errstr(code),
	    what);
}

bool sql_is_full(sqlite3 *db)
{
	int code = sqlite3_errcode(db);
	return code == SQLITE_FULL || code == SQLITE_IOERR;
}

int sql_run(sqlite3 *db, const char *text, struct errinfo *ei)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_err(db, ei);
}

int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **ret_s, struct errinfo *ei)
{
	return sqlite3_prepare_v2(db, text, -1, ret_s, NULL) == SQLITE_OK ? 0 : sql_err(db, ei);
}

void sql_done(sqlite3_stmt **s)
{
	(void)sqlite3_finalize(*s);
	*s = NULL;
}

int sql_step(sqlite3_stmt *s, struct errinfo *ei)
{
	int r = sqlite3_step(s);
	return r == SQLITE_ROW ? 1 : r == SQLITE_DONE ? 0 : sql_err(sqlite3_db_handle(s), ei);
}

int sql_do(sqlite3_stmt *s, struct errinfo *ei)
{
	int r = sqlite3_step(s) == SQLITE_DONE ? 0 : sql_err(sqlite3_db_handle(s), ei);
	(void)sqlite3_reset(s);
	return r;
}

void sql_blob(sqlite3_stmt *s, int i, const void *p, size_t n)
{
	(void)sqlite3_bind_blob64(s, i, p, n, SQLITE_STATIC);
}

void sql_text(sqlite3_stmt *s, int i, const char *p)
{
	(void)sqlite3_bind_text64(s, i, p, strlen(p), SQLITE_STATIC, SQLITE_UTF8);
}

void sql_int(sqlite3_stmt *s, int i, int64_t v)
{
	(void)sqlite3_bind_int64(s, i, v);
}

const void *sql_col(sqlite3_stmt *s, int i, size_t *ret_n)
{
	const void *p = sqlite3_column_blob(s, i);
	*ret_n = (size_t)sqlite3_column_bytes(s, i);
	return p;
}

static int settings(sqlite3 *db, bool create, bool read_only, struct errinfo *ei)
{
	(void)sqlite3_busy_timeout(db, BUSY_MS);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	int r = sql_run(db,
	    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON;"
	    "PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY",
	    ei);
	if (r == 0 && create)
		r = sql_run(db, "PRAGMA journal_mode=WAL", ei);
	if (r == 0 && !read_only)
		r = sql_run(db, "PRAGMA wal_autocheckpoint=2000", ei);
	/* the first look into the file: says whether it is a database, and finishes a recovery */
	return r < 0 ? r : sql_run(db, "SELECT count(*) FROM sqlite_master", ei);
}

/* A medium that cannot be written, or is full, has no place for the shared memory file; without a
 * write-ahead log the database can be read without one. */
static char *unchanging(const char *path)
{
	char *wal GW_CLEANUP(str_free_p) = str_printf("%s-wal", path);
	struct stat st; /* an empty one is left by the opening that just failed */
	if ((stat(wal, &st) == 0 && st.st_size > 0) || strpbrk(path, "?#%"))
		return NULL;
	return str_printf("file:%s?immutable=1", path);
}

int sql_open(const char *path, bool create, bool read_only, sqlite3 **ret_db, struct errinfo *ei)
{
	sqlite3 *db = NULL;
	int how = (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
	    (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX;
	int r = sqlite3_open_v2(path, &db, how, NULL) == SQLITE_OK
	    ? settings(db, create, read_only, ei)
	    : db ? sql_err(db, ei)
		 : err_set(ei, GW_ENOMEM, "out of memory");
	char *uri GW_CLEANUP(str_free_p) = r < 0 && read_only ? unchanging(path) : NULL;
	if (uri) {
		(void)sqlite3_close(db);
		db = NULL;
		r = sqlite3_open_v2(uri, &db, how | SQLITE_OPEN_URI, NULL) == SQLITE_OK
		    ? settings(db, create, read_only, ei)
		    : db ? sql_err(db, ei)
			 : err_set(ei, GW_ENOMEM, "out of memory");
	}
	if (r < 0) {
		(void)sqlite3_close(db);
		return r;
	}
	*ret_db = db;
	return 0;
}

int sql_make_ledger(sqlite3 *db, struct errinfo *ei)
{
	int r = sql_run(db, LEDGER, ei);
	return r < 0 ? r : sql_run(db, AROUND, ei);
}

int sql_make_log(sqlite3 *db, struct errinfo *ei)
{
	return sql_run(db, LEDGER, ei);
}

int sql_make_subjects(sqlite3 *db, struct errinfo *ei)
{
	return sql_run(db, SUBJECTS, ei);
}

int sql_truncate(sqlite3 *db, struct errinfo *ei)
{
	int left = -1, done = -1;
	int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, &done);
	if (code == SQLITE_OK && left == 0)
		return 0;
	if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(ei, GW_EFAIL,
		    "the person's keys and details are deleted; the traces in free pages go when the "
		    "other process that reads the ledger ends: the next command completes it");
	return sql_err(db, ei);
}

int sql_hashes(sqlite3_stmt *s, unsigned level, uint64_t first, size_t count,
    struct merkle_hash *ret_h, struct errinfo *ei)
{
	size_t n = 0, len;
	int r;
	sql_int(s, 1, (int64_t)first);
	sql_int(s, 2, (int64_t)(first + count));
	if (level)
		sql_int(s, 3, level);
	while ((r = sql_step(s, ei)) == 1 && n < count) {
		const void *h = sql_col(s, 0, &len);
		if (len != MERKLE_HASH)
			break;
		memcpy(ret_h[n++].b, h, MERKLE_HASH);
	}
	(void)sqlite3_reset(s);
	if (r < 0)
		return r;
	return n == count ? 0
			  : err_set(ei, GW_EAUTH, "the ledger lacks stored hashes: it was changed");
}

sqlite3_stmt *ledger_sql(struct ledger *l, enum sql which, struct errinfo *ei)
{
	if (!l->sql[which] && sql_prepare(l->db, texts[which], &l->sql[which], ei) < 0)
		return NULL;
	(void)sqlite3_reset(l->sql[which]);
	(void)sqlite3_clear_bindings(l->sql[which]); /* what is bound lives for one step only */
	return l->sql[which];
}
