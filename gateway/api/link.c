/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum {
	LINK_LENGTH = 4,    /* bytes of a frame's length, before it */
	AT_ONCE = 16 << 10, /* read before the length is known */
};

/* Send b whole, with passed (or -1) at its first byte. */
static int send_frame(int fd, const struct buf *b, int passed, struct errinfo *ei)
{
	size_t at = 0;
	while (at < b->len) {
		union {
			struct cmsghdr head;
			char room[CMSG_SPACE(sizeof(int))];
		} control = {0};
		struct iovec v = {b->data + at, b->len - at};
		struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
		if (at == 0 && passed >= 0) {
			m.msg_control = control.room;
			m.msg_controllen = sizeof control.room;
			struct cmsghdr *h = CMSG_FIRSTHDR(&m);
			*h = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
			    .cmsg_type = SCM_RIGHTS,
			    .cmsg_len = CMSG_LEN(sizeof(int))};
			memcpy(CMSG_DATA(h), &passed, sizeof passed);
		}
		ssize_t k = sendmsg(fd, &m, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return err_sys(ei, GW_EIO, "the other process of the daemon");
		at += (size_t)k;
	}
	return 0;
}

/* Begin a frame, whose length is put in by end_frame. */
static int begin_frame(struct buf *b)
{
	return buf_add(b, "\0\0\0\0", LINK_LENGTH);
}

static void end_frame(struct buf *b)
{
	size_t n = b->len - LINK_LENGTH;
	for (size_t i = 0; i < LINK_LENGTH; i++)
		b->data[i] = (char)(n >> (8 * i));
}

int link_send_call(int fd, const struct link_call *c, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	int r = begin_frame(&b);
	if (r == 0)
		r = link_write_call(&b, c);
	if (r < 0)
		return err_set(ei, GW_EUSAGE, "a call is larger than a frame");
	end_frame(&b);
	return send_frame(fd, &b, -1, ei);
}

/* The body of a as a file in memory that can only be read from now on. */
static int in_memory(const struct link_answer *a, int *ret_fd, struct errinfo *ei)
{
	int fd = memfd_create("answer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "memory for an answer");
	int r = file_write_fd(fd, a->body, a->body_n, ei);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		r = err_sys(ei, GW_EIO, "memory for an answer");
	if (r < 0)
		(void)close(fd);
	else
		*ret_fd = fd;
	return r;
}

int link_send_answer(int fd, const struct link_answer *a, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	int large GW_CLEANUP(file_close_p) = -1;
	struct link_answer as = *a;
	int r = 0;
	if (a->body_n > LINK_BODY_MAX && a->fd < 0) {
		r = in_memory(a, &large, ei);
		if (r < 0)
			return r;
		as.fd = large;
		as.number = a->body_n;
		as.body_n = 0;
	}
	r = begin_frame(&b);
	if (r == 0)
		r = link_write_answer(&b, &as);
	if (r < 0)
		return err_set(ei, GW_EUSAGE, "an answer is larger than a frame");
	end_frame(&b);
	return send_frame(fd, &b, as.fd, ei);
}

/* Close the descriptors that came with m, all but the first when there is exactly one. */
static int passed_one(struct msghdr *m, int *ret_fd)
{
	int found = -1;
	bool many = (m->msg_flags & MSG_CTRUNC) != 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			many = many || found >= 0;
			if (found >= 0)
				(void)close(fd);
			else
				found = fd;
		}
	}
	if (many && found >= 0)
		(void)close(found);
	*ret_fd = many ? -1 : found;
	return many ? GW_EFORMAT : 0;
}

/* Read at most n bytes, *ret_n of them; 0 at the end. A descriptor that comes with them is kept in
 * *fd where they are the first of a frame. */
static int read_some(
    int from, char *p, size_t n, bool first, int *fd, size_t *ret_n, struct errinfo *ei)
{
	for (;;) {
		union {
			struct cmsghdr head;
			char room[CMSG_SPACE(4 * sizeof(int))];
		} control = {0};
		struct iovec v = {p, n};
		struct msghdr m = {.msg_iov = &v,
		    .msg_iovlen = 1,
		    .msg_control = control.room,
		    .msg_controllen = sizeof control.room};
		ssize_t k = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_sys(ei, GW_EIO, "the other process of the daemon");
		int came = -1, r = passed_one(&m, &came);
		if (came >= 0 && !first) {
			(void)close(came);
			r = GW_EFORMAT;
		} else if (came >= 0) {
			*fd = came;
		}
		*ret_n = (size_t)k;
		return r < 0 ? err_set(ei, r, "a descriptor came where none belongs") : 0;
	}
}

/* *ret: the bytes of the frame of which these are the first, its length among them; 0 before that
 * is known. */
static int whole(const struct buf *frame, size_t *ret, struct errinfo *ei)
{
	size_t n = 0;
	*ret = 0;
	if (frame->len < LINK_LENGTH)
		return 0;
	for (size_t i = 0; i < LINK_LENGTH; i++)
		n |= (size_t)(unsigned char)frame->data[i] << (8 * i);
	if (n == 0 || n > LINK_FRAME_MAX - LINK_LENGTH)
		return err_set(ei, GW_EFORMAT, "a frame is empty or too long");
	if (frame->len > n + LINK_LENGTH)
		return err_set(ei, GW_EFORMAT, "more than a frame came");
	*ret = n + LINK_LENGTH;
	return 0;
}

/*
 * Wait for a frame, its length first; *ret_fd is what came with it, or -1. GW_ENOENT when there is
 * nothing at all. Each side speaks in its turn, so what comes at once is of one frame.
 */
static int receive(int from, struct buf *frame, int *ret_fd, struct errinfo *ei)
{
	int fd = -1, r = 0;
	size_t n = 0, k = 0;
	buf_clear(frame);
	while (r == 0 && (n == 0 || frame->len < n)) {
		size_t most = n ? n - frame->len : AT_ONCE;
		char *room = buf_room(frame, most);
		if (!room) {
			r = err_set(ei, GW_ENOMEM, "no memory for a frame");
			break;
		}
		r = read_some(from, room, most, frame->len == 0, &fd, &k, ei);
		if (r == 0 && k == 0)
			r = frame->len == 0 ? GW_ENOENT
					    : err_set(ei, GW_EFORMAT, "a frame was cut short");
		if (r == 0) {
			buf_wrote(frame, k);
			r = whole(frame, &n, ei);
		}
	}
	if (r < 0)
		file_close_p(&fd);
	*ret_fd = fd;
	return r;
}

int link_receive_call(int from, struct buf *frame, struct link_call *ret, struct errinfo *ei)
{
	int fd = -1;
	int r = receive(from, frame, &fd, ei);
	if (r == 0 && fd >= 0)
		r = err_set(ei, GW_EFORMAT, "a descriptor came where none belongs");
	file_close_p(&fd);
	return r < 0 ? r
		     : link_read_call(frame->data + LINK_LENGTH, frame->len - LINK_LENGTH, ret, ei);
}

int link_receive_answer(int from, struct buf *frame, struct link_answer *ret, struct errinfo *ei)
{
	int fd = -1;
	struct link_answer a;
	int r = receive(from, frame, &fd, ei);
	if (r == 0)
		r = link_read_answer(frame->data + LINK_LENGTH, frame->len - LINK_LENGTH, &a, ei);
	if (r == 0 && (a.fd >= 0) != (fd >= 0))
		r = err_set(ei, GW_EFORMAT, "an answer and its descriptor do not agree");
	if (r < 0) {
		file_close_p(&fd);
		return r;
	}
	a.fd = fd;
	*ret = a;
	return 0;
}
