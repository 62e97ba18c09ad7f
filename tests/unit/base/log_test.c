/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include <fcntl.h>

#include "tests/unit/test.h"

static void one_line_with_everything_escaped(void **state)
{
	(void)state;
	int pipe_fds[2], old = dup(STDERR_FILENO);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_true(dup2(pipe_fds[1], STDERR_FILENO) >= 0);
	log_line(
	    LOG_PRIO_WARNING, "seal.done", "n", "3", "peer", "a b\n\"c\"\x1b[0m\xc3\xab", NULL);
	log_line(LOG_PRIO_DEBUG, "not-said", NULL);
	log_level(LOG_PRIO_ERR);
	log_line(LOG_PRIO_WARNING, "not-said", NULL);
	assert_true(dup2(old, STDERR_FILENO) >= 0);
	char got[512];
	ssize_t n = read(pipe_fds[0], got, sizeof got - 1);
	assert_true(n > 0);
	got[n] = '\0';
	assert_string_equal(
	    got, "<4>event=seal.done n=3 peer=\"a b\\x0a\\\"c\\\"\\x1b[0m\\xc3\\xab\"\n");
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	(void)close(old);
}

static void what_others_choose_is_said_so_often(void **state)
{
	(void)state;
	struct log_brake b = {0};
	unsigned long more = 9;
	for (int i = 0; i < 3; i++) {
		assert_true(log_may(&b, 1000 + i, 3, &more));
		assert_int_equal(more, 0);
	}
	for (int i = 0; i < 5; i++)
		assert_false(log_may(&b, 2000, 3, &more));
	assert_false(log_may(&b, 60999, 3, &more));
	assert_true(log_may(&b, 61000, 3, &more));
	assert_int_equal(more, 6);
	assert_true(log_may(&b, 61001, 3, &more));
	assert_int_equal(more, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_line_with_everything_escaped),
	    cmocka_unit_test(what_others_choose_is_said_so_often),
	};
	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
