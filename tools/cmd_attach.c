/* SPDX-License-Identifier: EUPL-1.2 */
/* handover attach: what the cleaner would do to one attachment, and doing it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/attach.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "home/settings.h"
#include "tools/cli.h"
#include "tools/commands.h"

enum { SETTINGS_MAX = 256 << 10 };

/* One file on its way: as it is, and as it would leave. */
struct job {
	struct settings settings; /* of the home, when there is one */
	struct attach_setup setup;
	struct buf in;
	struct attach_item item;
	enum attach_format format;
};

static void job_release(struct job *job)
{
	settings_release(&job->settings);
	buf_release(&job->in);
	attach_release(&job->item, 1);
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

/* What is to leave, by --as. */
static int read_mode(const struct cli *cli, enum attach_mode *ret, struct errinfo *ei)
{
	const char *word = cli_value(cli, "as");
	for (size_t i = 0; i < ATTACH_MODES; i++)
		if (str_eq(word ? word : attach_mode_words[ATTACH_STRIP], attach_mode_words[i])) {
			*ret = (enum attach_mode)i;
			return 0;
		}
	return err_set(ei, GW_EUSAGE, "--as is strip, flatten or text_only");
}

/* How files are looked at: as the home says, when there is one; --antivirus goes before it. */
static int read_setup(const struct cli *cli, struct job *job, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(SETTINGS_MAX);
	const char *home = cli_home(cli), *given = cli_value(cli, "antivirus");
	char *path GW_CLEANUP(str_free_p) =
	    home ? str_printf("%s/gateway.yaml", home) : str_dup("");
	int r = 0;
	if (*path && file_exists(path)) {
		r = file_read(path, SETTINGS_MAX, &text, ei);
		if (r == 0)
			r = settings_parse(path, text.data, text.len, &job->settings, ei);
		if (r < 0)
			return r;
	}
	job->setup = settings_attach(&job->settings);
	if (given)
		job->setup.antivirus = str_eq(given, "off") ? NULL : given;
	const char *ocr = cli_value(cli, "ocr");
	if (ocr && !str_eq(ocr, "auto") && !str_eq(ocr, "off"))
		return err_set(ei, GW_EUSAGE, "--ocr is auto or off");
	if (ocr)
		job->setup.ocr = str_eq(ocr, "auto") && attach_can_ocr();
	return 0;
}

static const char *antivirus(const struct job *job)
{
	return job->setup.antivirus ? "clamd" : "off";
}

static int clean(const struct cli *cli, const char *path, struct job *job, struct errinfo *ei)
{
	const char *dot = strrchr(file_base(path), '.');
	int r = check_type(cli, ei);
	if (r == 0)
		r = read_mode(cli, &job->item.mode, ei);
	if (r == 0)
		r = read_setup(cli, job, ei);
	if (job->item.mode == ATTACH_TEXT_ONLY) /* a text that leaves has masks */
		job->item.profile = &DETECT_STRICT;
	if (r < 0 || (r = file_read(path, ATTACH_LIMITS.bytes, &job->in, ei)) < 0)
		return r;
	job->format = attach_format(job->in.data, job->in.len);
	job->item.p = job->in.data;
	job->item.n = job->in.len;
	job->item.declared = attach_declared(dot ? dot + 1 : "");
	r = attach_clean_all(&job->item, 1, &job->setup, ei);
	if (r == 0 && job->item.code < 0)
		r = attach_explain(&job->item, ei);
	return r < 0 ? err_prefix(ei, r, path) : 0;
}

/* How many findings of each kind its text has: what they mean is for a policy to say. */
static json_t *findings(const struct attach_item *item)
{
	json_t *out = json_object();
	for (size_t k = 0; k < DETECT_KINDS; k++)
		if (item->found[k])
			jx_set(out, detect_kind_name((enum detect_kind)k),
			    json_integer((json_int_t)item->found[k]));
	return out;
}

static void print_findings(const char *path, const struct attach_item *item)
{
	bool any = false;
	for (size_t k = 0; k < DETECT_KINDS; k++) {
		if (!item->found[k])
			continue;
		if (!any)
			(void)printf("%s: in its text, for a policy to judge:", path);
		(void)printf("%s %s %zu", any ? "," : "", detect_kind_name((enum detect_kind)k),
		    item->found[k]);
		any = true;
	}
	if (any)
		(void)printf("\n");
}

static int check_one(const struct cli *cli, const char *path)
{
	struct job job GW_CLEANUP(job_release) = {.in = BUF_INIT(ATTACH_LIMITS.bytes)};
	struct errinfo ei = ERRINFO_INIT;
	int r = clean(cli, path, &job, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	bool same = job.in.len == job.item.out.len &&
	    memcmp(job.in.data, job.item.out.data, job.in.len) == 0;
	if (!cli_json(cli)) {
		(void)printf(
		    "%s: %s, %zu bytes: ", path, attach_format_name(job.format), job.in.len);
		if (same)
			(void)printf("clean as it is\n");
		else
			(void)printf("can be cleaned, %zu bytes would leave\n", job.item.out.len);
		print_findings(path, &job.item);
		(void)printf("%s: antivirus %s, text in pictures %s\n", path, antivirus(&job),
		    job.setup.ocr ? "is read" : "is not read");
		return 0;
	}
	json_t *line = json_object();
	jx_set(line, "file", jx_text(path));
	jx_set(line, "format", json_string(attach_format_name(job.format)));
	jx_set(line, "bytes", json_integer((json_int_t)job.in.len));
	jx_set(line, "clean_bytes", json_integer((json_int_t)job.item.out.len));
	jx_set(line, "changed", json_boolean(!same));
	jx_set(line, "found", findings(&job.item));
	jx_set(line, "antivirus", json_string(antivirus(&job)));
	jx_set(line, "ocr", json_boolean(job.setup.ocr));
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
	struct job job GW_CLEANUP(job_release) = {.in = BUF_INIT(ATTACH_LIMITS.bytes)};
	struct errinfo ei = ERRINFO_INIT;
	const char *out = cli_operand(cli, 1);
	if (!out && isatty(STDOUT_FILENO))
		return cli_usage(cli, "a file is not written to a terminal: name OUT");
	int r = out ? check_apart(cli_operand(cli, 0), out, &ei) : 0;
	if (r == 0)
		r = clean(cli, cli_operand(cli, 0), &job, &ei);
	if (r == 0)
		r = out ? file_write(out, job.item.out.data, job.item.out.len, 0600, FILE_NEW, &ei)
			: file_write_fd(STDOUT_FILENO, job.item.out.data, job.item.out.len, &ei);
	if (r < 0 || !out || !cli_json(cli))
		return r < 0 ? cli_fail(cli, r, &ei) : 0;
	json_t *line = json_object();
	jx_set(line, "file", json_string_nocheck(out));
	jx_set(line, "format", json_string(attach_format_name(job.format)));
	jx_set(line, "bytes", json_integer((json_int_t)job.in.len));
	jx_set(line, "clean_bytes", json_integer((json_int_t)job.item.out.len));
	jx_set(line, "antivirus", json_string(antivirus(&job)));
	return cli_print_json(line);
}

static const struct cli_option options[] = {
    {"type", 0, "TYPE", "what it is: cv, diploma, certificate and so on", false},
    {"as", 0, "WORD",
	"what leaves: strip (the file, default), flatten (its pages as pictures) or text_only (its text, with the masks of the strict profile)",
	false},
    {"antivirus", 0, "SOCKET",
	"ask clamd over this socket (default: as gateway.yaml of the home says); off", false},
    {"ocr", 0, "auto|off", "read text in pictures (default: as the home says, else auto)", false},
    {NULL, 0, NULL, NULL, false},
};

#define FORMATS                                                                               \
	"PDF, DOCX, JPEG and PNG can be cleaned: what a person sees stays, and all else "     \
	"goes (camera data, places, comments, changes, thumbnails, scripts, embedded files, " \
	"bytes behind the end). The first bytes must be those of the extension. A PDF that "  \
	"is encrypted, a form, or has hidden layers, a DOCX with macros or embedded "         \
	"objects, and a page without text are refused; the text is looked through, and what " \
	"was found is counted."

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
