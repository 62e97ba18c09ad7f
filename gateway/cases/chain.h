/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * chain: all statements of one case from the first to its head, judged as a whole, without a store
 * or a network (docs/FORMATS.md §10, "One chain").
 *
 * Each statement that is added has to follow: signed by one of the two parties for the other, of
 * this case, `prev` naming the one before it, legal by machine.h in the round that it belongs to,
 * and in agreement with the slip of the package that it names. What does not follow is refused and
 * leaves the chain as it was, so that a chain is always good as far as it goes.
 *
 * What the clock did is no statement: a package whose term is over counts as expired.
 */
#ifndef GW_CASES_CHAIN_H
#define GW_CASES_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "cases/machine.h"
#include "registry/organisation.h"
#include "sign/cades.h"

enum {
	CHAIN_MOST = 4096, /* statements of one case */
	CHAIN_CASE = 65,   /* a case id and NUL */
	CHAIN_RETURN_DAYS = 42,
};

/* What the policy of a package says about the way it goes. */
struct chain_terms {
	bool known; /* false: we do not have the policy; then whatever it may say is legal */
	bool direct, delete_never;
};

/* How statements are judged; borrowed, and outlives the chain. */
struct chain_env {
	const struct trust *trust;
	int64_t now; /* when we ask: revocation lists must be fresh then */
	int64_t at;  /* judge signatures as at this moment where none is recorded; 0: now */
	/* May this key have signed for its OIN at that moment? GW_EAUTH. NULL: not asked. */
	int (*pinned)(void *arg, const struct cades_signer *by, int64_t at, struct errinfo *ei);
	/* The terms of the policy with that SHA-256. NULL: none is known. */
	struct chain_terms (*terms)(void *arg, const char *policy_sha256);
	void *arg;
};

struct chain_link {
	char sha256[HASH_HEX]; /* of the statement */
	const char *kind;      /* static */
	char id[ID_TEXT];
	char by[OIN_TEXT];
	int64_t at;                 /* what it says of itself, ms */
	unsigned round;             /* from 1 */
	char tagmanifest[HASH_HEX]; /* of `opened` and `taken_over`, else "" */
};

/* The way of one package. */
struct chain_round {
	enum case_state state;
	char package[ID_TEXT];                 /* "" before it is known */
	char slip[HASH_HEX], policy[HASH_HEX]; /* of the slip; of the policy */
	int64_t expires;                       /* end of its term, 0 before the slip is known */
	int64_t extended;                      /* when that was last extended, 0: never */
	int64_t opened;                        /* when it was opened, 0 before */
	bool released, fetched;
};

struct chain;

/* The chain of (sender, case_id), empty as yet. Free it with chain_free. */
struct chain *chain_new(const struct chain_env *env, const char *sender, const char *case_id)
    GW_MUST_USE;
void chain_free(struct chain *c);
void chain_free_p(struct chain **c);

/*
 * chain_slip(c, file, json, n, p7s, p7s_n, at, ei): make a slip known, before the statement that
 * names it. `file` stands in messages. It must be of this case and its sender. p7s NULL: it was
 * verified when it was first seen, only its form is. at: as for chain_add.
 *
 * GW_EAUTH, GW_EFORMAT, GW_ELIMIT.
 */
int chain_slip(struct chain *c, const char *file, const void *json, size_t n, const void *p7s,
    size_t p7s_n, int64_t at, struct errinfo *ei) GW_MUST_USE;

/* True when the slip with that SHA-256 is known. */
bool chain_knows_slip(const struct chain *c, const char *sha256);

/*
 * chain_add(c, file, json, n, p7s, p7s_n, at, ei): add the next statement.
 *
 * at (ms) is the moment at which it was received, as a gateway recorded it, else 0: certificate and
 * pin are then judged as of now, and terms by the moment that the statement names. p7s NULL: its
 * signature was verified when it was first seen.
 *
 * GW_EAUTH: signature, parties, another case, prev, a digest that the slip denies, no slip for a
 * package from its release on. GW_ECONFLICT, GW_EREFUSED: not legal, as case_step. GW_EFORMAT:
 * form, or no act. GW_ELIMIT past CHAIN_MOST.
 */
int chain_add(struct chain *c, const char *file, const void *json, size_t n, const void *p7s,
    size_t p7s_n, int64_t at, struct errinfo *ei) GW_MUST_USE;

/* How many statements; the i-th, from 0; the sha256 of the last, "" before the first. */
size_t chain_count(const struct chain *c);
const struct chain_link *chain_at(const struct chain *c, size_t i);
const char *chain_head(const struct chain *c);

/* How many rounds; the i-th, from 0. What the clock ended by env->now is told as expired. */
size_t chain_rounds(const struct chain *c);
struct chain_round chain_round(const struct chain *c, size_t i);

const char *chain_sender(const struct chain *c);
const char *chain_recipient(const struct chain *c); /* "" before the first statement */
const char *chain_case(const struct chain *c);

#endif
