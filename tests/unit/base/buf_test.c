/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/buf.h"

#include "tests/unit/test.h"

static void adds_until_limit(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(5);
	assert_int_equal(buf_add(&b, "abc", 3), 0);
	assert_int_equal(buf_add(&b, "def", 3), GW_ELIMIT);
	assert_int_equal(buf_add(&b, "de", 2), 0);
	assert_string_equal(b.data, "abcde");
	assert_int_equal(buf_addf(&b, "%d", 1), GW_ELIMIT);
	assert_null(buf_room(&b, 1));
	assert_string_equal(b.data, "abcde");
}

static void grows_and_formats(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_addf(&b, "%03d,", i), 0);
	assert_int_equal(b.len, 4000);
	assert_memory_equal(b.data + 3996, "999,", 5);
	char *room = buf_room(&b, 10000);
	assert_non_null(room);
	memset(room, 'x', 10000);
	room[10000] = 'y'; /* where the NUL goes */
	buf_wrote(&b, 10000);
	assert_int_equal(b.data[14000], 0);
	assert_int_equal(buf_adds(&b, "end"), 0);
	assert_string_equal(b.data + 14000, "end");
}

static void release_is_repeatable_and_clear_keeps_room(void **state)
{
	(void)state;
	struct buf b = BUF_INIT(16);
	assert_int_equal(buf_add(&b, "x", 1), 0);
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.data[0], 0);
	buf_release(&b);
	buf_release(&b);
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_adds(&b, "again"), 0);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(adds_until_limit),
	    cmocka_unit_test(grows_and_formats),
	    cmocka_unit_test(release_is_repeatable_and_clear_keeps_room),
	};
	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
