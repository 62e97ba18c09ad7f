/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grounds: on what a dossier may be sealed: the policy, loaded once per run, and per contract its
 * approval and acceptance, worked out once; for this room only.
 */
#ifndef GW_TRANSFER_GROUNDS_H
#define GW_TRANSFER_GROUNDS_H

#include <pthread.h>

#include "age/keys.h"
#include "base/date.h"
#include "base/err.h"
#include "base/hash.h"
#include "policy/apply.h"
#include "policy/policy.h"
#include "policy/report.h"
#include "registry/registry.h"
#include "transfer/transfer.h"

struct catalogue;
struct ladder_map;
struct note;

/* A policy with all that its meaning rests on. */
struct rules {
	struct transfer_policy files;
	struct catalogue *catalogue;
	struct policy *policy;                      /* keeps to the baseline */
	struct ladder_map *ladder;                  /* what the mapping says, or NULL */
	char baseline[HASH_HEX], mapping[HASH_HEX]; /* "" for none */
};

/* Load the policy with that id from the home, under the home's own baseline and mapping.
 * GW_EREFUSED when it does not keep to the baseline; GW_EFORMAT, GW_ENOENT. Release it in any case.
 */
int rules_load(struct rules *r, const struct transfer_env *env, const char *id, struct errinfo *ei)
    GW_MUST_USE;

/*
 * Load the report policy with that id. r->policy stays NULL: the caller lets it borrow the head of
 * *ret_report while that is used, and frees *ret_report itself. GW_ESUPPORT: it is no report
 * policy.
 */
int rules_load_report(struct rules *r, const struct transfer_env *env, const char *id,
    struct report_policy **ret_report, struct errinfo *ei) GW_MUST_USE;

/* Load it from the bytes of an acceptance. */
int rules_accepted(struct rules *r, const struct acceptance *a, struct errinfo *ei) GW_MUST_USE;

/* Load the home's policy with that id, under the baseline and mapping of an acceptance. */
int rules_under(struct rules *r, const struct transfer_env *env, const char *id,
    const struct acceptance *a, struct errinfo *ei) GW_MUST_USE;

/* Does the policy keep to the baseline that lies in the home today, whatever it was accepted under?
 * GW_EREFUSED, GW_EFORMAT. */
int rules_own_baseline(const struct rules *r, const struct transfer_env *env, struct errinfo *ei)
    GW_MUST_USE;

/* What handover.json says of them: policy, purpose, legal basis, retention, digests; no report. */
void rules_note(const struct rules *r, struct note *n);

void rules_release(struct rules *r);

/* What is known about one contract under the rules. */
struct grounds_contract {
	const struct contract *contract;
	int code; /* 0: approved by its controller and accepted by the recipient */
	struct errinfo why;
	struct grounds_contract *next;
};

struct grounds {
	const struct transfer_env *env;
	bool rehearsal; /* nothing is sealed: a policy does not count as loaded */
	struct rules rules;
	const struct organisation *sender, *recipient;
	struct registry_keys keys;
	struct age_recipients *to;
	pthread_mutex_t lock; /* of contracts */
	struct grounds_contract *contracts;
};

/*
 * Load the policy and the parties for sealing to the organisation `to`. GW_EREFUSED: unknown party,
 * key without statement, older policy; GW_EFORMAT, GW_ENOENT, GW_EAUTH. Release it in any case.
 */
int grounds_load(struct grounds *g, const struct transfer_env *env, const char *policy,
    const char *to, struct errinfo *ei) GW_MUST_USE;
void grounds_release(struct grounds *g);

/* The duties of an organisation as a policy asks for them (enum policy_duty bits); NULL has none.
 */
unsigned grounds_duties(const struct organisation *org);

/*
 * grounds_find(g, named, in_dossier, programme, today, ret_ctx, ret_contract, ei): the contract
 * that the candidate comes from and the context that the policy asks about.
 *
 * GW_EREFUSED: no contract, two different ones, an unknown one, one that is neither party's, a
 * policy that its controller's officers did not sign, that is not for organisations as these, or
 * that the recipient did not accept for it; a recipient that is the sender;
 * GW_EAUTH: a signature under the policy that is a stranger's. Threads may call it at once.
 */
int grounds_find(struct grounds *g, const char *named, const char *in_dossier,
    const char *programme, struct date today, struct policy_context *ret_ctx,
    const struct contract **ret_contract, struct errinfo *ei) GW_MUST_USE;

/*
 * For a report on the contract with that id: g->recipient becomes its controller, who must have
 * approved the policy. GW_EREFUSED: unknown contract, one of which we are not the provider, a
 * policy that is not approved or not for organisations as these; GW_EAUTH as grounds_find.
 */
int grounds_report(struct grounds *g, const char *id, const struct contract **ret_contract,
    struct errinfo *ei) GW_MUST_USE;

/* The context of one candidate of that contract; no recipient accepts a report. */
void grounds_report_context(const struct grounds *g, const struct contract *c,
    const char *programme, struct date today, struct policy_context *ret_ctx);

#endif
