/* SPDX-License-Identifier: EUPL-1.2 */
/* handover detect: where personal data stands in a text, never what it says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "detect/detect.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/output.h"

enum { MOST_TEXT = 64 << 20, MOST_POLICY = 256 << 10 };

/* Read the scan profile `name` (NULL: the only one) of the policy file at path. */
static int read_profile(
    const char *path, const char *name, struct detect_profile *ret_profile, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(MOST_POLICY);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	const struct yml *profiles = NULL, *profile = NULL;
	int r = file_read(path, MOST_POLICY, &text, ei);
	if (r == 0)
		r = yml_parse(path, text.data, text.len, &YML_SMALL, &root, ei);
	if (r == 0)
		r = yml_map(root, "scan_profiles", &profiles, ei);
	if (r != 0)
		return r;
	if (!name && profiles->n != 1)
		return yml_err(profiles, ei, GW_EFORMAT,
		    "%zu scan profiles: say which one as FILE:NAME", profiles->n);
	profile = name ? yml_get(profiles, name) : profiles->items[0];
	if (!profile)
		return yml_err(
		    profiles, ei, GW_EFORMAT, "there is no scan profile \"%.60s\"", name);
	return detect_profile_parse(profile, ret_profile, ei);
}

/* The profile that --profile names: streng, FILE or FILE:NAME. */
static int choose_profile(
    const struct cli *cli, struct detect_profile *ret_profile, struct errinfo *ei)
{
	const char *word = cli_value(cli, "profile");
	if (!word || str_eq(word, "streng")) {
		*ret_profile = DETECT_STRICT;
		return 0;
	}
	const char *colon = strrchr(word, ':');
	if (file_exists(word) || !colon) {
		if (!file_exists(word))
			return err_set(ei, GW_EUSAGE,
			    "'%.60s' is no profile: give streng, a policy file, or FILE:NAME",
			    word);
		return read_profile(word, NULL, ret_profile, ei);
	}
	char *path GW_CLEANUP(str_free_p) = str_dupn(word, (size_t)(colon - word));
	return read_profile(path, colon + 1, ret_profile, ei);
}

/* The forms of client numbers that --client-number names. */
static int read_patterns(const struct cli *cli, struct detect_known *known, struct errinfo *ei)
{
	const char *pattern;
	for (size_t i = 0; (pattern = cli_value_at(cli, "client-number", i)); i++)
		if (detect_known_pattern(known, pattern) < 0)
			return err_set(ei, GW_EUSAGE,
			    "--client-number takes up to eight patterns, 9 for a digit and A for a "
			    "letter, such as K-9999");
	return 0;
}

static int print(const struct cli *cli, const char *path, const struct detect_finding *f,
    enum detect_verdict verdict)
{
	const char *kind = detect_kind_name(f->kind),
		   *certainty = detect_certainty_name(f->certainty);
	bool named = cli_count(cli) > 1;
	if (!cli_json(cli)) {
		(void)printf("%s%s%zu+%zu %s %s %s\n", named ? path : "", named ? ": " : "",
		    f->offset, f->length, kind, certainty, detect_verdict_name(verdict));
		return 0;
	}
	json_t *line = json_object();
	if (named)
		jx_set(line, "file", jx_text(path));
	jx_set(line, "offset", json_integer((json_int_t)f->offset));
	jx_set(line, "length", json_integer((json_int_t)f->length));
	jx_set(line, "kind", json_string(kind));
	jx_set(line, "certainty", json_string(certainty));
	jx_set(line, "verdict", json_string(detect_verdict_name(verdict)));
	return cli_print_json(line);
}

/* Scan one file, "-" or NULL for standard input; returns an exit code. */
static int scan_file(const struct cli *cli, const char *path, const struct detect_profile *profile,
    const struct detect_known *known)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(MOST_TEXT);
	struct detect_findings found GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	bool input = !path || str_eq(path, "-");
	int r = input ? file_read_fd(STDIN_FILENO, MOST_TEXT, &text, &ei)
		      : file_read(path, MOST_TEXT, &text, &ei);
	if (r == 0) {
		r = detect_scan(text.data ? text.data : "", text.len, known, &found, &ei);
		if (r < 0)
			r = err_prefix(&ei, r, input ? "standard input" : path);
	}
	if (r < 0)
		return cli_fail(cli, r, &ei);
	int code = 0;
	for (size_t i = 0; code == 0 && i < found.n; i++)
		code = print(
		    cli, input ? "-" : path, &found.list[i], profile->verdict[found.list[i].kind]);
	return code;
}

static int run(struct cli *cli)
{
	struct detect_profile profile;
	struct errinfo ei = ERRINFO_INIT;
	struct detect_known *known GW_CLEANUP(detect_known_free_p) = detect_known_new();
	int worst = 0, r = choose_profile(cli, &profile, &ei);
	if (r == 0)
		r = read_patterns(cli, known, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	for (int i = 0; i < (cli_count(cli) ? cli_count(cli) : 1); i++) {
		int code = scan_file(cli, cli_operand(cli, i), &profile, known);
		if (code > worst)
			worst = code;
	}
	int code = output_finish();
	return code > worst ? code : worst;
}

static const struct cli_option options[] = {
    {"profile", 0, "NAME", "streng (default), a policy file with one scan profile, or FILE:NAME",
	false},
    {"client-number", 0, "PATTERN", "a form of client numbers: 9 a digit, A a letter (K-9999)",
	true},
    {NULL, 0, NULL, NULL, false},
};

const struct cli_command cmd_detect = {
    .name = "detect",
    .operands = "[FILE…]",
    .most = -1,
    .summary = "find personal data in text",
    .detail =
	"Reads UTF-8 text (standard input without FILE or for -) and prints a line for each "
	"finding: offset+length in bytes, kind, certainty (low, middle, high) and what the "
	"profile does with it (keep, mask, review, block). The text that was found is never "
	"printed.\n"
	"Looked for are national numbers, IBANs, telephone numbers, mail and web addresses, "
	"postcodes and streets with a number, dates, birth dates and ages, V-numbers, numbers "
	"of the chamber of commerce, number plates, names and places, and words of the special "
	"categories of the GDPR; `capital` is a word that nothing explains. The names of a "
	"dossier are known only when it is sealed. No finding is no proof that there is "
	"nothing.",
    .options = options,
    .run = run,
};
