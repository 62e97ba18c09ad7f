/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * keys: which age keys belong to whom, by the owner's own signed statement (kind `key`,
 * docs/FORMATS.md §9).
 *
 * Statements lie in registry/keys/<sha256 of the statement>.json with .json.p7s beside. A statement
 * counts while its signature verifies now, its signer is pinned for the organisation that it names,
 * today lies in its dates, no newer statement supersedes it and no `key_revoked` names it. These
 * two hold for good: they do not lapse with the certificate or pin under which they were said.
 */
#ifndef GW_REGISTRY_KEYS_H
#define GW_REGISTRY_KEYS_H

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

enum { RECIPIENT_TEXT = 80 /* an age1… string of 62 characters and NUL, with room */ };

enum key_use { KEY_MAIN, KEY_RECOVERY };

/* One key statement as read. */
struct key_statement {
	char sha256[HASH_HEX]; /* of the statement's bytes: its name and what `supersedes` points at
	                        */
	char oin[OIN_TEXT];
	char recipient[RECIPIENT_TEXT];
	char recipient_sha256[HASH_HEX]; /* of the age1… string: what packages name */
	enum key_use use;
	struct date from, until;
	char supersedes[HASH_HEX]; /* sha256 of an earlier statement, or "" */
	int64_t at;                /* when it was said, ms */
	bool revoked, superseded;
	bool named; /* its file is called by its SHA-256 */
	int code;   /* 0, or why it does not count at all (GW_EAUTH: its signature) */
	char *why;  /* the message of code, or NULL */
};

/* What a package for an organisation is encrypted to. Text is borrowed from the registry. */
struct registry_keys {
	const struct key_statement *main;
	const struct key_statement *recovery[8];
	size_t recovery_n;
};

struct registry;

/*
 * registry_keys(r, oin, day, ret, ei): the newest main key and all recovery keys usable on day.
 *
 * Newest is the latest `from`, then the latest `at`. GW_EREFUSED when there is no statement for a
 * main key on that day (it says whether others are expired, revoked or not yet valid), GW_EAUTH
 * when the only one there does not verify, GW_ELIMIT for more than eight recovery keys.
 */
int registry_keys(const struct registry *r, const char *oin, struct date day,
    struct registry_keys *ret, struct errinfo *ei) GW_MUST_USE;

/*
 * The statement that says that the age1… string with this SHA-256 belongs to oin, verified and not
 * revoked, of any date and also when superseded (packages live longer than keys are newest); NULL
 * when there is none.
 */
const struct key_statement *registry_key(
    const struct registry *r, const char *oin, const char *recipient_sha256);

/* All statements of an organisation, also those that do not count; *at 0 to begin, NULL at the end.
 */
const struct key_statement *registry_key_next(
    const struct registry *r, const char *oin, size_t *at);

/* Append the bytes of a statement and its signature, as the registry has them on disk. GW_EAUTH
 * when they are not what the registry was read from; GW_EIO, GW_ELIMIT. */
int registry_key_text(const struct registry *r, const struct key_statement *k, struct buf *json,
    struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/* The own members of a `key` statement, for statement_sign: a new JSON object. supersedes may be
 * NULL or "". */
json_t *key_members(const char *recipient, enum key_use use, struct date from, struct date until,
    const char *supersedes) GW_MUST_USE;

/* Put a statement of kind key or key_revoked under registry_dir/keys/, signature first. GW_EIO. */
int key_store(const char *registry_dir, const struct buf *json, const struct buf *p7s,
    struct errinfo *ei) GW_MUST_USE;

#endif
