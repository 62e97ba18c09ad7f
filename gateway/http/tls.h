/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tls: the server's side of mutual TLS (RFC 8446), by OpenSSL.
 *
 * A client without a certificate that leads to one of our roots, with a fresh revocation list for
 * every member of the chain, does not get as far as a request (http/verdict.h). No session is ever
 * resumed, so that every connection is judged and proves its key; no compression, no renegotiation,
 * no early data.
 *
 * What the certificate says about the organisation is not judged here: the server asks its caller
 * (http/server.h, `identify`).
 *
 * Profiles (NCSC-NL TLS guidelines 2025): TLS_NL_GOED is TLS 1.3 with TLS_AES_256_GCM_SHA384 and
 * TLS_CHACHA20_POLY1305_SHA256 alone, and RSA keys of at least 3,072 bits, ours and throughout the
 * clients' chains; TLS_DIGIKOPPELING adds TLS 1.2 with the ECDHE suites that are at least
 * "sufficient", and takes RSA from 2,048 bits, which the guidelines would phase out and authorities
 * still issue.
 */
#ifndef GW_HTTP_TLS_H
#define GW_HTTP_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/defs.h"
#include "base/err.h"

enum tls_profile { TLS_NL_GOED, TLS_DIGIKOPPELING };

struct tls_files {
	const char *cert;                        /* PEM: our certificate, then its issuers */
	const char *key;                         /* PEM, 0600 */
	const char *const *roots, *const *lists; /* PEM files: client roots, revocation
	                                         lists (these also DER) */
	size_t roots_n, lists_n;
	enum tls_profile profile;
	int64_t at;           /* judge certificates as at this moment (ms); 0: as time goes */
	bool client_optional; /* only for a listener that outside judges of the profile talk to */
};

/*
 * tls_server(f, ret, ei): make the context that a server's connections share.
 *
 * GW_EFORMAT: certificate, key, root or list cannot be read as such, or the key is another one's or
 * too short for the profile;
 * GW_EMODE: the key is readable by others; GW_ENOENT; GW_EIO. The caller frees with SSL_CTX_free.
 */
int tls_server(const struct tls_files *f, SSL_CTX **ret, struct errinfo *ei) GW_MUST_USE;

/* Why the handshake on s failed, in words without anything the other side sent. Empties OpenSSL's
 * error queue of this thread. */
const char *tls_why(const SSL *s);

#endif
