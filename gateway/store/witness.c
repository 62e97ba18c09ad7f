/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/witness.h"

#include <string.h>

#include "store/inside.h"

int store_witness_get(struct store_tx *tx, const char *origin, struct store_witness *ret,
    struct buf *note, struct errinfo *ei)
{
	static const char sql[] = "SELECT size, root, at, note FROM witness WHERE origin = ?1";
	struct buf root GW_CLEANUP(buf_release) = BUF_INIT(sizeof ret->root);
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(TEXT(origin)), &r, ei);
	if (!q)
		return r;
	r = store_step(q, ei);
	if (r != 1)
		return r < 0 ? r : err_set(ei, GW_ENOENT, "no head of this log was cosigned yet");
	if (store_col_buf(q, 1, &root) < 0 || root.len != sizeof ret->root)
		return err_set(ei, GW_EAUTH, "the store is damaged: restore it from a backup");
	ret->size = (uint64_t)store_col_int(q, 0);
	ret->at = store_col_int(q, 2);
	memcpy(ret->root, root.data, sizeof ret->root);
	return note ? store_col_buf(q, 3, note) : 0;
}

int store_witness_put(struct store_tx *tx, const char *origin, uint64_t old,
    const struct store_witness *w, const void *note, size_t n, struct errinfo *ei)
{
	static const char first[] =
	    "INSERT INTO witness (origin, size, root, at, note) VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT (origin) DO UPDATE SET size = ?2, root = ?3, at = ?4, note = ?5"
	    " WHERE size = 0";
	static const char next[] =
	    "UPDATE witness SET size = ?2, root = ?3, at = ?4, note = ?5 WHERE origin = ?1 AND size = ?6";
	const struct store_value values[] = {TEXT(origin), INT(w->size),
	    BLOB(w->root, sizeof w->root), INT(w->at), BLOB(note, n), INT(old)};
	int64_t changed = 0;
	int r = store_run(tx, old ? next : first, values, old ? 6 : 5, &changed, ei);
	if (r == 0 && changed != 1)
		r = err_set(ei, GW_ECONFLICT, "another head of this log was cosigned meanwhile");
	return r;
}

int store_witness_newest(
    struct store_tx *tx, const char *prefix, struct buf *note, struct errinfo *ei)
{
	static const char sql[] =
	    "SELECT note FROM witness WHERE substr(origin, 1, length(?1)) = ?1"
	    " ORDER BY at DESC, size DESC LIMIT 1";
	int r;
	sqlite3_stmt *q = store_ask(tx, sql, WITH(TEXT(prefix)), &r, ei);
	if (!q)
		return r;
	r = store_step(q, ei);
	if (r != 1)
		return r < 0 ? r
			     : err_set(ei, GW_ENOENT, "no head of that ledger was cosigned here");
	return store_col_buf(q, 0, note);
}
