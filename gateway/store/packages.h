/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * packages: what the store knows of packages and of the uploads that bring them.
 *
 * A row says what a slip said and how far the package has come; the bytes are files, and where an
 * upload stands is the length of its file: there is no number here that could say something else.
 * Rows stay when the bytes have gone. Functions that change take a transaction that writes.
 */
#ifndef GW_STORE_PACKAGES_H
#define GW_STORE_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "store/store.h"

enum { STORE_PACKAGE_OIN = 21, STORE_PACKAGE_WORD = 65, STORE_PACKAGE_REASON = 33 };

enum store_package_state {
	PACKAGE_ANNOUNCED, /* by its slip: no bytes yet, or not all */
	PACKAGE_DEPOSITED, /* the bytes are here, and are those of the slip */
	PACKAGE_GONE,      /* were here, or never will be */
};

/* The word of a state: announced, deposited, gone. */
const char *store_package_word(enum store_package_state state);

struct store_package {
	char package[ID_TEXT], supersedes[ID_TEXT]; /* the latter "" when it supersedes none */
	char sender[STORE_PACKAGE_OIN], recipient[STORE_PACKAGE_OIN];
	char case_id[STORE_PACKAGE_WORD], contract[STORE_PACKAGE_WORD];
	char slip[HASH_HEX], sha256[HASH_HEX]; /* of the slip's JSON; of the ciphertext */
	char policy[HASH_HEX], registry[HASH_HEX];
	int64_t seq, expires; /* ms; later than the slip's once the sender has extended it */
	uint64_t bytes;
	enum store_package_state state;
	bool open;                          /* its recipient may fetch it */
	char reason[STORE_PACKAGE_REASON];  /* why it has to go or has gone, else "" */
	int64_t announced, deposited, gone; /* ms; 0: not yet */
	int64_t lost; /* when it was told that its bytes are not there (ms); 0: it was not */
};

/* Add a row as announced, with the bytes of its slip. GW_EEXIST: the package is known. */
int store_package_add(struct store_tx *tx, const struct store_package *p, const void *slip,
    size_t slip_n, const void *p7s, size_t p7s_n, struct errinfo *ei) GW_MUST_USE;

/* The row of a package; GW_ENOENT. slip and p7s (may be NULL) get the slip's bytes appended. */
int store_package_get(struct store_tx *tx, const char *package, struct store_package *ret,
    struct buf *slip, struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/* The bytes are here, whole and durable. */
int store_package_deposited(
    struct store_tx *tx, const char *package, int64_t now, struct errinfo *ei) GW_MUST_USE;

/* Its recipient has asked for it, and may fetch it until it has to go. */
int store_package_opened(struct store_tx *tx, const char *package, struct errinfo *ei) GW_MUST_USE;

/* Its sender has extended its term to `expires` (ms). */
int store_package_extend(
    struct store_tx *tx, const char *package, int64_t expires, struct errinfo *ei) GW_MUST_USE;

/*
 * Its bytes have to go, because of `reason` (a word): nobody may fetch or bring them any more.
 * Belongs into the transaction in which the reason arises, so that a kill loses neither; the file
 * goes afterwards (cases/package.h). Fine when it is unknown, has gone, or has to go already.
 */
int store_package_doom(
    struct store_tx *tx, const char *package, const char *reason, struct errinfo *ei) GW_MUST_USE;

/* It was told at `at` (ms) that its bytes are not there although they should be; 0: they are again.
 */
int store_package_lost(struct store_tx *tx, const char *package, int64_t at, struct errinfo *ei)
    GW_MUST_USE;

/* The bytes have gone. */
int store_package_gone(struct store_tx *tx, const char *package, int64_t now, struct errinfo *ei)
    GW_MUST_USE;

/* Called for each row found; a negative result ends the walk and is returned by it. It may not
 * change what is walked over. */
typedef int (*store_package_each)(void *ctx, const struct store_package *p, struct errinfo *ei);

/* Those whose bytes have to go and have not, at most `most` behind the first `skip`; all in a
 * state. Oldest first. */
int store_packages_doomed(struct store_tx *tx, size_t skip, size_t most, store_package_each fn,
    void *ctx, struct errinfo *ei) GW_MUST_USE;
int store_packages_in(struct store_tx *tx, enum store_package_state state, store_package_each fn,
    void *ctx, struct errinfo *ei) GW_MUST_USE;

/*
 * What keeps a package beyond its term: a round of its case that is about it, in one of the states
 * `held`, or in one of `begun` when a statement of the kind `begins` was received in it at `since`
 * or later. States are words with a space before and after each.
 */
struct store_holds {
	const char *held, *begun, *begins;
	int64_t since;
};

/* Doom as `expired` what had its term end before `before`: announced and never brought, or brought
 * and not held. */
int store_packages_lapse(struct store_tx *tx, int64_t before, const struct store_holds *holds,
    struct errinfo *ei) GW_MUST_USE;

/* What a sender has here and on its way: deposited packages and open uploads. */
struct store_package_sums {
	uint64_t announced;       /* and not come */
	uint64_t packages, bytes; /* deposited */
	uint64_t uploads, coming; /* open, and what they will be in all */
};

/* Of one sender, or with sender NULL of all. */
int store_packages_sum(struct store_tx *tx, const char *sender, struct store_package_sums *ret,
    struct errinfo *ei) GW_MUST_USE;

/* ---- uploads ---- */

struct store_upload {
	char id[ID_TEXT], package[ID_TEXT];
	int64_t touched; /* ms: begun, or the last byte came */
	bool done;       /* deposited; kept for a while, so that whoever was cut off can ask */
};

/* Begin one. GW_EEXIST: the package has one. */
int store_upload_add(struct store_tx *tx, const struct store_upload *u, struct errinfo *ei)
    GW_MUST_USE;

/* The upload with that id, or that of a package; GW_ENOENT. */
int store_upload_get(
    struct store_tx *tx, const char *id, struct store_upload *ret, struct errinfo *ei) GW_MUST_USE;
int store_upload_of(struct store_tx *tx, const char *package, struct store_upload *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Bytes came at `now`; done says that they were the last. */
int store_upload_touch(
    struct store_tx *tx, const char *id, int64_t now, bool done, struct errinfo *ei) GW_MUST_USE;

/* Forget it; fine when it is not there. */
int store_upload_drop(struct store_tx *tx, const char *id, struct errinfo *ei) GW_MUST_USE;

typedef int (*store_upload_each)(void *ctx, const struct store_upload *u, struct errinfo *ei);

/* All that were touched before `before` (INT64_MAX: all), done or not, oldest first; those of a
 * sender that are open. */
int store_uploads(struct store_tx *tx, int64_t before, store_upload_each fn, void *ctx,
    struct errinfo *ei) GW_MUST_USE;
int store_uploads_open(struct store_tx *tx, const char *sender, store_upload_each fn, void *ctx,
    struct errinfo *ei) GW_MUST_USE;

#endif
