/* SPDX-License-Identifier: EUPL-1.2 */
/* workers: a request each, from the head to the end of the answer; and shakers: a step of a
 * handshake each, which takes milliseconds that the loop does not have. */
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "http/pool.h"
#include "http/tls.h"
#include "http/verdict.h"

/* The first connection that may be worked on now, taken off the queue; under the lock. */
static struct conn *take(struct http_server *s)
{
	for (struct conn **at = &s->ready.first; *at; at = &(*at)->after) {
		struct conn *c = *at;
		bool body = c->parsed.framing != HTTP_NO_BODY && !c->refused;
		if (body && s->busy_body >= s->limits.with_body)
			continue;
		*at = c->after;
		if (!*at)
			s->ready.last = at;
		s->waiting--;
		s->busy++;
		s->busy_body += body;
		return c;
	}
	return NULL;
}

/* 0, or the status of a refusal. The certificate was good when the connection began; `now` has the
 * roots and lists of today. */
static int identify(struct http_server *s, struct conn *c, SSL_CTX *now, struct http_peer *ret_peer)
{
	X509 *x = c->stream.ssl ? SSL_get0_peer_certificate(c->stream.ssl) : NULL;
	const char *why = x ? verdict_against(c->stream.ssl, now) : NULL;
	if (why) {
		pool_note(s, "certificate", why);
		return 403;
	}
	if (!x || !s->handlers.identify)
		return 0;
	return s->handlers.identify(s->handlers.arg, x, ret_peer) < 0 ? 403 : 0;
}

static void answer(struct http_server *s, struct conn *c, SSL_CTX *now)
{
	struct http_request q = {
	    .stream = &c->stream, .limits = &s->limits, .head = c->parsed, .rest = &c->in};
	http_request_begin(&q);
	int refused = c->refused ? c->refused : identify(s, c, now, &q.peer);
	if (refused == 403)
		q.close = true;
	if (refused)
		http_request_refuse(&q, refused);
	else
		s->handlers.handle(s->handlers.arg, &q);
	s->counts.slow += q.slow;
	c->close = !http_request_end(&q);
	pool_cut(&c->in, q.rest_at);
}

/* Wait for the next request on c, without the loop: it has nothing of it to read now. False: the
 * loop must look at it. Under the lock, which the loop takes before it lets go of an idle one. */
static bool stays(struct http_server *s, struct conn *c)
{
	if (c->close || c->generation != s->generation || s->stopping || !c->watched ||
	    c->in.len > 0 || (c->stream.ssl && SSL_has_pending(c->stream.ssl)))
		return false;
	c->state = IDLE;
	c->deadline = clock_mono() + s->limits.idle_ms;
	if (pool_watch(s, c, EPOLLIN) == 0)
		return true;
	c->state = READY;
	c->close = true;
	return false;
}

void *pool_shaker(void *arg)
{
	struct http_server *s = arg;
	(void)pthread_mutex_lock(&s->lock);
	while (!s->ending) {
		struct conn *c = s->shaking.first;
		if (!c) {
			(void)pthread_cond_wait(&s->shake, &s->lock);
			continue;
		}
		s->shaking.first = c->after;
		if (!c->after)
			s->shaking.last = &s->shaking.first;
		(void)pthread_mutex_unlock(&s->lock);
		c->step = stream_handshake(&c->stream);
		/* what OpenSSL says of it, it says to this thread */
		c->why = c->step == STREAM_CLOSED ? tls_why(c->stream.ssl) : NULL;
		(void)pthread_mutex_lock(&s->lock);
		s->at_shakers--;
		pool_push(&s->returned, c);
		pool_wake(s);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

void *pool_worker(void *arg)
{
	struct http_server *s = arg;
	(void)pthread_mutex_lock(&s->lock);
	for (;;) {
		struct conn *c = take(s);
		if (!c && s->ending)
			break;
		if (!c) {
			(void)pthread_cond_wait(&s->work, &s->lock);
			continue;
		}
		bool body = c->parsed.framing != HTTP_NO_BODY && !c->refused;
		SSL_CTX *now = c->listener->ctx; /* a reload may change it */
		if (now && SSL_CTX_up_ref(now) != 1)
			abort();
		(void)pthread_mutex_unlock(&s->lock);
		answer(s, c, now);
		SSL_CTX_free(now);
		(void)pthread_mutex_lock(&s->lock);
		s->busy--;
		s->busy_body -= body;
		bool back = !stays(s, c);
		if (back)
			pool_push(&s->returned, c);
		if (body) /* one that waited for it may go on */
			(void)pthread_cond_signal(&s->work);
		if (back)
			pool_wake(s);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}
