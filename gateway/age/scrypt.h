/* SPDX-License-Identifier: EUPL-1.2 */
/* scrypt: wrapping a file key under a passphrase (C2SP age, "The scrypt recipient type"). */
#ifndef GW_AGE_SCRYPT_H
#define GW_AGE_SCRYPT_H

#include <stdint.h>

#include "age/filekey.h"
#include "age/keylist.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum { SCRYPT_SALT = 16 };

/* Append the stanza. GW_ENOMEM when 2^(work_factor + 10) bytes cannot be had; GW_ELIMIT. */
int scrypt_wrap(const struct passphrase *pass, const uint8_t file_key[FILE_KEY], struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/* GW_ENOMATCH when the passphrase is another; GW_ENOMEM as scrypt_wrap. */
int scrypt_unwrap(const struct passphrase *pass, const uint8_t salt[SCRYPT_SALT], unsigned log_n,
    const uint8_t body[WRAPPED], uint8_t file_key[FILE_KEY], struct errinfo *ei) GW_MUST_USE;

#endif
