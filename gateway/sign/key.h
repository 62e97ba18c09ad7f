/* SPDX-License-Identifier: EUPL-1.2 */
/* key: private keys, from a file or a token. Inside sign/ only. */
#ifndef GW_SIGN_KEY_H
#define GW_SIGN_KEY_H

#include <openssl/evp.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * Read the unencrypted PEM private key at path into OpenSSL's locked memory. GW_ENOENT, GW_EIO,
 * GW_EMODE, GW_EFORMAT (no such key, a passphrase on it, too weak); GW_EFAIL when memory cannot be
 * locked. The caller frees with EVP_PKEY_free.
 */
int key_read_pem(const char *path, EVP_PKEY **ret_key, struct errinfo *ei) GW_MUST_USE;

/*
 * Find the private key that a `pkcs11:` URI names, as signer_load says. GW_EFORMAT for a malformed
 * URI or one with pin-value; GW_ESUPPORT without the engine; GW_EAUTH when the token has no such
 * key or refuses the PIN. The caller frees with EVP_PKEY_free.
 */
int key_from_token(const char *uri, EVP_PKEY **ret_key, struct errinfo *ei) GW_MUST_USE;

/* GW_EFORMAT unless the key is EC on P-256, P-384 or P-521, or RSA of at least 2048 bits. */
int key_check(EVP_PKEY *key, const char *where, struct errinfo *ei) GW_MUST_USE;

/*
 * Set up memory for private keys that is not swapped and zeroed when it is given back; once per
 * process, later calls do nothing. GW_EFAIL with the remedy when it cannot be locked.
 */
int key_memory(struct errinfo *ei) GW_MUST_USE;

#endif
