/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/csr.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/str.h"
#include "sign/cert.h"
#include "sign/key.h"

enum { NAME_CHARS = 64 /* ub-organization-name and ub-common-name, RFC 5280 appendix A.1 */ };

static int check_name(const char *name, struct errinfo *ei)
{
	size_t n = strnlen(name, (size_t)NAME_CHARS * 4 + 1), chars = 0;
	bool bad = !str_utf8(name, n);
	for (size_t i = 0; i < n; i++) {
		chars += ((unsigned char)name[i] & 0xc0) != 0x80;
		bad |= (unsigned char)name[i] < 0x20 || name[i] == 0x7f;
	}
	if (bad || chars < 1 || chars > NAME_CHARS)
		return err_set(ei, GW_EFORMAT,
		    "organisation name: 1 to %d characters of UTF-8 on one line", NAME_CHARS);
	return 0;
}

static X509_NAME *make_subject(const char *oin, const char *name)
{
	const struct {
		int nid, type;
		const char *text;
	} part[] = {{NID_countryName, MBSTRING_ASC, "NL"},
	    {NID_organizationName, MBSTRING_UTF8, name}, {NID_serialNumber, MBSTRING_ASC, oin},
	    {NID_commonName, MBSTRING_UTF8, name}};
	X509_NAME *subject = X509_NAME_new();
	for (size_t i = 0; subject && i < GW_LENGTH(part); i++) {
		if (X509_NAME_add_entry_by_NID(subject, part[i].nid, part[i].type,
			(const unsigned char *)part[i].text, -1, -1, 0) != 1) {
			X509_NAME_free(subject);
			subject = NULL;
		}
	}
	return subject;
}

/* The request for key as PEM in out. */
static int make_request(EVP_PKEY *key, const char *oin, const char *name, BIO *out)
{
	X509_REQ *req = X509_REQ_new();
	X509_NAME *subject = make_subject(oin, name);
	int ok = req && subject && X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
	    X509_REQ_set_subject_name(req, subject) == 1 && X509_REQ_set_pubkey(req, key) == 1 &&
	    X509_REQ_sign(req, key, EVP_sha256()) > 0 && PEM_write_bio_X509_REQ(out, req) == 1;
	X509_NAME_free(subject);
	X509_REQ_free(req);
	return ok ? 0 : GW_EFAIL;
}

int csr_make(const char *key_path, const char *csr_path, const char *oin, const char *name,
    struct errinfo *ei)
{
	int r;
	if (!str_oin(oin))
		return err_set(ei, GW_EFORMAT, "an OIN has 20 digits");
	if ((r = check_name(name, ei)) < 0 || (r = key_memory(ei)) < 0)
		return r;
	EVP_PKEY *key = EVP_EC_gen(SN_X9_62_prime256v1);
	BIO *secret = BIO_new(BIO_s_secmem()), *request = BIO_new(BIO_s_mem());
	char *p = NULL;
	if (!key || !secret || !request ||
	    PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    make_request(key, oin, name, request) < 0) {
		r = err_set(ei, GW_EFAIL, "cannot make a key: %s", cert_openssl_reason());
	} else {
		long n = BIO_get_mem_data(secret, &p);
		r = file_write(key_path, p, (size_t)n, 0600, FILE_NEW, ei);
	}
	if (r == 0) {
		long n = BIO_get_mem_data(request, &p);
		r = file_write(csr_path, p, (size_t)n, 0644, FILE_REPLACE, ei);
	}
	EVP_PKEY_free(key);
	BIO_free(secret);
	BIO_free(request);
	return r;
}
