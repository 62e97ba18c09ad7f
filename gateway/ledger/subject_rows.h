/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * subject_rows: the rows and aliases of subjects.db.
 *
 * row: random id, k_s wrapped by subjects.kek (XChaCha20-Poly1305, row id as associated data).
 * alias: HMAC(blind.key, canonical id); its MAC HMAC(blind.key, "mac" || alias || row);
 * and the canonical id sealed under a key from k_s with alias and row as associated data.
 * All functions are called with l->subject held.
 */
#ifndef GW_LEDGER_SUBJECT_ROWS_H
#define GW_LEDGER_SUBJECT_ROWS_H

#include "ledger/internal.h"

enum { SUBJECT_ROWS = 16 };

struct subject_row {
	uint8_t id[SUBJECT_ROW];
	uint8_t key[KEY_BYTES];
};

/* The rows of one person, oldest first; holds keys, so it lies in locked memory. */
struct subject_rows {
	size_t n;
	struct subject_row row[SUBJECT_ROWS];
};

/* The commitment of docs/FORMATS.md §4 for the record id in id[0..id_n), as base64url. */
void subject_commit_raw(const uint8_t key[KEY_BYTES], const char *canonical, const char *id,
    size_t id_n, char out[RECORD_B64_32]);

/* The rows that any of the canonical ids leads to. GW_EAUTH when one was tampered with. */
int subject_rows_find(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *ret, struct errinfo *ei) GW_MUST_USE;

/* As subject_rows_find; *ret_complete says whether there is a row and each has all these aliases.
 */
int subject_rows_complete(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *ret, bool *ret_complete, struct errinfo *ei) GW_MUST_USE;

/* Make a new row as the only one of rows. */
int subject_rows_make(struct ledger *l, struct subject_rows *rows, struct errinfo *ei) GW_MUST_USE;

/* Give the row an alias, unless it has it. */
int subject_rows_alias(struct ledger *l, const struct subject_row *row, const char *canonical,
    struct errinfo *ei) GW_MUST_USE;

/* Call fn with each canonical id of the row, opened. The text lies in locked memory for the call.
 */
typedef int (*subject_each)(void *ctx, const struct subject_row *row, const char *canonical);
int subject_rows_each(struct ledger *l, const struct subject_row *row, subject_each fn, void *ctx,
    struct errinfo *ei) GW_MUST_USE;

/* Unwrap every row, open every alias's canonical id and check every alias's MAC. GW_EAUTH. */
int subject_rows_verify(struct ledger *l, struct errinfo *ei) GW_MUST_USE;

#endif
