/* SPDX-License-Identifier: EUPL-1.2 */
/* inside: what a struct registry is, for the files of this room only. */
#ifndef GW_REGISTRY_INSIDE_H
#define GW_REGISTRY_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/registry.h"
#include "registry/sums.h"
#include "sign/cades.h"
#include "sign/statement.h"
#include "sign/trust.h"

enum {
	REGISTRY_FILE_MAX = 8 << 20, /* bytes of a YAML file or of accepted bytes */
	REGISTRY_STATEMENTS = 100000,
};

/*
 * A statement that takes back another one. It counts by its form, its name and its `by` alone: the
 * import looked at its signature, the officer signed the folder, and what became of its signer's
 * certificate or pin since then brings nothing back.
 */
struct revocation {
	char sha256[HASH_HEX]; /* of the statement itself */
	char by[OIN_TEXT], target[HASH_HEX];
	char recipient[RECIPIENT_TEXT]; /* the key that is taken back; "" for an acceptance */
	bool in_force;
};

struct registry {
	int64_t now;
	char *dir;
	struct buf list;     /* SHA256SUMS as it is or would be */
	struct sums files;   /* the same: only what stands in it is there for us */
	struct trust *trust; /* NULL when there is no root: then nothing verifies */
	char *no_trust;      /* why, when trust is NULL */
	struct organisations organisations;
	struct contracts contracts;
	struct key_statement *keys;
	size_t keys_n;
	struct acceptance *acceptances;
	size_t acceptances_n;
	struct revocation *revoked;
	size_t revoked_n;
	struct registry_findings strange; /* remarks on statements that take back */
	char sha256[HASH_HEX];
	bool is_unsigned;
};

/* As registry_load for one who holds the lock; rt NULL: as registry_read. */
int registry_load_locked(const char *dir, const struct registry_trust *rt, int64_t now,
    struct registry **ret, struct errinfo *ei) GW_MUST_USE;

/*
 * Whether the folder is what its list says (registry_list.c), in three steps as it is read: the
 * list, which *ret_list is then, with the signature in *ret_p7s (empty when nobody signed, which
 * may pass); who signed that list, once there is trust; and once statements were read, whether what
 * came since are key statements of ours that count (a signature whose statement is not there yet
 * is none). GW_EAUTH says what differs.
 */
int registry_check_list(struct registry *r, const struct registry_trust *rt, struct buf *ret_list,
    struct buf *ret_p7s, struct errinfo *ei) GW_MUST_USE;
int registry_check_signature(const struct registry *r, const struct registry_trust *rt,
    const struct buf *list, const struct buf *p7s, struct errinfo *ei) GW_MUST_USE;
int registry_check_came(const struct registry *r, const struct registry_trust *rt,
    const struct buf *signed_list, struct errinfo *ei) GW_MUST_USE;

/* What no list could hold is an edit like any other where a signature is asked for. */
int registry_as_edit(const struct registry_trust *rt, int code);

/* Read and verify keys/ and acceptances/ into r, whose organisations and trust are there. */
int registry_load_keys(struct registry *r, struct errinfo *ei) GW_MUST_USE;
int registry_load_acceptances(struct registry *r, struct errinfo *ei) GW_MUST_USE;
void registry_release_keys(struct registry *r);
void registry_release_acceptances(struct registry *r);

/*
 * registry_file(r, name, max, out, ei): append the file at <registry>/<name> to out: the one way to
 * read anything in the folder once its list was made.
 *
 * GW_ENOENT when the list does not have it; GW_EAUTH when the bytes that were read are not those
 * that the list has; GW_ELIMIT.
 */
int registry_file(const struct registry *r, const char *name, size_t max, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * Go through the listed files in the folder `under` ("keys/") whose names end in suffix, those in
 * folders below it as well when `below`; *at is 0 to begin, NULL at the end. Borrowed.
 */
const char *registry_file_next(
    const struct registry *r, const char *under, bool below, const char *suffix, size_t *at);

/* A statement file as it lies in the registry: its form, and whether it counts. */
struct stored {
	json_t *body;     /* its form was checked */
	const char *kind; /* static */
	char sha256[HASH_HEX];
	int64_t at;
	bool named; /* its file is called by its SHA-256 */
	int code;   /* 0, or why it does not count */
	char *why;  /* with code; owned */
};

/*
 * Read the statement that the registry has as `name`; its last part must be its SHA-256. Fails
 * (GW_EFORMAT, GW_EAUTH, GW_EIO) only when it cannot be read as a statement; when the signature,
 * the signer's pin or the name is wrong, the statement is given with code and why.
 */
int stored_read(const struct registry *r, const char *name, struct stored *ret_s,
    struct errinfo *ei) GW_MUST_USE;
void stored_release(struct stored *s);

/* True for the kinds that take another statement back. */
bool takes_back(const char *kind);

/* Add such a statement, as read from name, to those of r; one under a wrong name is a finding. */
void add_revocation(struct registry *r, const char *name, const struct stored *s);

/* Write b as dir/name unless exactly that is there: atomically, an other file is replaced. */
int store_put(const char *dir, const char *name, const struct buf *b, struct errinfo *ei)
    GW_MUST_USE;

/* Write a signed statement as <its SHA-256>.json in dir, made if need be: the signature first. */
int store_statement(
    const char *dir, const struct buf *json, const struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/* Remember in *code and *why that something does not count, unless a reason stands there already.
 */
void set_aside(int *code, char **why, int reason, const char *text);

/* Add a finding; text is copied. */
void findings_add(struct registry_findings *f, int code, const char *text);

/* GW_EAUTH unless one of the signatures is by a pinned officer. */
int officer_signed(const struct registry_trust *rt, const struct cades_signer *by, size_t n,
    struct errinfo *ei) GW_MUST_USE;

#endif
