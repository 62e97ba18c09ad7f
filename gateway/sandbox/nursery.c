/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The nursery: a process that does nothing but fork confined children for the one that made it.
 *
 * It was forked while that was small and knew no keys, so that a child costs little and sees
 * nothing but its input. A request is a message on a socket with one descriptor, the child's only
 * line: over it the child gets its input and gives its answer. Both ends are the same program, so
 * a parser is named by its address.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "sandbox/confine.h"
#include "sandbox/inside.h"

enum { LINE_BYTES = 1 << 20 };

struct request {
	worker_bytes_fn fn;
	size_t n, room;
	struct worker_limits limits;
};

static int nursery = -1; /* our end of the socket; set before there are threads */

/* A message with room for one descriptor. */
struct parcel {
	struct msghdr msg;
	struct iovec body;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

static void parcel_init(struct parcel *p, struct request *request)
{
	memset(p, 0, sizeof *p);
	p->body = (struct iovec){request, sizeof *request};
	p->msg.msg_iov = &p->body;
	p->msg.msg_iovlen = 1;
	p->msg.msg_control = p->control;
	p->msg.msg_controllen = sizeof p->control;
}

/* ---- in the nursery and its children ---- */

struct task {
	worker_bytes_fn fn;
	const void *in;
	size_t n;
};

static int run_task(void *arg, struct buf *out, struct errinfo *ei)
{
	const struct task *t = arg;
	return t->fn(t->in, t->n, out, ei);
}

static _Noreturn void raise_child(pid_t parent, int fd, const struct request *q)
{
	struct task t = {.fn = q->fn, .n = q->n};
	char *in = q->n < SIZE_MAX ? malloc(q->n + 1) : NULL;
	if (!in) {
		worker_refuse(fd, GW_EIO, "no memory for what is to be parsed");
		_exit(0);
	}
	for (size_t at = 0; at < q->n;) {
		ssize_t k = read(fd, in + at, q->n - at);
		if (k == 0 || (k < 0 && errno != EINTR))
			_exit(1);
		at += k > 0 ? (size_t)k : 0;
	}
	t.in = in;
	worker_child(parent, fd, run_task, &t, &q->limits, q->room);
}

/* Take one request; the child's line in *ret_fd. False when nobody is left to ask. */
static bool take(int socket, struct request *q, int *ret_fd)
{
	struct parcel p;
	ssize_t n;
	parcel_init(&p, q);
	do
		n = recvmsg(socket, &p.msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	const struct cmsghdr *c = CMSG_FIRSTHDR(&p.msg);
	*ret_fd = -1;
	if (n != (ssize_t)sizeof *q || !c || c->cmsg_type != SCM_RIGHTS)
		return n > 0;
	memcpy(ret_fd, CMSG_DATA(c), sizeof *ret_fd);
	return true;
}

static _Noreturn void tend(int socket)
{
	struct request q;
	int fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t self = getpid();
	secret_forget_all();
	(void)prctl(PR_SET_NAME, "parser"); /* as ps shows it */
	(void)signal(SIGCHLD, SIG_IGN);     /* nobody waits for the children: their line tells */
	(void)signal(SIGINT, SIG_IGN);      /* of the terminal: meant for the one that asked */
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	/* what was open here, the lines of the one that asks among it, is nothing to parsers */
	if (confine_keep_only(&socket, STDERR_FILENO + 1) < 0)
		_exit(1);
	while (take(socket, &q, &fd)) {
		pid_t pid = fd >= 0 ? fork() : 0;
		if (fd >= 0 && pid == 0)
			raise_child(self, fd, &q);
		if (pid < 0)
			worker_refuse(fd, GW_EIO, "no process for a parser");
		file_close_p(&fd);
	}
	_exit(0);
}

/* ---- in the process that asks ---- */

int worker_nursery(struct errinfo *ei)
{
	int ends[2];
	int r = nursery >= 0 ? 0 : confine_prepare(ei);
	if (r < 0 || nursery >= 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(ei, GW_EIO, "no socket for parsers");
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		tend(ends[1]);
	}
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return err_sys(ei, GW_EIO, "no process for parsers");
	}
	nursery = ends[0];
	return 0;
}

/* Ask for a child; our end of its line in *ret_fd, -1 when the nursery is gone. */
static void ask(struct request *q, int *ret_fd)
{
	struct parcel p;
	int line[2], size = LINE_BYTES;
	*ret_fd = -1;
	if (nursery < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) < 0)
		return;
	for (size_t i = 0; i < GW_LENGTH(line); i++)
		(void)setsockopt(line[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	parcel_init(&p, q);
	struct cmsghdr *c = CMSG_FIRSTHDR(&p.msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &line[1], sizeof(int));
	ssize_t n = sendmsg(nursery, &p.msg, MSG_NOSIGNAL);
	(void)close(line[1]);
	if (n == (ssize_t)sizeof *q)
		*ret_fd = line[0];
	else
		(void)close(line[0]);
}

/* The child reads all of its input before anything else, so this ends, or the child has; then there
 * may be an answer that says why. */
static void feed(int fd, const void *in, size_t n)
{
	const char *s = in;
	while (n) {
		ssize_t k = send(fd, s, n, MSG_NOSIGNAL);
		if (k < 0 && errno != EINTR)
			return;
		s += k > 0 ? k : 0;
		n -= k > 0 ? (size_t)k : 0;
	}
}

int worker_run_on(worker_bytes_fn fn, const void *in, size_t n, const struct worker_limits *limits,
    struct buf *out, struct errinfo *ei)
{
	const struct worker_limits *l = limits ? limits : &WORKER_LIMITS;
	struct request q = {.fn = fn, .n = n, .room = out->max - out->len, .limits = *l};
	struct worker_side side = {
	    .pidfd = -1, .deadline = clock_mono() + (int64_t)l->wall_s * 1000};
	int code = 0;
	ask(&q, &side.fd);
	if (side.fd < 0) {
		struct task t = {fn, in, n};
		return worker_run(run_task, &t, limits, out, ei);
	}
	worker_note();
	feed(side.fd, in, n);
	int r = worker_take(&side, out, &code, ei);
	file_close_p(
	    &side.fd); /* a child that still writes ends by it, one that computes by its limit */
	return r > 0 ? code : worker_no_answer(r, l, ei);
}
