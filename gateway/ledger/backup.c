/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/backup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "ledger/reader.h"

enum { HEAD_FILE = 2 * 512, PAGES = 1024 /* 4 MiB at a time */ };

/* ---- the moment ---- */

/* Both databases, each read as it stood when the locks were held. */
struct moment {
	struct reader log;
	sqlite3 *subjects;
};

static void moment_release(struct moment *m)
{
	reader_close(&m->log);
	(void)sqlite3_close(m->subjects);
}

static int open_snapshots(struct ledger *l, struct moment *m, struct errinfo *ei)
{
	int r = reader_open(l, 0, &m->log, ei);
	/* read, not mapped: a page that others bring into the file meanwhile was seen as it had
	 * been before, one copy in hundreds */
	if (r == 0)
		r = sql_run(m->log.db, "PRAGMA mmap_size=0", ei);
	if (r == 0)
		r = sql_open(l->subjects_path, false, true, &m->subjects, ei);
	/* a snapshot begins with the first reading */
	return r == 0 ? sql_run(m->subjects, "BEGIN; SELECT count(*) FROM subject LIMIT 1", ei) : r;
}

static int read_head_file(struct ledger *l, struct buf *head, struct errinfo *ei)
{
	char *p = buf_room(head, HEAD_FILE);
	if (!p)
		return err_set(ei, GW_ELIMIT, "no room for the ledger's head");
	if (pread(l->head_fd, p, HEAD_FILE, 0) != HEAD_FILE)
		return err_sys(ei, GW_EIO, "cannot read keys/ledger.head");
	buf_wrote(head, HEAD_FILE);
	return 0;
}

static int take_moment(struct ledger *l, struct moment *m, struct buf *head, struct errinfo *ei)
{
	(void)pthread_mutex_lock(&l->write);
	int r = writer_lock(l, true, ei);
	if (r == 0) {
		r = writer_refresh(l, ei); /* what is refused is not backed up for good */
		if (r == 0)
			r = open_snapshots(l, m, ei);
		if (r == 0)
			r = read_head_file(l, head, ei);
		writer_unlock(l);
	}
	(void)pthread_mutex_unlock(&l->write);
	return r;
}

/* ---- copying ---- */

static int sync_file(const char *path, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_sys(ei, GW_EIO, "cannot write '%s'", path);
	return 0;
}

static int make_file(const char *path, struct errinfo *ei)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(
		    ei, file_exists(path) ? GW_EEXIST : GW_EIO, "cannot make '%s'", path);
	(void)close(fd);
	return 0;
}

struct copying {
	ledger_backup_progress progress;
	void *arg;
	uint64_t before; /* pages of what was copied already */
};

static int run_backup(
    sqlite3 *from, sqlite3 *to, const char *path, struct copying *c, struct errinfo *ei)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int code = SQLITE_ERROR;
	if (!b)
		return err_set(ei, GW_EIO, "cannot write '%s' (%s)", path, sqlite3_errmsg(to));
	while ((code = sqlite3_backup_step(b, PAGES)) == SQLITE_OK) {
		uint64_t total = (uint64_t)sqlite3_backup_pagecount(b),
			 left = (uint64_t)sqlite3_backup_remaining(b);
		if (c->progress)
			c->progress(c->arg, c->before + total - left, c->before + total);
	}
	c->before += (uint64_t)sqlite3_backup_pagecount(b);
	int end = sqlite3_backup_finish(b);
	if (code == SQLITE_DONE && end == SQLITE_OK)
		return 0;
	return err_set(ei, GW_EIO, "cannot write '%s' (%s)", path,
	    sqlite3_errstr(code == SQLITE_DONE ? end : code));
}

static int note_word(void *arg, int n, char **words, char **names)
{
	bool *ok = arg;
	(void)names;
	*ok = n == 1 && str_eq(words[0], "ok");
	return !*ok;
}

/* A copy that cannot be read is none. */
static int check_copy(sqlite3 *to, const char *path, struct errinfo *ei)
{
	bool ok = false;
	if (sqlite3_exec(to, "PRAGMA quick_check(1)", note_word, &ok, NULL) == SQLITE_OK && ok)
		return 0;
	return err_set(ei, GW_EIO, "'%s' is not whole: make the backup again", path);
}

/* The source stands in a read transaction, which is what is copied. */
static int copy_database(sqlite3 *from, const char *path, struct copying *c, struct errinfo *ei)
{
	sqlite3 *to = NULL;
	int r = make_file(path, ei);
	if (r < 0)
		return r;
	if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		r = err_set(ei, GW_EIO, "cannot write '%s'", path);
	/* the file counts when all of it is there: a journal of its own would double the writing */
	if (r == 0 &&
	    sqlite3_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL) !=
		SQLITE_OK)
		r = err_set(ei, GW_EIO, "cannot write '%s' (%s)", path, sqlite3_errmsg(to));
	if (r == 0)
		r = run_backup(from, to, path, c, ei);
	if (r == 0)
		r = check_copy(to, path, ei);
	(void)sqlite3_close(to);
	if (r == 0)
		r = sync_file(path, ei);
	if (r < 0)
		(void)unlink(path);
	return r;
}

int ledger_backup(struct ledger *l, struct ledger_copy *c, struct buf *head,
    ledger_backup_progress progress, void *arg, struct errinfo *ei)
{
	struct moment m GW_CLEANUP(moment_release) = {.log = READER_INIT};
	struct copying run = {.progress = progress, .arg = arg};
	int r = take_moment(l, &m, head, ei);
	if (r == 0)
		r = copy_database(m.log.db, c->db, &run, ei);
	if (r < 0)
		return r;
	r = copy_database(m.subjects, c->subjects, &run, ei);
	if (r < 0) {
		(void)unlink(c->db);
		return r;
	}
	c->at = m.log.cp;
	c->last = m.log.last;
	return 0;
}

/* ---- what a restored log does not know of ---- */

/* GW_ECONFLICT when the log holds what the later head covers. */
static int check_lost(struct ledger *l, const struct checkpoint *lost, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	struct merkle_hash root;
	int e = reader_open(l, 0, &r, ei);
	if (e < 0 || lost->size > r.cp.size)
		return e;
	e = merkle_root_at(lost->size, reader_hashes, &r, &root, ei);
	if (e == 0 && memcmp(root.b, lost->root.b, MERKLE_HASH) == 0)
		e = err_set(ei, GW_ECONFLICT,
		    "the ledger holds all that this head covers: nothing was lost, go on with it");
	return e;
}

static int make_head(
    const struct ledger *l, const struct checkpoint *lost, struct head *ret, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(HEAD_NOTE),
			note GW_CLEANUP(buf_release) = BUF_INIT(HEAD_NOTE);
	struct head h = {.counter = l->head.counter + 1, .cp = *lost};
	int r = checkpoint_text(lost, &text);
	if (r == 0) /* without the lines of witnesses; Ed25519 gives the very signature it had */
		r = note_sign(&l->key, l->secret, text.data, text.len, &note, ei);
	if (r < 0)
		return r;
	memcpy(h.note, note.data, note.len);
	h.note_n = note.len;
	*ret = h;
	return 0;
}

int ledger_lost(const struct ledger_paths *paths, const char *origin, const char *note, size_t n,
    struct errinfo *ei)
{
	struct ledger *l GW_CLEANUP(ledger_close_p) = NULL;
	struct checkpoint lost;
	struct head h;
	int fd GW_CLEANUP(file_close_p) = -1;
	int r = ledger_open(paths, origin, LEDGER_READ, &l, ei);
	if (r == 0)
		r = checkpoint_open(note, n, &l->key, &lost, ei);
	if (r == 0)
		r = check_lost(l, &lost, ei);
	if (r == 0)
		r = make_head(l, &lost, &h, ei);
	if (r < 0)
		return r;
	fd = open(paths->head, O_RDWR | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return err_sys(ei, GW_ELEDGER, "keys/ledger.head cannot be opened");
	return head_write(fd, &h, ei);
}
