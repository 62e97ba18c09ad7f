/* SPDX-License-Identifier: EUPL-1.2 */
/* cert: what this house reads in a certificate: identity, pin, times, and what it may be used for.
 */
#ifndef GW_SIGN_CERT_H
#define GW_SIGN_CERT_H

#include <stdint.h>

#include <openssl/x509.h>

#include "base/defs.h"
#include "base/err.h"

enum {
	CERT_OIN = 21,              /* 20 digits and NUL */
	CERT_SPKI = 72,             /* "sha256:", 64 lower-case hex digits and NUL */
	CERT_NAME = 128,            /* UTF-8 and NUL, cut between characters */
	CERT_FILE_MAX = 256 * 1024, /* bytes of a PEM file */
	CERT_FILE_MOST = 32,        /* certificates in one */
};

/* What an organisation's or a person's certificate says of them. */
struct cert_facts {
	char oin[CERT_OIN];   /* subject.serialNumber when it is an OIN (20 digits), else "" */
	char spki[CERT_SPKI]; /* SHA-256 of the DER SubjectPublicKeyInfo (RFC 5280 §4.1) */
	char name[CERT_NAME]; /* subject commonName, else organizationName, else ""; no controls */
	int64_t not_before, not_after; /* milliseconds; both inclusive */
};

/* Read the facts of x. GW_EFORMAT when a time or the key cannot be read, or a name stands twice. */
int cert_facts(X509 *x, struct cert_facts *ret_facts, struct errinfo *ei) GW_MUST_USE;

/*
 * GW_EAUTH unless x may sign documents: the leaf rules of trust_judge without chain, time and
 * revocation. For one's own certificate, before something is signed that nobody would accept.
 */
int cert_may_sign(X509 *x, struct errinfo *ei) GW_MUST_USE;

/* GW_EAUTH when x, a CA, restricts extended key usage to other things than documents. */
int cert_may_issue(X509 *x, struct errinfo *ei) GW_MUST_USE;

/* Milliseconds of an ASN.1 time; GW_EFORMAT. */
int cert_time(const ASN1_TIME *t, int64_t *ret_ms) GW_MUST_USE;

/*
 * Read the certificates of a PEM file, in order, at least one. GW_EFORMAT when there is anything
 * but certificates in it or none; GW_ENOENT, GW_EIO, GW_ELIMIT (CERT_FILE_MAX, CERT_FILE_MOST). The
 * caller frees with sk_X509_pop_free.
 */
int cert_read_pem(const char *path, STACK_OF(X509) **ret_certs, struct errinfo *ei) GW_MUST_USE;

/* As cert_read_pem, for what was read from path already. */
int cert_parse_pem(const char *path, const void *p, size_t n, STACK_OF(X509) **ret_certs,
    struct errinfo *ei) GW_MUST_USE;

/* For GW_CLEANUP on a STACK_OF(X509) *. */
void cert_stack_free_p(STACK_OF(X509) **certs);

/*
 * Empty OpenSSL's error queue of this thread and return the reason at its top (static text, "no
 * reason given" when empty). No input bytes are in it.
 */
const char *cert_openssl_reason(void);

#endif
