/* SPDX-License-Identifier: EUPL-1.2 */
/* What is put behind a message (tests/cli/policy_messages has them all as they are printed). */
#include "policy/propose.h"

#include "tests/unit/test.h"

static struct errinfo said(const char *message)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)snprintf(ei.msg, sizeof ei.msg, "%s", message);
	return ei;
}

static void a_member_gets_its_example(void **state)
{
	(void)state;
	struct errinfo ei = said("sender: list expected");
	propose_member(&ei, "sender", YML_LIST);
	assert_string_equal(ei.msg, "sender: list expected: write \"sender: [provider]\"");
	ei = said("sender: keys and values expected");
	propose_member(&ei, "sender", YML_MAP);
	assert_string_equal(ei.msg,
	    "sender: keys and values expected: write \"sender: {delete: P30D, after: receipt}\"");
	ei = said("shoe: text expected");
	propose_member(&ei, "shoe", YML_SCALAR);
	assert_string_equal(ei.msg, "shoe: text expected");
}

static void nothing_is_proposed_twice(void **state)
{
	static const char *const words[] = {"a", "b"};
	(void)state;
	struct errinfo ei = said("\"x\" is none of: a, b; did you mean \"a\"?");
	propose_word(&ei);
	propose_keys(&ei, words, 2);
	propose_text(&ei, ": write it");
	propose_yaml(&ei);
	propose_test(&ei);
	assert_string_equal(ei.msg, "\"x\" is none of: a, b; did you mean \"a\"?");
	ei = said("unknown key \"x\"");
	propose_keys(&ei, words, 2);
	propose_keys(&ei, words, 2);
	assert_string_equal(ei.msg, "unknown key \"x\": remove it; what may stand here: a, b");
}

static void a_message_that_is_full_stays_as_it_is(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	memset(ei.msg, 'x', sizeof ei.msg - 1);
	propose_word(&ei);
	assert_int_equal(strlen(ei.msg), sizeof ei.msg - 1);
	assert_int_equal(ei.msg[sizeof ei.msg - 2], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_member_gets_its_example),
	    cmocka_unit_test(nothing_is_proposed_twice),
	    cmocka_unit_test(a_message_that_is_full_stays_as_it_is),
	};
	return cmocka_run_group_tests_name("policy/propose", tests, NULL, NULL);
}
