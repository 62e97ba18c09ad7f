/* SPDX-License-Identifier: EUPL-1.2 */
/* handover correct: a correction to everyone who received a field, from the ledger. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/str.h"
#include "home/home.h"
#include "ledger/subject.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/items.h"
#include "tools/open_home.h"
#include "tools/reading.h"
#include "transfer/correct.h"

enum { WORDS_MAX = 256 };

static const struct cli_option options[] = {
    {"field", 0, "FIELD", "a field (or group) that is corrected: person.family_name", true},
    {"with", 0, "FIELD", "a field that goes along unchanged, to tell whom it is about", true},
    {"policy", 0, "ID", "the correction policy (default: correctiebericht)", false},
    {"contract", 0, "ID", "the contract, where the dossier names none", false},
    {"dry-run", 'n', NULL, "say who would be told what, and seal nothing", false},
    {"out", 0, "DIR", "where packages go (default: the home's outbox)", false},
    {"language", 0, "nl|en", "of the readable page in the package (default: nl)", false},
    {0},
};

/* ---- for programs ---- */

static void print_json(const struct correct_row *r)
{
	json_t *o = json_object();
	jx_set(o, "recipient", json_string(r->recipient));
	if (r->name)
		jx_set(o, "name", jx_text(r->name));
	jx_set(o, "result", json_string(correct_result_word(r->result)));
	jx_set(o, "exit", json_integer(err_exit(r->code)));
	if (r->why)
		jx_set(o, "why", jx_text(r->why->msg));
	jx_set(o, "received", json_deep_copy(r->received));
	jx_set(o, "corrects", json_deep_copy(r->corrects));
	jx_set(o, "letter", json_deep_copy(r->letter));
	if (r->package[0])
		jx_set(o, "package", json_string(r->package));
	if (r->file)
		jx_set(o, "file", jx_text(r->file));
	if (r->case_id[0])
		jx_set(o, "case", json_string(r->case_id));
	if (r->seq)
		jx_set(o, "seq", json_integer(r->seq));
	if (r->supersedes[0])
		jx_set(o, "supersedes", json_string(r->supersedes));
	if (r->cut_off[0])
		jx_set(o, "cut_off", json_string(r->cut_off));
	(void)cli_print_json(o);
}

/* ---- for people ---- */

static void print_received(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);
		const char *package = jx_str(s, "package"), *case_id = jx_str(s, "case"),
			   *state = jx_str(s, "state");
		(void)printf("  received    package %s, sealed %s", package ? package : "unknown",
		    jx_str(s, "sealed"));
		if (case_id && !str_eq(case_id, package))
			(void)printf(", case %s number %" JSON_INTEGER_FORMAT, case_id,
			    json_integer_value(json_object_get(s, "seq")));
		if (json_object_get(s, "correction"))
			(void)printf(", a correction");
		if (json_is_true(json_object_get(s, "expired")))
			(void)printf(", expired %s", jx_str(s, "expires"));
		if (str_eq(state, "withdrawn"))
			(void)printf(", withdrawn: does not count");
		else if (str_eq(state, "cut_off"))
			(void)printf(", cut off while it was sealed");
		(void)putchar('\n');
	}
}

static void print_corrects(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		const char *as = jx_str(f, "as");
		(void)printf("  %-11s %s%s%s\n", i ? "" : "corrected", jx_str(f, "field"),
		    as ? " as " : ", removed", as ? as : "");
	}
}

static void print_letter(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		(void)printf(
		    "  %-11s %s: %s\n", i ? "" : "by letter", jx_str(f, "field"), jx_str(f, "why"));
	}
}

static void print_outcome(const struct correct_row *r)
{
	switch (r->result) {
	case CORRECT_NOTHING:
		(void)puts("  nothing     they have none of these fields");
		break;
	case CORRECT_READY:
		(void)printf("  to do       a package that supersedes %s\n", r->supersedes);
		break;
	case CORRECT_SEALED:
		(void)printf("  sealed      %s (supersedes %s)\n", r->file, r->supersedes);
		break;
	case CORRECT_TOLD:
		(void)printf("  told        sealed before as package %s%s%s; not sealed again\n",
		    r->package, r->file ? ": hand over " : "", r->file ? r->file : "");
		break;
	case CORRECT_FAILED:
		(void)printf("  failed      %s; run this again\n", r->why->msg);
		break;
	case CORRECT_LETTER:
		break;
	}
	if (r->cut_off[0])
		(void)printf(
		    "  look        package %s, the same correction, was cut off: if it was "
		    "handed over, keep this one back\n",
		    r->cut_off);
}

static void print_row(const struct correct_row *r)
{
	(void)printf("%s%s%s\n", r->recipient, r->name ? "  " : "", r->name ? r->name : "");
	print_received(r->received);
	print_corrects(r->corrects);
	print_letter(r->letter);
	print_outcome(r);
}

static const char advice[] =
    "\nBy letter (AVG art. 19): put right what stands in the way and run this again, or write to that\n"
    "organisation which package and which fields are wrong and what is right, by a way that is as\n"
    "safe as a package, and keep the letter with the dossier.\n";

static void print_nobody(const struct correct *c)
{
	if (!correct_known(c))
		(void)puts(
		    "nobody received anything that this ledger knows of: it knows no person by "
		    "the identifiers of this dossier. (Of a person who was shredded it cannot "
		    "tell any more.)");
	else
		(void)puts("nobody received any of these fields: there is nobody to tell.");
}

static int print_all(const struct cli *cli, const struct correct *c)
{
	int worst = 0;
	bool told = false, letter = false;
	for (size_t i = 0; i < correct_count(c); i++) {
		const struct correct_row r = correct_at(c, i);
		int code = err_exit(r.code);
		worst = code > worst ? code : worst;
		told = told || r.result != CORRECT_NOTHING;
		letter = letter || json_array_size(r.letter);
		if (cli_json(cli))
			print_json(&r);
		else
			print_row(&r);
	}
	if (cli_json(cli))
		return worst;
	if (!told)
		print_nobody(c);
	if (letter)
		(void)fputs(advice, stdout);
	return worst;
}

/* ---- the run ---- */

static int64_t packages(const struct correct *c)
{
	int64_t n = 0;
	for (size_t i = 0; i < correct_count(c); i++)
		n += (int64_t)json_array_size(correct_at(c, i).received);
	return n;
}

/* Looking up who received what is recorded before any of it is acted upon or shown. */
static int act(struct cli *cli, struct home *h, struct correct *c, bool rehearsal, int *ret_worst,
    struct errinfo *ei)
{
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
	struct ledger_record rec = reading_record(h, "audit.subject");
	struct reading reading;
	int e = correct_known(c) ? correct_subject(c, &s, ei) : 0;
	rec.subj = s;
	rec.obj.k = "record";
	rec.obj.n = packages(c);
	if (e == 0)
		e = reading_begin(h, &rec, &reading, ei);
	if (e < 0)
		return e;
	if (!rehearsal)
		e = correct_seal(c, ei);
	*ret_worst = print_all(cli, c);
	return reading_end(&reading, e, ei);
}

static size_t words(const struct cli *cli, const char *name, const char *out[WORDS_MAX])
{
	size_t n = 0;
	while (n < WORDS_MAX && (out[n] = cli_value_at(cli, name, n)))
		n++;
	return n;
}

static int correct(struct cli *cli, struct home *h)
{
	const char *fields[WORDS_MAX], *with[WORDS_MAX];
	struct correct *c GW_CLEANUP(correct_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct transfer_env env;
	int n = cli_count(cli), worst = 0;
	const char *policy = cli_value(cli, "policy");
	const struct correct_request request = {
	    .policy = policy ? policy : "correctiebericht",
	    .contract = cli_value(cli, "contract"),
	    .out = cli_value(cli, "out"),
	    .old = n > 1 ? cli_operand(cli, 0) : NULL,
	    .dossier = cli_operand(cli, n - 1),
	    .fields = fields,
	    .fields_n = words(cli, "field", fields),
	    .with = with,
	    .with_n = words(cli, "with", with),
	    .english = str_eq(cli_value(cli, "language"), "en"),
	    .rehearsal = cli_given(cli, "dry-run"),
	    .stop = items_watch(),
	};
	home_transfer(h, &env);
	int e = correct_plan(&env, &request, &c, &ei);
	if (e == 0 && correct_identifier(c))
		cli_warn(
		    "an identifier is corrected: if the wrong one is somebody else's, what went "
		    "out about them may be in this list (see --dry-run)");
	if (e == 0)
		e = act(cli, h, c, request.rehearsal, &worst, &ei);
	if (e < 0)
		worst = cli_fail(cli, e, &ei) > worst ? err_exit(e) : worst;
	return worst;
}

static int run(struct cli *cli)
{
	struct home *home GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *language = cli_value(cli, "language");
	if (language && !str_eq(language, "nl") && !str_eq(language, "en"))
		return cli_usage(cli, "--language is nl or en");
	if (cli_count(cli) < 2 && !cli_given(cli, "field"))
		return cli_usage(cli,
		    "say which fields are corrected with --field, or give the old dossier too");
	int r = secret_init(&ei);
	if (r == 0)
		r = open_home(cli, HOME_SEAL, &home, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : correct(cli, home);
}

const struct cli_command cmd_correct = {
    .name = "correct",
    .operands = "[OLD] DOSSIER",
    .least = 1,
    .most = 2,
    .summary = "tell everyone who received a field that it was corrected",
    .detail =
	"DOSSIER is the corrected dossier. The ledger tells which organisations received one of the "
	"fields, in which package and in which form; each gets a package with the corrected values "
	"that it received, and no more, in the case of that package. A field without a value in "
	"DOSSIER is told to be removed. With OLD, the dossier as it was, the fields that differ "
	"are found without --field, and a field that does not differ is refused.\n\n"
	"The correction policy must be signed and accepted as any other. Whom it cannot reach is "
	"named with the reason and must be told by letter; the exit code is then 4, or that of the "
	"reason. A correction that was sealed before goes to nobody twice, so that a run that was cut "
	"off is run again.\n\n"
	"First look with --dry-run. To have looked is recorded too, as an audit.subject.",
    .options = options,
    .run = run,
};
