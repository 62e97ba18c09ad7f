/* SPDX-License-Identifier: EUPL-1.2 */
/* filekey: the 16 bytes that encrypt one file, and their wrapping under a recipient's key. */
#ifndef GW_AGE_FILEKEY_H
#define GW_AGE_FILEKEY_H

#include <stdint.h>

#include "age/keylist.h"
#include "base/defs.h"

enum { FILE_KEY = 16, WRAPPED = FILE_KEY + 16 };

/* ChaCha20-Poly1305 with a nonce of zeros: `key` is used for this once. */
void file_key_wrap(
    const uint8_t key[KEY_BYTES], const uint8_t file_key[FILE_KEY], uint8_t out[WRAPPED]);

/* GW_ENOMATCH when key is not the one; file_key is set on success only. */
int file_key_unwrap(const uint8_t key[KEY_BYTES], const uint8_t in[WRAPPED],
    uint8_t file_key[FILE_KEY]) GW_MUST_USE;

#endif
