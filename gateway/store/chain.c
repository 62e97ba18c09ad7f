/* SPDX-License-Identifier: EUPL-1.2 */
/* The statements, events and dates of store/cases.h. */
#include "base/str.h"
#include "store/cases.h"
#include "store/inside.h"

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
	return store_run(tx, sql,
	    WITH(INT(row), INT(s->n), INT(s->round), TEXT(s->kind), TEXT(s->id), TEXT(s->sha256),
		TEXT(s->by), TEXT(s->state), INT(s->received), WORD(s->span),
		BLOB(s->json.data, s->json.len), BLOB(s->p7s.data, s->p7s.len)),
	    NULL, ei);
}

static int one_statement(sqlite3_stmt *q, struct store_statement *ret, struct errinfo *ei)
{
	int r = store_step(q, ei);
	if (r == 1)
		return statement_of(q, ret, ei);
	return r < 0 ? r : err_set(ei, GW_ENOENT, "the case has no such statement");
}

int store_statement_find(struct store_tx *tx, int64_t row, const char *id,
    struct store_statement *ret, struct errinfo *ei)
{
	static const char sql[] = STATEMENT_COLUMNS "WHERE row = ?1 AND id = ?2";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(INT(row), TEXT(id)), &r, ei);
	return q ? one_statement(q, ret, ei) : r;
}

int store_statement_last(struct store_tx *tx, int64_t row, unsigned round, const char *kind,
    struct store_statement *ret, struct errinfo *ei)
{
	static const char sql[] = STATEMENT_COLUMNS
	    "WHERE row = ?1 AND kind = ?3 AND (?2 = 0 OR round = ?2) ORDER BY n DESC LIMIT 1";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(INT(row), INT(round), TEXT(kind)), &r, ei);
	return q ? one_statement(q, ret, ei) : r;
}

int store_statement_spanned(struct store_tx *tx, const char *span, bool *ret, struct errinfo *ei)
{
	static const char sql[] = "SELECT 1 FROM statement WHERE span = ?1";
	int64_t one;
	int r = store_numbers(tx, sql, WITH(TEXT(span)), &one, 1, ei);
	*ret = r == 1;
	return r < 0 ? r : 0;
}

int store_statements(
    struct store_tx *tx, int64_t row, store_each_statement fn, void *arg, struct errinfo *ei)
{
	static const char sql[] = STATEMENT_COLUMNS "WHERE row = ?1 ORDER BY n";
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(INT(row)), &r, ei);
	if (!q)
		return r;
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
	int64_t n = 0;
	int r = store_numbers(tx, sql, WITH(INT(row)), &n, 1, ei);
	if (r < 0)
		return r;
	*ret = (uint64_t)n;
	return 0;
}

/* ---- events ---- */

int store_event_add(struct store_tx *tx, const struct store_event *e, struct errinfo *ei)
{
	static const char sql[] =
	    "INSERT INTO event (at, sender, recipient, case_id, round, kind, state, statement, "
	    "note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
	return store_run(tx, sql,
	    WITH(INT(e->at), TEXT(e->sender), TEXT(e->recipient), TEXT(e->case_id), INT(e->round),
		TEXT(e->kind), TEXT(e->state), WORD(e->statement), WORD(e->note)),
	    NULL, ei);
}

int store_event_refused(struct store_tx *tx, const char *sender, const char *case_id,
    const char *statement, bool *ret, struct errinfo *ei)
{
	static const char sql[] = "SELECT 1 FROM event WHERE kind = 'refused' AND statement = ?3 "
				  "AND sender = ?1 AND case_id = ?2";
	int64_t one;
	int r =
	    store_numbers(tx, sql, WITH(TEXT(sender), TEXT(case_id), TEXT(statement)), &one, 1, ei);
	*ret = r == 1;
	return r < 0 ? r : 0;
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
	sqlite3_stmt *q = store_ask(tx, sql, WITH(TEXT(oin), INT(after), INT(limit)), &r, ei);
	if (!q)
		return r;
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
	return store_run(
	    tx, sql, WITH(INT(d->row), INT(d->round), TEXT(d->kind), INT(d->at)), NULL, ei);
}

int store_due_clear(
    struct store_tx *tx, int64_t row, unsigned round, const char *kind, struct errinfo *ei)
{
	static const char sql[] =
	    "DELETE FROM due WHERE row = ?1 AND round = ?2 AND (?3 IS NULL OR kind = ?3)";
	return store_run(tx, sql, WITH(INT(row), INT(round), TEXT(kind)), NULL, ei);
}

int store_due_first(struct store_tx *tx, struct store_due *ret, struct errinfo *ei)
{
	static const char sql[] = "SELECT row, round, kind, at FROM due ORDER BY at, row LIMIT 1";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, NULL, 0, &r, ei);
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
	int r =
	    store_numbers(tx, sql, WITH(INT(d->row), INT(d->round), TEXT(d->kind)), ret_at, 1, ei);
	return r > 0 ? 0 : r < 0 ? r : err_set(ei, GW_ENOENT, "it is not due any more");
}

int store_due_of(
    struct store_tx *tx, int64_t row, unsigned round, int64_t *ret_at, struct errinfo *ei)
{
	static const char sql[] = "SELECT min(at) FROM due WHERE row = ?1 AND round = ?2";
	int r = store_numbers(tx, sql, WITH(INT(row), INT(round)), ret_at, 1, ei);
	return r < 0 ? r : 0;
}
