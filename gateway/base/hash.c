/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/hash.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* fetched once: an implicit fetch on every call costs half the speed */
static __thread EVP_MD_CTX *own;
static pthread_key_t at_end; /* frees a thread's own context when the thread ends */

static void free_own(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!sha256 || pthread_key_create(&at_end, free_own) != 0)
		abort();
}

static EVP_MD_CTX *new_ctx(void)
{
	(void)pthread_once(&once, fetch);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	if (!c)
		abort();
	return c;
}

void hash_init(struct hash *h)
{
	EVP_MD_CTX *c = new_ctx();
	if (EVP_DigestInit_ex2(c, sha256, NULL) != 1)
		abort();
	h->ctx = c;
}

void hash_add(struct hash *h, const void *p, size_t n)
{
	if (EVP_DigestUpdate(h->ctx, p, n) != 1)
		abort();
}

void hash_final(struct hash *h, uint8_t out[HASH_BYTES])
{
	if (EVP_DigestFinal_ex(h->ctx, out, NULL) != 1 ||
	    EVP_DigestInit_ex2(h->ctx, sha256, NULL) != 1)
		abort();
}

void hash_copy(struct hash *to, const struct hash *from)
{
	EVP_MD_CTX *c = new_ctx();
	if (EVP_MD_CTX_copy_ex(c, from->ctx) != 1)
		abort();
	to->ctx = c;
}

void hash_release(struct hash *h)
{
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
}

/* The thread's own context, kept for its life: making one costs more than hashing a short record.
 */
static EVP_MD_CTX *thread_ctx(void)
{
	if (!own) {
		own = new_ctx();
		if (pthread_setspecific(at_end, own) != 0)
			abort();
	}
	return own;
}

void hash_sha256(const void *p, size_t n, uint8_t out[HASH_BYTES])
{
	EVP_MD_CTX *c = thread_ctx();
	if (EVP_DigestInit_ex2(c, sha256, NULL) != 1 || EVP_DigestUpdate(c, p, n) != 1 ||
	    EVP_DigestFinal_ex(c, out, NULL) != 1)
		abort();
}

void hash_sha256_hex(const void *p, size_t n, char out[HASH_HEX])
{
	uint8_t d[HASH_BYTES];
	hash_sha256(p, n, d);
	str_hex(d, sizeof d, out);
}

void hash_hmac(const void *key, size_t key_n, const void *a, size_t a_n, const void *b, size_t b_n,
    uint8_t out[HASH_BYTES])
{
	crypto_auth_hmacsha256_state st;
	(void)crypto_auth_hmacsha256_init(&st, key, key_n);
	(void)crypto_auth_hmacsha256_update(&st, a, a_n);
	if (b_n)
		(void)crypto_auth_hmacsha256_update(&st, b, b_n);
	(void)crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof st);
}

void hash_hkdf(const void *ikm, size_t ikm_n, const void *salt, size_t salt_n, const char *info,
    uint8_t out[HASH_BYTES])
{
	static const uint8_t none[HASH_BYTES], one = 1;
	uint8_t prk[HASH_BYTES];
	hash_hmac(salt_n ? salt : none, salt_n ? salt_n : sizeof none, ikm, ikm_n, NULL, 0, prk);
	hash_hmac(prk, sizeof prk, info, strlen(info), &one, 1, out);
	sodium_memzero(prk, sizeof prk);
}
