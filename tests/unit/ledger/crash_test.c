/* SPDX-License-Identifier: EUPL-1.2 */
/* Many processes and threads on one log, killed at any moment. What was acknowledged must be there,
 * and what is there must verify. */
#include "tests/unit/ledger/fixture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "ledger/audit.h"

enum { WRITERS = 4, THREADS = 16, EACH = 25, ROUNDS = 12 };

static void must_verify(struct ledger *l, uint64_t least)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	struct ledger_expect expect = {.min_size = least};
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

static void acknowledged(uint64_t index, uint64_t *highest, uint64_t *count)
{
	*highest = index > *highest ? index : *highest;
	++*count;
}

static void await_some(int fd, size_t n, uint64_t *highest, uint64_t *count)
{
	enum { PATIENCE_MS = 120000 };
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint64_t index;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
		assert_int_equal(read(fd, &index, sizeof index), sizeof index);
		acknowledged(index, highest, count);
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
		/* killed once the round's first were acknowledged, however long a busy machine
		 * takes */
		await_some(fds[0], (size_t)(3 + 5 * round), &highest, &count);
		for (int i = 0; i < WRITERS; i++)
			assert_int_equal(kill(pids[i], SIGKILL), 0);
		for (int i = 0; i < WRITERS; i++) {
			int status;
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			assert_true(WIFSIGNALED(status));
		}
		uint64_t index;
		while (read(fds[0], &index, sizeof index) == (ssize_t)sizeof index)
			acknowledged(index, &highest, &count);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_at_any_moment),
	    cmocka_unit_test(threads_of_several_processes),
	};
	return cmocka_run_group_tests_name("ledger/crash", tests, NULL, NULL);
}
