/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/cert.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "sign/key.h"

/* Document signing: id-kp-documentSigning (RFC 9336) and szOID_KP_DOCUMENT_SIGNING. */
static const char *const document_signing[] = {"1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12"};

const char *cert_openssl_reason(void)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = e ? ERR_reason_error_string(e) : NULL;
	ERR_clear_error();
	return reason ? reason : "no reason given";
}

int cert_time(const ASN1_TIME *t, int64_t *ret_ms)
{
	struct tm tm;
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return GW_EFORMAT;
	struct date d = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
	int64_t s = date_days(d) * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
	*ret_ms = s * 1000;
	return 0;
}

/* The one value of a subject attribute as UTF-8 in out, cut to fit; "" when it is not there. */
static int subject_text(X509 *x, int nid, char *out, size_t cap, struct errinfo *ei)
{
	const X509_NAME *name = X509_get_subject_name(x);
	int i = X509_NAME_get_index_by_NID(name, nid, -1);
	out[0] = '\0';
	if (i < 0)
		return 0;
	if (X509_NAME_get_index_by_NID(name, nid, i) >= 0)
		return err_set(ei, GW_EFORMAT,
		    "certificate: %s stands more than once in the subject", OBJ_nid2ln(nid));
	unsigned char *text = NULL;
	int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));
	if (n < 0 || !str_utf8(text, (size_t)n)) {
		OPENSSL_free(text);
		ERR_clear_error();
		return err_set(
		    ei, GW_EFORMAT, "certificate: %s is no readable text", OBJ_nid2ln(nid));
	}
	size_t k = 0, end = 0;
	for (; k < (size_t)n && k < cap - 1; k++) {
		if ((text[k] & 0xc0) != 0x80)
			end = k; /* a character begins here */
		out[k] = (char)(text[k] < 0x20 || text[k] == 0x7f ? '?' : text[k]);
	}
	if (k < (size_t)n && (text[k] & 0xc0) == 0x80)
		k = end; /* cut in the middle of one */
	out[k] = '\0';
	OPENSSL_free(text);
	return 0;
}

int cert_facts(X509 *x, struct cert_facts *ret_facts, struct errinfo *ei)
{
	struct cert_facts f = {0};
	char serial[CERT_NAME];
	int r;
	if ((r = subject_text(x, NID_serialNumber, serial, sizeof serial, ei)) < 0 ||
	    (r = subject_text(x, NID_commonName, f.name, sizeof f.name, ei)) < 0)
		return r;
	if (str_oin(serial))
		memcpy(f.oin, serial, sizeof f.oin);
	if (!*f.name && (r = subject_text(x, NID_organizationName, f.name, sizeof f.name, ei)) < 0)
		return r;
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	if (n <= 0) {
		ERR_clear_error();
		return err_set(ei, GW_EFORMAT, "certificate: its key cannot be read");
	}
	memcpy(f.spki, "sha256:", 7);
	hash_sha256_hex(der, (size_t)n, f.spki + 7);
	OPENSSL_free(der);
	if (cert_time(X509_get0_notBefore(x), &f.not_before) < 0 ||
	    cert_time(X509_get0_notAfter(x), &f.not_after) < 0)
		return err_set(ei, GW_EFORMAT, "certificate: its validity cannot be read");
	f.not_after += 999; /* to the end of that second */
	*ret_facts = f;
	return 0;
}

static bool is_document_purpose(const ASN1_OBJECT *purpose)
{
	char oid[64];
	if (OBJ_obj2nid(purpose) == NID_email_protect)
		return true;
	if (OBJ_obj2txt(oid, sizeof oid, purpose, 1) <= 0)
		return false;
	return str_eq(oid, document_signing[0]) || str_eq(oid, document_signing[1]);
}

/* True when extended key usage is absent, or has a purpose of documents, or (where allowed) any. */
static bool documents_allowed(X509 *x, bool any_counts)
{
	int where = -1;
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x, NID_ext_key_usage, &where, NULL);
	ERR_clear_error();
	if (!eku)
		return where == -1; /* -2: twice; 0 and more: not readable */
	bool ok = false;
	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		const ASN1_OBJECT *o = sk_ASN1_OBJECT_value(eku, i);
		ok |= is_document_purpose(o) ||
		    (any_counts && OBJ_obj2nid(o) == NID_anyExtendedKeyUsage);
	}
	sk_ASN1_OBJECT_pop_free(eku, ASN1_OBJECT_free);
	return ok;
}

int cert_may_sign(X509 *x, struct errinfo *ei)
{
	uint32_t flags = X509_get_extension_flags(x);
	if (flags & EXFLAG_INVALID)
		return err_set(ei, GW_EAUTH, "certificate has extensions that cannot be read");
	if (flags & EXFLAG_CA)
		return err_set(
		    ei, GW_EAUTH, "certificate is that of an authority, not of a signer");
	if (!(flags & EXFLAG_KUSAGE) ||
	    !(X509_get_key_usage(x) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return err_set(ei, GW_EAUTH,
		    "certificate may not sign: its key usage lacks digitalSignature and nonRepudiation");
	if (!documents_allowed(x, false))
		return err_set(ei, GW_EAUTH,
		    "certificate may not sign documents: its extended key usage lacks emailProtection and documentSigning");
	EVP_PKEY *key = X509_get0_pubkey(x);
	int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
	if (type != EVP_PKEY_EC && type != EVP_PKEY_RSA && type != EVP_PKEY_RSA_PSS)
		return err_set(ei, GW_EAUTH, "certificate has a key that is neither EC nor RSA");
	/* what we would not sign with, nobody else may */
	return type == EVP_PKEY_EC && key_check(key, "certificate", ei) < 0 ? GW_EAUTH : 0;
}

int cert_may_issue(X509 *x, struct errinfo *ei)
{
	if (!documents_allowed(x, true))
		return err_set(ei, GW_EAUTH,
		    "the issuing authority may not issue certificates that sign documents");
	return 0;
}

/* Append the certificates in p[0..n) to certs; PEM blocks of another name are refused. */
static int parse_pem(
    const char *path, const void *p, size_t n, STACK_OF(X509) *certs, struct errinfo *ei)
{
	BIO *bio = BIO_new_mem_buf(p, (int)n);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long len = 0;
	int r = bio ? 0 : GW_ENOMEM;
	while (r == 0 && PEM_read_bio(bio, &name, &header, &der, &len) == 1) {
		const unsigned char *at = der;
		X509 *x = NULL;
		if (!str_eq(name, PEM_STRING_X509) && !str_eq(name, PEM_STRING_X509_OLD))
			r = err_set(
			    ei, GW_EFORMAT, "%s: holds something else than certificates", path);
		else if (sk_X509_num(certs) >= CERT_FILE_MOST)
			r = err_set(
			    ei, GW_ELIMIT, "%s: more than %d certificates", path, CERT_FILE_MOST);
		else if (!(x = d2i_X509(NULL, &at, len)) || at != der + len)
			r = err_set(ei, GW_EFORMAT, "%s: a certificate in it is malformed", path);
		else if (sk_X509_push(certs, x) <= 0)
			r = GW_ENOMEM;
		if (r < 0)
			X509_free(x);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (r == 0 && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		r = err_set(ei, GW_EFORMAT, "%s: a PEM block in it is malformed", path);
	if (r == 0 && sk_X509_num(certs) == 0)
		r = err_set(ei, GW_EFORMAT, "%s: holds no certificate in PEM", path);
	ERR_clear_error();
	BIO_free(bio);
	return r;
}

int cert_parse_pem(
    const char *path, const void *p, size_t n, STACK_OF(X509) **ret_certs, struct errinfo *ei)
{
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = sk_X509_new_null();
	int r;
	if (!certs)
		return GW_ENOMEM;
	ERR_clear_error();
	if ((r = parse_pem(path, p, n, certs, ei)) < 0)
		return r;
	*ret_certs = certs;
	certs = NULL;
	return 0;
}

int cert_read_pem(const char *path, STACK_OF(X509) **ret_certs, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CERT_FILE_MAX);
	int r = file_read(path, CERT_FILE_MAX, &b, ei);
	return r == 0 ? cert_parse_pem(path, b.data ? b.data : "", b.len, ret_certs, ei) : r;
}

void cert_stack_free_p(STACK_OF(X509) **certs)
{
	sk_X509_pop_free(*certs, X509_free);
	*certs = NULL;
}
