/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy test, coverage and diff. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "policy/casetest.h"
#include "policy/wider.h"
#include "tools/cmd_policy.h"

int policy_tests_read(const struct cli *cli, const struct policy_source *f, struct buf *text,
    char **ret_path, struct errinfo *ei)
{
	const char *given = cli_value(cli, "tests");
	char *name GW_CLEANUP(str_free_p) = str_printf("tests/%s.test.yaml", f->head->id);
	char *beside GW_CLEANUP(str_free_p) = policy_beside(f->path, name);
	char *flat_name GW_CLEANUP(str_free_p) = str_printf("%s.test.yaml", f->head->id);
	char *flat GW_CLEANUP(str_free_p) = policy_beside(f->path, flat_name);
	const char *path = given ? given : file_exists(beside) ? beside : flat;
	if (!file_exists(path) && !given)
		return err_set(ei, GW_ENOENT, "there are no tests at '%s'", beside);
	int r = file_read(path, POLICY_TEXT_MAX, text, ei);
	if (r == 0)
		*ret_path = str_dup(path);
	return r;
}

static int run_cases(const struct cli *cli, const struct policy_source *f, struct case_results *ret,
    struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	char *path GW_CLEANUP(str_free_p) = NULL;
	int r = policy_tests_read(cli, f, &text, &path, ei);
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
		r = run_cases(cli, &f, &results, &ei);
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
	      "unknown field, group or word in the tests is an error (3), never a pass.",
    .options = test_options,
    .run = run_test,
};

size_t policy_say_cover(const struct cli *cli, const char *rule, const char *what, size_t n)
{
	if (cli_json(cli)) {
		json_t *one = json_object();
		jx_set(one, "rule", json_string(rule));
		jx_set(one, "what", json_string(what));
		jx_set(one, "cases", json_integer((json_int_t)n));
		(void)cli_print_json(one); /* cli_finish reports a full disk */
	} else {
		(void)printf("%-8s%s: %s (%zu cases)\n", n ? "ok" : "MISSED", rule, what, n);
	}
	return n > 0;
}

int policy_say_covered(const struct cli *cli, size_t hit, size_t all, uint64_t least)
{
	size_t percent = all ? hit * 100 / all : 100;
	if (!cli_json(cli))
		(void)printf("%zu %% covered (%zu of %zu)\n", percent, hit, all);
	return percent < least ? err_exit(GW_EREFUSED) : 0;
}

static int run_coverage(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct case_results results GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	const char *s = cli_value(cli, "min");
	uint64_t least = 0;
	if (s && str_u64(s, 100, &least) < 0)
		return cli_usage(cli, "--min: a whole number up to 100 is expected");
	int r = policy_source_any(cli, cli_operand(cli, 0), &f, &ei);
	if (r == 0 && f.report)
		return policy_report_coverage(cli, &f, least);
	if (r == 0)
		r = run_cases(cli, &f, &results, &ei);
	if (r < 0 || !results.taken)
		return cli_fail(cli, r, &ei);
	size_t hit = 0, all = 0;
	for (size_t i = 0; i < f.policy->rules_n; i++) {
		const struct policy_rule *rule = &f.policy->rules[i];
		const struct policy_condition *c = &rule->only_if;
		hit += policy_say_cover(cli, rule->name, "taken", results.taken[i]);
		all++;
		if (c->programmes || c->duties || c->consents_n) {
			hit +=
			    policy_say_cover(cli, rule->name, "condition false", results.unmet[i]);
			all++;
		}
	}
	return policy_say_covered(cli, hit, all, least);
}

static const struct cli_option coverage_options[] = {
    {"min", 0, "PERCENT", "end with 4 when less is covered", false},
    {"tests", 0, "FILE", "the tests (else tests/<id>.test.yaml beside the policy)", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_coverage = {
    .name = "coverage",
    .operands = "POLICY",
    .least = 1,
    .most = 1,
    .summary = "say which rules the tests of a policy never use",
    .detail = "Each rule should let something go in some case, and each condition fail in some.",
    .options = coverage_options,
    .run = run_coverage,
};

static json_t *difference_json(const struct policy_difference *d)
{
	json_t *one = json_object();
	jx_set(one, "change", json_string(d->change == POLICY_WIDER ? "wider" : "narrower"));
	jx_set(one, "what", json_string(d->what));
	jx_set(one, "from", json_string(d->from));
	jx_set(one, "to", json_string(d->to));
	return one;
}

static int say_differences(const struct cli *cli, const struct policy_differences *d, size_t fields)
{
	size_t changed = 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct policy_difference *x = &d->items[i];
		if (cli_json(cli)) {
			int r = cli_print_json(difference_json(x));
			if (r)
				return r;
			continue;
		}
		(void)printf("%-9s %s: %s -> %s\n",
		    x->change == POLICY_WIDER ? "WIDER" : "narrower", x->what, x->from, x->to);
		changed++;
	}
	if (!cli_json(cli))
		(void)printf(
		    "%zu differences, %zu wider; %zu fields compared\n", changed, d->wider, fields);
	return 0;
}

static int run_diff(struct cli *cli)
{
	struct policy_source a GW_CLEANUP(policy_source_release) = {0};
	struct policy_source b GW_CLEANUP(policy_source_release) = {0};
	struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_source_read(cli, cli_operand(cli, 0), &a, &ei);
	if (r == 0)
		r = policy_source_read(cli, cli_operand(cli, 1), &b, &ei);
	if (r != 0)
		return cli_fail(cli, r, &ei);
	if (!str_eq(a.policy->id, b.policy->id))
		cli_warn("these are two policies, %s and %s, not two versions of one", a.policy->id,
		    b.policy->id);
	policy_compare(a.policy, b.policy, &d);
	int e = say_differences(cli, &d, b.policy->decisions_n);
	return e ? e : d.wider ? err_exit(GW_EREFUSED) : 0;
}

static const struct cli_option diff_options[] = {POLICY_CATALOGUE_OPTION, {0}};

const struct cli_command cmd_policy_diff = {
    .name = "diff",
    .operands = "BEFORE AFTER",
    .least = 2,
    .most = 2,
    .summary = "say where a changed policy lets more or less leave",
    .detail = "Per field by drop < present < coarse < keep, then conditions, records, parties, "
	      "requirements, attachments, limits, retention and scan profiles. Ends with 4 when "
	      "anything is WIDER: such a policy has to be approved and accepted afresh.",
    .options = diff_options,
    .run = run_diff,
};
