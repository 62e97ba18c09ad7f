/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/server_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/str.h"

static const char SUITES_13[] = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char SUITES_12[] =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

enum { OIN = 21, SPKI = 72 };

struct server_check {
	const struct client_server *server;
	X509_STORE *store;
	SSL_CTX *own; /* holds our certificate, its issuers and the key */
	char why[300];
};

static int openssl_says(struct errinfo *ei, int code, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return err_set(ei, code, "%s: %s", what, why ? why : "no reason given");
}

static int load_store(struct server_check *k, struct errinfo *ei)
{
	const struct client_server *s = k->server;
	X509_LOOKUP *files = X509_STORE_add_lookup(k->store, X509_LOOKUP_file());
	if (!files)
		return err_set(ei, GW_ENOMEM, "out of memory");
	for (size_t i = 0; i < s->roots_n; i++)
		if (X509_load_cert_file(files, s->roots[i], X509_FILETYPE_PEM) < 1)
			return openssl_says(ei, GW_EFORMAT, s->roots[i]);
	for (size_t i = 0; i < s->lists_n; i++)
		if (X509_load_crl_file(files, s->lists[i], X509_FILETYPE_PEM) < 1 &&
		    X509_load_crl_file(files, s->lists[i], X509_FILETYPE_ASN1) < 1)
			return openssl_says(ei, GW_EFORMAT, s->lists[i]);
	ERR_clear_error();
	X509_VERIFY_PARAM *p = X509_STORE_get0_param(k->store);
	(void)X509_VERIFY_PARAM_set_flags(
	    p, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_X509_STRICT);
	X509_VERIFY_PARAM_set_depth(p, 4);
	X509_VERIFY_PARAM_set_auth_level(p, 2); /* 112 bits: no SHA-1, no RSA below 2048 */
	(void)X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_SSL_SERVER);
	if (s->at)
		X509_VERIFY_PARAM_set_time(p, (time_t)(s->at / 1000));
	return 0;
}

static int load_own(struct server_check *k, struct errinfo *ei)
{
	const struct client_server *s = k->server;
	if (str_starts(s->key, "pkcs11:"))
		return err_set(ei, GW_ESUPPORT,
		    "this build connects with a key in a file only: tls_key names a token");
	if (!file_exists(s->cert))
		return err_set(ei, GW_ENOENT,
		    "there is no certificate '%s' yet: have organisation/tls.csr signed", s->cert);
	int r = file_check_private(s->key, ei);
	if (r < 0)
		return r;
	if (SSL_CTX_use_certificate_chain_file(k->own, s->cert) != 1)
		return openssl_says(ei, GW_EFORMAT, s->cert);
	if (SSL_CTX_use_PrivateKey_file(k->own, s->key, SSL_FILETYPE_PEM) != 1)
		return openssl_says(ei, GW_EFORMAT, s->key);
	return SSL_CTX_check_private_key(k->own) == 1
	    ? 0
	    : err_set(ei, GW_EFORMAT, "%s: not the key of '%s'", s->key, s->cert);
}

int server_check_new(const struct client_server *s, struct server_check **ret, struct errinfo *ei)
{
	struct server_check *k = str_alloc(sizeof *k);
	k->server = s;
	k->store = X509_STORE_new();
	k->own = SSL_CTX_new(TLS_client_method());
	int r = k->store && k->own ? load_store(k, ei) : err_set(ei, GW_ENOMEM, "out of memory");
	if (r == 0 && !s->roots_n)
		r = err_set(ei, GW_EAUTH,
		    "there is no root certificate in registry/trust/tls: nobody could be known");
	if (r == 0)
		r = load_own(k, ei);
	if (r < 0)
		server_check_free(k);
	else
		*ret = k;
	return r;
}

void server_check_free(struct server_check *k)
{
	if (!k)
		return;
	X509_STORE_free(k->store);
	SSL_CTX_free(k->own);
	free(k);
}

const char *server_check_why(const struct server_check *k)
{
	return k->why;
}

void server_check_begin(struct server_check *k)
{
	k->why[0] = '\0';
}

/* The only serialNumber of the subject, when it is an OIN. */
static bool read_oin(X509 *x, char out[OIN])
{
	const X509_NAME *n = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(n, NID_serialNumber, -1);
	if (at < 0 || X509_NAME_get_index_by_NID(n, NID_serialNumber, at) >= 0)
		return false;
	const ASN1_STRING *s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(n, at));
	if (ASN1_STRING_length(s) != OIN - 1)
		return false;
	memcpy(out, ASN1_STRING_get0_data(s), OIN - 1);
	out[OIN - 1] = '\0';
	return str_oin(out);
}

static bool read_spki(X509 *x, char out[SPKI])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	if (n <= 0)
		return false;
	memcpy(out, "sha256:", 7);
	hash_sha256_hex(der, (size_t)n, out + 7);
	OPENSSL_free(der);
	return true;
}

/* Is the leaf, whose chain is good, the organisation that we want to talk to? */
static bool right_one(struct server_check *k, X509 *leaf)
{
	const struct client_server *s = k->server;
	char oin[OIN], spki[SPKI];
	if (!read_oin(leaf, oin))
		(void)snprintf(k->why, sizeof k->why,
		    "%s has a certificate without an OIN in its serialNumber", s->url);
	else if (!str_eq(oin, s->oin))
		(void)snprintf(k->why, sizeof k->why, "%s is answered by %s, and not by %s", s->url,
		    oin, s->oin);
	else if (!read_spki(leaf, spki) || (s->pinned && !s->pinned(s->arg, oin, spki)))
		(void)snprintf(k->why, sizeof k->why,
		    "the key with which %s answers is not pinned for %s in our registry", s->url,
		    oin);
	else
		return true;
	return false;
}

static int judge(X509_STORE_CTX *ctx, void *arg)
{
	struct server_check *k = arg;
	int good = X509_verify_cert(ctx);
	if (good == 1 && right_one(k, X509_STORE_CTX_get0_cert(ctx)))
		return 1;
	if (!k->why[0])
		(void)snprintf(k->why, sizeof k->why, "the certificate of %s: %s", k->server->url,
		    X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	else
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

/* Our certificate with its issuers and the key, as own has them. */
static int use_own(const struct server_check *k, SSL_CTX *ctx)
{
	STACK_OF(X509) *issuers = NULL;
	if (SSL_CTX_use_certificate(ctx, SSL_CTX_get0_certificate(k->own)) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, SSL_CTX_get0_privatekey(k->own)) != 1)
		return GW_EFAIL;
	(void)SSL_CTX_get0_chain_certs(k->own, &issuers);
	return !issuers || SSL_CTX_set1_chain(ctx, issuers) == 1 ? 0 : GW_EFAIL;
}

int server_check_setup(struct server_check *k, SSL_CTX *ctx)
{
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, SUITES_13) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, SUITES_12) != 1 || use_own(k, ctx) < 0) {
		ERR_clear_error();
		return GW_EFAIL;
	}
	SSL_CTX_set1_cert_store(ctx, k->store);
	SSL_CTX_set_security_level(ctx, 2);
	(void)X509_VERIFY_PARAM_set1(SSL_CTX_get0_param(ctx), X509_STORE_get0_param(k->store));
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_options(
	    ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, judge, k);
	return 0;
}
