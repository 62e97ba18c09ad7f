/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * shred: forgetting a person.
 *
 * Who is to go is written down first, so that nothing new begins about them, then what; then comes
 * the intent, the deletion in both databases, the emptying of their write-ahead logs, the result.
 * Every step can be done again: a shred cut short is completed by the next open. A lock on the
 * reserve file lets one process at a time do this.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "ledger/shred_approval.h"
#include "ledger/shred_scan.h"
#include "ledger/spans.h"

enum { ROWS_MAX = SUBJECT_ROWS * SUBJECT_ROW, WAIT_MS = 3000, WAIT_AT_OPEN_MS = 500 };

struct job {
	struct ledger_receipt intent; /* its tr, sp and t */
	struct buf rows, places;
};

static void job_release(struct job *j)
{
	buf_release(&j->rows);
	buf_release(&j->places);
}

static uint64_t read_be(const char *p)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | (uint8_t)p[i];
	return v;
}

/* End a transaction: commit when r is 0, else take it back. */
static int end(sqlite3 *db, int r, struct errinfo *ei)
{
	if (r == 0)
		r = sql_run(db, "COMMIT", ei);
	if (r < 0 && !sqlite3_get_autocommit(db))
		(void)!sql_run(db, "ROLLBACK", NULL);
	return r;
}

/*
 * One step of a shred, with the reserve's room for it when the disk is full: a shred must always
 * work. Each step writes all or nothing, so it can be done again.
 */
typedef int (*step)(struct ledger *l, const struct job *j, struct errinfo *ei);

static int with_reserve(struct ledger *l, step fn, const struct job *j, struct errinfo *ei)
{
	int r = fn(l, j, ei);
	if (r == GW_ELEDGER) {
		reserve_release(l->reserve_fd);
		r = fn(l, j, ei);
	}
	return r;
}

static int write_job(struct ledger *l, const struct job *j, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int r = sql_prepare(l->db,
	    "INSERT OR REPLACE INTO shred (sp, tr, t, rows, details) VALUES (?1, ?2, ?3, ?4, ?5)",
	    &s, ei);
	if (r < 0)
		return r;
	sql_text(s, 1, j->intent.sp);
	sql_text(s, 2, j->intent.tr);
	sql_int(s, 3, j->intent.t);
	sql_blob(s, 4, j->rows.data, j->rows.len);
	sql_blob(s, 5, j->places.len ? j->places.data : "", j->places.len);
	return sql_do(s, ei);
}

static int drop_job(struct ledger *l, const struct job *j, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int r = sql_prepare(l->db, "DELETE FROM shred WHERE sp = ?1", &s, ei);
	if (r < 0)
		return r;
	sql_text(s, 1, j->intent.sp);
	return sql_do(s, ei);
}

static int delete_rows(struct ledger *l, const struct job *j, struct errinfo *ei)
{
	const struct buf *rows = &j->rows;
	static const char *const texts[] = {"DELETE FROM alias WHERE row = ?1",
	    "DELETE FROM approval WHERE row = ?1", "DELETE FROM review WHERE row = ?1",
	    "DELETE FROM subject WHERE row = ?1"};
	int r = sql_run(l->subjects, "BEGIN IMMEDIATE", ei);
	for (size_t t = 0; r == 0 && t < GW_LENGTH(texts); t++) {
		sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
		r = sql_prepare(l->subjects, texts[t], &s, ei);
		for (size_t i = 0; r == 0 && i + SUBJECT_ROW <= rows->len; i += SUBJECT_ROW) {
			sql_blob(s, 1, rows->data + i, SUBJECT_ROW);
			r = sql_do(s, ei);
		}
	}
	return end(l->subjects, r, ei);
}

static int delete_place(struct ledger *l, uint64_t epoch, uint64_t index, struct errinfo *ei)
{
	char text[80];
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	if (epoch)
		(void)snprintf(
		    text, sizeof text, "DELETE FROM detail_%" PRIu64 " WHERE idx = ?1", epoch);
	else
		(void)snprintf(text, sizeof text, "DELETE FROM detail WHERE idx = ?1");
	int r = sql_prepare(l->db, text, &s, ei);
	if (r < 0)
		return r;
	sql_int(s, 1, (int64_t)index);
	return sql_do(s, ei);
}

static int delete_places(struct ledger *l, const struct job *j, struct errinfo *ei)
{
	const struct buf *places = &j->places;
	int r = sql_run(l->db, "BEGIN IMMEDIATE", ei);
	for (size_t i = 0; r == 0 && i + SHRED_PLACE <= places->len; i += SHRED_PLACE)
		r = delete_place(l, read_be(places->data + i), read_be(places->data + i + 8), ei);
	return end(l->db, r, ei);
}

/* Empty both write-ahead logs; they hold what was deleted. */
static int truncate_all(struct ledger *l, int wait_ms, struct errinfo *ei)
{
	sqlite3 *const dbs[] = {l->subjects, l->db};
	int r = 0;
	for (size_t i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_reset(l->sql[i]);
	for (size_t i = 0; r == 0 && i < GW_LENGTH(dbs); i++) {
		(void)sqlite3_busy_timeout(dbs[i], wait_ms);
		r = sql_truncate(dbs[i], ei);
		(void)sqlite3_busy_timeout(dbs[i], BUSY_MS);
	}
	return r;
}

/* Delete all that the job names, with room made for it when the disk is full. */
static int delete_all(struct ledger *l, const struct job *j, int wait_ms, struct errinfo *ei)
{
	(void)pthread_mutex_lock(&l->write);
	(void)pthread_mutex_lock(&l->subject);
	int r = with_reserve(l, delete_rows, j, ei);
	if (r == 0)
		r = with_reserve(l, delete_places, j, ei);
	if (r == 0)
		r = truncate_all(l, wait_ms, ei);
	if (r == GW_ELEDGER) {
		reserve_release(l->reserve_fd);
		r = truncate_all(l, wait_ms, ei);
	}
	(void)pthread_mutex_unlock(&l->subject);
	(void)pthread_mutex_unlock(&l->write);
	return r;
}

/* The deletion and what follows it. */
static int finish(struct ledger *l, const struct job *j, const struct ledger_record *act,
    int wait_ms, struct errinfo *ei)
{
	struct ledger_record result = *act;
	int r = delete_all(l, j, wait_ms, ei);
	if (r < 0)
		return r;
	result.act = "subject.shred";
	result.out = LEDGER_OK;
	result.subj = NULL;
	result.obj.k = "subject";
	result.obj.n = (int64_t)(j->rows.len / SUBJECT_ROW);
	r = ledger_result(l, &j->intent, &result, NULL, NULL, ei);
	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&l->write);
	r = with_reserve(l, drop_job, j, ei);
	/* the job named the person's records: no trace of that either, now or by the next shred */
	if (r == 0)
		(void)!truncate_all(l, wait_ms, NULL);
	(void)pthread_mutex_unlock(&l->write);
	return r;
}

/* The bytes of the job's intent; false when it has none that is open. */
static bool is_open(struct ledger *l, const struct job *j, struct buf *ret_intent)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	uint8_t key[SPAN_KEY];
	size_t n;
	struct record_part tr = {j->intent.tr, strlen(j->intent.tr)},
			   sp = {j->intent.sp, strlen(j->intent.sp)};
	if (!spans_key(tr, sp, key) ||
	    sql_prepare(l->db,
		"SELECT bytes FROM open_intent JOIN record USING (idx) WHERE span = ?1", &s,
		NULL) < 0)
		return false;
	sql_blob(s, 1, key, sizeof key);
	if (sql_step(s, NULL) != 1)
		return false;
	const void *bytes = sql_col(s, 0, &n);
	return n && buf_add(ret_intent, bytes, n) == 0;
}

static int read_job(struct ledger *l, struct job *j, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	size_t rows_n, places_n;
	int r = sql_prepare(l->db, "SELECT sp, tr, t, rows, details FROM shred LIMIT 1", &s, ei);
	if (r == 0)
		r = sql_step(s, ei);
	if (r <= 0)
		return r;
	const char *sp = (const char *)sqlite3_column_text(s, 0),
		   *tr = (const char *)sqlite3_column_text(s, 1);
	const void *rows = sql_col(s, 3, &rows_n), *places = sql_col(s, 4, &places_n);
	if (!sp || !tr || strlen(sp) >= RECORD_SPAN || strlen(tr) >= RECORD_TRACE)
		return err_set(ei, GW_EAUTH, "the list of begun shreds was changed");
	memcpy(j->intent.sp, sp, strlen(sp) + 1);
	memcpy(j->intent.tr, tr, strlen(tr) + 1);
	j->intent.t = sqlite3_column_int64(s, 2);
	r = buf_add(&j->rows, rows_n ? rows : "", rows_n);
	if (r == 0)
		r = buf_add(&j->places, places_n ? places : "", places_n);
	return r < 0 ? r : 1;
}

/* Finish what another process began, in the name of who did: the intent says. */
static int take_up(struct ledger *l, const struct job *j, struct errinfo *ei)
{
	struct buf intent GW_CLEANUP(buf_release) = BUF_INIT(RECORD_MAX);
	json_t *record GW_CLEANUP(jx_release) = NULL;
	struct ledger_record act = {0};
	/* no open intent: it was never begun, or it was finished */
	if (!is_open(l, j, &intent))
		return with_reserve(l, drop_job, j, ei);
	if (jx_parse("ledger record", intent.data, intent.len, &JX_SMALL, &record, ei) < 0)
		return GW_EAUTH;
	const json_t *actor = json_object_get(record, "actor");
	act.actor.k = jx_str(actor, "k");
	act.actor.id = jx_str(actor, "id");
	act.actor.role = jx_str(actor, "role");
	act.actor.auth = jx_str(actor, "auth");
	return finish(l, j, &act, WAIT_AT_OPEN_MS, ei);
}

int shred_complete(struct ledger *l, struct errinfo *ei)
{
	int r = 1;
	if (flock(l->reserve_fd, LOCK_EX | LOCK_NB) < 0)
		return 0; /* somebody is at it */
	while (r == 1) {
		struct job j GW_CLEANUP(job_release) = {
		    .rows = BUF_INIT(ROWS_MAX), .places = BUF_INIT(SHRED_PLACES_MAX)};
		r = read_job(l, &j, ei);
		if (r != 1)
			break;
		int e = take_up(l, &j, ei);
		r = e < 0 ? e : 1;
	}
	(void)flock(l->reserve_fd, LOCK_UN);
	return r == GW_EFAIL ? 0 : r; /* somebody still reads: the next one completes it */
}

/* Write the job down as it stands. From the first time on no act about the person begins: whoever
 * appends looks for it under the same lock (subject_row_check). */
static int keep_job(struct ledger *l, const struct job *j, struct errinfo *ei)
{
	(void)pthread_mutex_lock(&l->write);
	int r = writer_lock(l, false, ei);
	if (r == 0) {
		r = with_reserve(l, write_job, j, ei);
		writer_unlock(l);
	}
	(void)pthread_mutex_unlock(&l->write);
	return r;
}

/* A job that came to nothing: acts about the person may begin again. */
static int give_up(struct ledger *l, const struct job *j, int r)
{
	(void)pthread_mutex_lock(&l->write);
	(void)!with_reserve(l, drop_job, j, NULL);
	(void)pthread_mutex_unlock(&l->write);
	return r;
}

/* With the job written down: the intent, what came in meanwhile, and the deletion. */
static int shred_begun(struct ledger *l, const struct person *p, struct job *j, uint64_t size,
    const struct ledger_record *act, const json_t *who, struct errinfo *ei)
{
	struct buf rest GW_CLEANUP(buf_release) = BUF_INIT(SHRED_PLACES_MAX);
	struct ledger_record intent = *act;
	intent.act = "subject.shred";
	intent.subj = NULL;
	intent.obj.k = "subject";
	intent.obj.n = (int64_t)person_rows(p)->n;
	intent.tr = j->intent.tr;
	intent.sp = j->intent.sp;
	intent.t = j->intent.t;
	int r = ledger_intent(l, &intent, who, NULL, ei);
	if (r < 0)
		return give_up(l, j, r);
	/* results of the person's packages, by keys that are still in our hands */
	r = shred_scan_rest(l, p, size, &rest, ei);
	if (r == 0 && rest.len)
		r = buf_add(&j->places, rest.data, rest.len);
	if (r == 0 && rest.len)
		r = keep_job(l, j, ei);
	return r < 0 ? r : finish(l, j, act, WAIT_MS, ei);
}

static int shred_locked(struct ledger *l, const struct person *p, const struct ledger_record *act,
    uint64_t *ret_records, struct errinfo *ei)
{
	struct job j GW_CLEANUP(job_release) = {
	    .rows = BUF_INIT(ROWS_MAX), .places = BUF_INIT(SHRED_PLACES_MAX)};
	json_t *who GW_CLEANUP(jx_release) = json_object();
	const struct subject_rows *rows = person_rows(p);
	uint64_t size = 0;
	int r = shred_officers(l, p, who, ei);
	for (size_t i = 0; r == 0 && i < rows->n; i++)
		r = buf_add(&j.rows, rows->row[i].id, SUBJECT_ROW);
	if (r < 0)
		return r;
	ledger_trace(j.intent.tr);
	ledger_span(j.intent.sp);
	j.intent.t = clock_now();
	r = keep_job(l, &j, ei);
	if (r == 0)
		r = ledger_size(l, &size, ei);
	if (r == 0)
		r = shred_scan(l, p, date_of(clock_now()), &j.places, ret_records, ei);
	if (r == 0)
		r = keep_job(l, &j, ei);
	return r < 0 ? give_up(l, &j, r) : shred_begun(l, p, &j, size, act, who, ei);
}

int ledger_shred(struct ledger *l, const struct subject_id *ids, size_t n,
    const struct ledger_record *act, uint64_t *ret_records, struct errinfo *ei)
{
	struct person *p GW_CLEANUP(person_free_p) = NULL;
	struct errinfo why = ERRINFO_INIT;
	if (l->flags & LEDGER_READ)
		return err_set(ei, GW_ELEDGER, "the ledger was opened for reading only");
	int r = person_find(l, ids, n, &p, ei);
	if (r < 0)
		return r;
	if (flock(l->reserve_fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(ei, GW_ECONFLICT, "another shred is at work: try again");
	r = shred_locked(l, p, act, ret_records, &why);
	(void)flock(l->reserve_fd, LOCK_UN);
	if (r == GW_EREFUSED)
		return ledger_shred_refuse(l, act, NULL, r, &why, ei);
	if (r < 0 && ei)
		*ei = why;
	return r;
}
