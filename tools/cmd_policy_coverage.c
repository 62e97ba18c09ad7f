/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy coverage: how much was decided by name, and how much the tests have tried. */
#include <stdio.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/casetest.h"
#include "tools/cmd_policy.h"

static unsigned percent(const struct policy_figure *f)
{
	return f->all ? (unsigned)(f->hit * 100 / f->all) : 100;
}

void policy_say_cover(const struct cli *cli, struct policy_figure *f, const char *rule,
    const char *what, size_t cases)
{
	f->all++;
	f->hit += cases > 0;
	if (cli_json(cli)) {
		json_t *one = json_object();
		jx_set(one, "rule", json_string(rule));
		jx_set(one, "what", json_string(what));
		jx_set(one, "cases", json_integer((json_int_t)cases));
		(void)cli_print_json(one); /* output_finish reports a full disk */
	} else {
		(void)printf(
		    "%-8s%s: %s (%zu cases)\n", cases ? "ok" : "MISSED", rule, what, cases);
	}
}

static struct policy_figure tried(
    const struct cli *cli, const struct policy *p, const struct case_results *results)
{
	struct policy_figure f = {0};
	for (size_t i = 0; i < p->rules_n; i++) {
		const struct policy_condition *c = &p->rules[i].only_if;
		policy_say_cover(cli, &f, p->rules[i].name, "taken", results->taken[i]);
		if (c->programmes || c->duties || c->consents_n)
			policy_say_cover(
			    cli, &f, p->rules[i].name, "condition false", results->unmet[i]);
	}
	return f;
}

static bool is_named(const struct policy_decision *d)
{
	return d->rule || (d->withhold && d->withhold->fields_n);
}

/* Fields that a rule or `withhold: fields` names; the others stay by their class, or by nobody's
 * decision. */
static struct policy_figure named(const struct policy *p, size_t *ret_by_class)
{
	struct policy_figure f = {.all = p->decisions_n};
	*ret_by_class = 0;
	for (size_t i = 0; i < p->decisions_n; i++) {
		const struct policy_decision *d = &p->decisions[i];
		f.hit += is_named(d);
		*ret_by_class += !is_named(d) && d->withhold;
	}
	return f;
}

static json_t *figure_json(const struct policy_figure *f)
{
	json_t *one = json_object();
	jx_set(one, "percent", json_integer(percent(f)));
	jx_set(one, "hit", json_integer((json_int_t)f->hit));
	jx_set(one, "of", json_integer((json_int_t)f->all));
	return one;
}

static void say_figures(const struct cli *cli, const struct policy_figure *tests,
    const struct policy_figure *names, size_t by_class)
{
	size_t nobody = names->all - names->hit - by_class;
	if (cli_json(cli)) {
		json_t *out = json_object(), *n = figure_json(names);
		jx_set(n, "by_class", json_integer((json_int_t)by_class));
		jx_set(n, "undecided", json_integer((json_int_t)nobody));
		jx_set(out, "tested", figure_json(tests));
		jx_set(out, "named", n);
		(void)cli_print_json(out);
		return;
	}
	(void)printf("rule × condition in the tests: %u %% (%zu of %zu)\n", percent(tests),
	    tests->hit, tests->all);
	(void)printf("decided by name: %u %% (%zu of %zu fields; %zu by class, %zu by nobody)\n",
	    percent(names), names->hit, names->all, by_class, nobody);
}

/* Which fields still wait for a decision by name. */
static void list_unnamed(const struct policy *p, struct buf *out)
{
	int r = 0;
	for (size_t i = 0; i < p->decisions_n && r == 0; i++)
		if (!is_named(&p->decisions[i]))
			r = buf_addf(
			    out, "%s%s", out->len ? ", " : "", p->decisions[i].field->path);
	if (r < 0)
		r = buf_adds(out, "…"); /* it has room for that, or shows what it has */
	(void)r;
}

static int judge_tests(const struct cli *cli, const struct policy_figure *tests, uint64_t least)
{
	struct errinfo ei = ERRINFO_INIT;
	if (percent(tests) >= least)
		return 0;
	int r = err_set(&ei, GW_EREFUSED,
	    "the tests try %u %% of rule × condition, at least %u %% is asked: write a case for "
	    "each line that says MISSED",
	    percent(tests), (unsigned)least);
	return cli_fail(cli, r, &ei);
}

static int judge(const struct cli *cli, const struct policy *p, const struct policy_figure *tests,
    const struct policy_figure *names, const uint64_t least[2])
{
	struct buf fields GW_CLEANUP(buf_release) = BUF_INIT(700);
	struct errinfo ei = ERRINFO_INIT;
	int worst = judge_tests(cli, tests, least[0]);
	if (percent(names) < least[1]) {
		list_unnamed(p, &fields);
		int r = err_set(&ei, GW_EREFUSED,
		    "%u %% of the fields is decided by name, at least %u %% is asked: write in a rule "
		    "or under withhold: %s",
		    percent(names), (unsigned)least[1], fields.data ? fields.data : "");
		worst = cli_fail(cli, r, &ei);
	}
	return worst;
}

int policy_say_tried(const struct cli *cli, const struct policy_figure *tests, uint64_t least)
{
	if (cli_json(cli)) {
		json_t *out = json_object();
		jx_set(out, "tested", figure_json(tests));
		(void)cli_print_json(out);
	} else {
		(void)printf("table × condition in the tests: %u %% (%zu of %zu)\n", percent(tests),
		    tests->hit, tests->all);
	}
	return judge_tests(cli, tests, least);
}

static int run_coverage(struct cli *cli)
{
	static const char *const options[2] = {"min", "min-named"};
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct case_results results GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	uint64_t least[2] = {0};
	for (size_t i = 0; i < GW_LENGTH(options); i++) {
		const char *s = cli_value(cli, options[i]);
		if (s && str_u64(s, 100, &least[i]) < 0)
			return cli_usage(
			    cli, "--%s: a whole number up to 100 is expected", options[i]);
	}
	int r = policy_source_any(cli, cli_operand(cli, 0), &f, &ei);
	if (r == 0 && f.report)
		return policy_report_coverage(cli, &f, least[0]);
	if (r == 0)
		r = policy_run_cases(cli, &f, &results, &ei);
	if (r < 0 || !results.taken)
		return cli_fail(cli, r, &ei);
	if (results.failed)
		cli_warn("%zu of %zu cases fail: `handover policy test` says which", results.failed,
		    results.n);
	size_t by_class;
	struct policy_figure tests = tried(cli, f.policy, &results),
			     names = named(f.policy, &by_class);
	say_figures(cli, &tests, &names, by_class);
	return judge(cli, f.policy, &tests, &names, least);
}

static const struct cli_option coverage_options[] = {
    {"min", 0, "PERCENT", "end with 4 when the tests try less of rule × condition", false},
    {"min-named", 0, "PERCENT", "end with 4 when fewer fields are decided by name", false},
    {"tests", 0, "FILE", "the tests (else tests/<id>.test.yaml beside the policy)", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_coverage = {
    .name = "coverage",
    .operands = "POLICY",
    .least = 1,
    .most = 1,
    .summary = "say what the tests of a policy never try, and what it decides by class only",
    .detail = "Two figures. Rule × condition: each rule should let something go in some case, and "
	      "each condition keep something back in some. Decided by name: the part of the fields "
	      "that a rule or `withhold: fields` names; the others stay by their class alone.",
    .options = coverage_options,
    .run = run_coverage,
};
