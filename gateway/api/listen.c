/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum { BACKLOG = 512 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un path;
};

/* Read ADDR:PORT or [ADDR]:PORT; false when it is neither. */
static bool parse(const char *where, union address *ret, socklen_t *ret_n)
{
	const char *colon = strrchr(where, ':');
	uint64_t port;
	*ret = (union address){0};
	if (!colon || str_u64(colon + 1, 65535, &port) < 0)
		return false;
	size_t n = (size_t)(colon - where);
	bool six = n > 2 && where[0] == '[' && where[n - 1] == ']';
	char *name GW_CLEANUP(str_free_p) = six ? str_dupn(where + 1, n - 2) : str_dupn(where, n);
	if (six) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		*ret_n = sizeof ret->v6;
		return inet_pton(AF_INET6, name, &ret->v6.sin6_addr) == 1;
	}
	ret->v4.sin_family = AF_INET;
	ret->v4.sin_port = htons((uint16_t)port);
	*ret_n = sizeof ret->v4;
	return inet_pton(AF_INET, name, &ret->v4.sin_addr) == 1;
}

static bool is_loopback(const union address *a)
{
	if (a->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
	return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
}

static int begin(int fd, const char *where, const union address *a, socklen_t n, struct errinfo *ei)
{
	int one = 1;
	if (a->any.sa_family != AF_UNIX)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (a->any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	if (bind(fd, &a->any, n) < 0 || listen(fd, BACKLOG) < 0)
		return err_sys(ei, GW_EIO, "cannot listen at '%s'", where);
	return 0;
}

/* True when a socket lies at that path that nobody serves. */
static bool abandoned(const union address *a, socklen_t n)
{
	struct stat st;
	int fd GW_CLEANUP(file_close_p) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && lstat(a->path.sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    connect(fd, &a->any, n) < 0 && errno == ECONNREFUSED;
}

static int open_path(const char *path, int *ret_fd, struct errinfo *ei)
{
	union address a = {.path = {.sun_family = AF_UNIX}};
	if (strlen(path) >= sizeof a.path.sun_path)
		return err_set(ei, GW_EUSAGE, "the path of a socket has at most %zu bytes: '%s'",
		    sizeof a.path.sun_path - 1, path);
	memcpy(a.path.sun_path, path, strlen(path) + 1);
	int fd GW_CLEANUP(file_close_p) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "socket");
	if (abandoned(&a, sizeof a.path))
		(void)unlink(path);
	mode_t before = umask(0117);
	int r = begin(fd, path, &a, sizeof a.path, ei);
	(void)umask(before);
	if (r < 0)
		return r;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int listen_open(const char *where, bool local, int *ret_fd, struct errinfo *ei)
{
	union address a;
	socklen_t n;
	if (local && strchr(where, '/'))
		return open_path(where, ret_fd, ei);
	if (!parse(where, &a, &n))
		return err_set(ei, GW_EUSAGE,
		    "'%s' is no place to listen: an address in numbers and a port are expected, "
		    "such as 127.0.0.1:8443 or [::1]:8443",
		    where);
	if (local && !is_loopback(&a))
		return err_set(ei, GW_EUSAGE,
		    "'%s' can be reached by others: the local listener asks nobody who they are, so it "
		    "takes an address of this machine alone (127.0.0.1, [::1]) or the path of a socket",
		    where);
	int fd GW_CLEANUP(file_close_p) = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "socket");
	int r = begin(fd, where, &a, n, ei);
	if (r < 0)
		return r;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

void listen_name(int fd, char *out, size_t cap)
{
	union address a = {0};
	socklen_t n = sizeof a;
	char text[INET6_ADDRSTRLEN] = "";
	(void)snprintf(out, cap, "?");
	if (getsockname(fd, &a.any, &n) < 0)
		return;
	if (a.any.sa_family == AF_INET && inet_ntop(AF_INET, &a.v4.sin_addr, text, sizeof text))
		(void)snprintf(out, cap, "%s:%u", text, (unsigned)ntohs(a.v4.sin_port));
	if (a.any.sa_family == AF_INET6 && inet_ntop(AF_INET6, &a.v6.sin6_addr, text, sizeof text))
		(void)snprintf(out, cap, "[%s]:%u", text, (unsigned)ntohs(a.v6.sin6_port));
	if (a.any.sa_family == AF_UNIX)
		(void)snprintf(out, cap, "unix");
}
