/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/shred_approval.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"

int ledger_shred_content(
    struct ledger *l, const struct subject_id *ids, size_t n, struct buf *out, struct errinfo *ei)
{
	struct person *p GW_CLEANUP(person_free_p) = NULL;
	char hex[2 * SUBJECT_ROW + 1];
	int r = person_find(l, ids, n, &p, ei);
	if (r == 0)
		r = buf_addf(out, "handover/shred/1\n%s\n", l->origin);
	for (size_t i = 0; r == 0 && i < person_rows(p)->n; i++) {
		str_hex(person_rows(p)->row[i].id, SUBJECT_ROW, hex);
		r = buf_addf(out, "%s\n", hex);
	}
	return r;
}

/* That an officer signed, and what: the signature names rows, not a person. */
static int record_approval(struct ledger *l, const struct ledger_record *act, const char *officer,
    const void *signature, size_t signature_n, struct errinfo *ei)
{
	struct ledger_record r = *act;
	char sha256[HASH_HEX];
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	hash_sha256_hex(signature, signature_n, sha256);
	jx_set(detail, "officer", json_string(officer));
	jx_set(detail, "signature", json_string(sha256));
	r.act = "review.signoff";
	r.out = LEDGER_OK;
	r.subj = NULL;
	r.obj.k = "subject";
	return ledger_append(l, &r, detail, NULL, ei);
}

int ledger_shred_refuse(struct ledger *l, const struct ledger_record *act, const char *officer,
    int code, const struct errinfo *why, struct errinfo *ei)
{
	struct ledger_record r = *act;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	jx_set(detail, "reason", json_string(err_name(code)));
	jx_set(detail, "why", json_string(why->msg));
	if (officer)
		jx_set(detail, "officer", json_string(officer));
	r.act = "subject.shred";
	r.out = LEDGER_DENY;
	r.subj = NULL;
	r.obj.k = "subject";
	int e = ledger_append(l, &r, detail, NULL, ei);
	if (e < 0)
		return e;
	if (ei)
		*ei = *why;
	return code;
}

int ledger_shred_approve(struct ledger *l, const struct subject_id *ids, size_t n,
    const char *officer, const void *signature, size_t signature_n, const struct ledger_record *act,
    struct errinfo *ei)
{
	struct person *p GW_CLEANUP(person_free_p) = NULL;
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int r = person_find(l, ids, n, &p, ei);
	if (r == 0)
		r = record_approval(l, act, officer, signature, signature_n, ei);
	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&l->subject);
	r = sql_prepare(l->subjects,
	    "INSERT OR REPLACE INTO approval (row, officer, at, signature) VALUES (?1, ?2, ?3, ?4)",
	    &s, ei);
	if (r == 0) {
		sql_blob(s, 1, person_rows(p)->row[0].id, SUBJECT_ROW);
		sql_text(s, 2, officer);
		sql_int(s, 3, clock_now());
		sql_blob(s, 4, signature, signature_n);
		r = sql_do(s, ei);
		if (r == GW_ELEDGER) {
			reserve_release(l->reserve_fd);
			r = sql_do(s, ei);
		}
	}
	sql_done(&s);
	(void)pthread_mutex_unlock(&l->subject);
	return r;
}

static int each_approval(struct ledger *l, const uint8_t row[SUBJECT_ROW], ledger_approval fn,
    void *ctx, uint64_t *ret_n, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	uint64_t count = 0;
	size_t n;
	int r = sql_prepare(l->subjects,
	    "SELECT officer, signature FROM approval WHERE row = ?1 ORDER BY officer", &s, ei);
	if (r < 0)
		return r;
	sql_blob(s, 1, row, SUBJECT_ROW);
	for (; (r = sql_step(s, ei)) == 1; count++) {
		const void *signature = sql_col(s, 1, &n);
		int e = fn ? fn(ctx, (const char *)sqlite3_column_text(s, 0), signature, n, ei) : 0;
		if (e < 0)
			return e;
	}
	*ret_n = count;
	return r;
}

int ledger_shred_approvals(struct ledger *l, const struct subject_id *ids, size_t n,
    ledger_approval fn, void *ctx, struct errinfo *ei)
{
	struct person *p GW_CLEANUP(person_free_p) = NULL;
	uint64_t count;
	int r = person_find(l, ids, n, &p, ei);
	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&l->subject);
	r = each_approval(l, person_rows(p)->row[0].id, fn, ctx, &count, ei);
	(void)pthread_mutex_unlock(&l->subject);
	return r;
}

static int add_officer(
    void *ctx, const char *officer, const void *signature, size_t n, struct errinfo *ei)
{
	json_t *who = ctx;
	char sha256[HASH_HEX];
	(void)ei;
	hash_sha256_hex(signature, n, sha256);
	jx_add(json_object_get(who, "officers"), json_string(officer));
	jx_add(json_object_get(who, "signatures"), json_string(sha256));
	return 0;
}

int shred_officers(struct ledger *l, const struct person *p, json_t *who, struct errinfo *ei)
{
	uint64_t count = 0;
	jx_set(who, "officers", json_array());
	jx_set(who, "signatures", json_array());
	(void)pthread_mutex_lock(&l->subject);
	int r = each_approval(l, person_rows(p)->row[0].id, add_officer, who, &count, ei);
	(void)pthread_mutex_unlock(&l->subject);
	if (r == 0 && count < 2)
		return err_set(ei, GW_EREFUSED, "a second officer must sign for this");
	return r;
}
