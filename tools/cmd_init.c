/* SPDX-License-Identifier: EUPL-1.2 */
/* handover init: make a home. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "home/home.h"
#include "policy/words.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/pin.h"

enum { MOST_OFFICERS = 32 };

static int read_bits(const struct cli *cli, const char *option, unsigned (*parse)(const char *),
    const struct policy_words *words, unsigned *ret_bits, struct errinfo *ei)
{
	const char *word;
	for (size_t i = 0; (word = cli_value_at(cli, option, i)); i++) {
		unsigned bit = parse(word);
		if (!bit)
			return cli_unknown_word(option, word, words->list, words->n, ei);
		*ret_bits |= bit;
	}
	return 0;
}

static unsigned role_bit(const char *word)
{
	return (unsigned)org_role_parse(word);
}

static unsigned duty_bit(const char *word)
{
	return (unsigned)org_duty_parse(word);
}

static int make(const struct cli *cli, struct home_new *n, struct buf *vkey, struct errinfo *ei)
{
	char pins[MOST_OFFICERS][SPKI_TEXT];
	const char *officers[MOST_OFFICERS], *given;
	int r = read_bits(cli, "role", role_bit, &policy_roles, &n->roles, ei);
	if (r == 0)
		r = read_bits(cli, "duty", duty_bit, &policy_duties, &n->duties, ei);
	for (size_t i = 0; r == 0 && (given = cli_value_at(cli, "officer", i)); i++) {
		if (i == MOST_OFFICERS)
			return err_set(ei, GW_EUSAGE, "at most %d officers", MOST_OFFICERS);
		r = pin_read(given, pins[i], ei);
		officers[i] = pins[i];
		n->officers_n = i + 1;
	}
	n->officers = officers;
	if (r == 0)
		r = home_init(cli_operand(cli, 0), n, vkey, ei);
	n->officers = NULL;
	return r;
}

static int run(struct cli *cli)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	const char *moment = getenv("HANDOVER_TEST_CLOCK");
	struct home_new n = {.oin = cli_value(cli, "oin"),
	    .name = cli_value(cli, "name"),
	    .test = cli_given(cli, "test")};
	if (!n.oin || !n.name || !cli_value(cli, "role"))
		return cli_usage(cli, "--oin, --name and --role are needed");
	if (n.test && moment && *moment && clock_set_test(moment, &ei) < 0)
		return cli_fail(cli, GW_EUSAGE, &ei);
	n.now = clock_now();
	int r = make(cli, &n, &vkey, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	const char *home = cli_operand(cli, 0);
	const char *key = vkey.data ? vkey.data : "";
	if (cli_json(cli)) {
		json_t *j = json_object();
		jx_set(j, "home", json_string(home));
		jx_set(j, "oin", json_string(n.oin));
		jx_set(j, "vkey", json_stringn(key, strcspn(key, "\n")));
		return cli_print_json(j);
	}
	(void)printf("made %s for %s %s\n", home, n.oin, n.name);
	(void)printf("ledger vkey: %.*s\n", (int)strcspn(key, "\n"), key);
	(void)printf("next: have %s/organisation/signing.csr and tls.csr certified\n", home);
	return 0;
}

static const struct cli_option options[] = {
    {"oin", 0, "OIN", "the organisation's identification number, 20 digits", false},
    {"name", 0, "NAME", "the organisation's name, 1 to 64 characters", false},
    {"role", 0, "ROLE", "municipality, region, provider, language_school or uwv", true},
    {"duty", 0, "DUTY", "a duty by law: bsn_processing", true},
    {"officer", 0, "PIN", "who may sign the registry: sha256:<hex>, or a certificate's file", true},
    {"test", 0, NULL, "a home for tests: OIN prefix 00000099, test clock, unsigned registry",
	false},
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command cmd_init = {
    .name = "init",
    .operands = "HOME",
    .least = 1,
    .most = 1,
    .summary = "make a home for an organisation",
    .detail =
	"Makes the folder HOME with settings, keys, requests for certificates, an age identity, a\n"
	"registry that knows only this organisation, and an empty ledger. Everything secret is\n"
	"readable by you alone.\n"
	"\n"
	"Then have organisation/signing.csr and organisation/tls.csr certified, put the certificates\n"
	"beside them as signing.pem and tls.pem (each followed by its issuing CA), the roots into\n"
	"registry/trust/signing and registry/trust/tls and the revocation lists into registry/trust.\n"
	"The first officer who may sign the registry is named here with --officer, or pinned by\n"
	"handover registry sign --pin.",
    .options = options,
    .run = run,
};
