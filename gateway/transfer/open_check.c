/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/open_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/ladder.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger.h"
#include "package/seal.h"
#include "package/slip.h"
#include "policy/wider.h"
#include "sign/statement.h"

enum { SKEW_MS = 5 * 60 * 1000 };

static int check_parties(const struct transfer_env *env, const struct note *n,
    const struct cades_signer *signer, int64_t now, struct errinfo *ei)
{
	if (!str_eq(n->recipient.oin, env->oin))
		return err_set(ei, GW_EAUTH, "the package is for another organisation");
	if (!registry_organisation(env->registry, n->sender.oin))
		return err_set(ei, GW_EAUTH, "the package's sender is not in the registry");
	int e = registry_signed_by(env->registry, signer, n->sender.oin, date_of(now), ei);
	if (e < 0)
		return e;
	if (llabs(signer->signing_time - n->created) > SKEW_MS)
		return err_set(ei, GW_EAUTH, "the package was not signed when it says it was made");
	const struct contract *c = registry_contract(env->registry, n->contract);
	if (c && !str_eq(c->controller, n->controller))
		return err_set(
		    ei, GW_EAUTH, "the package names another controller than its contract");
	return 0;
}

/*
 * The sender's ledger head: of a log of its own, and signed when it is the log whose key we know.
 * (A log begun anew has another origin, whose key comes with the next exchange.)
 */
static int check_head(const struct transfer_env *env, const struct note *n, struct errinfo *ei)
{
	const struct organisation *sender = registry_organisation(env->registry, n->sender.oin);
	const char *end = strstr(n->checkpoint, "\n\n");
	char origin[sizeof "oin-/" + NOTE_OIN];
	struct checkpoint head;
	struct note_key key;
	(void)snprintf(origin, sizeof origin, "oin-%s/", n->sender.oin);
	if (!end ||
	    checkpoint_parse(n->checkpoint, (size_t)(end - n->checkpoint) + 1, &head, NULL) < 0 ||
	    !str_starts(head.origin, origin))
		return err_set(ei, GW_EAUTH, "the package carries no ledger head of its sender");
	if (!sender->ledger || note_vkey_parse(sender->ledger, &key, NULL) < 0 ||
	    !str_eq(key.name, head.origin))
		return 0;
	if (checkpoint_open(n->checkpoint, strlen(n->checkpoint), &key, &head, NULL) < 0)
		return err_set(ei, GW_EAUTH,
		    "the ledger head in the package is not signed by its sender's ledger key");
	return 0;
}

/* A key that we vouched for in a statement, revoked or past its dates as it may be by now. */
static bool vouched(const struct transfer_env *env, const char *recipient_sha256)
{
	const struct key_statement *k;
	size_t at = 0;
	while ((k = registry_key_next(env->registry, env->oin, &at)))
		if (str_eq(k->recipient_sha256, recipient_sha256))
			return true;
	return false;
}

/* Each key named once, and ours: nobody else is let in under the name of a key. */
static int check_named(const struct transfer_env *env, const struct note *n, struct errinfo *ei)
{
	for (size_t i = 0; i < n->n_keys; i++) {
		for (size_t k = 0; k < i; k++)
			if (str_eq(n->keys[i], n->keys[k]))
				return err_set(ei, GW_EAUTH, "the package names a key twice");
		if (!vouched(env, n->keys[i]))
			return err_set(ei, GW_EAUTH,
			    "the package is encrypted to a key for which we made no key statement");
	}
	return 0;
}

/* Our key is named, and there are as many stanzas as keys: nobody else can open it unseen. */
static int check_keys(const struct transfer_env *env, const struct package_reader *r,
    const struct note *n, struct errinfo *ei)
{
	bool ours = false;
	for (size_t i = 0; i < age_identities_count(env->identities); i++) {
		char recipient[AGE_RECIPIENT_TEXT], sha256[HASH_HEX];
		age_identities_recipient(env->identities, i, recipient);
		hash_sha256_hex(recipient, strlen(recipient), sha256);
		for (size_t k = 0; k < n->n_keys; k++)
			ours = ours || str_eq(n->keys[k], sha256);
	}
	if (!ours)
		return err_set(ei, GW_EAUTH,
		    "our key is not the one named: somebody has encrypted the package again");
	if (package_stanzas(r) != n->n_keys)
		return err_set(ei, GW_EAUTH, "the package is encrypted to %zu keys but names %zu",
		    package_stanzas(r), n->n_keys);
	return check_named(env, n, ei);
}

/* The slip beside the package: `<path without .tar.age>.slip.json`, or NULL. */
static char *slip_path(const char *path)
{
	static const char end[] = ".tar.age";
	if (!str_ends(path, end))
		return NULL;
	char *stem GW_CLEANUP(str_free_p) = str_dupn(path, strlen(path) - strlen(end));
	char *slip = str_printf("%s.slip.json", stem);
	if (!file_exists(slip))
		str_free_p(&slip);
	return slip;
}

static int check_slip(const struct transfer_env *env, const struct package_reader *r,
    const struct note *n, int fd, const char *path, int64_t now, struct errinfo *ei)
{
	char *slip GW_CLEANUP(str_free_p) = slip_path(path);
	struct statement st GW_CLEANUP(statement_release) = {0};
	struct slip_facts facts;
	if (!slip)
		return 0;
	int e =
	    statement_verify_file(slip, "slip", registry_trust(env->registry), now, now, &st, ei);
	if (e == 0)
		e = registry_signed_by(env->registry, &st.by, n->sender.oin, date_of(now), ei);
	if (e == 0)
		e = package_measure(fd, &facts, ei);
	if (e < 0)
		return err_prefix(ei, e == GW_EIO ? e : GW_EAUTH, "the slip beside the package");
	memcpy(facts.tag_manifest, package_tag_manifest(r), HASH_HEX);
	return slip_agrees(st.body, n, &facts, ei);
}

/* ---- rules ---- */

/* The policy in the note is, byte for byte, that in our own home, and nowhere wider than what we
 * accepted before; baseline and mapping are those we accepted. */
static int own_rules(
    const struct transfer_env *env, const struct note *n, struct date day, struct rules *rules)
{
	const struct acceptance *a;
	size_t at = 0;
	while (env->policy &&
	    (a = registry_acceptance_next(
		 env->registry, env->oin, n->sender.oin, n->contract, n->policy, day, &at))) {
		struct rules old GW_CLEANUP(rules_release) = {0};
		if (!str_eq(a->controller, n->controller) ||
		    !str_eq(a->catalogue_sha256, n->catalogue) ||
		    !str_eq(a->baseline_sha256, n->baseline) ||
		    !str_eq(a->mapping_sha256, n->mapping) || rules_accepted(&old, a, NULL) < 0)
			continue;
		if (rules_under(rules, env, n->policy, a, NULL) == 0 &&
		    str_eq(rules->policy->sha256, n->policy_sha256) &&
		    str_eq(catalogue_sha256(rules->catalogue), n->catalogue) &&
		    policy_covers(old.policy, rules->policy))
			return 0;
		rules_release(rules);
	}
	return GW_EREFUSED;
}

/* The term of the note, or the longer one that it got since. *ret is empty where it got none. */
static int check_expiry(const struct transfer_env *env, const struct note *n, int64_t now,
    struct transfer_term *ret, struct errinfo *ei)
{
	struct errinfo why = ERRINFO_INIT;
	if (now <= n->expires)
		return 0;
	int e = env->extended
	    ? env->extended(env->arg, n->sender.oin, n->case_id, n->package, ret, &why)
	    : GW_ENOENT;
	if (e == 0 && now <= ret->until)
		return 0;
	if (e < 0 && e != GW_ENOENT)
		return err_set(ei, GW_EREFUSED,
		    "the package has expired, and the receipts of its case prove no longer term: %s",
		    why.msg);
	return err_set(ei, GW_EREFUSED, "the package has expired: ask its sender for a new one");
}

/* An extension is given by the policy, as the gateway of the case has to see to as well; by its
 * clock. */
static int check_extension(
    const struct transfer_term *term, const struct rules *rules, struct errinfo *ei)
{
	return term->until > date_end(policy_expiry(rules->policy, date_of(term->at + SKEW_MS)))
	    ? err_set(ei, GW_EREFUSED, "the package was extended further than its policy lets it")
	    : 0;
}

/* What the note says of its policy is what the policy says; it may only expire sooner. */
static int check_terms(const struct note *n, const struct rules *rules, struct errinfo *ei)
{
	struct note own = {0};
	rules_note(rules, &own);
	bool same = str_eq(n->policy, own.policy) && n->policy_version == own.policy_version &&
	    str_eq(n->purpose, own.purpose) && str_eq(n->gdpr, own.gdpr) &&
	    n->n_laws == own.n_laws && str_eq(n->keep, own.keep) && str_eq(n->after, own.after);
	for (size_t i = 0; same && i < n->n_laws; i++)
		same = str_eq(n->laws[i], own.laws[i]);
	if (!same)
		return err_set(ei, GW_EAUTH,
		    "the package names its policy wrongly, or another purpose, legal basis or "
		    "retention than it has");
	json_t *report GW_CLEANUP(jx_release) = policy_travelling(rules->policy);
	if (!json_equal(report, n->report))
		return err_set(
		    ei, GW_EAUTH, "the report in the package is not the one that its policy gives");
	if (n->expires > date_end(policy_expiry(rules->policy, date_of(n->created))))
		return err_set(ei, GW_EAUTH, "the package expires later than its policy lets it");
	return 0;
}

/* What was accepted also keeps to what lies in our home by now, and its ladder is the sender's. */
static int check_parts(const struct transfer_env *env, const struct note *n,
    const struct rules *rules, struct errinfo *ei)
{
	int e = rules_own_baseline(rules, env, ei);
	if (e == 0 && rules->ladder)
		e = ladder_for(rules->ladder, n->sender.oin, ei);
	return e < 0 ? e : check_terms(n, rules, ei);
}

static int check_rules(const struct transfer_env *env, const struct note *n, int64_t now,
    struct rules *rules, struct errinfo *ei)
{
	const struct acceptance *a = NULL;
	const struct acceptance_query q = {.recipient = env->oin,
	    .sender = n->sender.oin,
	    .contract = n->contract,
	    .policy_sha256 = n->policy_sha256,
	    .catalogue_sha256 = n->catalogue,
	    .baseline_sha256 = n->baseline,
	    .mapping_sha256 = n->mapping};
	int e = registry_acceptance(env->registry, &q, date_of(now), &a, ei);
	if (e == GW_EREFUSED && own_rules(env, n, date_of(now), rules) == 0)
		return check_parts(env, n, rules, ei);
	if (e < 0)
		return e;
	if (!str_eq(a->controller, n->controller))
		return err_set(ei, GW_EREFUSED, "the policy was accepted for another controller");
	e = rules_accepted(rules, a, ei);
	return e < 0 ? e : check_parts(env, n, rules, ei);
}

/* What a corrected package is kept under: '/' is in no case's name. */
static char *corrected_key(const struct note *n, const char *package)
{
	return str_printf("%s/%s", n->case_id, package);
}

/* A correction of this package was opened before it was itself. */
static int was_corrected(
    const struct transfer_env *env, const struct note *n, bool *ret, struct errinfo *ei)
{
	char by[ID_TEXT];
	char *key GW_CLEANUP(str_free_p) = corrected_key(n, n->package);
	int e = ledger_seq_package(env->ledger, n->sender.oin, key, by, ei);
	*ret = by[0] != '\0';
	return e;
}

static int check_number(const struct transfer_env *env, const struct note *n, struct errinfo *ei)
{
	bool late = false;
	int e = ledger_seq_check(env->ledger, n->sender.oin, n->case_id, n->seq, n->package, ei);
	if (e != GW_EREFUSED)
		return e;
	int found = was_corrected(env, n, &late, ei);
	return found < 0 ? found : late ? 0 : e;
}

int open_number(
    const struct transfer_env *env, const struct note *n, bool correction, struct errinfo *ei)
{
	char last[ID_TEXT];
	bool late = false;
	int e = was_corrected(env, n, &late, ei);
	if (e == 0)
		e = ledger_seq_package(env->ledger, n->sender.oin, n->case_id, last, ei);
	if (e == 0 && correction && !str_eq(last, n->supersedes) && !str_eq(last, n->package)) {
		char *key GW_CLEANUP(str_free_p) = corrected_key(n, n->supersedes);
		e = ledger_seq_set(env->ledger, n->sender.oin, key, n->seq, n->package, ei);
	}
	if (e < 0 || late)
		return e;
	return ledger_seq_set(env->ledger, n->sender.oin, n->case_id, n->seq, n->package, ei);
}

int open_check(const struct transfer_env *env, const struct package_reader *r,
    const struct cades_signer *signer, int fd, const char *path, int64_t now,
    enum open_proof *proof, struct rules *rules, struct errinfo *ei)
{
	const struct note *n = package_note(r);
	struct transfer_term term = {0};
	int e = check_parties(env, n, signer, now, ei);
	if (e < 0)
		return e;
	*proof = PROOF_SENDER;
	e = check_head(env, n, ei);
	if (e == 0)
		e = check_keys(env, r, n, ei);
	if (e == 0)
		e = check_expiry(env, n, now, &term, ei);
	if (e == 0)
		e = check_number(env, n, ei);
	if (e == 0)
		e = check_slip(env, r, n, fd, path, now, ei);
	if (e == 0)
		e = check_rules(env, n, now, rules, ei);
	if (e == 0)
		e = check_extension(&term, rules, ei);
	if (e == 0)
		*proof = PROOF_TERMS;
	return e;
}
