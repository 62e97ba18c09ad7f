/* SPDX-License-Identifier: EUPL-1.2 */
/* inside: what a client is, and one exchange with the server, for the files of this room only. */
#ifndef GW_CLIENT_INSIDE_H
#define GW_CLIENT_INSIDE_H

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "client/client.h"
#include "client/server_check.h"

enum {
	CLIENT_TRIES = 10, /* of a transfer, without any headway */
	CLIENT_FIELD = 512 /* characters of a header field that is kept, and NUL */
};

struct client {
	struct client_server server;
	struct server_check *check;
	CURL *curl;
	int upload_status;
};

/* What goes out and where the answer goes to. All but method and path may be zero. */
struct exchange {
	const char *method, *path;
	const char *const *fields; /* "Name: value"; NULL-ended */
	/* the body: from memory, or length bytes of fd from offset on */
	const void *body;
	size_t body_n;
	bool from_file;
	int fd;
	uint64_t offset, length;
	/* the answer's body: into a buffer with its maximum, or (2xx only) to take, which gives a
	 * GW_E… to end the exchange */
	struct buf *into;
	int (*take)(void *arg, const void *p, size_t n, const struct exchange *x);
	/* called now and then: bytes of the body sent, of the answer received */
	void (*moved)(void *arg, uint64_t sent, uint64_t received);
	void *arg;
	/* out */
	int status;
	uint64_t sent; /* bytes of the body handed out */
	char type[CLIENT_FIELD], location[CLIENT_FIELD], etag[CLIENT_FIELD], range[CLIENT_FIELD];
	char upload_offset[32], retry_after[32];
	/* the run of it */
	struct client *client;
	struct errinfo *ei;
	int failed; /* why we ended it ourselves, GW_E… */
	int64_t began, moved_at;
	uint64_t moved_n;
};

/* One exchange. 0 when an answer came, whatever its status; GW_ENET, GW_EAUTH, GW_EFAIL (stopped),
 * GW_EIO, or what `take` gave. */
int exchange(struct client *c, struct exchange *x, struct errinfo *ei) GW_MUST_USE;

/* Read a problem document, or any JSON, out of what came. */
void exchange_answer(const struct exchange *x, const struct buf *body, struct client_answer *ret);

/* The tries of one transfer. */
struct tries {
	struct client *client;
	unsigned n; /* without headway */
	uint64_t done;
	unsigned later_ms; /* waited for a gateway that said `not now` */
};

/*
 * tries_again(t, done, code, status, after, ei): may it be tried once more, `done` bytes being
 * there by now? Waits before it says yes (0); else `code`, with ei as it was, and when to try again
 * where the gateway said so. status, after: of the answer, and what its Retry-After said; 0 and ""
 * when none came.
 */
int tries_again(struct tries *t, uint64_t done, int code, int status, const char *after,
    struct errinfo *ei) GW_MUST_USE;

/* True when `stop` was set. */
bool client_stopped(const struct client *c);

#endif
