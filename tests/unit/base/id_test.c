/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/id.h"

#include "tests/unit/test.h"

static void forms_are_told_apart(void **state)
{
	(void)state;
	char a[ID_TEXT], b[ID_TEXT];
	id_v4(a);
	id_v4(b);
	assert_true(id_is_v4(a) && id_is_v4(b) && !id_is_v7(a));
	assert_string_not_equal(a, b);
	id_v7(INT64_C(0x0123456789ab), a);
	assert_true(id_is_v7(a) && !id_is_v4(a));
	assert_memory_equal(a, "01234567-89ab-7", 15);
	static const char *const bad[] = {"", "x", "01234567-89ab-4def-8123-456789abcde",
	    "01234567-89AB-4def-8123-456789abcdef", "01234567-89ab-4def-7123-456789abcdef",
	    "01234567089ab-4def-8123-456789abcdef", "01234567-89ab-4def-8123-456789abcdef0",
	    "../../../etc/passwd-4def-8123-456789"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_false(id_is_v4(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(forms_are_told_apart)};
	return cmocka_run_group_tests_name("base/id", tests, NULL, NULL);
}
