/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/review.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/internal.h"

enum { FINGERPRINT_BYTES = 16 };

const char *const review_reasons[] = {
    "false_hit", "needed", "agreed", "not_needed", "third_party", NULL};

bool review_reason_fits(const char *reason, bool keep)
{
	for (size_t i = 0; review_reasons[i]; i++)
		if (str_eq(review_reasons[i], reason))
			return keep == (i < REVIEW_KEEP);
	return false;
}

/* HMAC(HMAC(k_s, "review"), a || b). */
static void digest(const struct ledger_subject *s, const void *a, size_t a_n, const void *b,
    size_t b_n, uint8_t out[HASH_BYTES])
{
	static const char what[] = "review";
	uint8_t key[HASH_BYTES];
	hash_hmac(subject_key(s), KEY_BYTES, what, sizeof what - 1, NULL, 0, key);
	hash_hmac(key, sizeof key, a, a_n, b, b_n, out);
	sodium_memzero(key, sizeof key);
}

void review_fingerprint(
    const struct ledger_subject *s, const void *p, size_t n, char out[REVIEW_FINGERPRINT])
{
	uint8_t mac[HASH_BYTES];
	digest(s, "text:", 5, p, n, mac);
	(void)sodium_bin2base64(out, REVIEW_FINGERPRINT, mac, FINGERPRINT_BYTES,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Binds decision and reason to the fingerprint. */
static void mac_of(const struct ledger_subject *s, const char *fingerprint, bool keep,
    const char *reason, uint8_t out[HASH_BYTES])
{
	char text[64];
	int n = snprintf(text, sizeof text, "%s %d %.30s", fingerprint, keep, reason);
	digest(s, "done:", 5, text, (size_t)n, out);
}

static int find(struct ledger *l, const struct ledger_subject *s, const char *fingerprint,
    bool *ret_keep, struct errinfo *ei)
{
	sqlite3_stmt *q GW_CLEANUP(sql_done) = NULL;
	uint8_t mac[HASH_BYTES];
	size_t n;
	int r = sql_prepare(l->subjects,
	    "SELECT keep, reason, mac FROM review WHERE row = ?1 AND fingerprint = ?2", &q, ei);
	if (r < 0)
		return r;
	sql_blob(q, 1, subject_row(s), SUBJECT_ROW);
	sql_text(q, 2, fingerprint);
	r = sql_step(q, ei);
	if (r != 1)
		return r;
	bool keep = sqlite3_column_int(q, 0) != 0;
	const char *reason = (const char *)sqlite3_column_text(q, 1);
	mac_of(s, fingerprint, keep, reason ? reason : "", mac);
	const void *stored = sql_col(q, 2, &n);
	if (n != sizeof mac || !secret_equal(mac, stored, sizeof mac))
		return err_set(ei, GW_EAUTH, "subjects.db was changed: restore it from a backup");
	*ret_keep = keep;
	return 1;
}

int review_find(struct ledger *l, const struct ledger_subject *s, const char *fingerprint,
    bool *ret_keep, struct errinfo *ei)
{
	(void)pthread_mutex_lock(&l->subject);
	int r = find(l, s, fingerprint, ret_keep, ei);
	(void)pthread_mutex_unlock(&l->subject);
	return r;
}

static int put(struct ledger *l, const struct ledger_subject *s, const struct review_decision *d,
    size_t n, struct errinfo *ei)
{
	sqlite3_stmt *q GW_CLEANUP(sql_done) = NULL;
	int r = sql_prepare(l->subjects,
	    "INSERT OR REPLACE INTO review (row, fingerprint, keep, reason, mac)"
	    " VALUES (?1, ?2, ?3, ?4, ?5)",
	    &q, ei);
	for (size_t i = 0; r == 0 && i < n; i++) {
		uint8_t mac[HASH_BYTES];
		mac_of(s, d[i].fingerprint, d[i].keep, d[i].reason, mac);
		sql_blob(q, 1, subject_row(s), SUBJECT_ROW);
		sql_text(q, 2, d[i].fingerprint);
		sql_int(q, 3, d[i].keep);
		sql_text(q, 4, d[i].reason);
		sql_blob(q, 5, mac, sizeof mac);
		r = sql_do(q, ei);
	}
	return r;
}

/* In the transaction: a shred of this row comes before it as a whole or after it. */
static int is_known(struct ledger *l, const struct ledger_subject *s, struct errinfo *ei)
{
	sqlite3_stmt *q GW_CLEANUP(sql_done) = NULL;
	int r = sql_prepare(l->subjects, "SELECT 1 FROM subject WHERE row = ?1", &q, ei);
	if (r < 0)
		return r;
	sql_blob(q, 1, subject_row(s), SUBJECT_ROW);
	r = sql_step(q, ei);
	return r < 0 ? r
	    : r == 1
	    ? 0
	    : err_set(ei, GW_ECONFLICT, "this person was forgotten (subject shred) at this moment");
}

/* All decisions or none of them, and none for somebody who was shredded meanwhile. */
static int store(struct ledger *l, const struct ledger_subject *s, const struct review_decision *d,
    size_t n, struct errinfo *ei)
{
	(void)pthread_mutex_lock(&l->subject);
	int r = sql_run(l->subjects, "BEGIN IMMEDIATE", ei);
	if (r == 0)
		r = is_known(l, s, ei);
	if (r == 0)
		r = put(l, s, d, n, ei);
	if (r == 0)
		r = sql_run(l->subjects, "COMMIT", ei);
	if (r < 0 && !sqlite3_get_autocommit(l->subjects))
		(void)!sql_run(l->subjects, "ROLLBACK", NULL);
	(void)pthread_mutex_unlock(&l->subject);
	return r;
}

static json_t *detail_of(const struct review_decision *d, size_t n)
{
	json_t *detail = json_object(), *list = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_object();
		jx_set(one, "finding", json_string(d[i].fingerprint));
		jx_set(one, "decision", json_string(d[i].keep ? "keep" : "mask"));
		jx_set(one, "reason", json_string(d[i].reason));
		jx_add(list, one);
	}
	jx_set(detail, "reviewed", list);
	return detail;
}

int review_sign(struct ledger *l, const struct ledger_subject *s, const struct review_decision *d,
    size_t n, const struct ledger_record *act, struct errinfo *ei)
{
	struct ledger_record r = *act;
	char object[LEDGER_OBJECT_ID];
	if (n == 0 || n > REVIEW_MOST)
		return err_set(
		    ei, GW_EUSAGE, "1 to %d findings are settled at once", (int)REVIEW_MOST);
	for (size_t i = 0; i < n; i++)
		if (!review_reason_fits(d[i].reason, d[i].keep))
			return err_set(ei, GW_EUSAGE, "'%.30s' is no reason to %s a finding",
			    d[i].reason, d[i].keep ? "keep" : "mask");
	json_t *detail GW_CLEANUP(jx_release) = detail_of(d, n);
	ledger_object_id(object);
	r.act = "review.signoff";
	r.out = LEDGER_OK;
	r.subj = s;
	r.obj.k = "review";
	r.obj.id = object;
	r.obj.n = (int64_t)n;
	int e = ledger_append(l, &r, detail, NULL, ei);
	return e < 0 ? e : store(l, s, d, n, ei);
}
