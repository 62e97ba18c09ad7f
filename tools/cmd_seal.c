/* SPDX-License-Identifier: EUPL-1.2 */
/* handover seal: dossiers into sealed packages for one recipient, under one policy. */
#include <malloc.h>
#include <string.h>

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
    {"policy", 0, "ID", "the policy that decides what leaves", false},
    {"to", 0, "OIN", "the recipient", false},
    {"contract", 0, "ID", "the contract that the candidates come from", false},
    {"case", 0, "ID", "the case that the package belongs to (one dossier)", false},
    {"out", 0, "DIR", "where packages go (default: the home's outbox)", false},
    {"language", 0, "nl|en", "of the readable page in the package (default: nl)", false},
    {"strict", 0, NULL, "refuse a dossier with a field that the catalogue lacks", false},
    {0},
};

/* Dossiers pass through memory that the kernel may swap out: say so when that is in the clear. */
static void warn_swap(void)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	if (file_read("/proc/swaps", 65535, &b, NULL) < 0 || !b.len)
		return;
	for (const char *line = strchr(b.data, '\n'); line && line[1];
	     line = strchr(line + 1, '\n'))
		if (!str_starts(line + 1, "/dev/dm-") && !str_starts(line + 1, "/dev/zram") &&
		    !str_starts(line + 1, "/dev/mapper/"))
			cli_warn("this machine swaps to a disk that does not look encrypted");
}

static int seal(struct cli *cli, struct home *home)
{
	size_t n = (size_t)cli_count(cli);
	const char **paths GW_CLEANUP(str_free_p) = str_alloc(n * sizeof *paths);
	struct items items = {.cli = cli, .noun = "dossier", .done = "sealed"};
	struct errinfo ei = ERRINFO_INIT;
	struct transfer_env env;
	const struct seal_request request = {
	    .policy = cli_value(cli, "policy"),
	    .to = cli_value(cli, "to"),
	    .contract = cli_value(cli, "contract"),
	    .case_id = cli_value(cli, "case"),
	    .out = cli_value(cli, "out"),
	    .english = str_eq(cli_value(cli, "language"), "en"),
	    .strict = cli_given(cli, "strict"),
	    .dossiers = paths,
	    .n = n,
	    .stop = items_watch(),
	    .done = items_tell,
	    .arg = &items,
	};
	for (size_t i = 0; i < n; i++)
		paths[i] = cli_operand(cli, (int)i);
	home_transfer(home, &env);
	progress_begin(&items.progress, "sealing", n);
	int r = transfer_seal(&env, &request, &ei);
	progress_clear(&items.progress);
	return r < 0 ? cli_fail(cli, r, &ei) : items.exit;
}

/*
 * Many dossiers: memory that one gave back is kept for the next, and parsers come from a small
 * process, forked now. Without the second, parsing is slower or says itself why it cannot be.
 */
static void prepare_bulk(void)
{
	enum { KEEP = 32 << 20 };
	(void)mallopt(M_MMAP_THRESHOLD, KEEP);
	(void)mallopt(M_TRIM_THRESHOLD, 2 * KEEP);
	(void)!worker_nursery(NULL); /* its children inherit both */
}

static int run(struct cli *cli)
{
	struct home *home GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *language = cli_value(cli, "language");
	if (!cli_given(cli, "policy") || !cli_given(cli, "to"))
		return cli_usage(cli, "--policy and --to are needed");
	if (language && !str_eq(language, "nl") && !str_eq(language, "en"))
		return cli_usage(cli, "--language is nl or en");
	warn_swap();
	int r = secret_init(&ei);
	if (cli_count(cli) > 1)
		prepare_bulk();
	if (r == 0)
		r = open_home(cli, HOME_SEAL, &home, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : seal(cli, home);
}

const struct cli_command cmd_seal = {
    .name = "seal",
    .operands = "DOSSIER…",
    .least = 1,
    .most = -1,
    .summary = "seal dossiers for a recipient, as far as a policy lets them go",
    .detail =
	"Each DOSSIER is a directory, or a .zip or .tar of one, with dossier.json or dossier.yaml. "
	"What the policy lets through is signed, encrypted to the recipient's keys and written "
	"as DIR/<uuid>.tar.age with <uuid>.slip.json beside it; nothing else is written "
	"anywhere. Intent and result stand in the ledger.\n\n"
	"One dossier that is refused never stops the others; the exit code is the highest that "
	"occurred.",
    .options = options,
    .run = run,
};
