/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * contact: what the commands about cases share: the home, the gateway of its profile, and one case
 * there with what we saw of it before (docs/FORMATS.md §10).
 *
 * At each contact the gateway's chain is compared with ours; where ours is not its beginning, that
 * is GW_EAUTH and an `incident.open` in our ledger.
 */
#ifndef TOOLS_CONTACT_H
#define TOOLS_CONTACT_H

#include "base/json.h"
#include "client/client.h"
#include "home/gateways.h"
#include "home/receipts.h"
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
	/* what client points to */
	char *cert, *key;
	char **roots, **lists;
	size_t roots_n, lists_n;
	json_t *cases;              /* all that the gateway has of ours, once they were asked for */
	struct home_terms terms[8]; /* policies that were looked at lately */
	size_t terms_n;
};

/* Open the home (for acts, with its ledger), read the profile of --gateway, be ready to call.
 * Errors of home_open, gateway_load, client_new. Close it in any case. */
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

/* One case, as the gateway has it now and as we saw it. */
struct contact_case {
	char sender[OIN_TEXT], case_id[CHAIN_CASE];
	struct receipts *receipts; /* ours, held alone; its chain is the gateway's now */
	json_t *now;               /* what the gateway tells of it; NULL: it has no such case */
};

/* The case that an operand names: "sender/case", or a case id that one sender uses. GW_ENOENT;
 * GW_EUSAGE: two senders use it. */
int contact_find(struct contact *c, const char *operand, struct contact_case *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Read it, its sender and case_id being set: fills receipts and now. GW_EAUTH as above. Release it
 * in any case. */
int contact_read(struct contact *c, struct contact_case *k, struct errinfo *ei) GW_MUST_USE;
void contact_case_release(struct contact_case *k);

/* True when the gateway says that the act is legal for us now. */
bool contact_legal(const struct contact_case *k, const char *act);

/* The last round, or that of a package (may be NULL), as though what is pending had arrived; false
 * when there is none. */
bool contact_round(const struct contact_case *k, const char *package, struct chain_round *ret);

/* The other party of the case; "" before the first statement at the sender's. */
const char *contact_other(const struct contact *c, const struct contact_case *k);

/* A text member of what a gateway told, fit for a terminal; "" when it is not there. */
const char *contact_word(const json_t *o, const char *name);

/* The result of one operand: a line for people or one of JSON, and on standard error why not. The
 * exit code. more (taken over, may be NULL) has further members. */
int contact_tell(const struct contact *c, const char *operand, const struct contact_case *k,
    const char *act, int code, const struct errinfo *why, json_t *more);

#endif
