/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * trust: the configured roots and revocation lists, and the one judgement made with them.
 *
 * Only a root that the administrator put in the folder is an anchor: certificates that come with a
 * message help to build a path, never to end one, and revocation lists in a message are not read.
 * The rules are docs/FORMATS.md §2, "Certificate time", and stricter than what a stock tool asks:
 * key usage and extended key usage of a signature, a fresh revocation list for every member of the
 * chain, and at least 112 bits of strength throughout (so neither SHA-1 nor RSA below 2048).
 *
 * A struct trust does not change once loaded and may be used by several threads at once.
 */
#ifndef GW_SIGN_TRUST_H
#define GW_SIGN_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "base/defs.h"
#include "base/err.h"
#include "base/file.h"

struct trust;

/*
 * trust_load(roots_dir, crl_dir, ret, ei): read every *.pem of roots_dir (each one or more root
 * certificates) and every *.crl of crl_dir (PEM or DER).
 *
 * Bounds: 100 files of each sort, 256 KiB a *.pem, 32 MiB a *.crl. GW_ENOENT when roots_dir is not
 * there or holds no root; GW_EFORMAT when a file is none of that: not self-signed, no CA, a list
 * without nextUpdate; GW_ELIMIT, GW_EIO. A folder without *.crl loads (nothing will verify).
 * The caller frees with trust_free.
 */
int trust_load(const char *roots_dir, const char *crl_dir, struct trust **ret_trust,
    struct errinfo *ei) GW_MUST_USE;

/* How trust_load_files reads: as file_read, from wherever the caller has it. */
typedef int trust_reader(
    void *arg, const char *path, size_t max, struct buf *out, struct errinfo *ei);

/* As trust_load for these paths, each read once by `read`, which may hold the bytes against more.
 */
int trust_load_files(const struct file_list *roots, const struct file_list *lists,
    trust_reader *read, void *arg, struct trust **ret_trust, struct errinfo *ei) GW_MUST_USE;

/* NULL is fine; the _p form fits GW_CLEANUP. */
void trust_free(struct trust *t);
void trust_free_p(struct trust **t);

/* A revocation list: where it was read, and when the next is due (ms). */
struct trust_list {
	char *path;
	int64_t until;
};

/* All that were loaded, for whoever warns in time; t may be NULL. Borrowed. */
const struct trust_list *trust_lists(const struct trust *t, size_t *ret_n);

/*
 * trust_judge(t, leaf, others, at, now, ret_chain, ei): may `leaf` have signed a document at the
 * moment `at` (milliseconds), judged from what is known at the moment `now`?
 *
 * Path: leaf to a configured root, through `others` (untrusted, may be NULL) at need. Leaf: no CA;
 * key usage there, with digitalSignature or nonRepudiation; extended key usage absent, or with
 * emailProtection or documentSigning among it (RFC 9336, or the older OID of Microsoft); so a TLS
 * certificate never passes. Issuers that restrict extended key usage must allow one of those too.
 * Every member valid at `at`. For every member below the root a revocation list with
 * thisUpdate <= now <= nextUpdate, by its issuer. A member revoked for key or CA compromise or
 * without a reason is refused whatever the moment; for another reason when revoked (or said to be
 * invalid) at or before `at`. Without any configured root (t NULL) nobody is trusted.
 *
 * Returns 0, and in *ret_chain (unless NULL) the path, leaf first, root last, which the caller
 * frees with sk_X509_pop_free; GW_EAUTH with the reason; GW_ENOMEM.
 */
int trust_judge(const struct trust *t, X509 *leaf, STACK_OF(X509) *others, int64_t at, int64_t now,
    STACK_OF(X509) **ret_chain, struct errinfo *ei) GW_MUST_USE;

/* True of ei when trust_judge refused for want of a revocation list that is in force, and for that
 * alone: it says nothing about who signed, and is for whoever runs this gateway to mend. */
bool trust_out_of_date(const struct errinfo *ei);

#endif
