/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bundle: how two organisations meet: one file with what one of them says about itself.
 *
 * A JSON object {bundle: 1, content, signature}: content is the text of a JSON object whose first
 * member is "doc": "handover/organisation/1" (so that it passes for nothing else), signature the
 * detached CAdES over exactly that text by the organisation's own signing key. Content holds the
 * organisation's entry (or only its OIN, for a file that just brings acceptances), key statements,
 * acceptances with the bytes accepted, revocations. The receiver trusts it only after a person has
 * compared the fingerprint of the signing key over another way, or because that key is pinned.
 */
#ifndef GW_REGISTRY_BUNDLE_H
#define GW_REGISTRY_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "registry/registry.h"
#include "sign/cades.h"

struct bundle_parts {
	const struct organisation *organisation; /* its own entry */
	bool entry;                              /* put the whole entry and the key statements in */
	const char *for_oin; /* acceptances that name this sender; NULL: none, "": all. What takes
	                      * one back always goes with it */
	const struct buf *signing_pem, *tls_pem; /* certificates, for people; may be NULL */
};

/* Append the bundle to out. GW_EAUTH when the signer is another organisation; GW_EIO, GW_ELIMIT. */
int bundle_make(const struct registry *r, const struct bundle_parts *parts,
    const struct signer *signer, int64_t now, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* A bundle that was read; nothing in it counts before a pin or a person has vouched for `by`. */
struct bundle {
	json_t *content;
	struct organisation *organisation; /* NULL when it brings only statements */
	struct cades_signer by;            /* who signed it: chain and dates verified */
	int64_t at;                        /* when it was made, ms */
};

/*
 * bundle_read(file, p, n, trust, now, ret, ei): parse, verify signature and chain, and check each
 * statement in it against the same signer key or the pins in the entry. One that takes another back
 * may have been signed with a key of the organisation that has ended since: the bundle vouches.
 *
 * GW_EFORMAT, GW_EAUTH, GW_ELIMIT. The caller releases *ret.
 */
int bundle_read(const char *file, const void *p, size_t n, const struct trust *trust, int64_t now,
    struct bundle *ret, struct errinfo *ei) GW_MUST_USE;
void bundle_release(struct bundle *b);

/* What bundle_apply would change, in lines for a person; empty when nothing. */
int bundle_changes(const struct registry *r, const struct bundle *b, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * bundle_apply(dir, r, b, ei): write what b brings into the registry at dir: statements first, the
 * entry in organisations.yaml last, each file atomically.
 *
 * `vouched` says that a person or --fingerprint has vouched for b->by.spki. Without it that key
 * must be pinned for the organisation already, and the entry must bring no change (GW_EAUTH). Pins
 * are only ever added or lengthened: one that is there stays, and begins when it did. Officers and
 * duties are those of the bundle. What its newest entry said is remembered in seen/<OIN>.txt, and
 * an older one that would change the entry back is GW_EREFUSED, whoever vouches. GW_EREFUSED when
 * it brings statements of an organisation that we do not know. The registry is then to be signed
 * again.
 */
int bundle_apply(const char *dir, const struct registry *r, const struct bundle *b, bool vouched,
    struct errinfo *ei) GW_MUST_USE;

#endif
