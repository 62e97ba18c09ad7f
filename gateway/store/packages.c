/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/packages.h"

#include <stdio.h>

#include "store/inside.h"

#define COLUMNS                                                                             \
	"package, supersedes, sender, recipient, case_id, contract, slip, sha256, policy, " \
	"registry, seq, expires, bytes, state, open, reason, announced, deposited, gone"

const char *store_package_word(enum store_package_state state)
{
	static const char *const words[] = {"announced", "deposited", "gone"};
	return words[state];
}

static int no_such(const char *what, struct errinfo *ei)
{
	return err_set(ei, GW_ENOENT, "no such %s", what);
}

int store_package_add(struct store_tx *tx, const struct store_package *p, const void *slip,
    size_t slip_n, const void *p7s, size_t p7s_n, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(tx,
	    "INSERT INTO package (package, supersedes, sender, recipient, case_id, contract, slip,"
	    " sha256, policy, registry, seq, expires, bytes, state, announced, json, p7s)"
	    " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,0,?14,?15,?16)",
	    &r, ei);
	if (!q)
		return r;
	const char *const texts[] = {p->package, *p->supersedes ? p->supersedes : NULL, p->sender,
	    p->recipient, p->case_id, p->contract, p->slip, p->sha256, p->policy, p->registry};
	for (size_t i = 0; i < GW_LENGTH(texts); i++)
		store_bind_text(q, (int)i + 1, texts[i]);
	store_bind_int(q, 11, p->seq);
	store_bind_int(q, 12, p->expires);
	store_bind_int(q, 13, (int64_t)p->bytes);
	store_bind_int(q, 14, p->announced);
	store_bind_blob(q, 15, slip, slip_n);
	store_bind_blob(q, 16, p7s, p7s_n);
	return store_do(q, NULL, ei);
}

static void read_package(sqlite3_stmt *q, struct store_package *p)
{
	const struct {
		char *to;
		size_t cap;
	} texts[] = {{p->package, sizeof p->package}, {p->supersedes, sizeof p->supersedes},
	    {p->sender, sizeof p->sender}, {p->recipient, sizeof p->recipient},
	    {p->case_id, sizeof p->case_id}, {p->contract, sizeof p->contract},
	    {p->slip, sizeof p->slip}, {p->sha256, sizeof p->sha256}, {p->policy, sizeof p->policy},
	    {p->registry, sizeof p->registry}};
	for (size_t i = 0; i < GW_LENGTH(texts); i++)
		store_col_text(q, (int)i, texts[i].to, texts[i].cap);
	p->seq = store_col_int(q, 10);
	p->expires = store_col_int(q, 11);
	p->bytes = (uint64_t)store_col_int(q, 12);
	p->state = (enum store_package_state)store_col_int(q, 13);
	p->open = store_col_int(q, 14) != 0;
	store_col_text(q, 15, p->reason, sizeof p->reason);
	p->announced = store_col_int(q, 16);
	p->deposited = store_col_int(q, 17);
	p->gone = store_col_int(q, 18);
}

int store_package_get(struct store_tx *tx, const char *package, struct store_package *ret,
    struct buf *slip, struct buf *p7s, struct errinfo *ei)
{
	struct store_package p = {0};
	int r = 0;
	sqlite3_stmt *q =
	    store_sql(tx, "SELECT " COLUMNS ", json, p7s FROM package WHERE package = ?1", &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, package);
	r = store_step(q, ei);
	if (r <= 0)
		return r < 0 ? r : no_such("package", ei);
	read_package(q, &p);
	r = slip ? store_col_buf(q, 19, slip) : 0;
	if (r == 0 && p7s)
		r = store_col_buf(q, 20, p7s);
	(void)sqlite3_reset(q);
	if (r == 0)
		*ret = p;
	return r;
}

/* Run a change of one package, with the package as parameter 1 and a number as parameter 2. */
static int change(
    struct store_tx *tx, const char *text, const char *package, int64_t n, struct errinfo *ei)
{
	int r = 0;
	int64_t changed = 0;
	sqlite3_stmt *q = store_sql(tx, text, &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, package);
	store_bind_int(q, 2, n);
	r = store_do(q, &changed, ei);
	return r == 0 && !changed ? no_such("package", ei) : r;
}

int store_package_deposited(
    struct store_tx *tx, const char *package, int64_t now, struct errinfo *ei)
{
	return change(tx,
	    "UPDATE package SET state = 1, deposited = ?2 WHERE package = ?1 AND state = 0",
	    package, now, ei);
}

int store_package_opened(struct store_tx *tx, const char *package, struct errinfo *ei)
{
	return change(tx, "UPDATE package SET open = ?2 WHERE package = ?1", package, 1, ei);
}

int store_package_extend(
    struct store_tx *tx, const char *package, int64_t expires, struct errinfo *ei)
{
	return change(
	    tx, "UPDATE package SET expires = ?2 WHERE package = ?1", package, expires, ei);
}

int store_package_gone(struct store_tx *tx, const char *package, int64_t now, struct errinfo *ei)
{
	return change(tx, "UPDATE package SET state = 2, open = 0, gone = ?2 WHERE package = ?1",
	    package, now, ei);
}

int store_package_doom(
    struct store_tx *tx, const char *package, const char *reason, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(tx,
	    "UPDATE package SET reason = ?2, open = 0"
	    " WHERE package = ?1 AND state < 2 AND reason IS NULL",
	    &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, package);
	store_bind_text(q, 2, reason);
	return store_do(q, NULL, ei);
}

static int walk(sqlite3_stmt *q, store_package_each fn, void *ctx, struct errinfo *ei)
{
	int r;
	while ((r = store_step(q, ei)) == 1) {
		struct store_package p = {0};
		read_package(q, &p);
		if ((r = fn(ctx, &p, ei)) < 0) {
			(void)sqlite3_reset(q);
			break;
		}
	}
	return r;
}

int store_packages_doomed(
    struct store_tx *tx, size_t most, store_package_each fn, void *ctx, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(tx,
	    "SELECT " COLUMNS
	    " FROM package WHERE reason IS NOT NULL AND state < 2 ORDER BY n LIMIT ?1",
	    &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, (int64_t)most);
	return walk(q, fn, ctx, ei);
}

int store_packages_in(struct store_tx *tx, enum store_package_state state, store_package_each fn,
    void *ctx, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q =
	    store_sql(tx, "SELECT " COLUMNS " FROM package WHERE state = ?1 ORDER BY n", &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, state);
	return walk(q, fn, ctx, ei);
}

int store_packages_lapse(
    struct store_tx *tx, int64_t before, const struct store_holds *holds, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(tx,
	    "UPDATE package SET reason = 'expired', open = 0"
	    " WHERE state < 2 AND expires < ?1 AND reason IS NULL AND (state = 0 OR NOT EXISTS"
	    " (SELECT 1 FROM handover JOIN round USING (row)"
	    " WHERE handover.sender = package.sender AND handover.case_id = package.case_id"
	    " AND round.package = package.package AND (instr(?2, ' ' || round.state || ' ') > 0"
	    " OR (instr(?3, ' ' || round.state || ' ') > 0 AND EXISTS (SELECT 1 FROM statement"
	    " WHERE statement.row = round.row AND statement.round = round.round"
	    " AND statement.kind = ?4 AND statement.received >= ?5)))))",
	    &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, before);
	store_bind_text(q, 2, holds->held);
	store_bind_text(q, 3, holds->begun);
	store_bind_text(q, 4, holds->begins);
	store_bind_int(q, 5, holds->since);
	return store_do(q, NULL, ei);
}

/* The first two columns of the only row, as numbers. */
static int two(
    sqlite3_stmt *q, const char *sender, uint64_t *ret_a, uint64_t *ret_b, struct errinfo *ei)
{
	store_bind_text(q, 1, sender);
	int r = store_step(q, ei);
	if (r == 1) {
		*ret_a = (uint64_t)store_col_int(q, 0);
		*ret_b = (uint64_t)store_col_int(q, 1);
		(void)sqlite3_reset(q);
	}
	return r < 0 ? r : 0;
}

int store_packages_sum(
    struct store_tx *tx, const char *sender, struct store_package_sums *ret, struct errinfo *ei)
{
	struct store_package_sums s = {0};
	int r = 0;
	sqlite3_stmt *q = store_sql(tx,
	    "SELECT count(*), coalesce(sum(bytes), 0) FROM package"
	    " WHERE state = 1 AND (?1 IS NULL OR sender = ?1)",
	    &r, ei);
	if (q)
		r = two(q, sender, &s.packages, &s.bytes, ei);
	if (!q || r < 0)
		return r;
	q = store_sql(tx,
	    "SELECT count(*), coalesce(sum(bytes), 0) FROM upload JOIN package USING (package)"
	    " WHERE done = 0 AND (?1 IS NULL OR sender = ?1)",
	    &r, ei);
	if (q)
		r = two(q, sender, &s.uploads, &s.coming, ei);
	if (q && r == 0)
		*ret = s;
	return r;
}

/* ---- uploads ---- */

#define UPLOAD "SELECT id, package, touched, done FROM upload WHERE "

int store_upload_add(struct store_tx *tx, const struct store_upload *u, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(
	    tx, "INSERT INTO upload (id, package, touched, done) VALUES (?1, ?2, ?3, ?4)", &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, u->id);
	store_bind_text(q, 2, u->package);
	store_bind_int(q, 3, u->touched);
	store_bind_int(q, 4, u->done);
	return store_do(q, NULL, ei);
}

static void read_upload(sqlite3_stmt *q, struct store_upload *u)
{
	store_col_text(q, 0, u->id, sizeof u->id);
	store_col_text(q, 1, u->package, sizeof u->package);
	u->touched = store_col_int(q, 2);
	u->done = store_col_int(q, 3) != 0;
}

static int one_upload(struct store_tx *tx, const char *text, const char *by,
    struct store_upload *ret, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(tx, text, &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, by);
	r = store_step(q, ei);
	if (r <= 0)
		return r < 0 ? r : no_such("upload", ei);
	read_upload(q, ret);
	(void)sqlite3_reset(q);
	return 0;
}

int store_upload_get(
    struct store_tx *tx, const char *id, struct store_upload *ret, struct errinfo *ei)
{
	return one_upload(tx, UPLOAD "id = ?1", id, ret, ei);
}

int store_upload_of(
    struct store_tx *tx, const char *package, struct store_upload *ret, struct errinfo *ei)
{
	return one_upload(tx, UPLOAD "package = ?1", package, ret, ei);
}

int store_upload_touch(
    struct store_tx *tx, const char *id, int64_t now, bool done, struct errinfo *ei)
{
	int r = 0;
	int64_t changed = 0;
	sqlite3_stmt *q =
	    store_sql(tx, "UPDATE upload SET touched = ?2, done = ?3 WHERE id = ?1", &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, id);
	store_bind_int(q, 2, now);
	store_bind_int(q, 3, done);
	r = store_do(q, &changed, ei);
	return r == 0 && !changed ? no_such("upload", ei) : r;
}

int store_upload_drop(struct store_tx *tx, const char *id, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(tx, "DELETE FROM upload WHERE id = ?1", &r, ei);
	if (!q)
		return r;
	store_bind_text(q, 1, id);
	return store_do(q, NULL, ei);
}

int store_uploads(
    struct store_tx *tx, int64_t before, store_upload_each fn, void *ctx, struct errinfo *ei)
{
	int r = 0;
	sqlite3_stmt *q = store_sql(tx, UPLOAD "touched < ?1 ORDER BY touched, id", &r, ei);
	if (!q)
		return r;
	store_bind_int(q, 1, before);
	while ((r = store_step(q, ei)) == 1) {
		struct store_upload u = {0};
		read_upload(q, &u);
		if ((r = fn(ctx, &u, ei)) < 0) {
			(void)sqlite3_reset(q);
			break;
		}
	}
	return r;
}
