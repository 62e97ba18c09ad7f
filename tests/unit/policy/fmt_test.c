/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/fmt.h"

#include "tests/unit/policy/policies.h"

static char *formatted(const char *text)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	test_code(policy_fmt("f", text, strlen(text), &out, &ei), 0, &ei);
	return str_dupn(out.data, out.len);
}

static void becomes(const char *text, const char *want)
{
	char *got GW_CLEANUP(str_free_p) = formatted(text);
	assert_string_equal(got, want);
	char *again GW_CLEANUP(str_free_p) = formatted(got);
	assert_string_equal(again, got);
}

static void the_layout(void **state)
{
	(void)state;
	becomes("a:   b\nc: {d:   e,\n  f: [g,\n   h]}\n", "a: b\nc: {d: e, f: [g, h]}\n");
	becomes("a:\n- b\n- c\n", "a: [b, c]\n");
	becomes("a:\n- {b: c}\n-   d:   e\n    f: g\n", "a:\n  - {b: c}\n  - d: e\n    f: g\n");
	becomes("a: 'x'\nb: \"y: z\"\nc: |\n  one\n  two\n",
	    "a: 'x'\nb: 'y: z'\nc: \"one\\ntwo\\n\"\n");
	becomes("a: one, two\nb: d'r is\n", "a: 'one, two'\nb: 'd''r is'\n");
	becomes("a:\nb: ''\n", "a:\nb: ''\n");
}

static void comments_stay(void **state)
{
	(void)state;
	becomes("# head\n\na: b   # behind\n#between\nc: [d, # one\n  e] # two\n# end\n",
	    "# head\n\na: b  # behind\n#between\n# one\n# two\nc: [d, e]\n# end\n");
	becomes("a: 'x # no comment' # one\nb: x#y\nc: | # head\n  # text\n  more\nd: e\n",
	    "a: 'x # no comment'  # one\nb: x#y\nc: \"# text\\nmore\\n\"  # head\nd: e\n");
	becomes("l:\n  # first\n  - a: b # of a\n    # of c\n    c: d\n  - {e: f} # of e\n",
	    "l:\n  # first\n  - a: b  # of a\n    # of c\n    c: d\n  - {e: f}  # of e\n");
}

static void several_comments_go_before(void **state)
{
	(void)state;
	becomes("l:\n  - a: [b, # x\n        c] # y\n    d: e\n",
	    "l:\n  # x\n  # y\n  - a: [b, c]\n    d: e\n");
	becomes("a: # of a\n  b: c\n", "a:  # of a\n  b: c\n");
}

static void long_lists_are_wrapped(void **state)
{
	(void)state;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(4096);
	assert_int_equal(buf_adds(&text, "fields: [a"), 0);
	for (int i = 0; i < 60; i++)
		assert_int_equal(buf_addf(&text, ", word%d", i), 0);
	assert_int_equal(buf_adds(&text, "]\n"), 0);
	char *got GW_CLEANUP(str_free_p) = formatted(text.data);
	for (const char *line = got; *line; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 120);
	assert_non_null(strstr(got, ",\n         word"));
}

static void a_formatted_policy_means_the_same(void **state)
{
	static const char *const paths[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		char *text GW_CLEANUP(str_free_p) = slurp(paths[i]);
		char *out GW_CLEANUP(str_free_p) = formatted(text);
		char *again GW_CLEANUP(str_free_p) = formatted(out);
		struct policy *p GW_CLEANUP(policy_free_p) = load(text, NULL);
		struct policy *q GW_CLEANUP(policy_free_p) = load(out, NULL);
		assert_non_null(q);
		assert_string_equal(p->meaning, q->meaning);
		assert_string_equal(p->title, q->title);
		assert_string_equal(out, again);
		assert_int_equal(strstr(text, "# draft | active") != NULL,
		    strstr(out, "# draft | active") != NULL);
	}
}

static void what_is_no_yaml_is_refused(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(policy_fmt("f", "a: [b\n", 6, &out, &ei), GW_EFORMAT);
	assert_int_equal(policy_fmt("f", "word\n", 5, &out, &ei), GW_EFORMAT);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_layout),
	    cmocka_unit_test(comments_stay),
	    cmocka_unit_test(several_comments_go_before),
	    cmocka_unit_test(long_lists_are_wrapped),
	    cmocka_unit_test(a_formatted_policy_means_the_same),
	    cmocka_unit_test(what_is_no_yaml_is_refused),
	};
	return cmocka_run_group_tests_name("policy/fmt", tests, NULL, NULL);
}
