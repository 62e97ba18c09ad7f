/* SPDX-License-Identifier: EUPL-1.2 */
/* A server on loopback and clients that keep the rules, or do not. */
#include "http/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "http/tls.h"
#include "sign/cert.h"
#include "tests/support/pki.h"
#include "tests/unit/test.h"

#define STRANGER_OIN "00000099000000007000"

static const struct http_limits LIMITS = {
    .connections = 600,
    .per_address = 500,
    .workers = 6,
    .with_body = 4,
    .per_peer = 5,
    .handshake_ms = 60000,
    .head_ms = 60000,
    .idle_ms = 60000,
    .slow_bytes = 1000,
    .slow_ms = 60000,
};

struct world {
	struct pki pki;
	struct http_server *server;
	struct http_limits limits;
	pthread_t thread;
	unsigned short port;
	enum tls_profile profile;
	bool as_time_goes; /* not as at PKI_NOW */
};

static int identify(void *arg, X509 *cert, struct http_peer *ret)
{
	(void)arg;
	struct cert_facts f;
	if (cert_facts(cert, &f, NULL) < 0 || strcmp(f.oin, STRANGER_OIN) == 0)
		return GW_EAUTH;
	(void)snprintf(ret->id, sizeof ret->id, "%s", f.oin);
	return 0;
}

/* /count counts the body's bytes; /small allows 10; /file serves a range of this program; /crawl
 * waits; /silent answers nothing; all else says who asked. */
static void handle(void *arg, struct http_request *q)
{
	(void)arg;
	const struct http_head *h = http_request_head(q);
	char text[100];
	struct http_answer ok = {200, "text/plain", NULL, 0};
	if (http_is(h->path, "/silent"))
		return;
	if (http_is(h->path, "/crawl"))
		(void)usleep(300000);
	if (http_is(h->path, "/file")) {
		int fd GW_CLEANUP(file_close_p) = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		ok.status = 206;
		(void)!http_answer_file(q, &ok, fd, 1, 3);
		return;
	}
	if (http_is(h->path, "/small") && http_body_max(q, 10, NULL) < 0) {
		ok.status = 413;
		(void)!http_answer(q, &ok, "no", 2);
		return;
	}
	if (http_is(h->path, "/count") || http_is(h->path, "/small")) {
		char piece[1000];
		size_t n = 1;
		int r = http_is(h->path, "/count") ? http_body_max(q, 1 << 30, NULL) : 0;
		while (r == 0 && n > 0)
			r = http_body_read(q, piece, sizeof piece, &n, NULL);
		if (r < 0)
			return;
		(void)snprintf(text, sizeof text, "%llu", (unsigned long long)http_body_got(q));
	} else {
		(void)snprintf(text, sizeof text, "hello %s", http_request_peer(q)->id);
	}
	(void)!http_answer(q, &ok, text, strlen(text));
}

static void *serve(void *arg)
{
	struct world *w = arg;
	struct errinfo ei = ERRINFO_INIT;
	test_code(http_server_run(w->server, 2000, &ei), 0, &ei);
	return NULL;
}

static int make_ctx(const struct world *w, SSL_CTX **ret, struct errinfo *ei)
{
	char root[160], crls[3][160], cert[160], key[160];
	(void)snprintf(root, sizeof root, "%s/root.pem", w->pki.roots);
	(void)snprintf(crls[0], sizeof crls[0], "%s/root.crl", w->pki.crls);
	(void)snprintf(crls[1], sizeof crls[1], "%s/ca.crl", w->pki.crls);
	(void)snprintf(crls[2], sizeof crls[2], "%s/short.crl", w->pki.crls);
	(void)snprintf(cert, sizeof cert, "%s/server.pem", w->pki.dir);
	(void)snprintf(key, sizeof key, "%s/server.key", w->pki.dir);
	const char *roots[] = {root}, *lists[] = {crls[0], crls[1], crls[2]};
	struct tls_files f = {.cert = cert,
	    .key = key,
	    .roots = roots,
	    .roots_n = 1,
	    .lists = lists,
	    .lists_n = file_exists(crls[2]) ? 3 : 2,
	    .profile = w->profile,
	    .at = w->as_time_goes ? 0 : PKI_NOW};
	return tls_server(&f, ret, ei);
}

static SSL_CTX *server_ctx(const struct world *w)
{
	SSL_CTX *ctx = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(make_ctx(w, &ctx, &ei), 0, &ei);
	return ctx;
}

static int try_ctx(const struct world *w, struct errinfo *ei)
{
	SSL_CTX *ctx = NULL;
	int r = make_ctx(w, &ctx, ei);
	SSL_CTX_free(ctx);
	return r;
}

static void start(struct world *w)
{
	struct errinfo ei = ERRINFO_INIT;
	struct http_handlers handlers = {.identify = identify, .handle = handle};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof a;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(fd, 512), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	w->port = ntohs(a.sin_port);
	test_code(http_server_new(&w->limits, &handlers, &w->server, &ei), 0, &ei);
	test_code(http_server_listen(w->server, fd, server_ctx(w), &ei), 0, &ei);
	assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
}

static void stop(struct world *w)
{
	if (w->server) {
		http_server_stop(w->server);
		(void)pthread_join(w->thread, NULL);
		http_server_free(w->server);
	}
	w->server = NULL;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->pki = pki_new();
	w->limits = LIMITS;
	const char tls[] = "critical,digitalSignature", both[] = "serverAuth,clientAuth";
	pki_files(&w->pki, "server", &(struct pki_spec){.usage = tls, .purpose = both});
	pki_files(&w->pki, "alice", &(struct pki_spec){.usage = tls, .purpose = both});
	pki_files(&w->pki, "bob",
	    &(struct pki_spec){.usage = tls, .purpose = both, .oin = "00000099000000002000"});
	pki_files(&w->pki, "stranger",
	    &(struct pki_spec){.usage = tls, .purpose = both, .oin = STRANGER_OIN});
	pki_files(
	    &w->pki, "self", &(struct pki_spec){.usage = tls, .purpose = both, .by_self = true});
	pki_files(&w->pki, "expired",
	    &(struct pki_spec){.usage = tls, .purpose = both, .until = PKI_NOW - PKI_DAY});
	X509 *gone =
	    pki_issue(&w->pki, "revoked", &(struct pki_spec){.usage = tls, .purpose = both});
	pki_lists(&w->pki,
	    &(struct pki_revoked){.cert = gone, .when = PKI_NOW - PKI_DAY, .reason = -1}, 1);
	X509_free(gone);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	stop(w);
	pki_free(&w->pki);
	free(w);
	return 0;
}

/* ---- a client ---- */

struct client {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
};

static void client_close(struct client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
	if (c->fd > 0)
		(void)close(c->fd);
	*c = (struct client){0};
	ERR_clear_error();
}

/* A connection from the host-th address of this machine. */
static int tcp_from(const struct world *w, unsigned host)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(w->port)};
	struct sockaddr_in from = {.sin_family = AF_INET};
	struct timeval t = {.tv_sec = 10};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static int tcp(const struct world *w)
{
	return tcp_from(w, 0);
}

/* Connect as `who` (NULL: without certificate) with that TLS version at most (0: any). */
static struct client client(const struct world *w, const char *who, int version)
{
	struct client c = {.fd = tcp(w), .ctx = SSL_CTX_new(TLS_client_method())};
	SSL_CTX_set_security_level(c.ctx, 0); /* it is the server that is to refuse */
	if (who) {
		assert_int_equal(
		    SSL_CTX_use_certificate_chain_file(c.ctx, pki_path(&w->pki, who, ".pem")), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(
				     c.ctx, pki_path(&w->pki, who, ".key"), SSL_FILETYPE_PEM),
		    1);
	}
	if (version)
		assert_int_equal(SSL_CTX_set_max_proto_version(c.ctx, version), 1);
	c.ssl = SSL_new(c.ctx);
	assert_int_equal(SSL_set_fd(c.ssl, c.fd), 1);
	(void)SSL_connect(c.ssl); /* a refusal may show only at the first read */
	return c;
}

static void say(struct client *c, const char *s, size_t n)
{
	(void)SSL_write(c->ssl, s, (int)n);
}

/* Read until `mark` was seen or there is no more; false for the latter. */
static bool hear(struct client *c, struct buf *b, const char *mark)
{
	for (;;) {
		char piece[4096];
		if (b->len && strstr(b->data, mark))
			return true;
		int n = SSL_read(c->ssl, piece, sizeof piece);
		if (n <= 0)
			return false;
		assert_int_equal(buf_add(b, piece, (size_t)n), 0);
	}
}

static void expect(struct client *c, const char *request, const char *status, const char *body)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	say(c, request, strlen(request));
	if (!hear(c, &b, body))
		fail_msg("no '%s' in the answer to '%s': %s", body, request, b.len ? b.data : "");
	if (strncmp(b.data, "HTTP/1.1 ", 9) != 0 || strncmp(b.data + 9, status, 3) != 0)
		fail_msg("not %s: %s", status, b.data);
}

#define HOST "Host: gw.example\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST "\r\n"
#define ALICE "hello " PKI_OIN

static void answers_and_keeps_the_connection(void **state)
{
	struct world *w = *state;
	start(w);
	struct client c = client(w, "alice", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	expect(&c, GET, "200", ALICE);
	say(&c, GET, sizeof GET - 1);
	assert_true(hear(&c, &b, ALICE));
	static const char *const fields[] = {"\r\nDate: ", "\r\nContent-Length: 26\r\n",
	    "\r\nCache-Control: no-store\r\n", "\r\nX-Content-Type-Options: nosniff\r\n",
	    "\r\nStrict-Transport-Security: ", "\r\nX-Frame-Options: DENY\r\n",
	    "frame-ancestors 'none'"};
	for (size_t i = 0; i < GW_LENGTH(fields); i++)
		assert_non_null(strstr(b.data, fields[i]));
	/* two at once, then a HEAD, which has no body */
	buf_clear(&b);
	say(&c, GET GET, sizeof GET GET - 1);
	assert_true(hear(&c, &b, ALICE));
	char *second = strstr(b.data, ALICE) + 1;
	while (!strstr(second, ALICE)) {
		struct buf more GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		assert_true(hear(&c, &more, ALICE));
		break;
	}
	expect(&c, "HEAD / HTTP/1.1\r\n" HOST "\r\n", "200", "\r\n\r\n");
	expect(&c, "GET /file HTTP/1.1\r\n" HOST "\r\n", "206", "\r\n\r\nELF");
	expect(&c, "GET /silent HTTP/1.1\r\n" HOST "\r\n", "500", "{\"status\":500");
	client_close(&c);
	c = client(w, "alice", 0);
	expect(&c, "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", "200", ALICE);
	buf_clear(&b);
	assert_false(hear(&c, &b, "more"));
	client_close(&c);
}

static void reads_bodies_of_both_framings(void **state)
{
	struct world *w = *state;
	start(w);
	struct client c = client(w, "alice", 0);
	expect(&c, "PUT /count HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", "200",
	    "\r\n\r\n5");
	expect(&c,
	    "PUT /count HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n",
	    "200", "\r\n\r\n8");
	/* a body that nobody reads is not taken for a request */
	expect(&c, "PUT / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nGET /", "200", ALICE);
	expect(&c, GET, "200", ALICE);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	const char ask[] =
	    "PUT /count HTTP/1.1\r\n" HOST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
	say(&c, ask, sizeof ask - 1);
	assert_true(hear(&c, &b, "HTTP/1.1 100 Continue\r\n\r\n"));
	expect(&c, "hello", "200", "\r\n\r\n5");
	/* refused before a byte of the body moves; the connection ends, for it may still come */
	const char more[] =
	    "PUT /small HTTP/1.1\r\n" HOST "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n";
	buf_clear(&b);
	say(&c, more, sizeof more - 1);
	assert_false(hear(&c, &b, "100 Continue"));
	assert_non_null(strstr(b.data, "HTTP/1.1 413 "));
	assert_non_null(strstr(b.data, "\r\nConnection: close\r\n"));
	client_close(&c);
	c = client(w, "alice", 0);
	expect(&c,
	    "PUT /small HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
	    "500", "{\"status\":500");
	client_close(&c);
	c = client(w, "alice", 0);
	expect(&c, "PUT /count HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5;x\r\nhello",
	    "500", "{\"status\":500");
	client_close(&c);
}

static void refuses_bad_heads_and_closes(void **state)
{
	struct world *w = *state;
	start(w);
	static const struct {
		const char *s, *status;
	} rows[] = {
	    {"GET / HTTP/1.1\nHost: a\n\n", "400"},
	    {"GET / HTTP/1.1\r\n\r\n", "400"},
	    {"GET / HTTP/1.0\r\n" HOST "\r\n", "505"},
	    {"PUT / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"400"},
	    {"BREW / HTTP/1.1\r\n" HOST "\r\n", "501"},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct client c = client(w, "alice", 0);
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		expect(&c, rows[i].s, rows[i].status, "\"detail\"");
		assert_false(hear(&c, &b, "nothing more"));
		client_close(&c);
	}
	/* a head that never ends */
	struct client c = client(w, "alice", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	say(&c, GET, 16);
	for (int i = 0; i < 20000; i++)
		say(&c, "X: y\r\n", 6);
	assert_true(hear(&c, &b, "HTTP/1.1 431 "));
	client_close(&c);
}

static bool gets_in(struct world *w, const char *who, int version)
{
	struct client c = client(w, who, version);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	say(&c, GET, sizeof GET - 1);
	bool in = hear(&c, &b, "HTTP/1.1 200 ");
	client_close(&c);
	return in;
}

static void only_known_certificates_get_in(void **state)
{
	struct world *w = *state;
	start(w);
	assert_true(gets_in(w, "alice", 0));
	assert_false(gets_in(w, NULL, 0));
	assert_false(gets_in(w, "self", 0));
	assert_false(gets_in(w, "expired", 0));
	assert_false(gets_in(w, "revoked", 0));
	assert_false(gets_in(w, "stranger", 0));
	assert_false(gets_in(w, "alice", TLS1_2_VERSION));
	struct client c = client(w, "stranger", 0);
	expect(&c, GET, "403", "\"detail\"");
	client_close(&c);
}

/* RSA of 2048 bits is to be phased out (NCSC-NL TLS guidelines 2025), whoever's it is. */
static void the_better_profile_takes_no_short_keys(void **state)
{
	struct world *w = *state;
	static const char *const names[] = {"long", "short", "weak", "below"};
	static const enum pki_key keys[] = {PKI_RSA3072, PKI_RSA2048, PKI_RSA1024};
	struct pki_spec tls = {.usage = "critical,digitalSignature", .purpose = "clientAuth"};
	for (size_t i = 0; i < GW_LENGTH(keys); i++) {
		tls.key = keys[i];
		pki_files(&w->pki, names[i], &tls);
	}
	/* a good key, certified by an authority with a short one */
	EVP_PKEY *key = pki_key(PKI_RSA2048);
	struct pki_spec ca = {.name = "Short authority", .ca = true, .by_root = true};
	X509 *by = pki_make(&w->pki, &ca, key);
	tls.key = PKI_EC;
	tls.by = by;
	tls.by_key = key;
	pki_files(&w->pki, "below", &tls);
	pki_crl(&w->pki, "short", by, key, PKI_NOW - PKI_DAY, PKI_NOW + PKI_DAY, NULL, 0);
	X509_free(by);
	EVP_PKEY_free(key);
	start(w);
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		if (gets_in(w, names[i], 0) != (i == 0))
			fail_msg("'%s' in nl-goed", names[i]);
	stop(w);
	w->profile = TLS_DIGIKOPPELING;
	start(w);
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		if (gets_in(w, names[i], 0) == (keys[i < 3 ? i : 0] == PKI_RSA1024))
			fail_msg("'%s' in digikoppeling", names[i]);
}

static void our_own_key_is_long_enough_for_the_profile(void **state)
{
	struct world *w = *state;
	static const struct {
		enum pki_key key;
		int good, older; /* results of either profile */
	} rows[] = {{PKI_EC, 0, 0}, {PKI_RSA3072, 0, 0}, {PKI_RSA2048, GW_EFORMAT, 0},
	    {PKI_RSA1024, GW_EFORMAT, GW_EFORMAT}};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		pki_files(&w->pki, "server",
		    &(struct pki_spec){.usage = "critical,digitalSignature",
			.purpose = "serverAuth",
			.key = rows[i].key});
		struct errinfo ei = ERRINFO_INIT;
		w->profile = TLS_NL_GOED;
		test_code(try_ctx(w, &ei), rows[i].good, &ei);
		if (rows[i].good < 0)
			assert_non_null(strstr(ei.msg, "too short"));
		w->profile = TLS_DIGIKOPPELING;
		test_code(try_ctx(w, &ei), rows[i].older, &ei);
	}
}

static void the_older_profile_takes_tls_12(void **state)
{
	struct world *w = *state;
	w->profile = TLS_DIGIKOPPELING;
	start(w);
	assert_true(gets_in(w, "alice", TLS1_2_VERSION));
	assert_true(gets_in(w, "alice", 0));
	assert_false(gets_in(w, NULL, TLS1_2_VERSION));
	assert_false(gets_in(w, "alice", TLS1_1_VERSION));
}

static void no_session_is_resumed(void **state)
{
	struct world *w = *state;
	start(w);
	struct client c = client(w, "alice", 0);
	expect(&c, GET, "200", ALICE);
	SSL_SESSION *session = SSL_get1_session(c.ssl);
	assert_int_equal(SSL_SESSION_is_resumable(session), 0);
	SSL_SESSION_free(session);
	client_close(&c);
}

/* The slow and the silent cost no worker: a GET among them is answered at once. */
static void a_get_is_answered_among_the_stalled(void **state)
{
	struct world *w = *state;
	start(w);
	int silent[300];
	struct client half[100], body[100];
	for (size_t i = 0; i < GW_LENGTH(silent); i++)
		silent[i] = tcp(w);
	for (size_t i = 0; i < GW_LENGTH(half); i++) {
		half[i] = client(w, i % 2 ? "alice" : "bob", 0);
		say(&half[i], GET, 20);
	}
	for (size_t i = 0; i < GW_LENGTH(body); i++) {
		static const char s[] =
		    "PUT /count HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\nx";
		body[i] = client(w, i % 2 ? "alice" : "bob", 0);
		say(&body[i], s, sizeof s - 1);
	}
	int64_t from = clock_mono();
	struct client c = client(w, "alice", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	say(&c, GET, sizeof GET - 1);
	assert_true(hear(&c, &b, "HTTP/1.1 "));
	assert_true(clock_mono() - from < 1000);
	client_close(&c);
	for (size_t i = 0; i < GW_LENGTH(silent); i++)
		(void)close(silent[i]);
	for (size_t i = 0; i < GW_LENGTH(half); i++) {
		client_close(&half[i]);
		client_close(&body[i]);
	}
}

static void one_party_cannot_have_all(void **state)
{
	struct world *w = *state;
	w->limits.per_peer = 2;
	start(w);
	struct client c[6];
	unsigned refused = 0;
	static const char s[] = "GET /crawl HTTP/1.1\r\n" HOST "\r\n";
	for (size_t i = 0; i < GW_LENGTH(c); i++)
		c[i] = client(w, "alice", 0);
	struct client bob = client(w, "bob", 0);
	for (size_t i = 0; i < GW_LENGTH(c); i++)
		say(&c[i], s, sizeof s - 1);
	expect(&bob, s, "200", "hello 00000099000000002000");
	for (size_t i = 0; i < GW_LENGTH(c); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		assert_true(hear(&c[i], &b, "\r\n\r\n"));
		refused += strncmp(b.data, "HTTP/1.1 429 ", 13) == 0;
		client_close(&c[i]);
	}
	assert_int_equal(refused, 4);
	client_close(&bob);
}

static void a_body_that_crawls_is_given_up(void **state)
{
	struct world *w = *state;
	w->limits.slow_ms = 300;
	start(w);
	struct client c = client(w, "alice", 0);
	expect(
	    &c, "PUT /count HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\nx", "408", "\"detail\"");
	client_close(&c);
	struct http_counts n;
	http_server_counts(w->server, &n);
	assert_int_equal(n.slow, 1);
	assert_int_equal(n.handshakes, 1);
}

static void a_head_that_crawls_is_given_up(void **state)
{
	struct world *w = *state;
	w->limits.head_ms = 300;
	w->limits.handshake_ms = 300;
	start(w);
	struct client c = client(w, "alice", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	say(&c, GET, 10);
	assert_false(hear(&c, &b, "HTTP"));
	client_close(&c);
	int fd = tcp(w);
	char byte;
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	(void)close(fd);
}

static void too_many_connections_are_closed(void **state)
{
	struct world *w = *state;
	w->limits.per_address = 3;
	start(w);
	int fd[4];
	char byte;
	for (size_t i = 0; i < 4; i++)
		fd[i] = tcp(w);
	assert_int_equal(recv(fd[3], &byte, 1, 0), 0);
	struct pollfd p = {.fd = fd[0], .events = POLLIN};
	assert_int_equal(poll(&p, 1, 100), 0);
	for (size_t i = 0; i < 4; i++)
		(void)close(fd[i]);
}

/* Whoever has a certificate can come in and say nothing: that keeps nobody else out. */
static void the_idle_make_room(void **state)
{
	struct world *w = *state;
	struct client idle[6];
	struct http_counts n = {0};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	w->limits.connections = GW_LENGTH(idle);
	start(w);
	for (size_t i = 0; i < GW_LENGTH(idle); i++)
		idle[i] = client(w, "alice", 0);
	for (int i = 0; i < 10000 && n.handshakes < GW_LENGTH(idle); i++) {
		(void)usleep(1000);
		http_server_counts(w->server, &n);
	}
	expect(&idle[0], GET, "200", ALICE); /* not the longest any more */
	struct client c = client(w, "bob", 0);
	expect(&c, GET, "200", "hello ");
	expect(&idle[0], GET, "200", ALICE);
	assert_false(hear(&idle[1], &b, "HTTP")); /* it had been so for longest */
	client_close(&c);
	for (size_t i = 0; i < GW_LENGTH(idle); i++)
		client_close(&idle[i]);
}

/* Until the server has seen n connections and, of these, done so many handshakes. */
static void until(const struct world *w, uint64_t accepted, uint64_t handshakes)
{
	struct http_counts n = {0};
	for (int i = 0; i < 10000 && (n.accepted < accepted || n.handshakes < handshakes); i++) {
		(void)usleep(1000);
		http_server_counts(w->server, &n);
	}
	assert_true(n.accepted >= accepted && n.handshakes >= handshakes);
}

/* Nor does it when what he says is half a head: he who has the most gives way. */
static void half_heads_keep_nobody_out(void **state)
{
	struct world *w = *state;
	struct client half[6];
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	const char *const who[] = {
	    "bob", "stranger", "stranger", "stranger", "stranger", "stranger"};
	w->limits.connections = GW_LENGTH(half);
	start(w);
	for (size_t i = 0; i < GW_LENGTH(half); i++) {
		half[i] = client(w, who[i], 0);
		say(&half[i], GET, 20);
		until(w, i + 1, i + 1);
	}
	(void)usleep(100000); /* what they said is read */
	struct client c = client(w, "alice", 0);
	expect(&c, GET, "200", ALICE);
	assert_false(hear(&half[1], &b, "HTTP")); /* not the oldest, but the oldest of the many */
	expect(&half[0], GET + 20, "200", "hello ");
	client_close(&c);
	for (size_t i = 0; i < GW_LENGTH(half); i++)
		client_close(&half[i]);
}

/* Without a certificate one has no more than from his address, however many of these he has. */
static void silence_keeps_nobody_out(void **state)
{
	struct world *w = *state;
	int silent[6];
	char byte;
	w->limits.connections = GW_LENGTH(silent);
	w->limits.per_address = 2;
	start(w);
	for (unsigned i = 0; i < GW_LENGTH(silent); i++)
		silent[i] = tcp_from(w, 1 + i / 2);
	until(w, GW_LENGTH(silent), 0);
	struct client c = client(w, "alice", 0);
	expect(&c, GET, "200", ALICE);
	assert_int_equal(recv(silent[0], &byte, 1, 0), 0);
	client_close(&c);
	for (size_t i = 0; i < GW_LENGTH(silent); i++)
		(void)close(silent[i]);
}

/* Lists that name alice, from now on. */
static void revoke_alice(struct world *w)
{
	FILE *f = fopen(pki_path(&w->pki, "alice", ".pem"), "re");
	X509 *alice = PEM_read_X509(f, NULL, NULL, NULL);
	(void)fclose(f);
	pki_lists(&w->pki,
	    &(struct pki_revoked){.cert = alice, .when = PKI_NOW - PKI_DAY, .reason = -1}, 1);
	X509_free(alice);
	http_server_reload(w->server, server_ctx(w));
}

static void a_reload_ends_older_connections(void **state)
{
	struct world *w = *state;
	start(w);
	struct client c = client(w, "alice", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	expect(&c, GET, "200", ALICE);
	revoke_alice(w);
	assert_false(hear(&c, &b, "HTTP"));
	client_close(&c);
	assert_false(gets_in(w, "alice", 0));
	assert_true(gets_in(w, "bob", 0));
}

/* A request that was begun before a reload and is whole after it. */
static void a_reload_counts_for_what_is_under_way(void **state)
{
	struct world *w = *state;
	start(w);
	struct client alice = client(w, "alice", 0), bob = client(w, "bob", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	expect(&alice, GET, "200", ALICE);
	expect(&bob, GET, "200", "hello ");
	say(&alice, GET, 20);
	say(&bob, GET, 20);
	(void)usleep(100000); /* the server has these bytes, so that neither is idle */
	revoke_alice(w);
	expect(&alice, &GET[20], "403", "\"detail\"");
	assert_false(hear(&alice, &b, "HTTP"));
	expect(&bob, &GET[20], "200", "hello ");
	assert_false(hear(&bob, &b, "HTTP"));
	client_close(&alice);
	client_close(&bob);
}

/* The certificate's last second passes while its connection is open. */
static void expiry_ends_an_open_connection(void **state)
{
	struct world *w = *state;
	int64_t now = clock_now() / 1000 * 1000, until = now + 4000;
	w->as_time_goes = true;
	pki_crl(
	    &w->pki, "root", w->pki.root, w->pki.root_key, now - PKI_DAY, now + PKI_DAY, NULL, 0);
	pki_crl(&w->pki, "ca", w->pki.ca, w->pki.ca_key, now - PKI_DAY, now + PKI_DAY, NULL, 0);
	pki_files(&w->pki, "alice",
	    &(struct pki_spec){.usage = "critical,digitalSignature",
		.purpose = "clientAuth",
		.from = now - PKI_DAY,
		.until = until});
	start(w);
	struct client c = client(w, "alice", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	expect(&c, GET, "200", ALICE);
	while (clock_now() < until)
		(void)usleep(10000);
	expect(&c, GET, "403", "\"detail\"");
	assert_false(hear(&c, &b, "HTTP"));
	client_close(&c);
}

static void a_stop_finishes_what_runs(void **state)
{
	struct world *w = *state;
	start(w);
	struct client c = client(w, "alice", 0), idle = client(w, "bob", 0);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	static const char s[] = "GET /crawl HTTP/1.1\r\n" HOST "\r\n";
	say(&c, s, sizeof s - 1);
	struct http_counts n = {0};
	for (int i = 0; i < 10000 && n.busy == 0; i++) {
		(void)usleep(1000);
		http_server_counts(w->server, &n);
	}
	http_server_stop(w->server);
	assert_true(hear(&c, &b, ALICE));
	assert_false(hear(&idle, &b, "nothing"));
	client_close(&c);
	client_close(&idle);
}

/* Clients that are gone at once, whoever has their connection then. */
static void hang_ups_harm_nobody(void **state)
{
	struct world *w = *state;
	start(w);
	static const char s[] = "GET /crawl HTTP/1.1\r\n" HOST "\r\n";
	for (int i = 0; i < 60; i++) {
		struct client c = client(w, i % 2 ? "alice" : "bob", 0);
		struct linger hard = {.l_onoff = 1};
		assert_int_equal(setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
		say(&c, i % 3 ? s : GET, i % 3 ? sizeof s - 1 : sizeof GET - 1);
		if (i % 4 == 0)
			(void)usleep(3000);
		client_close(&c);
	}
	assert_true(gets_in(w, "alice", 0) || gets_in(w, "bob", 0) || gets_in(w, "alice", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(answers_and_keeps_the_connection),
	    T(reads_bodies_of_both_framings),
	    T(refuses_bad_heads_and_closes),
	    T(only_known_certificates_get_in),
	    T(the_better_profile_takes_no_short_keys),
	    T(our_own_key_is_long_enough_for_the_profile),
	    T(the_older_profile_takes_tls_12),
	    T(no_session_is_resumed),
	    T(a_get_is_answered_among_the_stalled),
	    T(one_party_cannot_have_all),
	    T(a_body_that_crawls_is_given_up),
	    T(a_head_that_crawls_is_given_up),
	    T(too_many_connections_are_closed),
	    T(the_idle_make_room),
	    T(half_heads_keep_nobody_out),
	    T(silence_keeps_nobody_out),
	    T(a_reload_ends_older_connections),
	    T(a_reload_counts_for_what_is_under_way),
	    T(expiry_ends_an_open_connection),
	    T(hang_ups_harm_nobody),
	    T(a_stop_finishes_what_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
