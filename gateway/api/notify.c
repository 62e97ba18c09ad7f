/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum { FIRST = 3 /* of the descriptors handed over */ };

/* A datagram socket to the manager; -1 when nobody listens. */
static int manager(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t n = path ? strlen(path) : 0;
	if (n < 2 || n >= sizeof a.sun_path || (path[0] != '/' && path[0] != '@'))
		return -1;
	memcpy(a.sun_path, path, n);
	if (a.sun_path[0] == '@')
		a.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, size) < 0)
		file_close_p(&fd);
	return fd;
}

static bool listens(int fd)
{
	int yes = 0, type = 0;
	socklen_t n = sizeof yes, m = sizeof type;
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 && yes &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &m) == 0 && type == SOCK_STREAM;
}

/* The name of descriptor i in a list parted by colons is "local". */
static bool is_local(const char *names, size_t i)
{
	for (; names && i > 0; i--) {
		names = strchr(names, ':');
		names = names ? names + 1 : NULL;
	}
	size_t n = names ? strcspn(names, ":") : 0;
	return n == strlen("local") && memcmp(names, "local", n) == 0;
}

static int take_listeners(struct notify *n, struct errinfo *ei)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	uint64_t p, k;
	if (!pid || !count || str_u64(pid, INT32_MAX, &p) < 0 || p != (uint64_t)getpid() ||
	    str_u64(count, 1000, &k) < 0)
		return 0; /* none, or they are meant for another process */
	for (size_t i = 0; i < k; i++) {
		int fd = FIRST + (int)i;
		bool local = is_local(getenv("LISTEN_FDNAMES"), i);
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || !listens(fd))
			return err_set(ei, GW_EUSAGE,
			    "descriptor %d, handed over by the service manager, is no listening socket",
			    fd);
		if (local ? n->local >= 0 : n->listeners_n == NOTIFY_LISTENERS)
			return err_set(ei, GW_EUSAGE,
			    "the service manager hands over more sockets than are used: %d and one "
			    "with the name 'local'",
			    NOTIFY_LISTENERS);
		if (local)
			n->local = fd;
		else
			n->listeners[n->listeners_n++] = fd;
	}
	return 0;
}

int notify_open(struct notify *ret, struct errinfo *ei)
{
	static const char *const names[] = {
	    "NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};
	*ret = (struct notify){.fd = manager(), .local = -1};
	int r = take_listeners(ret, ei);
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		(void)unsetenv(names[i]);
	return r;
}

void notify_close(struct notify *n)
{
	file_close_p(&n->fd);
	file_close_p(&n->local);
	for (size_t i = 0; i < n->listeners_n; i++)
		(void)close(n->listeners[i]);
	n->listeners_n = 0;
}

void notify_say(const struct notify *n, const char *state)
{
	if (n->fd >= 0)
		(void)!send(n->fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void notify_reloading(const struct notify *n)
{
	struct timespec t;
	char text[80];
	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		return;
	(void)snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	notify_say(n, text);
}
