/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * acceptance: which policies a recipient has agreed to receive under, proved by its signature
 * (kinds `acceptance` and `acceptance_revoked`, docs/FORMATS.md §5 and §9).
 *
 * Everything about one version of a policy lies in registry/acceptances/<sha256 of the policy>/:
 * policy.yaml, catalogue-<sha256>.yaml, baseline-<sha256>.yaml, mapping-<sha256>.yaml (exact bytes)
 * and the statements <sha256 of the statement>.json with .json.p7s. The bytes are checked against
 * their names whenever the registry is read. A revocation lies beside its acceptance, or in
 * registry/acceptances/unknown/ when that was not there: it waits for it. A revocation does not
 * lapse with the certificate or pin under which it was said.
 */
#ifndef GW_REGISTRY_ACCEPTANCE_H
#define GW_REGISTRY_ACCEPTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "registry/organisation.h"

struct registry;

/* One acceptance as read. Bytes are as accepted. Under no baseline, or with no ladder mapping, the
 * SHA-256 is "" and there are no bytes (docs/decisions/004). */
struct acceptance {
	char sha256[HASH_HEX]; /* of the statement */
	char id[37];
	char recipient[OIN_TEXT]; /* who accepts: the statement's `by` */
	char controller[OIN_TEXT];
	char (*senders)[OIN_TEXT];
	size_t senders_n;
	char *contract, *policy;
	int version;
	char policy_sha256[HASH_HEX], meaning[HASH_HEX];
	char catalogue_sha256[HASH_HEX], baseline_sha256[HASH_HEX], mapping_sha256[HASH_HEX];
	struct date until;
	int64_t at;
	struct buf policy_bytes, catalogue_bytes, baseline_bytes, mapping_bytes;
	bool revoked;
	int code;  /* 0, or why it does not count at all */
	char *why; /* the message of code, or NULL */
};

/*
 * registry_acceptance(r, q, day, ret, ei): the recipient's acceptance of exactly these bytes for
 * this sender and contract, verified, not revoked and not past its `until`.
 *
 * GW_EREFUSED "policy … is not accepted by …" and why (revoked, expired, another contract,
 * catalogue, baseline or mapping); GW_EAUTH when the only one there does not verify. *ret is
 * borrowed from r.
 */
struct acceptance_query {
	const char *recipient, *sender, *contract;
	const char *controller; /* of the contract; NULL: not compared */
	const char *policy_sha256, *catalogue_sha256;
	const char *baseline_sha256, *mapping_sha256; /* "" for none */
};
int registry_acceptance(const struct registry *r, const struct acceptance_query *q, struct date day,
    const struct acceptance **ret, struct errinfo *ei) GW_MUST_USE;

/*
 * Go through the acceptances that hold on day for this recipient, sender, contract and policy id,
 * whatever their bytes: for the rule that a policy which is nowhere wider needs no new one. *at is
 * 0 to begin; NULL at the end.
 */
const struct acceptance *registry_acceptance_next(const struct registry *r, const char *recipient,
    const char *sender, const char *contract, const char *policy_id, struct date day, size_t *at);

/* All acceptances, also those that do not count. */
size_t registry_acceptance_count(const struct registry *r);
const struct acceptance *registry_acceptance_at(const struct registry *r, size_t i);

/* What an acceptance is said about: for the one who makes it. Hashes are worked out from the bytes.
 */
struct acceptance_terms {
	const char *controller, *contract, *policy, *meaning;
	const char *const *senders;
	size_t senders_n;
	int version;
	struct date until;
	/* exact bytes; baseline and mapping NULL or empty for none */
	const struct buf *policy_bytes, *catalogue_bytes, *baseline_bytes, *mapping_bytes;
};

/* The kind's own members, in order, for statement_sign: a new JSON object. */
json_t *acceptance_members(const struct acceptance_terms *t) GW_MUST_USE;

/*
 * acceptance_store(dir, t, json, p7s, ei): write the bytes and the statement under
 * dir/acceptances/, statement last, each file atomically; what is there already is left.
 *
 * GW_EIO. The registry is then to be signed again.
 */
int acceptance_store(const char *registry_dir, const struct acceptance_terms *t,
    const struct buf *json, const struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/* Put an acceptance_revoked beside the acceptance of that policy, signature first. GW_EIO. */
int acceptance_revoke(const char *registry_dir, const char *policy_sha256, const struct buf *json,
    const struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

#endif
