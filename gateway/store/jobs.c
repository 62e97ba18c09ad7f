/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/jobs.h"

#include "store/inside.h"

#define COLUMNS                                                                                  \
	"job.id, gateway, sender, recipient, case_id, package, statement, kind, problem, made, " \
	"next, tries"

/* Make sure that the gateway has a row. */
static int peer_row(struct store_tx *tx, const char *gateway, struct errinfo *ei)
{
	return store_run(tx, "INSERT INTO peer (gateway) VALUES (?1) ON CONFLICT DO NOTHING",
	    WITH(TEXT(gateway)), NULL, ei);
}

int store_job_add(struct store_tx *tx, const struct store_job *j, const void *json, size_t json_n,
    const void *p7s, size_t p7s_n, uint64_t *ret_id, struct errinfo *ei)
{
	int r = store_run(tx,
	    "INSERT INTO job (gateway, sender, recipient, case_id, package, statement, kind, made,"
	    " next, json, p7s, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10,"
	    " NOT EXISTS (SELECT 1 FROM job WHERE sender = ?2 AND case_id = ?4))",
	    WITH(TEXT(j->gateway), TEXT(j->sender), TEXT(j->recipient), TEXT(j->case_id),
		TEXT(j->package), TEXT(j->statement), TEXT(j->kind), INT(j->made),
		BLOB(json, json_n), BLOB(p7s, p7s_n)),
	    NULL, ei);
	if (r == 0 && ret_id)
		*ret_id = (uint64_t)store_last_row(tx);
	return r < 0 ? r : peer_row(tx, j->gateway, ei);
}

static void read_job(sqlite3_stmt *q, struct store_job *j)
{
	*j = (struct store_job){.id = (uint64_t)store_col_int(q, 0)};
	store_col_text(q, 1, j->gateway, sizeof j->gateway);
	store_col_text(q, 2, j->sender, sizeof j->sender);
	store_col_text(q, 3, j->recipient, sizeof j->recipient);
	store_col_text(q, 4, j->case_id, sizeof j->case_id);
	store_col_text(q, 5, j->package, sizeof j->package);
	store_col_text(q, 6, j->statement, sizeof j->statement);
	store_col_text(q, 7, j->kind, sizeof j->kind);
	store_col_text(q, 8, j->problem, sizeof j->problem);
	j->made = store_col_int(q, 9);
	j->next = store_col_int(q, 10);
	j->tries = (unsigned)store_col_int(q, 11);
}

int store_job_get(struct store_tx *tx, uint64_t id, struct store_job *ret, struct buf *json,
    struct buf *p7s, struct errinfo *ei)
{
	int r;
	struct store_job j;
	sqlite3_stmt *q = store_ask(
	    tx, "SELECT " COLUMNS ", json, p7s FROM job WHERE id = ?1", WITH(INT(id)), &r, ei);
	if (!q)
		return r;
	r = store_step(q, ei);
	if (r <= 0)
		return r < 0 ? r : err_set(ei, GW_ENOENT, "no such job");
	read_job(q, &j);
	r = json ? store_col_buf(q, 12, json) : 0;
	if (r == 0 && p7s)
		r = store_col_buf(q, 13, p7s);
	(void)sqlite3_reset(q);
	if (r == 0)
		*ret = j;
	return r;
}

int store_job_due(struct store_tx *tx, int64_t now, const uint64_t *busy, size_t busy_n,
    struct store_job *ret, int64_t *ret_next, struct errinfo *ei)
{
	struct store_value out[STORE_JOBS_BUSY];
	int r;
	for (size_t i = 0; i < STORE_JOBS_BUSY; i++)
		out[i] = INT(i < busy_n ? busy[i] : 0);
	sqlite3_stmt *q = store_ask(tx,
	    "SELECT " COLUMNS ", max(next, wait) AS due FROM peer JOIN job USING (gateway)"
	    " WHERE job.id = (SELECT k.id FROM job AS k WHERE k.gateway = peer.gateway"
	    " AND k.first = 1 AND k.id NOT IN (?1, ?2, ?3, ?4) ORDER BY k.next, k.id LIMIT 1)"
	    " ORDER BY due, job.id LIMIT 1",
	    out, STORE_JOBS_BUSY, &r, ei);
	if (!q)
		return r;
	*ret_next = INT64_MAX;
	r = store_step(q, ei);
	if (r <= 0)
		return r < 0 ? r : err_set(ei, GW_ENOENT, "there is no job");
	int64_t due = store_col_int(q, 12);
	if (due > now)
		*ret_next = due;
	else
		read_job(q, ret);
	(void)sqlite3_reset(q);
	return due > now ? err_set(ei, GW_ENOENT, "no job is due") : 0;
}

/* How long to wait after that many failures. */
static int64_t wait_after(unsigned fails)
{
	int64_t ms = STORE_JOB_FIRST_MS;
	while (fails-- > 1 && ms < STORE_JOB_MOST_MS)
		ms *= 2;
	return ms < STORE_JOB_MOST_MS ? ms : STORE_JOB_MOST_MS;
}

/* The number that `text` asks for, about a gateway or package; 0 when there is no row. */
static int one_number(
    struct store_tx *tx, const char *text, const char *about, int64_t *ret, struct errinfo *ei)
{
	*ret = 0;
	int r = store_numbers(tx, text, WITH(TEXT(about)), ret, 1, ei);
	return r < 0 ? r : 0;
}

static int peer_wait(struct store_tx *tx, const char *gateway, int64_t now, struct errinfo *ei)
{
	int64_t fails = 0;
	int r = peer_row(tx, gateway, ei);
	if (r == 0)
		r = one_number(
		    tx, "SELECT fails FROM peer WHERE gateway = ?1", gateway, &fails, ei);
	return r < 0
	    ? r
	    : store_run(tx, "UPDATE peer SET wait = ?2, fails = ?3 WHERE gateway = ?1",
		  WITH(TEXT(gateway), INT(now + wait_after((unsigned)fails + 1)), INT(fails + 1)),
		  NULL, ei);
}

int store_job_failed(struct store_tx *tx, const struct store_job *j, int64_t now,
    const char *problem, struct errinfo *ei)
{
	int r = store_run(tx, "UPDATE job SET next = ?2, tries = ?3, problem = ?4 WHERE id = ?1",
	    WITH(INT(j->id), INT(now + wait_after(j->tries + 1)), INT(j->tries + 1), TEXT(problem)),
	    NULL, ei);
	return r < 0 ? r : peer_wait(tx, j->gateway, now, ei);
}

/* The next job of that case is its first now. */
static int next_first(struct store_tx *tx, const struct store_job *j, struct errinfo *ei)
{
	return store_run(tx,
	    "UPDATE job SET first = 1"
	    " WHERE id = (SELECT min(id) FROM job WHERE sender = ?1 AND case_id = ?2)",
	    WITH(TEXT(j->sender), TEXT(j->case_id)), NULL, ei);
}

int store_job_end(struct store_tx *tx, const struct store_job *j, bool answered, struct errinfo *ei)
{
	int r = store_run(tx, "DELETE FROM job WHERE id = ?1", WITH(INT(j->id)), NULL, ei);
	if (r == 0)
		r = next_first(tx, j, ei);
	if (r == 0 && answered)
		r = store_run(tx, "UPDATE peer SET wait = 0, fails = 0 WHERE gateway = ?1",
		    WITH(TEXT(j->gateway)), NULL, ei);
	return r;
}

int store_jobs_of(struct store_tx *tx, const char *sender, const char *case_id, store_job_each fn,
    void *ctx, struct errinfo *ei)
{
	int r;
	sqlite3_stmt *q = store_ask(tx,
	    "SELECT " COLUMNS " FROM job WHERE sender = ?1 AND case_id = ?2 ORDER BY id",
	    WITH(TEXT(sender), TEXT(case_id)), &r, ei);
	if (!q)
		return r;
	while ((r = store_step(q, ei)) == 1) {
		struct store_job j;
		read_job(q, &j);
		if ((r = fn(ctx, &j, ei)) < 0) {
			(void)sqlite3_reset(q);
			break;
		}
	}
	return r;
}

int store_jobs_bring(struct store_tx *tx, const char *package, bool *ret, struct errinfo *ei)
{
	int64_t n = 0;
	int r = one_number(tx, "SELECT count(*) FROM job WHERE package = ?1 AND kind = 'package'",
	    package, &n, ei);
	if (r == 0)
		*ret = n > 0;
	return r;
}

int store_jobs_count(
    struct store_tx *tx, uint64_t *ret_all, uint64_t *ret_failing, struct errinfo *ei)
{
	int64_t n[2] = {0};
	int r = store_numbers(
	    tx, "SELECT count(*), count(nullif(tries, 0)) FROM job", NULL, 0, n, 2, ei);
	if (r < 0)
		return r;
	*ret_all = (uint64_t)n[0];
	*ret_failing = (uint64_t)n[1];
	return 0;
}

int store_peers(struct store_tx *tx, const char *ended, int64_t since, store_peer_each fn,
    void *ctx, struct errinfo *ei)
{
	int r;
	char gateway[STORE_JOB_OIN];
	sqlite3_stmt *q = store_ask(tx,
	    "SELECT gateway, coalesce(event, 0), max(instr(?1, ' ' || state || ' ') = 0)"
	    " FROM handover LEFT JOIN peer USING (gateway) WHERE gateway <> ''"
	    " AND (updated >= ?2 OR instr(?1, ' ' || state || ' ') = 0)"
	    " GROUP BY gateway ORDER BY gateway",
	    WITH(TEXT(ended), INT(since)), &r, ei);
	if (!q)
		return r;
	while ((r = store_step(q, ei)) == 1) {
		store_col_text(q, 0, gateway, sizeof gateway);
		if ((r = fn(ctx, gateway, (uint64_t)store_col_int(q, 1), store_col_int(q, 2) != 0,
			 ei)) < 0) {
			(void)sqlite3_reset(q);
			break;
		}
	}
	return r;
}

int store_peer_event(struct store_tx *tx, const char *gateway, uint64_t *ret, struct errinfo *ei)
{
	int64_t n = 0;
	int r = one_number(tx, "SELECT event FROM peer WHERE gateway = ?1", gateway, &n, ei);
	if (r == 0)
		*ret = (uint64_t)n;
	return r;
}

int store_peer_set_event(
    struct store_tx *tx, const char *gateway, uint64_t event, struct errinfo *ei)
{
	int r = peer_row(tx, gateway, ei);
	return r < 0 ? r
		     : store_run(tx, "UPDATE peer SET event = max(event, ?2) WHERE gateway = ?1",
			   WITH(TEXT(gateway), INT(event)), NULL, ei);
}
