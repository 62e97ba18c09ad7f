/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include <errno.h>

#include "tests/unit/test.h"

static void exit_codes_are_those_of_the_contract(void **state)
{
	(void)state;
	static const struct {
		int code, exit;
	} rows[] = {
	    {GW_OK, 0},
	    {GW_EIO, 1},
	    {GW_EEXIST, 1},
	    {GW_EUSAGE, 2},
	    {GW_EFORMAT, 3},
	    {GW_ELIMIT, 3},
	    {GW_EMODE, 3},
	    {GW_ESUPPORT, 3},
	    {GW_EREFUSED, 4},
	    {GW_ECONFLICT, 4},
	    {GW_EAUTH, 5},
	    {GW_ENOMATCH, 6},
	    {GW_ENET, 7},
	    {GW_ELEDGER, 8},
	    {-9999, 1},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++)
		assert_int_equal(err_exit(rows[i].code), rows[i].exit);
}

static void every_code_has_its_own_name_and_status(void **state)
{
	(void)state;
	for (int a = GW_OK; a >= GW_ELEDGER; a--) {
		assert_string_not_equal(err_name(a), "unknown");
		assert_in_range(err_http(a), 200, 599);
		for (int b = a - 1; b >= GW_ELEDGER; b--)
			assert_string_not_equal(err_name(a), err_name(b));
	}
	assert_string_equal(err_name(1), "unknown");
	assert_int_equal(err_http(1), 500);
}

static void messages_are_kept_and_cut(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(err_set(&ei, GW_EFORMAT, "no %d", 5), GW_EFORMAT);
	assert_string_equal(ei.msg, "no 5");
	assert_int_equal(err_prefix(&ei, GW_EFORMAT, "seal"), GW_EFORMAT);
	assert_string_equal(ei.msg, "seal: no 5");
	assert_int_equal(err_at(&ei, GW_EFORMAT, "a.yaml", 3, 7, "odd"), GW_EFORMAT);
	assert_string_equal(ei.msg, "a.yaml:3:7: odd");
	assert_true(ei.located);
	assert_int_equal(err_prefix(&ei, GW_EFORMAT, "seal"), GW_EFORMAT);
	assert_string_equal(ei.msg, "a.yaml:3:7: odd");
	errno = ENOENT;
	assert_int_equal(err_sys(&ei, GW_EIO, "cannot open '%s'", "x"), GW_EIO);
	assert_string_equal(ei.msg, "cannot open 'x': No such file or directory");
	char longer[3000];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(err_set(&ei, GW_EIO, "%s", longer), GW_EIO);
	assert_int_equal(strlen(ei.msg), sizeof ei.msg - 1);
	assert_int_equal(err_prefix(&ei, GW_EIO, longer), GW_EIO);
	assert_int_equal(err_set(NULL, GW_EIO, "nobody listens"), GW_EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exit_codes_are_those_of_the_contract),
	    cmocka_unit_test(every_code_has_its_own_name_and_status),
	    cmocka_unit_test(messages_are_kept_and_cut),
	};
	return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
