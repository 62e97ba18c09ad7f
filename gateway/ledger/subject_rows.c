/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/subject_rows.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	WRAPPED = NONCE + KEY_BYTES + TAG,
	SEALED = NONCE + SUBJECT_CANONICAL + TAG,
	ALIAS = HASH_BYTES,
	BOUND = ALIAS + SUBJECT_ROW,
};

void subject_commit_raw(const uint8_t key[KEY_BYTES], const char *canonical, const char *id,
    size_t id_n, char out[RECORD_B64_32])
{
	static const char what[] = "subj";
	uint8_t event[HASH_BYTES], c[HASH_BYTES];
	hash_hmac(key, KEY_BYTES, what, sizeof what - 1, id, id_n, event);
	hash_hmac(event, sizeof event, canonical, strlen(canonical), NULL, 0, c);
	sodium_memzero(event, sizeof event);
	(void)sodium_bin2base64(
	    out, RECORD_B64_32, c, sizeof c, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Nothing else under this key begins like a canonical id, "<type>:". */
static void alias_of(const struct ledger *l, const char *canonical, uint8_t out[ALIAS])
{
	hash_hmac(l->blind, KEY_BYTES, canonical, strlen(canonical), NULL, 0, out);
}

static void bind_alias(
    const uint8_t alias[ALIAS], const uint8_t row[SUBJECT_ROW], uint8_t out[BOUND])
{
	memcpy(out, alias, ALIAS);
	memcpy(out + ALIAS, row, SUBJECT_ROW);
}

static void mac_of(const struct ledger *l, const uint8_t bound[BOUND], uint8_t out[HASH_BYTES])
{
	static const char what[] = "mac";
	hash_hmac(l->blind, KEY_BYTES, what, sizeof what, bound, BOUND, out);
}

static int changed(struct errinfo *ei)
{
	return err_set(ei, GW_EAUTH, "subjects.db was changed: restore it from a backup");
}

/* Read the key of a row that is known to exist. */
static int open_row(struct ledger *l, struct subject_row *row, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int r = sql_prepare(l->subjects, "SELECT wrapped FROM subject WHERE row = ?1", &s, ei);
	if (r < 0)
		return r;
	sql_blob(s, 1, row->id, SUBJECT_ROW);
	r = sql_step(s, ei);
	if (r < 0)
		return r;
	size_t n = 0;
	const uint8_t *w = r ? sql_col(s, 0, &n) : NULL;
	if (n != WRAPPED ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(row->key, NULL, NULL, w + NONCE,
		WRAPPED - NONCE, row->id, SUBJECT_ROW, w, l->kek) != 0)
		return changed(ei);
	return 0;
}

static int gone(struct errinfo *ei)
{
	return err_set(ei, GW_ECONFLICT,
	    "this person was or is being forgotten (subject shred) at this moment: try again");
}

static int row_exists(struct ledger *l, const uint8_t row[SUBJECT_ROW], struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int r = sql_prepare(l->subjects, "SELECT 1 FROM subject WHERE row = ?1", &s, ei);
	if (r < 0)
		return r;
	sql_blob(s, 1, row, SUBJECT_ROW);
	r = sql_step(s, ei);
	return r < 0 ? r : r == 0 ? gone(ei) : 0;
}

int subject_row_check(struct ledger *l, const uint8_t row[SUBJECT_ROW], struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(l, SQL_SHREDS, ei);
	size_t n;
	int r = s ? 0 : GW_ELEDGER;
	while (r == 0 && (r = sql_step(s, ei)) == 1) {
		const uint8_t *rows = sql_col(s, 0, &n);
		r = 0;
		for (size_t i = 0; r == 0 && i + SUBJECT_ROW <= n; i += SUBJECT_ROW)
			if (memcmp(rows + i, row, SUBJECT_ROW) == 0)
				r = gone(ei);
	}
	if (s)
		(void)sqlite3_reset(s);
	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&l->subject);
	r = row_exists(l, row, ei);
	(void)pthread_mutex_unlock(&l->subject);
	return r;
}

static bool has_row(const struct subject_rows *rows, const void *id)
{
	for (size_t i = 0; i < rows->n; i++)
		if (memcmp(rows->row[i].id, id, SUBJECT_ROW) == 0)
			return true;
	return false;
}

/* Add the rows of one alias to ret; *ret_hits is how many rows it leads to. */
static int find_one(struct ledger *l, const char *canonical, struct subject_rows *ret,
    size_t *ret_hits, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	uint8_t alias[ALIAS], bound[BOUND], mac[HASH_BYTES];
	size_t n, mac_n, hits = 0;
	int r = sql_prepare(l->subjects,
	    "SELECT row, mac FROM alias JOIN subject USING (row) WHERE alias = ?1 ORDER BY made, row",
	    &s, ei);
	if (r < 0)
		return r;
	alias_of(l, canonical, alias);
	sql_blob(s, 1, alias, ALIAS);
	for (; (r = sql_step(s, ei)) == 1; hits++) {
		const void *row = sql_col(s, 0, &n), *stored = sql_col(s, 1, &mac_n);
		if (n != SUBJECT_ROW || mac_n != HASH_BYTES)
			return changed(ei);
		bind_alias(alias, row, bound);
		mac_of(l, bound, mac);
		if (!secret_equal(mac, stored, HASH_BYTES))
			return changed(ei);
		if (has_row(ret, row))
			continue;
		if (ret->n == SUBJECT_ROWS)
			return err_set(ei, GW_ELIMIT,
			    "these identifiers lead to more than %d persons", SUBJECT_ROWS);
		struct subject_row *to = &ret->row[ret->n];
		memcpy(to->id, row, SUBJECT_ROW);
		int e = open_row(l, to, ei);
		if (e < 0)
			return e;
		ret->n++;
	}
	*ret_hits = hits;
	return r;
}

int subject_rows_complete(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *ret, bool *ret_complete, struct errinfo *ei)
{
	size_t hits[SUBJECT_IDS] = {0};
	ret->n = 0;
	for (size_t i = 0; i < n; i++) {
		int r = find_one(l, canonical[i], ret, &hits[i], ei);
		if (r < 0)
			return r;
	}
	bool complete = ret->n > 0;
	for (size_t i = 0; i < n; i++)
		complete &= hits[i] == ret->n;
	*ret_complete = complete;
	return 0;
}

int subject_rows_find(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *ret, struct errinfo *ei)
{
	bool complete;
	return subject_rows_complete(l, canonical, n, ret, &complete, ei);
}

int subject_rows_make(struct ledger *l, struct subject_rows *rows, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	struct subject_row *row = &rows->row[0];
	uint8_t w[WRAPPED];
	randombytes_buf(row->id, sizeof row->id);
	randombytes_buf(row->key, sizeof row->key);
	randombytes_buf(w, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    w + NONCE, NULL, row->key, KEY_BYTES, row->id, SUBJECT_ROW, NULL, w, l->kek);
	int r = sql_prepare(
	    l->subjects, "INSERT INTO subject (row, wrapped, made) VALUES (?1, ?2, ?3)", &s, ei);
	if (r < 0)
		return r;
	sql_blob(s, 1, row->id, SUBJECT_ROW);
	sql_blob(s, 2, w, sizeof w);
	sql_int(s, 3, clock_now());
	rows->n = 1;
	return sql_do(s, ei);
}

/* The key under which the row's canonical ids are sealed. */
static void seal_key(const struct subject_row *row, uint8_t out[HASH_BYTES])
{
	static const char what[] = "alias id";
	hash_hmac(row->key, KEY_BYTES, what, sizeof what, NULL, 0, out);
}

int subject_rows_alias(
    struct ledger *l, const struct subject_row *row, const char *canonical, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	uint8_t bound[BOUND], mac[HASH_BYTES], sealed[SEALED], alias[ALIAS];
	uint8_t *key GW_CLEANUP(secret_free_p) = secret_alloc(HASH_BYTES);
	char *plain GW_CLEANUP(secret_free_p) = secret_alloc(SUBJECT_CANONICAL);
	if (!key || !plain)
		return err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	alias_of(l, canonical, alias);
	bind_alias(alias, row->id, bound);
	mac_of(l, bound, mac);
	seal_key(row, key);
	memcpy(plain, canonical, strlen(canonical)); /* padded: a length would tell the kind */
	randombytes_buf(sealed, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, (uint8_t *)plain,
	    SUBJECT_CANONICAL, bound, sizeof bound, NULL, sealed, key);
	int r = sql_prepare(l->subjects,
	    "INSERT OR IGNORE INTO alias (alias, row, mac, sealed) VALUES (?1, ?2, ?3, ?4)", &s,
	    ei);
	if (r < 0)
		return r;
	sql_blob(s, 1, alias, ALIAS);
	sql_blob(s, 2, row->id, SUBJECT_ROW);
	sql_blob(s, 3, mac, sizeof mac);
	sql_blob(s, 4, sealed, sizeof sealed);
	return sql_do(s, ei);
}

int subject_rows_each(
    struct ledger *l, const struct subject_row *row, subject_each fn, void *ctx, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	uint8_t bound[BOUND];
	size_t an, sn;
	uint8_t *key GW_CLEANUP(secret_free_p) = secret_alloc(HASH_BYTES);
	char *plain GW_CLEANUP(secret_free_p) = secret_alloc(SUBJECT_CANONICAL);
	if (!key || !plain)
		return err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	int r = sql_prepare(
	    l->subjects, "SELECT alias, sealed FROM alias WHERE row = ?1 ORDER BY alias", &s, ei);
	if (r < 0)
		return r;
	seal_key(row, key);
	sql_blob(s, 1, row->id, SUBJECT_ROW);
	while ((r = sql_step(s, ei)) == 1) {
		const uint8_t *alias = sql_col(s, 0, &an), *sealed = sql_col(s, 1, &sn);
		if (an != ALIAS || sn != SEALED)
			return changed(ei);
		bind_alias(alias, row->id, bound);
		if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)plain, NULL, NULL,
			sealed + NONCE, SEALED - NONCE, bound, sizeof bound, sealed, key) != 0 ||
		    plain[SUBJECT_CANONICAL - 1])
			return changed(ei);
		int e = fn(ctx, row, plain);
		if (e < 0)
			return e;
	}
	return r;
}

static int opened(void *ctx, const struct subject_row *row, const char *canonical)
{
	(void)ctx;
	(void)row;
	(void)canonical;
	return 0;
}

static int verify_rows(struct ledger *l, struct subject_row *row, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	size_t n;
	int r = sql_prepare(l->subjects, "SELECT row FROM subject", &s, ei);
	while (r == 0 && (r = sql_step(s, ei)) == 1) {
		const void *id = sql_col(s, 0, &n);
		if (n != SUBJECT_ROW)
			return changed(ei);
		memcpy(row->id, id, SUBJECT_ROW);
		r = open_row(l, row, ei);
		if (r == 0)
			r = subject_rows_each(l, row, opened, NULL, ei);
	}
	return r;
}

static int verify_aliases(struct ledger *l, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	uint8_t bound[BOUND], mac[HASH_BYTES];
	size_t alias_n, row_n, mac_n;
	int r = sql_prepare(l->subjects,
	    "SELECT alias, row, mac, row IN (SELECT row FROM subject) FROM alias", &s, ei);
	while (r == 0 && (r = sql_step(s, ei)) == 1) {
		const void *alias = sql_col(s, 0, &alias_n), *row = sql_col(s, 1, &row_n),
			   *stored = sql_col(s, 2, &mac_n);
		if (alias_n != ALIAS || row_n != SUBJECT_ROW || mac_n != HASH_BYTES ||
		    !sqlite3_column_int(s, 3))
			return changed(ei);
		bind_alias(alias, row, bound);
		mac_of(l, bound, mac);
		if (!secret_equal(mac, stored, HASH_BYTES))
			return changed(ei);
		r = 0;
	}
	return r;
}

int subject_rows_verify(struct ledger *l, struct errinfo *ei)
{
	struct subject_row *row GW_CLEANUP(secret_free_p) = secret_alloc(sizeof *row);
	if (!row)
		return err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	(void)pthread_mutex_lock(&l->subject);
	int r = verify_rows(l, row, ei);
	if (r == 0)
		r = verify_aliases(l, ei);
	(void)pthread_mutex_unlock(&l->subject);
	return r;
}
