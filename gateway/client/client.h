/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * client: calls to a gateway's interface, by libcurl: mutual TLS, retries, resumable transfers.
 * Used by the commands and by the daemon's courier (docs/FORMATS.md §10, docs/decisions/020).
 *
 * The server is known as clients are: its certificate leads to a root in registry/trust/tls, is not
 * revoked, carries the OIN that the profile names, and its key is pinned for that organisation. All
 * of that is judged within the handshake, before a byte of a request goes out. No redirect is
 * followed. One client is used by one thread at a time; connections are kept between calls.
 */
#ifndef GW_CLIENT_CLIENT_H
#define GW_CLIENT_CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

struct client;

struct client_server {
	const char *url;                         /* "https://host:port" */
	const char *oin;                         /* whose certificate answers */
	const char *cert, *key;                  /* files: our tls.pem and tls.key */
	const char *const *roots, *const *lists; /* PEM files of registry/trust/tls, and *.crl */
	size_t roots_n, lists_n;
	/* Is this key ("sha256:…") pinned for the server's organisation today? NULL: not asked. */
	bool (*pinned)(void *arg, const char *oin, const char *spki);
	void *arg;
	const char *proxy; /* "http://host:port", or NULL; the environment's is not used */
	unsigned connect_ms, stall_ms; /* 0: 10 s; 60 s without a byte */
	unsigned call_ms;  /* for a call that carries no file, in all; 0: as long as bytes come */
	unsigned retry_ms; /* before the second try of a transfer, doubled for each next; 0: 500 */
	unsigned tries;    /* of a transfer without any headway; 0: 10 */
	unsigned later_ms; /* that a transfer waits in all where the gateway says `not now`; 0: 90 s
	                    */
	/* A transfer goes on in so many seconds, because of `why`, and is given up once it has
	 * waited `left` more. Told from one second on; arg is the arg above. NULL: not told. */
	void (*waiting)(void *arg, const char *why, unsigned seconds, unsigned left);
	int64_t at;                        /* judge certificates as at this moment (ms); 0: now */
	const volatile sig_atomic_t *stop; /* given up once not 0; may be NULL */
};

/* *s is copied, but for what its pointers point to, which outlives the client. GW_EFORMAT: the URL
 * is none of https, or a certificate, key, root or list cannot be read; GW_EMODE, GW_ENOENT: the
 * key. */
int client_new(const struct client_server *s, struct client **ret, struct errinfo *ei) GW_MUST_USE;
void client_free(struct client *c);
void client_free_p(struct client **c);

enum { CLIENT_ANSWER_MAX = 8 << 20 /* bytes of an answer that is kept in memory */ };

/* The answer to a call. */
struct client_answer {
	int status;
	json_t *body;     /* when it was JSON, else NULL; owned */
	char code[65];    /* of a problem document, else "" */
	char detail[300]; /* its detail, made fit for a terminal */
};
void client_answer_release(struct client_answer *a);

/*
 * client_get(c, path, ret, ei), client_post(c, path, body, ret, ei): one call; path begins with
 * "/v1/". 0 when an answer came, whatever its status; GW_ENET otherwise, also for an answer that is
 * too large; GW_EAUTH: the server is not who it should be; GW_EFAIL: `stop`.
 */
int client_get(struct client *c, const char *path, struct client_answer *ret, struct errinfo *ei)
    GW_MUST_USE;
int client_post(struct client *c, const char *path, const json_t *body, struct client_answer *ret,
    struct errinfo *ei) GW_MUST_USE;

/* The code that an answer stands for: 0 for 2xx; GW_ENET for 5xx, 429 and what no gateway answers
 * (a redirect); else the one that its problem names (err_name), or that goes with its status. The
 * problem's words are in ei. */
int client_code(const struct client_answer *a, struct errinfo *ei);

/* A text as it is (checkpoints, tiles, policies), into out. */
int client_text(struct client *c, const char *path, struct buf *out, int *ret_status,
    struct errinfo *ei) GW_MUST_USE;

/* Send n bytes of text/plain, and take a text (or a problem) as the answer, into out; its media
 * type in ret_type. */
int client_post_text(struct client *c, const char *path, const void *body, size_t n,
    struct buf *out, int *ret_status, char ret_type[64], struct errinfo *ei) GW_MUST_USE;

typedef void (*client_progress)(void *arg, uint64_t done, uint64_t total);

/*
 * client_upload(c, package, fd, length, progress, arg, ei): bring the file to the gateway by tus;
 * what arrived before, in whatever run, is not sent again. Cut connections are taken up again while
 * they make headway (at most `tries` without any). A gateway that has no room or no time (429,
 * 503, 507) is asked again when its Retry-After says so, within later_ms, and not at all without
 * one. GW_ENET; GW_EREFUSED, GW_ECONFLICT, GW_EAUTH as the gateway says; GW_EIO.
 */
int client_upload(struct client *c, const char *package, int fd, uint64_t length,
    client_progress progress, void *arg, struct errinfo *ei) GW_MUST_USE;

/* The status of the last answer to the last upload of c; 0: none came. */
int client_upload_status(const struct client *c);

/*
 * client_download(c, path, part, length, sha256, progress, arg, ei): fetch into the file `part`,
 * going on from what it holds (Range, If-Range by the ETag that is sha256). 0 when it is whole, its
 * digest right and synced; GW_EAUTH: digest or length differ, and the file is gone.
 */
int client_download(struct client *c, const char *path, const char *part, uint64_t length,
    const char *sha256, client_progress progress, void *arg, struct errinfo *ei) GW_MUST_USE;

#endif
