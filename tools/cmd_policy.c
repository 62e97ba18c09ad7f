/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy: the table, and fmt; the other commands lie in their own files. */
#include "tools/cmd_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "policy/fmt.h"
#include "tools/commands.h"
#include "tools/policy_parts.h"

/* Put the new layout in the place of the file itself, wherever path leads, with the mode it had. */
static int write_back(const char *path, const struct buf *out, struct errinfo *ei)
{
	struct stat st;
	char *real GW_CLEANUP(str_free_p) = realpath(path, NULL);
	if (!real || stat(real, &st) < 0)
		return err_sys(ei, GW_EIO, "%s", path);
	return file_write(real, out->data, out->len, st.st_mode & 0777, FILE_REPLACE, ei);
}

static int run_fmt(struct cli *cli)
{
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	const char *path = cli_operand(cli, 0);
	int r = file_read(path, POLICY_TEXT_MAX, &in, &ei);
	if (r == 0)
		r = policy_fmt(path, in.data ? in.data : "", in.len, &out, &ei);
	if (r == 0 && cli_given(cli, "write"))
		r = write_back(path, &out, &ei);
	else if (r == 0)
		(void)fwrite(out.data, 1, out.len, stdout);
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static const struct cli_option fmt_options[] = {
    {"write", 'w', NULL, "put the result in the place of the file", false},
    {0},
};

const struct cli_command cmd_policy_fmt = {
    .name = "fmt",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "print a policy or its tests in their one layout",
    .detail = "No value and no comment is lost: the result is read back and compared, and refused "
	      "otherwise. A new layout is a new text: it has to be signed and accepted again.",
    .options = fmt_options,
    .run = run_fmt,
};

static const struct cli_command *const subcommands[] = {&cmd_policy_init, &cmd_policy_check,
    &cmd_policy_test, &cmd_policy_show, &cmd_policy_explain, &cmd_policy_diff, &cmd_policy_coverage,
    &cmd_policy_dry_run, &cmd_policy_fmt, &cmd_policy_sign, &cmd_policy_accept, NULL};

const struct cli_command cmd_policy = {
    .name = "policy",
    .operands = "",
    .summary = "write, check, test, sign and accept data-minimisation policies",
    .subcommands = subcommands,
};
