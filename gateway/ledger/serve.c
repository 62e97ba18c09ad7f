/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/serve.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "ledger/reader.h"

enum {
	ROW = 256,
	LEVELS = 8,
	/* a record's id holds the moment it was made: how far two records may lie out of order, ms
	 */
	DISORDER = CLOCK_BEHIND + 60 * 1000,
};

/* ---- tiles ---- */

static int no_tile(struct errinfo *ei)
{
	return err_set(ei, GW_ENOENT, "there is no such tile");
}

/* "x001/x234/067" up to the end of p[0..n): groups of three digits, all but the last with an x. */
static int read_index(const char *p, size_t n, uint64_t *ret)
{
	char again[32];
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= '0' && p[i] <= '9') {
			if (v > (UINT64_MAX >> 8) / 10)
				return GW_ENOENT;
			v = v * 10 + (uint64_t)(p[i] - '0');
		}
	}
	ledger_tile_index(v, again); /* the only spelling */
	if (strlen(again) != n || memcmp(again, p, n) != 0)
		return GW_ENOENT;
	*ret = v;
	return 0;
}

int ledger_tile_parse(const char *path, struct ledger_tile *ret, struct errinfo *ei)
{
	struct ledger_tile t = {.width = ROW};
	const char *slash = strchr(path, '/'), *partial = strstr(path, ".p/");
	uint64_t width = ROW;
	if (!slash || slash != path + 1 || *path < '0' || *path >= '0' + LEVELS)
		return no_tile(ei);
	t.level = (unsigned)(*path - '0');
	if (partial &&
	    (str_u64(partial + 3, ROW - 1, &width) < 0 || width == 0 || partial[3] == '0'))
		return no_tile(ei);
	size_t n = partial ? (size_t)(partial - slash) - 1 : strlen(slash + 1);
	if (partial && partial < slash)
		return no_tile(ei);
	if (read_index(slash + 1, n, &t.index) < 0)
		return no_tile(ei);
	t.width = (unsigned)width;
	*ret = t;
	return 0;
}

int ledger_tile(
    struct ledger *l, const struct ledger_tile *tile, struct buf *out, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	struct merkle_hash h[ROW];
	int e = reader_open(l, 0, &r, ei);
	if (e < 0)
		return e;
	uint64_t count = r.cp.size >> 8 * tile->level;
	if (!tile->width || tile->width > ROW || tile->index > count / ROW ||
	    tile->index * ROW + tile->width > count)
		return no_tile(ei);
	e = reader_hashes(&r, tile->level, tile->index * ROW, tile->width, h, ei);
	return e < 0 ? e : buf_add(out, h, tile->width * sizeof *h);
}

/* ---- whose a record is ---- */

struct party {
	char org[40], peer[40]; /* the members as they stand in records */
};

static int party_init(struct party *p, const char *oin, struct errinfo *ei)
{
	if (!str_oin(oin))
		return err_set(ei, GW_EUSAGE, "an OIN of 20 digits is needed");
	(void)snprintf(p->org, sizeof p->org, "\"org\":\"%s\"", oin);
	(void)snprintf(p->peer, sizeof p->peer, "\"peer\":\"%s\"", oin);
	return 0;
}

/* No value of a record can hold a quotation mark, so a member is found as its bytes. */
static bool party_in(const struct party *p, const char *bytes, size_t n)
{
	return memmem(bytes, n, p->org, strlen(p->org)) ||
	    memmem(bytes, n, p->peer, strlen(p->peer));
}

/* ---- a record by its id ---- */

static int view_at(sqlite3_stmt *s, uint64_t index, struct record_view *ret, const char **ret_p,
    size_t *ret_n, struct errinfo *ei)
{
	(void)sqlite3_reset(s);
	sql_int(s, 1, (int64_t)index);
	int e = sql_step(s, ei);
	if (e < 0)
		return e;
	*ret_p = e ? sql_col(s, 0, ret_n) : NULL;
	if (!*ret_p || record_view(*ret_p, *ret_n, ret, ei) < 0)
		return err_set(ei, GW_EAUTH, "a record of the ledger is none: it was changed");
	return 0;
}

/* The first 48 bits of an id, its moment in ms. */
static int id_moment(const char *id, size_t n, int64_t *ret)
{
	uint8_t b[6];
	char hex[13];
	if (n < 13)
		return GW_EFORMAT;
	memcpy(hex, id, 8);
	memcpy(hex + 8, id + 9, 4);
	hex[12] = '\0';
	if (str_unhex(hex, b, sizeof b) < 0)
		return GW_EFORMAT;
	*ret = 0;
	for (size_t i = 0; i < sizeof b; i++)
		*ret = *ret << 8 | b[i];
	return 0;
}

static int moment_at(sqlite3_stmt *s, uint64_t index, int64_t *ret, struct errinfo *ei)
{
	struct record_view v;
	const char *p;
	size_t n;
	int e = view_at(s, index, &v, &p, &n, ei);
	if (e == 0 && (!v.id.p || id_moment(v.id.p, v.id.n, ret) < 0))
		e = err_set(ei, GW_EAUTH, "a record of the ledger is none: it was changed");
	return e;
}

/*
 * Ids are nearly in order of time: no record lies more than DISORDER before one that stands in
 * front of it. So where one is older than `moment` by more than that, all before it are older than
 * moment.
 */
static int find_start(
    sqlite3_stmt *s, uint64_t size, int64_t moment, uint64_t *ret, struct errinfo *ei)
{
	uint64_t low = 0, high = size;
	while (low < high) {
		uint64_t mid = low + (high - low) / 2;
		int64_t at = 0;
		int e = moment_at(s, mid, &at, ei);
		if (e < 0)
			return e;
		if (at < moment - DISORDER)
			low = mid + 1;
		else
			high = mid;
	}
	*ret = low;
	return 0;
}

static int find_id(struct reader *r, const char *id, const struct party *party, uint64_t *ret_index,
    struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	struct record_view v;
	const char *p;
	size_t n;
	int64_t moment = 0, at = 0;
	uint64_t i = 0;
	if (!id_is_v7(id) || id_moment(id, strlen(id), &moment) < 0)
		return err_set(ei, GW_ENOENT, "there is no such record");
	int e = reader_prepare(r, "SELECT bytes FROM record$ WHERE idx = ?1", &s, ei);
	if (e == 0)
		e = find_start(s, r->cp.size, moment, &i, ei);
	for (; e == 0 && i < r->cp.size && at <= moment + DISORDER; i++) {
		e = view_at(s, i, &v, &p, &n, ei);
		if (e == 0 && record_is(v.id, id)) {
			*ret_index = i;
			return party_in(party, p, n)
			    ? 0
			    : err_set(ei, GW_ENOENT, "there is no such record");
		}
		if (e == 0)
			(void)!id_moment(v.id.p, v.id.n, &at);
	}
	return e < 0 ? e : err_set(ei, GW_ENOENT, "there is no such record");
}

int ledger_prove_id(
    struct ledger *l, const char *id, const char *party, struct buf *out, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	struct merkle_hash p[MERKLE_DEPTH + 1];
	struct party of;
	size_t n = 0;
	uint64_t index = 0;
	int e = party_init(&of, party, ei);
	if (e == 0)
		e = reader_open(l, 0, &r, ei);
	if (e == 0)
		e = find_id(&r, id, &of, &index, ei);
	if (e == 0)
		e = merkle_inclusion(index, r.cp.size, reader_hashes, &r, p, &n, ei);
	return e < 0 ? e : checkpoint_proof_write(index, p, n, r.note, strlen(r.note), out);
}

/* ---- all records of a party ---- */

/* The looking itself: else each look would leave something more to be looked at. */
static bool is_looking(const char *bytes, size_t n, const struct party *party)
{
	struct record_view v;
	return record_view(bytes, n, &v, NULL) == 0 && record_is(v.act, "audit.read") &&
	    memmem(bytes, n, party->peer, strlen(party->peer));
}

int ledger_party(struct ledger *l, const char *party, uint64_t from, uint64_t most, ledger_each fn,
    void *ctx, uint64_t *ret_next, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	struct ledger_line line = {0};
	struct party of;
	uint64_t next = from;
	int e = party_init(&of, party, ei);
	if (e == 0)
		e = reader_open(l, 0, &r, ei);
	if (e == 0)
		e = reader_prepare(&r,
		    "SELECT idx, bytes FROM record$ WHERE idx >= ?1 ORDER BY idx LIMIT ?2", &s, ei);
	if (e < 0)
		return e;
	sql_int(s, 1, from > INT64_MAX ? INT64_MAX : (int64_t)from);
	sql_int(s, 2, LEDGER_PARTY_SCAN);
	while (most && (e = sql_step(s, ei)) == 1) {
		line.index = (uint64_t)sqlite3_column_int64(s, 0);
		line.bytes = sql_col(s, 1, &line.n);
		next = line.index + 1;
		if (!line.bytes || !party_in(&of, line.bytes, line.n) ||
		    is_looking(line.bytes, line.n, &of))
			continue;
		most--;
		if ((e = fn(ctx, &line, ei)) < 0)
			return e;
	}
	if (e < 0)
		return e;
	*ret_next = next < r.cp.size ? next : 0;
	return 0;
}
