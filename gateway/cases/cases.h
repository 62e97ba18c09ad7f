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
	uint64_t reserve_bytes;      /* of the disk, held for one sender's bytes that are yet to
	                                come; a single upload may have more [32 GiB] */
	unsigned announced;          /* packages of one sender that have not come [10,000] */
	unsigned upload_hours;       /* without a byte until an upload is given up [72] */
	uint64_t free_bytes; /* of the disk that stay free: else GW_EIO before bytes move [1 GiB] */
	unsigned statements; /* of one case; then only acts that bring a round on [200] */
	uint64_t chain_bytes; /* of these, as they are answered; likewise [3 MiB] */
	uint64_t last_bytes;  /* of each that is taken beyond that [24 KiB] */
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

/*
 * cases_store_there(store, packages, ledger, ei): may a store be made at the path `store`, or is
 * the one that was there gone? To be asked before store_open makes it.
 *
 * Over a new store all package files would be nobody's, and go; every case would be as if it had
 * never been. 0 where there is a store. GW_EAUTH: there is none (or no byte of it), but the ledger
 * has records of a gateway that served here, and the folder `packages` is there. GW_ELEDGER.
 */
int cases_store_there(
    const char *store, const char *packages, struct ledger *ledger, struct errinfo *ei) GW_MUST_USE;

/* Open the cases of a home: makes good what a kill left (packages without a row, rows without a
 * file, uploads that were cut off). What cannot be made good of one package or upload does not keep
 * the others out: cases_tick tries again, and says why. GW_EIO, GW_ELEDGER. */
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
 * GW_ECONFLICT: stale (cases_stale is then true of ei) or not legal now; GW_ELIMIT: the case has
 * its fill of statements or rounds, or too many packages are under way in it; GW_EREFUSED: a
 * condition does not hold; GW_ELEDGER. What is refused is recorded.
 */
int cases_act(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, const void *json, size_t n, const void *p7s, size_t p7s_n,
    enum cases_taken *ret, json_t **ret_case, struct errinfo *ei) GW_MUST_USE;

/* True when GW_ECONFLICT was given because the chain has moved on. */
bool cases_stale(const struct errinfo *ei);

/* ---- looking; each a new reference in *ret ---- */

struct cases_page {
	unsigned limit;     /* 1 to 500; a page of cases may end before, for they have rounds */
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

/*
 * Announce a package by its slip: signature, sender = caller (or caller is the sender's gateway),
 * recipient and keys current, policy accepted, contract, term, size within the limits.
 *
 * *ret_new is false when it was known with the same bytes, whatever holds today; another slip for
 * the same package is GW_ECONFLICT. GW_EFORMAT; GW_EAUTH: signature, or not the caller's to
 * announce; GW_EREFUSED: a condition, the keys, the term; GW_ELIMIT: the size, or too many of the
 * sender's have not come yet (cases_later). What is refused is recorded, and nothing of it is kept.
 */
int cases_announce(struct cases *c, const struct cases_call *call, const void *slip, size_t n,
    const void *p7s, size_t p7s_n, bool *ret_new, json_t **ret, struct errinfo *ei) GW_MUST_USE;
int cases_package(struct cases *c, const struct cases_call *call, const char *package, json_t **ret,
    struct errinfo *ei) GW_MUST_USE;

/*
 * Deposit an announced package of our own (sealed by this gateway's intake) from the file of fd,
 * open for reading and writing, without a name (O_TMPFILE) and on the packages' file system: it
 * gets its name in the packages' folder. fd stays the caller's. 0 also when it was deposited
 * before.
 *
 * GW_ENOENT: not announced, or not ours; GW_EAUTH: size or digest are not the slip's;
 * GW_ECONFLICT: it has gone; GW_EIO: also when the disk is too full; GW_ELEDGER.
 */
int cases_deposit_own(struct cases *c, const struct cases_call *call, const char *package, int fd,
    struct errinfo *ei) GW_MUST_USE;

struct cases_file {
	int fd; /* read only; the caller closes it */
	uint64_t bytes;
	char sha256[HASH_HEX];
};

/* The bytes of a package for its recipient: GW_ECONFLICT before its fetch_request and after the
 * package has gone; GW_EREFUSED for its sender, when consent was withdrawn after it was sealed, and
 * when its term is over and five days have passed since fetch_request; GW_EIO: the file is not what
 * it was. */
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

/*
 * Begin an upload for an announced package. The package's upload is given again when there is one,
 * also for a while after it was done.
 *
 * GW_ECONFLICT: length is not the slip's, or the package is here or has gone; GW_EREFUSED: its term
 * is over; GW_ELIMIT: too much in all, or the sender's other uploads have to come, or be given up,
 * first (cases_later is then true of ei); GW_EIO: the disk has no room for all of it.
 */
int cases_upload_create(struct cases *c, const struct cases_call *call, const char *package,
    uint64_t length, struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;

/* True when GW_ELIMIT was given because of other uploads or announced packages of the sender. */
bool cases_later(const struct errinfo *ei);

/* How far an upload has come: what is durable; while somebody writes, where they began. One whose
 * bytes are all there and that a kill or a full disk kept from its end is finished first, with the
 * errors of cases_upload_end. GW_ENOENT: there is none, or it is another's. */
int cases_upload_state(struct cases *c, const struct cases_call *call, const char *id,
    struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;

/*
 * cases_upload_begin(c, call, id, offset, ret_fd, ret, ei): let bytes be written at offset, by one
 * writer at a time.
 *
 * The descriptor is write-only and appends (O_APPEND), so that nothing that came before can be
 * written over; the caller closes it after cases_upload_end, which has to follow. While bytes
 * arrive they are hashed from the file beside. GW_ECONFLICT: offset is not where the upload stands,
 * or somebody else writes, or it is whole, or the package has to go (ret->offset, set in the first
 * three, says where it stands); GW_EIO: the disk has no room for the rest; GW_ENOENT.
 */
int cases_upload_begin(struct cases *c, const struct cases_call *call, const char *id,
    uint64_t offset, int *ret_fd, struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;

/*
 * cases_upload_end(c, call, id, keep, ret, ei): the writer has finished, or was cut off.
 *
 * What came is kept and made durable; when the file holds more than `keep` bytes it is cut back to
 * them, but never behind where this writer began: UINT64_MAX keeps all, the offset given to begin
 * nothing (a failed checksum). When it is whole, digest and size are compared with the slip: right,
 * and the package is deposited (transfer.receive); wrong, and the upload is gone, GW_EAUTH; not to
 * be read again, and it is gone too, with an incident, GW_ENOENT.
 *
 * GW_ELIMIT: more came than the slip says, all of this writer's is dropped; GW_ECONFLICT: nobody
 * writes, or the package has to go; GW_EIO; GW_ELEDGER: nothing is lost, cases_upload_state tries
 * again. In each case the writer has ended.
 */
int cases_upload_end(struct cases *c, const struct cases_call *call, const char *id, uint64_t keep,
    struct cases_upload *ret, struct errinfo *ei) GW_MUST_USE;

/* Give up an upload and what came of it; a package that was deposited stays. GW_ECONFLICT while
 * somebody writes. */
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

/*
 * The next job that is due, the one that waited longest first, those of one case one at a time and
 * in their order; a package before the release that names it, but none that an act behind it takes
 * back (an event `refused`, note `withdrawn`): its release is then refused there. It is nobody
 * else's until cases_job_done; at most four are out at once. GW_ENOENT when none is due: *ret_next
 * is when to ask again, at most a second from now. The caller releases *ret.
 */
int cases_job_next(struct cases *c, const struct cases_call *call, struct cases_job *ret,
    int64_t *ret_next, struct errinfo *ei) GW_MUST_USE;

/*
 * What became of it: code 0: taken there, and now here (an event `delivered`); GW_ENET: to be tried
 * again, 1 s doubling to 10 min, its gateway's other jobs after a shorter while; any other is
 * final, with the problem's code word: an event `refused` says so, and the chain here is as it was
 * before. GW_ELEDGER, GW_EIO: what was answered could not be kept, and is asked again.
 */
int cases_job_done(struct cases *c, const struct cases_call *call, uint64_t id, int code,
    const char *problem, struct errinfo *ei) GW_MUST_USE;

/*
 * Gateways with cases of ours that have not ended, or that ended within the last six weeks: what
 * was misdelivered may be found out after the end. Fills ret[0..cap) with their OINs and the event
 * up to which each was read; returns how many there are.
 */
struct cases_peer {
	char oin[OIN_TEXT], gateway[256];
	uint64_t after;
	bool ended; /* all cases there: it need not be asked often */
};
size_t cases_peers(struct cases *c, const struct registry *registry, int64_t now,
    struct cases_peer *ret, size_t cap);

/*
 * Take in what such a gateway tells: all of the chain of one case as cases_statements of there
 * gives it (an array of its items), each act verified as if it came from its signer. Of those that
 * are here already a `sha256` will do.
 *
 * GW_EAUTH: the chain does not begin with what is here, or goes on with what does not follow or is
 * not proved: an incident is recorded and told, what is good before it is kept, and the event is to
 * be counted as read (cases_mirrored), else the same incident comes again. GW_EREFUSED: that
 * gateway does not serve the recipient, or the sender is not served here. To be tried again:
 * GW_ECONFLICT (our clock is behind theirs), GW_ELEDGER, GW_EIO, which is also what a revocation
 * list of ours is that is missing or out of date (trust_out_of_date is then true of ei).
 * cases_mirrored: the event up to which was read.
 */
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
