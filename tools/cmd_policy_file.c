/* SPDX-License-Identifier: EUPL-1.2 */
/* Finding and reading a policy with its catalogue, its tests and the home around it. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "home/home.h"
#include "tools/cmd_policy.h"

char *policy_beside(const char *path, const char *name)
{
	const char *base = file_base(path);
	return str_printf("%.*s%s", (int)(base - path), path, name);
}

struct home *policy_home(const struct cli *cli, const char *path)
{
	struct home *named GW_CLEANUP(home_free_p) = NULL;
	struct home *h = NULL;
	char *dir GW_CLEANUP(str_free_p) = policy_beside(path, "..");
	char *policies GW_CLEANUP(str_free_p) = policy_beside(path, "../policies");
	bool there = home_open(cli_home(cli), HOME_UNSIGNED, &named, NULL) == 0;
	if (!(there && home_contains(named, path)) && file_exists(policies) &&
	    home_open(dir, HOME_UNSIGNED, &h, NULL) == 0)
		return h;
	h = named;
	named = NULL;
	return h;
}

int policy_catalogue(
    const struct cli *cli, const char *policy, struct catalogue **ret, struct errinfo *ei)
{
	const char *given = cli_value(cli, "catalogue");
	char *beside GW_CLEANUP(str_free_p) = policy_beside(policy, "catalogue.yaml");
	char *home GW_CLEANUP(str_free_p) = str_printf("%s/policies/catalogue.yaml", cli_home(cli));
	const char *path = given  ? given
	    : file_exists(beside) ? beside
	    : file_exists(home)   ? home
				  : NULL;
	return path ? catalogue_load(path, ret, ei) : 0;
}

/* Where the policy is: a file, or one of the home's by its id. */
static int find_policy(
    const struct cli *cli, const char *operand, char **ret_path, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = str_printf("%s/policies", cli_home(cli));
	struct home_policies l GW_CLEANUP(home_policies_release) = {0};
	if (file_exists(operand) || strchr(operand, '/')) {
		*ret_path = str_dup(operand);
		return 0;
	}
	if (!file_is_dir(dir))
		return err_set(ei, GW_ENOENT,
		    "there is no file '%.200s', and no home with policies at '%s'", operand,
		    cli_home(cli));
	int r = home_policies_list(dir, &l, ei);
	if (r == 0)
		r = home_policies_find(&l, dir, operand, ret_path, ei);
	char *file GW_CLEANUP(str_free_p) = str_printf("%s/%s.yaml", dir, operand);
	if (r != GW_ENOENT || !file_exists(file))
		return r;
	*ret_path = str_dup(file); /* what cannot be read has no id */
	return 0;
}

static int read_source(
    const struct cli *cli, const char *operand, struct policy_source *ret, struct errinfo *ei)
{
	*ret = (struct policy_source){.text = BUF_INIT(POLICY_TEXT_MAX)};
	int r = find_policy(cli, operand, &ret->path, ei);
	if (r == 0)
		r = file_read(ret->path, POLICY_TEXT_MAX, &ret->text, ei);
	if (r == 0)
		r = policy_catalogue(cli, ret->path, &ret->own, ei);
	ret->catalogue = ret->own ? ret->own : catalogue_builtin();
	return r;
}

static int parse_policy(struct policy_source *f, struct errinfo *ei)
{
	int r = policy_parse(f->path, f->text.data ? f->text.data : "", f->text.len, f->catalogue,
	    &f->findings, &f->policy, ei);
	f->head = f->policy;
	return r;
}

int policy_source_read(
    const struct cli *cli, const char *operand, struct policy_source *ret, struct errinfo *ei)
{
	int r = read_source(cli, operand, ret, ei);
	return r == 0 ? parse_policy(ret, ei) : r;
}

int policy_source_any(
    const struct cli *cli, const char *operand, struct policy_source *ret, struct errinfo *ei)
{
	int r = read_source(cli, operand, ret, ei);
	if (r < 0 || !report_is(ret->text.data ? ret->text.data : "", ret->text.len))
		return r == 0 ? parse_policy(ret, ei) : r;
	r = report_parse(ret->path, ret->text.data, ret->text.len, ret->catalogue, &ret->findings,
	    &ret->report, ei);
	ret->head = ret->report ? ret->report->head : NULL;
	return r;
}

void policy_source_release(struct policy_source *f)
{
	policy_findings_release(&f->findings);
	policy_free_p(&f->policy);
	report_free_p(&f->report);
	catalogue_free_p(&f->own);
	buf_release(&f->text);
	free(f->path);
	f->path = NULL;
}

int policy_tests_path(
    const struct cli *cli, const struct policy_source *f, char **ret_path, struct errinfo *ei)
{
	const char *given = cli_value(cli, "tests");
	char *name GW_CLEANUP(str_free_p) = str_printf("tests/%s.test.yaml", f->head->id);
	char *beside GW_CLEANUP(str_free_p) = policy_beside(f->path, name);
	char *flat_name GW_CLEANUP(str_free_p) = str_printf("%s.test.yaml", f->head->id);
	char *flat GW_CLEANUP(str_free_p) = policy_beside(f->path, flat_name);
	const char *path = given ? given : file_exists(beside) ? beside : flat;
	if (!given && !file_exists(path))
		return err_set(ei, GW_ENOENT, "there are no tests at '%s'", beside);
	*ret_path = str_dup(path);
	return 0;
}
