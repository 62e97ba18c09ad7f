/* SPDX-License-Identifier: EUPL-1.2 */
/* The tests beside a report policy: what passes, what fails, and what is no test at all. */
#include "policy/reportcase.h"

#include "tests/unit/policy/policies.h"

#define QUARTER "policies/managementrapportage-kwartaal.yaml"
#define BEGIN                                                                                  \
	"tests_for: managementrapportage-kwartaal\nas_of: 2026-10-05\ncases:\n  - case: een\n" \
	"    period: 2026-Q3\n    context: {sender: provider, recipient: municipality, "       \
	"contract_status: contracted, programme: participatiewet, met: [mandate]}\n"           \
	"    groups: [{times: 40, dossier: {trajectory: {product: werkfit}}}]\n"

static int run(const char *text, struct report_results *ret, struct errinfo *ei)
{
	char *policy GW_CLEANUP(str_free_p) = slurp(QUARTER);
	struct report_policy *r GW_CLEANUP(report_free_p) = NULL;
	test_code(report_parse("r.yaml", policy, strlen(policy), catalogue_builtin(), NULL, &r, ei),
	    0, ei);
	return reportcase_run("t.yaml", text, strlen(text), r, ret, ei);
}

static void expectations_are_held_against_the_report(void **state)
{
	(void)state;
	static const struct {
		const char *expect, *message; /* NULL: it passes */
	} list[] = {
	    {"{candidates: 40}", NULL},
	    {"{tables: {in-en-uitstroom: {werkfit: {none: 40, total: 40}, total: {none: 40}}}}",
		NULL},
	    {"{tables: {aanwezigheid: {aanwezig: 0, total: 0}}}", NULL},
	    {"{candidates: 41}", "candidates: expected 41, got 40"},
	    {"{tables: {in-en-uitstroom: {werkfit: {none: suppressed}}}}",
		"in-en-uitstroom, werkfit, none: expected suppressed, got 40"},
	    {"{tables: {aanwezigheid: {total: 7}}}", "aanwezigheid, total: expected 7, got 0"},
	    {"{blocked: mandate}", "blocked: expected mandate, got a report"},
	};
	for (size_t i = 0; i < GW_LENGTH(list); i++) {
		struct report_results results GW_CLEANUP(report_results_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		char *text GW_CLEANUP(str_free_p) =
		    str_printf(BEGIN "    expect: %s\n", list[i].expect);
		test_code(run(text, &results, &ei), 0, &ei);
		assert_int_equal(results.cases.n, 1);
		if (list[i].message)
			assert_string_equal(results.cases.items[0].message, list[i].message);
		else if (results.cases.items[0].message)
			fail_msg("%s: %s", list[i].expect, results.cases.items[0].message);
		assert_int_equal(results.reached[0].taken, 1);
		assert_int_equal(results.reached[1].taken, 0);
	}
}

static void an_unknown_word_is_an_error_and_no_pass(void **state)
{
	(void)state;
	static const struct {
		const char *expect, *message;
	} list[] = {
	    {"{}", "t.yaml:8:13: expect: at least one is expected"},
	    {"{tables: {instroom: {}}}", "t.yaml:8:23: \"instroom\" is none of:"},
	    {"{tables: {in-en-uitstroom: {werkfitt: {none: 40}}}}",
		"t.yaml:8:41: \"werkfitt\" is none of:"},
	    {"{tables: {in-en-uitstroom: {werkfit: {geen: 40}}}}",
		"t.yaml:8:51: \"geen\" is none of:"},
	    {"{tables: {in-en-uitstroom: {werkfit: 40}}}",
		"t.yaml:8:50: table \"in-en-uitstroom\" has two dimensions: {ROW: {COLUMN: n}} is "
		"expected"},
	    {"{tables: {aanwezigheid: {aanwezig: veel}}}",
		"t.yaml:8:48: a whole number or \"suppressed\" is expected"},
	    {"{candidate: 40}",
		"t.yaml:8:14: unknown key \"candidate\", did you mean \"candidates\"?"},
	};
	for (size_t i = 0; i < GW_LENGTH(list); i++) {
		struct report_results results GW_CLEANUP(report_results_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		char *text GW_CLEANUP(str_free_p) =
		    str_printf(BEGIN "    expect: %s\n", list[i].expect);
		assert_int_equal(run(text, &results, &ei), GW_EFORMAT);
		if (!str_starts(ei.msg, list[i].message))
			fail_msg("%s", ei.msg);
	}
}

static void the_people_are_read_as_strictly(void **state)
{
	(void)state;
	static const char *const changes[][3] = {
	    {"times: 40", "times: 0", "t.yaml:7:22: times: whole number from 1 to 100000 expected"},
	    {"times: 40", "time: 40", "t.yaml:7:15: unknown key \"time\", did you mean \"times\"?"},
	    {"period: 2026-Q3", "period: 2026-Q9",
		"t.yaml:5:13: a period such as 2026-07, 2026-Q3, 2026-H2 or 2026 is expected"},
	    {"programme: participatiewet", "programme: particip",
		"t.yaml:6:98: \"particip\" is none of"},
	};
	for (size_t i = 0; i < GW_LENGTH(changes); i++) {
		struct report_results results GW_CLEANUP(report_results_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		char *text GW_CLEANUP(str_free_p) =
		    with(BEGIN "    expect: {candidates: 40}\n", changes[i][0], changes[i][1]);
		assert_int_equal(run(text, &results, &ei), GW_EFORMAT);
		if (!str_starts(ei.msg, changes[i][2]))
			fail_msg("%s", ei.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(expectations_are_held_against_the_report),
	    cmocka_unit_test(an_unknown_word_is_an_error_and_no_pass),
	    cmocka_unit_test(the_people_are_read_as_strictly),
	};
	return cmocka_run_group_tests_name("policy/reportcase", tests, NULL, NULL);
}
