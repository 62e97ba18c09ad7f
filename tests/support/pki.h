/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pki: certificates of every sort for tests, the wrong sorts above all. Header-only; a failure of
 * its own aborts the test program. Good certificates for whole homes come from certs-example/.
 *
 *	struct pki p = pki_new();                     a root, an authority below it, lists, folders
 *	pki_issue(&p, "x", &(struct pki_spec){…});    writes <dir>/x.pem and <dir>/x.key
 *	trust_load(p.roots, p.crls, …);
 *	pki_free(&p);
 */
#ifndef TESTS_SUPPORT_PKI_H
#define TESTS_SUPPORT_PKI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/file.h"
#include "base/secret.h"

#define PKI_NOW INT64_C(1795340000000) /* 2026-11-22, when all of this is valid */
#define PKI_DAY INT64_C(86400000)
#define PKI_OIN "00000099000000001000"

enum pki_key { PKI_EC, PKI_RSA3072, PKI_RSA2048, PKI_RSA1024, PKI_ED25519, PKI_SECP256K1 };

/* A certificate to make; zero members mean the ordinary. */
struct pki_spec {
	const char *oin, *name; /* oin NULL: PKI_OIN, "" for none */
	const char *usage;      /* NULL: digitalSignature,nonRepudiation; "" for no extension */
	const char *purpose;    /* NULL: emailProtection,1.3.6.1.5.5.7.3.36; "" for no extension */
	int64_t from, until;    /* milliseconds; 0: a year before and after PKI_NOW */
	enum pki_key key;
	bool ca;          /* an authority */
	bool by_root;     /* issued by the root */
	bool by_self;     /* self-signed */
	bool sha1;        /* signed with SHA-1 */
	bool no_issuer;   /* leave the issuing authority out of the PEM */
	X509 *by;         /* issued by this authority … */
	EVP_PKEY *by_key; /* … with this key */
};

struct pki {
	char dir[64], roots[80], crls[80];
	X509 *root, *ca;
	EVP_PKEY *root_key, *ca_key;
	long serial;
};

#define PKI_MUST(x)                                                                   \
	do {                                                                          \
		if (!(x)) {                                                           \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); \
			abort();                                                      \
		}                                                                     \
	} while (0)

/* Where a file of this PKI lies; valid until eight calls later. */
static inline const char *pki_path(const struct pki *p, const char *name, const char *ext)
{
	static char path[8][160];
	static unsigned turn;
	char *out = path[turn++ % 8];
	(void)snprintf(out, sizeof path[0], "%s/%s%s", p->dir, name, ext);
	return out;
}

static inline EVP_PKEY *pki_key(enum pki_key kind)
{
	switch (kind) {
	case PKI_RSA3072:
		return EVP_RSA_gen(3072);
	case PKI_RSA2048:
		return EVP_RSA_gen(2048);
	case PKI_RSA1024:
		return EVP_RSA_gen(1024);
	case PKI_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case PKI_SECP256K1:
		return EVP_EC_gen("secp256k1");
	default:
		return EVP_EC_gen("P-256");
	}
}

static inline void pki_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	PKI_MUST(e && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static inline void pki_time(ASN1_TIME *t, int64_t ms)
{
	PKI_MUST(ASN1_TIME_set(t, (time_t)(ms / 1000)));
}

static inline void pki_subject(X509_NAME *n, const struct pki_spec *s)
{
	const char *oin = s->oin ? s->oin : s->ca ? "" : PKI_OIN;
	const char *cn = s->name ? s->name : "Gemeente Voorbeeld";
	PKI_MUST(X509_NAME_add_entry_by_txt(
		     n, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) == 1);
	if (*oin)
		PKI_MUST(X509_NAME_add_entry_by_txt(n, "serialNumber", MBSTRING_ASC,
			     (const unsigned char *)oin, -1, -1, 0) == 1);
}

/* Make a certificate over key. */
static inline X509 *pki_make(struct pki *p, const struct pki_spec *s, EVP_PKEY *key)
{
	X509 *x = X509_new(), *by = s->by ? s->by : s->by_self ? x : s->by_root ? p->root : p->ca;
	EVP_PKEY *with = s->by_key ? s->by_key
	    : s->by_self           ? key
	    : s->by_root           ? p->root_key
				   : p->ca_key;
	PKI_MUST(x && key && X509_set_version(x, X509_VERSION_3) == 1);
	PKI_MUST(ASN1_INTEGER_set(X509_get_serialNumber(x), ++p->serial) == 1);
	pki_subject(X509_get_subject_name(x), s);
	PKI_MUST(X509_set_issuer_name(x, X509_get_subject_name(by)) == 1);
	PKI_MUST(X509_set_pubkey(x, key) == 1);
	pki_time(X509_getm_notBefore(x), s->from ? s->from : PKI_NOW - 365 * PKI_DAY);
	pki_time(X509_getm_notAfter(x), s->until ? s->until : PKI_NOW + 365 * PKI_DAY);
	const char *usage = s->usage ? s->usage
	    : s->ca                  ? "critical,keyCertSign,cRLSign"
				     : "critical,digitalSignature,nonRepudiation";
	const char *purpose = s->purpose ? s->purpose
	    : s->ca                      ? ""
					 : "emailProtection,1.3.6.1.5.5.7.3.36";
	pki_extension(
	    x, by, NID_basic_constraints, s->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (*usage)
		pki_extension(x, by, NID_key_usage, usage);
	if (*purpose)
		pki_extension(x, by, NID_ext_key_usage, purpose);
	pki_extension(x, by, NID_subject_key_identifier, "hash");
	if (by != x)
		pki_extension(x, by, NID_authority_key_identifier, "keyid:always");
	PKI_MUST(X509_sign(x, with, s->sha1 ? EVP_sha1() : EVP_sha256()) > 0);
	return x;
}

static inline void pki_write_cert(const char *path, X509 *a, X509 *b)
{
	FILE *f = fopen(path, "we");
	PKI_MUST(f && PEM_write_X509(f, a) == 1 && (!b || PEM_write_X509(f, b) == 1));
	(void)fclose(f);
}

static inline void pki_write_key(const char *path, EVP_PKEY *key)
{
	(void)unlink(path);
	FILE *f = fopen(path, "we");
	PKI_MUST(f && fchmod(fileno(f), 0600) == 0 &&
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1);
	(void)fclose(f);
}

/* Write <name>.pem and <name>.key for the spec; the certificate is returned and owned by the
 * caller.
 */
static inline X509 *pki_issue(struct pki *p, const char *name, const struct pki_spec *s)
{
	EVP_PKEY *key = pki_key(s->key);
	X509 *x = pki_make(p, s, key);
	X509 *second = s->no_issuer || s->by_self ? NULL
	    : s->by                               ? s->by
	    : s->by_root                          ? p->root
						  : p->ca;
	pki_write_cert(pki_path(p, name, ".pem"), x, second);
	pki_write_key(pki_path(p, name, ".key"), key);
	EVP_PKEY_free(key);
	return x;
}

/* As pki_issue, when only the files matter. */
static inline void pki_files(struct pki *p, const char *name, const struct pki_spec *s)
{
	X509_free(pki_issue(p, name, s));
}

/* A revoked certificate; reason as in CRL_REASON_…, -1 for none; 0 in invalid: no such date. */
struct pki_revoked {
	X509 *cert;
	int64_t when, invalid;
	int reason;
};

static inline void pki_revoke(X509_CRL *crl, const struct pki_revoked *r)
{
	X509_REVOKED *e = X509_REVOKED_new();
	ASN1_TIME *t = ASN1_TIME_new();
	PKI_MUST(e && t && X509_REVOKED_set_serialNumber(e, X509_get_serialNumber(r->cert)) == 1);
	pki_time(t, r->when);
	PKI_MUST(X509_REVOKED_set_revocationDate(e, t) == 1);
	if (r->reason >= 0) {
		ASN1_ENUMERATED *n = ASN1_ENUMERATED_new();
		PKI_MUST(ASN1_ENUMERATED_set(n, r->reason) == 1);
		PKI_MUST(X509_REVOKED_add1_ext_i2d(e, NID_crl_reason, n, 0, 0) == 1);
		ASN1_ENUMERATED_free(n);
	}
	if (r->invalid) {
		ASN1_GENERALIZEDTIME *g =
		    ASN1_GENERALIZEDTIME_set(NULL, (time_t)(r->invalid / 1000));
		PKI_MUST(X509_REVOKED_add1_ext_i2d(e, NID_invalidity_date, g, 0, 0) == 1);
		ASN1_GENERALIZEDTIME_free(g);
	}
	PKI_MUST(X509_CRL_add0_revoked(crl, e) == 1);
	ASN1_TIME_free(t);
}

/* Write crls/<name>.crl by an authority, from..until (until 0: without nextUpdate). */
static inline void pki_crl(struct pki *p, const char *name, X509 *by, EVP_PKEY *key, int64_t from,
    int64_t until, const struct pki_revoked *revoked, size_t n)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_new();
	char path[160];
	PKI_MUST(crl && t && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1);
	PKI_MUST(X509_CRL_set_issuer_name(crl, X509_get_subject_name(by)) == 1);
	pki_time(t, from);
	PKI_MUST(X509_CRL_set1_lastUpdate(crl, t) == 1);
	if (until) {
		pki_time(t, until);
		PKI_MUST(X509_CRL_set1_nextUpdate(crl, t) == 1);
	}
	for (size_t i = 0; i < n; i++)
		pki_revoke(crl, &revoked[i]);
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, by, NULL, NULL, crl, 0);
	X509_EXTENSION *e =
	    X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	PKI_MUST(e && X509_CRL_add_ext(crl, e, -1) == 1);
	PKI_MUST(X509_CRL_sort(crl) == 1 && X509_CRL_sign(crl, key, EVP_sha256()) > 0);
	(void)snprintf(path, sizeof path, "%s/%s.crl", p->crls, name);
	FILE *f = fopen(path, "we");
	PKI_MUST(f && PEM_write_X509_CRL(f, crl) == 1);
	(void)fclose(f);
	X509_EXTENSION_free(e);
	ASN1_TIME_free(t);
	X509_CRL_free(crl);
}

/* Both lists anew, fresh from a month before to a month after PKI_NOW, with these revocations. */
static inline void pki_lists(struct pki *p, const struct pki_revoked *revoked, size_t n)
{
	int64_t from = PKI_NOW - 30 * PKI_DAY, until = PKI_NOW + 30 * PKI_DAY;
	pki_crl(p, "root", p->root, p->root_key, from, until, revoked, n);
	pki_crl(p, "ca", p->ca, p->ca_key, from, until, revoked, n);
}

static inline struct pki pki_new(void)
{
	struct pki p = {.dir = "/tmp/pki-XXXXXX"};
	struct errinfo ei = ERRINFO_INIT;
	char path[160];
	PKI_MUST(secret_init(&ei) == 0 && mkdtemp(p.dir));
	(void)snprintf(p.roots, sizeof p.roots, "%s/roots", p.dir);
	(void)snprintf(p.crls, sizeof p.crls, "%s/crls", p.dir);
	PKI_MUST(mkdir(p.roots, 0700) == 0 && mkdir(p.crls, 0700) == 0);
	p.root_key = pki_key(PKI_EC);
	p.ca_key = pki_key(PKI_EC);
	int64_t from = PKI_NOW - 1000 * PKI_DAY, until = PKI_NOW + 3000 * PKI_DAY;
	p.root = pki_make(&p,
	    &(struct pki_spec){
		.name = "Test root", .ca = true, .by_self = true, .from = from, .until = until},
	    p.root_key);
	p.ca = pki_make(&p,
	    &(struct pki_spec){.name = "Test authority",
		.ca = true,
		.by_root = true,
		.from = from,
		.until = until},
	    p.ca_key);
	(void)snprintf(path, sizeof path, "%s/root.pem", p.roots);
	pki_write_cert(path, p.root, NULL);
	pki_lists(&p, NULL, 0);
	return p;
}

static inline void pki_free(struct pki *p)
{
	PKI_MUST(file_remove_tree(p->dir, NULL) == 0);
	X509_free(p->root);
	X509_free(p->ca);
	EVP_PKEY_free(p->root_key);
	EVP_PKEY_free(p->ca_key);
}

#endif
