/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cades: detached CAdES-BES signatures (ETSI EN 319 122-1, level B-B) as CMS SignedData in DER.
 *
 * What is signed are the exact bytes (CMS_BINARY). Every signature has the signed attributes
 * contentType, messageDigest, signingTime and signing-certificate-v2 (RFC 5035), SHA-256, and the
 * signer's certificate with its issuing CA embedded. Verification demands all of that itself:
 * OpenSSL 3.0 alone accepts a signature without signed attributes, with any purpose, and asks for
 * no revocation list. Stock `openssl cms -verify -cades` reads what this writes (docs/FORMATS.md
 * §8).
 *
 * A good signature proves a key and a name in a certificate, not that this party was the one
 * expected: callers go on with cades_pinned.
 */
#ifndef GW_SIGN_CADES_H
#define GW_SIGN_CADES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "sign/cert.h"
#include "sign/signer.h"
#include "sign/trust.h"

enum {
	CADES_MAX = 128 * 1024,               /* bytes of a signature file */
	CADES_CONTENT_MAX = 16 * 1024 * 1024, /* bytes that one signs: manifests, never payloads */
	CADES_SIGNERS = 8,                    /* signatures in one file */
};

/* Who signed, when they say they did, and until when their certificate runs (milliseconds). */
struct cades_signer {
	char oin[CERT_OIN];   /* "" when the certificate is a person's */
	char spki[CERT_SPKI]; /* the pin: "sha256:<hex>" */
	char name[CERT_NAME];
	int64_t signing_time, not_after;
};

/*
 * cades_sign(s, content, n, at, out, ei): append to out the signature of s over the n bytes at
 * content, with signing time `at` (milliseconds; kept to the second).
 *
 * out should have a max of at least CADES_MAX. GW_EREFUSED when the signer's certificate is not
 * valid at `at`; GW_ELIMIT past CADES_CONTENT_MAX or out's maximum; GW_EFAIL when the key (a token)
 * cannot sign; GW_ENOMEM. On error out is unchanged.
 */
int cades_sign(const struct signer *s, const void *content, size_t n, int64_t at, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * As cades_sign, but append to out the signature file old[0..old_n) with one SignerInfo more.
 *
 * GW_EAUTH when old is malformed or one of its signatures is not over this content (their trust is
 * not judged here); GW_EEXIST when s signed already; GW_ELIMIT past CADES_SIGNERS.
 */
int cades_add(const struct signer *s, const void *old, size_t old_n, const void *content, size_t n,
    int64_t at, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/*
 * True when der[0..der_n) can be read and each digest in it is that of content. Nothing is verified
 * by that: it tells a signature under another text from one that is wrong in itself.
 */
bool cades_covers(const void *der, size_t der_n, const void *content, size_t n);

/*
 * cades_verify(trust, der, der_n, content, n, at, now, ret, cap, ret_n, ei): verify every signature
 * in der[0..der_n) over content.
 *
 * Demanded of the file: DER or BER SignedData with nothing behind it, at most CADES_MAX bytes, type
 * id-data, detached, at least one and at most `cap` (never above CADES_SIGNERS) signatures. Of each
 * signature: exactly one value each of the four signed attributes, signing-certificate-v2 (hash at
 * least SHA-256) naming the certificate that verifies it, digest SHA-256, SHA-384 or SHA-512, key
 * EC or RSA, signing time inside the certificate's validity and at most 5 minutes after `at` and
 * `now`; its certificate passes trust_judge(at, now). Certificates in the file only help to build
 * the path.
 *
 * `at` is the moment at which the signature has to have been valid: when a gateway recorded that it
 * received it, else now. `now` is when we ask: revocation lists must be fresh then. Usually both
 * are clock_now().
 *
 * Returns 0 and fills ret[0..*ret_n) in the file's order; GW_EAUTH with the reason for everything
 * that is wrong with the signature; GW_ELIMIT past CADES_CONTENT_MAX; GW_ENOMEM.
 */
int cades_verify(const struct trust *trust, const void *der, size_t der_n, const void *content,
    size_t n, int64_t at, int64_t now, struct cades_signer *ret_signers, size_t cap, size_t *ret_n,
    struct errinfo *ei) GW_MUST_USE;

/*
 * GW_EAUTH unless the signer's certificate carries `oin` (NULL: any or none, for officers) and its
 * key is one of the pins spki[0..n). No pins: refused.
 */
int cades_pinned(const struct cades_signer *signer, const char *oin, const char *const *spki,
    size_t n, struct errinfo *ei) GW_MUST_USE;

#endif
