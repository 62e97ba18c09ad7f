/* SPDX-License-Identifier: EUPL-1.2 */
/* handover open: packages from others, verified and unfolded. */
#include <stdlib.h>

#include "base/secret.h"
#include "base/str.h"
#include "home/home.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/items.h"
#include "tools/open_home.h"
#include "transfer/transfer.h"

static const struct cli_option options[] = {
    {"into", 0, "DIR", "where the opened bags go, outside the home (default: .)", false},
    {0},
};

static int open_all(struct cli *cli, struct home *home, const char *into)
{
	size_t n = (size_t)cli_count(cli);
	const char **paths GW_CLEANUP(str_free_p) = str_alloc(n * sizeof *paths);
	struct items items = {.cli = cli, .noun = "path", .done = "opened"};
	struct errinfo ei = ERRINFO_INIT;
	struct transfer_env env;
	const struct open_request request = {.into = into,
	    .packages = paths,
	    .n = n,
	    .stop = items_watch(),
	    .done = items_tell,
	    .arg = &items};
	for (size_t i = 0; i < n; i++)
		paths[i] = cli_operand(cli, (int)i);
	home_transfer(home, &env);
	progress_begin(&items.progress, "opening", n);
	int r = transfer_open(&env, &request, &ei);
	progress_clear(&items.progress);
	return r < 0 ? cli_fail(cli, r, &ei) : items.exit;
}

static int run(struct cli *cli)
{
	struct home *home GW_CLEANUP(home_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *into = cli_given(cli, "into") ? cli_value(cli, "into") : ".";
	int r = secret_init(&ei);
	if (r == 0)
		r = open_home(cli, HOME_OPEN, &home, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (home_contains(home, into))
		return cli_usage(cli,
		    "nothing readable may lie under the home: name a folder elsewhere with --into");
	return open_all(cli, home, into);
}

const struct cli_command cmd_open = {
    .name = "open",
    .operands = "PACKAGE…",
    .least = 1,
    .most = -1,
    .summary = "verify packages from others and unfold them",
    .detail =
	"A package is opened only when everything holds: encryption, tag files, the sender's "
	"signature, the parties, our key, its dates, its number in the case, the slip beside it if "
	"there is one, and a policy that we accepted; then every file's hash and every field. A term "
	"that its sender extended counts as far as the home's receipts of the case prove it. "
	"Before that nothing of it can be seen: it unfolds in a hidden folder beside the "
	"destination and appears as DIR/<uuid>/ in one step.\n\n"
	"Intent and result stand in the ledger. The exit code is the highest that occurred.",
    .options = options,
    .run = run,
};
