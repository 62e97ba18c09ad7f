/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pool: the connections of a server and who has them; for server.c, loop.c and workers.c only.
 *
 * A connection passes from the loop to a shaker over `shaking` and back over `returned`, for each
 * step of its handshake; to a worker over `ready`, and back over `returned` or, when
 * nothing is to be done but to wait for its next request, by being watched again: all of them under
 * the lock. Whoever has it may touch all of it; nobody else touches any of it but its state.
 */
#ifndef GW_HTTP_POOL_H
#define GW_HTTP_POOL_H

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/address.h"
#include "http/inside.h"
#include "http/server.h"

enum { HTTP_LISTENERS = 8, HTTP_STACK = 512 << 10, HTTP_SHAKERS = 4 /* threads */ };

/* SHAKING: with a shaker or waiting for one. READY: with a worker or waiting for one. LINGER:
 * answered for the last time; what still comes is read away, for a close with bytes unread would
 * take the answer back. */
enum state { HANDSHAKE, SHAKING, IDLE, HEAD, READY, LINGER };

struct conn {
	struct conn *prev, *next;        /* all connections: the loop's */
	struct conn *after;              /* in a queue */
	const struct listener *listener; /* where it came in */
	struct stream stream;
	enum stream_step step; /* how far its handshake came, from the shaker */
	const char *why;       /* it failed; static */
	struct address from;
	_Atomic enum state state; /* the loop looks at those of others, too */
	unsigned generation;
	int64_t deadline;
	struct buf in, head; /* bytes not yet read as a head; the head that is answered */
	size_t looked;       /* of `in`, for the end of the head */
	int refused;         /* a status to answer instead of asking the handler, or 0 */
	bool watched;        /* epoll knows its descriptor */
	bool close;          /* nothing more from this one */
	struct http_head parsed;
	char peer[sizeof((struct http_peer *)0)->id];
};

struct queue { /* last points at the NULL behind the last one */
	struct conn *first, **last;
};

struct listener {
	int fd;
	SSL_CTX *ctx; /* NULL: plain */
};

struct http_server {
	struct http_limits limits;
	struct http_handlers handlers;
	struct listener listeners[HTTP_LISTENERS];
	size_t listeners_n;
	uint8_t salt[crypto_shorthash_KEYBYTES]; /* of room.c */
	int epoll, wake;
	atomic_bool stopping;
	struct conn *conns;
	atomic_uint conns_n;
	pthread_mutex_t lock; /* of what stands below */
	pthread_cond_t work, shake;
	struct queue ready, shaking, returned;
	unsigned generation, busy, busy_body, waiting, at_shakers; /* waiting there, or in hand */
	bool ending;
	pthread_t *threads, shakers[HTTP_SHAKERS];
	struct {
		_Atomic uint64_t accepted, handshakes, handshake_failures, over_limit, requests,
		    bad_heads, slow;
	} counts;
};

/* Put c at the end of q; under the lock. */
void pool_push(struct queue *q, struct conn *c);

/* Make the loop look at `returned` and `stopping`. */
void pool_wake(struct http_server *s);

/* Have the loop told once when c can be read (EPOLLIN) or written: from then on it is the loop's.
 * GW_EIO. */
int pool_watch(struct http_server *s, struct conn *c, uint32_t events) GW_MUST_USE;

/* Tell the caller's `note`. */
void pool_note(const struct http_server *s, const char *event, const char *detail);

/* Drop the first n bytes of b. */
void pool_cut(struct buf *b, size_t n);

/*
 * The connection that gives way to a new one, or NULL when each has a request that runs: one of
 * whoever has the most, so that nobody keeps others out by silence or half a head; of these one
 * that is between requests, and that has waited for longest. For the loop, under the lock.
 */
struct conn *pool_gives_way(const struct http_server *s);

/* A worker thread, arg its server; ends when `ending` is set and nothing is ready. */
void *pool_worker(void *arg);

/* A thread for steps of handshakes, arg its server; ends as pool_worker. */
void *pool_shaker(void *arg);

/* Accept, shake hands and read heads until the server stops; then close what is open. */
int pool_loop(struct http_server *s, unsigned grace_ms, struct errinfo *ei) GW_MUST_USE;

#endif
