/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy accept: our signed word that we receive under exactly this policy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "policy/approval.h"
#include "policy/words.h"
#include "registry/acceptance.h"
#include "registry/bundle.h"
#include "registry/edit.h"
#include "registry/registry.h"
#include "sign/cades.h"
#include "sign/statement.h"
#include "tools/cmd_policy.h"
#include "tools/open_home.h"
#include "tools/organisation.h"
#include "tools/policy_parts.h"

enum { BUNDLE_MAX = 64 << 20, MOST_SENDERS = 64 };

/*
 * What is accepted, and for whom. Texts are those of the command line, of `source` or of this
 * struct: the registry is read again on the way, so nothing is borrowed from it.
 */
struct accepting {
	char controller[OIN_TEXT];
	struct policy_source source;
	struct buf catalogue;
	struct policy_baseline baseline; /* of the sender; may be none */
	struct ladder_given mapping;     /* likewise */
	const char *senders[MOST_SENDERS];
	struct acceptance_terms terms;
};

static void accepting_release(struct accepting *a)
{
	policy_baseline_release(&a->baseline);
	ladder_given_release(&a->mapping);
	policy_source_release(&a->source);
	buf_release(&a->catalogue);
}

/* The sender's baseline, unless it has none; the policy keeps to it and to our own. */
static int read_baseline(const struct cli *cli, struct accepting *a, struct errinfo *ei)
{
	struct policy_baseline own GW_CLEANUP(policy_baseline_release) = {0};
	bool none = cli_given(cli, "no-baseline");
	if (none && cli_value(cli, "baseline"))
		return err_set(ei, GW_EUSAGE, "--baseline and --no-baseline do not go together");
	int r = none ? 0 : policy_baseline_find(cli, &a->source, &a->baseline, ei);
	if (r == 0)
		r = policy_baseline_keeps(&a->baseline, &a->source, NULL, ei);
	if (r == 0)
		r = policy_baseline_own(cli, &a->source, &own, ei);
	return r == 0 ? policy_baseline_keeps(&own, &a->source, NULL, ei) : r;
}

/* The sender's ladder map, which has to be for each sender. */
static int read_mapping(const struct cli *cli, struct accepting *a, struct errinfo *ei)
{
	int r = ladder_given_read(cli, a->source.catalogue, &a->mapping, ei);
	for (size_t i = 0; r == 0 && a->mapping.map && i < a->terms.senders_n; i++)
		r = ladder_for(a->mapping.map, a->senders[i], ei);
	return r;
}

/* The exact bytes that the policy's meaning rests on. */
static int read_bytes(const struct cli *cli, struct accepting *a, struct errinfo *ei)
{
	size_t n;
	const void *catalogue = catalogue_bytes(a->source.catalogue, &n);
	int r = read_baseline(cli, a, ei);
	if (r == 0)
		r = read_mapping(cli, a, ei);
	if (r < 0)
		return r;
	a->catalogue = (struct buf)BUF_INIT(4 << 20);
	r = buf_add(&a->catalogue, catalogue, n);
	a->terms.policy_bytes = &a->source.text;
	a->terms.catalogue_bytes = &a->catalogue;
	a->terms.baseline_bytes = &a->baseline.text;
	a->terms.mapping_bytes = &a->mapping.text;
	return r;
}

static int read_senders(
    const struct cli *cli, const struct registry *r, struct accepting *a, struct errinfo *ei)
{
	const struct organisation *o;
	const char *oin;
	for (size_t i = 0; (oin = cli_value_at(cli, "from", i)); i++) {
		if (i == MOST_SENDERS)
			return err_set(ei, GW_EUSAGE, "--from: at most %d", MOST_SENDERS);
		int e = registry_known(r, oin, &o, ei);
		if (e < 0)
			return e;
		a->senders[a->terms.senders_n++] = oin;
	}
	a->terms.senders = a->senders;
	return 0;
}

/* A policy that is not for organisations as we are: nothing could ever be sent under it. */
static int check_recipient(const struct home *h, const struct policy *p, struct errinfo *ei)
{
	const struct organisation *we = NULL;
	int r = registry_known(home_registry(h), home_oin(h), &we, ei);
	unsigned ours = 0;
	for (size_t i = 0; r == 0 && i < policy_roles.n; i++)
		if (we->roles & org_role_parse(policy_roles.list[i]))
			ours |= 1U << i;
	return r < 0 ? r : policy_check_parties(p, p->sender, ours, ei);
}

static int read_terms(
    const struct cli *cli, const struct home *h, struct accepting *a, struct errinfo *ei)
{
	const struct registry *r = home_registry(h);
	const struct contract *c = registry_contract(r, cli_value(cli, "contract"));
	if (!c)
		return err_set(ei, GW_EREFUSED,
		    "there is no contract '%.64s' in the registry: add it with `handover registry contract`",
		    cli_value(cli, "contract"));
	if (date_parse(cli_value(cli, "until"), &a->terms.until) < 0)
		return err_set(ei, GW_EUSAGE, "--until: a date such as 2026-12-31 is expected");
	if (date_cmp(a->terms.until, date_of(clock_now())) < 0)
		return err_set(ei, GW_EUSAGE, "--until lies in the past");
	int e = read_senders(cli, r, a, ei);
	if (e == 0)
		e = policy_source_read(cli, cli_operand(cli, 0), &a->source, ei);
	if (e == 0)
		e = read_bytes(cli, a, ei);
	if (e < 0)
		return e;
	const struct policy *p = a->source.policy;
	if (p->status != POLICY_ACTIVE)
		return err_set(ei, GW_EREFUSED, "policy '%s' is not active", p->id);
	if (date_cmp(date_of(clock_now()), p->until) > 0)
		return err_set(ei, GW_EREFUSED,
		    "policy '%s' has ended: nothing can be sealed under it", p->id);
	e = check_recipient(h, p, ei);
	if (e < 0)
		return e;
	(void)memcpy(a->controller, c->controller, sizeof a->controller);
	a->terms.controller = a->controller;
	a->terms.contract = cli_value(cli, "contract");
	a->terms.policy = p->id;
	a->terms.meaning = p->meaning;
	a->terms.version = (int)p->version;
	return 0;
}

/*
 * What the sender seals runs only with the approval of the controller's officers. It may come after
 * our acceptance, so what is missing is said; what is wrong with it is refused.
 */
static int look_at_approval(const struct home *h, const struct accepting *a, struct errinfo *ei)
{
	const struct registry *r = home_registry(h);
	const struct organisation *o = registry_organisation(r, a->controller);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s.p7s", a->source.path);
	int e = file_exists(path) ? file_read(path, CADES_MAX, &p7s, ei) : 0;
	if (e < 0)
		return e;
	if (!o || !o->officers_n) {
		cli_warn(
		    "the officers of the controller %s are not known here: whether policy '%s' is "
		    "approved can not be told",
		    a->controller, a->source.policy->id);
		return 0;
	}
	e = policy_verify_approval(a->source.policy, a->source.text.data, a->source.text.len,
	    p7s.data, p7s.len, registry_trust(r), o, clock_now(), ei);
	if (e == GW_EREFUSED) {
		cli_warn("%s: until then nothing can be sealed under it", ei->msg);
		return 0;
	}
	return e;
}

/* The file for the sender never takes the place of another; an earlier one of our own it does, and
 * that is said. */
static int look_at_out(const struct home *h, const char *path, struct errinfo *ei)
{
	const struct registry *r = home_registry(h);
	struct buf old GW_CLEANUP(buf_release) = BUF_INIT(BUNDLE_MAX);
	struct bundle b GW_CLEANUP(bundle_release) = {0};
	int64_t now = clock_now();
	if (!file_exists(path))
		return 0;
	if (file_read(path, BUNDLE_MAX, &old, NULL) < 0 ||
	    bundle_read(path, old.data, old.len, registry_trust(r), now, &b, NULL) < 0 ||
	    registry_signed_by(r, &b.by, home_oin(h), date_of(now), NULL) < 0)
		return err_set(ei, GW_EEXIST,
		    "'%s' is already there and is no such file of ours: name another with --out",
		    path);
	cli_warn("'%s' was there, from an acceptance before: it is replaced", path);
	return 0;
}

/* Sign and store the statement. */
static int store(struct home *h, const struct accepting *a, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(4096);
	json_t *members GW_CLEANUP(jx_release) = acceptance_members(&a->terms);
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	int lock GW_CLEANUP(file_close_p) = -1;
	int r = ledger_checkpoint(home_ledger(h), &note, ei);
	if (r == 0)
		r = statement_sign(home_signer(h), "acceptance", a->senders[0], note.data,
		    clock_now(), members, &json, &p7s, ei);
	if (r == 0)
		r = registry_lock(dir, true, &lock, ei);
	return r == 0 ? acceptance_store(dir, &a->terms, &json, &p7s, ei) : r;
}

/* Write what the sender takes in with `organisation import`. */
static int hand_out(struct home *h, const char *sender, const char *path, struct errinfo *ei)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(BUNDLE_MAX);
	int r = home_reread(h, ei);
	if (r < 0)
		return r;
	const struct bundle_parts parts = {
	    .organisation = registry_organisation(home_registry(h), home_oin(h)),
	    .for_oin = sender,
	};
	r = bundle_make(home_registry(h), &parts, home_signer(h), clock_now(), &out, ei);
	return r == 0 ? file_write(path, out.data, out.len, 0644, FILE_REPLACE, ei) : r;
}

static int accept(struct home *h, const struct accepting *a, const char *path, struct errinfo *ei)
{
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	const struct home_about about = {.peer = a->senders[0],
	    .policy = a->terms.policy,
	    .version = a->terms.version,
	    .sha256 = a->source.policy->sha256};
	jx_set(detail, "meaning", json_string(a->terms.meaning));
	jx_set(detail, "contract", json_string(a->terms.contract));
	int r = home_intent_about(h, "policy.accept", &about, detail, &intent, ei);
	if (r < 0)
		return r;
	r = store(h, a, ei);
	if (r == 0)
		r = home_registry_changed(h, ei);
	if (r == 0)
		r = hand_out(h, a->terms.senders_n == 1 ? a->senders[0] : "", path, ei);
	int end = home_result_about(h, "policy.accept", &about, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

static json_t *mapping_sha256(const struct accepting *a)
{
	char hex[HASH_HEX];
	hash_sha256_hex(a->mapping.text.data, a->mapping.text.len, hex);
	return json_string(hex);
}

static int run_accept(struct cli *cli)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct accepting a GW_CLEANUP(accepting_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	const char *out = cli_value(cli, "out");
	if (!cli_value(cli, "from") || !cli_value(cli, "contract") || !cli_value(cli, "until") ||
	    !out)
		return cli_usage(cli, "--from, --contract, --until and --out are needed");
	int r = open_home(cli, HOME_PENDING | HOME_SIGNER | HOME_LEDGER, &h, &ei);
	if (r == 0)
		r = read_terms(cli, h, &a, &ei);
	if (r == 0)
		r = look_at_approval(h, &a, &ei);
	if (r == 0)
		r = look_at_out(h, out, &ei);
	if (r == 0)
		r = accept(h, &a, out, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	organisation_sign_again(h);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "policy", json_string(a.terms.policy));
		jx_set(j, "version", json_integer(a.terms.version));
		jx_set(j, "sha256", json_string(a.source.policy->sha256));
		jx_set(j, "meaning", json_string(a.terms.meaning));
		if (a.baseline.baseline)
			jx_set(j, "baseline", json_string(baseline_sha256(a.baseline.baseline)));
		if (a.mapping.map)
			jx_set(j, "mapping", mapping_sha256(&a));
		jx_set(j, "file", json_string(out));
		return cli_print_json(j);
	}
	if (a.baseline.baseline)
		(void)printf("under baseline %s version %lld\n", baseline_id(a.baseline.baseline),
		    (long long)baseline_version(a.baseline.baseline));
	if (a.mapping.map)
		(void)printf("with ladder map %s version %lld\n", ladder_id(a.mapping.map),
		    (long long)ladder_version(a.mapping.map));
	(void)printf(
	    "accepted policy %s version %d (sha256 %s)\nfor contract %s until %s; give %s to "
	    "the sender\n",
	    a.terms.policy, a.terms.version, a.source.policy->sha256, a.terms.contract,
	    cli_value(cli, "until"), out);
	return 0;
}

static const struct cli_option accept_options[] = {
    {"from", 0, "OIN", "a sender to receive from", true},
    {"contract", 0, "ID", "the contract that the candidates come from", false},
    {"until", 0, "DATE", "the last day of the acceptance", false},
    {"out", 0, "FILE", "the file to give to the sender", false},
    {"baseline", 0, "FILE",
	"the sender's baseline (else baseline.yaml beside the policy, or in the home)", false},
    {"no-baseline", 0, NULL, "the sender has no baseline, though one lies here", false},
    {"mapping", 0, "FILE", "the sender's map of its own ladder (else: it uses the national one)",
	false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_accept = {
    .name = "accept",
    .operands = "POLICY",
    .least = 1,
    .most = 1,
    .summary = "agree, signed, to receive under exactly this policy",
    .detail =
	"The exact bytes of policy, catalogue, baseline and ladder map are kept in registry/acceptances/; "
	"what is opened later may hold nothing beyond them. The policy keeps to the sender's baseline "
	"and, when it is another, to that of the home. FILE goes "
	"to the sender, who takes it in with `handover organisation import`. The registry is "
	"then to be signed again. POLICY.p7s is looked at: what is missing in it is said, and a policy "
	"that was changed after it was signed, or signed by a stranger, is refused (5).",
    .options = accept_options,
    .run = run_accept,
};
