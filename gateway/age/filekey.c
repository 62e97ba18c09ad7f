/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/filekey.h"

#include <sodium.h>
#include <stddef.h>

#include "base/err.h"

static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

void file_key_wrap(
    const uint8_t key[KEY_BYTES], const uint8_t file_key[FILE_KEY], uint8_t out[WRAPPED])
{
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(
	    out, NULL, file_key, FILE_KEY, NULL, 0, NULL, nonce, key);
}

int file_key_unwrap(
    const uint8_t key[KEY_BYTES], const uint8_t in[WRAPPED], uint8_t file_key[FILE_KEY])
{
	return crypto_aead_chacha20poly1305_ietf_decrypt(
		   file_key, NULL, NULL, in, WRAPPED, NULL, 0, nonce, key) == 0
	    ? 0
	    : GW_ENOMATCH;
}
