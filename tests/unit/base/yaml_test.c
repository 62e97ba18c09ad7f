/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/yaml.h"

#include "tests/unit/test.h"

static int parse(const char *s, struct yml **ret, struct errinfo *ei)
{
	return yml_parse("p.yaml", s, strlen(s), &YML_SMALL, ret, ei);
}

static void refuses_what_is_not_in_the_subset(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} rows[] = {
	    {"", "p.yaml:1:1: the document is empty"},
	    {"# only a comment\n", "p.yaml:1:1: the document is empty"},
	    {"a: &x 1\n", "p.yaml:1:4: anchors are not allowed"},
	    {"a: &x {b: c}\n", "p.yaml:1:4: anchors are not allowed"},
	    {"a: *x\n", "p.yaml:1:4: aliases are not allowed"},
	    {"a: !!int 1\n", "p.yaml:1:4: tags are not allowed"},
	    {"a: !x [1]\n", "p.yaml:1:4: tags are not allowed"},
	    {"%YAML 1.1\n---\na: 1\n", "p.yaml:1:1: directives are not allowed"},
	    {"<<: {a: 1}\n", "p.yaml:1:1: merge keys are not allowed"},
	    {"a: 1\nb: 2\na: 3\n", "p.yaml:3:1: key \"a\" stands here twice (first on line 1)"},
	    {"z: 1\ny: 1\nb: {y: 1, z: 2, y: 3}\nz: 1\ny: 2\n",
		"p.yaml:3:17: key \"y\" stands here twice (first on line 3)"},
	    {"z: 1\na: 1\nz: 2\na: 2\n",
		"p.yaml:3:1: key \"z\" stands here twice (first on line 1)"},
	    {"a: 1\na: 2\na: 3\n", "p.yaml:2:1: key \"a\" stands here twice (first on line 1)"},
	    /* what may be somebody's name or number is not repeated */
	    {"J. Jansen: 1\nJ. Jansen: 2\n",
		"p.yaml:2:1: this key stands here twice (first on line 1)"},
	    {"123456782: 1\n123456782: 2\n",
		"p.yaml:2:1: this key stands here twice (first on line 1)"},
	    {"a: 1\n---\nb: 2\n", "p.yaml:2:1: only one document is allowed"},
	    {"a: x\xe2\x80\xaey\n",
		"p.yaml:1:5: character U+202E is not allowed (control, bidirectional or zero-width)"},
	    {"a: x\xe2\x80\x8by\n",
		"p.yaml:1:5: character U+200B is not allowed (control, bidirectional or zero-width)"},
	    {"a: \"x\\u202ey\"\n",
		"p.yaml:1:4: a control, bidirectional or zero-width character is not allowed"},
	    {"a: \"x\\0y\"\n", "p.yaml:1:4: a NUL is not allowed"},
	    {"a: \xff\n", "p.yaml:1: text is not UTF-8: save it as UTF-8"},
	    {"[[1]]: 2\n", "p.yaml:1:1: a key must be a word"},
	    {"? {a: b}\n: c\n", "p.yaml:1:3: a key must be a word"},
	    {"a:\n  b:\n    c:\n      d:\n        e:\n          f:\n            g:\n              h:\n                i: 1\n",
		"p.yaml:9:17: nested too deep"},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct yml *y = NULL;
		assert_true(parse(rows[i].text, &y, &ei) < 0);
		assert_null(y);
		assert_string_equal(ei.msg, rows[i].message);
		assert_true(ei.located);
	}
}

static void the_last_of_many_keys_is_compared_too(void **state)
{
	(void)state;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(256 << 10);
	struct errinfo ei = ERRINFO_INIT;
	struct yml *y = NULL;
	for (int i = 0; i < 24000; i++)
		assert_int_equal(buf_addf(&text, "k%x: 1\n", i), 0);
	assert_int_equal(parse(text.data, &y, &ei), 0);
	yml_free(y);
	y = NULL;
	assert_int_equal(buf_adds(&text, "k0: 1\n"), 0);
	assert_int_equal(parse(text.data, &y, &ei), GW_EFORMAT);
	assert_string_equal(
	    ei.msg, "p.yaml:24001:1: key \"k0\" stands here twice (first on line 1)");
}

static void broken_yaml_says_where(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "a: [1, 2\n", "a: b: c\n", "a: 'x\n", "\tb: 1\n", "{a: 1", "- a\nb: 1\n"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct yml *y = NULL;
		assert_int_equal(parse(bad[i], &y, &ei), GW_EFORMAT);
		assert_true(ei.located && str_starts(ei.msg, "p.yaml:"));
	}
}

static void limits_hold(void **state)
{
	(void)state;
	struct yml *y = NULL;
	struct errinfo ei;
	struct yml_limits lim = {.bytes = 20, .depth = 2, .nodes = 4};
	assert_int_equal(yml_parse("p", "a: 123456789012345678", 21, &lim, &y, &ei), GW_ELIMIT);
	assert_int_equal(yml_parse("p", "[a, b, c, d]", 12, &lim, &y, &ei), GW_ELIMIT);
	assert_int_equal(yml_parse("p", "[[[a]]]", 7, &lim, &y, &ei), GW_ELIMIT);
	char deep[4001];
	memset(deep, '[', 4000);
	deep[4000] = '\0';
	assert_true(parse(deep, &y, &ei) < 0);
}

static void everything_is_text(void **state)
{
	(void)state;
	struct yml *y GW_CLEANUP(yml_free_p) = NULL;
	struct errinfo ei;
	test_code(parse("land: no\nn: 010\nd: 2026-01-02\nq: 'on'\nlist: [a, 'b']\nm:\n  k: P28D\n",
		      &y, &ei),
	    0, &ei);
	assert_int_equal(y->kind, YML_MAP);
	const char *s = NULL;
	assert_int_equal(yml_text(y, "land", &s, &ei), 0);
	assert_string_equal(s, "no");
	assert_true(yml_get(y, "q")->quoted && !yml_get(y, "land")->quoted);
	struct date d;
	assert_int_equal(yml_date(y, "d", &d, &ei), 0);
	assert_int_equal(d.day, 2);
	int64_t v;
	assert_int_equal(yml_int(y, "n", 0, 99, &v, &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "p.yaml:2:4: n: whole number from 0 to 99 expected");
	const struct yml *l = NULL;
	assert_int_equal(yml_list(y, "list", &l, &ei), 0);
	assert_int_equal(l->n, 2);
	assert_true(l->flow);
	assert_int_equal(l->items[1]->col, 11);
	struct duration dur;
	assert_int_equal(yml_duration(yml_get(y, "m"), "k", &dur, &ei), 0);
	assert_int_equal(dur.n, 28);
	assert_int_equal(yml_duration(y, "land", &dur, &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "p.yaml:1:7: duration such as P28D, P6M or P2Y expected");
	bool b;
	assert_int_equal(yml_bool(y, "land", &b, &ei), GW_EFORMAT);
	assert_int_equal(yml_text(y, "list", &s, &ei), GW_EFORMAT);
	assert_int_equal(yml_text(y, "nothing", &s, &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "p.yaml:1:1: key \"nothing\" is missing");
	assert_null(yml_get(l, "a"));
}

static void strangers_are_named(void **state)
{
	(void)state;
	static const char *const words[] = {"policy", "legal_basis", "allow"};
	struct yml *y GW_CLEANUP(yml_free_p) = NULL;
	struct errinfo ei;
	size_t i = 9;
	assert_int_equal(parse("policy: x\nlegalbasis: y\n", &y, &ei), 0);
	assert_int_equal(yml_closed(y, words, 3, &ei), GW_EFORMAT);
	assert_string_equal(
	    ei.msg, "p.yaml:2:1: unknown key \"legalbasis\", did you mean \"legal_basis\"?");
	assert_int_equal(yml_word(yml_get(y, "policy"), words, 3, &i, &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "p.yaml:1:9: \"x\" is none of: policy, legal_basis, allow");
	assert_int_equal(yml_word(yml_key(y, "policy"), words, 3, &i, &ei), 0);
	assert_int_equal(i, 0);
	assert_int_equal(yml_closed(yml_get(y, "policy"), words, 3, &ei), GW_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses_what_is_not_in_the_subset),
	    cmocka_unit_test(the_last_of_many_keys_is_compared_too),
	    cmocka_unit_test(broken_yaml_says_where),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(everything_is_text),
	    cmocka_unit_test(strangers_are_named),
	};
	return cmocka_run_group_tests_name("base/yaml", tests, NULL, NULL);
}
