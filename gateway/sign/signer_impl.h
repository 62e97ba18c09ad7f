/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a struct signer holds. For cades.c; inside sign/ only.
 *
 * A key from a file lies as DER in base/secret's arena and becomes an OpenSSL key only while
 * something is signed, so that a confined child, which forgets that arena, holds no key.
 */
#ifndef GW_SIGN_SIGNER_IMPL_H
#define GW_SIGN_SIGNER_IMPL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "sign/cert.h"
#include "sign/signer.h"

struct signer {
	STACK_OF(X509) *chain; /* own certificate, then issuing authorities; no root */
	unsigned char *secret; /* its DER in locked memory; NULL for a key in a token */
	size_t secret_n;
	int type;        /* EVP_PKEY_EC or EVP_PKEY_RSA */
	EVP_PKEY *token; /* NULL for a key from a file */
	struct cert_facts facts;
};

/* The key, ready to sign; the caller frees it with EVP_PKEY_free. GW_ENOMEM. */
int signer_key(const struct signer *s, EVP_PKEY **ret_key) GW_MUST_USE;

#endif
