/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * wire: the least client that measures a server over mutual TLS: a connection, one request at a
 * time, its answer. Whoever measures trusts the server that he started: its name is not looked at.
 * What fails ends the program, for half a measurement is none.
 */
#ifndef TESTS_BENCH_WIRE_H
#define TESTS_BENCH_WIRE_H

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

enum { WIRE_HEAD = 8192, WIRE_BODY = 1 << 20 };

struct wire {
	int fd;
	SSL *ssl;
	char in[WIRE_HEAD + WIRE_BODY]; /* an answer, from its first byte */
	size_t n;                       /* bytes of it that are here */
	size_t head, whole;             /* length of its head, and of all of it; 0: not known */
	int status;
};

__attribute__((format(printf, 1, 2), noreturn)) static inline void wire_die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* A whole number from 0 to `most`. */
static inline int wire_number(const char *s, long most)
{
	char *end = NULL;
	long v = strtol(s, &end, 10);
	if (end == s || v < 0 || v > most)
		wire_die("'%.40s' is no number from 0 to %ld", s, most);
	return (int)v;
}

static inline double wire_now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds of processor that this program has used. */
static inline double wire_cpu(void)
{
	struct rusage u;
	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* The server's certificate is taken as it is, without the work of looking at it. */
static inline int wire_trust(X509_STORE_CTX *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 1;
}

static inline SSL_CTX *wire_context(const char *cert, const char *key)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	if (!c || SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_use_certificate_chain_file(c, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) != 1)
		wire_die("%s, %s: no certificate and key", cert, key);
	(void)SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_cert_verify_callback(c, wire_trust, NULL);
	return c;
}

static inline struct wire *wire_open(SSL_CTX *ctx, int port)
{
	struct wire *w = calloc(1, sizeof *w);
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1;
	if (!w)
		wire_die("out of memory");
	w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&to, sizeof to) < 0)
		wire_die("nobody listens on port %d", port);
	(void)setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	w->ssl = SSL_new(ctx);
	if (!w->ssl || SSL_set_fd(w->ssl, w->fd) != 1 || SSL_connect(w->ssl) != 1)
		wire_die("the handshake with port %d failed", port);
	return w;
}

static inline void wire_close(struct wire *w)
{
	(void)SSL_shutdown(w->ssl);
	SSL_free(w->ssl);
	(void)close(w->fd);
	free(w);
}

static inline void wire_write(struct wire *w, const void *p, size_t n)
{
	size_t k = 0;
	if (n && (SSL_write_ex(w->ssl, p, n, &k) != 1 || k != n))
		wire_die("the connection broke while a request was written");
}

/* The value of a field of the answer's head, or NULL; it ends with the line. */
static inline const char *wire_field(const struct wire *w, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = w->in, *end = w->in + w->head; at && at < end;
	     at = memchr(at, '\n', (size_t)(end - at)), at = at ? at + 1 : NULL)
		if (strncasecmp(at, name, n) == 0 && at[n] == ':') {
			for (at += n + 1; *at == ' '; at++)
				;
			return at;
		}
	return NULL;
}

/* Look at what came; true when the answer is whole. */
static inline bool wire_whole(struct wire *w)
{
	if (!w->whole) {
		w->in[w->n] = '\0';
		const char *end = strstr(w->in, "\r\n\r\n");
		if (!end)
			return false;
		w->head = (size_t)(end - w->in) + 4;
		w->status = wire_number(w->in + strlen("HTTP/1.1 "), 999);
		const char *length = wire_field(w, "content-length");
		w->whole = w->head + (length ? strtoul(length, NULL, 10) : 0);
		if (w->whole >= sizeof w->in)
			wire_die("an answer of %zu bytes is too long", w->whole);
	}
	return w->n >= w->whole;
}

static inline void wire_begin(struct wire *w)
{
	w->n = w->head = w->whole = 0;
}

/* Wait for the answer; its status. */
static inline int wire_answer(struct wire *w)
{
	wire_begin(w);
	while (!wire_whole(w)) {
		size_t k = 0;
		if (SSL_read_ex(w->ssl, w->in + w->n, sizeof w->in - 1 - w->n, &k) != 1)
			wire_die("the connection broke while an answer was read");
		w->n += k;
	}
	return w->status;
}

/* One request with a body of n bytes; fields are whole lines. Its status. */
static inline int wire_call(struct wire *w, const char *method, const char *path,
    const char *fields, const void *body, size_t n)
{
	char head[4096];
	int k = snprintf(
	    head, sizeof head, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, path, fields);
	if (k > 0 && (size_t)k < sizeof head && (body || n))
		k += snprintf(head + k, sizeof head - (size_t)k, "Content-Length: %zu\r\n", n);
	if (k < 0 || (size_t)k + 2 >= sizeof head)
		wire_die("the request does not fit");
	(void)memcpy(head + k, "\r\n", 2);
	wire_write(w, head, (size_t)k + 2);
	wire_write(w, body, n);
	return wire_answer(w);
}

#endif
