/* SPDX-License-Identifier: EUPL-1.2 */
/* The tests beside a policy: they pass, they fail with what came, and no slip of a word passes. */
#include "policy/casetest.h"

#include "tests/unit/policy/policies.h"

#define HEAD "tests_for: verwijzing-aanbieder\nas_of: 2026-03-01\ncases:\n  - case: een\n"
#define CONTEXT                                                                                  \
	"    context: {sender: municipality, recipient: provider, contract_status: contracted, " \
	"programme: participatiewet, met: [protocol_accepted, processor_agreement]}\n"
#define DOSSIER "    dossier: {person: {family_name: Jansen, birth_date: 1988-03-02}}\n"

static int run(const char *text, struct case_results *ret, struct errinfo *ei)
{
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	return casetest_run("t.yaml", text, strlen(text), p, ret, ei);
}

static void passes(const char *expect)
{
	struct case_results r GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) =
	    str_printf(HEAD CONTEXT DOSSIER "    expect: %s\n", expect);
	test_code(run(text, &r, &ei), 0, &ei);
	if (r.failed)
		fail_msg("%s", r.items[0].message);
}

static void fails(const char *expect, const char *message)
{
	struct case_results r GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) =
	    str_printf(HEAD CONTEXT DOSSIER "    expect: %s\n", expect);
	test_code(run(text, &r, &ei), 0, &ei);
	assert_int_equal(r.failed, 1);
	assert_string_equal(r.items[0].message, message);
}

static void wrong(const char *text, const char *message)
{
	struct case_results r GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	test_code(run(text, &r, &ei), GW_EFORMAT, &ei);
	if (!strstr(ei.msg, message))
		fail_msg("'%s' instead of '%s'", ei.msg, message);
}

static void expectations_that_are_met(void **state)
{
	(void)state;
	passes("{present: {person.family_name: Jansen, person.birth_date: 35-39}}");
	passes("{absent: [person.bsn], count: {person: 1, ladder: 0}}");
	passes("{report: {withheld: {}}}");
	passes("{report: {withheld: {special: 0}}}");
}

static void nothing_leaves(void **state)
{
	static const char *const good[] = {"{absent: [health.diagnosis, person.bsn]}",
	    "{rules: {leeftijd: unused}}", "{count: {health: 0}}",
	    "{blocked: nothing of this dossier leaves}",
	    "{absent: [person.bsn], report: {withheld: {special: 1}}}"};
	(void)state;
	for (size_t i = 0; i <= GW_LENGTH(good); i++) {
		struct case_results r GW_CLEANUP(case_results_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		char *text GW_CLEANUP(str_free_p) = str_printf(HEAD CONTEXT
		    "    dossier: {health: {diagnosis: x}}\n    expect: %s\n",
		    i < GW_LENGTH(good) ? good[i] : "{present: {health.diagnosis: x}}");
		test_code(run(text, &r, &ei), 0, &ei);
		assert_int_equal(r.failed, i == GW_LENGTH(good));
	}
}

static void failures_say_what_came(void **state)
{
	(void)state;
	fails("{present: {person.family_name: Janssen}}",
	    "person.family_name: expected Janssen, got Jansen");
	fails(
	    "{present: {person.bsn: '123456782'}}", "person.bsn: expected 123456782, got nothing");
	fails("{absent: [person.family_name]}", "person.family_name: expected nothing, got Jansen");
	fails("{count: {ladder: 2}}", "ladder: expected 2, got 0");
	fails("{blocked: requires mandate}", "blocked: expected requires mandate, got a dossier");
	fails("{report: {withheld: {special: 1}}}", "withheld special: expected 1, got 0");
	fails("{rules: {leeftijd: unmet}}", "rule leeftijd: expected unmet, got taken");
	fails("{rules: {doel: taken}}", "rule doel: expected taken, got unused");
}

static void a_refusal_is_no_pass(void **state)
{
	struct case_results r GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(
	    run(HEAD "    context: {sender: municipality, recipient: provider, contract_status: "
		     "run_off, programme: participatiewet}\n" DOSSIER
		     "    expect: {absent: [person.bsn]}\n",
		&r, &ei),
	    0, &ei);
	assert_int_equal(r.failed, 1);
	assert_non_null(strstr(r.items[0].message, "outcome: expected a dossier, got no policy"));
}

/* A case that fails where the goal of the plan has n letters. */
static void fails_at_length(size_t n, const char *expect, const char *message)
{
	struct case_results r GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	char *goal GW_CLEANUP(str_free_p) = str_alloc(n + 1);
	memset(goal, 'x', n);
	char *text GW_CLEANUP(str_free_p) = str_printf(
	    HEAD CONTEXT "    dossier: {plan: {goal: %s}}\n    expect: %s\n", goal, expect);
	test_code(run(text, &r, &ei), 0, &ei);
	assert_int_equal(r.failed, 1);
	assert_false(r.items[0].passed);
	if (!strstr(r.items[0].message, message) || strlen(r.items[0].message) > 4000)
		fail_msg("%s", r.items[0].message);
}

static void what_is_too_long_to_show_fails_too(void **state)
{
	char *many GW_CLEANUP(str_free_p) = str_alloc(5001);
	(void)state;
	fails_at_length(5000, "{present: {plan.goal: kort}}", "plan.goal: expected kort, got xxx");
	fails_at_length(5000, "{absent: [plan.goal]}", "plan.goal: expected nothing, got xxx");
	memset(many, 'y', 5000);
	char *present GW_CLEANUP(str_free_p) = str_printf("{present: {plan.goal: %s}}", many);
	fails_at_length(4, present, "y…, got xxxx");
	char *blocked GW_CLEANUP(str_free_p) = str_printf("{blocked: %s}", many);
	fails_at_length(4, blocked, "y…, got a dossier");
	fails_at_length(5000, "{present: {plan.goal: a}, absent: [plan.goal], blocked: b}", "; ");
}

static void slips_are_errors(void **state)
{
	(void)state;
	wrong(HEAD CONTEXT DOSSIER "    expect: {present: {person.familyname: x}}\n",
	    "t.yaml:7:24: unknown field \"person.familyname\", did you mean \"person.family_name\"?");
	wrong(HEAD CONTEXT DOSSIER "    expect: {absent: [person.bns]}\n", "unknown field");
	wrong(HEAD CONTEXT DOSSIER "    expect: {count: {lader: 1}}\n", "unknown group");
	wrong(HEAD CONTEXT DOSSIER "    expect: {presnt: {}}\n", "did you mean \"present\"?");
	wrong(HEAD CONTEXT DOSSIER "    expect: {}\n", "a case must expect something");
	wrong(HEAD CONTEXT DOSSIER "    expect: {report: {withheld: {speciaal: 1}}}\n",
	    "unknown key \"speciaal\"");
	wrong(HEAD CONTEXT
	    "    dossier: {person: {familyname: x}}\n    expect: {absent: [person.bsn]}\n",
	    "person.familyname");
	wrong(HEAD
	    "    context: {sender: gemeente, recipient: provider, contract_status: contracted, "
	    "programme: nug}\n" DOSSIER "    expect: {absent: [person.bsn]}\n",
	    "\"gemeente\" is none of");
	wrong(HEAD CONTEXT DOSSIER "    expect: {rules: {leeftyd: taken}}\n",
	    "unknown rule \"leeftyd\", did you mean \"leeftijd\"?");
	wrong("tests_for: iets-anders\nas_of: 2026-03-01\ncases: [x]\n",
	    "for policy \"iets-anders\"");
	wrong("tests_for: verwijzing-aanbieder\nas_of: 2026-03-01\ncases: []\n", "at least one");
}

static void a_case_is_found_by_its_name(void **state)
{
	static const char text[] = HEAD CONTEXT DOSSIER
	    "    expect: {absent: [person.bsn]}\n"
	    "  - case: twee\n" CONTEXT "    dossier: {}\n    expect: {absent: []}\n";
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct case_given g GW_CLEANUP(case_given_release) = {0};
	struct case_given none GW_CLEANUP(case_given_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(casetest_find("t.yaml", text, strlen(text), p, "een", &g, &ei), 0, &ei);
	assert_string_equal(g.name, "een");
	assert_int_equal(g.ctx.sender, POLICY_MUNICIPALITY);
	assert_string_equal(g.ctx.programme, "participatiewet");
	assert_int_equal(g.ctx.today.month, 3);
	assert_true(g.ctx.rehearsal);
	assert_non_null(g.dossier);
	test_code(
	    casetest_find("t.yaml", text, strlen(text), p, "zes", &none, &ei), GW_ENOENT, &ei);
	assert_string_equal(ei.msg, "'t.yaml' has no case 'zes', its cases are: 'een', 'twee'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(expectations_that_are_met),
	    cmocka_unit_test(nothing_leaves),
	    cmocka_unit_test(failures_say_what_came),
	    cmocka_unit_test(a_refusal_is_no_pass),
	    cmocka_unit_test(what_is_too_long_to_show_fails_too),
	    cmocka_unit_test(slips_are_errors),
	    cmocka_unit_test(a_case_is_found_by_its_name),
	};
	return cmocka_run_group_tests_name("policy/casetest", tests, NULL, NULL);
}
