/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/control.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

int control_send(int fd, const struct control *c, const struct material *m, struct errinfo *ei)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(MATERIAL_FILES * sizeof(int))];
	} control = {0};
	struct control copied = *c;
	struct iovec v = {&copied, sizeof copied};
	struct msghdr h = {.msg_iov = &v, .msg_iovlen = 1};
	if (m) {
		size_t n = material_count(m) * sizeof(int);
		h.msg_control = control.room;
		h.msg_controllen = CMSG_SPACE(n);
		control.head = (struct cmsghdr){
		    .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(n)};
		memcpy(CMSG_DATA(&control.head), m->fd, n);
		copied.roots = (uint32_t)m->roots;
		copied.lists = (uint32_t)m->lists;
	}
	ssize_t k;
	do
		k = sendmsg(fd, &h, MSG_NOSIGNAL);
	while (k < 0 && errno == EINTR);
	return k == (ssize_t)sizeof copied ? 0
					   : err_sys(ei, GW_EIO, "the other process of the daemon");
}

int control_receive(int fd, struct control *ret, struct material *ret_m, struct errinfo *ei)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(MATERIAL_FILES * sizeof(int))];
	} control = {0};
	struct control c = {0};
	struct iovec v = {&c, sizeof c};
	struct msghdr h = {.msg_iov = &v,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof control.room};
	struct material m;
	size_t came = 0;
	ssize_t k;
	material_init(&m);
	do
		k = recvmsg(fd, &h, MSG_CMSG_CLOEXEC);
	while (k < 0 && errno == EINTR);
	const struct cmsghdr *p = k > 0 ? CMSG_FIRSTHDR(&h) : NULL;
	if (p && p->cmsg_type == SCM_RIGHTS) {
		came = (p->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		came = came < MATERIAL_FILES ? came : MATERIAL_FILES;
		memcpy(m.fd, CMSG_DATA(p), came * sizeof(int));
	}
	m.roots = came > MATERIAL_OWN ? came - MATERIAL_OWN
				      : 0; /* so that release closes all that came */
	bool fits = k == (ssize_t)sizeof c && !(h.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) &&
	    (c.kind == CONTROL_TLS
		    ? came == MATERIAL_OWN + (size_t)c.roots + c.lists
		    : came == 0 && (c.kind == CONTROL_STOP || c.kind == CONTROL_DONE));
	if (!fits) {
		material_release(&m);
		return k == 0 ? GW_ENOENT
		    : k < 0   ? err_sys(ei, GW_EIO, "the other process of the daemon")
			      : err_set(ei, GW_EFORMAT, "what came is no message of the daemon's");
	}
	m.roots = c.kind == CONTROL_TLS ? c.roots : 0;
	m.lists = c.kind == CONTROL_TLS ? c.lists : 0;
	c.text[sizeof c.text - 1] = '\0';
	*ret = c;
	*ret_m = m;
	return 0;
}
