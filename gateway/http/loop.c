/* SPDX-License-Identifier: EUPL-1.2 */
/* loop: everything before the head is whole, for all connections, in one thread that never waits on
 * any of them, nor for the arithmetic of a handshake. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "http/pool.h"
#include "http/tls.h"

enum { EVENTS = 64, TICK_MS = 250, TAKE = 16 << 10, BUSY_MS = 20, LINGER_MS = 2000 };

static void drop(struct http_server *s, struct conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	s->conns_n--;
	stream_close(&c->stream);
	buf_release(&c->in);
	buf_release(&c->head);
	free(c);
}

static void watch(struct http_server *s, struct conn *c, uint32_t events)
{
	if (pool_watch(s, c, events) < 0)
		drop(s, c);
}

/* How many requests of that organisation are with the workers or wait for one. */
static unsigned at_once(const struct http_server *s, const char *peer)
{
	unsigned n = 0;
	for (const struct conn *c = s->conns; c && *peer; c = c->next)
		n += (c->state == READY) && strcmp(c->peer, peer) == 0;
	return n;
}

static void hand_over(struct http_server *s, struct conn *c, int refused)
{
	c->refused = refused;
	if (!refused && at_once(s, c->peer) >= s->limits.per_peer) {
		c->refused = 429;
		s->counts.over_limit++;
	}
	s->counts.requests++;
	c->state = READY;
	(void)pthread_mutex_lock(&s->lock);
	s->waiting++;
	pool_push(&s->ready, c);
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_cond_signal(&s->work); /* without the lock, which it will want */
}

/* Look for a whole head in what came: true when the connection went on to a worker. */
static bool find_head(struct http_server *s, struct conn *c)
{
	size_t end = 0;
	int status = 400, r = 0;
	if (c->in.len > 0)
		r = http_head_end(c->in.data, c->in.len, c->looked, &end);
	c->looked = c->in.len;
	if (r == 0 && end == 0)
		return false;
	buf_clear(&c->head);
	c->parsed = (struct http_head){.method = HTTP_METHOD_GET};
	if (r == GW_ELIMIT)
		status = 431;
	if (r == 0 && (r = buf_add(&c->head, c->in.data, end)) == 0) {
		pool_cut(&c->in, end);
		r = http_head_parse(c->head.data, c->head.len, &c->parsed, &status, NULL);
	}
	c->looked = 0;
	if (r < 0)
		s->counts.bad_heads++;
	hand_over(s, c, r < 0 ? status : 0);
	return true;
}

/* Read what is there; then wait for more, or pass the connection on, or drop it. */
static void read_more(struct http_server *s, struct conn *c)
{
	for (;;) {
		if (find_head(s, c))
			return;
		if (c->state == IDLE && c->in.len > 0) {
			c->state = HEAD;
			c->deadline = clock_mono() + s->limits.head_ms;
		}
		char *room = buf_room(&c->in, TAKE);
		size_t n = 0;
		enum stream_step step =
		    room ? stream_take(&c->stream, room, TAKE, &n) : STREAM_CLOSED;
		if (step == STREAM_CLOSED) {
			drop(s, c);
			return;
		}
		if (step != STREAM_DONE) {
			watch(s, c, step == STREAM_WRITE ? EPOLLOUT : EPOLLIN);
			return;
		}
		buf_wrote(&c->in, n);
	}
}

/* Read away what still comes, until the other side closes too. */
static void linger(struct http_server *s, struct conn *c)
{
	char away[TAKE];
	ssize_t n;
	if (c->state != LINGER) {
		c->state = LINGER;
		c->deadline = clock_mono() + LINGER_MS;
		if (c->stream.ssl)
			(void)SSL_shutdown(c->stream.ssl);
		(void)shutdown(c->stream.fd, SHUT_WR);
	}
	while ((n = recv(c->stream.fd, away, sizeof away, 0)) > 0)
		;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		watch(s, c, EPOLLIN);
	else
		drop(s, c);
}

static void to_idle(struct http_server *s, struct conn *c)
{
	c->state = IDLE;
	c->deadline = clock_mono() + s->limits.idle_ms;
	read_more(s, c);
}

/* Who is at the other end is asked once here, for the limits, and again with every request. */
static bool known(struct http_server *s, struct conn *c)
{
	X509 *x = c->stream.ssl ? SSL_get0_peer_certificate(c->stream.ssl) : NULL;
	struct http_peer peer = {0};
	if (x && s->handlers.identify && s->handlers.identify(s->handlers.arg, x, &peer) < 0) {
		pool_note(s, "stranger", NULL);
		s->counts.handshake_failures++;
		return false;
	}
	memcpy(c->peer, peer.id, sizeof c->peer);
	return true;
}

/* The next step of the handshake can be made: a shaker makes it. */
static void shake(struct http_server *s, struct conn *c)
{
	c->state = SHAKING;
	(void)pthread_mutex_lock(&s->lock);
	s->at_shakers++;
	pool_push(&s->shaking, c);
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_cond_signal(&s->shake);
}

/* It was made, or none is needed. */
static void shaken(struct http_server *s, struct conn *c)
{
	c->state = HANDSHAKE;
	if (c->step == STREAM_CLOSED) {
		s->counts.handshake_failures++;
		pool_note(s, "handshake", c->why);
		drop(s, c);
	} else if (c->step != STREAM_DONE) {
		watch(s, c, c->step == STREAM_WRITE ? EPOLLOUT : EPOLLIN);
	} else {
		s->counts.handshakes += c->stream.ssl != NULL;
		(void)known(s, c); /* a stranger gets its 403 from the first request */
		to_idle(s, c);
	}
}

/* Room for one more: when all is taken, one gives way. */
static bool make_room(struct http_server *s)
{
	if (s->conns_n < s->limits.connections)
		return true;
	(void)pthread_mutex_lock(&s->lock); /* a worker may make one idle only now */
	struct conn *gone = pool_gives_way(s);
	if (gone) {
		s->counts.over_limit += gone->state != IDLE;
		drop(s, gone);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return gone != NULL;
}

static bool may_come_in(struct http_server *s, const struct address *from)
{
	unsigned shaking = 0;
	for (const struct conn *c = s->conns; c; c = c->next)
		shaking +=
		    (c->state == HANDSHAKE || c->state == SHAKING) && address_is(&c->from, from);
	return shaking < s->limits.per_address && make_room(s);
}

/* A new connection on fd; closed where it may not come in. */
static void begin(struct http_server *s, const struct listener *l, int fd, struct address from)
{
	int one = 1;
	SSL *ssl = NULL;
	if (!may_come_in(s, &from)) {
		s->counts.over_limit++;
		(void)close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	(void)pthread_mutex_lock(&s->lock); /* a reload may change ctx */
	unsigned generation = s->generation;
	if (l->ctx && (ssl = SSL_new(l->ctx)) && SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		ssl = NULL;
	}
	(void)pthread_mutex_unlock(&s->lock);
	struct conn *c = str_alloc(sizeof *c);
	*c = (struct conn){.next = s->conns,
	    .listener = l,
	    .stream = {fd, ssl},
	    .from = from,
	    .generation = generation,
	    .state = HANDSHAKE,
	    .deadline = clock_mono() + s->limits.handshake_ms,
	    .in = BUF_INIT(2 * HTTP_HEAD_MAX + 2),
	    .head = BUF_INIT(HTTP_HEAD_MAX + 1)};
	if (s->conns)
		s->conns->prev = c;
	s->conns = c;
	s->conns_n++;
	c->step = ssl ? STREAM_READ : STREAM_DONE;
	if (l->ctx && !ssl)
		drop(s, c);
	else
		shaken(s, c); /* nothing of the handshake is done before its first bytes are here */
}

static void accept_some(struct http_server *s, const struct listener *l)
{
	for (int i = 0; i < EVENTS; i++) {
		struct sockaddr_storage a = {0};
		socklen_t n = sizeof a;
		int fd = accept4(l->fd, (struct sockaddr *)&a, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
				(void)usleep(BUSY_MS * 1000); /* do not spin on what stays ready */
			return;
		}
		s->counts.accepted++;
		begin(s, l, fd, address_of(&a));
	}
}

/* Take back what the workers are done with. */
static void take_back(struct http_server *s)
{
	(void)pthread_mutex_lock(&s->lock);
	struct conn *c = s->returned.first;
	unsigned generation = s->generation;
	s->returned = (struct queue){.first = NULL, .last = &s->returned.first};
	(void)pthread_mutex_unlock(&s->lock);
	while (c) {
		struct conn *next = c->after;
		if (c->state == SHAKING)
			shaken(s, c);
		else if (c->close || c->generation != generation || s->stopping)
			linger(s, c);
		else
			to_idle(s, c);
		c = next;
	}
}

/* Drop what is past its deadline, of an older generation, or idle while the server stops. */
static void sweep(struct http_server *s, bool stopping)
{
	int64_t now = clock_mono();
	(void)pthread_mutex_lock(&s->lock);
	unsigned generation = s->generation;
	for (struct conn *c = s->conns, *next; c; c = next) {
		next = c->next;
		if (c->state == READY || c->state == SHAKING)
			continue;
		bool old = c->state == IDLE && c->generation != generation;
		if (now >= c->deadline && (c->state == HANDSHAKE || c->state == HEAD))
			s->counts.slow++;
		if (now >= c->deadline || old || (stopping && c->state != LINGER))
			drop(s, c);
	}
	(void)pthread_mutex_unlock(&s->lock);
}

static bool quiet(struct http_server *s)
{
	(void)pthread_mutex_lock(&s->lock);
	bool q = s->busy == 0 && s->waiting == 0 && s->at_shakers == 0 && !s->returned.first;
	(void)pthread_mutex_unlock(&s->lock);
	return q;
}

static bool is_listener(const struct http_server *s, const void *p)
{
	return p >= (const void *)s->listeners && p < (const void *)(s->listeners + HTTP_LISTENERS);
}

static void turn(struct http_server *s, struct epoll_event *e, int n)
{
	for (int i = 0; i < n; i++) {
		void *p = e[i].data.ptr;
		if (p == s) {
			uint64_t v;
			(void)!read(s->wake, &v, sizeof v);
		} else if (!is_listener(s, p)) {
			struct conn *c = p;
			if (c->state == HANDSHAKE)
				shake(s, c);
			else if (c->state == LINGER)
				linger(s, c);
			else
				read_more(s, c);
		}
	}
	/* these last: who comes in may push out a connection that an event above is about */
	for (int i = 0; i < n; i++)
		if (is_listener(s, e[i].data.ptr))
			accept_some(s, e[i].data.ptr);
}

/* No new connection any more; what runs has until `deadline`, then its sockets are shut. */
static void wind_down(struct http_server *s, int64_t deadline, bool *ret_shut)
{
	for (size_t i = 0; i < s->listeners_n; i++)
		(void)epoll_ctl(s->epoll, EPOLL_CTL_DEL, s->listeners[i].fd, NULL);
	if (clock_mono() < deadline || *ret_shut)
		return;
	*ret_shut = true;
	for (struct conn *c = s->conns; c; c = c->next)
		(void)shutdown(c->stream.fd, SHUT_RDWR);
}

int pool_loop(struct http_server *s, unsigned grace_ms, struct errinfo *ei)
{
	struct epoll_event events[EVENTS];
	int64_t swept = clock_mono(), deadline = INT64_MAX;
	bool shut = false;
	for (;;) {
		int n = epoll_wait(s->epoll, events, EVENTS, TICK_MS);
		if (n < 0 && errno != EINTR)
			return err_sys(ei, GW_EIO, "epoll_wait");
		/* whoever had one of these watched did so under the lock, and is done with it now
		 */
		(void)pthread_mutex_lock(&s->lock);
		(void)pthread_mutex_unlock(&s->lock);
		turn(s, events, n);
		take_back(s);
		if (s->stopping && deadline == INT64_MAX)
			deadline = clock_mono() + grace_ms;
		if (s->stopping)
			wind_down(s, deadline, &shut);
		if (s->stopping || clock_mono() - swept >= TICK_MS) {
			sweep(s, s->stopping);
			swept = clock_mono();
		}
		if (s->stopping && quiet(s) && !s->conns)
			return 0;
	}
}
