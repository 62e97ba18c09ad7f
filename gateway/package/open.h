/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * open: a package from ciphertext to files, in the only order in which it is safe.
 *
 * package_begin (unwrap, header MAC, tag files in memory, their hashes) → package_signature →
 * package_note → the caller's own checks → package_payload (each file hashed while it streams into
 * a folder) → nothing is final before package_payload returned 0. No JSON is parsed before its hash
 * and the signature over it are right.
 */
#ifndef GW_PACKAGE_OPEN_H
#define GW_PACKAGE_OPEN_H

#include <stddef.h>
#include <stdint.h>

#include "age/age.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "package/bag.h"
#include "package/note.h"
#include "sign/cades.h"
#include "sign/trust.h"

struct package_reader;

enum { PACKAGE_TAGS_MAX = 4 << 20, PACKAGE_DOSSIER_MAX = 64 << 20 };

/*
 * package_begin(fd, identities, limits, threads, ret, ei): read up to the signature. limits NULL:
 * AGE_LIMITS.
 *
 * GW_EFORMAT for a header that is not age's, GW_ENOMATCH when none of the identities opens it,
 * GW_EAUTH for everything that does not hold from there on, also for stanzas other than X25519.
 * fd stays the caller's and must outlive the reader. Free with package_reader_free.
 */
int package_begin(int fd, const struct age_identities *identities, const struct age_limits *limits,
    unsigned threads, struct package_reader **ret_reader, struct errinfo *ei) GW_MUST_USE;
void package_reader_free(struct package_reader *r);
void package_reader_free_p(struct package_reader **r);

/*
 * Verify signature.p7s over the tag manifest (at, now: as cades_verify), read the covering note and
 * check that the bag agrees with it. GW_EAUTH. *ret_signer says who; whether that is the sender's
 * pinned key is the caller's question. Exactly one signer.
 */
int package_signature(struct package_reader *r, const struct trust *trust, int64_t at, int64_t now,
    struct cades_signer *ret_signer, struct errinfo *ei) GW_MUST_USE;

/* After package_signature: the note (borrowed), the number of stanzas, the tag manifest's SHA-256.
 */
const struct note *package_note(const struct package_reader *r);
size_t package_stanzas(const struct package_reader *r);
const char *package_tag_manifest(const struct package_reader *r);

/*
 * package_payload(r, dirfd, dossier, ei): write the whole bag below the folder dirfd (files 0600,
 * folders 0700, synced) and append the bytes of data/dossier.json to `dossier`.
 *
 * GW_EAUTH when a file is missing, surplus, out of order, not what its manifest says, or the
 * ciphertext does not end as it should; GW_EIO. On failure the folder holds rubbish: remove it.
 */
int package_payload(struct package_reader *r, int dirfd, struct buf *dossier, struct errinfo *ei)
    GW_MUST_USE;

/* The manifest of the payload, after package_signature. Borrowed. */
const struct bag_manifest *package_manifest(const struct package_reader *r);

#endif
