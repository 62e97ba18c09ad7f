/* SPDX-License-Identifier: EUPL-1.2 */
/* What a client is told, and what it is not told. */
#include "api/problem.h"

#include "tests/unit/test.h"

static json_t *written(const struct problem *p)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct errinfo ei = ERRINFO_INIT;
	json_t *j = NULL;
	assert_int_equal(problem_write(p, &out), 0);
	test_code(jx_parse("problem", out.data, out.len, &JX_SMALL, &j, &ei), 0, &ei);
	return j;
}

static void a_document_has_the_members_of_rfc_9457_and_a_code(void **state)
{
	(void)state;
	char instance[PROBLEM_INSTANCE], second[PROBLEM_INSTANCE];
	problem_instance(instance);
	problem_instance(second);
	assert_string_not_equal(instance, second);
	json_t *more GW_CLEANUP(jx_release) = json_pack("{s:[{s:s}]}", "errors", "detail", "x");
	const struct problem p = {409, "stale", "the case has moved on", more, instance};
	json_t *j GW_CLEANUP(jx_release) = written(&p);
	assert_string_equal(jx_str(j, "type"), "about:blank");
	assert_string_equal(jx_str(j, "title"), "Conflict");
	assert_int_equal(json_integer_value(json_object_get(j, "status")), 409);
	assert_string_equal(jx_str(j, "detail"), "the case has moved on");
	assert_string_equal(jx_str(j, "instance"), instance);
	assert_string_equal(jx_str(j, "code"), "stale");
	assert_int_equal(json_array_size(json_object_get(j, "errors")), 1);
}

static void our_own_failures_are_not_told(void **state)
{
	(void)state;
	static const struct {
		int code;
		const char *msg;
		bool hidden;
	} rows[] = {
	    {GW_EIO, "/srv/home/packages/x: No space left on device", true},
	    {GW_ENOMEM, "out of memory", true},
	    {GW_EFAIL, "no thread can be started", true},
	    {GW_EMODE, "keys is readable by others", true},
	    {GW_ELEDGER, "ledger/ledger.db: disk full", true},
	    {GW_EAUTH, "'/srv/home/registry/keys/a.json' was changed", true},
	    {GW_ENOENT, "there is no /srv/x", true},
	    {GW_EREFUSED, "policy 'p' is not accepted by 00000099000000002000", false},
	    {GW_ECONFLICT, "case 00000099000000001000/c-1 is declined", false},
	    {GW_EREFUSED, "its gateway is https://gateway.example", false},
	    {GW_EFORMAT, "contract 'A/1' is wrong", false},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct problem p = {0};
		(void)err_set(&ei, rows[i].code, "%s", rows[i].msg);
		assert_int_equal(problem_hidden(rows[i].code, &ei), rows[i].hidden);
		problem_of(rows[i].code, &ei, &p);
		assert_int_equal(p.status, err_http(rows[i].code));
		assert_string_equal(p.code, err_name(rows[i].code));
		if (rows[i].hidden)
			assert_null(strstr(p.detail, rows[i].msg));
		else
			assert_string_equal(p.detail, rows[i].msg);
	}
	struct problem p = {0};
	problem_of(-999, NULL, &p);
	assert_string_equal(p.code, "failed");
	assert_int_equal(p.status, 500);
}

/* docs/FORMATS.md §10 has the table, and every code of ours is in it. */
static void the_table_is_whole_and_in_the_contract(void **state)
{
	(void)state;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	size_t n = 0, named = 0;
	test_code(file_read("docs/FORMATS.md", 1 << 20, &text, &ei), 0, &ei);
	for (const struct problem_row *r; (r = problem_row(n)); n++) {
		char *line GW_CLEANUP(str_free_p) =
		    str_printf("| `%s` | %d | %s |", r->code, r->status, r->means);
		if (!strstr(text.data, line))
			fail_msg("docs/FORMATS.md lacks: %s", line);
	}
	for (int code = GW_ENOMEM; code >= GW_ELEDGER; code--)
		for (size_t i = 0; i < n; i++)
			if (str_eq(problem_row(i)->code, err_name(code))) {
				assert_int_equal(problem_row(i)->status, err_http(code));
				named++;
			}
	assert_int_equal(named, -GW_ELEDGER);
	assert_int_equal(n, named + 1); /* and stale */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_document_has_the_members_of_rfc_9457_and_a_code),
	    cmocka_unit_test(our_own_failures_are_not_told),
	    cmocka_unit_test(the_table_is_whole_and_in_the_contract),
	};
	return cmocka_run_group_tests_name("api/problem", tests, NULL, NULL);
}
