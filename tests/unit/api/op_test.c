/* SPDX-License-Identifier: EUPL-1.2 */
/* The small parts that all operations share. */
#include "api/op.h"

#include "tests/unit/test.h"

static void moments_are_written_as_http_wants_them(void **state)
{
	char out[30];
	(void)state;
	op_http_date(INT64_C(784111777000), out); /* RFC 9110 §5.6.7 */
	assert_string_equal(out, "Sun, 06 Nov 1994 08:49:37 GMT");
	op_http_date(INT64_C(1795914123999), out);
	assert_string_equal(out, "Sun, 29 Nov 2026 01:02:03 GMT");
}

static struct op fresh(struct buf *out, struct link_answer *a, const struct link_call *call)
{
	return (struct op){.out = out, .answer = a, .call = call};
}

static void what_is_wrong_is_collected(void **state)
{
	(void)state;
	const struct link_call call = {0};
	struct link_answer a;
	struct op op = fresh(NULL, &a, &call);
	assert_int_equal(op_checked(&op), 0);
	op_wrong(&op, "query", "limit", "too %s", "much");
	assert_int_equal(op_checked(&op), GW_EUSAGE);
	assert_string_equal(op.ei.msg, "query 'limit': too much");
	op_wrong(&op, "body", "slip", "missing");
	assert_int_equal(op_checked(&op), GW_EFORMAT);
	assert_int_equal(json_array_size(op.errors), 2);
	/* a body of a thousand mistakes is no reason for an answer of a thousand */
	for (int i = 0; i < 1000; i++)
		op_wrong(&op, "body", "x", "unknown member");
	assert_int_equal(json_array_size(op.errors), OP_ERRORS);
	json_decref(op.errors);
}

static void a_field_has_its_limit(void **state)
{
	(void)state;
	const struct link_call call = {0};
	struct link_answer a;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	char text[OP_FIELD + 1];
	struct op op = fresh(&out, &a, &call);
	memset(text, 'x', OP_FIELD);
	text[OP_FIELD] = '\0';
	assert_int_equal(op_text(&op, 200, "text/plain", "body", 4), 0);
	assert_int_equal(op_field(&op, "Long", "%s", text), GW_EFAIL);
	for (int i = 0; i < LINK_FIELDS; i++)
		assert_int_equal(op_field(&op, "F", "%d", i), 0);
	assert_int_equal(op_field(&op, "F", "one more"), GW_EFAIL);
	assert_int_equal(op.body_n, 4);
}

/* A cursor goes on behind the item that it names, also when that has gone. */
static void a_cursor_outlives_its_item(void **state)
{
	(void)state;
	struct link_call call = {.query = {{"limit", "2"}, {"cursor", "Yg"}}, .query_n = 2}; /* b */
	struct link_answer a;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct op_list l GW_CLEANUP(op_list_release) = {0};
	struct op op = fresh(&out, &a, &call);
	static const char *const keys[] = {"e", "a", "d", "c"};
	for (size_t i = 0; i < GW_LENGTH(keys); i++)
		op_list_add(&l, keys[i], json_string(keys[i]));
	assert_int_equal(op_list_answer(&op, &l), 0);
	assert_int_equal(op.body_n, strlen("{\"items\":[\"c\",\"d\"],\"next\":\"ZA\"}"));
	assert_string_equal(out.data, "{\"items\":[\"c\",\"d\"],\"next\":\"ZA\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(moments_are_written_as_http_wants_them),
	    cmocka_unit_test(what_is_wrong_is_collected),
	    cmocka_unit_test(a_field_has_its_limit),
	    cmocka_unit_test(a_cursor_outlives_its_item),
	};
	return cmocka_run_group_tests_name("api/op", tests, NULL, NULL);
}
