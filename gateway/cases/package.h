/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * package: the files of packages, how they come and how they go; for this room only.
 *
 * In the packages' folder <package>.tar.age is a whole package and <upload>.part is one that is
 * arriving; mode 0600. The store says what each is; how far an upload has come is the length of its
 * file. A package is deposited in this order: bytes durable, digest right, intent
 * (transfer.receive) in the ledger, the file's name, the folder synced, the row in the store, the
 * result. One goes in this: the row says that it has to go (store_package_doom), intent
 * (retention.expire), the file's name gone, the folder synced, the row, the result. A kill anywhere
 * between is made good by the next cases_packages_open.
 */
#ifndef GW_CASES_PACKAGE_H
#define GW_CASES_PACKAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "cases/growing.h"
#include "cases/inside.h"
#include "sign/statement.h"
#include "store/jobs.h"
#include "store/packages.h"

/* Begins what is said where a limit passes when the sender's other uploads have come (cases_later).
 */
#define PACKAGE_LATER "other uploads of this organisation come first: "

/* ---- what conditions and acts ask ---- */

/*
 * package_slip_judge(call, slip, n, p7s, p7s_n, received, ret, ei): a slip as it stands today:
 * form, signature (which must have been valid when it was received, ms), the key that is pinned for
 * its sender, and keys that are the recipient's.
 *
 * Each key that the slip names has to be one for which the recipient made a statement that is not
 * revoked and in its dates today, and that no other superseded before the package was sealed; one
 * of them its main key. GW_EFORMAT, GW_ELIMIT, GW_EAUTH; GW_EREFUSED: the keys. The caller releases
 * *ret.
 */
int package_slip_judge(const struct cases_call *call, const void *slip, size_t n, const void *p7s,
    size_t p7s_n, int64_t received, struct statement *ret, struct errinfo *ei) GW_MUST_USE;

/* Delete the files of the packages that have to go (store_package_doom), and what was arriving of
 * them. GW_ELEDGER, GW_EIO: some stay, and go the next time. */
int cases_package_sweep(struct cases *c, int64_t now, struct errinfo *ei) GW_MUST_USE;

/* Doom one and sweep: for whoever has no transaction open. */
int cases_package_drop(struct cases *c, const char *package, const char *reason, int64_t now,
    struct errinfo *ei) GW_MUST_USE;

/* ---- what the files of this subject share ---- */

/* An upload that somebody writes or finishes, or whose digest is kept for when they come again. */
struct upload_at {
	struct upload_at *next;
	char id[ID_TEXT];
	bool taken;              /* by one caller */
	bool followed;           /* bytes may be coming: the follower hashes them */
	int fd;                  /* for reading, while it is taken; else -1 */
	uint64_t began;          /* where the writer began */
	pthread_mutex_t hashing; /* of hash */
	struct growing hash;
};

struct cases_packages {
	pthread_mutex_t sweeping; /* one at a time deletes */
	pthread_mutex_t lock;     /* of all below, but what lies in the uploads' hash */
	pthread_cond_t wake;      /* of the follower */
	pthread_t follower;
	bool following, stop;
	struct upload_at *uploads;
	uint64_t busy[STORE_JOBS_BUSY]; /* jobs that were given out */
	size_t busy_n;
};

/* Paths, new strings: of a package's file; of an upload's. */
char *package_path(const struct cases *c, const char *package) GW_MUST_USE;
char *upload_path(const struct cases *c, const char *upload) GW_MUST_USE;

/* The limits that hold: those set, else their defaults. */
struct cases_limits package_limits(const struct cases *c);

/* One row, in a transaction of its own; GW_ENOENT. slip and p7s may be NULL. */
int package_row(struct cases *c, const char *package, struct store_package *ret, struct buf *slip,
    struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/* True when the caller may bring the package: its sender, or the gateway of its sender. */
bool package_is_senders(const struct cases_call *call, const struct store_package *p);

/* GW_EIO unless `more` further bytes fit on the disk and leave what has to stay free. */
int package_room(struct cases *c, uint64_t more, struct errinfo *ei) GW_MUST_USE;

/* Where the bytes of a deposit lie until they have their name. */
struct package_bytes {
	const char *path; /* an upload's file, to be renamed; or NULL … */
	int fd;           /* … and this file without a name, to be linked */
};

/*
 * package_deposit(c, trace, p, from, upload, now, ei): the bytes, durable and with the right
 * digest, become the package. upload (may be NULL) is then done. GW_ELEDGER: nothing happened.
 * GW_ECONFLICT: it has to go, or has come meanwhile. GW_EIO.
 */
int package_deposit(struct cases *c, const char *trace, const struct store_package *p,
    const struct package_bytes *from, const char *upload, int64_t now, struct errinfo *ei)
    GW_MUST_USE;

/* Record that a package was refused to `caller`, whatever of p is known (may be NULL). Keeps code
 * and ei; the value is code. */
int package_refused(struct cases *c, const struct cases_call *call, const struct store_package *p,
    int code, struct errinfo *ei);

/*
 * package_incident(c, word, list, n, now, ei): the bytes of packages cannot be had: record that
 * (one incident.open with that word, their number and the names of the first twenty), and tell both
 * parties of each. GW_ELEDGER, GW_EIO.
 */
int package_incident(struct cases *c, const char *word, const struct store_package *list, size_t n,
    int64_t now, struct errinfo *ei) GW_MUST_USE;

/* ---- upload.c ---- */

/* Begin and end the follower. */
int uploads_open(struct cases_packages *p, struct errinfo *ei) GW_MUST_USE;
void uploads_close(struct cases_packages *p);

/*
 * Finish an upload whose bytes are all there, as cases_upload_end does; nobody may have taken it.
 * 0 also when it is not whole or somebody is at it. GW_EAUTH: the digest is wrong, and it is gone.
 * GW_ENOENT: its bytes cannot be read, and it is gone, with an incident. GW_EIO: not now.
 */
int upload_finish(struct cases *c, const struct cases_call *call, const struct store_upload *u,
    struct errinfo *ei) GW_MUST_USE;

/* Give up an upload: row and file. GW_ECONFLICT while somebody writes. */
int upload_forget(struct cases *c, const struct store_upload *u, struct errinfo *ei) GW_MUST_USE;

/* ---- mirror.c ---- */

/*
 * cases_follow(c, call, sender, case_id, …, valid, at, ei): take in an act of a case that lives
 * elsewhere, where it was judged and taken: verified as if it came from its signer, whose key has
 * to have been good at the moment `valid`; its prev has to be the head here; conditions and terms
 * are not asked. It is kept as received at the moment `at`. 0 also when it is there.
 *
 * GW_EAUTH, GW_EFORMAT; GW_ECONFLICT: it does not follow on what is here; GW_EREFUSED: it is not
 * what such an act may be; GW_ELEDGER, GW_EIO.
 */
int cases_follow(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, const void *json, size_t n, const void *p7s, size_t p7s_n, int64_t valid,
    int64_t at, struct errinfo *ei) GW_MUST_USE;

/* Tell both parties of a case something that is no act: an event in its last round. statement and
 * note may be NULL. Fine when there is no such case. */
int cases_tell(struct store_tx *tx, const char *sender, const char *case_id, const char *kind,
    const char *statement, const char *note, int64_t now, struct errinfo *ei) GW_MUST_USE;

#endif
