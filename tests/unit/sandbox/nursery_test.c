/* SPDX-License-Identifier: EUPL-1.2 */
/* worker_run_on, with and without a nursery: the same answers, and no more powers. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/secret.h"
#include "sandbox/worker.h"

enum { BIG = 5 << 20 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static int turn(const void *in, size_t n, struct buf *out, struct errinfo *ei)
{
	const char *s = in;
	(void)ei;
	for (size_t i = n; i-- > 0;) {
		int r = buf_add(out, s + i, 1);
		if (r < 0)
			return r;
	}
	return 0;
}

static int fails(const void *in, size_t n, struct buf *out, struct errinfo *ei)
{
	(void)in;
	(void)n;
	return buf_adds(out, "half") < 0 ? GW_EFAIL : err_set(ei, GW_EFORMAT, "not that");
}

static int crashes(const void *in, size_t n, struct buf *out, struct errinfo *ei)
{
	(void)in;
	(void)n;
	(void)out;
	(void)ei;
	abort();
}

static int sleeps(const void *in, size_t n, struct buf *out, struct errinfo *ei)
{
	(void)in;
	(void)n;
	(void)out;
	(void)ei;
	volatile size_t turns = 1;
	while (turns)
		turns = turns + 2;
	return 0;
}

static char *key; /* in locked memory, made after the nursery */

static int looks(const void *in, size_t n, struct buf *out, struct errinfo *ei)
{
	(void)in;
	(void)n;
	(void)ei;
	bool net = socket(AF_UNIX, SOCK_STREAM, 0) >= 0, seen = key != NULL;
	return buf_addf(out, "%d%d", net, seen);
}

static int run(worker_bytes_fn fn, const void *in, size_t n, struct buf *out)
{
	struct errinfo ei = ERRINFO_INIT;
	return worker_run_on(fn, in, n, NULL, out, &ei);
}

static void both_ways(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(16);
	assert_int_equal(run(turn, "abc", 3, &out), 0);
	assert_string_equal(out.data, "cba");
	assert_int_equal(run(fails, "", 0, &out), GW_EFORMAT);
	assert_int_equal(run(crashes, "x", 1, &out), GW_EFORMAT);
	assert_string_equal(out.data, "cba");
}

static void begins(void **state)
{
	(void)state;
	int lines[2]; /* what it inherits */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines), 0);
	assert_true(open("/dev/zero", O_RDONLY | O_CLOEXEC) > lines[1]);
	assert_int_equal(worker_nursery(NULL), 0);
	assert_int_equal(worker_nursery(NULL), 0);
	key = secret_alloc(32);
	assert_non_null(key);
}

/* The only child of this process. */
static pid_t only_child(void)
{
	char path[64];
	int pid = 0;
	(void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	FILE *f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	(void)fclose(f);
	return pid;
}

/* How many descriptors that process holds above standard error, each but sockets counted as 100. */
static int held(pid_t pid)
{
	char path[64], to[32];
	int n = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR *d = opendir(path);
	assert_non_null(d);
	for (const struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.' || (e->d_name[0] <= '2' && !e->d_name[1]))
			continue;
		ssize_t len = readlinkat(dirfd(d), e->d_name, to, sizeof to);
		n += len > 7 && memcmp(to, "socket:", 7) == 0 ? 1 : 100;
	}
	(void)closedir(d);
	return n;
}

static void it_lets_go_of_what_was_open(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(16);
	assert_int_equal(run(turn, "abc", 3, &out), 0); /* it has begun */
	int n = 0;
	for (int i = 0; i < 1000 && n != 1; i++) { /* that child's line may still be open */
		(void)usleep(1000);
		n = held(only_child());
	}
	assert_int_equal(n, 1); /* the one to this process */
}

static void large_ones_pass(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(BIG);
	char *in = malloc(BIG);
	assert_non_null(in);
	memset(in, 'x', BIG);
	in[0] = 'y';
	assert_int_equal(run(turn, in, BIG, &out), 0);
	assert_int_equal(out.len, BIG);
	assert_int_equal(out.data[BIG - 1], 'y');
	free(in);
}

static void it_knows_nothing_of_what_came_later(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(16);
	assert_int_equal(run(looks, "", 0, &out), 0);
	assert_string_equal(out.data, "00");
}

static void time_is_limited(void **state)
{
	(void)state;
	const struct worker_limits limits = {.memory = 64 << 20, .cpu_s = 5, .wall_s = 1};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(16);
	assert_int_equal(worker_run_on(sleeps, "", 0, &limits, &out, NULL), GW_ELIMIT);
}

/* In a process of its own, whose nursery may fork no more; limits do not bind root. */
static int without_processes(void)
{
	const struct rlimit none = {0, 0};
	struct buf out = BUF_INIT(16);
	struct errinfo ei = ERRINFO_INIT;
	char *in = calloc(1, BIG);
	if (!in || (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0)))
		return 2;
	if (worker_nursery(&ei) < 0 || prlimit(only_child(), RLIMIT_NPROC, &none, NULL) < 0)
		return 3;
	for (int i = 0; i < 2; i++) /* a little input, and more than the socket holds */
		if (worker_run_on(turn, in, i ? BIG : 3, NULL, &out, &ei) != GW_EIO ||
		    strcmp(ei.msg, "no process for a parser") != 0)
			return 4;
	free(in);
	return 0;
}

/* The same with no memory for the input. */
static int without_memory(void)
{
	struct buf out = BUF_INIT(16);
	struct errinfo ei = ERRINFO_INIT;
	const struct rlimit small = {BIG, BIG};
	char *in = calloc(1, BIG);
	if (!in || worker_nursery(&ei) < 0 || prlimit(only_child(), RLIMIT_AS, &small, NULL) < 0)
		return 3;
	if (worker_run_on(turn, in, BIG, NULL, &out, &ei) != GW_EIO || !strstr(ei.msg, "no memory"))
		return 4;
	free(in);
	return 0;
}

static int apart(int (*fn)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void a_machine_that_is_full_is_no_fault_of_the_input(void **state)
{
	(void)state;
	assert_int_equal(apart(without_processes), 0);
	if (!SANITIZED)
		assert_int_equal(apart(without_memory), 0);
}

static void *many(void *arg)
{
	int *bad = arg;
	for (int i = 0; i < 20; i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(16);
		*bad += run(turn, "abc", 3, &out) != 0 || strcmp(out.data, "cba") != 0;
	}
	return NULL;
}

static void threads_may_ask_at_once(void **state)
{
	(void)state;
	pthread_t t[4];
	int bad[4] = {0};
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, many, &bad[i]), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(bad[i], 0);
	}
}

static int set_up(void **state)
{
	(void)state;
	return secret_init(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_machine_that_is_full_is_no_fault_of_the_input),
	    cmocka_unit_test(both_ways), /* by a fork of this process */
	    cmocka_unit_test(begins),
	    cmocka_unit_test(it_lets_go_of_what_was_open),
	    cmocka_unit_test(both_ways),
	    cmocka_unit_test(large_ones_pass),
	    cmocka_unit_test(it_knows_nothing_of_what_came_later),
	    cmocka_unit_test(time_is_limited),
	    cmocka_unit_test(threads_may_ask_at_once),
	};
	return cmocka_run_group_tests_name("sandbox/nursery", tests, set_up, NULL);
}
