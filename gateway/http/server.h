/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server: connections in, requests out to a handler, within limits.
 *
 * One thread accepts and reads heads for all connections in one poll loop, so that silent or slow
 * clients cost a descriptor and no thread; what is to be worked out for a handshake is worked out
 * by four others, which never wait for a client. From the head on a bounded set of workers runs the
 * handler, straight-line code that reads the body and writes the answer with deadlines. A
 * connection has one owner at any time: the loop or one of the other threads.
 *
 * Limits hold before anybody is known (connections in all and per address, time for handshake and
 * head) and after (requests at once per organisation, least rate of a body, a share of the workers
 * that requests with a body can never take).
 */
#ifndef GW_HTTP_SERVER_H
#define GW_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/defs.h"
#include "base/err.h"
#include "http/request.h"

struct http_server;

struct http_limits {
	unsigned connections; /* open at once; one more takes the place of one that waits for its
	                         client, of whoever has the most of them (an organisation, or an
	                         address before one is known), else it is closed unanswered */
	unsigned per_address; /* of these, from one address (http/address.h) before the handshake is
	                         done */
	unsigned workers;     /* requests at once */
	unsigned with_body;   /* of these, with a body; below workers, so that a GET gets through */
	unsigned per_peer;    /* of these, by one organisation: 429 beyond */
	unsigned handshake_ms; /* from accept to the end of the handshake */
	unsigned head_ms;      /* from its first byte to the end of a head */
	unsigned idle_ms;      /* between requests */
	unsigned slow_bytes;   /* a body or answer that moves fewer bytes than this … */
	unsigned slow_ms;      /* … in this time is given up: 408 */
};

/* 1,000 connections, 64 per address, 64 workers of which 56 with body, 16 per organisation, 10 s
 * handshake, 10 s head, 60 s idle, 256 KiB in 30 s. */
extern const struct http_limits HTTP_LIMITS;

/* What is counted; all since the start, but for the last three. */
struct http_counts {
	uint64_t accepted, handshakes, handshake_failures, over_limit, requests, bad_heads, slow;
	uint64_t open, busy, waiting; /* connections, workers, requests without a worker now */
};

struct http_handlers {
	void *arg;
	/*
	 * Who is at the other end? Called after the handshake, and again for every request, so that
	 * what was withdrawn meanwhile is noticed. 0 with *ret_peer, or a failure: the connection
	 * is closed after a 403 that says no more. NULL: nobody is known by name. A certificate
	 * that has expired since the handshake, or is revoked by lists that came since, is refused
	 * in the same way before it is asked about (http/verdict.h).
	 */
	int (*identify)(void *arg, X509 *cert, struct http_peer *ret_peer);
	/* Answer one request (http/request.h). Runs on several threads at once. */
	void (*handle)(void *arg, struct http_request *req);
	/* Something worth counting or a line in a log: an event word and a detail word or NULL,
	 * neither from the other side. May be NULL. */
	void (*note)(void *arg, const char *event, const char *detail);
};

/*
 * http_server_new(limits, handlers, ret, ei): make a server; limits NULL for HTTP_LIMITS.
 *
 * The process ignores SIGPIPE from here on. GW_EUSAGE for limits that contradict; GW_EIO.
 */
int http_server_new(const struct http_limits *limits, const struct http_handlers *handlers,
    struct http_server **ret, struct errinfo *ei) GW_MUST_USE;

/* Serve the listening socket fd, too, with TLS by ctx (of tls_server) or plain where ctx is NULL;
 * both are taken over on success. Before http_server_run only; at most 8. */
int http_server_listen(struct http_server *s, int fd, SSL_CTX *ctx, struct errinfo *ei) GW_MUST_USE;

/* Use ctx, of tls_server, for new connections of the TLS listeners and close those of before after
 * the request that they are at; one that begins only now is judged by ctx first. Taken over. From
 * any thread. */
void http_server_reload(struct http_server *s, SSL_CTX *ctx);

/* Run until http_server_stop; then take nothing new, finish what runs, at most grace_ms. GW_EIO. */
int http_server_run(struct http_server *s, unsigned grace_ms, struct errinfo *ei) GW_MUST_USE;

/* From any thread or signal handler. */
void http_server_stop(struct http_server *s);

void http_server_counts(struct http_server *s, struct http_counts *ret);

/* After http_server_run only. NULL is fine. */
void http_server_free(struct http_server *s);

#endif
