/* SPDX-License-Identifier: EUPL-1.2 */
/* The subcommands of handover organisation that change what this home says of itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "policy/words.h"
#include "registry/edit.h"
#include "sign/statement.h"
#include "tools/cli.h"
#include "tools/open_home.h"
#include "tools/organisation.h"
#include "tools/pin.h"

void organisation_sign_again(const struct home *h)
{
	const char *why;
	if (home_registry_state(h, &why) != REGISTRY_SIGNED)
		cli_warn("the registry is to be signed again: handover registry sign");
}

/* A role that no policy asks for would sign nothing that counts. */
static int check_role(const struct home *h, const char *role, struct errinfo *ei)
{
	for (size_t i = 0; i < ORG_OFFICER_ROLES; i++)
		if (str_eq(org_officer_words[i], role))
			return 0;
	if (home_asks_role(h, role))
		return 0;
	const char *near = str_suggest(role, org_officer_words, ORG_OFFICER_ROLES);
	return err_set(ei, GW_EUSAGE,
	    "--officer: \"%.60s\" is no role%s%s%s: fg and contractmanager are, and what `approved` of a "
	    "policy in this home asks for",
	    role, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int set_officer(
    const struct home *h, struct organisation *o, const char *given, struct errinfo *ei)
{
	const char *equals = strchr(given, '=');
	char pin[SPKI_TEXT];
	if (!equals || equals == given ||
	    strspn(given, "abcdefghijklmnopqrstuvwxyz0123456789_-") != (size_t)(equals - given))
		return err_set(ei, GW_EUSAGE,
		    "--officer: ROLE=PIN or ROLE=FILE is needed, such as fg=fg/officer.pem");
	char *role GW_CLEANUP(str_free_p) = str_dupn(given, (size_t)(equals - given));
	int r = check_role(h, role, ei);
	if (r == 0)
		r = pin_read(equals + 1, pin, ei);
	if (r == 0)
		organisation_add_officer(o, role, pin);
	return r;
}

static int set_entry(
    struct cli *cli, const struct home *h, struct organisation *o, struct errinfo *ei)
{
	const char *v, *gateway = cli_value(cli, "gateway");
	const char *whose = cli_value(cli, "gateway-oin");
	int r = 0;
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "officer", i)); i++)
		r = set_officer(h, o, v, ei);
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "duty", i)); i++) {
		unsigned bit = (unsigned)org_duty_parse(v);
		o->duties |= bit;
		if (!bit)
			r = cli_unknown_word("duty", v, policy_duties.list, policy_duties.n, ei);
	}
	for (size_t i = 0; r == 0 && (v = cli_value_at(cli, "role", i)); i++) {
		unsigned bit = (unsigned)org_role_parse(v);
		o->roles |= bit;
		if (!bit)
			r = cli_unknown_word("role", v, policy_roles.list, policy_roles.n, ei);
	}
	if (r == 0 && whose && (!gateway || !str_oin(whose)))
		r = err_set(ei, GW_EUSAGE,
		    "--gateway-oin: the 20 digits of the organisation whose gateway --gateway is");
	if (r == 0 && gateway) {
		free(o->gateway);
		free(o->gateway_oin);
		o->gateway = str_dup(gateway);
		o->gateway_oin = str_dup(whose ? whose : o->oin);
	}
	return r;
}

static int put_entry(struct home *h, const struct organisation *o, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	jx_set(detail, "what", json_string("set"));
	int r = home_intent(h, "registry.change", NULL, detail, &intent, ei);
	if (r < 0)
		return r;
	r = registry_put_organisation(dir, o, ei);
	if (r == 0)
		r = home_registry_changed(h, ei);
	int end = home_result(h, "registry.change", NULL, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

static int run_set(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct organisation *o GW_CLEANUP(organisation_free_p) = NULL;
	const struct organisation *there = NULL;
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	int r = open_home(cli, HOME_UNSIGNED | HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = registry_known(home_registry(h), home_oin(h), &there, &ei);
	if (r == 0) {
		o = organisation_copy(there);
		r = set_entry(cli, h, o, &ei);
	}
	if (r == 0)
		r = organisation_diff(there, o, &diff);
	if (r == 0 && diff.len)
		r = put_entry(h, o, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("%s", diff.len ? diff.data : "nothing to change\n");
	if (diff.len)
		organisation_sign_again(h);
	return 0;
}

static int run_rekey(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(cli_home(cli), HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = home_rekey(h, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("made a new age identity; tell others with: handover organisation export\n");
	return 0;
}

static int run_pseudonym(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(cli_home(cli), HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = home_pseudonym(h, cli_operand(cli, 0), &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("made the key of pseudonym domain %s\n", cli_operand(cli, 0));
	return 0;
}

/* The reason that was given, if it is one of these words. */
static int read_reason(const char *given, const char *fallback, const char *const *words, size_t n,
    json_t *j, struct errinfo *ei)
{
	const char *reason = given ? given : fallback;
	for (size_t i = 0; i < n; i++)
		if (str_eq(words[i], reason)) {
			jx_set(j, "reason", json_string(reason));
			return 0;
		}
	return err_set(
	    ei, GW_EUSAGE, "--reason: \"%.60s\" is no reason for that (see --help)", reason);
}

/* The members of the statement that takes back our own statement `sha256`, and its kind. */
static int revocation(const struct home *h, const char *sha256, const char *reason,
    json_t **ret_members, const char **ret_policy, struct errinfo *ei)
{
	static const char *const for_key[] = {"compromised", "superseded", "ceased", "unspecified"};
	static const char *const for_acceptance[] = {
	    "policy_changed", "contract_ended", "agreement_ended", "other"};
	char day[DATE_TEXT];
	const struct key_statement *k;
	json_t *j = json_object();
	date_text(date_of(clock_now()), day);
	*ret_members = j;
	for (size_t at = 0; (k = registry_key_next(home_registry(h), home_oin(h), &at));)
		if (str_eq(k->sha256, sha256)) {
			jx_set(j, "statement", json_string(sha256));
			jx_set(j, "recipient", json_string(k->recipient));
			jx_set(j, "from", json_string(day));
			return read_reason(
			    reason, "unspecified", for_key, GW_LENGTH(for_key), j, ei);
		}
	for (size_t i = 0; i < registry_acceptance_count(home_registry(h)); i++) {
		const struct acceptance *a = registry_acceptance_at(home_registry(h), i);
		if (str_eq(a->sha256, sha256) && str_eq(a->recipient, home_oin(h))) {
			jx_set(j, "acceptance", json_string(sha256));
			*ret_policy = a->policy_sha256;
			return read_reason(
			    reason, "other", for_acceptance, GW_LENGTH(for_acceptance), j, ei);
		}
	}
	return err_set(ei, GW_ENOENT,
	    "no key statement or acceptance of this organisation has that SHA-256: the names of the "
	    "files under registry/keys and registry/acceptances are what is meant");
}

static int take_back(struct cli *cli, struct home *h, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf checkpoint GW_CLEANUP(buf_release) = BUF_INIT(8192);
	json_t *members GW_CLEANUP(jx_release) = NULL;
	const char *policy = NULL;
	struct ledger_receipt intent;
	int r = revocation(h, cli_operand(cli, 0), cli_value(cli, "reason"), &members, &policy, ei);
	if (r == 0)
		r = home_intent(h, "registry.change", NULL, members, &intent, ei);
	if (r < 0)
		return r;
	r = ledger_checkpoint(home_ledger(h), &checkpoint, ei);
	if (r == 0)
		r = statement_sign(home_signer(h), policy ? "acceptance_revoked" : "key_revoked",
		    NULL, checkpoint.data, clock_now(), members, &json, &p7s, ei);
	if (r == 0)
		r = policy ? acceptance_revoke(dir, policy, &json, &p7s, ei)
			   : key_store(dir, &json, &p7s, ei);
	if (r == 0)
		r = home_registry_changed(h, ei);
	int end = home_result(h, "registry.change", NULL, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

static int run_revoke(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = open_home(cli, HOME_UNSIGNED | HOME_SIGNER | HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = take_back(cli, h, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)printf("taken back; tell others with: handover organisation export\n");
	organisation_sign_again(h);
	return 0;
}

static const struct cli_option set_options[] = {
    {"officer", 0, "ROLE=PIN", "who signs policies as ROLE (fg, contractmanager): a pin or a file",
	true},
    {"duty", 0, "DUTY", "a duty by law: bsn_processing", true},
    {"role", 0, "ROLE", "municipality, region, provider, language_school or uwv", true},
    {"gateway", 0, "URL", "where our gateway answers: https://…", false},
    {"gateway-oin", 0, "OIN", "whose gateway that is; without it our own", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_option revoke_options[] = {
    {"reason", 0, "WORD",
	"key: compromised, superseded, ceased, unspecified; acceptance: policy_changed, "
	"contract_ended, agreement_ended, other",
	false},
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command organisation_set = {
    .name = "set",
    .operands = "",
    .summary = "add officers, duties or an address to this organisation's own entry",
    .options = set_options,
    .run = run_set,
};

const struct cli_command organisation_rekey = {
    .name = "rekey",
    .operands = "",
    .summary = "make a new age identity, current from today",
    .run = run_rekey,
};

const struct cli_command organisation_pseudonym = {
    .name = "pseudonym",
    .operands = "DOMAIN",
    .least = 1,
    .most = 1,
    .summary = "make the key of a pseudonym domain that a policy names",
    .run = run_pseudonym,
};

const struct cli_command organisation_revoke = {
    .name = "revoke",
    .operands = "SHA256",
    .least = 1,
    .most = 1,
    .summary = "take back a key statement or an acceptance of ours",
    .options = revoke_options,
    .run = run_revoke,
};
