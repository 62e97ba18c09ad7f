/* SPDX-License-Identifier: EUPL-1.2 */
/* Many processes and threads on one log, killed at any moment; a disk that is full. What was
 * acknowledged must be there, and what is there must verify. */
#include "tests/unit/ledger/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "ledger/audit.h"

enum { WRITERS = 4, THREADS = 16, EACH = 25, ROUNDS = 12 };

static void must_verify(struct ledger *l, uint64_t least)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct ledger_expect expect = {NULL, least};
	int r = ledger_verify(l, &expect, &found, &ei);
	if (r < 0)
		print_message("# %s\n", ei.msg);
	assert_int_equal(r, 0);
}

/* Append pairs for ever, writing the index of each acknowledged record to fd. */
static void append_for_ever(const struct fixture *f, int fd)
{
	struct ledger *l = NULL;
	struct ledger_receipt a, b;
	struct ledger_record r = {.act = "transfer.seal", .out = LEDGER_OK, .peer = PEER};
	json_t *detail = json_pack("{s:s}", "case", "c");
	if (ledger_open(&f->paths, ORIGIN, 0, &l, NULL) < 0)
		_exit(3);
	for (;;) {
		if (ledger_intent(l, &r, detail, &a, NULL) < 0 ||
		    write(fd, &a.index, sizeof a.index) < 0 ||
		    ledger_result(l, &a, &r, NULL, &b, NULL) < 0 ||
		    write(fd, &b.index, sizeof b.index) < 0)
			_exit(4);
	}
}

static void killed_at_any_moment(void **state)
{
	(void)state;
	struct fixture f;
	fixture_make(&f);
	uint64_t highest = 0, count = 0;
	for (int round = 0; round < ROUNDS; round++) {
		int fds[2];
		pid_t pids[WRITERS];
		assert_int_equal(pipe(fds), 0);
		for (int i = 0; i < WRITERS; i++) {
			pids[i] = fork();
			assert_true(pids[i] >= 0);
			if (pids[i] == 0) {
				(void)close(fds[0]);
				append_for_ever(&f, fds[1]);
			}
		}
		(void)close(fds[1]);
		(void)usleep((useconds_t)(40000 + 17000 * round));
		for (int i = 0; i < WRITERS; i++)
			assert_int_equal(kill(pids[i], SIGKILL), 0);
		for (int i = 0; i < WRITERS; i++) {
			int status;
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			assert_true(WIFSIGNALED(status));
		}
		uint64_t index;
		while (read(fds[0], &index, sizeof index) == (ssize_t)sizeof index) {
			highest = index > highest ? index : highest;
			count++;
		}
		(void)close(fds[0]);
		struct ledger *l = fixture_open(&f);
		assert_true(fixture_size(l) > highest);
		assert_true(fixture_size(l) > count); /* no index was given out twice */
		must_verify(l, highest + 1);
		fixture_fill(l, 1);
		ledger_close(l);
	}
	assert_true(count > WRITERS * 2);
	fixture_end(&f);
}

static void *append_some(void *arg)
{
	struct ledger *l = arg;
	struct ledger_record r = {.act = "audit.read", .out = LEDGER_OK};
	for (int i = 0; i < EACH; i++)
		assert_int_equal(ledger_append(l, &r, NULL, NULL, NULL), 0);
	return NULL;
}

static void threads_of_several_processes(void **state)
{
	(void)state;
	struct fixture f;
	fixture_make(&f);
	pid_t pids[3];
	for (size_t i = 0; i < GW_LENGTH(pids); i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct ledger *l = NULL;
			pthread_t t[THREADS];
			if (ledger_open(&f.paths, ORIGIN, 0, &l, NULL) < 0)
				_exit(3);
			for (int k = 0; k < THREADS; k++)
				if (pthread_create(&t[k], NULL, append_some, l) != 0)
					_exit(4);
			for (int k = 0; k < THREADS; k++)
				(void)pthread_join(t[k], NULL);
			ledger_close(l);
			_exit(0);
		}
	}
	for (size_t i = 0; i < GW_LENGTH(pids); i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	struct ledger *l = fixture_open(&f);
	assert_int_equal(fixture_size(l), 1 + 3 * THREADS * EACH);
	must_verify(l, 0);
	ledger_close(l);
	fixture_end(&f);
}

/* On a disk of 12 MB that fills up: ordinary acts are refused, what ends harm goes through, and
 * with room again all is as before. */
static void fill_a_small_disk(void)
{
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_receipt open_one;
	struct ledger_record seal = {.act = "transfer.seal", .out = LEDGER_OK, .peer = PEER},
			     withdraw = {.act = "case.withdraw", .out = LEDGER_OK, .peer = PEER};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	assert_int_equal(ledger_intent(l, &seal, NULL, &open_one, &ei), 0);
	char *ballast GW_CLEANUP(str_free_p) = file_join(f.dir, "ballast");
	FILE *b = fopen(ballast, "w");
	assert_non_null(b);
	static char zeros[4096];
	while (fwrite(zeros, 1, sizeof zeros, b) == sizeof zeros && fflush(b) == 0)
		continue;
	(void)fclose(b);
	int r = 0, n = 0;
	/* what the write-ahead log already holds may take some */
	for (; n < 20000 && r == 0; n++)
		r = ledger_append(l, &seal, NULL, NULL, &ei);
	assert_int_equal(r, GW_ELEDGER);
	assert_non_null(strstr(ei.msg, "make room"));
	for (int i = 0; i < 50; i++)
		assert_int_equal(ledger_append(l, &withdraw, NULL, NULL, &ei), 0);
	assert_int_equal(ledger_result(l, &open_one, &seal, NULL, NULL, &ei), 0);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), GW_ELEDGER);
	assert_int_equal(ledger_intent(l, &seal, NULL, NULL, &ei), GW_ELEDGER);
	assert_int_equal(unlink(ballast), 0);
	assert_int_equal(ledger_append(l, &seal, NULL, NULL, &ei), 0);
	must_verify(l, 52);
	ledger_close(l);
	l = fixture_open(&f);
	must_verify(l, 52);
	ledger_close(l);
	fixture_forget(&f);
}

/* Mount a small disk at dir that only this process sees; false where we may not. */
static bool own_disk(const char *dir)
{
	uid_t uid = getuid();
	if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)) < 0)
		return false;
	if (uid) {
		char *map GW_CLEANUP(str_free_p) = str_printf("0 %u 1", (unsigned)uid);
		FILE *f = fopen("/proc/self/uid_map", "w");
		if (!f || fputs(map, f) < 0 || fclose(f) != 0)
			return false;
	} else if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		return false;
	}
	return mount("tmpfs", dir, "tmpfs", 0, "size=12m") == 0;
}

static void a_full_disk(void **state)
{
	(void)state;
	char dir[] = "/tmp/ledger-disk.XXXXXX";
	assert_non_null(mkdtemp(dir));
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* a mount of our own: without the right to it the test is skipped */
		if (!own_disk(dir))
			_exit(77);
		(void)setenv("TMPDIR", dir, 1);
		fill_a_small_disk();
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(dir), 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_medium_for_reading_only(void **state)
{
	(void)state;
	char dir[] = "/tmp/ledger-disk.XXXXXX";
	assert_non_null(mkdtemp(dir));
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct fixture f;
		struct errinfo ei = ERRINFO_INIT;
		struct ledger *l = NULL;
		if (!own_disk(dir))
			_exit(77);
		(void)setenv("TMPDIR", dir, 1);
		fixture_make(&f);
		assert_int_equal(mount(NULL, dir, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
		assert_int_equal(ledger_open(&f.paths, ORIGIN, 0, &l, &ei), GW_ELEDGER);
		assert_int_equal(ledger_open(&f.paths, ORIGIN, LEDGER_READ, &l, &ei), 0);
		must_verify(l, 1);
		ledger_close(l);
		fixture_forget(&f);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(dir), 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_at_any_moment),
	    cmocka_unit_test(threads_of_several_processes),
	    cmocka_unit_test(a_full_disk),
	    cmocka_unit_test(a_medium_for_reading_only),
	};
	return cmocka_run_group_tests_name("ledger/crash", tests, NULL, NULL);
}
