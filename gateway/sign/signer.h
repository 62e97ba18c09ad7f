/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * signer: a certificate with its private key, ready to sign.
 *
 * The key lies in a PEM file (mode 0600, no passphrase: the file's protection is the system's) or
 * in a token behind a `pkcs11:` URI (RFC 7512) through the OpenSSL engine `pkcs11`. A signer does
 * not change once loaded and may be used by several threads at once.
 */
#ifndef GW_SIGN_SIGNER_H
#define GW_SIGN_SIGNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"

struct signer;
struct trust;

/*
 * signer_load(cert_path, key, ret, ei): read the certificate and its key.
 *
 * cert_path: PEM with the signer's own certificate first and its issuing CA next (both go into the
 * signatures; a root is never embedded). key: path of an unencrypted PEM private key (EC P-256,
 * P-384, P-521 or RSA of at least 2048 bits), or a `pkcs11:` URI. In a URI, `module-path=` names
 * the PKCS#11 library (else $PKCS11_MODULE_PATH, else p11-kit's), and the PIN comes from the file
 * that `pin-source=file:/…` names (mode 0600) or from $HANDOVER_PKCS11_PIN; `pin-value=` is
 * refused, for it would stand in process arguments and settings.
 *
 * GW_ENOENT, GW_EIO; GW_EMODE when the key is readable by others; GW_EFORMAT when a file is not
 * what it should be, the issuing CA is missing, key and certificate are no pair, or the certificate
 * may not sign documents (cert_may_sign); GW_ESUPPORT for a URI when the engine is not installed;
 * GW_EAUTH when the token refuses the PIN or has no such key. The caller frees with signer_free.
 */
int signer_load(const char *cert_path, const char *key, struct signer **ret_signer,
    struct errinfo *ei) GW_MUST_USE;

/* NULL is fine; the _p form fits GW_CLEANUP. */
void signer_free(struct signer *s);
void signer_free_p(struct signer **s);

/* The OIN in the certificate, "" for a person's; borrowed. */
const char *signer_oin(const struct signer *s);

/* The pin of its key: "sha256:<hex of SHA-256 of the DER SubjectPublicKeyInfo>"; borrowed. */
const char *signer_spki(const struct signer *s);

/* commonName (else organizationName) of the certificate's subject; borrowed. */
const char *signer_name(const struct signer *s);

/* Last moment of the certificate, milliseconds. */
int64_t signer_not_after(const struct signer *s);

/* Whether others would take a signature that it makes at `now`: as trust_judge. */
int signer_judge(const struct signer *s, const struct trust *trust, int64_t now, struct errinfo *ei)
    GW_MUST_USE;

/* True when `key`, as in settings or on a command line, names a token and not a file. */
bool signer_is_token(const char *key);

#endif
