/* SPDX-License-Identifier: EUPL-1.2 */
#include "sandbox/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/secret.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static int upper(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)ei;
	for (const char *s = arg; *s; s++) {
		char c = (char)(*s - 32);
		int r = buf_add(out, &c, 1);
		if (r < 0)
			return r;
	}
	return 0;
}

static void the_result_comes_back(void **state)
{
	(void)state;
	char text[] = "dossier";
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(100);
	assert_int_equal(buf_adds(&out, "> "), 0);
	assert_int_equal(worker_run(upper, text, NULL, &out, NULL), 0);
	assert_string_equal(out.data, "> DOSSIER");
	assert_int_equal(out.len, 9);
}

static int complain(void *arg, struct buf *out, struct errinfo *ei)
{
	if (buf_adds(out, "half a result") < 0)
		return GW_ELIMIT;
	return err_set(ei, GW_EFORMAT, "line %d is\twrong", *(int *)arg);
}

static void the_error_comes_back_and_no_half_result(void **state)
{
	(void)state;
	int line = 12;
	struct errinfo ei = ERRINFO_INIT;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(100);
	assert_int_equal(worker_run(complain, &line, NULL, &out, &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "line 12 is?wrong");
	assert_int_equal(out.len, 0);
	assert_int_equal(worker_run(complain, &line, NULL, &out, NULL), GW_EFORMAT);
}

static int large(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)ei;
	size_t n = *(size_t *)arg;
	void *p = buf_room(out, n);
	if (!p)
		return GW_ELIMIT;
	memset(p, 'x', n);
	out->len += n;
	return 0;
}

static void large_results_pass_up_to_the_limit(void **state)
{
	(void)state;
	size_t n = 5 << 20;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(5 << 20);
	assert_int_equal(worker_run(large, &n, NULL, &out, NULL), 0);
	assert_int_equal(out.len, n);
	assert_int_equal(out.data[n - 1], 'x');
	buf_release(&out);
	n++;
	assert_int_equal(worker_run(large, &n, NULL, &out, NULL), GW_ELIMIT);
	assert_int_equal(out.len, 0);
}

/* Everything that would reach outside; each must fail. Returns the number of the first that works.
 */
static int reach_out(void *arg, struct buf *out, struct errinfo *ei)
{
	char *const argv[] = {NULL};
	char path[] = "/tmp/worker-test-file";
	(void)out;
	int *shared = arg, got = 0;
	if (open("/etc/passwd", O_RDONLY) >= 0)
		got = 1;
	else if (open(path, O_CREAT | O_WRONLY, 0600) >= 0)
		got = 2;
	else if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
		got = 3;
	else if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		got = 4;
	else if (execve("/bin/true", argv, argv) == 0)
		got = 5;
	else if (fork() >= 0)
		got = 6;
	else if (kill(getppid(), 0) == 0)
		got = 7;
	else if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		got = 8;
	else if (write(1, "x", 1) > 0 || write(2, "x", 1) > 0)
		got = 9;
	else if (unlink("/etc/passwd") == 0 || mkdir("/tmp/worker-test", 0700) == 0)
		got = 10;
	else if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	    MAP_FAILED)
		got = 11;
	else if (memfd_create("x", 0) >= 0)
		got = 12;
	else if (setuid(0) == 0 && geteuid() == 0 && chdir("/") == 0)
		got = 13;
	else if (read(0, path, 1) >= 0)
		got = 14;
	*shared = errno; /* lost: the child's memory is a copy */
	return got ? err_set(ei, GW_EFAIL, "number %d worked", got) : 0;
}

static void nothing_outside_can_be_reached(void **state)
{
	(void)state;
	int mine = 77;
	struct errinfo ei = ERRINFO_INIT;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(100);
	int r = worker_run(reach_out, &mine, NULL, &out, &ei);
	if (r < 0)
		fail_msg("%s", ei.msg);
	assert_int_equal(mine, 77);
	assert_int_equal(access("/tmp/worker-test-file", F_OK), -1);
}

static int key_is_gone(void *arg, struct buf *out, struct errinfo *ei)
{
	const char *key = arg;
	(void)out;
	for (size_t i = 0; i < 32; i++)
		if (key[i])
			return err_set(ei, GW_EFAIL, "a key is left");
	return 0;
}

static void keys_are_forgotten(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(0);
	if (secret_init(NULL) < 0)
		fail_msg("no locked memory");
	char *key = secret_alloc(32);
	memset(key, 'k', 32);
	assert_int_equal(worker_run(key_is_gone, key, NULL, &out, NULL), 0);
	assert_int_equal(key[31], 'k');
	secret_free(key);
}

static int trap(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)arg;
	(void)out;
	(void)ei;
	__builtin_trap();
}

static int give_up(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)arg;
	(void)out;
	(void)ei;
	abort();
}

static int leave(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)arg;
	(void)out;
	(void)ei;
	_exit(0);
}

static int spin(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)out;
	(void)ei;
	if (arg)
		*(pid_t *)arg = getpid();
	for (volatile int go = 1; go;)
		;
	return 0;
}

static int eat(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)arg;
	(void)out;
	(void)ei;
	for (;;) {
		void *volatile p = malloc(1 << 20); /* kept on purpose */
		if (!p)
			return GW_ENOMEM;
		memset(p, 1, 1 << 20);
	}
}

static void a_crash_is_an_error(void **state)
{
	(void)state;
	static const worker_fn fns[] = {trap, give_up, leave};
	for (size_t i = 0; i < GW_LENGTH(fns); i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(10);
		assert_int_equal(worker_run(fns[i], NULL, NULL, &out, &ei), GW_EFORMAT);
		assert_non_null(strstr(ei.msg, "crashed or ran out of memory"));
	}
}

static void time_is_limited(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(10);
	struct worker_limits l = WORKER_LIMITS;
	l.wall_s = 1;
	assert_int_equal(worker_run(spin, NULL, &l, &out, &ei), GW_ELIMIT);
	assert_string_equal(ei.msg, "parsing took longer than 1 seconds");
	l = WORKER_LIMITS;
	l.cpu_s = 1;
	assert_int_equal(worker_run(spin, NULL, &l, &out, &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "processor time"));
}

static void memory_is_limited(void **state)
{
	(void)state;
	struct worker_limits l = WORKER_LIMITS;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(10);
	l.memory = 64 << 20;
	l.wall_s = 5;
	int r = worker_run(eat, NULL, &l, &out, NULL);
	/* a sanitizer dies in its own way when memory ends, or hangs over its report */
	assert_true(r == GW_ENOMEM || (SANITIZED && (r == GW_EFORMAT || r == GW_ELIMIT)));
}

static void the_child_dies_with_its_parent(void **state)
{
	(void)state;
	pid_t *worker =
	    mmap(NULL, sizeof *worker, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(worker, MAP_FAILED);
	pid_t middle = fork();
	if (middle == 0) {
		struct buf out = BUF_INIT(10);
		(void)!worker_run(spin, worker, NULL, &out, NULL);
		_exit(0);
	}
	for (int i = 0; i < 500 && !*(volatile pid_t *)worker; i++)
		(void)usleep(10000);
	assert_int_not_equal(*worker, 0);
	assert_int_equal(kill(middle, SIGKILL), 0);
	assert_int_equal(waitpid(middle, NULL, 0), middle);
	int alive = 0;
	for (int i = 0; i < 500 && (alive = kill(*worker, 0)) == 0; i++)
		(void)usleep(10000);
	assert_int_equal(alive, -1);
	(void)munmap(worker, sizeof *worker);
}

/* Run fn in a fork of the test, so that what it does to its process stays there; its exit status.
 */
static int apart(int (*fn)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int as_nobody(void)
{
	int mine = 0;
	struct buf out = BUF_INIT(10);
	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 2;
	return worker_run(reach_out, &mine, NULL, &out, NULL) == 0 ? 0 : 1;
}

static void works_for_an_ordinary_user(void **state)
{
	(void)state;
	assert_int_equal(apart(as_nobody), 0);
}

static int parse_without_seccomp(void)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf out = BUF_INIT(100);
	char text[] = "x";
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	if (!ctx ||
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
		SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) < 0 ||
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0) < 0 ||
	    seccomp_load(ctx) < 0)
		return 2;
	if (worker_run(upper, text, NULL, &out, &ei) != GW_EIO || out.len ||
	    !strstr(ei.msg, "without seccomp nothing is parsed"))
		return 1;
	return worker_available(&ei) == GW_EIO ? 0 : 3;
}

static void without_seccomp_nothing_is_parsed(void **state)
{
	(void)state;
	assert_int_equal(apart(parse_without_seccomp), 0);
	assert_int_equal(worker_available(NULL), 0);
}

static int without_landlock(void)
{
	int mine = 0;
	struct buf out = BUF_INIT(10);
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	if (!ctx ||
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) <
		0 ||
	    seccomp_load(ctx) < 0)
		return 2;
	if (worker_lacked_landlock()) /* nothing was parsed: no reason to warn */
		return 3;
	if (worker_run(reach_out, &mine, NULL, &out, NULL) < 0)
		return 1;
	return worker_lacked_landlock() ? 0 : 4;
}

static void without_landlock_it_says_so_and_goes_on(void **state)
{
	(void)state;
	assert_int_equal(apart(without_landlock), 0);
}

/* NULL, or arg when a run went wrong. */
static void *many(void *arg)
{
	char text[] = "thread";
	for (int i = 0; i < 20; i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(10);
		if (worker_run(upper, text, NULL, &out, NULL) < 0 ||
		    strcmp(out.data, "THREAD") != 0)
			return arg;
	}
	return NULL;
}

static void threads_may_each_run_one(void **state)
{
	pthread_t t[4];
	if (SANITIZED) /* the sanitizer's own locks do not survive a fork from threads */
		skip();
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, many, state), 0);
	for (size_t i = 0; i < 4; i++) {
		void *bad;
		assert_int_equal(pthread_join(t[i], &bad), 0);
		assert_null(bad);
	}
}

static size_t open_files(void)
{
	struct file_list l = {0};
	assert_int_equal(file_list("/proc/self/fd", "", &l, NULL), 0);
	size_t n = l.n;
	file_list_release(&l);
	return n;
}

static void runs_leave_nothing_behind(void **state)
{
	(void)state;
	char text[] = "x";
	size_t before = open_files();
	for (int i = 0; i < 100; i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(10);
		assert_int_equal(worker_run(upper, text, NULL, &out, NULL), 0);
	}
	assert_int_equal(open_files(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child, dead or alive */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		without_landlock_it_says_so_and_goes_on), /* before the first run: asked once */
	    cmocka_unit_test(without_seccomp_nothing_is_parsed),
	    cmocka_unit_test(the_result_comes_back),
	    cmocka_unit_test(the_error_comes_back_and_no_half_result),
	    cmocka_unit_test(large_results_pass_up_to_the_limit),
	    cmocka_unit_test(nothing_outside_can_be_reached),
	    cmocka_unit_test(keys_are_forgotten),
	    cmocka_unit_test(a_crash_is_an_error),
	    cmocka_unit_test(time_is_limited),
	    cmocka_unit_test(memory_is_limited),
	    cmocka_unit_test(the_child_dies_with_its_parent),
	    cmocka_unit_test(works_for_an_ordinary_user),
	    cmocka_unit_test(threads_may_each_run_one),
	    cmocka_unit_test(runs_leave_nothing_behind),
	};
	return cmocka_run_group_tests_name("sandbox/worker", tests, NULL, NULL);
}
