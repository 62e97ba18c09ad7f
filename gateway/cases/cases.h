/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cases: the handover cases that one gateway serves: acts, packages, events and clocks, without
 * HTTP or SQL (docs/FORMATS.md §10, docs/CASES.md).
 *
 * Every change is in the ledger before it happens and durable in the store before it is answered;
 * after a kill at any moment the same call with the same bytes gives the first result. Whoever
 * calls is an organisation that was proven by its certificate; what belongs to others is GW_ENOENT.
 *
 * All functions may be called from several threads at once, but cases_free.
 */
#ifndef GW_CASES_CASES_H
#define GW_CASES_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "registry/registry.h"

struct cases;
struct ledger;
struct store;

/* What a gateway may hold; gateway.yaml `serve:`. 0 stands for the default in brackets. */
struct cases_limits {
	uint64_t package_bytes;      /* one package [16 GiB] */
	uint64_t organisation_bytes; /* deposited and arriving, by one sender [256 GiB] */
	unsigned uploads;            /* open at once, by one sender [64] */
	unsigned upload_hours;       /* without a byte until an upload is given up [72] */
	uint64_t free_bytes; /* of the disk that stay free: else GW_EIO before bytes move [1 GiB] */
};

/* What cases needs; all is borrowed and outlives it. */
struct cases_env {
	const char *oin;      /* the gateway's own organisation */
	const char *actor;    /* its account in records, "a:<16 hex>" */
	const char *packages; /* folder of package files; made 0700 */
	struct ledger *ledger;
	struct store *store;
	struct cases_limits limits;
};

/* One call: who asks, under which registry, when. Borrowed for the call. */
struct cases_call {
	const struct registry *registry;
	const char *caller; /* OIN proven by its certificate */
	const char *trace;  /* 32 hex digits of the request's traceparent, or NULL: a new one */
	int64_t now;        /* ms */
};

/* Open the cases of a home: makes good what a kill left (packages without a row, rows without a
 * file, uploads that were cut off). GW_EIO, GW_ELEDGER. */
int cases_open(const struct cases_env *env, const struct registry *registry, int64_t now,
    struct cases **ret, struct errinfo *ei) GW_MUST_USE;
void cases_free(struct cases *c);

/* ---- acts ---- */

enum cases_taken {
	CASES_NEW,    /* 201 */
	CASES_AGAIN,  /* 200: the same statement was there already */
	CASES_QUEUED, /* 202: kept, and brought to the recipient's gateway by the courier */
};

/*
 * cases_act(c, call, sender, case_id, json, n, p7s, p7s_n, ret, ret_case, ei): take one signed act
 * in the order of docs/FORMATS.md §10. sender and case_id are those of the address; the statement
 * must agree.
 *
 * *ret_case is the case as the caller may see it (a new reference). GW_EFORMAT; GW_EAUTH:
 * signature, or signer and caller do not belong together; GW_ENOENT: no such case of the caller;
 * GW_ECONFLICT: stale (cases_stale is then true of ei) or not legal now; GW_EREFUSED: a condition
 * does not hold; GW_ELEDGER. What is refused is recorded.
 */
int cases_act(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, const void *json, size_t n, const void *p7s, size_t p7s_n,
    enum cases_taken *ret, json_t **ret_case, struct errinfo *ei) GW_MUST_USE;

/* True when GW_ECONFLICT was given because the chain has moved on. */
bool cases_stale(const struct errinfo *ei);

/* ---- looking; each a new reference in *ret ---- */

struct cases_page {
	unsigned limit;     /* 1 to 500 */
	const char *cursor; /* as given before, or NULL */
};

/* {"items":[case…],"next"?}. role and state are words or NULL. GW_EUSAGE: cursor or word. */
int cases_list(struct cases *c, const struct cases_call *call, const char *role, const char *state,
    const struct cases_page *page, json_t **ret, struct errinfo *ei) GW_MUST_USE;
int cases_show(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, json_t **ret, struct errinfo *ei) GW_MUST_USE;
int cases_statements(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, bool receipts, json_t **ret, struct errinfo *ei) GW_MUST_USE;
int cases_events(struct cases *c, const struct cases_call *call, uint64_t after, unsigned limit,
    json_t **ret, struct errinfo *ei) GW_MUST_USE;

/* ---- packages ---- */

/* Announce a package by its slip: signature, sender = caller (or caller is the sender's gateway),
 * recipient and keys current, policy accepted, contract, size within the limits. *ret_new is false
 * when it was known with the same bytes; another slip for the same package is GW_ECONFLICT. */
int cases_announce(struct cases *c, const struct cases_call *call, const void *slip, size_t n,
    const void *p7s, size_t p7s_n, bool *ret_new, json_t **ret, struct errinfo *ei) GW_MUST_USE;
int cases_package(struct cases *c, const struct cases_call *call, const char *package, json_t **ret,
    struct errinfo *ei) GW_MUST_USE;

/* Take a package that lies in a file of our own (sealed by this gateway's intake), as announced and
 * deposited. The file is linked into the packages' folder. */
int cases_deposit_own(struct cases *c, const struct cases_call *call, const char *package, int fd,
    struct errinfo *ei) GW_MUST_USE;

struct cases_file {
	int fd; /* read only; the caller closes it */
	uint64_t bytes;
	char sha256[HASH_HEX];
};

/* The bytes of a package for its recipient: GW_ECONFLICT before its fetch_request and after the
 * package has gone. */
int cases_content(struct cases *c, const struct cases_call *call, const char *package,
    struct cases_file *ret, struct errinfo *ei) GW_MUST_USE;

/* ---- uploads ---- */

struct cases_upload {
	char id[ID_TEXT];
	char package[ID_TEXT];
	uint64_t offset, length;
	int64_t expires; /* ms */
	bool done;       /* whole, verified, deposited */
};

/* Begin an upload for an announced package; length must be the slip's. The package's open upload is
 * given again when there is one. GW_ELIMIT: too many, too much; GW_EIO: the disk is too full. */
int cases_upload_create(struct cases *c, const struct cases_call *call, const char *package,
    uint64_t length, struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;
int cases_upload_state(struct cases *c, const struct cases_call *call, const char *id,
    struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;

/*
 * cases_upload_begin(c, call, id, offset, ret_fd, ret, ei): let bytes be written at offset, by one
 * writer at a time. The descriptor is write-only, positioned; the caller closes it after
 * cases_upload_end. While bytes arrive they are hashed from the file beside. GW_ECONFLICT: offset
 * is not where the upload stands, or somebody else writes (ret->offset says which).
 */
int cases_upload_begin(struct cases *c, const struct cases_call *call, const char *id,
    uint64_t offset, int *ret_fd, struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;

/*
 * cases_upload_end(c, call, id, keep, ret, ei): the writer has finished, or was cut off: what the
 * file holds by now is kept, made durable and counted from `keep` bytes on (a failed checksum cuts
 * the file back to keep). When it is whole, digest and size are compared with the slip: right, and
 * the package is deposited (transfer.receive); wrong, and the upload is gone, GW_EAUTH.
 */
int cases_upload_end(struct cases *c, const struct cases_call *call, const char *id, uint64_t keep,
    struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;
int cases_upload_drop(
    struct cases *c, const struct cases_call *call, const char *id, struct errinfo *ei) GW_MUST_USE;

/* ---- the clock ---- */

/* Do what is due: reminders, escalations, expiry, deletion of package files, uploads given up.
 * *ret_next is when to call again at the latest (ms). To be called after cases_open and whenever
 * *ret_next has come. */
int cases_tick(struct cases *c, const struct registry *registry, int64_t now, int64_t *ret_next,
    struct errinfo *ei) GW_MUST_USE;

/* ---- other gateways: what the courier carries (docs/FORMATS.md §10) ---- */

enum cases_job_kind { CASES_JOB_STATEMENT, CASES_JOB_PACKAGE };
struct cases_job {
	uint64_t id;
	enum cases_job_kind kind;
	char gateway[256], gateway_oin[OIN_TEXT]; /* where to */
	char sender[OIN_TEXT], case_id[65], package[ID_TEXT];
	struct buf json, p7s;   /* the statement, or the slip */
	struct cases_file file; /* of a package; fd -1 otherwise */
};
void cases_job_release(struct cases_job *j);

/* The next job that is due, oldest first, one a case at a time; GW_ENOENT when none: *ret_next is
 * when to ask again. */
int cases_job_next(struct cases *c, const struct cases_call *call, struct cases_job *ret,
    int64_t *ret_next, struct errinfo *ei) GW_MUST_USE;

/* What became of it: code 0; GW_ENET: to be tried again; any other is final, with the problem's
 * code word: the act is refused, an event says so, and the chain here is as it was before. */
int cases_job_done(struct cases *c, const struct cases_call *call, uint64_t id, int code,
    const char *problem, struct errinfo *ei) GW_MUST_USE;

/* Gateways with cases of ours that have not ended: fills ret[0..cap) with their OINs and the event
 * up to which each was read; returns how many there are. */
struct cases_peer {
	char oin[OIN_TEXT], gateway[256];
	uint64_t after;
};
size_t cases_peers(
    struct cases *c, const struct registry *registry, struct cases_peer *ret, size_t cap);

/* Take in what such a gateway tells: the chain of one case as cases_statements of there gives it
 * (each verified as if it came from its signer), then the event that was read. A chain that does
 * not begin with ours is GW_EAUTH and an incident. */
int cases_mirror(struct cases *c, const struct cases_call *call, const char *gateway_oin,
    const char *sender, const char *case_id, const json_t *statements, struct errinfo *ei)
    GW_MUST_USE;
int cases_mirrored(struct cases *c, const char *gateway_oin, uint64_t event, struct errinfo *ei)
    GW_MUST_USE;

/* ---- figures ---- */

struct cases_counts {
	uint64_t cases, open, packages, package_bytes, uploads, jobs, jobs_failing, overdue;
};
int cases_counts(struct cases *c, int64_t now, struct cases_counts *ret, struct errinfo *ei)
    GW_MUST_USE;

#endif
