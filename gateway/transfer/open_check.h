/* SPDX-License-Identifier: EUPL-1.2 */
/* open_check: what must hold of a package before its payload is touched; for this room only. */
#ifndef GW_TRANSFER_OPEN_CHECK_H
#define GW_TRANSFER_OPEN_CHECK_H

#include "package/open.h"
#include "transfer/grounds.h"

/*
 * How much of a package's covering note is known to be true. Any trusted certificate can sign any
 * note, so what is not proved stays out of the ledger's records, which nobody can take back.
 */
enum open_proof {
	PROOF_NONE,   /* somebody signed it */
	PROOF_SENDER, /* the sender that it names signed it, for us */
	PROOF_TERMS,  /* its policy, purpose, basis and term are those that we accepted */
};

/*
 * open_check(env, r, signer, fd, path, now, proof, rules, ei): the checks between signature and
 * intent, in the order of docs/FORMATS.md §2: parties, key, stanza count, expiry (of the note, or
 * as env->extended proves), seq, slip if there is one, then policy, catalogue, baseline and mapping
 * are those we accepted.
 *
 * GW_EAUTH: wrong recipient, sender's key not pinned, key not ours, stanza count, slip.
 * GW_EREFUSED: expired, lower seq, rules not accepted. On success *rules holds the accepted policy;
 * release it in any case. *proof is raised as far as the checks came, on failure too.
 */
int open_check(const struct transfer_env *env, const struct package_reader *r,
    const struct cades_signer *signer, int fd, const char *path, int64_t now,
    enum open_proof *proof, struct rules *rules, struct errinfo *ei) GW_MUST_USE;

/*
 * open_number(env, note, correction, ei): keep the package's number as the case's highest.
 *
 * What a correction supersedes may still be opened after it, when it was not before: the correction
 * holds but some fields of it. Such a package leaves the highest number as it is. As
 * ledger_seq_set.
 */
int open_number(const struct transfer_env *env, const struct note *n, bool correction,
    struct errinfo *ei) GW_MUST_USE;

#endif
