/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/starter.h"

#include "policy/casetest.h"
#include "policy/fmt.h"
#include "tests/unit/policy/policies.h"

static const struct date today = {2026, 3, 1};

/* Text that policy_fmt leaves as it is. */
static void is_in_layout(const struct buf *text)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	test_code(policy_fmt("x.yaml", text->data, text->len, &out, &ei), 0, &ei);
	assert_string_equal(out.data, text->data);
}

static void everything_stays_and_nothing_is_to_be_said(void **state)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct policy *p GW_CLEANUP(policy_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	assert_int_equal(starter_policy("mijn-beleid", catalogue_builtin(), today, &text), 0);
	test_code(
	    policy_parse("x.yaml", text.data, text.len, catalogue_builtin(), &f, &p, &ei), 0, &ei);
	assert_int_equal(f.n, 0);
	assert_string_equal(p->id, "mijn-beleid");
	assert_int_equal(p->status, POLICY_DRAFT);
	for (size_t i = 0; i < p->decisions_n; i++) {
		assert_null(p->decisions[i].rule);
		assert_non_null(p->decisions[i].withhold);
	}
	is_in_layout(&text);
}

static void its_tests_pass(void **state)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct buf tests GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct case_results r GW_CLEANUP(case_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	assert_int_equal(starter_policy("x", catalogue_builtin(), today, &text), 0);
	assert_int_equal(starter_tests("x", today, &tests), 0);
	struct policy *p GW_CLEANUP(policy_free_p) = load(text.data, &ei);
	assert_non_null(p);
	test_code(casetest_run("t.yaml", tests.data, tests.len, p, &r, &ei), 0, &ei);
	assert_int_equal(r.n, 1);
	if (r.failed)
		fail_msg("%s", r.items[0].message);
	is_in_layout(&tests);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything_stays_and_nothing_is_to_be_said),
	    cmocka_unit_test(its_tests_pass),
	};
	return cmocka_run_group_tests_name("policy/starter", tests, NULL, NULL);
}
