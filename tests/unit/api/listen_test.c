/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the daemon may listen, and what it takes over from a service manager. */
#include "api/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "api/notify.h"
#include "tests/unit/test.h"

static void addresses_are_numbers(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	static const char *const wrong[] = {"", ":", "8443", "127.0.0.1",
	    "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:08", "localhost:8443",
	    "::1:8443", "[127.0.0.1]:1", "[::1]", "[::1:1", "/run/x", "127.0.0.1 :1"};
	int fd = -1;
	for (size_t i = 0; i < GW_LENGTH(wrong); i++)
		test_code(listen_open(wrong[i], false, &fd, &ei), GW_EUSAGE, &ei);
	assert_int_equal(fd, -1);
	char name[80];
	test_code(listen_open("127.0.0.1:0", false, &fd, &ei), 0, &ei);
	listen_name(fd, name, sizeof name);
	assert_true(str_starts(name, "127.0.0.1:") && !str_ends(name, ":0"));
	int second = -1;
	test_code(listen_open(name, false, &second, &ei), GW_EIO, &ei); /* it is taken */
	file_close_p(&fd);
	test_code(listen_open(name, false, &fd, &ei), 0, &ei);
	file_close_p(&fd);
	test_code(listen_open("[::1]:0", false, &fd, &ei), 0, &ei);
	listen_name(fd, name, sizeof name);
	assert_true(str_starts(name, "[::1]:"));
	file_close_p(&fd);
}

static void local_is_out_of_reach_of_others(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	static const char *const wrong[] = {"0.0.0.0:0", "[::]:0", "10.0.0.1:0", "[fe80::1]:0"};
	int fd = -1;
	for (size_t i = 0; i < GW_LENGTH(wrong); i++)
		test_code(listen_open(wrong[i], true, &fd, &ei), GW_EUSAGE, &ei);
	test_code(listen_open("127.0.0.2:0", true, &fd, &ei), 0, &ei);
	file_close_p(&fd);
}

static void a_path_is_taken_over_only_when_nobody_serves_it(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	char *dir = test_mkdir();
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "s"),
		   *file GW_CLEANUP(str_free_p) = file_join(dir, "f");
	struct stat st;
	int fd = -1, second = -1;
	test_code(listen_open(path, true, &fd, &ei), 0, &ei);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	test_code(listen_open(path, true, &second, &ei), GW_EIO, &ei);
	file_close_p(&fd);
	test_code(listen_open(path, true, &fd, &ei), 0, &ei);
	file_close_p(&fd);
	assert_int_equal(file_write(file, "x", 1, 0600, FILE_NEW, NULL), 0);
	test_code(listen_open(file, true, &fd, &ei), GW_EIO, &ei);
	assert_true(file_exists(file)); /* what is no socket stays */
	char *longest GW_CLEANUP(str_free_p) = str_printf("%s/%0110d", dir, 1);
	test_code(listen_open(longest, true, &fd, &ei), GW_EUSAGE, &ei);
	test_rmdir(&dir);
}

/* ---- a service manager ---- */

/* Be started with the sockets in fds as descriptors from 3 on; the exit code is a check's number.
 */
static int started(const int *fds, size_t n, const char *names, const char *notify, int expected,
    size_t listeners, bool local)
{
	char pid[20], count[20];
	struct notify got;
	int kept[8];
	for (size_t i = 0; i < n; i++)
		kept[i] = fcntl(fds[i], F_DUPFD, 20);
	for (size_t i = 0; i < n; i++)
		(void)dup2(kept[i], 3 + (int)i);
	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	(void)snprintf(count, sizeof count, "%zu", n);
	(void)setenv("LISTEN_PID", pid, 1);
	(void)setenv("LISTEN_FDS", count, 1);
	if (names)
		(void)setenv("LISTEN_FDNAMES", names, 1);
	if (notify)
		(void)setenv("NOTIFY_SOCKET", notify, 1);
	int r = notify_open(&got, NULL);
	if (r != expected)
		return 1;
	if (getenv("NOTIFY_SOCKET") || getenv("LISTEN_FDS") || getenv("LISTEN_PID"))
		return 2;
	if (r < 0)
		return 0;
	if (got.listeners_n != listeners || (got.local >= 0) != local)
		return 3;
	if (fcntl(3, F_GETFD) != FD_CLOEXEC && n > 0)
		return 4;
	notify_say(&got, "READY=1");
	notify_reloading(&got);
	notify_close(&got);
	return 0;
}

static void expect(const int *fds, size_t n, const char *names, const char *notify, int expected,
    size_t listeners, bool local)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(started(fds, n, names, notify, expected, listeners, local));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void sockets_are_taken_over(void **state)
{
	(void)state;
	int fds[6];
	for (size_t i = 0; i < GW_LENGTH(fds); i++)
		assert_int_equal(listen_open("127.0.0.1:0", false, &fds[i], NULL), 0);
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	expect(fds, 0, NULL, NULL, 0, 0, false);
	expect(fds, 2, NULL, NULL, 0, 2, false);
	expect(fds, 2, "https:local", NULL, 0, 1, true);
	expect(fds, 3, "local:a:b", NULL, 0, 2, true);
	expect(fds, 2, "localhost:b", NULL, 0, 2, false);
	expect(fds, 5, NULL, NULL, GW_EUSAGE, 0, false);
	expect(fds, 2, "local:local", NULL, GW_EUSAGE, 0, false);
	expect(pair, 1, NULL, NULL, GW_EUSAGE, 0, false);
	for (size_t i = 0; i < GW_LENGTH(fds); i++)
		(void)close(fds[i]);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static void the_manager_hears(void **state)
{
	(void)state;
	char *dir = test_mkdir();
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "n");
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char text[100] = "";
	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	expect(NULL, 0, NULL, path, 0, 0, false);
	assert_int_equal(recv(fd, text, sizeof text, 0), 7);
	assert_string_equal(text, "READY=1");
	assert_true(recv(fd, text, sizeof text, 0) > 30);
	assert_true(str_starts(text, "RELOADING=1\nMONOTONIC_USEC="));
	(void)close(fd);
	expect(NULL, 0, NULL, path, 0, 0, false); /* nobody there: no harm */
	expect(NULL, 0, NULL, "relative", 0, 0, false);
	test_rmdir(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_numbers),
	    cmocka_unit_test(local_is_out_of_reach_of_others),
	    cmocka_unit_test(a_path_is_taken_over_only_when_nobody_serves_it),
	    cmocka_unit_test(sockets_are_taken_over),
	    cmocka_unit_test(the_manager_hears),
	};
	return cmocka_run_group_tests_name("api/listen", tests, NULL, NULL);
}
