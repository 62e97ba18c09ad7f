/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * hash: SHA-256, HMAC-SHA-256 and HKDF-SHA-256 (RFC 5869), over OpenSSL's fetched digest.
 *
 * None of these fails on input; out of memory inside the library aborts, as any small allocation
 * does.
 */
#ifndef GW_BASE_HASH_H
#define GW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_BYTES = 32, HASH_HEX = 65 /* hex digits and NUL */ };

/* A running SHA-256. hash_init before anything; hash_final gives the digest and makes it ready
 * again. */
struct hash {
	void *ctx;
};

void hash_init(struct hash *h);
void hash_add(struct hash *h, const void *p, size_t n);
void hash_final(struct hash *h, uint8_t out[HASH_BYTES]);
/* Let *to, which is released or all zero, stand where `from` stands. */
void hash_copy(struct hash *to, const struct hash *from);
void hash_release(struct hash *h); /* NULL-safe, repeatable */

/* SHA-256 of n bytes at once; _hex writes 64 lower-case digits and a NUL. */
void hash_sha256(const void *p, size_t n, uint8_t out[HASH_BYTES]);
void hash_sha256_hex(const void *p, size_t n, char out[HASH_HEX]);

/* HMAC-SHA-256 of a || b (b may be NULL with n 0). */
void hash_hmac(const void *key, size_t key_n, const void *a, size_t a_n, const void *b, size_t b_n,
    uint8_t out[HASH_BYTES]);

/* HKDF-SHA-256 with one block of output. salt may be NULL with 0 bytes. */
void hash_hkdf(const void *ikm, size_t ikm_n, const void *salt, size_t salt_n, const char *info,
    uint8_t out[HASH_BYTES]);

#endif
