/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "base/err.h"

/* What OpenSSL wants after a call that returned r. */
static enum stream_step wants(const struct stream *s, int r)
{
	switch (SSL_get_error(s->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return STREAM_READ;
	case SSL_ERROR_WANT_WRITE:
		return STREAM_WRITE;
	default:
		return STREAM_CLOSED;
	}
}

enum stream_step stream_handshake(struct stream *s)
{
	if (!s->ssl)
		return STREAM_DONE;
	ERR_clear_error();
	int r = SSL_accept(s->ssl);
	return r == 1 ? STREAM_DONE : wants(s, r);
}

static enum stream_step plain(ssize_t r, bool write)
{
	if (r > 0)
		return STREAM_DONE;
	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		return write ? STREAM_WRITE : STREAM_READ;
	return STREAM_CLOSED;
}

enum stream_step stream_take(struct stream *s, void *p, size_t n, size_t *ret_n)
{
	*ret_n = 0;
	if (!s->ssl) {
		errno = 0; /* so that the end can be told from a failure */
		ssize_t r = recv(s->fd, p, n, 0);
		*ret_n = r > 0 ? (size_t)r : 0;
		return plain(r, false);
	}
	ERR_clear_error();
	int r = SSL_read_ex(s->ssl, p, n, ret_n);
	return r == 1 ? STREAM_DONE : wants(s, r);
}

static enum stream_step give(struct stream *s, const void *p, size_t n, size_t *ret_n)
{
	if (!s->ssl) {
		ssize_t r = send(s->fd, p, n, MSG_NOSIGNAL);
		*ret_n = r > 0 ? (size_t)r : 0;
		return plain(r, true);
	}
	ERR_clear_error();
	int r = SSL_write_ex(s->ssl, p, n, ret_n);
	return r == 1 ? STREAM_DONE : wants(s, r);
}

static int wait_for(const struct stream *s, enum stream_step what, int64_t deadline)
{
	struct pollfd p = {.fd = s->fd, .events = what == STREAM_WRITE ? POLLOUT : POLLIN};
	for (;;) {
		int64_t left = deadline - clock_mono();
		if (left <= 0)
			return GW_ELIMIT;
		int r = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return GW_ENET;
	}
}

int stream_read(struct stream *s, void *p, size_t n, int64_t deadline, size_t *ret_n)
{
	for (;;) {
		enum stream_step step = stream_take(s, p, n, ret_n);
		if (step == STREAM_DONE)
			return 0;
		if (step == STREAM_CLOSED) {
			bool end =
			    s->ssl ? SSL_get_shutdown(s->ssl) & SSL_RECEIVED_SHUTDOWN : errno == 0;
			*ret_n = 0;
			return end ? 0 : GW_ENET;
		}
		int r = wait_for(s, step, deadline);
		if (r < 0)
			return r;
	}
}

int stream_write(struct stream *s, const void *p, size_t n, int64_t deadline, size_t *ret_n)
{
	for (;;) {
		enum stream_step step = give(s, p, n, ret_n);
		if (step == STREAM_DONE)
			return 0;
		if (step == STREAM_CLOSED)
			return GW_ENET;
		int r = wait_for(s, step, deadline);
		if (r < 0)
			return r;
	}
}

void stream_close(struct stream *s)
{
	if (s->ssl) {
		ERR_clear_error();
		if (SSL_is_init_finished(s->ssl))
			(void)SSL_shutdown(s->ssl);
		SSL_free(s->ssl);
		ERR_clear_error();
	}
	if (s->fd >= 0)
		(void)close(s->fd);
	*s = (struct stream){.fd = -1};
}
