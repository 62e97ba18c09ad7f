/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grounds: on what a dossier may be sealed: the rules, loaded once per run, and per contract their
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
#include "registry/registry.h"
#include "transfer/rules.h"
#include "transfer/transfer.h"

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
