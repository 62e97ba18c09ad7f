/* SPDX-License-Identifier: EUPL-1.2 */
/* stanza: how the file key is wrapped: the X25519 and scrypt recipient types of C2SP age. */
#ifndef GW_AGE_STANZA_H
#define GW_AGE_STANZA_H

#include <stddef.h>
#include <stdint.h>

#include "age/filekey.h"
#include "age/header.h"
#include "age/keylist.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

/*
 * stanza_check_all(h, ei): every X25519 and scrypt stanza follows the rules of its type, and a
 * scrypt stanza is the only one. GW_EFORMAT "header failure: …".
 */
int stanza_check_all(const struct header *h, struct errinfo *ei) GW_MUST_USE;

/* The work factor of the scrypt stanza of a checked header, 0 when it has none. */
unsigned stanza_work_factor(const struct header *h);

/*
 * stanza_wrap(to, file_key, threads, out, ei): append one stanza for each recipient to out. Each
 * X25519 stanza has an ephemeral key of its own. GW_EFORMAT when a recipient is a low-order point;
 * GW_ELIMIT when out is full; GW_ENOMEM.
 */
int stanza_wrap(const struct age_recipients *to, const uint8_t file_key[FILE_KEY], unsigned threads,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/*
 * stanza_unwrap(h, keys, work_factor, file_key, ei): find the stanza that one of keys opens.
 *
 * GW_ENOMATCH; GW_EFORMAT for a share that is a low-order point or a work factor above the limit;
 * GW_ESUPPORT when keys holds a post-quantum key, a stanza is of a type that is not in this build,
 * and no key opens the file. file_key must be secret
 * memory, and is set on success only.
 */
int stanza_unwrap(const struct header *h, const struct age_identities *keys, unsigned work_factor,
    uint8_t file_key[FILE_KEY], struct errinfo *ei) GW_MUST_USE;

#endif
