/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * handover statement verify, handover receipt verify: is a signed statement (docs/FORMATS.md §9)
 * good, and whose is it? Offline, from files; nothing is written anywhere.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "home/home.h"
#include "home/receipts.h"
#include "home/terms.h"
#include "registry/registry.h"
#include "sign/statement.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/open_home.h"
#include "tools/pin.h"

enum { PINS_MAX = 64 };

/* What every file of one call is held against. */
struct basis {
	struct home *home;              /* NULL with --trust */
	struct trust *own;              /* of --trust; NULL with a home */
	const struct trust *trust;      /* of either; NULL when the registry has no root */
	char pins[PINS_MAX][SPKI_TEXT]; /* of --pin */
	size_t pins_n;
	int64_t at, now;
	struct statement slip; /* of --slip; body NULL without */
	bool receipts;         /* only receipts are asked for */
};

static void basis_release(struct basis *b)
{
	trust_free(b->own);
	home_free(b->home);
	statement_release(&b->slip);
}

static int read_pins(const struct cli *cli, struct basis *b, struct errinfo *ei)
{
	const char *given;
	int r = 0;
	for (; r == 0 && (given = cli_value_at(cli, "pin", b->pins_n)); b->pins_n++) {
		if (b->pins_n == PINS_MAX)
			return err_set(ei, GW_EUSAGE, "--pin: at most %d of them", PINS_MAX);
		r = pin_read(given, b->pins[b->pins_n], ei);
	}
	return r;
}

static int read_moments(const struct cli *cli, struct basis *b, struct errinfo *ei)
{
	const char *at = cli_value(cli, "at");
	b->at = b->now = clock_now();
	if (!at)
		return 0;
	if (time_parse(at, &b->at) < 0)
		return err_set(ei, GW_EUSAGE, "--at: a moment like 2026-11-22T04:50:11Z expected");
	if (b->at > b->now)
		return err_set(ei, GW_EUSAGE, "--at: that moment is still to come");
	return 0;
}

/* Roots, lists and pins: those of --trust and --pin, else those of the home's signed registry. */
static int read_trust(const struct cli *cli, struct basis *b, struct errinfo *ei)
{
	const char *dir = cli_value(cli, "trust");
	int r;
	if (!dir) {
		if ((r = open_home(cli, HOME_REGISTRY | HOME_CATALOGUE, &b->home, ei)) < 0)
			return r;
		b->trust = registry_trust(home_registry(b->home));
		return 0;
	}
	char *roots GW_CLEANUP(str_free_p) = file_join(dir, "signing");
	r = trust_load(roots, dir, &b->own, ei);
	b->trust = b->own;
	return r;
}

/*
 * Whose key may it be: one of --pin, else one that the registry pins for that organisation on the
 * day. *ret_pinned says whether it was asked at all.
 */
static int check_pin(
    const struct basis *b, const struct cades_signer *by, bool *ret_pinned, struct errinfo *ei)
{
	const char *pins[PINS_MAX];
	int r = 0;
	*ret_pinned = b->pins_n > 0 || b->home;
	for (size_t i = 0; i < b->pins_n; i++)
		pins[i] = b->pins[i];
	if (b->pins_n)
		r = cades_pinned(by, NULL, pins, b->pins_n, ei);
	if (r == 0 && b->home)
		r = registry_signed_by(home_registry(b->home), by, by->oin, date_of(b->at), ei);
	return r;
}

/* The slip is held against the same pins as the receipts. */
static int read_slip(struct basis *b, const char *file, struct errinfo *ei)
{
	bool pinned;
	int r = statement_verify_file(file, "slip", b->trust, b->at, b->now, &b->slip, ei);
	if (r < 0)
		return r;
	r = check_pin(b, &b->slip.by, &pinned, ei);
	return r < 0 ? err_prefix(ei, r, file) : 0;
}

static void print_text(const char *file, const struct statement *st, bool pinned, bool slip)
{
	char at[TIME_TEXT], signed_at[TIME_TEXT];
	time_text(st->at, at);
	time_text(st->by.signing_time, signed_at);
	(void)printf("%s: good: %s by %s (%s)", file, st->kind, st->by.oin, st->by.name);
	if (st->for_oin)
		(void)printf(" for %s", st->for_oin);
	(void)printf(" at %s\n  signed %s with %s%s\n", at, signed_at, st->by.spki,
	    pinned ? ", a pinned key" : ", which no pin vouches for (--pin)");
	(void)printf("  sha256 %s%s\n", st->sha256, slip ? ", belongs to the slip" : "");
}

static void print_object(const char *file, const struct statement *st, bool pinned, bool slip)
{
	char signed_at[TIME_TEXT];
	json_t *o = json_object();
	time_text(st->by.signing_time, signed_at);
	jx_set(o, "file", json_string(str_utf8(file, strlen(file)) ? file : file_base("?")));
	jx_set(o, "verdict", json_string("good"));
	jx_set(o, "kind", json_string(st->kind));
	jx_set(o, "id", json_string(st->id));
	jx_set(o, "by", json_string(st->by.oin));
	jx_set(o, "name", json_string(st->by.name));
	if (st->for_oin)
		jx_set(o, "for", json_string(st->for_oin));
	jx_set(o, "at", json_string(jx_str(st->body, "at")));
	jx_set(o, "signed", json_string(signed_at));
	jx_set(o, "spki", json_string(st->by.spki));
	jx_set(o, "pinned", json_boolean(pinned));
	jx_set(o, "sha256", json_string(st->sha256));
	if (slip)
		jx_set(o, "slip", json_string(jx_str(st->body, "slip")));
	(void)cli_print_json(o);
}

static int verify_one(
    const struct cli *cli, const struct basis *b, const char *file, struct errinfo *ei)
{
	struct statement st GW_CLEANUP(statement_release) = {0};
	bool pinned, slip = b->slip.body != NULL;
	int r = statement_verify_file(file, NULL, b->trust, b->at, b->now, &st, ei);
	if (r < 0)
		return r;
	if (b->receipts && !statement_is_receipt(st.kind))
		return err_set(
		    ei, GW_EAUTH, "%s: is no receipt but a statement of kind %s", file, st.kind);
	if ((r = check_pin(b, &st.by, &pinned, ei)) < 0)
		return err_prefix(ei, r, file);
	if (slip && (r = statement_matches_slip(&st, &b->slip, ei)) < 0)
		return err_prefix(ei, r, file);
	if (cli_json(cli))
		print_object(file, &st, pinned, slip);
	else
		print_text(file, &st, pinned, slip);
	return 0;
}

/* ---- the folder of a case ---- */

static int chain_pinned(void *arg, const struct cades_signer *by, int64_t at, struct errinfo *ei)
{
	bool pinned;
	(void)at; /* that of --at, which check_pin knows */
	return check_pin(arg, by, &pinned, ei);
}

static struct chain_terms chain_terms_of(void *arg, const char *policy_sha256)
{
	const struct basis *b = arg;
	struct home_terms t = home_terms(b->home, policy_sha256);
	return (struct chain_terms){
	    .known = t.known, .direct = t.direct, .delete_never = t.delete_never};
}

static void print_chain(const char *dir, const struct chain *c, size_t pending, bool pinned)
{
	size_t n = chain_count(c), rounds = chain_rounds(c);
	struct chain_round last = chain_round(c, rounds - 1);
	(void)printf(
	    "%s: good: case %s from %s to %s, %zu statement%s, %zu round%s, the last is %s\n", dir,
	    chain_case(c), chain_sender(c), chain_recipient(c), n, n == 1 ? "" : "s", rounds,
	    rounds == 1 ? "" : "s", case_state_word(last.state));
	for (size_t i = 0; i < n; i++) {
		const struct chain_link *l = chain_at(c, i);
		char at[TIME_TEXT];
		time_text(l->at, at);
		(void)printf(
		    "  %04zu %s by %s at %s, sha256 %s\n", i + 1, l->kind, l->by, at, l->sha256);
	}
	if (pending)
		(void)printf("  %zu more, not known to have arrived\n", pending);
	if (!pinned)
		(void)puts("  no pin vouches for the keys (--pin)");
}

static void chain_object(const char *dir, const struct chain *c, size_t pending, bool pinned)
{
	json_t *o = json_object(), *links = json_array(), *rounds = json_array();
	for (size_t i = 0; i < chain_count(c); i++) {
		const struct chain_link *l = chain_at(c, i);
		char at[TIME_TEXT];
		json_t *j = json_object();
		time_text(l->at, at);
		jx_set(j, "n", json_integer((json_int_t)i + 1));
		jx_set(j, "kind", json_string(l->kind));
		jx_set(j, "by", json_string(l->by));
		jx_set(j, "at", json_string(at));
		jx_set(j, "round", json_integer(l->round));
		jx_set(j, "sha256", json_string(l->sha256));
		jx_add(links, j);
	}
	for (size_t i = 0; i < chain_rounds(c); i++) {
		struct chain_round r = chain_round(c, i);
		json_t *j = json_object();
		jx_set(j, "round", json_integer((json_int_t)i + 1));
		jx_set(j, "state", json_string(case_state_word(r.state)));
		if (r.package[0])
			jx_set(j, "package", json_string(r.package));
		jx_add(rounds, j);
	}
	jx_set(o, "dir", jx_text(dir));
	jx_set(o, "verdict", json_string("good"));
	jx_set(o, "case", json_string(chain_case(c)));
	jx_set(o, "sender", json_string(chain_sender(c)));
	jx_set(o, "recipient", json_string(chain_recipient(c)));
	jx_set(o, "pinned", json_boolean(pinned));
	jx_set(o, "pending", json_integer((json_int_t)pending));
	jx_set(o, "rounds", rounds);
	jx_set(o, "statements", links);
	(void)cli_print_json(o);
}

/* A receipts folder: the whole chain. */
static int verify_dir(const struct cli *cli, struct basis *b, const char *dir, struct errinfo *ei)
{
	struct chain *c GW_CLEANUP(chain_free_p) = NULL;
	size_t pending = 0;
	bool pinned = b->pins_n > 0 || b->home;
	const struct chain_env env = {.trust = b->trust,
	    .now = b->now,
	    .at = b->at,
	    .pinned = chain_pinned,
	    .terms = b->home ? chain_terms_of : NULL,
	    .arg = b};
	int r = receipts_verify(dir, &env, &c, &pending, ei);
	if (r < 0)
		return r == GW_ECONFLICT || r == GW_EREFUSED ? GW_EAUTH : r;
	if (cli_json(cli))
		chain_object(dir, c, pending, pinned);
	else
		print_chain(dir, c, pending, pinned);
	return 0;
}

static int verify(struct cli *cli, bool receipts)
{
	struct basis b GW_CLEANUP(basis_release) = {.receipts = receipts};
	struct errinfo ei = ERRINFO_INIT;
	const char *slip = receipts ? cli_value(cli, "slip") : NULL;
	int r, worst = 0;
	/* the home before the moments: it may set the clock */
	if ((r = read_pins(cli, &b, &ei)) < 0 || (r = read_trust(cli, &b, &ei)) < 0 ||
	    (r = read_moments(cli, &b, &ei)) < 0)
		return r == GW_EUSAGE ? cli_usage(cli, "%s", ei.msg) : cli_fail(cli, r, &ei);
	if (slip && (r = read_slip(&b, slip, &ei)) < 0)
		return cli_fail(cli, r, &ei);
	for (int i = 0; i < cli_count(cli); i++) {
		const char *operand = cli_operand(cli, i);
		r = receipts && file_is_dir(operand) ? verify_dir(cli, &b, operand, &ei)
						     : verify_one(cli, &b, operand, &ei);
		int code = r < 0 ? cli_fail(cli, r, &ei) : 0;
		worst = code > worst ? code : worst;
	}
	return worst;
}

static int run_statement(struct cli *cli)
{
	return verify(cli, false);
}

static int run_receipt(struct cli *cli)
{
	return verify(cli, true);
}

#define TRUST_OPTION                                                                                                \
	{                                                                                                           \
		"trust", 0, "DIR",                                                                                  \
		    "roots in DIR/signing/*.pem and revocation lists in DIR/*.crl (else the registry of the home)", \
		    false                                                                                           \
	}
#define PIN_OPTION                                                                           \
	{                                                                                    \
		"pin", 0, "PIN",                                                             \
		    "accept only this key: sha256:<hex>, or a certificate that has it", true \
	}
#define AT_OPTION                                                                               \
	{                                                                                       \
		"at", 0, "TIME",                                                                \
		    "the moment it was received, as a gateway or time stamp recorded it", false \
	}

static const struct cli_option statement_options[] = {
    TRUST_OPTION,
    PIN_OPTION,
    AT_OPTION,
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_option receipt_options[] = {
    TRUST_OPTION,
    PIN_OPTION,
    AT_OPTION,
    {"slip", 0, "FILE",
	"the receipt must belong to this slip (with FILE.p7s beside it), whose key must be a pinned one too",
	false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_command statement_verify_command = {
    .name = "verify",
    .operands = "FILE…",
    .least = 1,
    .most = -1,
    .summary = "verify signed statements",
    .detail =
	"Each FILE is the JSON of a statement; its signature lies beside it as FILE.p7s. Verified are "
	"the signature, the chain to a configured root, revocation, the closed form of its kind, and "
	"that it names its signer.\n\n"
	"A good chain says that an authority knows the signer, not that it is the party you expect: "
	"with --trust compare the OIN, and give the key you agreed on with --pin. Without --trust the "
	"registry of the home says who is known and which keys are theirs. A statement proves its act; its "
	"absence proves nothing.",
    .options = statement_options,
    .run = run_statement,
};

static const struct cli_command receipt_verify_command = {
    .name = "verify",
    .operands = "FILE|DIR…",
    .least = 1,
    .most = -1,
    .summary = "verify the receipts of a recipient, or the whole chain of a case",
    .detail =
	"As `handover statement verify`, for the acts that the recipient of a package signs (fetched, "
	"opened, taken_over, return, …). With --slip it is also shown that the receipt is about that "
	"package: same case, package and policy, from its recipient to its sender, the ciphertext that "
	"was sealed, and, for opened and taken_over, that the package was really opened.\n\n"
	"DIR is the folder of a case (receipts/<sender>-<case>/ of a home, or a copy of it): every statement "
	"and slip in it is verified, that they follow each other without a gap, that each act was legal "
	"where it stands, and what they say of digests. That nothing was cut off at its end only the other "
	"party's folder can show.",
    .options = receipt_options,
    .run = run_receipt,
};

static const struct cli_command *const statement_commands[] = {&statement_verify_command, NULL};
static const struct cli_command *const receipt_commands[] = {&receipt_verify_command, NULL};

const struct cli_command cmd_statement = {
    .name = "statement",
    .operands = "",
    .summary = "look at signed statements",
    .subcommands = statement_commands,
};

const struct cli_command cmd_receipt = {
    .name = "receipt",
    .operands = "",
    .summary = "look at receipts of packages",
    .subcommands = receipt_commands,
};
