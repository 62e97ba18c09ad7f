/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/padme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The example of the paper: 9 bytes become 10; then rounded up to a block here. */
static void known_lengths(void **state)
{
	(void)state;
	assert_int_equal(padme_length(0), 0);
	assert_int_equal(padme_length(1), 512);
	assert_int_equal(padme_length(512), 512);
	assert_int_equal(padme_length(513), 1024);
	assert_int_equal(padme_length(10240), 10240);
	assert_int_equal(padme_length(524288), 524288);
	assert_int_equal(padme_length(524289), 540672);
	assert_int_equal(padme_length(1000000), 1015808);
	assert_int_equal(padme_length((UINT64_C(1) << 62) + 1), 0);
}

static void never_shorter_never_12_percent_longer(void **state)
{
	(void)state;
	for (uint64_t n = 10240; n < UINT64_C(1) << 40; n += n / 37 + 511) {
		uint64_t p = padme_length(n);
		assert_true(p >= n && p % 512 == 0);
		assert_true((double)(p - n) <= 0.12 * (double)n);
		assert_int_equal(padme_length(p), p);
		assert_true(padme_length(n + 1) >= p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_lengths),
	    cmocka_unit_test(never_shorter_never_12_percent_longer),
	};
	return cmocka_run_group_tests_name("package/padme", tests, NULL, NULL);
}
