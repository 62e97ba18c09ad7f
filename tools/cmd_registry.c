/* SPDX-License-Identifier: EUPL-1.2 */
/* handover registry: who we know, checked and signed by an officer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "policy/words.h"
#include "registry/edit.h"
#include "sign/cert.h"
#include "sign/signer.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/open_home.h"

enum { CERTIFICATE_WARN_DAYS = 30, SETTINGS_MAX = 256 << 10 };

static int print_finding(const struct cli *cli, const struct registry_finding *f)
{
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "severity", json_string(f->code < 0 ? "error" : "remark"));
		if (f->code < 0)
			jx_set(j, "error", json_string(err_name(f->code)));
		jx_set(j, "text", json_string(f->text));
		return cli_print_json(j);
	}
	(void)printf("%s: %s\n", f->code < 0 ? "wrong" : "note", f->text);
	return 0;
}

/* A certificate of our own that ends soon, as a note; how many notes. */
static size_t check_certificate(const struct cli *cli, const struct home *h, const char *name)
{
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = NULL;
	char *path GW_CLEANUP(str_free_p) = home_path(h, name);
	struct cert_facts facts;
	char until[TIME_TEXT];
	if (cert_read_pem(path, &certs, NULL) < 0 ||
	    cert_facts(sk_X509_value(certs, 0), &facts, NULL) < 0 ||
	    facts.not_after - clock_now() >= CERTIFICATE_WARN_DAYS * INT64_C(86400000))
		return 0;
	time_text(facts.not_after, until);
	char *text GW_CLEANUP(str_free_p) = str_printf("%s: %s on %s: have a new one certified",
	    name, facts.not_after < clock_now() ? "ended" : "ends", until);
	(void)print_finding(cli, &(const struct registry_finding){.text = text});
	return 1;
}

static int run_check(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct registry_findings found = {0};
	int r = home_open(cli_home(cli), 0, &h, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	const struct registry_trust rt = home_registry_trust(h);
	r = registry_check(dir, &rt, clock_now(), &found, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	int exit_code = 0;
	size_t wrong = 0, notes = 0;
	for (size_t i = 0; i < found.n; i++) {
		int code = err_exit(found.list[i].code);
		int printed = print_finding(cli, &found.list[i]);
		wrong += found.list[i].code < 0;
		notes += found.list[i].code >= 0;
		exit_code = code > exit_code ? code : exit_code;
		exit_code = printed > exit_code ? printed : exit_code;
	}
	registry_findings_release(&found);
	notes += check_certificate(cli, h, "organisation/signing.pem");
	notes += check_certificate(cli, h, "organisation/tls.pem");
	if (!notes && !wrong && !cli_json(cli))
		(void)printf("the registry is in order\n");
	else if (!wrong && !cli_json(cli))
		(void)printf("nothing is wrong; see the %zu note%s\n", notes, notes > 1 ? "s" : "");
	return exit_code;
}

/*
 * Name the officer in gateway.yaml, then sign: a registry is never left signed by one whom the
 * settings do not name. When nothing was signed the settings are as before.
 */
static int pin_and_sign(
    struct home *h, const struct signer *signer, struct buf *changes, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	char *settings GW_CLEANUP(str_free_p) = home_path(h, "gateway.yaml");
	struct buf before GW_CLEANUP(buf_release) = BUF_INIT(SETTINGS_MAX);
	int r = file_read(settings, SETTINGS_MAX, &before, ei);
	if (r == 0)
		r = home_pin_officer(h, signer_spki(signer), ei);
	if (r < 0)
		return r;
	const struct registry_trust rt = home_registry_trust(h);
	r = registry_sign(dir, signer, &rt, clock_now(), changes, ei);
	if (r < 0)
		(void)!file_write(settings, before.data, before.len, 0644, FILE_REPLACE, NULL);
	return r;
}

/* Sign with the officers that gateway.yaml pins, or with --pin this one as the first. */
static int sign_it(struct cli *cli, struct home *h, const struct signer *signer,
    struct buf *changes, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	const struct registry_trust rt = home_registry_trust(h);
	const char *pin = signer_spki(signer);
	bool first = cli_given(cli, "pin");
	if (first && rt.officers_n)
		return err_set(ei, GW_EREFUSED,
		    "gateway.yaml names registry officers already: another one is added there by "
		    "hand");
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	jx_set(detail, "what", json_string("sign"));
	jx_set(detail, "officer", json_string(pin));
	int r = home_intent(h, "registry.change", NULL, detail, &intent, ei);
	if (r < 0)
		return r;
	r = first ? pin_and_sign(h, signer, changes, ei)
		  : registry_sign(dir, signer, &rt, clock_now(), changes, ei);
	if (r == 0)
		r = home_registry_signed(h, ei);
	int end = home_result(h, "registry.change", NULL, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

static int run_sign(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct signer *signer GW_CLEANUP(signer_free_p) = NULL;
	struct buf changes GW_CLEANUP(buf_release) = BUF_INIT(32 << 20);
	const char *cert = cli_value(cli, "cert"), *key = cli_value(cli, "key");
	if (!cert || !key)
		return cli_usage(cli, "--cert and --key are needed");
	int r = open_home(cli, HOME_LEDGER | HOME_UNSIGNED, &h, &ei);
	if (r == 0)
		r = signer_load(cert, key, &signer, &ei);
	if (r == 0)
		r = sign_it(cli, h, signer, &changes, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "officer", json_string(signer_spki(signer)));
		jx_set(j, "changes", json_string(changes.data ? changes.data : ""));
		return cli_print_json(j);
	}
	(void)printf("%s", changes.data ? changes.data : "");
	(void)printf("signed by %s %s\n", signer_name(signer), signer_spki(signer));
	return 0;
}

static int read_oin(
    const struct cli *cli, const char *option, char out[OIN_TEXT], struct errinfo *ei)
{
	const char *s = cli_value(cli, option);
	if (!s || !str_oin(s))
		return err_set(ei, GW_EUSAGE, "--%s: an OIN of 20 digits is needed", option);
	memcpy(out, s, OIN_TEXT);
	return 0;
}

static int read_date(
    const struct cli *cli, const char *option, bool needed, struct date *out, struct errinfo *ei)
{
	const char *s = cli_value(cli, option);
	if (!s && !needed)
		return 0;
	if (!s || date_parse(s, out) < 0)
		return err_set(ei, GW_EUSAGE, "--%s: a date such as 2026-12-31 is needed", option);
	return 0;
}

/* FROM..UNTIL */
static int read_period(
    const struct cli *cli, const char *option, struct period *p, struct errinfo *ei)
{
	const char *s = cli_value(cli, option);
	char from[DATE_TEXT] = "";
	if (!s)
		return 0;
	if (strlen(s) == 22 && strncmp(s + 10, "..", 2) == 0) {
		memcpy(from, s, 10);
		p->given = date_parse(from, &p->from) == 0 && date_parse(s + 12, &p->until) == 0 &&
		    date_cmp(p->from, p->until) <= 0;
	}
	return p->given ? 0
			: err_set(ei, GW_EUSAGE,
			      "--%s: two dates are needed, such as 2026-01-01..2027-12-31", option);
}

static int read_contract(const struct cli *cli, struct contract *c, struct errinfo *ei)
{
	const char *segment = cli_value(cli, "segment"), *word;
	c->id = str_dup(cli_operand(cli, 0));
	c->segment = str_dup(segment ? segment : "");
	int r = segment ? read_oin(cli, "controller", c->controller, ei)
			: err_set(ei, GW_EUSAGE, "--segment is needed");
	if (r == 0)
		r = read_oin(cli, "provider", c->provider, ei);
	for (size_t i = 0; r == 0 && (word = cli_value_at(cli, "programme", i)); i++) {
		unsigned bit = (unsigned)programme_parse(word);
		c->programmes |= bit;
		if (!bit)
			r = cli_unknown_word(
			    "programme", word, policy_programmes.list, policy_programmes.n, ei);
	}
	if (r == 0 && !c->programmes)
		r = err_set(ei, GW_EUSAGE, "--programme is needed");
	if (r == 0)
		r = read_date(cli, "from", true, &c->from, ei);
	if (r == 0)
		r = read_date(cli, "until", true, &c->until, ei);
	if (r == 0)
		r = read_date(cli, "run-off-until", false, &c->run_off_until, ei);
	if (r == 0)
		r = read_period(cli, "processor", &c->processor, ei);
	return r == 0 ? read_period(cli, "mandate", &c->mandate, ei) : r;
}

static int add_contract(struct home *h, const struct contract *c, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct ledger_receipt intent;
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	jx_set(detail, "what", json_string("contract"));
	jx_set(detail, "contract", json_string(c->id));
	int r = home_intent(h, "registry.change", NULL, detail, &intent, ei);
	if (r < 0)
		return r;
	r = registry_add_contract(dir, c, ei);
	if (r == 0)
		r = home_registry_changed(h, ei);
	int end = home_result(h, "registry.change", NULL, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

/* A party that is not known yet may come later, but a slip in its number will not. */
static void warn_unknown(const struct home *h, const struct contract *c)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct registry *r GW_CLEANUP(registry_free_p) = NULL;
	if (registry_read(dir, clock_now(), &r, NULL) < 0)
		return;
	if (!registry_organisation(r, c->controller))
		cli_warn("controller %s is not in organisations.yaml: take it in with handover "
			 "organisation import",
		    c->controller);
	if (!registry_organisation(r, c->provider))
		cli_warn("provider %s is not in organisations.yaml: take it in with handover "
			 "organisation import",
		    c->provider);
}

static int run_contract(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct contract c GW_CLEANUP(contract_release) = {0};
	int r = read_contract(cli, &c, &ei);
	if (r == 0)
		r = open_home(cli, HOME_LEDGER | HOME_UNSIGNED, &h, &ei);
	if (r == 0)
		r = add_contract(h, &c, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	warn_unknown(h, &c);
	(void)printf("added contract %s; the registry is to be signed: handover registry sign\n",
	    cli_operand(cli, 0));
	return 0;
}

static const struct cli_option sign_options[] = {
    {"cert", 0, "PEM", "the officer's certificate, followed by its issuing CA", false},
    {"key", 0, "KEY", "the officer's key: a file, or a pkcs11: URI", false},
    {"pin", 0, NULL, "make this officer the first one that gateway.yaml names", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_option contract_options[] = {
    {"controller", 0, "OIN", "the municipality or region", false},
    {"provider", 0, "OIN", "the contractor", false},
    {"segment", 0, "WORD", "individueel, collectief, inburgering, …", false},
    {"programme", 0, "WORD", "participatiewet, wi2021, ioaw or nug", true},
    {"from", 0, "DATE", "first day", false},
    {"until", 0, "DATE", "last day", false},
    {"run-off-until", 0, "DATE", "last day on which running trajectories may be finished", false},
    {"processor", 0, "FROM..UNTIL", "when the processor agreement holds", false},
    {"mandate", 0, "FROM..UNTIL", "when the mandate holds", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_command check = {
    .name = "check",
    .operands = "",
    .summary = "say everything that is wrong or remarkable in the registry",
    .detail =
	"Looks at the signature and every file under it, both YAML files, key statements and\n"
	"acceptances; revocation lists due within 7 days and own certificates that end within 30\n"
	"are noted. Ends with 0 when nothing is wrong, else with the highest code.",
    .run = run_check,
};

static const struct cli_command sign = {
    .name = "sign",
    .operands = "",
    .summary = "put an officer's signature under everything in the registry",
    .detail =
	"Writes SHA256SUMS and SHA256SUMS.p7s and prints what changed since the last signature:\n"
	"read that before you trust it. Refused unless gateway.yaml (registry_officers) names\n"
	"the officer's key, and when anything in the registry cannot be read.",
    .options = sign_options,
    .run = run_sign,
};

static const struct cli_command contract = {
    .name = "contract",
    .operands = "ID",
    .least = 1,
    .most = 1,
    .summary = "add a contract to contracts.yaml",
    .detail =
	"Writes one entry behind the last; the file may also be edited by hand. The registry is\n"
	"then to be signed again.",
    .options = contract_options,
    .run = run_contract,
};

static const struct cli_command *const subcommands[] = {&check, &sign, &contract, NULL};

const struct cli_command cmd_registry = {
    .name = "registry",
    .operands = "",
    .summary = "organisations, contracts, keys and acceptances under an officer's signature",
    .subcommands = subcommands,
};
