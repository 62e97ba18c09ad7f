/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receipts: what we saw of a case, as files: receipts/<sender>-<case>/ (docs/FORMATS.md §10).
 *
 *	NNNN-<kind>.json, .json.p7s          the n-th statement of the chain
 *	NNNN-<kind>.pending.json, .p7s       ours, on its way, not known to have arrived
 *	<package>.slip.json, .p7s            the slip of each package
 *	gateway                              the OIN of the gateway where we saw it
 *
 * Signature first, so that a statement is there with its signature or not at all. A folder and the
 * roots that one trusts are enough to verify all of it elsewhere (receipts_verify).
 */
#ifndef GW_HOME_RECEIPTS_H
#define GW_HOME_RECEIPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "cases/chain.h"

struct receipts;

/* A statement of ours that may not have arrived. */
struct receipts_pending {
	const char *kind; /* static */
	char sha256[HASH_HEX];
	struct buf json, p7s;
	char *file;
};

/* True for a case id that may name a folder: 1 to 64 letters, digits, '.', '_' and '-'. */
bool receipts_case_good(const char *case_id);

/*
 * receipts_open(root, env, sender, case_id, ret, ei): read the folder of a case under root
 * ("HOME/receipts"), and hold it alone until receipts_free: other commands wait.
 *
 * What lies there was verified when it came and is read for its order alone. A case that was never
 * seen has an empty chain. env as for chain_new; its `now` is when we look. GW_EUSAGE: no case id;
 * GW_EAUTH: files are missing or changed; GW_EIO.
 */
int receipts_open(const char *root, const struct chain_env *env, const char *sender,
    const char *case_id, struct receipts **ret, struct errinfo *ei) GW_MUST_USE;
void receipts_free(struct receipts *r);
void receipts_free_p(struct receipts **r);

/* As receipts_open, but GW_ECONFLICT at once where another command holds the folder. */
int receipts_try(const char *root, const struct chain_env *env, const char *sender,
    const char *case_id, struct receipts **ret, struct errinfo *ei) GW_MUST_USE;

/* The case is at the gateway of that OIN: note it, where anything was seen of it; GW_EUSAGE when it
 * was seen at another one. GW_EIO. */
int receipts_at(struct receipts *r, const char *oin, struct errinfo *ei) GW_MUST_USE;

/* True when the folder `name` under root is of a case that was seen at that gateway; then its
 * sender and case id. */
bool receipts_seen_at(const char *root, const char *name, const char *oin, char sender[OIN_TEXT],
    char case_id[CHAIN_CASE]);

/* The chain as far as it was seen. */
struct chain *receipts_chain(struct receipts *r);

/* The chain with what is pending behind it, as though it had arrived; receipts_chain where nothing
 * is. Borrowed until the next call that changes r. */
struct chain *receipts_ahead(struct receipts *r);

/* Verify a slip and keep it. Errors of chain_slip; GW_EIO. */
int receipts_slip(struct receipts *r, const struct buf *json, const struct buf *p7s,
    struct errinfo *ei) GW_MUST_USE;

/* The slip with that SHA-256 into *json and *p7s; GW_ENOENT. */
int receipts_slip_read(struct receipts *r, const char *package, struct buf *json, struct buf *p7s,
    struct errinfo *ei) GW_MUST_USE;

/*
 * receipts_take(r, items, find, arg, ei): compare what a gateway shows with what we saw, and keep
 * what is new.
 *
 * items is the whole chain as `GET …/statements` gives it. `find` brings the slip of a package that
 * is not here yet into its buffers, or says GW_ENOENT when there is none to be had. GW_EAUTH: what
 * we saw is not the beginning of it, or what is new does not follow: an incident; GW_EFORMAT: items
 * are not what they should be; GW_EIO. What was good before that is kept.
 */
typedef int receipts_find(
    void *arg, const char *package, struct buf *json, struct buf *p7s, struct errinfo *ei);
int receipts_take(struct receipts *r, const json_t *items, receipts_find *find, void *arg,
    struct errinfo *ei) GW_MUST_USE;

/* Keep a statement of ours before it is sent, as the number after the chain and what is pending. */
int receipts_put(struct receipts *r, const char *kind, const struct buf *json,
    const struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/* How many are pending; the i-th, oldest first, or NULL; borrowed until the next call about r. */
size_t receipts_pendings(const struct receipts *r);
const struct receipts_pending *receipts_pending(const struct receipts *r, size_t i);

/* The first has arrived as the next of the chain, which it then is; the i-th never will, and is
 * forgotten. */
int receipts_arrived(struct receipts *r, struct errinfo *ei) GW_MUST_USE;
int receipts_drop(struct receipts *r, size_t i, struct errinfo *ei) GW_MUST_USE;

/* The i-th statement of the chain, from 0, as it lies in its file: a new reference. GW_ENOENT,
 * GW_EIO; GW_EFORMAT: somebody has changed it. */
int receipts_statement(const char *root, const struct chain *c, size_t i, json_t **ret,
    struct errinfo *ei) GW_MUST_USE;

/*
 * receipts_verify(dir, env, ret, ret_pending, ei): verify the folder dir, wherever it comes from:
 * every slip and statement with its signature, their order, and that none is left out. *ret is the
 * chain, for whoever tells of it, to be freed; *ret_pending how many statements lie there that are
 * not known to have arrived.
 *
 * GW_ENOENT: no folder, or no statement in it; GW_EAUTH, GW_ECONFLICT, GW_EREFUSED, GW_EFORMAT: as
 * chain_add, with the file's name; also a file that is none of it.
 */
int receipts_verify(const char *dir, const struct chain_env *env, struct chain **ret,
    size_t *ret_pending, struct errinfo *ei) GW_MUST_USE;

#endif
