/* SPDX-License-Identifier: EUPL-1.2 */
/* Migration 4: heads of other logs that were cosigned. Released: never changed, see inside.h. */
#include "store/inside.h"

const char store_sql_witness[] =
    "CREATE TABLE witness (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,"
    " at INTEGER NOT NULL, note BLOB NOT NULL) WITHOUT ROWID;";
