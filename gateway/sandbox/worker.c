/* SPDX-License-Identifier: EUPL-1.2 */
#include "sandbox/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "sandbox/confine.h"
#include "sandbox/inside.h"

const struct worker_limits WORKER_LIMITS = {.memory = 512 << 20, .cpu_s = 20, .wall_s = 30};

enum { FRAME_MAGIC = 0x67776b72, PIPE_BYTES = 1 << 20 };

/* What the child writes first; then the message without NUL, then the result. */
struct frame {
	uint32_t magic;
	int32_t code;
	uint32_t located, message;
	uint64_t result;
};

static int send_all(int fd, const void *p, size_t n)
{
	const char *s = p;
	while (n) {
		ssize_t k = write(fd, s, n);
		if (k < 0 && errno != EINTR)
			return -1;
		if (k > 0) {
			s += k;
			n -= (size_t)k;
		}
	}
	return 0;
}

void worker_refuse(int fd, int code, const char *why)
{
	struct frame f = {.magic = FRAME_MAGIC, .code = code, .message = (uint32_t)strlen(why)};
	if (send_all(fd, &f, sizeof f) == 0)
		(void)send_all(fd, why, f.message);
}

_Noreturn void worker_child(
    pid_t parent, int fd, worker_fn fn, void *arg, const struct worker_limits *limits, size_t room)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf out = BUF_INIT(room);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		_exit(1);
	int r = confine_enter(&fd, limits, &ei);
	if (r == 0)
		r = fn(arg, &out, &ei);
	struct frame f = {.magic = FRAME_MAGIC,
	    .code = r,
	    .located = ei.located,
	    .message = (uint32_t)strlen(ei.msg),
	    .result = r == 0 ? out.len : 0};
	if (send_all(fd, &f, sizeof f) < 0 || send_all(fd, ei.msg, f.message) < 0 ||
	    send_all(fd, out.data, (size_t)f.result) < 0)
		_exit(1);
	_exit(0);
}

/*
 * Read n bytes from the child. 1 when they came, 0 when the child ended first, GW_ELIMIT when time
 * is over. Its end is seen by pidfd too: another fork of this program may hold the pipe open.
 */
static int receive(struct worker_side *run, void *p, size_t n)
{
	char *s = p;
	while (n) {
		struct pollfd fds[2] = {/* poll passes over a pidfd of -1 */
		    {.fd = run->fd, .events = POLLIN}, {.fd = run->pidfd, .events = POLLIN}};
		int64_t left = run->deadline - clock_mono();
		int k = left > 0 ? poll(fds, 2, (int)left) : 0;
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return GW_ELIMIT;
		if (!fds[0].revents && poll(fds, 1, 0) <= 0) /* it wrote nothing before it ended */
			return 0;
		ssize_t got = read(run->fd, s, n);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return 0;
		s += got;
		n -= (size_t)got;
	}
	return 1;
}

/* A message from the child is hostile too: one line of printable text. */
static void take_message(struct errinfo *ei, const struct frame *f, const char *text)
{
	if (!ei)
		return;
	ei->located = f->located != 0;
	memcpy(ei->msg, text, f->message);
	ei->msg[f->message] = '\0';
	for (char *s = ei->msg; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static bool sound(const struct frame *f, size_t room)
{
	return f->magic == FRAME_MAGIC && f->code <= 0 && f->code >= GW_ELEDGER &&
	    f->message < sizeof((struct errinfo *)0)->msg && f->result <= room &&
	    (f->code == 0 || f->result == 0);
}

int worker_take(struct worker_side *run, struct buf *out, int *ret_code, struct errinfo *ei)
{
	struct frame f;
	char text[sizeof ei->msg];
	size_t room = out->max - out->len;
	int r = receive(run, &f, sizeof f);
	if (r <= 0)
		return r;
	if (!sound(&f, room))
		return 0;
	r = receive(run, text, f.message);
	if (r <= 0)
		return r;
	void *to = f.result ? buf_room(out, (size_t)f.result) : NULL;
	if (f.result && !to) {
		*ret_code = err_set(ei, GW_ENOMEM, "no memory for what was parsed");
		return 1;
	}
	if (to && (r = receive(run, to, (size_t)f.result)) <= 0) {
		explicit_bzero(to, (size_t)f.result);
		return r;
	}
	if (to)
		buf_wrote(out, (size_t)f.result);
	*ret_code = f.code;
	if (f.code < 0)
		take_message(ei, &f, text);
	return 1;
}

/* End the child and collect it. SIGKILL changes nothing for one that has already ended. */
static int reap(const struct worker_side *run)
{
	int status = 0;
	(void)kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return status;
}

static int start(struct worker_side *run, worker_fn fn, void *arg,
    const struct worker_limits *limits, size_t room, struct errinfo *ei)
{
	int ends[2];
	pid_t parent = getpid();
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(ei, GW_EIO, "no pipe for a parser");
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	run->deadline = clock_mono() + (int64_t)limits->wall_s * 1000;
	run->pid = fork();
	if (run->pid == 0)
		worker_child(parent, ends[1], fn, arg, limits, room);
	(void)close(ends[1]);
	if (run->pid < 0) {
		(void)close(ends[0]);
		return err_sys(ei, GW_EIO, "no process for a parser");
	}
	run->fd = ends[0];
	run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0U);
	return 0;
}

int worker_run(worker_fn fn, void *arg, const struct worker_limits *limits, struct buf *out,
    struct errinfo *ei)
{
	struct worker_side run;
	int code = 0;
	if (!limits)
		limits = &WORKER_LIMITS;
	int r = confine_prepare(ei);
	worker_note();
	if (r < 0 || (r = start(&run, fn, arg, limits, out->max - out->len, ei)) < 0)
		return r;
	r = worker_take(&run, out, &code, ei);
	int status = reap(&run);
	file_close_p(&run.fd);
	file_close_p(&run.pidfd);
	if (r > 0)
		return code;
	if (r == 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return err_set(ei, GW_EFORMAT,
		    "parsing took more than %u seconds of processor time", limits->cpu_s);
	return worker_no_answer(r, limits, ei);
}

int worker_no_answer(int r, const struct worker_limits *limits, struct errinfo *ei)
{
	if (r < 0)
		return err_set(
		    ei, GW_ELIMIT, "parsing took longer than %u seconds", limits->wall_s);
	return err_set(ei, GW_EFORMAT, "the parser crashed or ran out of memory on this input");
}

static int nothing(void *arg, struct buf *out, struct errinfo *ei)
{
	(void)arg;
	(void)out;
	(void)ei;
	return 0;
}

static struct errinfo tried_error;
static int tried_code;

static void try_once(void)
{
	struct buf out = BUF_INIT(0);
	tried_code = worker_run(nothing, NULL, NULL, &out, &tried_error);
}

int worker_available(struct errinfo *ei)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, try_once);
	return tried_code < 0 ? err_set(ei, tried_code, "%s", tried_error.msg) : 0;
}

static atomic_bool ran;

void worker_note(void)
{
	atomic_store(&ran, true);
}

bool worker_lacked_landlock(void)
{
	return atomic_load(&ran) && !confine_has_landlock();
}
