/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * inside: what the files of this room share: statements of a transaction, and the migrations.
 */
#ifndef GW_STORE_INSIDE_H
#define GW_STORE_INSIDE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "store/store.h"

/* ---- sql.c ---- */

/* The value of a parameter: a text (NULL binds NULL), a text of which "" is NULL, a number, bytes.
 */
struct store_value {
	enum { STORE_TEXT, STORE_INT, STORE_BLOB } kind;
	const void *p;
	size_t n;
	int64_t v;
};
#define TEXT(s) ((struct store_value){.kind = STORE_TEXT, .p = (s)})
#define WORD(s) TEXT(*(s) ? (s) : NULL)
#define INT(number) ((struct store_value){.kind = STORE_INT, .v = (int64_t)(number)})
#define BLOB(bytes, length) ((struct store_value){.kind = STORE_BLOB, .p = (bytes), .n = (length)})

/* The values of parameters 1, 2 …, for the functions below; nothing is copied: what they point to
 * lives until the statement was stepped. A blob of no bytes at NULL binds NULL. */
#define WITH(...)                                  \
	(const struct store_value[]){__VA_ARGS__}, \
	    sizeof((struct store_value[]){__VA_ARGS__}) / sizeof(struct store_value)

/*
 * The statement of `text` with its parameters bound, prepared once for each connection. text is
 * static: it is known again by its address. NULL with ei set when it cannot be prepared.
 */
sqlite3_stmt *store_ask(struct store_tx *tx, const char *text, const struct store_value *values,
    size_t n, int *ret_code, struct errinfo *ei) GW_MUST_USE;

/* The same for a statement that gives no row: run it. *ret_changed (may be NULL) is how many rows
 * it changed. GW_EEXIST as store_step. */
int store_run(struct store_tx *tx, const char *text, const struct store_value *values, size_t n,
    int64_t *ret_changed, struct errinfo *ei) GW_MUST_USE;

/* The same for numbers: 1 with the columns of the first row in ret[0..ret_n), or 0 when there is no
 * row. */
int store_numbers(struct store_tx *tx, const char *text, const struct store_value *values, size_t n,
    int64_t *ret, size_t ret_n, struct errinfo *ei) GW_MUST_USE;

/* Step to the next row: 1 a row, 0 the end, negative a failure (then, and at the end, it is reset).
 * GW_EEXIST: a row with that key is there already. */
int store_step(sqlite3_stmt *q, struct errinfo *ei) GW_MUST_USE;

/* Column i (from 0) of the present row. Text is copied into out[0..cap), "" for NULL or what is
 * longer; a blob or long text is appended to out. */
void store_col_text(sqlite3_stmt *q, int i, char *out, size_t cap);
int64_t store_col_int(sqlite3_stmt *q, int i);
int store_col_buf(sqlite3_stmt *q, int i, struct buf *out) GW_MUST_USE;

/* The number of the row that was added last in this transaction. */
int64_t store_last_row(struct store_tx *tx);

/* Say what the last failure on db was: GW_EIO, GW_EAUTH (damaged), GW_EEXIST (a key is taken). */
int store_err(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;

/* ---- migrate.c ---- */

/* Bring the tables of db to the form of this build. As store_open. */
int store_migrate(sqlite3 *db, struct errinfo *ei) GW_MUST_USE;

/* The migrations, each in the file of its subject. What was released is never changed: a new number
 * follows. */
extern const char store_sql_cases[], store_sql_packages[], store_sql_jobs[];
extern const char store_sql_witness[], store_sql_answers[], store_sql_refused[];

/* ---- store.c ---- */

enum { STORE_STATEMENTS = 128 /* prepared ones of a connection; a power of two */ };

/* One connection, used by one thread at a time. */
struct store_tx {
	struct store *store;
	sqlite3 *db;
	struct {
		const char *text;
		sqlite3_stmt *q;
	} cache[STORE_STATEMENTS];
	enum store_how how;
	bool open, taken;
};

/* No statement of the connection is at a row any more. */
void store_rest(struct store_tx *tx);

struct batched; /* batch.c */

struct store {
	char *path;
	pthread_mutex_t write; /* held while a transaction that writes is open */
	struct store_tx writer;
	pthread_mutex_t lock; /* of free and readers */
	pthread_cond_t free;
	struct store_tx readers[STORE_READERS];
	pthread_mutex_t queue; /* of first and last; taken under `write`, never the other way */
	struct batched *first, *last;
};

#endif
