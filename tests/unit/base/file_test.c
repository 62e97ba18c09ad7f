/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

/*
 * What file systems may lack: FAT has neither unnamed files nor links, others have links but not
 * RENAME_NOREPLACE. These stand in for the calls of libc, in this program only.
 */
static struct {
	bool tmpfile, links, noreplace;
} lacks;

int test_open(const char *path, int flags, mode_t mode) __asm__("open");
int test_open(const char *path, int flags, mode_t mode)
{
	if (lacks.tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int test_link(const char *from, const char *to) __asm__("link");
int test_link(const char *from, const char *to)
{
	if (lacks.links) {
		errno = EPERM;
		return -1;
	}
	return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int test_renameat2(int a, const char *from, int b, const char *to, unsigned flags) __asm__(
    "renameat2");
int test_renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	if (lacks.noreplace && flags) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_renameat2, a, from, b, to, flags);
}

static int begin(void **state)
{
	memset(&lacks, 0, sizeof lacks);
	*state = test_mkdir();
	return 0;
}

static int end(void **state)
{
	char *dir = *state;
	test_rmdir(&dir);
	return 0;
}

/* All of them, also what file_list passes over. */
static size_t entries(const char *dir)
{
	size_t n = 0;
	DIR *d = opendir(dir);
	assert_non_null(d);
	while (readdir(d))
		n++;
	assert_int_equal(closedir(d), 0);
	return n - 2;
}

static void a_new_file_never_replaces(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a");
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
	test_code(file_write(p, "one", 3, 0640, FILE_NEW, &ei), 0, &ei);
	test_code(file_write(p, "two", 3, 0600, FILE_NEW, &ei), GW_EEXIST, &ei);
	test_code(file_read(p, 100, &b, &ei), 0, &ei);
	assert_string_equal(b.data, "one");
	struct stat st;
	assert_int_equal(stat(p, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	test_code(file_write(p, "three", 5, 0600, FILE_REPLACE, &ei), 0, &ei);
	buf_clear(&b);
	memset(b.data, 'x', 50); /* what is read ends in a NUL whatever was there */
	test_code(file_read(p, 100, &b, &ei), 0, &ei);
	assert_string_equal(b.data, "three");
	assert_int_equal(entries(*state), 1);
}

static void an_aborted_result_leaves_nothing(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a");
	for (int how = FILE_NEW; how <= FILE_REPLACE; how++) {
		struct file_out f;
		test_code(file_out_open(&f, p, 0600, (enum file_how)how, &ei), 0, &ei);
		test_code(file_write_fd(f.fd, "x", 1, &ei), 0, &ei);
		assert_false(file_exists(p));
		file_out_abort(&f);
		file_out_abort(&f);
		assert_int_equal(entries(*state), 0);
	}
}

static void a_name_taken_meanwhile_is_kept(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a");
	struct file_out f;
	test_code(file_out_open(&f, p, 0600, FILE_NEW, &ei), 0, &ei);
	test_code(file_write(p, "first", 5, 0600, FILE_NEW, &ei), 0, &ei);
	test_code(file_out_commit(&f, &ei), GW_EEXIST, &ei);
	assert_int_equal(entries(*state), 1);
}

static void poor_file_systems_do_too(void **state)
{
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a");
	for (int links = 0; links < 2; links++) {
		lacks.tmpfile = true;
		lacks.links = !links;
		lacks.noreplace = links;
		a_new_file_never_replaces(state);
		assert_int_equal(unlink(p), 0);
		a_name_taken_meanwhile_is_kept(state);
		assert_int_equal(unlink(p), 0);
	}
}

/* In a child: begin a result under a temporary name, then end by a signal. Returns its status. */
static int killed_while_writing(const char *dir, enum file_how how, int sig)
{
	pid_t pid = fork();
	int status = 0;
	if (pid == 0) {
		char *p = file_join(dir, "secret");
		struct file_out f;
		if (file_out_open(&f, p, 0600, how, NULL) < 0 ||
		    file_write_fd(f.fd, "plain", 5, NULL) < 0 || !f.tmp || entries(dir) != 1)
			_exit(1);
		(void)raise(sig);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_signal_leaves_no_temporary_name(void **state)
{
	static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	lacks.tmpfile = true;
	for (size_t i = 0; i < GW_LENGTH(ending); i++) {
		int status =
		    killed_while_writing(*state, i % 2 ? FILE_NEW : FILE_REPLACE, ending[i]);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == ending[i]);
		assert_int_equal(entries(*state), 0);
	}
	(void)signal(SIGHUP, SIG_IGN); /* as nohup does */
	int status = killed_while_writing(*state, FILE_NEW, SIGHUP);
	(void)signal(SIGHUP, SIG_DFL);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}

static void the_signal_of_a_child_is_not_ours(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a");
	struct file_out f;
	int status = 0;
	lacks.tmpfile = true;
	test_code(file_out_open(&f, p, 0600, FILE_NEW, &ei), 0, &ei);
	pid_t pid = fork();
	if (pid == 0) {
		(void)raise(SIGTERM);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	test_code(file_out_commit(&f, &ei), 0, &ei);
	assert_int_equal(entries(*state), 1);
}

static void a_full_disk_is_told_and_leaves_nothing(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a");
	char big[8192] = {0};
	struct rlimit old, small;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){4096, old.rlim_max};
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int r = file_write(p, big, sizeof big, 0600, FILE_NEW, &ei);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	test_code(r, GW_EIO, &ei);
	assert_int_equal(entries(*state), 0);
	int full = open("/dev/full", O_WRONLY);
	assert_true(full >= 0);
	test_code(file_write_fd(full, big, sizeof big, &ei), GW_EIO, &ei);
	assert_non_null(strstr(ei.msg, "No space left"));
	(void)close(full);
}

static void reading_has_a_limit(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a");
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000),
		     tight GW_CLEANUP(buf_release) = BUF_INIT(4);
	test_code(file_write(p, "12345", 5, 0600, FILE_NEW, &ei), 0, &ei);
	test_code(file_read(p, 4, &b, &ei), GW_ELIMIT, &ei);
	assert_int_equal(b.len, 0);
	test_code(file_read(p, 5, &b, &ei), 0, &ei);
	test_code(file_read(p, 5, &tight, &ei), GW_ELIMIT, &ei);
	assert_int_equal(tight.len, 0);
	test_code(file_read(*state, 5, &b, &ei), GW_EIO, &ei);
	test_code(file_read("/dev/zero", 5, &b, &ei), GW_EIO, &ei);
	char *none GW_CLEANUP(str_free_p) = file_join(p, "below");
	test_code(file_read(none, 5, &b, &ei), GW_ENOENT, &ei);
	assert_int_equal(b.len, 5);
}

static void a_key_must_be_private(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "key");
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
	test_code(file_write(p, "k", 1, 0640, FILE_NEW, &ei), 0, &ei);
	test_code(file_read_secret(p, 100, &b, &ei), GW_EMODE, &ei);
	assert_non_null(strstr(ei.msg, "chmod 0600"));
	assert_int_equal(chmod(p, 0600), 0);
	test_code(file_read_secret(p, 100, &b, &ei), 0, &ei);
	test_code(file_check_private(*state, &ei), 0, &ei);
	assert_int_equal(chmod(*state, 0750), 0);
	test_code(file_check_private(*state, &ei), GW_EMODE, &ei);
	assert_int_equal(chmod(*state, 0700), 0);
}

static void folders_come_and_go(void **state)
{
	struct errinfo ei;
	char *p GW_CLEANUP(str_free_p) = file_join(*state, "a/b/c"),
		*top GW_CLEANUP(str_free_p) = file_join(*state, "a");
	char *link GW_CLEANUP(str_free_p) = file_join(*state, "a/link"),
		   *kept GW_CLEANUP(str_free_p) = file_join(*state, "kept");
	test_code(file_mkdirs(p, 0700, &ei), 0, &ei);
	test_code(file_mkdirs(p, 0700, &ei), 0, &ei);
	test_code(file_write(kept, "x", 1, 0600, FILE_NEW, &ei), 0, &ei);
	assert_int_equal(symlink(*state, link), 0);
	test_code(file_mkdirs(kept, 0700, &ei), GW_EIO, &ei);
	test_code(file_remove_tree(top, &ei), 0, &ei);
	assert_true(file_exists(kept) && !file_exists(top));
	test_code(file_remove_tree(top, &ei), 0, &ei);
}

static void lists_are_sorted_and_filtered(void **state)
{
	static const char *const names[] = {"b.pem", "a.pem", "c.crl", ".pem"};
	struct file_list l;
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		char *p GW_CLEANUP(str_free_p) = file_join(*state, names[i]);
		assert_int_equal(file_write(p, "", 0, 0600, FILE_NEW, NULL), 0);
	}
	assert_int_equal(file_list(*state, ".pem", &l, NULL), 0);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.names[1], "a.pem");
	assert_string_equal(l.names[2], "b.pem");
	file_list_release(&l);
	assert_int_equal(file_list("/nowhere/at/all", "", &l, NULL), GW_ENOENT);
}

/* A process that is killed between link and rename leaves a name that nothing may take for a file.
 */
static void what_a_killed_process_left_is_passed_over_and_goes(void **state)
{
	static const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct file_list l;
	char *stale GW_CLEANUP(str_free_p) = file_join(*state, ".handover.77.0"),
		    *fresh GW_CLEANUP(str_free_p) = file_join(*state, ".handover.77.1"),
		    *other GW_CLEANUP(str_free_p) = file_join(*state, ".handover-notes");
	assert_int_equal(file_write(stale, "x", 1, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(file_write(fresh, "x", 1, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(file_write(other, "x", 1, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(utimensat(AT_FDCWD, stale, old, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, other, old, 0), 0);
	assert_int_equal(file_list(*state, "", &l, NULL), 0);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.names[0], ".handover-notes");
	file_list_release(&l);
	file_sweep(*state);
	assert_false(file_exists(stale));
	assert_true(file_exists(fresh) && file_exists(other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_new_file_never_replaces, begin, end),
	    cmocka_unit_test_setup_teardown(an_aborted_result_leaves_nothing, begin, end),
	    cmocka_unit_test_setup_teardown(a_name_taken_meanwhile_is_kept, begin, end),
	    cmocka_unit_test_setup_teardown(poor_file_systems_do_too, begin, end),
	    cmocka_unit_test_setup_teardown(a_signal_leaves_no_temporary_name, begin, end),
	    cmocka_unit_test_setup_teardown(the_signal_of_a_child_is_not_ours, begin, end),
	    cmocka_unit_test_setup_teardown(a_full_disk_is_told_and_leaves_nothing, begin, end),
	    cmocka_unit_test_setup_teardown(reading_has_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(a_key_must_be_private, begin, end),
	    cmocka_unit_test_setup_teardown(folders_come_and_go, begin, end),
	    cmocka_unit_test_setup_teardown(lists_are_sorted_and_filtered, begin, end),
	    cmocka_unit_test_setup_teardown(
		what_a_killed_process_left_is_passed_over_and_goes, begin, end),
	};
	return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
