/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"

#include "tests/unit/test.h"

static int parse(const char *s, struct errinfo *ei)
{
	json_t *j GW_CLEANUP(jx_release) = NULL;
	return jx_parse("d.json", s, strlen(s), &JX_SMALL, &j, ei);
}

static void what_is_ambiguous_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", " ", "{", "{\"a\":1,\"a\":2}", "{\"a\":1,}", "[1,]",
	    "{a:1}", "[NaN]", "[01]", "[+1]", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}",
	    "\"\\ud800\"", "{} x", "[1] [2]", "{\"a\":\"\x01\"}", "'a'", "[1e999]",
	    "[9223372036854775808]", "/* c */ {}", "\xef\xbb\xbf{}"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		struct errinfo ei = ERRINFO_INIT;
		if (parse(bad[i], &ei) != GW_EFORMAT)
			fail_msg("accepted: %s", bad[i]);
		assert_true(ei.located && str_starts(ei.msg, "d.json:"));
	}
}

static void a_message_says_where_and_quotes_nothing(void **state)
{
	(void)state;
	struct errinfo ei;
	assert_int_equal(parse("{\n  \"bsn\": KANARIE\n}", &ei), GW_EFORMAT);
	assert_true(str_starts(ei.msg, "d.json:2:"));
	assert_null(strstr(ei.msg, "KANARIE"));
	assert_int_equal(parse("{\"KANARIE\":1,\n\"KANARIE\":2}", &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "d.json:2:9: a member name stands twice in one object");
}

static void limits_hold_before_memory_is_taken(void **state)
{
	(void)state;
	struct jx_limits lim = {.bytes = 100, .depth = 3, .values = 10};
	json_t *j = NULL;
	struct errinfo ei;
	char big[101];
	memset(big, ' ', sizeof big);
	assert_int_equal(jx_parse("d", big, sizeof big, &lim, &j, &ei), GW_ELIMIT);
	assert_int_equal(jx_parse("d", "[[[[1]]]]", 9, &lim, &j, &ei), GW_ELIMIT);
	assert_int_equal(jx_parse("d", "[1,1,1,1,1,1,1,1,1,1,1]", 23, &lim, &j, &ei), GW_ELIMIT);
	assert_int_equal(jx_parse("d", "[\"[[[[[[,,,,,,,,,,,,\"]", 22, &lim, &j, &ei), 0);
	jx_release(&j);
	assert_int_equal(jx_parse("d", "[\"\\\"[[[[[\"]", 11, &lim, &j, &ei), 0);
	jx_release(&j);
}

static void order_and_text_survive(void **state)
{
	(void)state;
	static const char text[] = "{\"z\":1,\"a\":[true,null,\"\xc3\xab\\n\"],\"m\":{}}";
	json_t *j GW_CLEANUP(jx_release) = NULL;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000),
		     tight GW_CLEANUP(buf_release) = BUF_INIT(5);
	assert_int_equal(jx_parse("d", text, strlen(text), &JX_SMALL, &j, NULL), 0);
	assert_int_equal(jx_dump(j, &b), 0);
	assert_string_equal(b.data, text);
	assert_int_equal(jx_dump(j, &tight), GW_ELIMIT);
}

static void closed_objects_name_the_stranger(void **state)
{
	(void)state;
	static const char *const words[] = {"format", "package"};
	struct errinfo ei;
	json_t *j GW_CLEANUP(jx_release) = json_pack("{s:i,s:s}", "format", 1, "pakage", "x");
	assert_int_equal(jx_closed(j, words, 2, "note", &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "note: unknown member \"pakage\", did you mean \"package\"?");
	assert_int_equal(json_object_del(j, "pakage"), 0);
	assert_int_equal(jx_closed(j, words, 2, "note", &ei), 0);
	json_int_t v = 0;
	assert_int_equal(jx_int(j, "format", 1, 1, &v), 0);
	assert_int_equal(jx_int(j, "format", 2, 3, &v), GW_EFORMAT);
	assert_int_equal(jx_int(j, "absent", 0, 3, &v), GW_EFORMAT);
	assert_null(jx_str(j, "format"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_ambiguous_is_refused),
	    cmocka_unit_test(a_message_says_where_and_quotes_nothing),
	    cmocka_unit_test(limits_hold_before_memory_is_taken),
	    cmocka_unit_test(order_and_text_survive),
	    cmocka_unit_test(closed_objects_name_the_stranger),
	};
	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
