/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/signer.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/secret.h"
#include "base/str.h"
#include "sign/key.h"
#include "sign/signer_impl.h"
#include "sign/trust.h"

bool signer_is_token(const char *key)
{
	return str_starts(key, "pkcs11:");
}

/* Take the chain apart: the first certificate signs, those behind it are embedded with it. */
static int check_chain(struct signer *s, const char *path, struct errinfo *ei)
{
	X509 *leaf = sk_X509_value(s->chain, 0), *issuer = sk_X509_value(s->chain, 1);
	struct errinfo why = ERRINFO_INIT;
	if (cert_may_sign(leaf, &why) < 0)
		return err_set(ei, GW_EFORMAT, "%s: %s", path, why.msg);
	if (!issuer || X509_check_issued(issuer, leaf) != X509_V_OK ||
	    X509_verify(leaf, X509_get0_pubkey(issuer)) != 1) {
		ERR_clear_error();
		return err_set(ei, GW_EFORMAT,
		    "%s: the issuing authority's certificate should stand behind the signer's own",
		    path);
	}
	/* A root inside a message proves nothing, so none is put there. */
	for (int i = sk_X509_num(s->chain) - 1; i > 0; i--)
		if (X509_self_signed(sk_X509_value(s->chain, i), 0) == 1)
			X509_free(sk_X509_delete(s->chain, i));
	return cert_facts(leaf, &s->facts, ei);
}

/* Keep key: one from a file as DER in locked memory, one in a token as it is. Takes it over. */
static int keep_key(struct signer *s, EVP_PKEY *key, bool token, struct errinfo *ei)
{
	if (token) {
		s->token = key;
		return 0;
	}
	s->type = EVP_PKEY_get_base_id(key);
	int n = i2d_PrivateKey(key, NULL);
	s->secret = n > 0 ? secret_alloc((size_t)n) : NULL;
	unsigned char *at = s->secret;
	if (at)
		s->secret_n = (size_t)i2d_PrivateKey(key, &at);
	EVP_PKEY_free(key);
	return at ? 0 : err_set(ei, GW_ENOMEM, "no locked memory for a private key");
}

int signer_key(const struct signer *s, EVP_PKEY **ret_key)
{
	const unsigned char *at = s->secret;
	if (s->token)
		return EVP_PKEY_up_ref(s->token) == 1 ? (*ret_key = s->token, 0) : GW_ENOMEM;
	EVP_PKEY *key = d2i_PrivateKey(s->type, NULL, &at, (long)s->secret_n);
	if (!key)
		return GW_ENOMEM;
	*ret_key = key;
	return 0;
}

int signer_load(
    const char *cert_path, const char *key, struct signer **ret_signer, struct errinfo *ei)
{
	struct signer *s GW_CLEANUP(signer_free_p) = str_alloc(sizeof *s);
	bool token = signer_is_token(key);
	EVP_PKEY *k = NULL;
	int r;
	if ((r = cert_read_pem(cert_path, &s->chain, ei)) < 0 ||
	    (r = check_chain(s, cert_path, ei)) < 0)
		return r;
	if ((r = token ? key_from_token(key, &k, ei) : key_read_pem(key, &k, ei)) < 0)
		return r;
	if (EVP_PKEY_eq(X509_get0_pubkey(sk_X509_value(s->chain, 0)), k) != 1) {
		ERR_clear_error();
		EVP_PKEY_free(k);
		return err_set(ei, GW_EFORMAT, "%s: the private key belongs to another certificate",
		    cert_path);
	}
	if ((r = keep_key(s, k, token, ei)) < 0)
		return r;
	*ret_signer = s;
	s = NULL;
	return 0;
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	secret_free(s->secret);
	EVP_PKEY_free(s->token);
	cert_stack_free_p(&s->chain);
	free(s);
}

void signer_free_p(struct signer **s)
{
	signer_free(*s);
	*s = NULL;
}

const char *signer_oin(const struct signer *s)
{
	return s->facts.oin;
}

const char *signer_spki(const struct signer *s)
{
	return s->facts.spki;
}

const char *signer_name(const struct signer *s)
{
	return s->facts.name;
}

int64_t signer_not_after(const struct signer *s)
{
	return s->facts.not_after;
}

int signer_judge(const struct signer *s, const struct trust *trust, int64_t now, struct errinfo *ei)
{
	return trust_judge(trust, sk_X509_value(s->chain, 0), s->chain, now, now, NULL, ei);
}
