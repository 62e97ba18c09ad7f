/* SPDX-License-Identifier: EUPL-1.2 */
/* handover report: count dossiers into the tables of a report policy. */
#include <stdio.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "home/home.h"
#include "sandbox/worker.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/items.h"
#include "tools/open_home.h"
#include "transfer/transfer.h"

static const struct cli_option options[] = {
    {"policy", 0, "ID", "the report policy that says what is counted", false},
    {"period", 0, "PERIOD", "2026-07, 2026-Q3, 2026-H2 or 2026, as the policy reports", false},
    {"contract", 0, "ID", "the contract (else the one that the first dossier names)", false},
    {"out", 0, "DIR", "where the report goes (default: this folder)", false},
    {"language", 0, "nl|en", "of the readable page (default: nl)", false},
    {0},
};

/* The run as it is told. */
struct telling {
	const struct cli *cli;
	struct progress progress;
	size_t nobody;
	int exit; /* the highest so far */
};

static const char *const said_words[REPORT_SAIDS] = {
    "counted", "outside_period", "counted_before", "failed"};

static void tell_json(const struct report_item *item)
{
	json_t *o = json_object();
	jx_set(o, "dossier", jx_text(item->path));
	jx_set(o, "result", json_string(said_words[item->said]));
	if (item->code < 0) {
		jx_set(o, "error", json_string(err_name(item->code)));
		jx_set(o, "exit", json_integer(err_exit(item->code)));
		jx_set(o, "why", jx_text(item->why->msg));
	}
	if (item->nobody)
		jx_set(o, "no_identifier", json_true());
	(void)cli_print_json(o);
}

static void tell(void *arg, const struct report_item *item)
{
	struct telling *t = arg;
	int code = err_exit(item->code);
	progress_clear(&t->progress);
	t->exit = code > t->exit ? code : t->exit;
	t->nobody += item->nobody;
	if (item->code < 0)
		items_fail(item->path, item->code, item->why);
	else if (item->said == REPORT_SAID_AGAIN)
		cli_warn(
		    "%s: this candidate was counted already in an earlier dossier of this run: "
		    "not counted again",
		    item->path);
	if (cli_json(t->cli) && item->said != REPORT_SAID_COUNTED)
		tell_json(item);
	progress_step(&t->progress, 0);
}

static json_t *said_json(const struct report_result *r)
{
	json_t *o = json_object();
	for (size_t i = 0; i < REPORT_SAIDS; i++)
		jx_set(o, said_words[i], json_integer((json_int_t)r->said[i]));
	return o;
}

static void print_result(const struct report_result *r)
{
	(void)printf("%zu dossiers counted", r->said[REPORT_SAID_COUNTED]);
	if (r->said[REPORT_SAID_OUTSIDE])
		(void)printf(", %zu not of this period", r->said[REPORT_SAID_OUTSIDE]);
	if (r->said[REPORT_SAID_AGAIN])
		(void)printf(", %zu of candidates counted already", r->said[REPORT_SAID_AGAIN]);
	if (r->said[REPORT_SAID_FAILED])
		(void)printf(", %zu FAILED and left out", r->said[REPORT_SAID_FAILED]);
	(void)printf("\n");
	for (size_t i = 0; i < REPORT_FILES; i++)
		(void)printf("%s\n", r->files[i]);
}

static int say_result(const struct telling *t, const struct report_result *r)
{
	json_t *o, *files;
	for (size_t i = 0; i < r->warnings_n; i++)
		cli_warn("%s", r->warnings[i]);
	if (t->nobody)
		cli_warn(
		    "%zu dossiers have no identifier (person.bsn, person.v_number or "
		    "person.client_number): whether a candidate is among them twice can not be told",
		    t->nobody);
	if (!cli_json(t->cli)) {
		print_result(r);
		return t->exit;
	}
	o = json_object();
	files = json_array();
	for (size_t i = 0; i < REPORT_FILES; i++)
		jx_add(files, jx_text(r->files[i]));
	jx_set(o, "files", files);
	jx_set(o, "dossiers", said_json(r));
	files = json_array();
	for (size_t i = 0; i < r->warnings_n; i++)
		jx_add(files, jx_text(r->warnings[i]));
	jx_set(o, "warnings", files);
	jx_set(o, "report", json_incref(r->report));
	int e = cli_print_json(o);
	return e > t->exit ? e : t->exit;
}

static int report(struct cli *cli, struct home *home, const char *out)
{
	size_t n = (size_t)cli_count(cli);
	const char **paths GW_CLEANUP(str_free_p) = str_alloc(n * sizeof *paths);
	struct telling telling = {.cli = cli};
	struct report_result result GW_CLEANUP(report_result_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct transfer_env env;
	const struct report_request request = {
	    .policy = cli_value(cli, "policy"),
	    .period = cli_value(cli, "period"),
	    .contract = cli_value(cli, "contract"),
	    .out = out,
	    .english = str_eq(cli_value(cli, "language"), "en"),
	    .dossiers = paths,
	    .n = n,
	    .stop = items_watch(),
	    .done = tell,
	    .arg = &telling,
	};
	for (size_t i = 0; i < n; i++)
		paths[i] = cli_operand(cli, (int)i);
	home_transfer(home, &env);
	progress_begin(&telling.progress, "counting", n);
	int r = transfer_report(&env, &request, &result, &ei);
	progress_clear(&telling.progress);
	if (r < 0) {
		int e = cli_fail(cli, r, &ei);
		return e > telling.exit ? e : telling.exit;
	}
	return say_result(&telling, &result);
}

static int run(struct cli *cli)
{
	struct home *home GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *language = cli_value(cli, "language"), *out = cli_value(cli, "out");
	if (!cli_given(cli, "policy") || !cli_given(cli, "period"))
		return cli_usage(cli, "--policy and --period are needed");
	if (language && !str_eq(language, "nl") && !str_eq(language, "en"))
		return cli_usage(cli, "--language is nl or en");
	int r = secret_init(&ei);
	if (r == 0 && cli_count(cli) > 1)
		(void)!worker_nursery(NULL); /* without it archives are parsed more slowly */
	if (r == 0)
		r = open_home(
		    cli, HOME_REGISTRY | HOME_LEDGER | HOME_CATALOGUE | HOME_RECORD, &home, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (home_contains(home, out ? out : "."))
		return cli_usage(cli,
		    "--out: a report is for giving out; nothing readable may lie under a home");
	return report(cli, home, out ? out : ".");
}

const struct cli_command cmd_report = {
    .name = "report",
    .operands = "DOSSIER…",
    .least = 1,
    .most = -1,
    .summary = "count dossiers into the tables of a report policy, for who directs the contract",
    .detail =
	"Each DOSSIER is a directory, or a .zip or .tar of one. Nothing of a dossier leaves: only "
	"the tables that the policy lists, without small counts and what would give these away, "
	"rounded. They are written as DIR/<policy>-<period>-<contract>.json, .csv and .html, which "
	"must not be there yet; intent and result stand in the ledger.\n\n"
	"A dossier that fails is named and left out; the report then says that it is not complete, and "
	"the exit code is the highest that occurred. A candidate who is there twice, by bsn, V-number "
	"or client number, is counted once: the first dossier counts. Who had no trajectory in the "
	"period is not counted.",
    .options = options,
    .run = run,
};
