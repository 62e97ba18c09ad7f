/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/answers.h"

#include <stdio.h>

#include "store/inside.h"

void store_answer_release(struct store_answer *a)
{
	buf_release(&a->body);
	*a = (struct store_answer){0};
}

static int find(struct store_tx *tx, const char *caller, const char *key, struct store_answer *ret,
    struct errinfo *ei)
{
	static const char sql[] =
	    "SELECT mark, package, body, done FROM answer WHERE caller = ?1 AND key = ?2";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(TEXT(caller), TEXT(key)), &r, ei);
	if (!q)
		return r;
	r = store_step(q, ei);
	if (r <= 0)
		return r < 0 ? r : err_set(ei, GW_ENOENT, "there is no answer to that key");
	*ret = (struct store_answer){.body = BUF_INIT(STORE_ANSWER_MAX)};
	(void)snprintf(ret->caller, sizeof ret->caller, "%s", caller);
	(void)snprintf(ret->key, sizeof ret->key, "%s", key);
	store_col_text(q, 0, ret->mark, sizeof ret->mark);
	store_col_text(q, 1, ret->package, sizeof ret->package);
	r = store_col_buf(q, 2, &ret->body);
	ret->done = store_col_int(q, 3) != 0;
	if (r < 0)
		store_answer_release(ret);
	return r < 0 ? err_set(ei, r, "a kept answer is too large") : 0;
}

int store_answer_find(struct store *s, const char *caller, const char *key,
    struct store_answer *ret, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(s, STORE_READ, &tx, ei);
	return r < 0 ? r : find(tx, caller, key, ret, ei);
}

int store_answer_keep(
    struct store *s, const struct store_answer *a, int64_t now, struct errinfo *ei)
{
	static const char sql[] = "INSERT INTO answer (caller, key, mark, package, body, done, at) "
				  "VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)";
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(s, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_run(tx, sql,
		    WITH(TEXT(a->caller), TEXT(a->key), TEXT(a->mark), TEXT(a->package),
			BLOB(a->body.len ? a->body.data : "", a->body.len), INT(now)),
		    NULL, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

/* Run a statement about one key. */
static int about(
    struct store *s, const char *sql, const char *caller, const char *key, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(s, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_run(tx, sql, WITH(TEXT(caller), TEXT(key)), NULL, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

int store_answer_done(struct store *s, const char *caller, const char *key, struct errinfo *ei)
{
	static const char sql[] = "UPDATE answer SET done = 1 WHERE caller = ?1 AND key = ?2";
	return about(s, sql, caller, key, ei);
}

int store_answer_drop(struct store *s, const char *caller, const char *key, struct errinfo *ei)
{
	static const char sql[] = "DELETE FROM answer WHERE caller = ?1 AND key = ?2";
	return about(s, sql, caller, key, ei);
}

/* Asked at every tick, so that it first looks whether there is anything. */
int store_answers_forget(struct store *s, int64_t now, struct errinfo *ei)
{
	static const char old[] = "SELECT 1 FROM answer WHERE at < ?1 LIMIT 1",
			  drop[] = "DELETE FROM answer WHERE at < ?1";
	const int64_t before = now - STORE_ANSWER_DAYS * INT64_C(86400000);
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(s, STORE_READ, &tx, ei);
	int64_t one;
	if (r == 0)
		r = store_numbers(tx, old, WITH(INT(before)), &one, 1, ei);
	if (r <= 0)
		return r;
	store_end(&tx);
	r = store_begin(s, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_run(tx, drop, WITH(INT(before)), NULL, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}
