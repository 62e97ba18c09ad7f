/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "store/inside.h"

enum { APPLICATION = 0x47574331 /* "GWC1": that the file is ours */ };

/* In the order in which they are made; the last number is that of this build. */
static const struct {
	unsigned version;
	const char *sql;
} migrations[] = {
    {1, store_sql_cases},
    {2, store_sql_packages},
    {3, store_sql_jobs},
    {4, store_sql_witness},
    {5, store_sql_answers},
    {6, store_sql_refused},
};

unsigned store_version(void)
{
	return migrations[GW_LENGTH(migrations) - 1].version;
}

static int number(sqlite3 *db, const char *pragma, int64_t *ret_v, struct errinfo *ei)
{
	sqlite3_stmt *q = NULL;
	int r = sqlite3_prepare_v2(db, pragma, -1, &q, NULL) == SQLITE_OK ? 0 : store_err(db, ei);
	if (r == 0 && (r = store_step(q, ei)) == 1) {
		*ret_v = sqlite3_column_int64(q, 0);
		r = 0;
	}
	(void)sqlite3_finalize(q);
	return r;
}

static int run(sqlite3 *db, const char *text, struct errinfo *ei)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_err(db, ei);
}

static int step(sqlite3 *db, size_t i, struct errinfo *ei)
{
	char set[64];
	int r = run(db, migrations[i].sql, ei);
	(void)snprintf(set, sizeof set, "PRAGMA user_version=%u", migrations[i].version);
	return r < 0 ? r : run(db, set, ei);
}

/* A file that was made by somebody else, or by a build after this one, is left as it is. */
static int ours(sqlite3 *db, int64_t version, struct errinfo *ei)
{
	int64_t application = 0, tables = 0;
	int r = number(db, "PRAGMA application_id", &application, ei);
	if (r == 0)
		r = number(db, "SELECT count(*) FROM sqlite_master", &tables, ei);
	if (r < 0)
		return r;
	if (tables && application != APPLICATION)
		return err_set(ei, GW_EAUTH,
		    "the store 'store.db' was made by another program: restore it from a backup");
	if (version > store_version())
		return err_set(ei, GW_ESUPPORT,
		    "the store 'store.db' has form %lld, this build knows forms up to %u: use the "
		    "newer build, or the backup that was made before it",
		    (long long)version, store_version());
	return 0;
}

int store_migrate(sqlite3 *db, struct errinfo *ei)
{
	char set[64];
	int64_t version = 0;
	(void)snprintf(set, sizeof set, "PRAGMA application_id=%d", APPLICATION);
	int r = run(db, "BEGIN IMMEDIATE", ei);
	if (r < 0)
		return r;
	r = number(db, "PRAGMA user_version", &version, ei);
	if (r == 0)
		r = ours(db, version, ei);
	if (r == 0 && version == 0)
		r = run(db, set, ei);
	for (size_t i = 0; r == 0 && i < GW_LENGTH(migrations); i++)
		if (migrations[i].version > version)
			r = step(db, i, ei);
	if (r == 0)
		r = run(db, "COMMIT", ei);
	if (r < 0)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}
