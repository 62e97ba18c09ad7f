/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * apply: from a dossier to what may leave of it, and a count of what stays (docs/FORMATS.md §5).
 *
 * A pure function of policy, context, dossier and keys: no clock, no locale, no order of rules. The
 * result is in the order of the catalogue's fields, a group where the first of its fields stands
 * that a rule names; applying the policy to it again gives the same result.
 */
#ifndef GW_POLICY_APPLY_H
#define GW_POLICY_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "detect/detect.h"
#include "policy/policy.h"

struct attach_setup;
struct dossier;

/*
 * Who settles the findings that a scan profile puts under `review` (docs/FORMATS.md §5). settle is
 * asked for each with the path of its field ("reports[2].summary"); it gives DETECT_KEEP or
 * DETECT_MASK as a person decided before, DETECT_REVIEW when nobody did, or a GW_E… that ends the
 * run. Part of the input: the same answers give the same result.
 */
struct policy_review {
	int (*settle)(void *arg, const char *field, const struct detect_passage *passage);
	void *arg;
	/* The files of a dossier that is refused for its texts are asked about as well, so that a
	 * person has all of it at once. */
	bool files_too;
};

/* The circumstances of one handover, all that conditions may look at. */
struct policy_context {
	unsigned sender, recipient; /* enum policy_role bits of each organisation */
	unsigned contract_status;   /* one bit of enum policy_contract */
	unsigned met;               /* enum policy_requirement bits that hold */
	unsigned recipient_duties;  /* enum policy_duty bits */
	const char *programme;      /* word of policy_programmes, or NULL */
	const char *contract;       /* id, or NULL */
	bool uncovered;    /* contract_status is none because the contract lacks the programme */
	struct date today; /* the day of sealing */
	const struct attach_setup *attach;  /* how attachments are looked at; NULL: all off */
	const struct policy_review *review; /* NULL: nobody settles anything */
	/* What numbers of this sender's clients look like ("K-9999": 9 a digit, A a letter). */
	const char *const *client_numbers;
	size_t client_numbers_n;
	bool rehearsal; /* tests and dry runs, of which nothing leaves: a draft passes too */
	/* Scopes that count as given, besides the valid consents of the dossier itself; may be
	 * NULL. */
	const char *const *consents;
	size_t consents_n;
};

/* A pseudonym key: 32 bytes of secret_alloc memory, borrowed. */
struct policy_key {
	const char *domain;
	const void *key;
};
struct policy_keys {
	const struct policy_key *items;
	size_t n;
};

/*
 * For rehearsals: a key of zeros for every pseudonym domain of p, in *ret_keys. Returns the array
 * that ret_keys points into; the caller frees it.
 */
struct policy_key *policy_rehearsal_keys(const struct policy *p, struct policy_keys *ret_keys)
    GW_MUST_USE;

enum { POLICY_KEY_BYTES = 32, POLICY_FILE_NAME = 64 };

/* An attachment as it leaves: cleaned, under a neutral name. */
struct policy_file {
	char name[POLICY_FILE_NAME]; /* "diploma-1.png": below data/attachments/ */
	const char *type;            /* static text */
	struct buf bytes;
};

struct policy_outcome {
	json_t *data; /* dossier.json: {"catalogue":1, fields…, "attachments":[{"type","file"}]} */
	struct policy_file *files;
	size_t files_n;
	json_t *sender_report; /* counts and reasons, no value; stays with the sender */
	unsigned classes;      /* classes of the fields released, bit per enum field_class */
	unsigned fields;       /* how many different fields were released */
	bool nothing; /* refused since nothing at all leaves: tests take it for an empty dossier */
};

void policy_outcome_release(struct policy_outcome *o);

/*
 * policy_check_context(p, ctx, ei): may p be used here and today?
 *
 * GW_EREFUSED when p is not active, outside its dates, there is no programme, or p does not apply
 * to these parties, status, programme or contract (`no policy applies: contract_status
 * not_contracted is not among: …`), or when something it requires is not met (`requires
 * protocol_accepted`).
 */
int policy_check_context(
    const struct policy *p, const struct policy_context *ctx, struct errinfo *ei) GW_MUST_USE;

/* The part of policy_check_context that asks for the roles (enum policy_role bits) of both parties.
 */
int policy_check_parties(
    const struct policy *p, unsigned sender, unsigned recipient, struct errinfo *ei) GW_MUST_USE;

/*
 * policy_apply(p, ctx, dossier, keys, ret, ei): make what may leave of the dossier.
 *
 * Calls policy_check_context first. Returns 0 and fills *ret (the caller releases it); GW_EREFUSED
 * when a scanned text or a kept short text may not go (`plan.goal: bsn`), or when nothing at all
 * leaves (docs/decisions/007): then only ret->sender_report is set, with every such finding, and
 * ret->nothing; GW_EFORMAT when a pseudonym domain has no key: the settings are not complete.
 * Messages and reports name fields, rules, kinds and reasons, never a value. keys may be NULL.
 *
 * An attachment stays behind, with its reason, when its text holds what its scan profile blocks,
 * reviews or masks (attach/attach.h). The person's own name and client number count there only
 * while the policy does not let them go as fields.
 *
 * Threads may share p and keys. What is kept is shared with the dossier by reference, so a dossier
 * and its outcome belong to one thread at a time; either may be freed first.
 */
int policy_apply(const struct policy *p, const struct policy_context *ctx,
    const struct dossier *dossier, const struct policy_keys *keys, struct policy_outcome *ret_o,
    struct errinfo *ei) GW_MUST_USE;

/*
 * The report that travels in handover.json: what this policy withholds, transforms, scans and lets
 * go under a condition. A function of the policy alone, so that it tells nothing of the person.
 * A new reference.
 */
json_t *policy_travelling(const struct policy *p) GW_MUST_USE;

/*
 * policy_admits(p, duties, dossier_json, ei): is everything in a received dossier.json allowed by p
 * for a recipient with these duties (enum policy_duty bits)?
 *
 * Every field must be named by a rule whose duties we have (the other conditions are the sender's
 * to check), stand in its place and have the form that the rule gives it; every attachment must be
 * of an allowed type and format, under its neutral name; counts within limits and `newest`. In a
 * correction (it has `corrects`: fields that rules name) a kept field may come in any coarser form.
 * Else GW_EREFUSED, naming the field.
 */
int policy_admits(const struct policy *p, unsigned duties, const json_t *dossier_json,
    struct errinfo *ei) GW_MUST_USE;

/*
 * policy_admits_file(p, type, file, head, head_n, size, total, ei): may this received attachment,
 * named in an admitted dossier.json, be of this content?
 *
 * head holds its first bytes (a few KiB will do), size is its length and total that of all
 * attachments up to and with this one. GW_EREFUSED when the first bytes are not of the format that
 * the name says, or a size is above the policy's max_mb or total_mb.
 */
int policy_admits_file(const struct policy *p, const char *type, const char *file, const void *head,
    size_t head_n, uint64_t size, uint64_t total, struct errinfo *ei) GW_MUST_USE;

#endif
