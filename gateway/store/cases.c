/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/cases.h"

#include "base/str.h"
#include "store/inside.h"

/* ---- cases ---- */

#define CASE_COLUMNS                                                                                \
	"SELECT row, sender, case_id, recipient, state, round, head, statements, updated, gateway " \
	"FROM handover "

static void case_of(sqlite3_stmt *q, struct store_case *c)
{
	*c = (struct store_case){.row = store_col_int(q, 0)};
	store_col_text(q, 1, c->sender, sizeof c->sender);
	store_col_text(q, 2, c->case_id, sizeof c->case_id);
	store_col_text(q, 3, c->recipient, sizeof c->recipient);
	store_col_text(q, 4, c->state, sizeof c->state);
	c->round = (unsigned)store_col_int(q, 5);
	store_col_text(q, 6, c->head, sizeof c->head);
	c->statements = (uint64_t)store_col_int(q, 7);
	c->updated = store_col_int(q, 8);
	store_col_text(q, 9, c->gateway, sizeof c->gateway);
}

static int one_case(sqlite3_stmt *q, struct store_case *ret, struct errinfo *ei)
{
	int r = store_step(q, ei);
	if (r == 1) {
		case_of(q, ret);
		return 0;
	}
	return r < 0 ? r : err_set(ei, GW_ENOENT, "there is no such case");
}

int store_case_find(struct store_tx *tx, const char *sender, const char *case_id,
    struct store_case *ret, struct errinfo *ei)
{
	static const char sql[] = CASE_COLUMNS "WHERE sender = ?1 AND case_id = ?2";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(TEXT(sender), TEXT(case_id)), &r, ei);
	return q ? one_case(q, ret, ei) : r;
}

int store_case_at(struct store_tx *tx, int64_t row, struct store_case *ret, struct errinfo *ei)
{
	static const char sql[] = CASE_COLUMNS "WHERE row = ?1";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(INT(row)), &r, ei);
	return q ? one_case(q, ret, ei) : r;
}

int store_case_add(struct store_tx *tx, struct store_case *c, struct errinfo *ei)
{
	static const char sql[] =
	    "INSERT INTO handover (sender, case_id, recipient, state, round, head, statements, "
	    "updated, gateway) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
	int r = store_run(tx, sql,
	    WITH(TEXT(c->sender), TEXT(c->case_id), TEXT(c->recipient), TEXT(c->state),
		INT(c->round), TEXT(c->head), INT(c->statements), INT(c->updated),
		TEXT(c->gateway)),
	    NULL, ei);
	if (r == 0)
		c->row = store_last_row(tx);
	return r;
}

int store_case_set(struct store_tx *tx, const struct store_case *c, struct errinfo *ei)
{
	static const char sql[] =
	    "UPDATE handover SET state = ?2, round = ?3, head = ?4, statements = ?5, updated = ?6, "
	    "gateway = ?7 WHERE row = ?1";
	return store_run(tx, sql,
	    WITH(INT(c->row), TEXT(c->state), INT(c->round), TEXT(c->head), INT(c->statements),
		INT(c->updated), TEXT(c->gateway)),
	    NULL, ei);
}

int store_case_list(struct store_tx *tx, const char *oin, const char *role, const char *state,
    int64_t after, unsigned limit, store_each_case fn, void *arg, struct errinfo *ei)
{
	static const char by_sender[] = CASE_COLUMNS
	    "WHERE sender = ?1 AND row > ?2 AND (?3 IS NULL OR state = ?3) ORDER BY row LIMIT ?4";
	static const char by_recipient[] = CASE_COLUMNS
	    "WHERE recipient = ?1 AND row > ?2 AND (?3 IS NULL OR state = ?3) ORDER BY row LIMIT "
	    "?4";
	struct store_case c;
	int r;
	sqlite3_stmt *q = store_ask(tx, str_eq(role, "sender") ? by_sender : by_recipient,
	    WITH(TEXT(oin), INT(after), TEXT(state), INT(limit)), &r, ei);
	if (!q)
		return r;
	while ((r = store_step(q, ei)) == 1) {
		case_of(q, &c);
		if ((r = fn(arg, &c, ei)) < 0)
			break;
	}
	return r;
}

/* ---- rounds ---- */

#define ROUND_COLUMNS                                                                             \
	"SELECT round, state, package, slip, policy, contract, programme, product, region, "      \
	"start_month, request, since, expires, bytes, fetched, opened, return_until, delete_by, " \
	"keep, direct, late FROM round "

static void round_of(sqlite3_stmt *q, struct store_round *o)
{
	*o = (struct store_round){.round = (unsigned)store_col_int(q, 0)};
	store_col_text(q, 1, o->state, sizeof o->state);
	store_col_text(q, 2, o->package, sizeof o->package);
	store_col_text(q, 3, o->slip, sizeof o->slip);
	store_col_text(q, 4, o->policy, sizeof o->policy);
	store_col_text(q, 5, o->contract, sizeof o->contract);
	store_col_text(q, 6, o->programme, sizeof o->programme);
	store_col_text(q, 7, o->product, sizeof o->product);
	store_col_text(q, 8, o->region, sizeof o->region);
	store_col_text(q, 9, o->start_month, sizeof o->start_month);
	store_col_text(q, 10, o->request, sizeof o->request);
	o->since = store_col_int(q, 11);
	o->expires = store_col_int(q, 12);
	o->bytes = (uint64_t)store_col_int(q, 13);
	o->fetched = store_col_int(q, 14);
	o->opened = store_col_int(q, 15);
	o->return_until = store_col_int(q, 16);
	store_col_text(q, 17, o->delete_by, sizeof o->delete_by);
	store_col_text(q, 18, o->keep, sizeof o->keep);
	o->direct = store_col_int(q, 19) != 0;
	o->late = store_col_int(q, 20);
}

int store_round_put(
    struct store_tx *tx, int64_t row, const struct store_round *o, struct errinfo *ei)
{
	static const char sql[] =
	    "INSERT OR REPLACE INTO round (row, round, state, package, slip, policy, contract, "
	    "programme, product, region, start_month, request, since, expires, bytes, fetched, "
	    "opened, return_until, delete_by, keep, direct, late) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
	    "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
	return store_run(tx, sql,
	    WITH(INT(row), INT(o->round), TEXT(o->state), WORD(o->package), WORD(o->slip),
		WORD(o->policy), WORD(o->contract), WORD(o->programme), WORD(o->product),
		WORD(o->region), WORD(o->start_month), WORD(o->request), INT(o->since),
		INT(o->expires), INT(o->bytes), INT(o->fetched), INT(o->opened),
		INT(o->return_until), WORD(o->delete_by), WORD(o->keep), INT(o->direct),
		INT(o->late)),
	    NULL, ei);
}

static int one_round(sqlite3_stmt *q, struct store_round *ret, struct errinfo *ei)
{
	int r = store_step(q, ei);
	if (r == 1) {
		round_of(q, ret);
		return 0;
	}
	return r < 0 ? r : err_set(ei, GW_ENOENT, "the case has no such round");
}

int store_round_find(
    struct store_tx *tx, int64_t row, unsigned round, struct store_round *ret, struct errinfo *ei)
{
	static const char sql[] = ROUND_COLUMNS "WHERE row = ?1 AND round = ?2";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(INT(row), INT(round)), &r, ei);
	return q ? one_round(q, ret, ei) : r;
}

int store_round_of(struct store_tx *tx, int64_t row, const char *package, struct store_round *ret,
    struct errinfo *ei)
{
	static const char sql[] =
	    ROUND_COLUMNS "WHERE row = ?1 AND package = ?2 ORDER BY round DESC LIMIT 1";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(INT(row), TEXT(package)), &r, ei);
	return q ? one_round(q, ret, ei) : r;
}

int store_rounds(
    struct store_tx *tx, int64_t row, store_each_round fn, void *arg, struct errinfo *ei)
{
	static const char sql[] = ROUND_COLUMNS "WHERE row = ?1 ORDER BY round DESC";
	struct store_round o;
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(INT(row)), &r, ei);
	if (!q)
		return r;
	while ((r = store_step(q, ei)) == 1) {
		round_of(q, &o);
		if ((r = fn(arg, &o, ei)) < 0)
			break;
	}
	return r;
}

int store_request_taken(struct store_tx *tx, const char *sender, const char *request, int64_t row,
    const char *won, const char *before, bool *ret, struct errinfo *ei)
{
	static const char sql[] =
	    "SELECT 1 FROM round JOIN handover USING (row) WHERE request = ?1 AND sender = ?2 AND "
	    "row != ?3 AND (instr(?4, ' ' || round.state || ' ') > 0 OR (round.state = ?5 AND "
	    "round.round = handover.round AND EXISTS (SELECT 1 FROM job WHERE job.sender = ?2 AND "
	    "job.case_id = handover.case_id AND job.kind = 'release'))) LIMIT 1";
	int64_t one;
	int r = store_numbers(tx, sql,
	    WITH(TEXT(request), TEXT(sender), INT(row), TEXT(won), TEXT(before)), &one, 1, ei);
	*ret = r == 1;
	return r < 0 ? r : 0;
}

int store_case_count(
    struct store_tx *tx, const char *ended, struct store_case_counts *ret, struct errinfo *ei)
{
	static const char sql[] =
	    "SELECT count(*), coalesce(sum(instr(?1, ' ' || state || ' ') = 0), 0) FROM handover";
	static const char late[] = "SELECT count(*) FROM round WHERE late > 0";
	int64_t n[2] = {0}, late_n = 0;
	int r = store_numbers(tx, sql, WITH(TEXT(ended)), n, 2, ei);
	if (r >= 0)
		r = store_numbers(tx, late, NULL, 0, &late_n, 1, ei);
	if (r < 0)
		return r;
	ret->cases = (uint64_t)n[0];
	ret->open = (uint64_t)n[1];
	ret->overdue = (uint64_t)late_n;
	return 0;
}
