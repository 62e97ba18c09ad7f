/* SPDX-License-Identifier: EUPL-1.2 */
/* What the daemon's two processes can still do, and what not; each in a child of the test. */
#include "sandbox/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sandbox/worker.h"
#include "tests/unit/test.h"

static char *dir, *inside, *beside;

static int setup(void **state)
{
	(void)state;
	dir = test_mkdir();
	inside = str_printf("%s/home", dir);
	beside = str_printf("%s/beside", dir);
	assert_int_equal(mkdir(inside, 0700), 0);
	assert_int_equal(file_write(beside, "x", 1, 0600, FILE_NEW, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(inside);
	free(beside);
	test_rmdir(&dir);
	return 0;
}

/* Run check in a child; it returns the line that failed, or 0. */
static void in_child(int (*check)(void))
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(check());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("status %#x: check %d", (unsigned)status,
		    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Checks are numbered, for a line may be past what an exit status holds. */
#define MUST(number, what)             \
	do {                           \
		if (!(what))           \
			return number; \
	} while (0)

static void *thread(void *arg)
{
	return arg;
}

static bool fails(int r, int with)
{
	return r < 0 && errno == with;
}

/* A copy of a descriptor that is opened by its name under /proc. */
static int again(int fd)
{
	char name[40];
	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return open(name, O_RDONLY | O_CLOEXEC);
}

static int edge(void)
{
	int memory = memfd_create("x", MFD_CLOEXEC), pair[2];
	int file = open(beside, O_RDWR | O_CLOEXEC);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof a;
	pthread_t t;
	struct rlimit core;
	char *argv[] = {NULL};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	MUST(1, bind(server, (struct sockaddr *)&a, n) == 0 && listen(server, 1) == 0);
	MUST(2, getsockname(server, (struct sockaddr *)&a, &n) == 0);
	MUST(3, daemon_confine_edge(NULL) == 0);
	/* serving and calling */
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(4, client >= 0 && connect(client, (struct sockaddr *)&a, n) == 0);
	MUST(5, accept4(server, NULL, NULL, SOCK_CLOEXEC) >= 0);
	MUST(6, write(memory, "abc", 3) == 3 && pwrite(file, "y", 1, 0) == 1);
	MUST(7, again(memory) >= 0);
	MUST(8, socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	MUST(9, pthread_create(&t, NULL, thread, NULL) == 0 && pthread_join(t, NULL) == 0);
	/* files */
	MUST(10, !daemon_has_landlock() || fails(open(beside, O_RDONLY), EACCES));
	MUST(11, !daemon_has_landlock() || fails(again(file), EACCES));
	MUST(
	    12, open(beside, O_WRONLY) < 0 && fails(open(inside, O_TMPFILE | O_RDWR, 0600), EPERM));
	MUST(13, fails(unlink(beside), EPERM) && fails(mkdir(inside, 0700), EPERM));
	MUST(14, access("/etc/hosts", R_OK) < 0 || open("/etc/hosts", O_RDONLY) >= 0);
	/* processes, memory, the system */
	MUST(15, fails(fork(), EPERM) && fails(execve("/bin/true", argv, argv), EPERM));
	MUST(16, fails(kill(getppid(), 0), EPERM));
	MUST(17,
	    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		MAP_FAILED);
	MUST(18, fails((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL), EPERM));
	MUST(19, fails(socket(AF_PACKET, SOCK_RAW, 0), EPERM));
	MUST(20, getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	return 0;
}

static int answer(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)ei;
	return buf_adds(out, arg);
}

static int core_with(bool unix_sockets)
{
	char *file = str_printf("%s/file", inside), *other = str_printf("%s/other", dir);
	struct daemon_core what = {inside, unix_sockets};
	int pair[2], status = 0;
	struct buf out = BUF_INIT(100);
	MUST(1, daemon_confine_core(&what, NULL) == 0);
	MUST(2, fails(socket(AF_INET, SOCK_STREAM, 0), EPERM));
	MUST(3, fails(socket(AF_INET6, SOCK_STREAM, 0), EPERM));
	MUST(4, fails(socket(AF_NETLINK, SOCK_RAW, 0), EPERM));
	int local = socket(AF_UNIX, SOCK_STREAM, 0);
	MUST(5, unix_sockets == (local >= 0));
	MUST(6, socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	MUST(7, fails(listen(pair[0], 1), EPERM));
	/* files: written below the home alone, read anywhere */
	MUST(8, file_write(file, "x", 1, 0600, FILE_NEW, NULL) == 0);
	MUST(9, rename(file, inside) < 0 && unlink(file) == 0);
	MUST(10, open(beside, O_RDONLY) >= 0);
	MUST(11, !daemon_has_landlock() || fails(open(beside, O_WRONLY), EACCES));
	MUST(12, !daemon_has_landlock() || file_write(other, "x", 1, 0600, FILE_NEW, NULL) < 0);
	MUST(13, !daemon_has_landlock() || fails(unlink(beside), EACCES));
	MUST(14, open("/dev/null", O_WRONLY) >= 0);
	/* it makes parsers, which confine themselves */
	char text[] = "parsed";
	MUST(15, worker_run(answer, text, NULL, &out, NULL) == 0 && str_eq(out.data, "parsed"));
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	MUST(16, pid > 0 && waitpid(pid, &status, 0) == pid);
	MUST(17, fails((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL), EPERM));
	return 0;
}

static int core_alone(void)
{
	return core_with(false);
}

static int core_with_a_scanner(void)
{
	return core_with(true);
}

static void the_edge_serves_and_opens_nothing(void **state)
{
	(void)state;
	in_child(edge);
}

static void the_core_has_no_network(void **state)
{
	(void)state;
	in_child(core_alone);
	in_child(core_with_a_scanner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_edge_serves_and_opens_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_core_has_no_network, setup, teardown),
	};
	return cmocka_run_group_tests_name("sandbox/daemon", tests, NULL, NULL);
}
