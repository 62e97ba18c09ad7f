/* SPDX-License-Identifier: EUPL-1.2 */
/* Migration 1: cases. Released: never changed, see inside.h. */
#include "store/inside.h"

/*
 * A round is the way of one package. A statement is kept as it came, and is the proof; state, head
 * and figures of a case follow from them. Events have a number that never comes back
 * (AUTOINCREMENT).
 */
const char store_sql_cases[] =
    "CREATE TABLE handover (row INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL,"
    " case_id TEXT NOT NULL, recipient TEXT NOT NULL, state TEXT NOT NULL, round INTEGER NOT NULL,"
    " head TEXT NOT NULL, statements INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " gateway TEXT NOT NULL, UNIQUE (sender, case_id));"
    "CREATE INDEX handover_sender ON handover (sender, row);"
    "CREATE INDEX handover_recipient ON handover (recipient, row);"
    "CREATE TABLE round (row INTEGER NOT NULL REFERENCES handover, round INTEGER NOT NULL,"
    " state TEXT NOT NULL, package TEXT, slip TEXT, policy TEXT, contract TEXT, programme TEXT,"
    " product TEXT, region TEXT, start_month TEXT, request TEXT, since INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, bytes INTEGER NOT NULL, fetched INTEGER NOT NULL,"
    " opened INTEGER NOT NULL, return_until INTEGER NOT NULL, delete_by TEXT, keep TEXT,"
    " direct INTEGER NOT NULL, late INTEGER NOT NULL, PRIMARY KEY (row, round)) WITHOUT ROWID;"
    "CREATE INDEX round_package ON round (row, package);"
    "CREATE INDEX round_request ON round (request) WHERE request IS NOT NULL;"
    "CREATE TABLE statement (row INTEGER NOT NULL REFERENCES handover, n INTEGER NOT NULL,"
    " round INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " by TEXT NOT NULL, state TEXT NOT NULL, received INTEGER NOT NULL, span TEXT,"
    " json BLOB NOT NULL, p7s BLOB NOT NULL, PRIMARY KEY (row, n), UNIQUE (row, id));"
    "CREATE INDEX statement_span ON statement (span) WHERE span IS NOT NULL;"
    "CREATE TABLE event (event INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " sender TEXT NOT NULL, recipient TEXT NOT NULL, case_id TEXT NOT NULL,"
    " round INTEGER NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, statement TEXT, note TEXT);"
    "CREATE INDEX event_sender ON event (sender, event);"
    "CREATE INDEX event_recipient ON event (recipient, event);"
    "CREATE TABLE due (row INTEGER NOT NULL REFERENCES handover, round INTEGER NOT NULL,"
    " kind TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (row, round, kind)) WITHOUT ROWID;"
    "CREATE INDEX due_at ON due (at);";
