/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * statement: everything that a party vouches for (docs/FORMATS.md §9).
 *
 * A statement is one small JSON object `<name>.json` and a detached signature `<name>.json.p7s`
 * over its exact bytes. Each kind has a closed, ordered table of members: an unknown kind, an
 * unknown, missing, repeated or misplaced member, and a value of another type are all refused, so
 * that a signature over one thing never serves as another.
 *
 * Members of every kind, first and in this order:
 *   doc   "handover/<kind>/1"
 *   id    uuid (version 4 or 7)
 *   by    OIN of the signer; its certificate carries the same
 *   for   OIN of the addressee; left out only where the table says so
 *   at    moment, "2026-11-22T04:50:11.123Z"
 *   log   the signer's ledger checkpoint (a signed note), text of 1 to 4096 bytes
 *
 * Types below: uuid; oin; oins (list, 1 to 64); sha256 (64 lower-case hex digits); sha256s (list, 1
 * to 32); day (YYYY-MM-DD); month (YYYY-MM); time (as `at`); count (integer 0 to 2^53); word
 * ([A-Za-z0-9._/-]{1,64}); age1 (an X25519 recipient); a|b (one of these words). `?` may be left
 * out. All digests are SHA-256; of a statement: of its JSON bytes.
 *
 *   key                 (for?) recipient age1, use main|recovery, from day, until day,
 *                       supersedes sha256? (of the key statement that it replaces)
 *   key_revoked         (for?) statement sha256 (the key statement), recipient age1, from day,
 *                       reason compromised|superseded|ceased|unspecified
 *   acceptance          (for?) controller oin, senders oins, contract word, policy_id word,
 *                       policy_version count, policy sha256 (exact bytes), meaning sha256,
 *                       catalogue sha256, baseline sha256?, mapping sha256?, until day
 *   acceptance_revoked  (for?) acceptance sha256 (the statement), reason
 *                       policy_changed|contract_ended|agreement_ended|other
 *   slip                package uuid, case word, seq count, sender oin (= by), recipient oin (=
 *                       for), ciphertext sha256, bytes count, keys sha256s (of each age1 text),
 *                       policy sha256, catalogue sha256, registry sha256, contract word,
 *                       sealed time, expires time, open_commit sha256
 *
 * Acts of a case begin with: case word, package uuid, slip sha256, policy sha256, prev sha256 (the
 * case's previous statement). Before the release there may be no package: package? and slip? in
 * offer accept decline hold question withdraw cancel entered_in_error. prev? in offer and release,
 * which may come first. Then:
 *   offer               request uuid?, programme word, product word?, region word?,
 *                       start_month month
 *   accept              –
 *   decline             reason no_capacity|not_target_group|not_in_segment|other
 *   hold                start_month month
 *   question            about programme|product|region|start_month|other
 *   release             –
 *   withdraw            reason candidate|consent|content|other?
 *   cancel              –
 *   extend              expires time
 *   fetch_request       –
 *   fetched             ciphertext sha256
 *   opened              tagmanifest sha256 (checked against the slip's open_commit)
 *   conversation        state planned|held|no_show, day day?
 *   taken_over          tagmanifest sha256
 *   return              reason no_show|not_target_group|not_in_segment|no_capacity|other,
 *                       proposal word?, destroyed time
 *   withdraw_request    reason candidate|consent|content|other?
 *   withdraw_confirm    destroyed time
 *   destroyed           destroyed time
 *   kept                until day, ground word
 *   misdelivered        found time
 *   entered_in_error    –
 *   consent_withdrawn   scope word, withdrawn day
 */
#ifndef GW_SIGN_STATEMENT_H
#define GW_SIGN_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "sign/cades.h"

enum { STATEMENT_MAX = 64 * 1024 /* bytes of the JSON */ };

/* A statement whose form and signature were found good. */
struct statement {
	json_t *body;           /* the whole object; owned */
	const char *kind;       /* static */
	const char *id;         /* borrowed from body, as for_oin */
	const char *for_oin;    /* NULL when left out */
	int64_t at;             /* milliseconds */
	char sha256[HASH_HEX];  /* of the JSON bytes: what other statements call this one by */
	struct cades_signer by; /* by.oin is the body's `by` */
};

/*
 * statement_sign(s, kind, for_oin, checkpoint, at, members, json, p7s, ei): make a statement.
 *
 * `members` (borrowed) holds the kind's own members in any order; doc, id, by, for, at and log are
 * written here. id is a fresh uuid, or the one in members, where it was told of before the
 * statement was made. for_oin may be NULL where the table allows. Appends the JSON (compact, one
 * newline at its end) to *json and the signature to *p7s.
 *
 * GW_EFORMAT when the table is not met; GW_EREFUSED when the signer has no OIN or its certificate
 * is not valid at `at`; else as cades_sign. On error both buffers are unchanged.
 */
int statement_sign(const struct signer *s, const char *kind, const char *for_oin,
    const char *checkpoint, int64_t at, json_t *members, struct buf *json, struct buf *p7s,
    struct errinfo *ei) GW_MUST_USE;

/*
 * statement_verify(file, json, n, p7s, p7s_n, kind, trust, at, now, ret, ei): verify one.
 *
 * `file` stands in messages only. kind: the kind expected, or NULL for any known one. trust, at and
 * now as for cades_verify; exactly one signature. The signature is verified before the JSON is
 * read.
 *
 * GW_EAUTH: signature, another kind than expected, `by` is not the signer's OIN, `at` further than
 * 5 minutes from the signing time. GW_EFORMAT (file:line:col where known): unknown kind, or the
 * table is not met. GW_ELIMIT past STATEMENT_MAX. The caller compares pins (cades_pinned with
 * ret->by) and the addressee, and releases *ret.
 */
int statement_verify(const char *file, const void *json, size_t n, const void *p7s, size_t p7s_n,
    const char *kind, const struct trust *trust, int64_t at, int64_t now,
    struct statement *ret_statement, struct errinfo *ei) GW_MUST_USE;

/* As statement_verify, for the files at path and `<path>.p7s`; GW_EAUTH when the latter is missing,
 * GW_ENOENT, GW_EIO. */
int statement_verify_file(const char *path, const char *kind, const struct trust *trust, int64_t at,
    int64_t now, struct statement *ret_statement, struct errinfo *ei) GW_MUST_USE;

/*
 * Check the form alone: doc names a known kind (equal to `kind` unless NULL), and the body meets
 * its table. GW_EFORMAT; GW_EAUTH for another kind. For readers of what a signature has already
 * covered.
 */
int statement_check(const char *file, const json_t *body, const char *kind, const char **ret_kind,
    struct errinfo *ei) GW_MUST_USE;

/* True when kind is an act that the recipient of a package signs: a receipt to its sender. */
bool statement_is_receipt(const char *kind);

/*
 * GW_EAUTH unless the receipt belongs to the slip: same case and package, slip digest, policy, by
 * the slip's recipient for its sender; the ciphertext digest of `fetched` and, for the others,
 * SHA-256 of the tag-manifest digest (its 32 bytes) = open_commit.
 */
int statement_matches_slip(
    const struct statement *receipt, const struct statement *slip, struct errinfo *ei) GW_MUST_USE;

/* Drop what a statement owns; repeatable on a zeroed one. Fits GW_CLEANUP. */
void statement_release(struct statement *st);

#endif
