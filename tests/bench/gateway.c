/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Load on a server over mutual TLS 1.3, the same for any server:
 *
 *	gateway send PORT METHOD PATH FILE CERT KEY [FIELD…]
 *		one request with the file as its body: prints status, seconds, and the processor
 *		seconds of this program
 *	gateway get PORT PATH CONNECTIONS SECONDS CERT KEY [CERT KEY…]
 *		GETs one after the other on each of the connections, which take turns with the
 *		certificates: prints answers a second, and processor as above
 *	gateway connect PORT PATH THREADS SECONDS CERT KEY [CERT KEY…]
 *		a connection for each GET: prints them a second, and processor as above
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "tests/bench/wire.h"

enum { PIECE = 256 << 10, MOST = 256 };

static SSL_CTX *contexts[MOST];
static size_t contexts_n;

static void take_contexts(char **argv, int argc)
{
	for (int i = 0; i + 1 < argc && contexts_n < MOST; i += 2)
		contexts[contexts_n++] = wire_context(argv[i], argv[i + 1]);
}

static int usage(void)
{
	(void)fputs("gateway send PORT METHOD PATH FILE CERT KEY [FIELD…]\n"
		    "gateway get|connect PORT PATH CONNECTIONS SECONDS CERT KEY [CERT KEY…]\n",
	    stderr);
	return 2;
}

/* ---- send ---- */

static int send_file(int argc, char **argv)
{
	static char piece[PIECE];
	char head[4096];
	struct stat st;
	int fd = open(argv[3], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		wire_die("%s: cannot be read", argv[3]);
	SSL_CTX *ctx = wire_context(argv[4], argv[5]);
	struct wire *w = wire_open(ctx, wire_number(argv[0], 65535));
	int n = snprintf(head, sizeof head,
	    "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %lld\r\n", argv[1], argv[2],
	    (long long)st.st_size);
	for (int i = 6; i < argc && n > 0 && (size_t)n < sizeof head; i++)
		n += snprintf(head + n, sizeof head - (size_t)n, "%s\r\n", argv[i]);
	if (n < 0 || (size_t)n + 2 >= sizeof head)
		wire_die("the request does not fit");
	memcpy(head + n, "\r\n", 2);
	double began = wire_now(), cpu = wire_cpu();
	wire_write(w, head, (size_t)n + 2);
	ssize_t k;
	while ((k = read(fd, piece, sizeof piece)) > 0)
		wire_write(w, piece, (size_t)k);
	int status = k < 0 ? 0 : wire_answer(w);
	(void)printf("%d %.3f %.3f\n", status, wire_now() - began, wire_cpu() - cpu);
	wire_close(w);
	SSL_CTX_free(ctx);
	(void)close(fd);
	return status / 100 != 2;
}

/* ---- get ---- */

static char request[2048];
static size_t request_n;

static void make_request(const char *path)
{
	request_n = (size_t)snprintf(
	    request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
	if (request_n >= sizeof request)
		wire_die("the path does not fit");
}

static void ask(struct wire *w)
{
	wire_begin(w);
	wire_write(w, request, request_n);
}

/* Read what is there; true when the answer is whole. */
static bool more(struct wire *w)
{
	for (;;) {
		size_t k = 0;
		if (SSL_read_ex(w->ssl, w->in + w->n, sizeof w->in - 1 - w->n, &k) == 1) {
			w->n += k;
			if (!wire_whole(w))
				continue;
			if (w->status != 200)
				wire_die("status %d", w->status);
			return true;
		}
		if (SSL_get_error(w->ssl, 0) != SSL_ERROR_WANT_READ)
			wire_die("the connection broke");
		return false;
	}
}

static int get(int port, int connections, double seconds)
{
	struct wire *all[MOST];
	struct epoll_event events[MOST];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < connections; i++) {
		all[i] = wire_open(contexts[(size_t)i % contexts_n], port);
		(void)fcntl(all[i]->fd, F_SETFL, O_NONBLOCK);
		struct epoll_event e = {.events = EPOLLIN, .data.ptr = all[i]};
		if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, all[i]->fd, &e) < 0)
			wire_die("epoll");
	}
	size_t answers = 0;
	int open = connections;
	double began = wire_now(), cpu = wire_cpu(), lasted = 0;
	for (int i = 0; i < connections; i++)
		ask(all[i]);
	while (open > 0) { /* what was asked is waited for: the server is at rest afterwards */
		int n = epoll_wait(epoll, events, MOST, 1000);
		for (int i = 0; i < n; i++) {
			if (!more(events[i].data.ptr))
				continue;
			answers++;
			lasted = wire_now() - began;
			if (lasted < seconds)
				ask(events[i].data.ptr);
			else
				open--;
		}
	}
	(void)printf("%.0f %.2f\n", (double)answers / lasted, wire_cpu() - cpu);
	for (int i = 0; i < connections; i++)
		wire_close(all[i]);
	(void)close(epoll);
	return 0;
}

/* ---- connect ---- */

struct caller {
	pthread_t thread;
	SSL_CTX *ctx;
	int port;
	const char *path;
	double until;
	size_t n;
};

static void *call_on(void *arg)
{
	struct caller *c = arg;
	while (wire_now() < c->until) {
		struct wire *w = wire_open(c->ctx, c->port);
		int status = wire_call(w, "GET", c->path, "", NULL, 0);
		if (status != 200)
			wire_die("status %d", status);
		wire_close(w);
		c->n++;
	}
	return NULL;
}

static int connect_each(int port, const char *path, int threads, double seconds)
{
	struct caller c[MOST];
	double began = wire_now(), cpu = wire_cpu();
	size_t n = 0;
	for (int i = 0; i < threads; i++) {
		c[i] = (struct caller){.ctx = contexts[(size_t)i % contexts_n],
		    .port = port,
		    .path = path,
		    .until = began + seconds};
		if (pthread_create(&c[i].thread, NULL, call_on, &c[i]) != 0)
			wire_die("threads");
	}
	for (int i = 0; i < threads; i++) {
		(void)pthread_join(c[i].thread, NULL);
		n += c[i].n;
	}
	(void)printf("%.0f %.2f\n", (double)n / (wire_now() - began), wire_cpu() - cpu);
	return n == 0;
}

int main(int argc, char **argv)
{
	if (argc >= 8 && strcmp(argv[1], "send") == 0)
		return send_file(argc - 2, argv + 2);
	bool keep = argc >= 8 && strcmp(argv[1], "get") == 0;
	if (!keep && !(argc >= 8 && strcmp(argv[1], "connect") == 0))
		return usage();
	int n = wire_number(argv[4], MOST);
	if (n < 1 || n > MOST)
		return usage();
	take_contexts(argv + 6, argc - 6);
	make_request(argv[3]);
	return keep
	    ? get(wire_number(argv[2], 65535), n, wire_number(argv[5], 3600))
	    : connect_each(wire_number(argv[2], 65535), argv[3], n, wire_number(argv[5], 3600));
}
