/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * client: calls to a gateway's interface, by libcurl: mutual TLS, retries, resumable transfers.
 * Used by the commands and by the daemon's courier (docs/FORMATS.md §10).
 *
 * The server is known as clients are: its certificate leads to a root in registry/trust/tls, is not
 * revoked, carries the OIN that the profile names, and its key is pinned for that organisation
 * where our registry knows it. One client is used by one thread at a time.
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
	unsigned connect_ms, stall_ms;     /* 0: 10 s; 60 s without a byte */
	int64_t at;                        /* judge certificates as at this moment (ms); 0: now */
	const volatile sig_atomic_t *stop; /* given up once not 0; may be NULL */
};

int client_new(const struct client_server *s, struct client **ret, struct errinfo *ei) GW_MUST_USE;
void client_free(struct client *c);

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
 * "/v1/". 0 when an answer came, whatever its status; GW_ENET otherwise; GW_EAUTH: the server is
 * not who it should be.
 */
int client_get(struct client *c, const char *path, struct client_answer *ret, struct errinfo *ei)
    GW_MUST_USE;
int client_post(struct client *c, const char *path, const json_t *body, struct client_answer *ret,
    struct errinfo *ei) GW_MUST_USE;

/* The code that a status stands for: 0 for 2xx; GW_ECONFLICT 409, GW_EREFUSED 403, GW_ENET for 5xx
 * and 429 …, with the problem's words in ei. */
int client_code(const struct client_answer *a, struct errinfo *ei);

/* A text as it is (checkpoints, tiles, policies), into out. */
int client_text(struct client *c, const char *path, struct buf *out, int *ret_status,
    struct errinfo *ei) GW_MUST_USE;

typedef void (*client_progress)(void *arg, uint64_t done, uint64_t total);

/*
 * client_upload(c, package, fd, length, progress, arg, ei): bring the file to the gateway by tus;
 * what arrived before, in whatever run, is not sent again. Cut connections are taken up again while
 * they make headway (at most 10 tries without any). GW_ENET; GW_EREFUSED, GW_ECONFLICT, GW_EAUTH as
 * the gateway says; GW_EIO.
 */
int client_upload(struct client *c, const char *package, int fd, uint64_t length,
    client_progress progress, void *arg, struct errinfo *ei) GW_MUST_USE;

/*
 * client_download(c, path, part, length, sha256, progress, arg, ei): fetch into the file `part`,
 * going on from what it holds (Range, If-Range by the ETag that is sha256). 0 when it is whole, its
 * digest right and synced; GW_EAUTH: digest or length differ, and the file is gone.
 */
int client_download(struct client *c, const char *path, const char *part, uint64_t length,
    const char *sha256, client_progress progress, void *arg, struct errinfo *ei) GW_MUST_USE;

#endif
