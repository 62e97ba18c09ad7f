/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/file.h"
#include "http/verdict.h"

enum {
	READ_ROOM = 66 << 10, /* four records of the largest kind */
	/* security levels of OpenSSL; either way no SHA-1 */
	BITS_128 = 3, /* RSA from 3,072, EC from 256 */
	BITS_112 = 2, /* RSA from 2,048, EC from 224 */
};

static const char SUITES_13[] = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char SUITES_12[] =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
static const char GROUPS[] = "X25519:P-256:P-384:X448:P-521";
static const char SIGNATURES[] =
    "ed25519:ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:"
    "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:"
    "rsa_pss_pss_sha384:rsa_pss_pss_sha512";
/* in 1.2 RSA certificates are signed with PKCS #1 too */
static const char SIGNATURES_12[] = ":RSA+SHA256:RSA+SHA384:RSA+SHA512";

static int openssl_says(struct errinfo *ei, int code, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return err_set(ei, code, "%s: %s", what, why ? why : "no reason given");
}

static int level(enum tls_profile profile)
{
	return profile == TLS_DIGIKOPPELING ? BITS_112 : BITS_128;
}

static int own_key(SSL_CTX *c, const struct tls_files *f, struct errinfo *ei)
{
	int r = file_check_private(f->key, ei);
	if (r < 0)
		return r;
	if (!file_exists(f->cert))
		return err_set(ei, GW_ENOENT, "%s: not there", f->cert);
	if (SSL_CTX_use_certificate_chain_file(c, f->cert) != 1) {
		int why = ERR_GET_REASON(ERR_peek_last_error());
		if (why != SSL_R_EE_KEY_TOO_SMALL && why != SSL_R_CA_KEY_TOO_SMALL)
			return openssl_says(ei, GW_EFORMAT, f->cert);
		ERR_clear_error();
		return err_set(ei, GW_EFORMAT,
		    "%s: a key in it is too short for this tls_profile: P-256, or RSA from %d bits",
		    f->cert, f->profile == TLS_DIGIKOPPELING ? 2048 : 3072);
	}
	if (SSL_CTX_use_PrivateKey_file(c, f->key, SSL_FILETYPE_PEM) != 1)
		return openssl_says(ei, GW_EFORMAT, f->key);
	return SSL_CTX_check_private_key(c) == 1
	    ? 0
	    : err_set(ei, GW_EFORMAT, "%s: not the key of '%s'", f->key, f->cert);
}

static int judges(SSL_CTX *c, const struct tls_files *f, struct errinfo *ei)
{
	X509_LOOKUP *files = X509_STORE_add_lookup(SSL_CTX_get_cert_store(c), X509_LOOKUP_file());
	if (!files)
		return err_set(ei, GW_ENOMEM, "out of memory");
	for (size_t i = 0; i < f->roots_n; i++)
		if (X509_load_cert_file(files, f->roots[i], X509_FILETYPE_PEM) < 1)
			return openssl_says(ei, GW_EFORMAT, f->roots[i]);
	for (size_t i = 0; i < f->lists_n; i++)
		if (X509_load_crl_file(files, f->lists[i], X509_FILETYPE_PEM) < 1 &&
		    X509_load_crl_file(files, f->lists[i], X509_FILETYPE_ASN1) < 1)
			return openssl_says(ei, GW_EFORMAT, f->lists[i]);
	X509_VERIFY_PARAM *p = SSL_CTX_get0_param(c);
	(void)X509_VERIFY_PARAM_set_flags(
	    p, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_X509_STRICT);
	X509_VERIFY_PARAM_set_depth(p, 4);
	X509_VERIFY_PARAM_set_auth_level(p, level(f->profile));
	SSL_CTX_set_verify(
	    c, SSL_VERIFY_PEER | (f->client_optional ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT), NULL);
	return verdict_install(c, f->at, ei);
}

static int profile(SSL_CTX *c, enum tls_profile profile, struct errinfo *ei)
{
	char signatures[sizeof SIGNATURES + sizeof SIGNATURES_12];
	bool old = profile == TLS_DIGIKOPPELING;
	SSL_CTX_set_security_level(c, level(profile));
	(void)snprintf(signatures, sizeof signatures, "%s%s", SIGNATURES, old ? SIGNATURES_12 : "");
	if (SSL_CTX_set_min_proto_version(c, old ? TLS1_2_VERSION : TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(c, SUITES_13) != 1 ||
	    SSL_CTX_set_cipher_list(c, SUITES_12) != 1 ||
	    SSL_CTX_set1_groups_list(c, GROUPS) != 1 ||
	    SSL_CTX_set1_sigalgs_list(c, signatures) != 1 ||
	    SSL_CTX_set1_client_sigalgs_list(c, signatures) != 1)
		return openssl_says(ei, GW_EFAIL, "TLS profile");
	/* no session comes back: revocation and pins are looked at on every connection */
	(void)SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(c, 0);
	(void)SSL_CTX_set_options(c,
	    SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	(void)SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
	/* several records are taken from the socket at once; the room for them is there only while
	 * something is in it (SSL_MODE_RELEASE_BUFFERS) */
	SSL_CTX_set_read_ahead(c, 1);
	SSL_CTX_set_default_read_buffer_len(c, READ_ROOM);
	static const unsigned char id[] = "handoverd";
	return SSL_CTX_set_session_id_context(c, id, sizeof id - 1) == 1
	    ? 0
	    : openssl_says(ei, GW_EFAIL, "TLS profile");
}

int tls_server(const struct tls_files *f, SSL_CTX **ret, struct errinfo *ei)
{
	SSL_CTX *c = SSL_CTX_new(TLS_server_method());
	if (!c)
		return err_set(ei, GW_ENOMEM, "out of memory");
	ERR_clear_error();
	int r = profile(c, f->profile, ei);
	if (r == 0)
		r = own_key(c, f, ei);
	if (r == 0)
		r = judges(c, f, ei);
	if (r < 0) {
		SSL_CTX_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

const char *tls_why(const SSL *s)
{
	long v = SSL_get_verify_result(s);
	const char *why = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return v != X509_V_OK ? X509_verify_cert_error_string(v)
	    : why             ? why
			      : "the other side closed the connection";
}
