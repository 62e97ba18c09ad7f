/* SPDX-License-Identifier: EUPL-1.2 */
/* Migration 5: answers. Released: never changed, see inside.h. */
#include "store/inside.h"

const char store_sql_answers[] =
    "CREATE TABLE answer (caller TEXT NOT NULL, key TEXT NOT NULL, mark TEXT NOT NULL,"
    " package TEXT NOT NULL, body BLOB NOT NULL, done INTEGER NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (caller, key));"
    "CREATE INDEX answer_at ON answer (at);";
