/* SPDX-License-Identifier: EUPL-1.2 */
/* cades_verify: what is asked of a signature beyond what OpenSSL asks. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ess.h>

#include "base/str.h"
#include "sign/cades.h"
#include "sign/cades_impl.h"

enum { CERTS_MAX = 4 * CADES_SIGNERS, SKEW_MS = 5 * 60 * 1000 };

int cades_parse(const void *der, size_t n, CMS_ContentInfo **ret_cms, struct errinfo *ei)
{
	const unsigned char *at = der;
	if (n == 0 || n > CADES_MAX)
		return err_set(
		    ei, GW_EAUTH, "signature: is empty or longer than %d bytes", CADES_MAX);
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)n);
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = NULL;
	const char *why = NULL;
	int count = 0;
	if (!cms || at != (const unsigned char *)der + n)
		why = "is malformed";
	else if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		why = "is a CMS message of another type";
	else if (OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data || !CMS_is_detached(cms))
		why = "is not detached from plain data";
	else if ((count = sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms))) < 1)
		why = "nobody signed";
	else if (count > CADES_SIGNERS)
		why = "too many signers";
	else if (!(certs = CMS_get1_certs(cms)) || sk_X509_num(certs) > CERTS_MAX)
		why = "holds no certificate, or too many";
	else if (CMS_set1_signers_certs(cms, NULL, 0) != count)
		why = "the signer's certificate is missing";
	ERR_clear_error();
	if (why) {
		CMS_ContentInfo_free(cms);
		return err_set(ei, GW_EAUTH, "signature: %s", why);
	}
	*ret_cms = cms;
	return 0;
}

/* The single value of the signed attribute nid, or NULL when it is missing or not single. */
static const ASN1_TYPE *attribute(const CMS_SignerInfo *si, int nid)
{
	int i = CMS_signed_get_attr_by_NID(si, nid, -1);
	if (i < 0 || CMS_signed_get_attr_by_NID(si, nid, i) >= 0)
		return NULL;
	X509_ATTRIBUTE *a = CMS_signed_get_attr(si, i);
	return X509_ATTRIBUTE_count(a) == 1 ? X509_ATTRIBUTE_get0_type(a, 0) : NULL;
}

/*
 * OpenSSL passes a signature without signed attributes for a good CAdES one (its issue 27055): the
 * demand is made here.
 */
static int check_attributes(const CMS_SignerInfo *si, int64_t *ret_time, struct errinfo *ei)
{
	if (CMS_signed_get_attr_count(si) < 0)
		return err_set(ei, GW_EAUTH, "signature: has no signed attributes");
	const ASN1_TYPE *type = attribute(si, NID_pkcs9_contentType),
			*digest = attribute(si, NID_pkcs9_messageDigest),
			*time = attribute(si, NID_pkcs9_signingTime),
			*cert = attribute(si, NID_id_smime_aa_signingCertificateV2);
	if (!type || type->type != V_ASN1_OBJECT ||
	    OBJ_obj2nid(type->value.object) != NID_pkcs7_data)
		return err_set(ei, GW_EAUTH, "signature: lacks the signed attribute contentType");
	if (!digest || digest->type != V_ASN1_OCTET_STRING)
		return err_set(ei, GW_EAUTH, "signature: lacks the signed attribute messageDigest");
	if (!time || (time->type != V_ASN1_UTCTIME && time->type != V_ASN1_GENERALIZEDTIME) ||
	    cert_time(time->value.utctime, ret_time) < 0)
		return err_set(ei, GW_EAUTH, "signature: lacks the signed attribute signingTime");
	if (!cert || cert->type != V_ASN1_SEQUENCE)
		return err_set(ei, GW_EAUTH,
		    "signature: lacks the signed attribute signing-certificate-v2 (not CAdES)");
	return 0;
}

static bool strong_digest(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *o = NULL;
	X509_ALGOR_get0(&o, NULL, NULL, alg);
	int nid = OBJ_obj2nid(o);
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

static int check_algorithms(CMS_SignerInfo *si, struct errinfo *ei)
{
	X509_ALGOR *digest = NULL, *signature = NULL;
	const ASN1_OBJECT *o = NULL;
	int of_digest = NID_undef, of_key = NID_undef;
	CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, &signature);
	if (!strong_digest(digest))
		return err_set(ei, GW_EAUTH, "signature: its digest is weaker than SHA-256");
	X509_ALGOR_get0(&o, NULL, NULL, signature);
	int nid = OBJ_obj2nid(o);
	if (nid == NID_rsaEncryption || nid == NID_rsassaPss)
		return 0; /* the digest is the one above; OpenSSL holds PSS parameters against it */
	X509_ALGOR_get0(&o, NULL, NULL, digest);
	if (OBJ_find_sigid_algs(nid, &of_digest, &of_key) != 1 || of_digest != OBJ_obj2nid(o) ||
	    (of_key != NID_X9_62_id_ecPublicKey && of_key != NID_rsaEncryption))
		return err_set(ei, GW_EAUTH, "signature: of an unknown algorithm");
	return 0;
}

/* 0 when the messageDigest of si is that of content, GW_EAUTH when not. check_attributes and
 * check_algorithms have passed. */
static int check_digest(CMS_SignerInfo *si, const void *content, size_t n)
{
	X509_ALGOR *alg = NULL;
	const ASN1_OBJECT *o = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int digest_n = 0;
	CMS_SignerInfo_get0_algs(si, NULL, NULL, &alg, NULL);
	X509_ALGOR_get0(&o, NULL, NULL, alg);
	if (EVP_Digest(content, n, digest, &digest_n, EVP_get_digestbyobj(o), NULL) != 1)
		return GW_ENOMEM;
	const ASN1_STRING *said = attribute(si, NID_pkcs9_messageDigest)->value.octet_string;
	return ASN1_STRING_length(said) == (int)digest_n &&
		memcmp(ASN1_STRING_get0_data(said), digest, digest_n) == 0
	    ? 0
	    : GW_EAUTH;
}

/* GW_EAUTH unless the messageDigest of si is that of content and the signature over it is good. */
static int check_signature(CMS_SignerInfo *si, const void *content, size_t n, struct errinfo *ei)
{
	int r = check_digest(si, content, n);
	if (r == GW_ENOMEM)
		return r;
	if (r < 0)
		return err_set(ei, GW_EAUTH, "signature: is not over this content");
	if (CMS_SignerInfo_verify(si) == 1)
		return 0;
	ERR_clear_error();
	return err_set(ei, GW_EAUTH, "signature: was not made with the certificate's key");
}

int cades_check_content(CMS_ContentInfo *cms, const void *content, size_t n, struct errinfo *ei)
{
	STACK_OF(CMS_SignerInfo) *list = CMS_get0_SignerInfos(cms);
	int64_t time;
	int r;
	if (n > CADES_CONTENT_MAX)
		return err_set(
		    ei, GW_ELIMIT, "more than %d bytes under a signature", CADES_CONTENT_MAX);
	for (int i = 0; i < sk_CMS_SignerInfo_num(list); i++) {
		CMS_SignerInfo *si = sk_CMS_SignerInfo_value(list, i);
		if ((r = check_attributes(si, &time, ei)) < 0 ||
		    (r = check_algorithms(si, ei)) < 0 ||
		    (r = check_signature(si, n ? content : "", n, ei)) < 0)
			return r;
	}
	return 0;
}

bool cades_covers(const void *der, size_t der_n, const void *content, size_t n)
{
	CMS_ContentInfo *cms = NULL;
	bool covers = true;
	if (cades_parse(der, der_n, &cms, NULL) < 0)
		return false;
	STACK_OF(CMS_SignerInfo) *list = CMS_get0_SignerInfos(cms);
	for (int i = 0; i < sk_CMS_SignerInfo_num(list); i++) {
		CMS_SignerInfo *si = sk_CMS_SignerInfo_value(list, i);
		int64_t time;
		covers &= check_attributes(si, &time, NULL) == 0 &&
		    check_algorithms(si, NULL) == 0 && check_digest(si, n ? content : "", n) == 0;
	}
	CMS_ContentInfo_free(cms);
	return covers;
}

/*
 * The first ESSCertIDv2 of a SigningCertificateV2 (RFC 5035 §3): GW_EAUTH unless its digest is
 * strong and that of x. OpenSSL checks the rest, but would take SHA-1 here.
 */
static int check_first_id(const ASN1_STRING *value, X509 *x, struct errinfo *ei)
{
	const unsigned char *p = ASN1_STRING_get0_data(value);
	const EVP_MD *md = EVP_sha256(); /* the default */
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int digest_n = 0;
	long len = ASN1_STRING_length(value);
	int tag, class;
	const unsigned char *end = p + len;
	for (int depth = 0; depth < 3; depth++) { /* SEQUENCE, SEQUENCE OF, ESSCertIDv2 */
		if (ASN1_get_object(&p, &len, &tag, &class, end - p) != V_ASN1_CONSTRUCTED ||
		    tag != V_ASN1_SEQUENCE)
			goto bad;
		end = p + len;
	}
	if (len > 0 && *p == (V_ASN1_CONSTRUCTED | V_ASN1_SEQUENCE)) {
		X509_ALGOR *alg = d2i_X509_ALGOR(NULL, &p, len);
		const ASN1_OBJECT *o = NULL;
		if (alg)
			X509_ALGOR_get0(&o, NULL, NULL, alg);
		md = alg && strong_digest(alg) ? EVP_get_digestbyobj(o) : NULL;
		X509_ALGOR_free(alg);
	}
	if (!md || (ASN1_get_object(&p, &len, &tag, &class, end - p) & 0x80) ||
	    tag != V_ASN1_OCTET_STRING || X509_digest(x, md, digest, &digest_n) != 1 ||
	    len != (long)digest_n || memcmp(p, digest, digest_n) != 0)
		goto bad;
	return 0;
bad:
	ERR_clear_error();
	return err_set(ei, GW_EAUTH,
	    "signature: signing-certificate-v2 does not name the signer's certificate");
}

/* signing-certificate-v2 names the signer's certificate first, and for the rest only its chain. */
static int check_signing_certificate(CMS_SignerInfo *si, STACK_OF(X509) *chain, struct errinfo *ei)
{
	const ASN1_STRING *value =
	    attribute(si, NID_id_smime_aa_signingCertificateV2)->value.sequence;
	int r = check_first_id(value, sk_X509_value(chain, 0), ei);
	if (r < 0)
		return r;
	const unsigned char *p = ASN1_STRING_get0_data(value);
	const unsigned char *end = p + ASN1_STRING_length(value);
	ESS_SIGNING_CERT_V2 *v2 = d2i_ESS_SIGNING_CERT_V2(NULL, &p, end - p);
	int ok = v2 && p == end ? OSSL_ESS_check_signing_certs(NULL, v2, chain, 1) : 0;
	ESS_SIGNING_CERT_V2_free(v2);
	ERR_clear_error();
	if (ok <= 0)
		return err_set(ei, GW_EAUTH,
		    "signature: signing-certificate-v2 does not fit the signer's chain");
	return 0;
}

static int judge_signer(CMS_SignerInfo *si, const struct trust *trust, STACK_OF(X509) *certs,
    int64_t at, int64_t now, struct cades_signer *ret, struct errinfo *ei)
{
	STACK_OF(X509) *chain GW_CLEANUP(cert_stack_free_p) = NULL;
	X509 *x = NULL;
	struct cert_facts f;
	int64_t time = 0;
	int r;
	CMS_SignerInfo_get0_algs(si, NULL, &x, NULL, NULL);
	if ((r = check_attributes(si, &time, ei)) < 0)
		return r;
	if ((r = trust_judge(trust, x, certs, at, now, &chain, ei)) < 0)
		return err_prefix(ei, r, "signature");
	if ((r = check_signing_certificate(si, chain, ei)) < 0)
		return r;
	if (cert_facts(x, &f, ei) < 0)
		return GW_EAUTH;
	if (time < f.not_before || time > f.not_after)
		return err_set(ei, GW_EAUTH,
		    "signature: its signing time lies outside the certificate's validity");
	if (time > now + SKEW_MS)
		return err_set(ei, GW_EAUTH, "signature: its signing time lies in the future");
	if (time > at + SKEW_MS)
		return err_set(ei, GW_EAUTH,
		    "signature: its signing time lies after the moment at which it was received");
	*ret = (struct cades_signer){.signing_time = time, .not_after = f.not_after};
	memcpy(ret->oin, f.oin, sizeof ret->oin);
	memcpy(ret->spki, f.spki, sizeof ret->spki);
	memcpy(ret->name, f.name, sizeof ret->name);
	return 0;
}

int cades_verify(const struct trust *trust, const void *der, size_t der_n, const void *content,
    size_t n, int64_t at, int64_t now, struct cades_signer *ret_signers, size_t cap, size_t *ret_n,
    struct errinfo *ei)
{
	CMS_ContentInfo *cms = NULL;
	struct cades_signer found[CADES_SIGNERS];
	int r;
	if ((r = cades_parse(der, der_n, &cms, ei)) < 0)
		return r;
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = CMS_get1_certs(cms);
	STACK_OF(CMS_SignerInfo) *list = CMS_get0_SignerInfos(cms);
	size_t count = (size_t)sk_CMS_SignerInfo_num(list);
	if (count > cap)
		r = err_set(
		    ei, GW_EAUTH, "signature: %zu signers where at most %zu may be", count, cap);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = judge_signer(
		    sk_CMS_SignerInfo_value(list, (int)i), trust, certs, at, now, &found[i], ei);
	if (r == 0)
		r = cades_check_content(cms, content, n, ei);
	CMS_ContentInfo_free(cms);
	if (r < 0)
		return r;
	memcpy(ret_signers, found, count * sizeof *found);
	*ret_n = count;
	return 0;
}
