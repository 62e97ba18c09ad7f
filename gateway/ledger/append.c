/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * append: making records and handing them to the writer.
 *
 * Threads build their records side by side and queue them. Whoever stands first while nobody writes
 * becomes the writer and takes all that is queued: no timer, no thread of our own, and what queues
 * during one sync goes into the next.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "ledger/internal.h"

void ledger_trace(char out[RECORD_TRACE])
{
	uint8_t b[16];
	randombytes_buf(b, sizeof b);
	str_hex(b, sizeof b, out);
}

void ledger_span(char out[RECORD_SPAN])
{
	uint8_t b[8];
	randombytes_buf(b, sizeof b);
	str_hex(b, sizeof b, out);
}

static void b64url(const uint8_t *p, size_t n, char *out, size_t cap)
{
	(void)sodium_bin2base64(out, cap, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void ledger_object_id(char out[LEDGER_OBJECT_ID])
{
	uint8_t b[16];
	randombytes_buf(b, sizeof b);
	out[0] = 'o';
	out[1] = ':';
	b64url(b, sizeof b, out + 2, LEDGER_OBJECT_ID - 2);
}

void ledger_actor(struct ledger *l, const char *account, char out[19])
{
	static const char what[] = "actor";
	uint8_t mac[HASH_BYTES];
	hash_hmac(l->blind, KEY_BYTES, what, sizeof what, account, strlen(account), mac);
	out[0] = 'a';
	out[1] = ':';
	str_hex(mac, 8, out + 2);
}

void ledger_mark(const struct ledger *l, const void *p, size_t n, char out[HASH_HEX])
{
	static const char what[] = "mark"; /* with its NUL */
	uint8_t mac[HASH_BYTES];
	hash_hmac(l->blind, KEY_BYTES, what, sizeof what, p, n, mac);
	str_hex(mac, sizeof mac, out);
}

/* A record with its bytes, ready to be queued. */
struct prepared {
	struct buf bytes, detail;
	struct entry entry;
	struct ledger_receipt receipt;
};

static void prepared_release(struct prepared *p)
{
	buf_release(&p->bytes);
	buf_release(&p->detail);
}

/* The caller's detail, with the nonce and digest of the object where there is one. */
static int make_detail(const struct ledger_record *r, const json_t *detail,
    struct record_made *made, struct prepared *p, struct errinfo *ei)
{
	uint8_t nonce[32], mac[HASH_BYTES], det[HASH_BYTES];
	char text[HASH_HEX];
	json_t *own GW_CLEANUP(jx_release) = NULL;
	if (!detail && !r->obj.digest)
		return 0;
	if (detail && !json_is_object(detail))
		return err_set(ei, GW_EFORMAT, "ledger record: the detail must be an object");
	if (r->obj.digest) {
		own = json_object();
		if (!own || (detail && json_object_update(own, (json_t *)(uintptr_t)detail) < 0))
			return err_set(ei, GW_ENOMEM, "out of memory");
		randombytes_buf(nonce, sizeof nonce);
		hash_hmac(nonce, sizeof nonce, r->obj.digest, 32, NULL, 0, mac);
		b64url(mac, sizeof mac, made->object, sizeof made->object);
		str_hex(nonce, sizeof nonce, text);
		jx_set(own, "obj_nonce", json_string(text));
		str_hex(r->obj.digest, 32, text);
		jx_set(own, "obj_sha256", json_string(text));
		detail = own;
	}
	if (jx_dump(detail, &p->detail) < 0)
		return err_set(
		    ei, GW_ELIMIT, "ledger record: the detail has more than %d bytes", DETAIL_MAX);
	struct hash h;
	randombytes_buf(p->entry.detail_salt, sizeof p->entry.detail_salt);
	hash_init(&h);
	hash_add(&h, p->entry.detail_salt, sizeof p->entry.detail_salt);
	hash_add(&h, p->detail.data, p->detail.len);
	hash_final(&h, det);
	hash_release(&h);
	b64url(det, sizeof det, made->detail, sizeof made->detail);
	p->entry.detail = p->detail.data;
	p->entry.detail_n = p->detail.len;
	return 0;
}

static void copy_span(const struct ledger_record *r, struct prepared *p)
{
	if (r->tr && strlen(r->tr) == RECORD_TRACE - 1)
		memcpy(p->receipt.tr, r->tr, RECORD_TRACE);
	if (r->sp && strlen(r->sp) == RECORD_SPAN - 1)
		memcpy(p->receipt.sp, r->sp, RECORD_SPAN);
	p->entry.has_span = *p->receipt.tr && *p->receipt.sp &&
	    str_unhex(p->receipt.tr, p->entry.span, 16) == 0 &&
	    str_unhex(p->receipt.sp, p->entry.span + 16, 8) == 0;
}

static int prepare(struct ledger *l, const struct ledger_record *given, const json_t *detail,
    struct prepared *p, struct errinfo *ei)
{
	struct ledger_record r = *given;
	struct record_made made = {0};
	int64_t now = clock_now();
	*p = (struct prepared){.bytes = BUF_INIT(RECORD_MAX), .detail = BUF_INIT(DETAIL_MAX)};
	if (!r.t)
		r.t = now;
	id_v7(now, made.id);
	randombytes_buf(made.salt, sizeof made.salt);
	if (r.subj)
		subject_commit(r.subj, made.id, made.subject, &made.subject_type);
	int e = make_detail(&r, detail, &made, p, ei);
	if (e == 0)
		e = record_write(&r, l->oin, &made, &p->bytes, ei);
	if (e < 0) {
		prepared_release(p);
		return e;
	}
	copy_span(&r, p);
	p->entry.bytes = p->bytes.data;
	p->entry.n = p->bytes.len;
	p->entry.leaf = merkle_leaf(p->bytes.data, p->bytes.len);
	p->entry.ph = r.ph;
	p->entry.row = r.subj ? subject_row(r.subj) : NULL;
	p->entry.reserved = record_is_reserved(r.act, r.ph);
	p->receipt.t = r.t;
	memcpy(p->receipt.id, made.id, ID_TEXT);
	return 0;
}

/* Take what is queued, at most LEDGER_QUEUE, and write it; called and left with l->queue held. */
static void write_queue(struct ledger *l)
{
	struct entry *e[LEDGER_QUEUE];
	size_t n = 0;
	l->writing = true;
	for (; l->first && n < LEDGER_QUEUE; l->first = l->first->next)
		e[n++] = l->first;
	if (!l->first)
		l->newest = NULL;
	(void)pthread_mutex_unlock(&l->queue);
	writer_commit(l, e, n);
	(void)pthread_mutex_lock(&l->queue);
	l->writing = false;
	for (size_t i = 0; i < n; i++) {
		e[i]->done = true;
		(void)pthread_cond_signal(&e[i]->wake);
	}
	if (l->first)
		(void)pthread_cond_signal(&l->first->wake);
}

static void enqueue(struct ledger *l, struct entry *e)
{
	(void)pthread_cond_init(&e->wake, NULL);
	(void)pthread_mutex_lock(&l->queue);
	if (l->newest)
		l->newest->next = e;
	else
		l->first = e;
	l->newest = e;
	while (!e->done) {
		if (!l->writing && l->first == e)
			write_queue(l);
		else
			(void)pthread_cond_wait(&e->wake, &l->queue);
	}
	(void)pthread_mutex_unlock(&l->queue);
	(void)pthread_cond_destroy(&e->wake);
}

static int append_one(struct ledger *l, const struct ledger_record *r, const json_t *detail,
    struct ledger_receipt *ret, struct errinfo *ei)
{
	struct prepared p GW_CLEANUP(prepared_release);
	int e = prepare(l, r, detail, &p, ei);
	if (e < 0)
		return e;
	enqueue(l, &p.entry);
	if (p.entry.r < 0) {
		if (ei)
			*ei = p.entry.ei;
		return p.entry.r;
	}
	p.receipt.index = p.entry.index;
	if (ret)
		*ret = p.receipt;
	return 0;
}

int ledger_append(struct ledger *l, const struct ledger_record *r, const json_t *detail,
    struct ledger_receipt *ret, struct errinfo *ei)
{
	struct ledger_record own = *r;
	int e = append_one(l, r, detail, ret, ei);
	if (e != GW_ECONFLICT || r->ph == LEDGER_INTENT)
		return e;
	/* what has happened is told even when the person was forgotten meanwhile: about nobody */
	own.subj = NULL;
	return append_one(l, &own, detail, ret, ei);
}

static int append_some(struct ledger *l, const struct ledger_record *r,
    const json_t *const *details, size_t n, struct prepared *p, struct errinfo *ei)
{
	struct entry *e[LEDGER_QUEUE] = {0};
	size_t made = 0;
	int code = 0;
	for (; made < n && code == 0; made++) {
		code = prepare(l, &r[made], details ? details[made] : NULL, &p[made], ei);
		if (code < 0)
			break;
		e[made] = &p[made].entry;
	}
	if (code == 0) {
		writer_commit(l, e, n);
		for (size_t i = 0; i < n && code == 0; i++)
			if (p[i].entry.r < 0) {
				code = p[i].entry.r;
				if (ei)
					*ei = p[i].entry.ei;
			}
	}
	for (size_t i = 0; i < made; i++)
		prepared_release(&p[i]);
	return code;
}

int ledger_append_all(struct ledger *l, const struct ledger_record *r, const json_t *const *details,
    size_t n, struct errinfo *ei)
{
	struct prepared *p GW_CLEANUP(str_free_p) = malloc(LEDGER_QUEUE * sizeof *p);
	if (!p)
		return err_set(ei, GW_ENOMEM, "out of memory");
	int code = 0;
	for (size_t at = 0; at < n && code == 0; at += LEDGER_QUEUE) {
		size_t k = n - at < LEDGER_QUEUE ? n - at : LEDGER_QUEUE;
		code = append_some(l, r + at, details ? details + at : NULL, k, p, ei);
	}
	return code;
}

int ledger_intent(struct ledger *l, const struct ledger_record *r, const json_t *detail,
    struct ledger_receipt *ret, struct errinfo *ei)
{
	struct ledger_record own = *r;
	char tr[RECORD_TRACE], sp[RECORD_SPAN];
	ledger_trace(tr);
	ledger_span(sp);
	own.ph = LEDGER_INTENT;
	own.out = LEDGER_OUT_NONE;
	own.tr = r->tr ? r->tr : tr;
	own.sp = r->sp ? r->sp : sp;
	return ledger_append(l, &own, detail, ret, ei);
}

int ledger_result(struct ledger *l, const struct ledger_receipt *intent,
    const struct ledger_record *r, const json_t *detail, struct ledger_receipt *ret,
    struct errinfo *ei)
{
	struct ledger_record own = *r;
	own.ph = LEDGER_RESULT;
	own.tr = intent->tr;
	own.sp = intent->sp;
	own.t = intent->t;
	own.te = clock_now();
	return ledger_append(l, &own, detail, ret, ei);
}
