/* SPDX-License-Identifier: EUPL-1.2 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "store/inside.h"

int store_err(sqlite3 *db, struct errinfo *ei)
{
	int code = sqlite3_errcode(db);
	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return err_set(ei, GW_EEXIST, "the store has an entry with that key already");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* a table is gone */
	case SQLITE_MISMATCH:
		return err_set(ei, GW_EAUTH,
		    "the store 'store.db' is damaged (%s): restore it from a backup",
		    sqlite3_errstr(code));
	case SQLITE_FULL:
	case SQLITE_IOERR:
		return err_set(ei, GW_EIO,
		    "the store 'store.db' cannot be written (%s): make room on its disk",
		    sqlite3_errstr(code));
	case SQLITE_NOMEM:
		return err_set(ei, GW_ENOMEM, "out of memory");
	default:
		return err_set(ei, GW_EIO,
		    "the store 'store.db' cannot be used (%s): make the home and its files "
		    "writable for this user",
		    sqlite3_errstr(code));
	}
}

static sqlite3_stmt *prepared(
    struct store_tx *tx, const char *text, int *ret_code, struct errinfo *ei)
{
	size_t at = ((uintptr_t)text >> 3) % STORE_STATEMENTS, tried = 0;
	while (tx->cache[at].text && tx->cache[at].text != text && tried++ < STORE_STATEMENTS)
		at = (at + 1) % STORE_STATEMENTS;
	assert(tried < STORE_STATEMENTS);
	if (!tx->cache[at].text) {
		sqlite3_stmt *q = NULL;
		if (sqlite3_prepare_v3(tx->db, text, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL) !=
		    SQLITE_OK) {
			*ret_code = store_err(tx->db, ei);
			return NULL;
		}
		tx->cache[at].text = text;
		tx->cache[at].q = q;
	}
	(void)sqlite3_reset(tx->cache[at].q);
	(void)sqlite3_clear_bindings(tx->cache[at].q);
	*ret_code = 0;
	return tx->cache[at].q;
}

static void bind(sqlite3_stmt *q, int i, const struct store_value *v)
{
	const char *s = v->p;
	if (v->kind == STORE_INT)
		(void)sqlite3_bind_int64(q, i, v->v);
	else if (v->kind == STORE_BLOB && v->p)
		(void)sqlite3_bind_blob64(q, i, v->p, v->n, SQLITE_STATIC);
	else if (s)
		(void)sqlite3_bind_text64(q, i, s, strlen(s), SQLITE_STATIC, SQLITE_UTF8);
}

sqlite3_stmt *store_ask(struct store_tx *tx, const char *text, const struct store_value *values,
    size_t n, int *ret_code, struct errinfo *ei)
{
	sqlite3_stmt *q = prepared(tx, text, ret_code, ei);
	for (size_t i = 0; q && i < n; i++)
		bind(q, (int)i + 1, &values[i]);
	return q;
}

int store_step(sqlite3_stmt *q, struct errinfo *ei)
{
	int r = sqlite3_step(q);
	if (r == SQLITE_ROW)
		return 1;
	r = r == SQLITE_DONE ? 0 : store_err(sqlite3_db_handle(q), ei);
	(void)sqlite3_reset(q);
	return r;
}

int store_run(struct store_tx *tx, const char *text, const struct store_value *values, size_t n,
    int64_t *ret_changed, struct errinfo *ei)
{
	int r;
	sqlite3_stmt *q = store_ask(tx, text, values, n, &r, ei);
	if (!q)
		return r;
	r = store_step(q, ei);
	assert(r <= 0);
	if (r == 0 && ret_changed)
		*ret_changed = sqlite3_changes64(tx->db);
	return r;
}

int store_numbers(struct store_tx *tx, const char *text, const struct store_value *values, size_t n,
    int64_t *ret, size_t ret_n, struct errinfo *ei)
{
	int r;
	sqlite3_stmt *q = store_ask(tx, text, values, n, &r, ei);
	if (!q || (r = store_step(q, ei)) <= 0)
		return r;
	for (size_t i = 0; i < ret_n; i++)
		ret[i] = store_col_int(q, (int)i);
	(void)sqlite3_reset(q);
	return 1;
}

void store_col_text(sqlite3_stmt *q, int i, char *out, size_t cap)
{
	const unsigned char *s = sqlite3_column_text(q, i);
	size_t n = (size_t)sqlite3_column_bytes(q, i);
	out[0] = '\0';
	if (s && n < cap)
		(void)snprintf(out, cap, "%s", (const char *)s);
}

int64_t store_col_int(sqlite3_stmt *q, int i)
{
	return sqlite3_column_int64(q, i);
}

int store_col_buf(sqlite3_stmt *q, int i, struct buf *out)
{
	const void *p = sqlite3_column_blob(q, i);
	return p ? buf_add(out, p, (size_t)sqlite3_column_bytes(q, i)) : 0;
}

int64_t store_last_row(struct store_tx *tx)
{
	return sqlite3_last_insert_rowid(tx->db);
}
