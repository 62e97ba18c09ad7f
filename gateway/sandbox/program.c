/* SPDX-License-Identifier: EUPL-1.2 */
#include "sandbox/program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "sandbox/confine.h"
#include "sandbox/inside.h"

enum { CHUNK = 64 << 10, PIPE_BYTES = 1 << 20, DESCRIPTORS = 64 };

/* What loading libraries, reading data files and computing need. */
static const int allowed[] = {
    SCMP_SYS(access),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(execve),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(futex),
    SCMP_SYS(getdents64),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(madvise),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(newfstatat),
    SCMP_SYS(pread64),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(stat),
    SCMP_SYS(statfs),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(time),
    SCMP_SYS(uname),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* Where libraries and their settings lie. */
static const char *const libraries[] = {
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", NULL};

/* Rights of landlock, as in linux/landlock.h. */
enum { MAY_RUN = 1 << 0, MAY_READ = 1 << 2, MAY_LIST = 1 << 3, BENEATH = 1 };

static struct sock_fprog filter;
static bool ready;

static int make_filter(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp reads =
	    SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY);
	const struct scmp_arg_cmp reads_at =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY);
	const struct scmp_arg_cmp asks = SCMP_A2(SCMP_CMP_EQ, 0); /* and sets no new limit */
	for (size_t i = 0; i < GW_LENGTH(allowed); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0) < 0)
			return -1;
	if (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, &reads) < 0 ||
	    seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, &reads_at) < 0 ||
	    seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, &asks) < 0)
		return -1;
	return 0;
}

static void prepare(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	ready = ctx && make_filter(ctx) == 0 && confine_export(ctx, &filter) == 0 &&
	    confine_has_landlock();
	if (ctx)
		seccomp_release(ctx);
}

static bool can_confine(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, prepare);
	return ready;
}

bool program_there(const char *path)
{
	return can_confine() && access(path, X_OK) == 0;
}

/* ---- in the child: nothing here may take a lock ---- */

/* Let what lies at path be used; a path that is not there is passed over. */
static int grant(int rules, const char *path, uint64_t rights)
{
	struct {
		uint64_t rights;
		int32_t fd;
	} __attribute__((packed)) rule = {.rights = rights};
	struct stat st;
	rule.fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.fd < 0)
		return 0;
	if (fstat(rule.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.rights &= ~(uint64_t)MAY_LIST;
	long r = syscall(SYS_landlock_add_rule, rules, BENEATH, &rule, 0U);
	(void)close(rule.fd);
	return r < 0 ? -1 : 0;
}

static int keep_from_files(const struct program *p)
{
	struct {
		uint64_t fs, net, scoped;
	} handled = {.fs = 0x1fff, .net = 0x3, .scoped = 0x3};
	long abi = confine_landlock();
	if (abi >= 2)
		handled.fs |= 1U << 13;
	if (abi >= 3)
		handled.fs |= 1U << 14;
	if (abi >= 5)
		handled.fs |= 1U << 15;
	size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0U);
	if (rules < 0)
		return -1;
	int r = grant(rules, p->argv[0], MAY_RUN | MAY_READ);
	for (size_t i = 0; r == 0 && libraries[i]; i++)
		r = grant(rules, libraries[i], MAY_RUN | MAY_READ | MAY_LIST);
	for (size_t i = 0; r == 0 && p->reads && p->reads[i]; i++)
		r = grant(rules, p->reads[i], MAY_READ | MAY_LIST);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, rules, 0U);
	(void)close(rules);
	return r < 0 ? -1 : 0;
}

static int take_limits(const struct worker_limits *l)
{
	if (confine_limit(RLIMIT_CPU, l->cpu_s, l->cpu_s + 1) < 0 ||
	    confine_limit(RLIMIT_FSIZE, 0, 0) < 0 || confine_limit(RLIMIT_CORE, 0, 0) < 0 ||
	    confine_limit(RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS) < 0 ||
	    confine_limit(RLIMIT_DATA, l->memory, l->memory) < 0 ||
	    confine_limit(RLIMIT_AS, l->memory, l->memory) < 0)
		return -1;
	return 0;
}

static _Noreturn void child(
    pid_t parent, const struct program *p, int in, int out, const struct worker_limits *limits)
{
	static const char *const nothing[] = {NULL};
	const char *const *env = p->env ? p->env : nothing;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		_exit(127);
	secret_forget_all();
	confine_plain_signals();
	/* away from the numbers that they are to get */
	in = fcntl(in, F_DUPFD_CLOEXEC, 10);
	out = fcntl(out, F_DUPFD_CLOEXEC, 10);
	if (null < 0 || in < 0 || out < 0 || dup2(null, 2) < 0 || dup2(in, 0) < 0 ||
	    dup2(out, 1) < 0 || close_range(3, ~0U, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || keep_from_files(p) < 0 ||
	    take_limits(limits) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0)
		_exit(127);
	(void)execve(p->argv[0], (char *const *)(uintptr_t)p->argv, (char *const *)(uintptr_t)env);
	_exit(127);
}

/* ---- in the parent ---- */

/* A file without a name that holds the input, to be read from its beginning. */
static int input(const void *in, size_t n, struct errinfo *ei)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	int r = fd < 0 ? err_sys(ei, GW_EIO, "no memory for what is to be parsed")
		       : file_write_fd(fd, in, n, ei);
	if (r == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	file_close_p(&fd);
	return r < 0 ? r : err_sys(ei, GW_EIO, "no memory for what is to be parsed");
}

/* Read until the child closes its end. 0, or GW_ELIMIT: time is over, or out is full. */
static int listen_to(
    int fd, const struct worker_limits *limits, struct buf *out, struct errinfo *ei)
{
	char chunk[CHUNK];
	int64_t deadline = clock_mono() + (int64_t)limits->wall_s * 1000;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_mono();
		int k = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return err_set(
			    ei, GW_ELIMIT, "parsing took longer than %u seconds", limits->wall_s);
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		int r = buf_add(out, chunk, (size_t)n);
		explicit_bzero(chunk, (size_t)n);
		if (r < 0)
			return err_set(ei, GW_ELIMIT, "more than fits came of parsing");
	}
}

static int start(const struct program *p, int in, const struct worker_limits *limits, int *ret_out,
    pid_t *ret_pid, struct errinfo *ei)
{
	int ends[2];
	pid_t parent = getpid();
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(ei, GW_EIO, "no pipe for a parser");
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	*ret_pid = fork();
	if (*ret_pid == 0)
		child(parent, p, in, ends[1], limits);
	(void)close(ends[1]);
	*ret_out = ends[0];
	if (*ret_pid > 0)
		return 0;
	file_close_p(ret_out);
	return err_sys(ei, GW_EIO, "no process for a parser");
}

int program_run(const struct program *p, const void *in, size_t n,
    const struct worker_limits *limits, struct buf *out, struct errinfo *ei)
{
	const struct worker_limits *l = limits ? limits : &WORKER_LIMITS;
	int in_fd GW_CLEANUP(file_close_p) = -1, out_fd GW_CLEANUP(file_close_p) = -1, status = 0;
	size_t before = out->len;
	pid_t pid;
	if (!program_there(p->argv[0]))
		return err_set(
		    ei, GW_ESUPPORT, "'%s' is not here, or cannot be confined here", p->argv[0]);
	worker_note();
	in_fd = input(in, n, ei);
	int r = in_fd < 0 ? in_fd : start(p, in_fd, l, &out_fd, &pid, ei);
	if (r < 0)
		return r;
	r = listen_to(out_fd, l, out, ei);
	if (r < 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		r = err_set(ei, GW_EFORMAT, "the parser failed on this input");
	if (r < 0 && out->len > before) {
		explicit_bzero(out->data + before, out->len - before);
		out->len = before;
	}
	return r;
}
