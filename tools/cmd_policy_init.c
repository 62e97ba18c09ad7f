/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy init: a commented policy to begin with, and its tests. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/policy.h"
#include "policy/starter.h"
#include "tools/cmd_policy.h"

/* The two new files. */
struct start {
	const char *id;
	char *policy, *folder, *tests;
};

static void start_release(struct start *s)
{
	str_free_p(&s->policy);
	str_free_p(&s->folder);
	str_free_p(&s->tests);
}

static int read_names(const struct cli *cli, struct start *s, struct errinfo *ei)
{
	const char *out = cli_value(cli, "out");
	s->id = cli_operand(cli, 0);
	if (!policy_name(s->id))
		return err_set(ei, GW_EUSAGE,
		    "'%.60s' is no name of a policy: lower-case letters, digits, - and _ are "
		    "expected, such as overdracht-einde-contract",
		    s->id);
	s->policy = out ? str_dup(out) : str_printf("%s.yaml", s->id);
	char *name GW_CLEANUP(str_free_p) = str_printf("tests/%s.test.yaml", s->id);
	s->tests = policy_beside(s->policy, name);
	s->folder = policy_beside(s->policy, "tests");
	if (file_exists(s->policy) || file_exists(s->tests))
		return err_set(ei, GW_EEXIST, "'%s' is already there, and is left as it is",
		    file_exists(s->policy) ? s->policy : s->tests);
	return 0;
}

static int write_both(const struct cli *cli, const struct start *s, struct errinfo *ei)
{
	struct buf policy GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	struct buf tests GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	struct catalogue *own GW_CLEANUP(catalogue_free_p) = NULL;
	struct date today = date_of(clock_now());
	int r = policy_catalogue(cli, s->policy, &own, ei);
	if (r == 0)
		r = starter_policy(s->id, own ? own : catalogue_builtin(), today, &policy);
	if (r == 0)
		r = starter_tests(s->id, today, &tests);
	if (r == 0)
		r = file_mkdirs(s->folder, 0755, ei);
	if (r == 0)
		r = file_write(s->policy, policy.data, policy.len, 0644, FILE_NEW, ei);
	return r == 0 ? file_write(s->tests, tests.data, tests.len, 0644, FILE_NEW, ei) : r;
}

static int run_init(struct cli *cli)
{
	struct start s GW_CLEANUP(start_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = read_names(cli, &s, &ei);
	if (r == 0)
		r = write_both(cli, &s, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (cli_json(cli)) {
		json_t *out = json_object();
		jx_set(out, "policy", json_string(s.id));
		jx_set(out, "file", json_string_nocheck(s.policy));
		jx_set(out, "tests", json_string_nocheck(s.tests));
		return cli_print_json(out);
	}
	(void)printf("%s: policy %s, a draft in which everything stays\n%s: its tests\n", s.policy,
	    s.id, s.tests);
	return 0;
}

static const struct cli_option init_options[] = {
    {"out", 0, "FILE", "the file to write (else ID.yaml); its tests come beside it", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_init = {
    .name = "init",
    .operands = "ID",
    .least = 1,
    .most = 1,
    .summary = "write a policy to begin with, in which everything stays",
    .detail =
	"The file has comments, in Dutch, that say what each key is for and which words it "
	"takes; beside it comes tests/ID.test.yaml. It is a draft: it never runs until it says "
	"`status: active` and is signed. What is there already is left as it is.",
    .options = init_options,
    .run = run_init,
};
