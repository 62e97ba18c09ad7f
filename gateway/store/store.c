/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "store/inside.h"

enum { BUSY_MS = 20000, BACKUP_PAGES = 256, BACKUP_PAUSE_MS = 5 };

static int run(sqlite3 *db, const char *text, struct errinfo *ei)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_err(db, ei);
}

/* Only for this user; as SQLite makes its other files with the mode of this one. */
static int make(const char *path, struct errinfo *ei)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "the store '%s' cannot be opened", path);
	(void)close(fd);
	return file_check_private(path, ei);
}

static int connect_to(const char *path, bool write, sqlite3 **ret_db, struct errinfo *ei)
{
	sqlite3 *db = NULL;
	int how = (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
	int r = sqlite3_open_v2(path, &db, how, NULL) == SQLITE_OK ? 0
	    : db                                                   ? store_err(db, ei)
								   : GW_ENOMEM;
	if (r == 0) {
		(void)sqlite3_busy_timeout(db, BUSY_MS);
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		r = run(db,
		    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
		    "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA synchronous=FULL;"
		    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-2048",
		    ei);
	}
	if (r == 0 && write)
		r = run(db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=2000", ei);
	if (r < 0) {
		(void)sqlite3_close(db);
		return r;
	}
	*ret_db = db;
	return 0;
}

int store_open(const char *path, struct store **ret_s, struct errinfo *ei)
{
	struct store *s = str_alloc(sizeof *s);
	s->path = str_dup(path);
	(void)pthread_mutex_init(&s->write, NULL);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->free, NULL);
	(void)pthread_mutex_init(&s->queue, NULL);
	s->writer.store = s;
	for (size_t i = 0; i < STORE_READERS; i++)
		s->readers[i].store = s;
	int r = make(path, ei);
	if (r == 0)
		r = connect_to(path, true, &s->writer.db, ei);
	if (r == 0)
		r = store_migrate(s->writer.db, ei);
	if (r < 0) {
		store_close(s);
		return r;
	}
	*ret_s = s;
	return 0;
}

static void disconnect(struct store_tx *tx)
{
	assert(!tx->open);
	for (size_t i = 0; i < STORE_STATEMENTS; i++)
		(void)sqlite3_finalize(tx->cache[i].q);
	(void)sqlite3_close(tx->db);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < STORE_READERS; i++)
		disconnect(&s->readers[i]);
	disconnect(&s->writer); /* the last one: folds the log into the file */
	(void)pthread_cond_destroy(&s->free);
	(void)pthread_mutex_destroy(&s->queue);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_mutex_destroy(&s->write);
	str_free_p(&s->path);
	free(s);
}

void store_close_p(struct store **s)
{
	store_close(*s);
	*s = NULL;
}

/* A reader that nobody uses, connected at its first use. */
static int take_reader(struct store *s, struct store_tx **ret_tx, struct errinfo *ei)
{
	struct store_tx *tx = NULL;
	(void)pthread_mutex_lock(&s->lock);
	while (!tx) {
		for (size_t i = 0; !tx && i < STORE_READERS; i++)
			if (!s->readers[i].taken)
				tx = &s->readers[i];
		if (!tx)
			(void)pthread_cond_wait(&s->free, &s->lock);
	}
	tx->taken = true;
	(void)pthread_mutex_unlock(&s->lock);
	*ret_tx = tx;
	return tx->db ? 0 : connect_to(s->path, false, &tx->db, ei);
}

static void give_back(struct store_tx *tx)
{
	struct store *s = tx->store;
	if (tx->how == STORE_WRITE) {
		(void)pthread_mutex_unlock(&s->write);
		return;
	}
	(void)pthread_mutex_lock(&s->lock);
	tx->taken = false;
	(void)pthread_cond_signal(&s->free);
	(void)pthread_mutex_unlock(&s->lock);
}

int store_begin(struct store *s, enum store_how how, struct store_tx **ret_tx, struct errinfo *ei)
{
	struct store_tx *tx = &s->writer;
	int r = 0;
	if (how == STORE_WRITE)
		(void)pthread_mutex_lock(&s->write);
	else
		r = take_reader(s, &tx, ei);
	tx->how = how;
	if (r == 0)
		r = run(tx->db, how == STORE_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", ei);
	if (r < 0) {
		give_back(tx);
		return r;
	}
	tx->open = true;
	*ret_tx = tx;
	return 0;
}

void store_rest(struct store_tx *tx)
{
	for (size_t i = 0; i < STORE_STATEMENTS; i++)
		if (tx->cache[i].q)
			(void)sqlite3_reset(tx->cache[i].q);
}

int store_commit(struct store_tx **tx, struct errinfo *ei)
{
	store_rest(*tx);
	int r = run((*tx)->db, "COMMIT", ei);
	if (r == 0) {
		(*tx)->open = false;
		give_back(*tx);
		*tx = NULL;
	} else
		store_end(tx);
	return r;
}

void store_end(struct store_tx **tx)
{
	if (!*tx)
		return;
	store_rest(*tx);
	/* after a full disk SQLite may have done so itself */
	if (!sqlite3_get_autocommit((*tx)->db))
		(void)sqlite3_exec((*tx)->db, "ROLLBACK", NULL, NULL, NULL);
	(*tx)->open = false;
	give_back(*tx);
	*tx = NULL;
}

/* Pages are copied in turns, so that whoever writes waits for no more than one of them. */
static int copy(sqlite3 *from, sqlite3 *to, struct errinfo *ei)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	if (!b)
		return store_err(to, ei);
	int code;
	do {
		code = sqlite3_backup_step(b, BACKUP_PAGES);
		if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
			(void)sqlite3_sleep(BACKUP_PAUSE_MS);
	} while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
	(void)sqlite3_backup_finish(b);
	if (code != SQLITE_DONE)
		return err_set(ei, GW_EIO, "the store cannot be copied (%s)", sqlite3_errstr(code));
	return run(to, "PRAGMA journal_mode=DELETE", ei);
}

static int copy_to(struct store *s, const char *path, struct errinfo *ei)
{
	sqlite3 *from = NULL, *to = NULL;
	int r = connect_to(s->path, false, &from, ei);
	/* one snapshot from first to last page: else each commit would begin the copy again */
	if (r == 0)
		r = run(from, "BEGIN; SELECT count(*) FROM sqlite_master", ei);
	if (r == 0 && sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		r = to ? store_err(to, ei) : GW_ENOMEM;
	if (r == 0)
		r = copy(from, to, ei);
	(void)sqlite3_close(to);
	(void)sqlite3_close(from);
	return r;
}

int store_backup(struct store *s, const char *path, struct errinfo *ei)
{
	if (file_exists(path))
		return err_set(ei, GW_EEXIST, "'%s' is there already", path);
	char *part GW_CLEANUP(str_free_p) = str_printf("%s.part", path);
	(void)unlink(part);
	int fd GW_CLEANUP(file_close_p) =
	    open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "'%s' cannot be made", part);
	int r = copy_to(s, part, ei);
	if (r == 0 && fsync(fd) < 0)
		r = err_sys(ei, GW_EIO, "'%s' cannot be written", part);
	if (r == 0 && link(part, path) < 0)
		r = err_sys(ei, GW_EIO, "'%s' cannot be made", path);
	(void)unlink(part);
	return r < 0 ? r : file_sync_parent(path, ei);
}
