/* SPDX-License-Identifier: EUPL-1.2 */
/* The statements, events and dates of store/cases.h. */
#include "base/str.h"
#include "store/cases.h"
#include "store/inside.h"

static const char *or_null(const char *s)
{
	return s[0] ? s : NULL;
}

/* ---- statements ---- */

#define STATEMENT_COLUMNS \
	"SELECT n, round, kind, id, sha256, by, state, received, span, json, p7s FROM statement "

void store_statement_release(struct store_statement *s)
{
	buf_release(&s->json);
	buf_release(&s->p7s);
}

static int statement_of(sqlite3_stmt *q, struct store_statement *s, struct errinfo *ei)
{
	s->n = (uint64_t)store_col_int(q, 0);
	s->round = (unsigned)store_col_int(q, 1);
	store_col_text(q, 2, s->kind, sizeof s->kind);
	store_col_text(q, 3, s->id, sizeof s->id);
	store_col_text(q, 4, s->sha256, sizeof s->sha256);
	store_col_text(q, 5, s->by, sizeof s->by);
	store_col_text(q, 6, s->state, sizeof s->state);
	s->received = store_col_int(q, 7);
	store_col_text(q, 8, s->span, sizeof s->span);
	buf_clear(&s->json);
	buf_clear(&s->p7s);
	int r = store_col_buf(q, 9, &s->json);
	if (r == 0)
		r = store_col_buf(q, 10, &s->p7s);
	return r < 0 ? err_set(ei, r, "a statement in the store is longer than any may be") : 0;
}

int store_statement_add(
    struct store_tx *tx, int64_t row, const struct store_statement *s, struct errinfo *ei)
{
	static const char sql[] =
	    "INSERT INTO statement (row, n, round, kind, id, sha256, by, state, received, span, "
	    "json, p7s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, row);
	store_bind_int(q, 2, (int64_t)s->n);
	store_bind_int(q, 3, s->round);
	store_bind_text(q, 4, s->kind);
	store_bind_text(q, 5, s->id);
	store_bind_text(q, 6, s->sha256);
	store_bind_text(q, 7, s->by);
	store_bind_text(q, 8, s->state);
	store_bind_int(q, 9, s->received);
	store_bind_text(q, 10, or_null(s->span));
	store_bind_blob(q, 11, s->json.data, s->json.len);
	store_bind_blob(q, 12, s->p7s.data, s->p7s.len);
	return store_do(q, NULL, ei);
}

int store_statement_find(struct store_tx *tx, int64_t row, const char *id,
    struct store_statement *ret, struct errinfo *ei)
{
	static const char sql[] = STATEMENT_COLUMNS "WHERE row = ?1 AND id = ?2";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, row);
	store_bind_text(q, 2, id);
	if ((r = store_step(q, ei)) == 1)
		return statement_of(q, ret, ei);
	return r < 0 ? r : err_set(ei, GW_ENOENT, "the case has no such statement");
}

int store_statement_last(struct store_tx *tx, int64_t row, unsigned round, const char *kind,
    struct store_statement *ret, struct errinfo *ei)
{
	static const char sql[] = STATEMENT_COLUMNS
	    "WHERE row = ?1 AND kind = ?3 AND (?2 = 0 OR round = ?2) ORDER BY n DESC LIMIT 1";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, row);
	store_bind_int(q, 2, round);
	store_bind_text(q, 3, kind);
	if ((r = store_step(q, ei)) == 1)
		return statement_of(q, ret, ei);
	return r < 0 ? r : err_set(ei, GW_ENOENT, "the case has no such statement");
}

int store_statement_spanned(struct store_tx *tx, const char *span, bool *ret, struct errinfo *ei)
{
	static const char sql[] = "SELECT 1 FROM statement WHERE span = ?1";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, span);
	r = store_step(q, ei);
	*ret = r == 1;
	return r < 0 ? r : 0;
}

int store_statements(
    struct store_tx *tx, int64_t row, store_each_statement fn, void *arg, struct errinfo *ei)
{
	static const char sql[] = STATEMENT_COLUMNS "WHERE row = ?1 ORDER BY n";
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, row);
	while ((r = store_step(q, ei)) == 1)
		if ((r = statement_of(q, &s, ei)) < 0 || (r = fn(arg, &s, ei)) < 0)
			break;
	return r;
}

int store_statements_bytes(struct store_tx *tx, int64_t row, uint64_t *ret, struct errinfo *ei)
{
	/* as store_statement_bytes says */
	static const char sql[] =
	    "SELECT coalesce(sum(length(json) * 2 + length(p7s) * 4 / 3 + 400), 0) FROM statement "
	    "WHERE row = ?1";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, row);
	if ((r = store_step(q, ei)) < 0)
		return r;
	*ret = (uint64_t)store_col_int(q, 0);
	return 0;
}

/* ---- events ---- */

int store_event_add(struct store_tx *tx, const struct store_event *e, struct errinfo *ei)
{
	static const char sql[] =
	    "INSERT INTO event (at, sender, recipient, case_id, round, kind, state, statement, "
	    "note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, e->at);
	store_bind_text(q, 2, e->sender);
	store_bind_text(q, 3, e->recipient);
	store_bind_text(q, 4, e->case_id);
	store_bind_int(q, 5, e->round);
	store_bind_text(q, 6, e->kind);
	store_bind_text(q, 7, e->state);
	store_bind_text(q, 8, or_null(e->statement));
	store_bind_text(q, 9, or_null(e->note));
	return store_do(q, NULL, ei);
}

#define EVENT_COLUMNS                                                                        \
	"SELECT event, at, sender, recipient, case_id, round, kind, state, statement, note " \
	"FROM event "

static void event_of(sqlite3_stmt *q, struct store_event *e)
{
	*e = (struct store_event){
	    .event = (uint64_t)store_col_int(q, 0),
	    .at = store_col_int(q, 1),
	    .round = (unsigned)store_col_int(q, 5),
	};
	store_col_text(q, 2, e->sender, sizeof e->sender);
	store_col_text(q, 3, e->recipient, sizeof e->recipient);
	store_col_text(q, 4, e->case_id, sizeof e->case_id);
	store_col_text(q, 6, e->kind, sizeof e->kind);
	store_col_text(q, 7, e->state, sizeof e->state);
	store_col_text(q, 8, e->statement, sizeof e->statement);
	store_col_text(q, 9, e->note, sizeof e->note);
}

int store_events(struct store_tx *tx, const char *oin, uint64_t after, unsigned limit,
    store_each_event fn, void *arg, struct errinfo *ei)
{
	/* each half by its index, in order, no further than the limit */
	static const char sql[] =
	    "SELECT * FROM (SELECT * FROM (" EVENT_COLUMNS
	    "WHERE sender = ?1 AND event > ?2 ORDER BY event LIMIT ?3) UNION "
	    "SELECT * FROM (" EVENT_COLUMNS
	    "WHERE recipient = ?1 AND event > ?2 ORDER BY event LIMIT ?3)) ORDER BY event LIMIT ?3";
	struct store_event e;
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, oin);
	store_bind_int(q, 2, (int64_t)after);
	store_bind_int(q, 3, limit);
	while ((r = store_step(q, ei)) == 1) {
		event_of(q, &e);
		if ((r = fn(arg, &e, ei)) < 0)
			break;
	}
	return r;
}

/* ---- what is due ---- */

int store_due_set(struct store_tx *tx, const struct store_due *d, struct errinfo *ei)
{
	static const char sql[] =
	    "INSERT OR REPLACE INTO due (row, round, kind, at) VALUES (?1, ?2, ?3, ?4)";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, d->row);
	store_bind_int(q, 2, d->round);
	store_bind_text(q, 3, d->kind);
	store_bind_int(q, 4, d->at);
	return store_do(q, NULL, ei);
}

int store_due_clear(
    struct store_tx *tx, int64_t row, unsigned round, const char *kind, struct errinfo *ei)
{
	static const char sql[] =
	    "DELETE FROM due WHERE row = ?1 AND round = ?2 AND (?3 IS NULL OR kind = ?3)";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, row);
	store_bind_int(q, 2, round);
	store_bind_text(q, 3, kind);
	return store_do(q, NULL, ei);
}

int store_due_first(struct store_tx *tx, struct store_due *ret, struct errinfo *ei)
{
	static const char sql[] = "SELECT row, round, kind, at FROM due ORDER BY at, row LIMIT 1";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	if ((r = store_step(q, ei)) <= 0)
		return r < 0 ? r : err_set(ei, GW_ENOENT, "nothing is due");
	*ret = (struct store_due){.row = store_col_int(q, 0),
	    .round = (unsigned)store_col_int(q, 1),
	    .at = store_col_int(q, 3)};
	store_col_text(q, 2, ret->kind, sizeof ret->kind);
	return 0;
}

int store_due_at(
    struct store_tx *tx, const struct store_due *d, int64_t *ret_at, struct errinfo *ei)
{
	static const char sql[] = "SELECT at FROM due WHERE row = ?1 AND round = ?2 AND kind = ?3";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, d->row);
	store_bind_int(q, 2, d->round);
	store_bind_text(q, 3, d->kind);
	if ((r = store_step(q, ei)) <= 0)
		return r < 0 ? r : err_set(ei, GW_ENOENT, "it is not due any more");
	*ret_at = store_col_int(q, 0);
	return 0;
}

int store_due_of(
    struct store_tx *tx, int64_t row, unsigned round, int64_t *ret_at, struct errinfo *ei)
{
	static const char sql[] = "SELECT min(at) FROM due WHERE row = ?1 AND round = ?2";
	int r;
	sqlite3_stmt *q = store_sql(tx, sql, &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, row);
	store_bind_int(q, 2, round);
	if ((r = store_step(q, ei)) < 0)
		return r;
	*ret_at = store_col_int(q, 0);
	return 0;
}
