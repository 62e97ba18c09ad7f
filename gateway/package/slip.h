/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * slip: the signed statement beside a package that says what a relay may know (docs/FORMATS.md §2).
 *
 * It travels outside the encryption: who to whom, which bytes, until when; no personal data. Its
 * open_commit is a promise that only somebody who opened the package can fulfil.
 */
#ifndef GW_PACKAGE_SLIP_H
#define GW_PACKAGE_SLIP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "package/note.h"
#include "sign/signer.h"

/* What the slip says that the note cannot know. */
struct slip_facts {
	char sha256[HASH_HEX];       /* of the ciphertext */
	uint64_t bytes;              /* of the ciphertext */
	char tag_manifest[HASH_HEX]; /* SHA-256 of tagmanifest-sha256.txt */
};

/* open_commit: SHA-256 of the 32 bytes of the tag manifest's own SHA-256, in hex. */
void slip_open_commit(const char *tag_manifest_hex, char out[HASH_HEX]);

/* The slip's own members, in their order (a new object). */
json_t *slip_members(const struct note *note, const struct slip_facts *facts);

/* Sign the slip for a note: appends the statement and its signature. */
int slip_sign(const struct note *note, const struct slip_facts *facts, const struct signer *signer,
    struct buf *json, struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/*
 * slip_agrees(body, note, facts, ei): GW_EAUTH unless every member of the verified statement `body`
 * says what note and facts say.
 */
int slip_agrees(const json_t *body, const struct note *note, const struct slip_facts *facts,
    struct errinfo *ei) GW_MUST_USE;

#endif
