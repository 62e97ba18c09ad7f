/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * courier: carries what organisations here did to the gateways where their cases live, and reads
 * back what happened there (docs/FORMATS.md §10, docs/decisions/018, 019, 029).
 *
 * It lives in the edge, for it needs the network and tls.key; what is to be carried, what is to be
 * believed and what is kept is the core's, asked over links of its own. It decides nothing: a kill
 * at any moment loses nothing, because a job is over only when the core has said so, and the other
 * gateway knows a statement that it has seen.
 *
 * Four threads carry, so that a large package to one gateway does not keep a withdrawal from
 * another; two read. Of each kind one at a time asks the core and sleeps, the others are at work or
 * wait for their turn. One more brings the ledger's head to our witnesses.
 */
#ifndef GW_API_COURIER_H
#define GW_API_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "api/material.h"
#include "base/defs.h"
#include "base/err.h"

struct courier;

enum { COURIER_CARRIERS = 4, COURIER_READERS = 2, COURIER_LINKS = 7 };

struct courier_env {
	const int *links;         /* COURIER_LINKS ends of links to the core; taken over */
	int64_t at;               /* certificates are judged as at this moment (ms); 0: now */
	unsigned least_s, most_s; /* between two questions to one gateway; 0: 1, 60. Where all
	                           * cases have ended, the latter is sixty times as long */
	/* A link broke: the process is to end. Any thread. */
	void (*lost)(void *arg);
	void *arg;
};

struct courier_counts {
	uint64_t delivered, refused, failed; /* jobs; tries that failed */
	uint64_t events;                     /* read at other gateways */
	uint64_t peers, peers_unreachable;   /* now */
};

/* Make one, which does nothing yet. GW_EIO. */
int courier_new(const struct courier_env *env, struct courier **ret, struct errinfo *ei)
    GW_MUST_USE;

/* Use these files, which it copies the descriptors of, for connections from now on; any thread.
 * GW_EIO: the former ones stay. */
int courier_use(struct courier *c, const struct material *m, struct errinfo *ei) GW_MUST_USE;

/* Begin, after the first courier_use. GW_EIO. */
int courier_start(struct courier *c, struct errinfo *ei) GW_MUST_USE;

/* Give up what runs; for signal handlers, too. What was not finished is done after the next start.
 */
void courier_stop(struct courier *c);

/* True when all its threads have ended, within ms. */
bool courier_ended(struct courier *c, unsigned ms);

void courier_counts(struct courier *c, struct courier_counts *ret);

/* After its threads have ended, or before it was started. NULL is fine. */
void courier_free(struct courier *c);

#endif
