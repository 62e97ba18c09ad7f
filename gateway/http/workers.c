/* SPDX-License-Identifier: EUPL-1.2 */
/* workers: a request each, from the head to the end of the answer. */
#include "http/pool.h"

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

/* 0, or the status of a refusal. */
static int identify(struct http_server *s, struct conn *c, struct http_peer *ret_peer)
{
	X509 *x = c->stream.ssl ? SSL_get0_peer_certificate(c->stream.ssl) : NULL;
	if (!x || !s->handlers.identify)
		return 0;
	return s->handlers.identify(s->handlers.arg, x, ret_peer) < 0 ? 403 : 0;
}

static void answer(struct http_server *s, struct conn *c)
{
	struct http_request q = {
	    .stream = &c->stream, .limits = &s->limits, .head = c->parsed, .rest = &c->in};
	http_request_begin(&q);
	int refused = c->refused ? c->refused : identify(s, c, &q.peer);
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
		(void)pthread_mutex_unlock(&s->lock);
		answer(s, c);
		(void)pthread_mutex_lock(&s->lock);
		s->busy--;
		s->busy_body -= body;
		pool_push(&s->returned, c);
		if (body) /* one that waited for it may go on */
			(void)pthread_cond_signal(&s->work);
		pool_wake(s);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}
