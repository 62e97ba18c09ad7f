/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * restart: the way on after a restore from an older backup.
 *
 * What is left of the old log stays in the same file under names with a number, so that it is still
 * verified, reported on and shredded; the new log's head row keeps the note of the head that was
 * lost, and its first record names it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/internal.h"

static const char *const tables[] = {"record", "node", "detail", "open_intent", "head"};

/* What the restart works on. */
struct restart {
	struct ledger *l; /* only its keys */
	sqlite3 *db;
	int fd;
	struct head lost;
	int64_t
	    last; /* the moment of the last record at hand: the clock may not go back behind it */
};

static void restart_release(struct restart *s)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(s->l->sql[i]);
	(void)sqlite3_close(s->db);
	file_close_p(&s->fd);
	secret_free(s->l->secret);
	secret_free(s->l->kek);
	secret_free(s->l->blind);
	str_free_p(&s->l);
}

/* The origin, size and last moment of the log in the database; origin "" when it has none. */
static int what_is_there(
    struct restart *st, char origin[NOTE_NAME], int64_t *ret_size, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	size_t n = 0;
	int r = sql_prepare(st->db, "SELECT note, size, last FROM head", &s, ei);
	if (r == 0)
		r = sql_step(s, ei);
	if (r < 0)
		return r;
	memset(origin, 0, NOTE_NAME);
	*ret_size = 0;
	if (r == 0)
		return 0;
	const char *note = sql_col(s, 0, &n), *nl = n ? memchr(note, '\n', n) : NULL;
	if (!nl || nl - note >= NOTE_NAME)
		return err_set(ei, GW_EAUTH, "the ledger's head was changed in the database");
	memcpy(origin, note, (size_t)(nl - note));
	*ret_size = sqlite3_column_int64(s, 1);
	st->last = sqlite3_column_int64(s, 2);
	return 0;
}

/* Give the tables of the log at hand the next number. */
static int set_aside(sqlite3 *db, const char *origin, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	char text[128];
	int r = sql_prepare(db, "INSERT INTO earlier (origin) VALUES (?1)", &s, ei);
	if (r < 0)
		return r;
	sql_text(s, 1, origin);
	r = sql_do(s, ei);
	int64_t epoch = sqlite3_last_insert_rowid(db);
	for (size_t i = 0; r == 0 && i < GW_LENGTH(tables); i++) {
		(void)snprintf(text, sizeof text, "ALTER TABLE %s RENAME TO %s_%" PRId64, tables[i],
		    tables[i], epoch);
		r = sql_run(db, text, ei);
	}
	return r < 0 ? r : sql_make_log(db, ei);
}

static int begin_after(struct restart *s, struct errinfo *ei)
{
	sqlite3_stmt *st GW_CLEANUP(sql_done) = NULL;
	struct head h;
	struct merkle none = {0};
	int r = writer_sign(s->l, &none, &h, ei);
	if (r == 0)
		r = sql_prepare(s->db,
		    "INSERT INTO head (one, size, edge, note, last, lost) VALUES (1, 0, x'', ?1, ?3, ?2)",
		    &st, ei);
	if (r < 0)
		return r;
	sql_blob(st, 1, h.note, h.note_n);
	sql_blob(st, 2, s->lost.note, s->lost.note_n);
	sql_int(st, 3, s->last);
	return sql_do(st, ei);
}

/* True when the log at hand, of that size, holds all that the last signed head covers. */
static int holds_lost(struct restart *s, int64_t size, bool *ret, struct errinfo *ei)
{
	struct merkle_hash root;
	*ret = false;
	if ((uint64_t)size < s->lost.cp.size)
		return 0;
	s->l->db = s->db; /* for the statements of writer_read */
	int r = merkle_root_at(s->lost.cp.size, writer_read, s->l, &root, ei);
	*ret = r == 0 && memcmp(root.b, s->lost.cp.root.b, MERKLE_HASH) == 0;
	return r;
}

/* In one transaction: the old log aside, the new one begun. */
static int exchange(struct restart *s, struct errinfo *ei)
{
	char origin[NOTE_NAME] = "";
	int64_t size = 0;
	bool holds = false;
	int r = sql_run(s->db, "BEGIN IMMEDIATE", ei);
	if (r == 0)
		r = what_is_there(s, origin, &size, ei);
	if (r == 0 && str_eq(origin, s->lost.cp.origin))
		r = holds_lost(s, size, &holds, ei);
	if (r == 0 && holds)
		r = err_set(ei, GW_ECONFLICT,
		    "the ledger is not behind its last signed head: there is nothing to begin anew");
	if (r == 0 && *origin && !str_eq(origin, s->lost.cp.origin))
		r = err_set(ei, GW_ECONFLICT,
		    "the ledger database is of another log than keys/ledger.head");
	if (r == 0 && *origin)
		r = set_aside(s->db, origin, ei);
	if (r == 0)
		r = begin_after(s, ei);
	if (r == 0)
		r = sql_run(s->db, "COMMIT", ei);
	return r;
}

static int open_for_restart(struct restart *s, const struct ledger_paths *p, struct errinfo *ei)
{
	bool fresh = !file_exists(p->db);
	int r = keys_load(s->l, p, ei);
	if (r < 0)
		return r;
	s->fd = open(p->head, O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		return err_sys(ei, GW_ELEDGER, "keys/ledger.head cannot be opened");
	if (flock(s->fd, LOCK_EX) < 0)
		return err_sys(ei, GW_ELEDGER, "keys/ledger.head cannot be locked");
	r = head_read(s->fd, s->l->key.pub, NULL, &s->lost, ei);
	if (r == 0)
		r = sql_open(p->db, fresh, false, &s->db, ei);
	return r == 0 && fresh ? sql_make_ledger(s->db, ei) : r;
}

int ledger_restart(const struct ledger_paths *paths, const char *origin, struct errinfo *ei)
{
	char home[ID_TEXT];
	struct ledger *made GW_CLEANUP(ledger_close_p) = NULL;
	int r = secret_init(ei);
	if (r < 0)
		return r;
	if (strlen(origin) < 25 || strlen(origin) >= LEDGER_ORIGIN)
		return err_set(
		    ei, GW_EFORMAT, "a ledger's origin has the form oin-<OIN>/<home id>");
	{
		struct restart s GW_CLEANUP(restart_release) = {.fd = -1};
		s.l = str_alloc(sizeof *s.l);
		id_v4(home);
		(void)snprintf(s.l->origin, sizeof s.l->origin, "%.25s%s", origin, home);
		r = open_for_restart(&s, paths, ei);
		if (r == 0)
			r = exchange(&s, ei);
	}
	return r < 0 ? r : ledger_open(paths, origin, 0, &made, ei);
}
