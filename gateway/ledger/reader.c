/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/reader.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

int reader_prepare(struct reader *r, const char *text, sqlite3_stmt **ret_s, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
	int e = 0;
	for (; *text && e == 0; text++) {
		if (*text != '$')
			e = buf_add(&b, text, 1);
		else if (r->epoch)
			e = buf_addf(&b, "_%u", r->epoch);
	}
	return e < 0 ? e : sql_prepare(r->db, b.data, ret_s, ei);
}

static int read_head(struct reader *r, const uint8_t pub[32], struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int e = reader_prepare(r, "SELECT note, size, last FROM head$", &s, ei);
	if (e == 0)
		e = sql_step(s, ei);
	if (e < 0)
		return e;
	size_t n = 0;
	const char *note = e ? sql_col(s, 0, &n) : NULL;
	if (!n || n > HEAD_NOTE)
		return err_set(ei, GW_EAUTH, "the ledger has no head: it was changed");
	memcpy(r->note, note, n);
	r->last = sqlite3_column_int64(s, 2);
	char origin[NOTE_NAME] = {0};
	size_t k = strcspn(r->note, "\n");
	memcpy(origin, r->note, k < sizeof origin ? k : 0);
	e = note_key_make(origin, NOTE_ED25519, pub, &r->key, ei);
	if (e == 0)
		e = checkpoint_open(r->note, n, &r->key, &r->cp, ei);
	if (e < 0 || (int64_t)r->cp.size != sqlite3_column_int64(s, 1))
		return err_set(ei, GW_EAUTH, "the ledger's head was changed in the database");
	return 0;
}

int reader_open(struct ledger *l, unsigned epoch, struct reader *ret_r, struct errinfo *ei)
{
	struct reader r = {.epoch = epoch};
	int e = sql_open(l->db_path, false, true, &r.db, ei);
	if (e == 0)
		e = sql_run(r.db, "PRAGMA mmap_size=1073741824; BEGIN", ei);
	if (e == 0)
		e = read_head(&r, l->key.pub, ei);
	if (e < 0)
		reader_close(&r);
	else
		*ret_r = r;
	return e;
}

void reader_close(struct reader *r)
{
	sql_done(&r->leaves);
	sql_done(&r->nodes);
	(void)sqlite3_close(r->db);
	r->db = NULL;
}

int reader_epochs(struct ledger *l, unsigned *ret_n, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	(void)pthread_mutex_lock(&l->write);
	int e = sql_prepare(l->db, "SELECT count(*) FROM earlier", &s, ei);
	if (e == 0)
		e = sql_step(s, ei);
	if (e == 1)
		*ret_n = (unsigned)sqlite3_column_int(s, 0);
	sql_done(&s);
	(void)pthread_mutex_unlock(&l->write);
	return e < 0 ? e : 0;
}

int reader_hashes(void *ctx, unsigned level, uint64_t first, size_t count,
    struct merkle_hash *ret_h, struct errinfo *ei)
{
	struct reader *r = ctx;
	sqlite3_stmt **s = level ? &r->nodes : &r->leaves;
	int e = 0;
	if (!*s)
		e = reader_prepare(r,
		    level
			? "SELECT hash FROM node$ WHERE idx >= ?1 AND idx < ?2 AND level = ?3 ORDER BY idx"
			: "SELECT leaf FROM record$ WHERE idx >= ?1 AND idx < ?2 ORDER BY idx",
		    s, ei);
	return e < 0 ? e : sql_hashes(*s, level, first, count, ret_h, ei);
}

int reader_walk(
    struct reader *r, uint64_t from, uint64_t most, ledger_each fn, void *ctx, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	struct ledger_line line = {.epoch = r->epoch};
	int e = reader_prepare(r,
	    "SELECT record$.idx, bytes, json FROM record$ LEFT JOIN detail$ USING (idx)"
	    " WHERE record$.idx >= ?1 ORDER BY record$.idx LIMIT ?2",
	    &s, ei);
	if (e < 0)
		return e;
	sql_int(s, 1, from > INT64_MAX ? INT64_MAX : (int64_t)from);
	sql_int(s, 2, most > INT64_MAX ? INT64_MAX : (int64_t)most);
	while ((e = sql_step(s, ei)) == 1) {
		line.index = (uint64_t)sqlite3_column_int64(s, 0);
		line.bytes = sql_col(s, 1, &line.n);
		line.detail = sql_col(s, 2, &line.detail_n);
		if (!line.bytes)
			return err_set(
			    ei, GW_EAUTH, "a record of the ledger is empty: it was changed");
		e = fn(ctx, &line, ei);
		if (e < 0)
			return e;
	}
	return e;
}

int ledger_records(
    struct ledger *l, uint64_t from, uint64_t most, ledger_each fn, void *ctx, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	int e = reader_open(l, 0, &r, ei);
	return e < 0 ? e : reader_walk(&r, from, most, fn, ctx, ei);
}

int ledger_open_intents(struct ledger *l, ledger_each fn, void *ctx, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int e = reader_open(l, 0, &r, ei);
	if (e == 0)
		e = reader_prepare(&r, "SELECT idx FROM open_intent$ ORDER BY idx", &s, ei);
	while (e == 0 && (e = sql_step(s, ei)) == 1)
		e = reader_walk(&r, (uint64_t)sqlite3_column_int64(s, 0), 1, fn, ctx, ei);
	return e;
}
