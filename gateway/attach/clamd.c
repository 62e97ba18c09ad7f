/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/clamd.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { ANSWER_MAX = 512, CHUNK = 256 << 10 };

enum clamd_verdict clamd_answer(const char *answer, size_t n)
{
	static const char clean[] = "stream: OK", found[] = " FOUND", head[] = "stream: ";
	if (n == sizeof clean && memcmp(answer, clean, n) == 0)
		return CLAMD_CLEAN;
	bool whole = n >= sizeof found + sizeof head && answer[n - 1] == '\0' &&
	    memchr(answer, '\0', n) == answer + n - 1;
	return whole && memcmp(answer, head, sizeof head - 1) == 0 &&
		memcmp(answer + n - sizeof found, found, sizeof found) == 0
	    ? CLAMD_FOUND
	    : CLAMD_FAILED;
}

struct talk {
	int fd;
	int64_t deadline; /* clock_mono */
};

static bool ready(const struct talk *t, short event)
{
	for (;;) {
		struct pollfd p = {.fd = t->fd, .events = event};
		int64_t left = t->deadline - clock_mono();
		int k = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (k < 0 && errno == EINTR)
			continue;
		return k > 0;
	}
}

static bool say(const struct talk *t, const void *p, size_t n)
{
	const char *s = p;
	while (n) {
		ssize_t k = ready(t, POLLOUT) ? send(t->fd, s, n, MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
		if (k < 0 && (errno == EINTR || errno == EAGAIN) && t->deadline > clock_mono())
			continue;
		if (k <= 0)
			return false;
		s += k;
		n -= (size_t)k;
	}
	return true;
}

/* Bytes read until the other side closes or a NUL came; 0 when it did not answer. */
static size_t hear(const struct talk *t, char answer[ANSWER_MAX])
{
	size_t n = 0;
	while (n < ANSWER_MAX && ready(t, POLLIN)) {
		ssize_t k = recv(t->fd, answer + n, ANSWER_MAX - n, 0);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		n += (size_t)k;
		if (answer[n - 1] == '\0')
			return n;
	}
	return 0;
}

static int connect_to(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || strlen(path) >= sizeof to.sun_path) {
		file_close_p(&fd);
		return -1;
	}
	(void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	if (connect(fd, (const struct sockaddr *)&to, sizeof to) < 0)
		file_close_p(&fd);
	return fd;
}

/* A piece, its length before it, highest byte first; the piece of none ends the stream. */
static bool say_piece(const struct talk *t, const void *p, size_t n)
{
	const uint8_t length[4] = {
	    (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
	return say(t, length, sizeof length) && say(t, p, n);
}

enum clamd_verdict clamd_scan(const char *socket, const void *p, size_t n, unsigned seconds)
{
	static const char command[] = "zINSTREAM";
	char answer[ANSWER_MAX];
	const char *s = p;
	int fd GW_CLEANUP(file_close_p) = connect_to(socket);
	const struct talk t = {fd, clock_mono() + (int64_t)seconds * 1000};
	bool sent = fd >= 0 && say(&t, command, sizeof command);
	for (size_t at = 0; at < n && sent; at += CHUNK)
		sent = say_piece(&t, s + at, n - at < CHUNK ? n - at : CHUNK);
	if (sent)
		sent = say_piece(&t, "", 0);
	/* where it refuses the stream it says so before the end */
	size_t heard = fd >= 0 ? hear(&t, answer) : 0;
	enum clamd_verdict verdict = heard ? clamd_answer(answer, heard) : CLAMD_FAILED;
	return verdict == CLAMD_CLEAN && !sent ? CLAMD_FAILED : verdict;
}
