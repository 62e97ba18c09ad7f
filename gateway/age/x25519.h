/* SPDX-License-Identifier: EUPL-1.2 */
/* x25519: wrapping a file key to X25519 keys (C2SP age, "The X25519 recipient type"). */
#ifndef GW_AGE_X25519_H
#define GW_AGE_X25519_H

#include <stdint.h>

#include "age/filekey.h"
#include "age/keylist.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

/*
 * Append a stanza for each key of `to`, in order, each with a fresh ephemeral key; the work is
 * shared by up to `threads` threads. GW_EFORMAT when a key is a low-order point (out unchanged);
 * GW_ELIMIT, GW_ENOMEM.
 */
int x25519_wrap(const struct age_recipients *to, const uint8_t file_key[FILE_KEY], unsigned threads,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* GW_ENOMATCH when the stanza is for another key; GW_EFORMAT when share is a low-order point. */
int x25519_unwrap(const struct identity *id, const uint8_t share[KEY_BYTES],
    const uint8_t body[WRAPPED], uint8_t file_key[FILE_KEY]) GW_MUST_USE;

#endif
