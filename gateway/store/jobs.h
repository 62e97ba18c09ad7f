/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * jobs: what waits to be brought to other gateways, and what is remembered of these.
 *
 * Jobs of one case are done one after the other, in the order in which they came; those of
 * different cases do not wait for each other. A job that failed waits before it is tried again, and
 * so does, for a shorter while, everything else for that gateway: one that does not answer holds up
 * nobody else's deliveries. Functions that change take a transaction that writes.
 */
#ifndef GW_STORE_JOBS_H
#define GW_STORE_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "store/store.h"

enum {
	STORE_JOB_OIN = 21,
	STORE_JOB_WORD = 65,
	STORE_JOB_FIRST_MS = 1000, /* before the second try; then twice as long each time */
	STORE_JOB_MOST_MS = 600000,
	STORE_JOBS_BUSY = 4, /* being done at once */
};

struct store_job {
	uint64_t id;
	char gateway[STORE_JOB_OIN]; /* whose: OIN */
	char sender[STORE_JOB_OIN], recipient[STORE_JOB_OIN], case_id[STORE_JOB_WORD];
	char package[ID_TEXT];        /* that a statement names; that a package job brings */
	char statement[HASH_HEX];     /* SHA-256; "" in a package job */
	char kind[STORE_JOB_WORD];    /* of the statement; "package" */
	char problem[STORE_JOB_WORD]; /* why the last try failed, a word, else "" */
	int64_t made, next;           /* ms */
	unsigned tries;               /* failed ones */
};

/* Add a job, due at once (id, next, tries and problem of j are ignored). json and p7s are the
 * statement's; empty for a package. */
int store_job_add(struct store_tx *tx, const struct store_job *j, const void *json, size_t json_n,
    const void *p7s, size_t p7s_n, uint64_t *ret_id, struct errinfo *ei) GW_MUST_USE;

/* The job with that id; json and p7s (may be NULL) get the bytes appended. GW_ENOENT. */
int store_job_get(struct store_tx *tx, uint64_t id, struct store_job *ret, struct buf *json,
    struct buf *p7s, struct errinfo *ei) GW_MUST_USE;

/*
 * store_job_due(tx, now, busy, busy_n, ret, ret_next, ei): the job to be done next.
 *
 * The first of its case, whose own wait and whose gateway's wait are over, that waited longest;
 * none of busy[0..busy_n), at most STORE_JOBS_BUSY. GW_ENOENT when there is none: *ret_next is when
 * one will be (INT64_MAX: never, as things stand).
 */
int store_job_due(struct store_tx *tx, int64_t now, const uint64_t *busy, size_t busy_n,
    struct store_job *ret, int64_t *ret_next, struct errinfo *ei) GW_MUST_USE;

/* The job failed at `now` for `problem`: it and its gateway wait. */
int store_job_failed(struct store_tx *tx, const struct store_job *j, int64_t now,
    const char *problem, struct errinfo *ei) GW_MUST_USE;

/* The job has ended; `answered`: its gateway gave an answer, so that it no longer waits. */
int store_job_end(struct store_tx *tx, const struct store_job *j, bool answered, struct errinfo *ei)
    GW_MUST_USE;

typedef int (*store_job_each)(void *ctx, const struct store_job *j, struct errinfo *ei);

/* Those of one case, oldest first. */
int store_jobs_of(struct store_tx *tx, const char *sender, const char *case_id, store_job_each fn,
    void *ctx, struct errinfo *ei) GW_MUST_USE;

/* True in *ret when a job brings that package. */
int store_jobs_bring(struct store_tx *tx, const char *package, bool *ret, struct errinfo *ei)
    GW_MUST_USE;

/* How many there are, and how many of them failed at least once. */
int store_jobs_count(
    struct store_tx *tx, uint64_t *ret_all, uint64_t *ret_failing, struct errinfo *ei) GW_MUST_USE;

/* Gateways with cases of ours that have not ended (whose state is none of `ended`, words with a
 * space before and behind each), `open` being true, and those where all have ended but something
 * happened since that moment (ms); in the order of their OINs. */
typedef int (*store_peer_each)(
    void *ctx, const char *gateway, uint64_t event, bool open, struct errinfo *ei);
int store_peers(struct store_tx *tx, const char *ended, int64_t since, store_peer_each fn,
    void *ctx, struct errinfo *ei) GW_MUST_USE;

/* Up to which of its events another gateway was read; 0 for one that never was. Setting a lower
 * number changes nothing. */
int store_peer_event(struct store_tx *tx, const char *gateway, uint64_t *ret, struct errinfo *ei)
    GW_MUST_USE;
int store_peer_set_event(
    struct store_tx *tx, const char *gateway, uint64_t event, struct errinfo *ei) GW_MUST_USE;

#endif
