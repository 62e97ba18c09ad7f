/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * core: every operation of the interface, as the core process carries it out: a call in, an answer
 * out, no sockets (docs/FORMATS.md §10).
 *
 * One entry for all: api_core_answer finds the operation of the call's route, asks the registry who
 * the client is, and answers with JSON, text or a descriptor; failures become problem documents. It
 * may be called from many threads at once.
 */
#ifndef GW_API_CORE_H
#define GW_API_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/link.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

struct api_core;
struct home;
struct cases;
struct store;

/* All borrowed, and outlive the core. */
struct api_core_env {
	struct home *home; /* opened with HOME_SEAL and what the daemon needs besides */
	struct cases *cases;
	struct store *store;
	const char *const *mandates; /* OINs besides our own whose clients may hand in dossiers */
	size_t mandates_n;
	uint64_t free_bytes; /* of the home's disk that must be free to be ready; 0: 1 GiB */
	const char *const *witnesses; /* OINs whose gateways vouch for our ledger */
	size_t witnesses_n;
	unsigned cosign_minutes;    /* between two heads that they are asked about; 0: 60 */
	unsigned cosign_warn_hours; /* that the last signature of one may be old; 0: 48 */
};

/* env and what it points to are copied but for the rooms. GW_EAUTH, GW_EFORMAT: the registry. */
int api_core_new(const struct api_core_env *env, struct api_core **ret, struct errinfo *ei)
    GW_MUST_USE;
void api_core_free(struct api_core *c);

/* Read registry, policies and revocation lists again; calls that run finish under the old ones.
 * On failure the old ones stay. */
int api_core_reload(struct api_core *c, struct errinfo *ei) GW_MUST_USE;

/* Note, for the figures, how the last reload of all that a reload reads went. */
void api_core_reloaded(struct api_core *c, bool well);

/*
 * Answer one call. *a points into *out and static text, and into nothing else; a->fd is the
 * caller's to close. Always answers: what goes wrong is a problem document with its status.
 */
void api_core_answer(
    struct api_core *c, const struct link_call *call, struct buf *out, struct link_answer *a);

/* The clock and what is due (cases_tick, answers that are no longer kept); reads the registry again
 * when a new day has come. *ret_next is when to call again (ms). */
int api_core_tick(struct api_core *c, int64_t *ret_next, struct errinfo *ei) GW_MUST_USE;

/* Ready to take transfers: ledger writable, disk with room, those of ledger and store too
 * where they have one of their own. GW_ELEDGER, GW_EIO say why not. */
int api_core_ready(struct api_core *c, struct errinfo *ei) GW_MUST_USE;

/* Append what the core counts, in the text form of Prometheus. */
int api_core_figures(struct api_core *c, struct buf *out) GW_MUST_USE;

#endif
