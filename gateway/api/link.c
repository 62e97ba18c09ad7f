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
	return buf_add(b, "\0\0\0\0", 4);
}

static void end_frame(struct buf *b)
{
	size_t n = b->len - 4;
	for (size_t i = 0; i < 4; i++)
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

/* Read n bytes; a descriptor that comes with the first of them is kept in *fd. GW_ENOENT when there
 * is nothing at all. */
static int read_exactly(int from, char *p, size_t n, int *fd, struct errinfo *ei)
{
	size_t at = 0;
	while (at < n) {
		union {
			struct cmsghdr head;
			char room[CMSG_SPACE(4 * sizeof(int))];
		} control = {0};
		struct iovec v = {p + at, n - at};
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
		if (came >= 0 && (*fd >= 0 || at > 0)) {
			(void)close(came);
			r = GW_EFORMAT;
		} else if (came >= 0) {
			*fd = came;
		}
		if (r < 0)
			return err_set(ei, r, "a descriptor came where none belongs");
		if (k == 0)
			return at == 0 ? GW_ENOENT
				       : err_set(ei, GW_EFORMAT, "a frame was cut short");
		at += (size_t)k;
	}
	return 0;
}

/* Wait for a frame; *ret_fd is what came with it, or -1. */
static int receive(int from, struct buf *frame, int *ret_fd, struct errinfo *ei)
{
	char head[4];
	int fd = -1, none = -1;
	buf_clear(frame);
	int r = read_exactly(from, head, sizeof head, &fd, ei);
	size_t n = 0;
	for (size_t i = 0; r == 0 && i < sizeof head; i++)
		n |= (size_t)(unsigned char)head[i] << (8 * i);
	if (r == 0 && (n == 0 || n > LINK_FRAME_MAX))
		r = err_set(ei, GW_EFORMAT, "a frame is empty or too long");
	char *room = r == 0 ? buf_room(frame, n) : NULL;
	if (r == 0 && !room)
		r = err_set(ei, GW_ENOMEM, "no memory for a frame");
	if (r == 0 && (r = read_exactly(from, room, n, &none, ei)) == GW_ENOENT)
		r = err_set(ei, GW_EFORMAT, "a frame was cut short");
	file_close_p(&none);
	if (r == 0)
		buf_wrote(frame, n);
	if (r < 0)
		file_close_p(&fd);
	*ret_fd = r == 0 ? fd : -1;
	return r;
}

int link_receive_call(int from, struct buf *frame, struct link_call *ret, struct errinfo *ei)
{
	int fd = -1;
	int r = receive(from, frame, &fd, ei);
	if (r == 0 && fd >= 0)
		r = err_set(ei, GW_EFORMAT, "a descriptor came where none belongs");
	file_close_p(&fd);
	return r < 0 ? r : link_read_call(frame->data, frame->len, ret, ei);
}

int link_receive_answer(int from, struct buf *frame, struct link_answer *ret, struct errinfo *ei)
{
	int fd = -1;
	struct link_answer a;
	int r = receive(from, frame, &fd, ei);
	if (r == 0)
		r = link_read_answer(frame->data, frame->len, &a, ei);
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
