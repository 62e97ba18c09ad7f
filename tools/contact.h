/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * contact: what the commands about cases share: the home, the gateway of its profile, and calls to
 * it (docs/FORMATS.md §10). tools/contact_case.h is about one case there.
 */
#ifndef TOOLS_CONTACT_H
#define TOOLS_CONTACT_H

#include "base/json.h"
#include "cases/chain.h"
#include "client/client.h"
#include "home/gateways.h"
#include "home/terms.h"
#include "tools/cli.h"

#define CONTACT_GATEWAY_OPTION                                                           \
	{                                                                                \
		"gateway", 0, "NAME",                                                    \
		    "the gateway to talk to (see handover gateway; else default)", false \
	}

struct contact {
	const struct cli *cli;
	struct home *home;
	struct gateway_profile profile;
	struct client *client;
	struct chain_env env; /* how statements are judged */
	char *root;           /* HOME/receipts */
	char *packages;       /* where packages that we fetch go: HOME/inbox, or what --out says */
	/* what client points to */
	char *cert, *key;
	char **roots, **lists;
	size_t roots_n, lists_n;
	json_t *cases; /* all that the gateway has of ours, once they were asked for */
	json_t
	    *came; /* statements that were pending when we began and have arrived: their sha256 */
	struct home_terms terms[8]; /* policies that were looked at lately */
	size_t terms_n;
};

/* Open the home (for acts, with its ledger), read the profile of --gateway, be ready to call.
 * Errors of home_open, gateway_load, client_new. Close it in any case. contact_open also settles
 * what killed commands left (tools/settle.h). */
int contact_open(struct contact *c, const struct cli *cli, struct errinfo *ei) GW_MUST_USE;
int contact_open_named(
    struct contact *c, const struct cli *cli, const char *name, struct errinfo *ei) GW_MUST_USE;
void contact_close(struct contact *c);

/* What the policy with that SHA-256 says, as home_terms. */
struct home_terms contact_terms(struct contact *c, const char *policy_sha256);

/* A call whose answer has to be 2xx: *ret (may be NULL) is its JSON, a new reference. Errors of
 * client_get and client_code; word (may be NULL) gets the problem's code. */
int contact_get(struct contact *c, const char *path, json_t **ret, struct errinfo *ei) GW_MUST_USE;
int contact_post(struct contact *c, const char *path, const json_t *body, int *ret_status,
    char word[65], json_t **ret, struct errinfo *ei) GW_MUST_USE;

/* All items of a list, through its pages: a new array. `query` as "role=sender" or "". */
int contact_list(struct contact *c, const char *path, const char *query, json_t **ret,
    struct errinfo *ei) GW_MUST_USE;

/* All our cases at the gateway, asked for once in a run; borrowed. */
int contact_cases(struct contact *c, const json_t **ret, struct errinfo *ei) GW_MUST_USE;

/* A text member of what a gateway told, fit for a terminal; "" when it is not there. */
const char *contact_word(const json_t *o, const char *name);

#endif
