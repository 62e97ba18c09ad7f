/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/clock.h"

#include "base/date.h"
#include "tests/unit/test.h"

static void stops_and_runs_again(void **state)
{
	(void)state;
	struct errinfo ei;
	int64_t want;
	assert_int_equal(time_parse("2027-03-01T12:00:00Z", &want), 0);
	assert_int_equal(clock_set_test("2027-03-01T12:00:00Z", &ei), 0);
	assert_true(clock_now() == want);
	assert_int_equal(clock_set_test("tomorrow", &ei), GW_EFORMAT);
	assert_true(clock_now() == want);
	assert_int_equal(clock_set_test(NULL, &ei), 0);
	assert_true(clock_now() != want);
	int64_t a = clock_mono();
	assert_true(clock_mono() >= a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(stops_and_runs_again)};
	return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
