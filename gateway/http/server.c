/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/str.h"
#include "http/pool.h"

const struct http_limits HTTP_LIMITS = {
    .connections = 1000,
    .per_address = 64,
    .workers = 64,
    .with_body = 56,
    .per_peer = 16,
    .handshake_ms = 10000,
    .head_ms = 10000,
    .idle_ms = 60000,
    .slow_bytes = 256 << 10,
    .slow_ms = 30000,
};

void pool_push(struct queue *q, struct conn *c)
{
	c->after = NULL;
	*q->last = c;
	q->last = &c->after;
}

void pool_note(const struct http_server *s, const char *event, const char *detail)
{
	if (s->handlers.note)
		s->handlers.note(s->handlers.arg, event, detail);
}

void pool_wake(struct http_server *s)
{
	uint64_t one = 1;
	int saved = errno;
	while (write(s->wake, &one, sizeof one) < 0 && errno == EINTR)
		;
	errno = saved;
}

int pool_watch(struct http_server *s, struct conn *c, uint32_t events)
{
	struct epoll_event e = {.events = events | EPOLLONESHOT, .data.ptr = c};
	/* added only now: even without events a descriptor tells of a hang-up, and by then a worker
	 * may have the connection */
	int how = c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	c->watched = true;
	return epoll_ctl(s->epoll, how, c->stream.fd, &e) < 0 ? GW_EIO : 0;
}

void pool_cut(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

int http_server_new(const struct http_limits *limits, const struct http_handlers *handlers,
    struct http_server **ret, struct errinfo *ei)
{
	const struct http_limits *l = limits ? limits : &HTTP_LIMITS;
	if (l->workers == 0 || l->with_body >= l->workers || l->connections < l->workers ||
	    l->slow_ms == 0 || l->per_peer == 0)
		return err_set(ei, GW_EUSAGE, "the limits of the server contradict each other");
	struct http_server *s = str_alloc(sizeof *s);
	s->limits = *l;
	s->handlers = *handlers;
	crypto_shorthash_keygen(s->salt);
	s->ready.last = &s->ready.first;
	s->returned.last = &s->returned.first;
	s->shaking.last = &s->shaking.first;
	s->threads = str_alloc(l->workers * sizeof *s->threads);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->work, NULL);
	(void)pthread_cond_init(&s->shake, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
	if (s->epoll < 0 || s->wake < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->wake, &e) < 0) {
		int r = err_sys(ei, GW_EIO, "epoll");
		http_server_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int http_server_listen(struct http_server *s, int fd, SSL_CTX *ctx, struct errinfo *ei)
{
	if (s->listeners_n == HTTP_LISTENERS)
		return err_set(ei, GW_ELIMIT, "at most %d listeners", HTTP_LISTENERS);
	struct listener *l = &s->listeners[s->listeners_n];
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = l};
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		return err_sys(ei, GW_EIO, "listening socket");
	*l = (struct listener){fd, ctx};
	s->listeners_n++;
	return 0;
}

void http_server_reload(struct http_server *s, SSL_CTX *ctx)
{
	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->listeners_n; i++) {
		struct listener *l = &s->listeners[i];
		if (!l->ctx || SSL_CTX_up_ref(ctx) != 1)
			continue;
		SSL_CTX_free(l->ctx);
		l->ctx = ctx;
	}
	s->generation++;
	(void)pthread_mutex_unlock(&s->lock);
	SSL_CTX_free(ctx);
	pool_wake(s);
}

/* Start the workers and shakers; *ret_n and *ret_shakers were started. */
static int start(struct http_server *s, unsigned *ret_n, unsigned *ret_shakers, struct errinfo *ei)
{
	pthread_attr_t a;
	(void)pthread_attr_init(&a);
	(void)pthread_attr_setstacksize(&a, HTTP_STACK);
	int r = 0;
	for (*ret_n = 0; r == 0 && *ret_n < s->limits.workers; *ret_n += r == 0)
		r = pthread_create(&s->threads[*ret_n], &a, pool_worker, s);
	for (*ret_shakers = 0; r == 0 && *ret_shakers < HTTP_SHAKERS; *ret_shakers += r == 0)
		r = pthread_create(&s->shakers[*ret_shakers], &a, pool_shaker, s);
	(void)pthread_attr_destroy(&a);
	errno = r;
	return r ? err_sys(ei, GW_EIO, "threads") : 0;
}

int http_server_run(struct http_server *s, unsigned grace_ms, struct errinfo *ei)
{
	unsigned n = 0, shakers = 0;
	int r = start(s, &n, &shakers, ei);
	if (r == 0)
		r = pool_loop(s, grace_ms, ei);
	(void)pthread_mutex_lock(&s->lock);
	s->ending = true;
	(void)pthread_cond_broadcast(&s->work);
	(void)pthread_cond_broadcast(&s->shake);
	(void)pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < n; i++)
		(void)pthread_join(s->threads[i], NULL);
	for (unsigned i = 0; i < shakers; i++)
		(void)pthread_join(s->shakers[i], NULL);
	return r;
}

void http_server_stop(struct http_server *s)
{
	s->stopping = true;
	pool_wake(s);
}

void http_server_counts(struct http_server *s, struct http_counts *ret)
{
	(void)pthread_mutex_lock(&s->lock);
	*ret = (struct http_counts){.accepted = s->counts.accepted,
	    .handshakes = s->counts.handshakes,
	    .handshake_failures = s->counts.handshake_failures,
	    .over_limit = s->counts.over_limit,
	    .requests = s->counts.requests,
	    .bad_heads = s->counts.bad_heads,
	    .slow = s->counts.slow,
	    .open = s->conns_n,
	    .busy = s->busy,
	    .waiting = s->waiting};
	(void)pthread_mutex_unlock(&s->lock);
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->listeners_n; i++) {
		(void)close(s->listeners[i].fd);
		SSL_CTX_free(s->listeners[i].ctx);
	}
	if (s->epoll >= 0)
		(void)close(s->epoll);
	if (s->wake >= 0)
		(void)close(s->wake);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->work);
	(void)pthread_cond_destroy(&s->shake);
	free(s->threads);
	free(s);
}
