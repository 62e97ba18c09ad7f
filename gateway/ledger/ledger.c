/* SPDX-License-Identifier: EUPL-1.2 */
/* ledger: making, opening and closing a log, and what it says of itself. */
#include "ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/chain.h"

static int check_origin(const char *origin, char ret_oin[21], struct errinfo *ei)
{
	char oin[21];
	if (!str_starts(origin, "oin-") || strlen(origin) < 26 || strlen(origin) >= LEDGER_ORIGIN)
		return err_set(
		    ei, GW_EFORMAT, "a ledger's origin has the form oin-<OIN>/<home id>");
	memcpy(oin, origin + 4, 20);
	oin[20] = '\0';
	if (!str_oin(oin) || origin[24] != '/')
		return err_set(
		    ei, GW_EFORMAT, "a ledger's origin has the form oin-<OIN>/<home id>");
	memcpy(ret_oin, oin, sizeof oin);
	return note_check_name(origin, ei);
}

static struct ledger *blank(const struct ledger_paths *p, unsigned flags)
{
	struct ledger *l = str_alloc(sizeof *l);
	l->flags = flags;
	l->head_fd = l->reserve_fd = -1;
	l->db_path = str_dup(p->db);
	l->subjects_path = str_dup(p->subjects_db);
	l->checkpoint_path = str_dup(p->checkpoint);
	(void)pthread_mutex_init(&l->queue, NULL);
	(void)pthread_mutex_init(&l->write, NULL);
	(void)pthread_mutex_init(&l->subject, NULL);
	return l;
}

static void drop(struct ledger *l)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(l->sql[i]);
	(void)sqlite3_close(l->db);
	(void)sqlite3_close(l->subjects);
	if (l->reserve_fd >= 0)
		reserve_regain(l->reserve_fd);
	file_close_p(&l->head_fd);
	file_close_p(&l->reserve_fd);
	secret_free(l->secret);
	secret_free(l->kek);
	secret_free(l->blind);
	quota_free(l);
	(void)pthread_mutex_destroy(&l->queue);
	(void)pthread_mutex_destroy(&l->write);
	(void)pthread_mutex_destroy(&l->subject);
	free(l->db_path);
	free(l->subjects_path);
	free(l->checkpoint_path);
	free(l);
}

static void drop_p(struct ledger **l)
{
	if (*l)
		drop(*l);
}

static int open_head(struct ledger *l, const char *path, struct errinfo *ei)
{
	l->head_fd = open(path, (l->flags & LEDGER_READ ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (l->head_fd >= 0)
		return 0;
	if (errno == ENOENT)
		return file_exists(l->db_path)
		    ? err_set(ei, GW_EAUTH, "keys/ledger.head is missing: restore it from a backup")
		    : err_set(ei, GW_ENOENT, "there is no ledger in this home");
	if (!(l->flags & LEDGER_READ) && (errno == EROFS || errno == EACCES || errno == EPERM)) {
		const char *why = errno == EROFS ? "read-only file system" : "not permitted";
		const char *file = file_base(l->db_path);
		return err_set(ei, GW_ELEDGER,
		    "the ledger in '%.*s' cannot be written (%s): make the folder and its files "
		    "writable for this user",
		    (int)(file - l->db_path - (file > l->db_path)), l->db_path, why);
	}
	return err_sys(ei, GW_ELEDGER, "keys/ledger.head cannot be opened");
}

/* The origin is that of the last head, or of the log that follows it in the database. */
static int find_origin(struct ledger *l, const char *given, struct errinfo *ei)
{
	char note[HEAD_NOTE + 1] = {0};
	struct head h;
	int r = head_read(l->head_fd, l->key.pub, NULL, &h, ei);
	if (r < 0)
		return r;
	const char *origin = h.cp.origin;
	sqlite3_stmt *s = ledger_sql(l, SQL_HEAD, ei);
	if (!s)
		return GW_ELEDGER;
	r = sql_step(s, ei);
	if (r == 1) {
		size_t n, lost_n;
		const char *now = sql_col(s, 2, &n), *lost = sql_col(s, 4, &lost_n);
		if (lost && n <= HEAD_NOTE && lost_n == h.note_n &&
		    memcmp(lost, h.note, lost_n) == 0) {
			memcpy(note, now, n);
			note[strcspn(note, "\n")] = '\0';
			origin = note;
		}
	}
	(void)sqlite3_reset(s);
	if (r < 0)
		return r;
	char oin[21];
	r = check_origin(origin, oin, ei);
	if (r < 0 || strncmp(origin, given, 25) != 0)
		return err_set(
		    ei, GW_EAUTH, "the ledger is of another organisation than this home");
	memcpy(l->origin, origin, strlen(origin) + 1);
	return note_key_make(l->origin, NOTE_ED25519, l->key.pub, &l->key, ei);
}

static int open_databases(struct ledger *l, const struct ledger_paths *p, struct errinfo *ei)
{
	bool read_only = l->flags & LEDGER_READ;
	int r = l->db ? 0 : sql_open(p->db, false, read_only, &l->db, ei);
	if (r == 0 && !l->subjects)
		r = sql_open(p->subjects_db, false, read_only, &l->subjects, ei);
	return r;
}

/* Opening makes files, too: on a full disk that takes from the reserve, which is thus opened first.
 */
static int open_with_reserve(struct ledger *l, const struct ledger_paths *p, struct errinfo *ei)
{
	int r = l->flags & LEDGER_READ ? 0 : reserve_open(p->db, &l->reserve_fd, ei);
	if (r == 0)
		r = open_databases(l, p, ei);
	if (r == GW_ELEDGER && l->reserve_fd >= 0) {
		reserve_release(l->reserve_fd);
		r = open_databases(l, p, ei);
	}
	return r;
}

static int open_parts(
    struct ledger *l, const struct ledger_paths *p, const char *origin, struct errinfo *ei)
{
	memcpy(l->origin, origin, strlen(origin) + 1);
	int r = open_head(l, p->head, ei);
	if (r == 0)
		r = keys_load(l, p, ei);
	if (r == 0 && !file_exists(p->db))
		r = err_set(ei, GW_EAUTH,
		    "the ledger database is gone: bring it back from a backup, or begin a new log with "
		    "'handover ledger restart'");
	if (r == 0 && !file_exists(p->subjects_db))
		r = err_set(ei, GW_EAUTH, "subjects.db is gone: bring it back from a backup");
	if (r == 0)
		r = open_with_reserve(l, p, ei);
	return r < 0 ? r : find_origin(l, origin, ei);
}

/* Check the database by the head file, and move that on where the database is ahead. */
static int bring_in_order(struct ledger *l, struct errinfo *ei)
{
	bool read_only = l->flags & LEDGER_READ;
	struct head h;
	int r = writer_lock(l, read_only, ei);
	if (r < 0)
		return r;
	r = writer_refresh(l, ei);
	if (r == 0 && !read_only &&
	    (l->head.cp.size != l->tree.size || !str_eq(l->head.cp.origin, l->origin))) {
		r = writer_sign(l, &l->tree, &h, ei);
		if (r == 0)
			r = head_write(l->head_fd, &h, ei);
		if (r == 0)
			l->head = h;
	}
	writer_unlock(l);
	return r;
}

/* The log that was at hand when this one was begun, as the object of its start. */
static int name_earlier(
    struct ledger *l, struct ledger_record *start, char id[CHAIN_ID], struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	unsigned earlier = 0;
	int e = reader_epochs(l, &earlier, ei);
	start->obj.k = "log";
	if (e < 0 || !earlier)
		return e;
	e = reader_open(l, earlier, &r, ei);
	if (e < 0)
		return e;
	chain_id(&r.cp.root, id);
	start->obj.id = id;
	start->obj.n = (int64_t)r.cp.size;
	return 0;
}

/* The first record of a log: its start, naming the head it follows when one was lost, and the log
 * that was at hand. */
static int begin(struct ledger *l, struct errinfo *ei)
{
	struct checkpoint lost = {0};
	struct ledger_record start = {.act = "log.start", .out = LEDGER_OK};
	char id[CHAIN_ID];
	if (l->tree.size)
		return 0;
	size_t n = 0;
	sqlite3_stmt *s = ledger_sql(l, SQL_HEAD, ei);
	int r = s ? sql_step(s, ei) : GW_ELEDGER;
	if (r < 0)
		return r;
	const char *note = sql_col(s, 4, &n), *end = n ? memmem(note, n, "\n\n", 2) : NULL;
	r = end ? checkpoint_parse(note, (size_t)(end - note) + 1, &lost, ei) : 0;
	(void)sqlite3_reset(s);
	if (r < 0)
		return r;
	if (end) {
		start.peerlog.o = lost.origin;
		start.peerlog.n = lost.size;
		start.peerlog.root = lost.root.b;
		r = name_earlier(l, &start, id, ei);
		if (r < 0)
			return r;
	}
	return ledger_append(l, &start, NULL, NULL, ei);
}

int ledger_open(const struct ledger_paths *paths, const char *origin, unsigned flags,
    struct ledger **ret_l, struct errinfo *ei)
{
	char oin[21];
	int r = check_origin(origin, oin, ei);
	if (r == 0)
		r = secret_init(ei);
	if (r < 0)
		return r;
	struct ledger *l GW_CLEANUP(drop_p) = blank(paths, flags);
	memcpy(l->oin, oin, sizeof oin);
	r = open_parts(l, paths, origin, ei);
	if (r == 0)
		r = bring_in_order(l, ei);
	if (r == 0 && !(flags & LEDGER_READ))
		r = begin(l, ei);
	if (r == 0 && !(flags & LEDGER_READ))
		r = sql_make_reviews(l->subjects, ei);
	if (r == 0 && !(flags & LEDGER_READ))
		r = shred_complete(l, ei);
	if (r < 0)
		return r;
	*ret_l = l;
	l = NULL;
	return 0;
}

/* The head row of an empty log, and the head file that belongs to it. */
static int begin_log(struct ledger *l, const char *head_path, struct errinfo *ei)
{
	struct head h;
	uint8_t none[2 * 512] = {0};
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int r = writer_sign(l, &l->tree, &h, ei);
	if (r == 0)
		r = sql_prepare(l->db,
		    "INSERT INTO head (one, size, edge, note, last) VALUES (1, 0, x'', ?1, 0)", &s,
		    ei);
	if (r < 0)
		return r;
	sql_blob(s, 1, h.note, h.note_n);
	r = sql_do(s, ei);
	if (r == 0)
		r = file_write(head_path, none, sizeof none, 0600, FILE_NEW, ei);
	if (r < 0)
		return r;
	l->head_fd = open(head_path, O_RDWR | O_CLOEXEC);
	if (l->head_fd < 0)
		return err_sys(ei, GW_ELEDGER, "keys/ledger.head cannot be opened");
	return head_write(l->head_fd, &h, ei);
}

static int nothing_there(const struct ledger_paths *p, struct errinfo *ei)
{
	const char *all[] = {p->db, p->subjects_db, p->key, p->head, p->subjects_kek, p->blind_key};
	for (size_t i = 0; i < GW_LENGTH(all); i++)
		if (file_exists(all[i]))
			return err_set(ei, GW_EEXIST,
			    "%s is already there: a ledger is never begun over another",
			    file_base(all[i]));
	return 0;
}

static int make_all(struct ledger *l, const struct ledger_paths *p, struct errinfo *ei)
{
	int r = keys_make(p, ei);
	if (r == 0)
		r = keys_load(l, p, ei);
	if (r == 0)
		r = sql_open(p->db, true, false, &l->db, ei);
	if (r == 0)
		r = sql_make_ledger(l->db, ei);
	if (r == 0)
		r = sql_open(p->subjects_db, true, false, &l->subjects, ei);
	if (r == 0)
		r = sql_make_subjects(l->subjects, ei);
	return r < 0 ? r : begin_log(l, p->head, ei);
}

int ledger_create(const struct ledger_paths *paths, const char *origin, struct errinfo *ei)
{
	char oin[21];
	int r = check_origin(origin, oin, ei);
	if (r == 0)
		r = nothing_there(paths, ei);
	if (r == 0)
		r = secret_init(ei);
	if (r < 0)
		return r;
	mode_t before = umask(077);
	struct ledger *l GW_CLEANUP(drop_p) = blank(paths, 0);
	memcpy(l->origin, origin, strlen(origin) + 1);
	r = make_all(l, paths, ei);
	drop_p(&l);
	l = NULL;
	(void)umask(before);
	struct ledger *made GW_CLEANUP(ledger_close_p) = NULL;
	return r < 0 ? r : ledger_open(paths, origin, 0, &made, ei);
}

void ledger_close(struct ledger *l)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	if (!l)
		return;
	quota_flush(l);
	if (!(l->flags & LEDGER_READ))
		(void)!ledger_checkpoint(l, &note, NULL);
	drop(l);
}

void ledger_close_p(struct ledger **l)
{
	ledger_close(*l);
	*l = NULL;
}

const char *ledger_origin(const struct ledger *l)
{
	return l->origin;
}

int ledger_vkey(const struct ledger *l, struct buf *out)
{
	return note_vkey(&l->key, out);
}

/* With l->write held: the state of the database, and the signed note of it. */
static int current(struct ledger *l, struct head *ret_h, struct errinfo *ei)
{
	int r = writer_lock(l, l->flags & LEDGER_READ, ei);
	if (r < 0)
		return r;
	r = writer_refresh(l, ei);
	if (r == 0)
		r = writer_sign(l, &l->tree, ret_h, ei);
	writer_unlock(l);
	return r;
}

/* Put the note where others read it; a copy, so that failing to is no failure of the log. */
static void publish(struct ledger *l, const struct head *h)
{
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	if (l->flags & LEDGER_READ)
		return;
	if (file_read(l->checkpoint_path, NOTE_MAX, &old, NULL) == 0 && old.data &&
	    str_eq(old.data, h->note))
		return;
	(void)!file_write(l->checkpoint_path, h->note, h->note_n, 0644, FILE_REPLACE, NULL);
}

int ledger_checkpoint(struct ledger *l, struct buf *note, struct errinfo *ei)
{
	struct head h;
	(void)pthread_mutex_lock(&l->write);
	int r = current(l, &h, ei);
	if (r == 0)
		publish(l, &h);
	(void)pthread_mutex_unlock(&l->write);
	return r != 0 ? r : buf_add(note, h.note, h.note_n);
}

int ledger_clock(struct ledger *l, struct errinfo *ei)
{
	struct head h;
	(void)pthread_mutex_lock(&l->write);
	int r = current(l, &h, ei);
	if (r == 0)
		r = writer_clock(l, clock_now(), ei);
	(void)pthread_mutex_unlock(&l->write);
	return r;
}

int ledger_size(struct ledger *l, uint64_t *ret_size, struct errinfo *ei)
{
	struct head h;
	(void)pthread_mutex_lock(&l->write);
	int r = current(l, &h, ei);
	(void)pthread_mutex_unlock(&l->write);
	if (r == 0)
		*ret_size = h.cp.size;
	return r;
}
