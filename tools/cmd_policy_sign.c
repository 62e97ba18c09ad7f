/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy sign: an officer's signature beside a policy. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "sign/cades.h"
#include "sign/signer.h"
#include "tools/cmd_policy.h"
#include "tools/policy_parts.h"

static int add_signature(
    const struct policy_source *f, const struct signer *s, const char *path, struct errinfo *ei)
{
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	int64_t now = clock_now();
	int r = 0;
	if (file_exists(path)) {
		r = file_read(path, CADES_MAX, &old, ei);
		if (r == 0)
			r = cades_add(
			    s, old.data, old.len, f->text.data, f->text.len, now, &out, ei);
		if (r == GW_EAUTH && !cades_covers(old.data, old.len, f->text.data, f->text.len))
			return err_set(ei, r,
			    "%s: it signs another text of this policy: remove it and have the "
			    "policy signed again",
			    path);
		if (r < 0)
			return err_prefix(ei, r, path);
	} else {
		r = cades_sign(s, f->text.data, f->text.len, now, &out, ei);
	}
	return r < 0 ? r : file_write(path, out.data, out.len, 0644, FILE_REPLACE, ei);
}

/* The home that the policy lies in, with its ledger; NULL when it lies in none: an officer may sign
 * anywhere. */
static int home_of(const struct cli *cli, const char *path, struct home **ret_h, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(cli_home(cli), 0, &h, NULL);
	if (r == GW_ENOENT || r == GW_EUSAGE || (r == 0 && !home_contains(h, path)))
		return 0;
	return home_open(cli_home(cli), HOME_LEDGER, ret_h, ei);
}

/* A signature on a policy in a home is a policy.change in its ledger. */
static int sign_policy(const struct cli *cli, const struct policy_source *f, const struct signer *s,
    const char *path, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	int r = home_of(cli, path, &h, ei);
	if (r < 0 || !h)
		return r < 0 ? r : add_signature(f, s, path, ei);
	jx_set(detail, "what", json_string("sign"));
	const struct home_about about = {
	    .policy = f->head->id, .version = f->head->version, .sha256 = f->head->sha256};
	jx_set(detail, "key", json_string(signer_spki(s)));
	r = home_intent_about(h, "policy.change", &about, detail, &intent, ei);
	if (r < 0)
		return r;
	r = add_signature(f, s, path, ei);
	int end = home_result_about(h, "policy.change", &about, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

/* The controllers for whom the policy may run, as far as their contracts are known here. */
struct controllers {
	size_t n;
	bool all_known; /* the officers of each are known */
	bool officer;   /* the key is one of them, under a role that the policy asks for */
};

static bool may_approve(
    const struct registry *r, const struct policy *p, const char *controller, const char *spki)
{
	enum { MOST = 64 };
	const char *pins[MOST];
	for (size_t k = 0; k < p->approved_n; k++) {
		size_t n = registry_officer_pins(r, controller, p->approved[k].role, pins, MOST);
		for (size_t i = 0; i < n && i < MOST; i++)
			if (str_eq(pins[i], spki))
				return true;
	}
	return false;
}

static bool is_for(const struct policy *p, const char *contract)
{
	for (size_t i = 0; i < p->contracts_n; i++)
		if (str_eq(p->contracts[i], contract))
			return true;
	return !p->contracts_n;
}

static struct controllers look(const struct registry *r, const struct policy *p, const char *spki)
{
	const struct contracts *l = registry_contracts(r);
	struct controllers c = {.all_known = true};
	for (size_t i = 0; l && i < l->n; i++) {
		const char *oin = l->list[i].controller;
		const struct organisation *o = registry_organisation(r, oin);
		if (!is_for(p, l->list[i].id))
			continue;
		c.n++;
		c.all_known &= o && o->officers_n;
		c.officer |= may_approve(r, p, oin, spki);
	}
	return c;
}

static void list_roles(const struct policy *p, struct buf *out)
{
	int r = 0;
	for (size_t i = 0; i < p->approved_n && r == 0; i++)
		r = buf_addf(out, "%s%s", i ? ", " : "", p->approved[i].role);
}

/*
 * A signature by anybody but an officer of the roles in `approved` would be found out at seal, and
 * keep the policy from running: it is refused here, as far as the home can tell. Where it can not,
 * that is said.
 */
static int refuse_stranger(
    const struct cli *cli, const struct policy_source *f, const char *spki, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = policy_home(cli, f->path);
	struct buf roles GW_CLEANUP(buf_release) = BUF_INIT(2000);
	struct controllers c = {0};
	if (h)
		c = look(home_registry(h), f->head, spki);
	list_roles(f->head, &roles);
	if (c.officer)
		return 0;
	if (c.n && c.all_known)
		return err_set(ei, GW_EREFUSED,
		    "'%s': this key is of no officer whom policy '%s' asks for (%s) and whom the "
		    "controller's entry in this home names: have one of them sign",
		    f->path, f->head->id, roles.data ? roles.data : "");
	cli_warn(
	    "it is not known here who signs for the controller of policy '%s': whether this is the "
	    "key of one of its roles (%s) shows when it is sealed",
	    f->head->id, roles.data ? roles.data : "");
	return 0;
}

static int run_sign(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct signer *s GW_CLEANUP(signer_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *cert = cli_value(cli, "cert"), *key = cli_value(cli, "key");
	if (!cert || !key)
		return cli_usage(cli, "--cert and --key are needed");
	int r = policy_source_any(cli, cli_operand(cli, 0), &f, &ei);
	if (r == 0)
		r = policy_keeps(cli, &f, &ei);
	if (r == 0)
		r = signer_load(cert, key, &s, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s.p7s", f.path);
	r = refuse_stranger(cli, &f, signer_spki(s), &ei);
	if (r == 0)
		r = sign_policy(cli, &f, s, path, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *out = json_object();
		jx_set(out, "policy", json_string(f.head->id));
		jx_set(out, "version", json_integer(f.head->version));
		jx_set(out, "sha256", json_string(f.head->sha256));
		jx_set(out, "signer", json_string(signer_spki(s)));
		return cli_print_json(out);
	}
	(void)printf("%s: policy %s version %lld signed by %s\n", path, f.head->id,
	    (long long)f.head->version, signer_spki(s));
	return 0;
}

static const struct cli_option sign_options[] = {
    {"cert", 0, "FILE", "the officer's certificate, then its issuing CA (PEM)", false},
    {"key", 0, "KEY", "the officer's key: a PEM file or a pkcs11: URI", false},
    POLICY_BASELINE_OPTION,
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_sign = {
    .name = "sign",
    .operands = "POLICY",
    .least = 1,
    .most = 1,
    .summary = "add an officer's signature to POLICY.p7s",
    .detail =
	"A policy runs only with the signatures of all the roles that its `approved` names, "
	"by officers of the contract's controller. What has errors is not signed, nor "
	"what does not keep to the organisation's baseline (4), nor anything by a key that the home knows to be no such officer's (4). After a change "
	"of the policy remove POLICY.p7s first.",
    .options = sign_options,
    .run = run_sign,
};
