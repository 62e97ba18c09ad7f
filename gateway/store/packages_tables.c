/* SPDX-License-Identifier: EUPL-1.2 */
/* Migrations 2 and 6: packages. Released: never changed, see inside.h. */
#include "store/inside.h"

/* state 0 announced, 1 deposited, 2 gone; a reason on what has not gone: it has to go. */
const char store_sql_packages[] =
    "CREATE TABLE package (n INTEGER PRIMARY KEY, package TEXT NOT NULL UNIQUE,"
    " supersedes TEXT, sender TEXT NOT NULL, recipient TEXT NOT NULL, case_id TEXT NOT NULL,"
    " contract TEXT NOT NULL, slip TEXT NOT NULL, sha256 TEXT NOT NULL, policy TEXT NOT NULL,"
    " registry TEXT NOT NULL, seq INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),"
    " open INTEGER NOT NULL DEFAULT 0, reason TEXT, announced INTEGER NOT NULL,"
    " deposited INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0,"
    " json BLOB NOT NULL, p7s BLOB NOT NULL) STRICT;"
    "CREATE INDEX package_sender ON package (sender) WHERE state = 1;"
    "CREATE INDEX package_state ON package (state, expires) WHERE state < 2;"
    "CREATE INDEX package_doomed ON package (n) WHERE reason IS NOT NULL AND state < 2;"
    "CREATE TABLE upload (id TEXT PRIMARY KEY, package TEXT NOT NULL UNIQUE"
    " REFERENCES package (package), touched INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0)"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX upload_touched ON upload (touched);";

/* lost: when it was told that the bytes of a deposited package are not there; 0: they are. */
const char store_sql_lost[] = "ALTER TABLE package ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;";
