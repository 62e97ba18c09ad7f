/* SPDX-License-Identifier: EUPL-1.2 */
/* handover attach: what the cleaner would do to one attachment, and doing it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/image.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "tools/cli.h"
#include "tools/commands.h"

/* One file on its way: as it is, and as it would leave. */
struct job {
	struct buf in, out;
	enum attach_format format;
};

static void job_release(struct job *job)
{
	buf_release(&job->in);
	buf_release(&job->out);
}

/* --type must be a word of the catalogue, and one that may leave at all. */
static int check_type(const struct cli *cli, struct errinfo *ei)
{
	const char *type = cli_value(cli, "type");
	const struct catalogue *c = catalogue_builtin();
	size_t n;
	const char *const *words = catalogue_words(c, LIST_ATTACHMENTS, &n);
	if (!type || catalogue_has_word(c, LIST_ATTACHMENTS, type))
		return 0;
	if (catalogue_has_word(c, LIST_NEVER, type))
		return err_set(ei, GW_EREFUSED, "an attachment of type %s never leaves", type);
	const char *near = str_suggest(type, words, n);
	return err_set(ei, GW_EUSAGE, "there is no attachment type \"%.60s\"%s%s%s", type,
	    near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int clean(const struct cli *cli, const char *path, struct job *job, struct errinfo *ei)
{
	const char *dot = strrchr(file_base(path), '.');
	int r = check_type(cli, ei);
	if (r < 0 || (r = file_read(path, ATTACH_LIMITS.bytes, &job->in, ei)) < 0)
		return r;
	job->format = attach_format(job->in.data, job->in.len);
	r = attach_clean(
	    job->in.data, job->in.len, attach_declared(dot ? dot + 1 : ""), NULL, &job->out, ei);
	return r < 0 ? err_prefix(ei, r, path) : 0;
}

static int check_one(const struct cli *cli, const char *path)
{
	struct job job GW_CLEANUP(job_release) = {
	    .in = BUF_INIT(ATTACH_LIMITS.bytes), .out = BUF_INIT(ATTACH_LIMITS.bytes)};
	struct errinfo ei = ERRINFO_INIT;
	int r = clean(cli, path, &job, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	bool same = job.in.len == job.out.len && memcmp(job.in.data, job.out.data, job.in.len) == 0;
	if (!cli_json(cli)) {
		(void)printf(
		    "%s: %s, %zu bytes: ", path, attach_format_name(job.format), job.in.len);
		if (same)
			(void)printf("clean as it is\n");
		else
			(void)printf("can be cleaned, %zu bytes would leave\n", job.out.len);
		return 0;
	}
	json_t *line = json_object();
	jx_set(line, "file", jx_text(path));
	jx_set(line, "format", json_string(attach_format_name(job.format)));
	jx_set(line, "bytes", json_integer((json_int_t)job.in.len));
	jx_set(line, "clean_bytes", json_integer((json_int_t)job.out.len));
	jx_set(line, "changed", json_boolean(!same));
	return cli_print_json(line);
}

/* One that could not leave does not stop the others. */
static int run_check(struct cli *cli)
{
	int worst = 0;
	for (int i = 0; i < cli_count(cli); i++) {
		int r = check_one(cli, cli_operand(cli, i));
		worst = r > worst ? r : worst;
	}
	return worst;
}

/* GW_EUSAGE when both paths are one file. */
static int check_apart(const char *in, const char *out, struct errinfo *ei)
{
	struct stat a, b;
	if (stat(in, &a) < 0 || stat(out, &b) < 0 || a.st_dev != b.st_dev || a.st_ino != b.st_ino)
		return 0;
	return err_set(ei, GW_EUSAGE, "input and output are the same file");
}

static int run_clean(struct cli *cli)
{
	struct job job GW_CLEANUP(job_release) = {
	    .in = BUF_INIT(ATTACH_LIMITS.bytes), .out = BUF_INIT(ATTACH_LIMITS.bytes)};
	struct errinfo ei = ERRINFO_INIT;
	const char *out = cli_operand(cli, 1);
	if (!out && isatty(STDOUT_FILENO))
		return cli_usage(cli, "a picture is not written to a terminal: name OUT");
	int r = out ? check_apart(cli_operand(cli, 0), out, &ei) : 0;
	if (r == 0)
		r = clean(cli, cli_operand(cli, 0), &job, &ei);
	if (r == 0)
		r = out ? file_write(out, job.out.data, job.out.len, 0600, FILE_NEW, &ei)
			: file_write_fd(STDOUT_FILENO, job.out.data, job.out.len, &ei);
	if (r < 0 || !out || !cli_json(cli))
		return r < 0 ? cli_fail(cli, r, &ei) : 0;
	json_t *line = json_object();
	jx_set(line, "file", json_string_nocheck(out));
	jx_set(line, "format", json_string(attach_format_name(job.format)));
	jx_set(line, "bytes", json_integer((json_int_t)job.in.len));
	jx_set(line, "clean_bytes", json_integer((json_int_t)job.out.len));
	return cli_print_json(line);
}

static const struct cli_option options[] = {
    {"type", 0, "TYPE", "what it is: cv, diploma, certificate and so on", false},
    {NULL, 0, NULL, NULL, false},
};

#define FORMATS                                                                                    \
	"JPEG and PNG can be cleaned: the picture stays, and all that is not the picture goes "    \
	"(camera data, places, comments, thumbnails, bytes behind the end). Its first bytes must " \
	"be those of its extension. Other formats are refused with no_cleaner (exit 3)."

static const struct cli_command check = {
    .name = "check",
    .operands = "IN…",
    .least = 1,
    .most = -1,
    .summary = "say whether attachments could leave",
    .detail = FORMATS,
    .options = options,
    .run = run_check,
};

static const struct cli_command clean_command = {
    .name = "clean",
    .operands = "IN [OUT]",
    .least = 1,
    .most = 2,
    .summary = "write an attachment as it would leave",
    .detail = FORMATS
    "\nWithout OUT the result goes to standard output. An OUT that is there is not replaced.",
    .options = options,
    .run = run_clean,
};

static const struct cli_command *const subcommands[] = {&check, &clean_command, NULL};

const struct cli_command cmd_attach = {
    .name = "attach",
    .operands = "",
    .summary = "clean attachments of what they should not tell",
    .subcommands = subcommands,
};
