/* SPDX-License-Identifier: EUPL-1.2 */
#include "sandbox/program.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOM = 1 << 20 };

/* What a shell prints that gets the text on standard input. */
static int shell(const char *script, const char *text, struct buf *out, struct errinfo *ei)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	const struct program p = {.argv = argv};
	const struct worker_limits limits = {.memory = 256 << 20, .cpu_s = 2, .wall_s = 60};
	return program_run(&p, text, strlen(text), &limits, out, ei);
}

/* The script must end badly, whatever the reason within. */
static void must_fail(const char *script)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	int r = shell(script, "", &out, NULL);
	if (r != GW_EFORMAT)
		fail_msg("%s: %d, printed %s", script, r, out.data ? out.data : "");
	assert_int_equal(out.len, 0);
}

static void input_and_output_are_pipes(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(buf_adds(&out, "> "), 0);
	int r = shell("read a; read b; echo \"$b $a\"", "een\ntwee\n", &out, &ei);
	if (r < 0)
		fail_msg("%d %s", r, ei.msg);
	assert_string_equal(out.data, "> twee een\n");
}

static void the_environment_is_what_was_given(void **state)
{
	(void)state;
	const char *const argv[] = {"/bin/sh", "-c", "echo $A-$HOME", NULL},
			  *const env[] = {"A=b", NULL};
	const struct program p = {.argv = argv, .env = env};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	assert_int_equal(program_run(&p, "", 0, NULL, &out, NULL), 0);
	assert_string_equal(out.data, "b-\n");
}

static void no_file_is_read_but_the_named(void **state)
{
	(void)state;
	char folder[] = "/tmp/program-test-XXXXXX", path[64], script[128];
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/data", folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "geheim\n", 7), 7);
	(void)close(fd);
	(void)snprintf(script, sizeof script, "read a < %s && echo $a", path);
	must_fail(script);
	must_fail("read a < /etc/passwd && echo $a");
	must_fail("read a < /proc/self/environ; [ -n \"$a\" ]");
	const char *const argv[] = {"/bin/sh", "-c", script, NULL}, *const reads[] = {folder, NULL};
	const struct program p = {.argv = argv, .reads = reads};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	assert_int_equal(program_run(&p, "", 0, NULL, &out, NULL), 0);
	assert_string_equal(out.data, "geheim\n");
	(void)unlink(path);
	(void)rmdir(folder);
}

static void nothing_is_written_or_started(void **state)
{
	(void)state;
	must_fail("echo x > /tmp/program-test-file");
	must_fail("echo x > /dev/null");
	must_fail("/bin/true");      /* a process of its own */
	must_fail("exec /bin/true"); /* in place of the shell, but not from a library folder */
	must_fail("(exit 0)");
	must_fail("kill -9 1");
	assert_int_equal(access("/tmp/program-test-file", F_OK), -1);
}

static void failure_and_endlessness_are_seen(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	const char *const argv[] = {"/bin/sh", "-c", "read a", NULL};
	const struct program p = {.argv = argv};
	must_fail("echo half; exit 3");
	must_fail("kill -11 $$; exit 1");
	must_fail("while :; do :; done"); /* processor time */
	int r = shell(
	    "while echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; do :; done", "", &out, NULL);
	assert_int_equal(r, GW_ELIMIT);
	assert_int_equal(out.len, 0);
	assert_int_equal(program_run(&p, "a\n", 2, NULL, &out, NULL), 0);
	const char *const endless[] = {"/bin/sh", "-c", "while :; do :; done", NULL};
	const struct program e = {.argv = endless};
	const struct worker_limits wall = {.memory = 256 << 20, .cpu_s = 60, .wall_s = 1};
	assert_int_equal(program_run(&e, "", 0, &wall, &out, NULL), GW_ELIMIT);
}

static void what_is_not_there_is_said(void **state)
{
	(void)state;
	const char *const argv[] = {"/usr/bin/nothing-of-the-sort", NULL};
	const struct program p = {.argv = argv};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	assert_false(program_there(argv[0]));
	assert_int_equal(program_run(&p, "", 0, NULL, &out, NULL), GW_ESUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(input_and_output_are_pipes),
	    cmocka_unit_test(the_environment_is_what_was_given),
	    cmocka_unit_test(no_file_is_read_but_the_named),
	    cmocka_unit_test(nothing_is_written_or_started),
	    cmocka_unit_test(failure_and_endlessness_are_seen),
	    cmocka_unit_test(what_is_not_there_is_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
