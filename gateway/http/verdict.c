/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/verdict.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/str.h"

/* From the second when it was found to the one in which it is no more. */
struct span {
	int64_t from, until;
};

struct entry {
	uint8_t digest[HASH_BYTES];
	struct span span; /* until 0: empty */
};

struct memory {
	int64_t at;
	pthread_mutex_t lock; /* of what stands below */
	uint64_t asked;
	struct entry entries[VERDICTS];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int of_context = -1, of_connection = -1; /* indices of a struct memory, a struct span */

static void free_memory(void *parent, void *p, CRYPTO_EX_DATA *ad, int index, long n, void *arg)
{
	struct memory *m = p;
	(void)parent;
	(void)ad;
	(void)index;
	(void)n;
	(void)arg;
	if (m)
		(void)pthread_mutex_destroy(&m->lock);
	free(m);
}

static void free_span(void *parent, void *p, CRYPTO_EX_DATA *ad, int index, long n, void *arg)
{
	(void)parent;
	(void)ad;
	(void)index;
	(void)n;
	(void)arg;
	free(p);
}

static void begin(void)
{
	of_context = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_memory);
	of_connection = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_span);
}

static int64_t moment(const struct memory *m)
{
	return (m->at ? m->at : clock_now()) / 1000;
}

static bool holds(const struct span *s, int64_t now)
{
	return s->from <= now && now < s->until;
}

/* ---- what is remembered ---- */

/* The digest of what was shown: leaf, then the others in their order. DER says where each ends. */
static bool digest_of(X509 *leaf, STACK_OF(X509) *others, uint8_t digest[HASH_BYTES])
{
	struct hash h = {0};
	bool ok = true;
	hash_init(&h);
	for (int i = -1; ok && i < sk_X509_num(others); i++) {
		X509 *x = i < 0 ? leaf : sk_X509_value(others, i);
		unsigned char *der = NULL;
		int n;
		if (i >= 0 && x == leaf)
			continue; /* in a handshake it stands among them too */
		ok = (n = i2d_X509(x, &der)) > 0;
		if (ok)
			hash_add(&h, der, (size_t)n);
		OPENSSL_free(der);
	}
	hash_final(&h, digest);
	hash_release(&h);
	return ok;
}

static struct entry *place(struct memory *m, const uint8_t digest[HASH_BYTES])
{
	return &m->entries[(size_t)(digest[0] << 8 | digest[1]) % VERDICTS];
}

static bool recall(
    struct memory *m, const uint8_t digest[HASH_BYTES], int64_t now, struct span *ret_span)
{
	(void)pthread_mutex_lock(&m->lock);
	const struct entry *e = place(m, digest);
	bool known = memcmp(e->digest, digest, HASH_BYTES) == 0 && holds(&e->span, now);
	if (known)
		*ret_span = e->span;
	m->asked += !known;
	(void)pthread_mutex_unlock(&m->lock);
	return known;
}

static void remember(struct memory *m, const uint8_t digest[HASH_BYTES], const struct span *span)
{
	(void)pthread_mutex_lock(&m->lock);
	struct entry *e = place(m, digest);
	memcpy(e->digest, digest, HASH_BYTES);
	e->span = *span;
	(void)pthread_mutex_unlock(&m->lock);
}

/* ---- judging ---- */

/* Seconds since 1970; `other` where there is no such moment. */
static int64_t seconds(const ASN1_TIME *t, int64_t other)
{
	struct tm tm;
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return other;
	struct date d = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
	return date_days(d) * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
}

static void end_at(struct span *s, int64_t t)
{
	if (t < s->until)
		s->until = t;
}

/* A list that is fresh may have counted; one that is yet to come will. One that is out of date did
 * not, for then the verdict would be another. */
static void end_with_list(struct span *s, const X509_CRL *list)
{
	int64_t from = seconds(X509_CRL_get0_lastUpdate(list), INT64_MIN);
	int64_t until = seconds(X509_CRL_get0_nextUpdate(list), INT64_MAX);
	if (from > s->from)
		end_at(s, from);
	else if (until > s->from)
		end_at(s, until);
}

/* How long the verdict holds that OpenSSL has just found. */
static struct span span_of(X509_STORE_CTX *x, int64_t now)
{
	struct span s = {now, INT64_MAX};
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(x);
	for (int i = 0; i < sk_X509_num(chain); i++) {
		const X509 *member = sk_X509_value(chain, i);
		STACK_OF(X509_CRL) *lists =
		    X509_STORE_CTX_get1_crls(x, X509_get_issuer_name(member));
		end_at(&s, seconds(X509_get0_notAfter(member), now));
		if (!lists)
			s.until = now; /* out of memory: it does not hold beyond itself */
		for (int k = 0; k < sk_X509_CRL_num(lists); k++)
			end_with_list(&s, sk_X509_CRL_value(lists, k));
		sk_X509_CRL_pop_free(lists, X509_CRL_free);
	}
	return s;
}

/* Judge what x was made for; as X509_verify_cert. */
static int judge(struct memory *m, X509_STORE_CTX *x, struct span *ret_span)
{
	uint8_t digest[HASH_BYTES];
	int64_t now = moment(m);
	bool digested =
	    digest_of(X509_STORE_CTX_get0_cert(x), X509_STORE_CTX_get0_untrusted(x), digest);
	if (digested && recall(m, digest, now, ret_span)) {
		X509_STORE_CTX_set_error(x, X509_V_OK);
		return 1;
	}
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(x), (time_t)now);
	int r = X509_verify_cert(x);
	if (r != 1)
		return r;
	*ret_span = span_of(x, now);
	if (digested)
		remember(m, digest, ret_span);
	return 1;
}

static int keep_span(SSL *s, const struct span *span)
{
	struct span *kept = SSL_get_ex_data(s, of_connection);
	if (!kept) {
		kept = str_alloc(sizeof *kept);
		if (SSL_set_ex_data(s, of_connection, kept) != 1) {
			free(kept);
			return 0;
		}
	}
	*kept = *span;
	return 1;
}

static int in_handshake(X509_STORE_CTX *x, void *arg)
{
	struct span span;
	int r = judge(arg, x, &span);
	return r != 1
	    ? r
	    : keep_span(X509_STORE_CTX_get_ex_data(x, SSL_get_ex_data_X509_STORE_CTX_idx()), &span);
}

int verdict_install(SSL_CTX *c, int64_t at, struct errinfo *ei)
{
	(void)pthread_once(&once, begin);
	struct memory *m = str_alloc(sizeof *m);
	m->at = at;
	(void)pthread_mutex_init(&m->lock, NULL);
	if (of_context < 0 || of_connection < 0 || SSL_CTX_set_ex_data(c, of_context, m) != 1) {
		free_memory(NULL, m, NULL, 0, 0, NULL);
		ERR_clear_error();
		return err_set(ei, GW_ENOMEM, "out of memory");
	}
	SSL_CTX_set_cert_verify_callback(c, in_handshake, m);
	return 0;
}

/* Judge the chain that came in the handshake of s by the context c, as that handshake did. */
static const char *judge_again(SSL *s, SSL_CTX *c, struct memory *m, X509 *leaf)
{
	struct span span;
	X509_STORE_CTX *x = X509_STORE_CTX_new();
	int error = X509_V_ERR_OUT_OF_MEM;
	if (x &&
	    X509_STORE_CTX_init(x, SSL_CTX_get_cert_store(c), leaf, SSL_get_peer_cert_chain(s)) ==
		1 &&
	    X509_STORE_CTX_set_default(x, "ssl_client") == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(x), SSL_CTX_get0_param(c)) == 1) {
		bool good = judge(m, x, &span) == 1 && keep_span(s, &span) == 1;
		error = X509_STORE_CTX_get_error(x);
		if (good)
			error = X509_V_OK;
		else if (error == X509_V_OK)
			error = X509_V_ERR_UNSPECIFIED;
	}
	X509_STORE_CTX_free(x);
	ERR_clear_error();
	return error == X509_V_OK ? NULL : X509_verify_cert_error_string(error);
}

const char *verdict_against(SSL *s, SSL_CTX *now)
{
	X509 *leaf = SSL_get0_peer_certificate(s);
	struct memory *m = SSL_CTX_get_ex_data(now, of_context);
	const struct span *span = SSL_get_ex_data(s, of_connection);
	if (!leaf)
		return NULL;
	if (span && SSL_get_SSL_CTX(s) == now && holds(span, moment(m)))
		return NULL;
	return judge_again(s, now, m, leaf);
}

uint64_t verdict_asked(SSL_CTX *c)
{
	struct memory *m = SSL_CTX_get_ex_data(c, of_context);
	(void)pthread_mutex_lock(&m->lock);
	uint64_t n = m->asked;
	(void)pthread_mutex_unlock(&m->lock);
	return n;
}
