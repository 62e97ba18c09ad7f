/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/packages.h"

#include <stdio.h>

#include "store/inside.h"

#define COLUMNS                                                                             \
	"package, supersedes, sender, recipient, case_id, contract, slip, sha256, policy, " \
	"registry, seq, expires, bytes, state, open, reason, announced, deposited, gone, lost"

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
	return store_run(tx,
	    "INSERT INTO package (package, supersedes, sender, recipient, case_id, contract, slip,"
	    " sha256, policy, registry, seq, expires, bytes, state, announced, json, p7s)"
	    " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,0,?14,?15,?16)",
	    WITH(TEXT(p->package), WORD(p->supersedes), TEXT(p->sender), TEXT(p->recipient),
		TEXT(p->case_id), TEXT(p->contract), TEXT(p->slip), TEXT(p->sha256),
		TEXT(p->policy), TEXT(p->registry), INT(p->seq), INT(p->expires), INT(p->bytes),
		INT(p->announced), BLOB(slip, slip_n), BLOB(p7s, p7s_n)),
	    NULL, ei);
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
	p->lost = store_col_int(q, 19);
}

int store_package_get(struct store_tx *tx, const char *package, struct store_package *ret,
    struct buf *slip, struct buf *p7s, struct errinfo *ei)
{
	struct store_package p = {0};
	int r;
	sqlite3_stmt *q =
	    store_ask(tx, "SELECT " COLUMNS ", json, p7s FROM package WHERE package = ?1",
		WITH(TEXT(package)), &r, ei);
	if (!q)
		return r;
	r = store_step(q, ei);
	if (r <= 0)
		return r < 0 ? r : no_such("package", ei);
	read_package(q, &p);
	r = slip ? store_col_buf(q, 20, slip) : 0;
	if (r == 0 && p7s)
		r = store_col_buf(q, 21, p7s);
	(void)sqlite3_reset(q);
	if (r == 0)
		*ret = p;
	return r;
}

/* Run a change of one package, with the package as parameter 1 and a number as parameter 2. */
static int change(
    struct store_tx *tx, const char *text, const char *package, int64_t n, struct errinfo *ei)
{
	int64_t changed = 0;
	int r = store_run(tx, text, WITH(TEXT(package), INT(n)), &changed, ei);
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

int store_package_lost(struct store_tx *tx, const char *package, int64_t at, struct errinfo *ei)
{
	return change(tx, "UPDATE package SET lost = ?2 WHERE package = ?1", package, at, ei);
}

int store_package_doom(
    struct store_tx *tx, const char *package, const char *reason, struct errinfo *ei)
{
	return store_run(tx,
	    "UPDATE package SET reason = ?2, open = 0"
	    " WHERE package = ?1 AND state < 2 AND reason IS NULL",
	    WITH(TEXT(package), TEXT(reason)), NULL, ei);
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

int store_packages_doomed(struct store_tx *tx, size_t skip, size_t most, store_package_each fn,
    void *ctx, struct errinfo *ei)
{
	int r;
	sqlite3_stmt *q = store_ask(tx,
	    "SELECT " COLUMNS
	    " FROM package WHERE reason IS NOT NULL AND state < 2 ORDER BY n LIMIT ?1 OFFSET ?2",
	    WITH(INT(most), INT(skip)), &r, ei);
	return q ? walk(q, fn, ctx, ei) : r;
}

int store_packages_in(struct store_tx *tx, enum store_package_state state, store_package_each fn,
    void *ctx, struct errinfo *ei)
{
	int r;
	sqlite3_stmt *q =
	    store_ask(tx, "SELECT " COLUMNS " FROM package WHERE state = ?1 ORDER BY n",
		WITH(INT(state)), &r, ei);
	return q ? walk(q, fn, ctx, ei) : r;
}

int store_packages_lapse(
    struct store_tx *tx, int64_t before, const struct store_holds *holds, struct errinfo *ei)
{
	return store_run(tx,
	    "UPDATE package SET reason = 'expired', open = 0"
	    " WHERE state < 2 AND expires < ?1 AND reason IS NULL AND (state = 0 OR NOT EXISTS"
	    " (SELECT 1 FROM handover JOIN round USING (row)"
	    " WHERE handover.sender = package.sender AND handover.case_id = package.case_id"
	    " AND round.package = package.package AND (instr(?2, ' ' || round.state || ' ') > 0"
	    " OR (instr(?3, ' ' || round.state || ' ') > 0 AND EXISTS (SELECT 1 FROM statement"
	    " WHERE statement.row = round.row AND statement.round = round.round"
	    " AND statement.kind = ?4 AND statement.received >= ?5)))))",
	    WITH(INT(before), TEXT(holds->held), TEXT(holds->begun), TEXT(holds->begins),
		INT(holds->since)),
	    NULL, ei);
}

int store_packages_sum(
    struct store_tx *tx, const char *sender, struct store_package_sums *ret, struct errinfo *ei)
{
	int64_t here[2] = {0}, coming[2] = {0}, announced = 0;
	int r = store_numbers(tx,
	    "SELECT count(*), coalesce(sum(bytes), 0) FROM package"
	    " WHERE state = 1 AND (?1 IS NULL OR sender = ?1)",
	    WITH(TEXT(sender)), here, 2, ei);
	if (r >= 0)
		r = store_numbers(tx,
		    "SELECT count(*), coalesce(sum(bytes), 0) FROM upload JOIN package"
		    " USING (package) WHERE done = 0 AND (?1 IS NULL OR sender = ?1)",
		    WITH(TEXT(sender)), coming, 2, ei);
	if (r >= 0)
		r = store_numbers(tx,
		    "SELECT count(*) FROM package WHERE state = 0 AND (?1 IS NULL OR sender = ?1)",
		    WITH(TEXT(sender)), &announced, 1, ei);
	if (r < 0)
		return r;
	*ret = (struct store_package_sums){.announced = (uint64_t)announced,
	    .packages = (uint64_t)here[0],
	    .bytes = (uint64_t)here[1],
	    .uploads = (uint64_t)coming[0],
	    .coming = (uint64_t)coming[1]};
	return 0;
}

/* ---- uploads ---- */

#define UPLOAD "SELECT id, package, touched, done FROM upload WHERE "

int store_upload_add(struct store_tx *tx, const struct store_upload *u, struct errinfo *ei)
{
	return store_run(tx,
	    "INSERT INTO upload (id, package, touched, done) VALUES (?1, ?2, ?3, ?4)",
	    WITH(TEXT(u->id), TEXT(u->package), INT(u->touched), INT(u->done)), NULL, ei);
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
	int r;
	sqlite3_stmt *q = store_ask(tx, text, WITH(TEXT(by)), &r, ei);
	if (!q)
		return r;
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
	int64_t changed = 0;
	int r = store_run(tx, "UPDATE upload SET touched = ?2, done = ?3 WHERE id = ?1",
	    WITH(TEXT(id), INT(now), INT(done)), &changed, ei);
	return r == 0 && !changed ? no_such("upload", ei) : r;
}

int store_upload_drop(struct store_tx *tx, const char *id, struct errinfo *ei)
{
	return store_run(tx, "DELETE FROM upload WHERE id = ?1", WITH(TEXT(id)), NULL, ei);
}

static int walk_uploads(sqlite3_stmt *q, store_upload_each fn, void *ctx, struct errinfo *ei)
{
	int r;
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

int store_uploads(
    struct store_tx *tx, int64_t before, store_upload_each fn, void *ctx, struct errinfo *ei)
{
	int r;
	sqlite3_stmt *q =
	    store_ask(tx, UPLOAD "touched < ?1 ORDER BY touched, id", WITH(INT(before)), &r, ei);
	return q ? walk_uploads(q, fn, ctx, ei) : r;
}

int store_uploads_open(
    struct store_tx *tx, const char *sender, store_upload_each fn, void *ctx, struct errinfo *ei)
{
	int r;
	sqlite3_stmt *q = store_ask(tx,
	    UPLOAD "done = 0 AND package IN (SELECT package FROM package WHERE sender = ?1)",
	    WITH(TEXT(sender)), &r, ei);
	return q ? walk_uploads(q, fn, ctx, ei) : r;
}
