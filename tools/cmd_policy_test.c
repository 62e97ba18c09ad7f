/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy test: the cases beside a policy. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "policy/casetest.h"
#include "tools/cmd_policy.h"

int policy_run_cases(const struct cli *cli, const struct policy_source *f, struct case_results *ret,
    struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	char *path GW_CLEANUP(str_free_p) = NULL;
	int r = policy_tests_path(cli, f, &path, ei);
	if (r == 0)
		r = file_read(path, POLICY_TEXT_MAX, &text, ei);
	return r < 0 ? r
		     : casetest_run(path, text.data ? text.data : "", text.len, f->policy, ret, ei);
}

static int say_case(const struct cli *cli, const struct case_result *c)
{
	if (cli_json(cli)) {
		json_t *one = json_object();
		jx_set(one, "case", json_string(c->name));
		jx_set(one, "passed", json_boolean(c->passed));
		if (c->message)
			jx_set(one, "message", json_string(c->message));
		return cli_print_json(one);
	}
	if (c->passed)
		(void)printf("ok      %s\n", c->name);
	else
		(void)printf("FAILED  %s\n        %s\n", c->name, c->message);
	return 0;
}

int policy_say_cases(const struct cli *cli, const char *id, const struct case_results *results)
{
	for (size_t i = 0; i < results->n; i++) {
		int e = say_case(cli, &results->items[i]);
		if (e)
			return e;
	}
	if (!cli_json(cli))
		(void)printf("%s: %zu passed, %zu failed\n", id, results->n - results->failed,
		    results->failed);
	return results->failed ? err_exit(GW_EREFUSED) : 0;
}

static int test_one(const struct cli *cli, const char *operand)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct case_results results GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_source_any(cli, operand, &f, &ei);
	if (r == 0 && f.report)
		return policy_report_test(cli, &f);
	if (r == 0)
		r = policy_run_cases(cli, &f, &results, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : policy_say_cases(cli, f.policy->id, &results);
}

static int run_test(struct cli *cli)
{
	int worst = 0;
	for (int i = 0; i < cli_count(cli); i++) {
		int r = test_one(cli, cli_operand(cli, i));
		worst = r > worst ? r : worst;
	}
	return worst;
}

static const struct cli_option test_options[] = {
    {"tests", 0, "FILE", "the tests (else tests/<id>.test.yaml beside the policy)", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_test = {
    .name = "test",
    .operands = "POLICY…",
    .least = 1,
    .most = -1,
    .summary = "run the tests beside a policy",
    .detail = "Each case that fails shows what was expected and what came; then it ends with 4. An "
	      "unknown field, group, rule or word in the tests is an error (3), never a pass.",
    .options = test_options,
    .run = run_test,
};
