/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/scrypt.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"
#include "base/str.h"

static const char LABEL[] = "age-encryption.org/v1/scrypt";

enum { LABELLED = sizeof LABEL - 1 + SCRYPT_SALT };

static int derive(const struct passphrase *pass, const uint8_t salt[SCRYPT_SALT], unsigned log_n,
    uint8_t *key, struct errinfo *ei)
{
	uint8_t s[LABELLED];
	memcpy(s, LABEL, sizeof LABEL - 1);
	memcpy(s + sizeof LABEL - 1, salt, SCRYPT_SALT);
	if (crypto_pwhash_scryptsalsa208sha256_ll(
		pass->p, pass->n, s, sizeof s, UINT64_C(1) << log_n, 8, 1, key, KEY_BYTES) != 0)
		return err_set(
		    ei, GW_ENOMEM, "out of memory for scrypt with work factor %u", log_n);
	return 0;
}

int scrypt_wrap(const struct passphrase *pass, const uint8_t file_key[FILE_KEY], struct buf *out,
    struct errinfo *ei)
{
	uint8_t salt[SCRYPT_SALT], body[WRAPPED];
	uint8_t *key GW_CLEANUP(secret_free_p) = secret_alloc(KEY_BYTES);
	if (!key)
		return err_set(ei, GW_ENOMEM, "no secret memory for a key");
	randombytes_buf(salt, sizeof salt);
	int r = derive(pass, salt, pass->work_factor, key, ei);
	if (r < 0)
		return r;
	file_key_wrap(key, file_key, body);
	if ((r = buf_adds(out, "-> scrypt ")) < 0 ||
	    (r = str_b64_nopad(out, salt, sizeof salt)) < 0 ||
	    (r = buf_addf(out, " %u\n", pass->work_factor)) < 0 ||
	    (r = str_b64_nopad(out, body, sizeof body)) < 0 || (r = buf_adds(out, "\n")) < 0)
		return err_set(ei, r, "no room for the header");
	return 0;
}

int scrypt_unwrap(const struct passphrase *pass, const uint8_t salt[SCRYPT_SALT], unsigned log_n,
    const uint8_t body[WRAPPED], uint8_t file_key[FILE_KEY], struct errinfo *ei)
{
	uint8_t *key GW_CLEANUP(secret_free_p) = secret_alloc(KEY_BYTES);
	if (!key)
		return err_set(ei, GW_ENOMEM, "no secret memory for a key");
	int r = derive(pass, salt, log_n, key, ei);
	return r < 0 ? r : file_key_unwrap(key, body, file_key);
}
