/* SPDX-License-Identifier: EUPL-1.2 */
#include "sandbox/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/confine.h"

/* What serving, calling other gateways, threads and time need. */
static const int edge_calls[] = {
    SCMP_SYS(accept4),
    SCMP_SYS(access),
    SCMP_SYS(bind), /* of netlink, when a name is looked up */
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(connect),
    SCMP_SYS(dup),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(fcntl),
    SCMP_SYS(fdatasync),
    SCMP_SYS(fstat),
    SCMP_SYS(fsync),
    SCMP_SYS(futex),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpeername),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(madvise),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(socketpair),
    SCMP_SYS(stat),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(time),
    SCMP_SYS(uname),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* What the core never needs, and what of the system whoever took it over would ask for. */
static const int core_denied[] = {
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(acct),
    SCMP_SYS(add_key),
    SCMP_SYS(adjtimex),
    SCMP_SYS(bind),
    SCMP_SYS(bpf),
    SCMP_SYS(chroot),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(clock_settime),
    SCMP_SYS(delete_module),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(finit_module),
    SCMP_SYS(init_module),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(listen),
    SCMP_SYS(mount),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(open_tree),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(personality),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pivot_root),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(ptrace),
    SCMP_SYS(quotactl),
    SCMP_SYS(reboot),
    SCMP_SYS(request_key),
    SCMP_SYS(setdomainname),
    SCMP_SYS(sethostname),
    SCMP_SYS(setns),
    SCMP_SYS(settimeofday),
    SCMP_SYS(swapoff),
    SCMP_SYS(swapon),
    SCMP_SYS(syslog),
    SCMP_SYS(umount2),
    SCMP_SYS(unshare),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(vhangup),
};

/* What looking up the name of a host reads (nsswitch.conf(5), resolver(5)); not there: passed
 * over. */
static const char *const names[] = {"/etc/gai.conf", "/etc/host.conf", "/etc/hosts",
    "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/services", "/run/systemd/resolve",
    "/run/resolvconf", NULL};

static int add(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (seccomp_rule_add(f, action, calls[i], 0) < 0)
			return -1;
	return 0;
}

static int allow_if(scmp_filter_ctx f, int call, struct scmp_arg_cmp when)
{
	return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, 1, &when) < 0 ? -1 : 0;
}

/* The calls that are allowed with some arguments only. */
static int add_edge_conditions(scmp_filter_ctx f)
{
	const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
	const int families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
	const unsigned long controls[] = {FIONBIO, FIONREAD};
	int r = 0;
	for (size_t i = 0; r == 0 && i < GW_LENGTH(families); i++)
		r = allow_if(f, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, (uint64_t)families[i]));
	for (size_t i = 0; r == 0 && i < GW_LENGTH(controls); i++)
		r = allow_if(f, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, controls[i]));
	if (r == 0)
		r = allow_if(f, SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
	if (r == 0)
		r = allow_if(f, SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
	if (r == 0)
		r = allow_if(f, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0)
		r = allow_if(f, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0) /* it asks, and sets no new limit */
		r = allow_if(f, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0));
	if (r == 0) /* a thread, no process */
		r = allow_if(f, SCMP_SYS(clone),
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM));
	if (r == 0) /* abort() */
		r = allow_if(f, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (uint64_t)getpid()));
	/* its flags lie in memory, where no filter looks: the C library then uses clone */
	if (r == 0 && seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) < 0)
		r = -1;
	return r;
}

/* Put f into force; made is 0, or the error (as -errno) that its making ended with. */
static int load(scmp_filter_ctx f, int made, struct errinfo *ei)
{
	int r = f && made == 0 ? seccomp_load(f) : f ? made : -ENOMEM;
	if (f)
		seccomp_release(f);
	errno = -r;
	return r < 0 ? err_sys(ei, GW_EIO, "without seccomp nothing is served, and it is not there")
		     : 0;
}

static int filter_edge(struct errinfo *ei)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = f ? add(f, SCMP_ACT_ALLOW, edge_calls, GW_LENGTH(edge_calls)) : -1;
	return load(f, r == 0 ? add_edge_conditions(f) : r, ei);
}

static int filter_core(bool unix_sockets, struct errinfo *ei)
{
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);
	const struct scmp_arg_cmp other = SCMP_A0(SCMP_CMP_NE, AF_UNIX);
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int r = f ? add(f, no, core_denied, GW_LENGTH(core_denied)) : -1;
	if (r == 0 && unix_sockets)
		r = seccomp_rule_add_array(f, no, SCMP_SYS(socket), 1, &other);
	else if (r == 0)
		r = seccomp_rule_add(f, no, SCMP_SYS(socket), 0);
	if (r == 0 && !unix_sockets)
		r = seccomp_rule_add(f, no, SCMP_SYS(connect), 0);
	return load(f, r, ei);
}

/* ---- landlock: the rights as in linux/landlock.h, versions 1 to 7 ---- */

enum {
	RUN = 1 << 0,
	WRITE = 1 << 1,
	READ = 1 << 2,
	LIST = 1 << 3,
	REMOVE_DIR = 1 << 4,
	REMOVE_FILE = 1 << 5,
	MAKE = 0x7f << 6, /* each kind of file */
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	DEVICES = 1 << 15,
	BENEATH = 1,
	NET = 3,      /* bind, connect by TCP: from version 4 */
	ABSTRACT = 1, /* Unix sockets without a name in the file system: from version 6 */
};

struct rights {
	uint64_t fs, net, scoped;
};

/* Rights that this kernel knows. */
static struct rights known(struct rights r, size_t *ret_size)
{
	long abi = confine_landlock();
	if (abi < 2)
		r.fs &= ~(uint64_t)REFER;
	if (abi < 3)
		r.fs &= ~(uint64_t)TRUNCATE;
	if (abi < 5)
		r.fs &= ~(uint64_t)DEVICES;
	*ret_size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	return r;
}

static int grant(int rules, const char *path, uint64_t rights, bool needed)
{
	struct {
		uint64_t rights;
		int32_t fd;
	} __attribute__((packed)) rule = {.rights = rights};
	struct stat st;
	rule.fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.fd < 0)
		return needed ? -1 : 0;
	if (fstat(rule.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.rights &= RUN | WRITE | READ | TRUNCATE | DEVICES;
	long r = syscall(SYS_landlock_add_rule, rules, BENEATH, &rule, 0U);
	(void)close(rule.fd);
	return r < 0 ? -1 : 0;
}

static int restrict_to(int rules, int granted)
{
	long r = granted < 0 ? -1 : syscall(SYS_landlock_restrict_self, rules, 0U);
	int saved = errno;
	(void)close(rules);
	errno = saved;
	return r < 0 ? -1 : 0;
}

static int edge_files(void)
{
	size_t size;
	struct rights r = known((struct rights){RUN | WRITE | READ | LIST | REMOVE_DIR |
					REMOVE_FILE | MAKE | REFER | TRUNCATE | DEVICES,
				    0, ABSTRACT},
	    &size);
	if (!confine_has_landlock())
		return 0;
	int rules = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0U), e = rules < 0 ? -1 : 0;
	for (size_t i = 0; e == 0 && names[i]; i++)
		e = grant(rules, names[i], READ | LIST, false);
	return rules < 0 ? -1 : restrict_to(rules, e);
}

static int core_files(const char *writes)
{
	size_t size;
	struct rights r =
	    known((struct rights){WRITE | REMOVE_DIR | REMOVE_FILE | MAKE | REFER | TRUNCATE, NET,
		      ABSTRACT},
		&size);
	if (!confine_has_landlock())
		return 0;
	int rules = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0U), e = rules < 0 ? -1 : 0;
	if (e == 0)
		e = grant(rules, writes, r.fs, true);
	if (e == 0) /* what programs for parsing say goes there */
		e = grant(rules, "/dev/null", WRITE, false);
	return rules < 0 ? -1 : restrict_to(rules, e);
}

static int for_both(struct errinfo *ei)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || confine_limit(RLIMIT_CORE, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(ei, GW_EIO, "a process could not be confined");
	return 0;
}

#ifdef __SANITIZE_ADDRESS__
/* Its look for leaks at the end stops threads by ptrace, which no confined process may do. */
static bool confined;
int __lsan_is_turned_off(void); /* NOLINT(bugprone-reserved-identifier): the sanitizer's name */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void) /* NOLINT */
{
	return confined;
}
#endif

static int finish(int r)
{
#ifdef __SANITIZE_ADDRESS__
	confined = r == 0;
#endif
	return r;
}

int daemon_confine_edge(struct errinfo *ei)
{
	int r = for_both(ei);
	if (r == 0 && edge_files() < 0)
		r = err_sys(ei, GW_EIO, "the edge could not be kept from files");
	return finish(r < 0 ? r : filter_edge(ei));
}

int daemon_confine_core(const struct daemon_core *what, struct errinfo *ei)
{
	int r = for_both(ei);
	if (r == 0 && core_files(what->writes) < 0)
		r = err_sys(ei, GW_EIO, "the core could not be kept from files");
	return finish(r < 0 ? r : filter_core(what->unix_sockets, ei));
}

bool daemon_has_landlock(void)
{
	return confine_has_landlock();
}
