/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * registry: organisations, contracts, keys and acceptances, under an officer's signature
 * (docs/FORMATS.md §1).
 *
 * Nothing in the folder counts unless SHA256SUMS lists every file with its hash and SHA256SUMS.p7s
 * is a signature over it by an officer whose key is pinned outside the folder, in gateway.yaml: the
 * registry never vouches for itself. Statements inside are verified each by its own signer.
 */
#ifndef GW_REGISTRY_REGISTRY_H
#define GW_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "registry/acceptance.h"
#include "registry/contract.h"
#include "registry/keys.h"
#include "registry/organisation.h"

struct trust;
struct signer;
struct cades_signer;

/* What stands outside the registry and decides whether it counts. */
struct registry_trust {
	const char *const *officers; /* pins of registry_officers: "sha256:<hex>" */
	size_t officers_n;
	bool test;       /* an unsigned registry is a warning */
	const char *oin; /* whose registry it is, or NULL: for what registry_check says to do, and
	                    for key statements that came since it was signed */
};

/*
 * registry_load(dir, rt, now, ret, ei): read and verify the registry at dir as of `now` (ms).
 *
 * GW_EAUTH: a file changed, added or missing since it was signed, or that no list could hold (a
 * link, a device, an odd name, folders too deep), or the whole folder missing; a signature that is
 * not a pinned officer's or does not verify; no signature, unless rt->test. GW_EFORMAT with
 * file:line:col. A key statement or acceptance that does not verify is kept with its reason and
 * never counts.
 *
 * No change is a new statement of rt->oin about a main key, as long as it counts: the key that
 * signed it is pinned under the officer's signature, who has nothing to add, and an age identity
 * can be renewed without one. Nothing else of the folder may differ.
 */
int registry_load(const char *dir, const struct registry_trust *rt, int64_t now,
    struct registry **ret, struct errinfo *ei) GW_MUST_USE;

/*
 * registry_read(dir, now, ret, ei): as registry_load without looking at SHA256SUMS: for the acts
 * that prepare a registry to be signed. registry_is_unsigned is true of the result.
 */
int registry_read(const char *dir, int64_t now, struct registry **ret, struct errinfo *ei)
    GW_MUST_USE;

void registry_free(struct registry *r);
void registry_free_p(struct registry **r);

/* SHA-256 of what SHA256SUMS holds, or would hold when nobody has signed: 64 hex digits. */
const char *registry_sha256(const struct registry *r);

/* True when no signature was found (test homes only) or none was asked for. */
bool registry_is_unsigned(const struct registry *r);

/* The roots and revocation lists under trust/, for signatures (trust/signing). Borrowed. */
const struct trust *registry_trust(const struct registry *r);

/* The organisation with that OIN; NULL when we do not know it. Borrowed. */
const struct organisation *registry_organisation(const struct registry *r, const char *oin);

/* As registry_organisation; GW_EREFUSED names the OIN. */
int registry_known(const struct registry *r, const char *oin, const struct organisation **ret_o,
    struct errinfo *ei) GW_MUST_USE;

const struct organisations *registry_organisations(const struct registry *r);
const struct contracts *registry_contracts(const struct registry *r);

/* The contract with that id, or NULL. Borrowed. */
const struct contract *registry_contract(const struct registry *r, const char *id);

/* contracts_status over the contracts of r. */
enum contract_status contract_status(const struct registry *r, const struct contract *named,
    const char *provider_oin, unsigned programme, struct date today,
    const struct contract **ret_best);

/*
 * registry_signed_by(r, by, oin, day, ei): 0 when the verified signature `by` was made by oin with
 * a signing key that is pinned for it on day; GW_EAUTH names the rule that fails.
 */
int registry_signed_by(const struct registry *r, const struct cades_signer *by, const char *oin,
    struct date day, struct errinfo *ei) GW_MUST_USE;

/*
 * registry_officer_pins(r, oin, role, ret, cap): write the pins of oin's officers with that role
 * (borrowed) to ret[0..cap); returns how many there are.
 */
size_t registry_officer_pins(
    const struct registry *r, const char *oin, const char *role, const char **ret, size_t cap);

/* One thing that registry_check found. */
struct registry_finding {
	int code; /* GW_EFORMAT, GW_EAUTH, …; 0 for a remark that stops nothing */
	char *text;
};
struct registry_findings {
	struct registry_finding *list;
	size_t n;
};

/*
 * registry_check(dir, rt, now, ret, ei): say everything that is wrong or remarkable in the registry
 * at dir: signature, changed files, both YAML files, contracts that name strangers, statements that
 * do not count, acceptances and keys past their dates, revocation lists that end within a week.
 *
 * Returns 0 when the look could be taken; *ret is released by the caller. GW_EAUTH when nothing is
 * there, GW_EIO.
 */
int registry_check(const char *dir, const struct registry_trust *rt, int64_t now,
    struct registry_findings *ret, struct errinfo *ei) GW_MUST_USE;
void registry_findings_release(struct registry_findings *f);

/*
 * registry_sign(dir, signer, rt, now, ret_changes, ei): write SHA256SUMS over everything in dir and
 * SHA256SUMS.p7s.
 *
 * Refused when the signer's key is not among rt->officers (GW_EAUTH), when its certificate does not
 * chain to trust/signing (GW_EAUTH), or when the registry cannot be read (GW_EFORMAT): what is
 * wrong is never signed. ret_changes (may be NULL) gets a line for each file that differs from what
 * was signed last: "+ path", "- path", "~ path". A kill leaves the old pair, or a registry that is
 * refused as edited until it is signed again; never one that counts wrongly.
 */
int registry_sign(const char *dir, const struct signer *signer, const struct registry_trust *rt,
    int64_t now, struct buf *ret_changes, struct errinfo *ei) GW_MUST_USE;

#endif
