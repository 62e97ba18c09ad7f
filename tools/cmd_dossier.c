/* SPDX-License-Identifier: EUPL-1.2 */
/* handover dossier: is a dossier fit to be sealed, and what would be left out of it. */
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/dossier.h"
#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/policy_parts.h"

/* What stands in a dossier, in numbers. */
struct count {
	size_t fields, values;
};

static int one_more(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	(void)value;
	++*(size_t *)arg;
	return 0;
}

static struct count count_fields(const struct dossier *d, const struct catalogue *c)
{
	struct count n = {0};
	for (size_t i = 0; i < catalogue_count(c); i++) {
		size_t values = 0;
		(void)dossier_each(d->data, catalogue_at(c, i), one_more, &values);
		n.fields += values > 0;
		n.values += values;
	}
	return n;
}

static json_t *files_json(const struct dossier *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->n_files; i++) {
		json_t *f = json_object();
		jx_set(f, "type", json_string(d->files[i].type));
		jx_set(f, "ext", json_string_nocheck(d->files[i].ext));
		jx_set(f, "bytes", json_integer((json_int_t)d->files[i].bytes.len));
		jx_add(list, f);
	}
	return list;
}

static json_t *notes_json(const struct dossier *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->n_notes; i++) {
		json_t *note = json_object();
		jx_set(note, "reason", json_string(dossier_note_name(d->notes[i].kind)));
		if (*d->notes[i].path)
			jx_set(note, "field", json_string(d->notes[i].path));
		jx_set(note, "count", json_integer((json_int_t)d->notes[i].count));
		jx_add(list, note);
	}
	return list;
}

static int print_json(const char *path, const struct dossier *d, const struct count *n)
{
	json_t *line = json_object();
	jx_set(line, "dossier", json_string_nocheck(path));
	jx_set(line, "valid", json_true());
	if (d->programme)
		jx_set(line, "programme", json_string(d->programme));
	if (d->contract)
		jx_set(line, "contract", json_string(d->contract));
	jx_set(line, "fields", json_integer((json_int_t)n->fields));
	jx_set(line, "values", json_integer((json_int_t)n->values));
	jx_set(line, "consents", json_integer((json_int_t)d->n_consents));
	jx_set(line, "attachments", files_json(d));
	jx_set(line, "left_out", notes_json(d));
	if (!d->programme)
		jx_set(line, "note", json_string("no_programme"));
	return cli_print_json(line);
}

static const char *s(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_text(const char *path, const struct dossier *d, const struct count *n)
{
	static const char *const said[] = {[DOSSIER_UNKNOWN] = "the catalogue lacks",
	    [DOSSIER_CODE] = "outside its closed list:",
	    [DOSSIER_LADDER] = "not in the ladder map:",
	    [DOSSIER_EMPTY] = "empty:",
	    [DOSSIER_CONSENT] = "consent for an unknown scope:",
	    [DOSSIER_ATTACHMENT] = "unknown type, counts as other:",
	    [DOSSIER_UNNAMED_FILE] = "a file that attachments does not name"};
	(void)printf("%s: valid: %zu field%s, %zu value%s, %zu consent%s, %zu attachment%s\n", path,
	    n->fields, s(n->fields), n->values, s(n->values), d->n_consents, s(d->n_consents),
	    d->n_files, s(d->n_files));
	if (!d->programme)
		(void)printf("  note: it names no programme (context.programme): "
			     "no policy will apply to it\n");
	for (size_t i = 0; i < d->n_notes; i++)
		(void)printf("  left out: %s %s (%zu)\n", said[d->notes[i].kind], d->notes[i].path,
		    d->notes[i].count);
}

/* The line of a dossier that is refused, for programs; people read standard error. */
static int print_refusal(const char *path, int code)
{
	json_t *line = json_object();
	jx_set(line, "dossier", json_string_nocheck(path));
	jx_set(line, "valid", json_false());
	jx_set(line, "error", json_string(err_name(code)));
	return cli_print_json(line);
}

static int check_one(const struct cli *cli, const struct catalogue *c,
    const struct dossier_limits *limits, const char *path)
{
	struct errinfo ei = ERRINFO_INIT;
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	int r = dossier_read(path, c, limits, &d, &ei);
	if (r == 0 && cli_given(cli, "strict") && (r = dossier_strict(d, &ei)) < 0)
		r = err_prefix(&ei, r, path);
	if (r < 0) {
		int code = cli_fail(cli, r, &ei),
		    printed = cli_json(cli) ? print_refusal(path, r) : 0;
		return code > printed ? code : printed;
	}
	const struct count n = count_fields(d, c);
	if (cli_json(cli))
		return print_json(path, d, &n);
	print_text(path, d, &n);
	return 0;
}

/* --catalogue, in the home, or the one compiled in. *ret_own is what the caller frees. */
static int find_catalogue(const struct cli *cli, struct catalogue **ret_own,
    const struct catalogue **ret_c, struct errinfo *ei)
{
	const char *given = cli_value(cli, "catalogue");
	char *home GW_CLEANUP(str_free_p) = str_printf("%s/policies/catalogue.yaml", cli_home(cli));
	const char *path = given ? given : file_exists(home) ? home : NULL;
	int r = path ? catalogue_load(path, ret_own, ei) : 0;
	*ret_c = path ? *ret_own : catalogue_builtin();
	return r;
}

static int run_check(struct cli *cli)
{
	struct catalogue *own GW_CLEANUP(catalogue_free_p) = NULL;
	struct ladder_given ladder GW_CLEANUP(ladder_given_release) = {0};
	struct dossier_limits limits = DOSSIER_LIMITS;
	const struct catalogue *c;
	struct errinfo ei = ERRINFO_INIT;
	int worst = 0, r = find_catalogue(cli, &own, &c, &ei);
	if (r == 0)
		r = ladder_given_find(cli, c, &ladder, &ei);
	limits.ladder = ladder.map;
	if (r < 0)
		return cli_fail(cli, r, &ei);
	for (int i = 0; i < cli_count(cli); i++) {
		int code = check_one(cli, c, &limits, cli_operand(cli, i));
		worst = code > worst ? code : worst;
	}
	return worst;
}

static const struct cli_option check_options[] = {
    {"catalogue", 0, "FILE", "the catalogue of fields (else the home's, else the built-in one)",
	false},
    LADDER_MAPPING_OPTION,
    {"strict", 0, NULL, "refuse a dossier with a field that the catalogue lacks", false},
    {NULL, 0, NULL, NULL, false},
};

static const struct cli_command check = {
    .name = "check",
    .operands = "PATH…",
    .least = 1,
    .most = -1,
    .summary = "check dossiers against the catalogue",
    .detail =
	"PATH is a folder with dossier.json or dossier.yaml and the files it names, or a "
	".zip or .tar of one. Prints a line for each valid dossier and what would be left out "
	"of it: fields the catalogue lacks, codes outside a closed list, empty values. Values are never "
	"printed.\n"
	"A wrong type, a hostile archive, a link or a missing file makes the dossier invalid "
	"(exit 3). One bad dossier does not stop the others.",
    .options = check_options,
    .run = run_check,
};

static const struct cli_command *const subcommands[] = {&check, NULL};

const struct cli_command cmd_dossier = {
    .name = "dossier",
    .operands = "",
    .summary = "look at dossiers before they are sealed",
    .subcommands = subcommands,
};
