/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * peer: a gateway for tests of the client: the real TLS server with a handler that keeps uploads in
 * memory and serves a file by ranges, and between both a wire that can be cut after so many bytes.
 */
#ifndef TESTS_UNIT_CLIENT_PEER_H
#define TESTS_UNIT_CLIENT_PEER_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "http/server.h"
#include "http/tls.h"
#include "sign/cert.h"
#include "tests/support/pki.h"
#include "tests/unit/test.h"

#define PEER_PACKAGE "0b7c1a5e-3f6d-4a52-9a1b-5d1c7f3e9a10"

struct peer {
	struct pki pki;
	struct http_server *server;
	pthread_t thread;
	unsigned short port;
	atomic_uint requests, heads, posts, patches, gets;
	/* the upload, and the file that is served */
	pthread_mutex_t lock;
	unsigned char *got;
	size_t have, length;
	bool open, deposited;
	const unsigned char *file;
	size_t file_n;
	char sha256[HASH_HEX];
	/* asked before all else: true when it has answered */
	bool (*first)(struct peer *p, struct http_request *q);
	void *arg; /* for it */
	/* what it does wrong */
	int fail_patch; /* a status */
	const char *retry_after;
	bool gone_once, no_ranges, too_long, wrong_etag, conflict_once, lose_answer;
	/* the wire */
	int wire;
	unsigned short wire_port;
	pthread_t wire_thread;
	size_t cut_up, cut_down; /* cut each connection after so many bytes; 0: never */
	atomic_uint cuts;
	atomic_bool wire_over;
};

static int peer_identify(void *arg, X509 *cert, struct http_peer *ret)
{
	struct cert_facts f;
	(void)arg;
	if (cert_facts(cert, &f, NULL) < 0)
		return GW_EAUTH;
	(void)snprintf(ret->id, sizeof ret->id, "%s", f.oin);
	return 0;
}

static void peer_say(struct http_request *q, int status, const char *json)
{
	struct http_answer a = {.status = status,
	    .type = status < 300 ? "application/json" : "application/problem+json"};
	(void)!http_answer(q, &a, json, strlen(json));
}

static void peer_offset(struct peer *p, struct http_request *q, int status)
{
	char n[32];
	(void)snprintf(n, sizeof n, "%zu", p->have);
	struct http_header f[] = {{"Upload-Offset", n}, {"Tus-Resumable", "1.0.0"}};
	struct http_answer a = {.status = status, .fields = f, .fields_n = 2};
	(void)!http_answer(q, &a, NULL, 0);
}

static void peer_create(struct peer *p, struct http_request *q)
{
	const struct http_head *h = http_request_head(q);
	const struct http_text length = http_field(h, "upload-length");
	char text[32];
	uint64_t n = 0;
	(void)snprintf(text, sizeof text, "%.*s", (int)length.n, length.p);
	assert_int_equal(str_u64(text, 1 << 30, &n), 0);
	if (!p->open) {
		free(p->got);
		p->got = calloc(1, n + 1);
		p->have = 0;
		p->length = n;
		p->open = true;
	}
	struct http_header f[] = {{"Location", "/v1/uploads/u1"}, {"Tus-Resumable", "1.0.0"}};
	struct http_answer a = {.status = 201, .fields = f, .fields_n = 2};
	(void)!http_answer(q, &a, NULL, 0);
}

static void peer_patch(struct peer *p, struct http_request *q)
{
	size_t n = 1;
	int r = http_body_max(q, 1 << 30, NULL);
	if (p->fail_patch) {
		static const char why[] = "{\"code\":\"io-error\",\"detail\":\"the disk is full\"}";
		struct http_header later = {"Retry-After", p->retry_after};
		struct http_answer a = {
		    p->fail_patch, "application/problem+json", &later, p->retry_after != NULL};
		(void)!http_answer(q, &a, why, sizeof why - 1);
		return;
	}
	if (p->conflict_once) {
		p->conflict_once = false;
		peer_say(q, 409, "{\"code\":\"conflict\",\"detail\":\"somebody else writes\"}");
		return;
	}
	while (r == 0 && n > 0) {
		n = 0;
		r = http_body_read(q, p->got + p->have, p->length - p->have + 1, &n, NULL);
		if (r == 0)
			p->have += n;
	}
	if (p->have == p->length) {
		p->open = false;
		p->deposited = true;
	}
	if (r == 0 && !p->lose_answer)
		peer_offset(p, q, 204);
}

static void peer_file(struct peer *p, struct http_request *q)
{
	const struct http_head *h = http_request_head(q);
	const struct http_text range = http_field(h, "range");
	char etag[HASH_HEX + 2], content[100], text[60];
	size_t from = 0;
	(void)snprintf(etag, sizeof etag, "\"%s\"", p->sha256);
	if (p->wrong_etag)
		etag[1] = etag[1] == '0' ? '1' : '0';
	if (range.p && !p->no_ranges) {
		uint64_t n = 0;
		(void)snprintf(text, sizeof text, "%.*s", (int)range.n, range.p);
		assert_true(str_starts(text, "bytes=") && str_ends(text, "-"));
		text[strlen(text) - 1] = '\0';
		assert_int_equal(str_u64(text + 6, p->file_n, &n), 0);
		from = (size_t)n;
	}
	(void)snprintf(
	    content, sizeof content, "bytes %zu-%zu/%zu", from, p->file_n - 1, p->file_n);
	struct http_header f[] = {{"ETag", etag}, {"Content-Range", content}};
	struct http_answer a = {.status = from ? 206 : 200,
	    .type = "application/octet-stream",
	    .fields = f,
	    .fields_n = from ? 2 : 1};
	size_t more = p->too_long ? 10 : 0;
	if (http_answer_begin(q, &a, p->file_n - from + more) == 0 &&
	    http_answer_write(q, p->file + from, p->file_n - from) == 0 && more)
		(void)!http_answer_write(q, "0123456789", more);
}

static void peer_huge(struct http_request *q)
{
	static char piece[65536];
	struct http_answer a = {.status = 200, .type = "application/json"};
	if (http_answer_begin(q, &a, 64 << 20) < 0)
		return;
	for (int i = 0; i < 1024; i++)
		if (http_answer_write(q, piece, sizeof piece) < 0)
			return;
}

static void peer_other(struct peer *p, struct http_request *q)
{
	const struct http_head *h = http_request_head(q);
	if (http_is(h->path, "/v1/redirect")) {
		struct http_header f[] = {{"Location", "/v1/hello"}};
		(void)!http_answer(q, &(struct http_answer){302, NULL, f, 1}, NULL, 0);
	} else if (http_is(h->path, "/v1/huge")) {
		peer_huge(q);
	} else if (http_is(h->path, "/v1/slow")) {
		(void)usleep(1800000);
	} else if (http_is(h->path, "/v1/refused")) {
		peer_say(q, 403,
		    "{\"code\":\"refused\",\"status\":403,\"detail\":\"the term \\u001b[31mis over\"}");
	} else if (http_is(h->path, "/v1/busy")) {
		peer_say(q, 429, "{\"code\":\"limit-reached\",\"detail\":\"too many at once\"}");
	} else if (http_is(h->path, "/v1/packages/" PEER_PACKAGE)) {
		peer_say(q, 200,
		    p->deposited ? "{\"state\":\"deposited\"}" : "{\"state\":\"announced\"}");
	} else if (http_is(h->path, "/v1/text")) {
		(void)!http_answer(
		    q, &(struct http_answer){200, "text/plain", NULL, 0}, "a\nb\n", 4);
	} else {
		peer_say(q, 200, "{\"hello\":true}");
	}
}

static void peer_handle(void *arg, struct http_request *q)
{
	struct peer *p = arg;
	const struct http_head *h = http_request_head(q);
	atomic_fetch_add(&p->requests, 1);
	pthread_mutex_lock(&p->lock);
	if (p->first && p->first(p, q)) {
		pthread_mutex_unlock(&p->lock);
		return;
	}
	if (http_is(h->path, "/v1/uploads")) {
		atomic_fetch_add(&p->posts, 1);
		peer_create(p, q);
	} else if (http_is(h->path, "/v1/uploads/u1") && h->method == HTTP_METHOD_HEAD) {
		atomic_fetch_add(&p->heads, 1);
		if (p->gone_once || !p->open) {
			p->gone_once = p->open = false;
			peer_say(q, 404, "{\"code\":\"not-found\"}");
		} else {
			peer_offset(p, q, 200);
		}
	} else if (http_is(h->path, "/v1/uploads/u1")) {
		atomic_fetch_add(&p->patches, 1);
		peer_patch(p, q);
	} else if (http_is(h->path, "/v1/content")) {
		atomic_fetch_add(&p->gets, 1);
		peer_file(p, q);
	} else {
		peer_other(p, q);
	}
	pthread_mutex_unlock(&p->lock);
}

static void *peer_serve(void *arg)
{
	struct peer *p = arg;
	struct errinfo ei = ERRINFO_INIT;
	test_code(http_server_run(p->server, 2000, &ei), 0, &ei);
	return NULL;
}

static int peer_socket(unsigned short *ret_port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof a;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*ret_port = ntohs(a.sin_port);
	return fd;
}

/* ---- the wire ---- */

/* Carry bytes both ways until one side ends or the wire is to be cut. */
static void wire_carry(struct peer *p, int client, int server)
{
	size_t up = 0, down = 0;
	char b[16384];
	for (;;) {
		struct pollfd f[] = {
		    {.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
		if (atomic_load(&p->wire_over) || poll(f, 2, 100) < 0)
			return;
		for (int i = 0; i < 2; i++) {
			size_t *moved = i ? &down : &up, most = i ? p->cut_down : p->cut_up;
			if (!f[i].revents)
				continue;
			ssize_t n = recv(f[i].fd, b, sizeof b, 0);
			if (n <= 0)
				return;
			if (most && *moved + (size_t)n > most) {
				(void)!send(f[1 - i].fd, b, most - *moved, MSG_NOSIGNAL);
				atomic_fetch_add(&p->cuts, 1);
				return;
			}
			*moved += (size_t)n;
			for (ssize_t at = 0; at < n;) {
				ssize_t k =
				    send(f[1 - i].fd, b + at, (size_t)(n - at), MSG_NOSIGNAL);
				if (k <= 0)
					return;
				at += k;
			}
		}
	}
}

/* One connection after the other: this client has no more. */
static void *wire_run(void *arg)
{
	struct peer *p = arg;
	while (!atomic_load(&p->wire_over)) {
		struct pollfd f = {.fd = p->wire, .events = POLLIN};
		if (poll(&f, 1, 50) <= 0)
			continue;
		int client = accept(p->wire, NULL, NULL);
		int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(p->port)};
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		if (connect(server, (struct sockaddr *)&a, sizeof a) == 0)
			wire_carry(p, client, server);
		(void)close(client);
		(void)close(server);
	}
	return NULL;
}

/* ---- all of it ---- */

/* Serve with the certificate of that name. */
static void peer_start(struct peer *p, const char *cert)
{
	struct errinfo ei = ERRINFO_INIT;
	struct http_handlers handlers = {
	    .arg = p, .identify = peer_identify, .handle = peer_handle};
	SSL_CTX *ctx = NULL;
	char root[100], a[100], b[100];
	(void)snprintf(root, sizeof root, "%s/root.pem", p->pki.roots);
	(void)snprintf(a, sizeof a, "%s/root.crl", p->pki.crls);
	(void)snprintf(b, sizeof b, "%s/ca.crl", p->pki.crls);
	const char *roots[] = {root}, *lists[] = {a, b};
	struct tls_files f = {.cert = pki_path(&p->pki, cert, ".pem"),
	    .key = pki_path(&p->pki, cert, ".key"),
	    .roots = roots,
	    .roots_n = 1,
	    .lists = lists,
	    .lists_n = 2,
	    .at = PKI_NOW};
	int fd = peer_socket(&p->port);
	test_code(tls_server(&f, &ctx, &ei), 0, &ei);
	test_code(http_server_new(NULL, &handlers, &p->server, &ei), 0, &ei);
	test_code(http_server_listen(p->server, fd, ctx, &ei), 0, &ei);
	assert_int_equal(pthread_create(&p->thread, NULL, peer_serve, p), 0);
	p->wire = peer_socket(&p->wire_port);
	atomic_store(&p->wire_over, false);
	assert_int_equal(pthread_create(&p->wire_thread, NULL, wire_run, p), 0);
}

static void peer_stop(struct peer *p)
{
	if (!p->server)
		return;
	atomic_store(&p->wire_over, true);
	(void)pthread_join(p->wire_thread, NULL);
	(void)close(p->wire);
	http_server_stop(p->server);
	(void)pthread_join(p->thread, NULL);
	http_server_free(p->server);
	p->server = NULL;
	free(p->got);
	p->got = NULL;
}

#endif
