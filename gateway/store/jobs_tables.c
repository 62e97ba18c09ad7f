/* SPDX-License-Identifier: EUPL-1.2 */
/* Migration 3: jobs. Released: never changed, see inside.h. */
#include "store/inside.h"

/*
 * first: the job is the first of its case. peer has a row for each gateway with jobs; wait and
 * fails are the gateway's own, until one of its jobs is answered.
 */
const char store_sql_jobs[] =
    "CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT, gateway TEXT NOT NULL,"
    " sender TEXT NOT NULL, recipient TEXT NOT NULL, case_id TEXT NOT NULL,"
    " package TEXT NOT NULL, statement TEXT NOT NULL, kind TEXT NOT NULL,"
    " problem TEXT NOT NULL DEFAULT '', made INTEGER NOT NULL, next INTEGER NOT NULL,"
    " tries INTEGER NOT NULL DEFAULT 0, first INTEGER NOT NULL, json BLOB, p7s BLOB) STRICT;"
    "CREATE INDEX job_case ON job (sender, case_id, id);"
    "CREATE INDEX job_next ON job (gateway, next, id) WHERE first = 1;"
    "CREATE INDEX job_package ON job (package) WHERE kind = 'package';"
    "CREATE TABLE peer (gateway TEXT PRIMARY KEY, event INTEGER NOT NULL DEFAULT 0,"
    " wait INTEGER NOT NULL DEFAULT 0, fails INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;";
