/* SPDX-License-Identifier: EUPL-1.2 */
#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/secret.h"

/*
 * What computing needs: memory that cannot be executed, locks, time, and writing the result. No
 * read, no open, no signal to others. abort() ends by a trap when it may not signal itself.
 */
static const int allowed[] = {
    SCMP_SYS(write),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(restart_syscall),
};

static struct sock_fprog filter;
static struct errinfo filter_error;
static int filter_code;
static long landlock_abi;

static int make_filter(scmp_filter_ctx ctx)
{
	for (size_t i = 0; i < GW_LENGTH(allowed); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0) < 0)
			return -1;
#ifdef __SANITIZE_ADDRESS__ /* it asks when a C++ library throws */
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0) < 0)
		return -1;
#endif
	const struct scmp_arg_cmp not_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	if (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &not_exec) < 0 ||
	    seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &not_exec) < 0)
		return -1;
	return 0;
}

int confine_export(scmp_filter_ctx ctx, struct sock_fprog *ret)
{
	struct stat st;
	int fd = memfd_create("filter", MFD_CLOEXEC), r = -1;
	if (fd < 0)
		return -1;
	if (seccomp_export_bpf(ctx, fd) == 0 && fstat(fd, &st) == 0 && st.st_size > 0 &&
	    (size_t)st.st_size / sizeof *ret->filter <= UINT16_MAX) {
		size_t n = (size_t)st.st_size;
		ret->filter = malloc(n);
		if (ret->filter && pread(fd, ret->filter, n, 0) == (ssize_t)n) {
			ret->len = (unsigned short)(n / sizeof *ret->filter);
			r = 0;
		}
	}
	(void)close(fd);
	return r;
}

static void prepare(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!ctx || make_filter(ctx) < 0 || confine_export(ctx, &filter) < 0)
		filter_code = err_set(&filter_error, GW_EIO,
		    "no filter for system calls could be made here, so nothing is parsed");
	if (ctx)
		seccomp_release(ctx);
	landlock_abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1U /* ask the version */);
}

static void prepare_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, prepare);
}

int confine_prepare(struct errinfo *ei)
{
	prepare_once();
	return filter_code < 0 ? err_set(ei, filter_code, "%s", filter_error.msg) : 0;
}

long confine_landlock(void)
{
	prepare_once();
	return landlock_abi;
}

bool confine_has_landlock(void)
{
	return confine_landlock() > 0;
}

/*
 * Landlock: every right that this kernel knows is handled and none is granted. The struct and bits
 * are those of linux/landlock.h up to version 6; older kernels take its beginning.
 */
static int deny_by_landlock(void)
{
	struct {
		uint64_t fs, net, scoped;
	} rights = {.fs = 0x1fff, .net = 0x3, .scoped = 0x3};
	if (landlock_abi <= 0)
		return 0;
	if (landlock_abi >= 2)
		rights.fs |= 1U << 13; /* refer */
	if (landlock_abi >= 3)
		rights.fs |= 1U << 14; /* truncate */
	if (landlock_abi >= 5)
		rights.fs |= 1U << 15; /* ioctl on devices */
	size_t size = landlock_abi >= 6 ? 24 : landlock_abi >= 4 ? 16 : 8;
	int fd = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0U);
	if (fd < 0)
		return -1;
	long r = syscall(SYS_landlock_restrict_self, fd, 0U);
	(void)close(fd);
	return r < 0 ? -1 : 0;
}

/* The pages in use now, all and private writable ones (proc(5), statm fields 1 and 6), in bytes. */
static void memory_in_use(rlim_t *ret_all, rlim_t *ret_data)
{
	char text[128] = "";
	rlim_t field[7] = {0};
	size_t k = 0;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t n = read(fd, text, sizeof text - 1);
		text[n > 0 ? n : 0] = '\0';
		(void)close(fd);
	}
	for (const char *p = text; *p && k < 7; p++) {
		if (*p >= '0' && *p <= '9')
			field[k] = field[k] * 10 + (rlim_t)(*p - '0');
		else
			k++;
	}
	const rlim_t page = (rlim_t)sysconf(_SC_PAGESIZE);
	*ret_all = field[0] * page;
	*ret_data = field[5] * page;
}

int confine_limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit now;
	if (getrlimit((__rlimit_resource_t)what, &now) < 0)
		return -1;
	if (now.rlim_max != RLIM_INFINITY && hard > now.rlim_max)
		hard = now.rlim_max;
	if (soft > hard)
		soft = hard;
	return setrlimit((__rlimit_resource_t)what, &(struct rlimit){soft, hard});
}

static int take_limits(const struct worker_limits *l, rlim_t all, rlim_t data)
{
	if (confine_limit(RLIMIT_AS, all + l->memory, all + l->memory) < 0 ||
	    confine_limit(RLIMIT_DATA, data + l->memory, data + l->memory) < 0 ||
	    confine_limit(RLIMIT_CPU, l->cpu_s, l->cpu_s + 1) < 0 ||
	    confine_limit(RLIMIT_FSIZE, 0, 0) < 0 || confine_limit(RLIMIT_CORE, 0, 0) < 0 ||
	    confine_limit(RLIMIT_NOFILE, 0, 0) < 0)
		return -1;
	return 0;
}

/* The parent's handlers must not run here. */
void confine_plain_signals(void)
{
	static const int used[] = {
	    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGCHLD, SIGUSR1, SIGUSR2};
	sigset_t none;
	for (size_t i = 0; i < GW_LENGTH(used); i++)
		(void)signal(used[i], SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int confine_keep_only(int *fd, unsigned from)
{
	int kept = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (kept < 0)
		return -1;
	*fd = kept;
	if ((from < (unsigned)kept && close_range(from, (unsigned)kept - 1, 0) < 0) ||
	    close_range((unsigned)kept + 1, ~0U, 0) < 0)
		return -1;
	return 0;
}

int confine_enter(int *fd, const struct worker_limits *limits, struct errinfo *ei)
{
	rlim_t all, data;
	secret_forget_all();
	memory_in_use(&all, &data);
	confine_plain_signals();
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (confine_keep_only(fd, 0) < 0)
		return err_sys(ei, GW_EIO, "the parser's descriptors could not be closed");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || deny_by_landlock() < 0)
		return err_sys(ei, GW_EIO, "the parser could not be kept from files");
	if (take_limits(limits, all, data) < 0)
		return err_sys(ei, GW_EIO, "the parser could not be limited");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0)
		return err_sys(
		    ei, GW_EIO, "without seccomp nothing is parsed, and it is not there");
	return 0;
}
