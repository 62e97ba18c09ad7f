/* SPDX-License-Identifier: EUPL-1.2 */
/* cades: making signatures, and comparing pins. Verification lies in cades_verify.c. */
#include "sign/cades.h"

#include <openssl/cms.h>
#include <openssl/err.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/str.h"
#include "sign/cades_impl.h"
#include "sign/signer_impl.h"

/* SHA-256 throughout; S/MIME capabilities and certificates are added by us or not at all. */
enum { SIGN_FLAGS = CMS_PARTIAL | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP | CMS_NOCERTS };

static int failed(struct errinfo *ei)
{
	return err_set(ei, GW_EFAIL, "cannot sign: %s", cert_openssl_reason());
}

/* Put x among the certificates of cms unless it is there. */
static int embed(CMS_ContentInfo *cms, STACK_OF(X509) *there, X509 *x)
{
	for (int i = 0; i < sk_X509_num(there); i++)
		if (X509_cmp(sk_X509_value(there, i), x) == 0)
			return 0;
	return CMS_add1_cert(cms, x) == 1 ? 0 : GW_EFAIL;
}

static int embed_chain(CMS_ContentInfo *cms, const struct signer *s)
{
	STACK_OF(X509) *there GW_CLEANUP(cert_stack_free_p) = CMS_get1_certs(cms);
	int r = 0;
	for (int i = 0; r == 0 && i < sk_X509_num(s->chain); i++)
		r = embed(cms, there, sk_X509_value(s->chain, i));
	return r;
}

/* The attributes beside signing-certificate-v2, which CMS_CADES has added. */
static int add_attributes(CMS_SignerInfo *si, const void *content, size_t n, int64_t at)
{
	uint8_t digest[HASH_BYTES];
	hash_sha256(content, n, digest);
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)(at / 1000));
	int ok = t &&
	    CMS_signed_add1_attr_by_NID(
		si, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data), -1) == 1 &&
	    CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime, ASN1_STRING_type(t), t, -1) ==
		1 &&
	    CMS_signed_add1_attr_by_NID(
		si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest, sizeof digest) == 1;
	ASN1_TIME_free(t);
	return ok ? 0 : GW_EFAIL;
}

/* Put one SignerInfo of s into cms and append the whole to out. */
static int sign_into(CMS_ContentInfo *cms, const struct signer *s, const void *content, size_t n,
    int64_t at, struct buf *out, struct errinfo *ei)
{
	EVP_PKEY *key = NULL;
	int r = signer_key(s, &key);
	if (r < 0)
		return err_set(ei, r, "cannot sign: out of memory");
	CMS_SignerInfo *si =
	    CMS_add1_signer(cms, sk_X509_value(s->chain, 0), key, EVP_sha256(), SIGN_FLAGS);
	EVP_PKEY_free(key);
	if (!si || embed_chain(cms, s) < 0 || add_attributes(si, content, n, at) < 0 ||
	    CMS_SignerInfo_sign(si) != 1)
		return failed(ei);
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);
	if (len <= 0)
		return failed(ei);
	r = len > CADES_MAX
	    ? err_set(ei, GW_ELIMIT, "signature file would pass %d bytes", CADES_MAX)
	    : buf_add(out, der, (size_t)len);
	OPENSSL_free(der);
	return r;
}

static int check_request(const struct signer *s, size_t n, int64_t at, struct errinfo *ei)
{
	if (n > CADES_CONTENT_MAX)
		return err_set(ei, GW_ELIMIT, "more than %d bytes to sign", CADES_CONTENT_MAX);
	if (at < s->facts.not_before || at > s->facts.not_after)
		return err_set(ei, GW_EREFUSED, "cannot sign: our certificate %s: get a new one",
		    at > s->facts.not_after ? "has expired" : "is not valid yet");
	return 0;
}

int cades_sign(const struct signer *s, const void *content, size_t n, int64_t at, struct buf *out,
    struct errinfo *ei)
{
	int r = check_request(s, n, at, ei);
	if (r < 0)
		return r;
	/* Detached SignedData over id-data without a signature yet. */
	CMS_ContentInfo *cms =
	    CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY);
	r = cms ? sign_into(cms, s, content, n, at, out, ei) : failed(ei);
	CMS_ContentInfo_free(cms);
	return r;
}

/* GW_EEXIST when one of the signatures in cms was made with the key of s. */
static int signed_before(CMS_ContentInfo *cms, const struct signer *s, struct errinfo *ei)
{
	STACK_OF(CMS_SignerInfo) *list = CMS_get0_SignerInfos(cms);
	if (sk_CMS_SignerInfo_num(list) >= CADES_SIGNERS)
		return err_set(ei, GW_ELIMIT, "there are %d signatures already", CADES_SIGNERS);
	const EVP_PKEY *own = X509_get0_pubkey(sk_X509_value(s->chain, 0));
	for (int i = 0; i < sk_CMS_SignerInfo_num(list); i++) {
		EVP_PKEY *key = NULL;
		CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(list, i), &key, NULL, NULL, NULL);
		if (key && EVP_PKEY_eq(key, own) == 1)
			return err_set(ei, GW_EEXIST, "this key has signed already");
		ERR_clear_error();
	}
	return 0;
}

int cades_add(const struct signer *s, const void *old, size_t old_n, const void *content, size_t n,
    int64_t at, struct buf *out, struct errinfo *ei)
{
	CMS_ContentInfo *cms = NULL;
	int r = check_request(s, n, at, ei);
	if (r < 0 || (r = cades_parse(old, old_n, &cms, ei)) < 0)
		return r;
	if ((r = cades_check_content(cms, content, n, ei)) == 0 &&
	    (r = signed_before(cms, s, ei)) == 0)
		r = sign_into(cms, s, content, n, at, out, ei);
	CMS_ContentInfo_free(cms);
	return r;
}

int cades_pinned(const struct cades_signer *signer, const char *oin, const char *const *spki,
    size_t n, struct errinfo *ei)
{
	if (oin && (!*oin || !str_eq(signer->oin, oin)))
		return err_set(ei, GW_EAUTH, "signature: by another organisation than expected");
	for (size_t i = 0; i < n; i++)
		if (str_eq(signer->spki, spki[i]))
			return 0;
	return err_set(
	    ei, GW_EAUTH, "signature: by a key that is not among those pinned for its signer");
}
