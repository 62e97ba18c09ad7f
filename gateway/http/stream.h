/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stream: the bytes of one connection, through TLS or plain, never waiting past a deadline.
 *
 * The descriptor is non-blocking. One thread at a time has a stream.
 */
#ifndef GW_HTTP_STREAM_H
#define GW_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/defs.h"

struct stream {
	int fd;
	SSL *ssl; /* NULL: plain */
};

/* What a step found: done, or what to wait for, or that there is no more. */
enum stream_step { STREAM_DONE, STREAM_READ, STREAM_WRITE, STREAM_CLOSED };

/* Go on with the handshake; STREAM_CLOSED when it failed (tls_why says why). */
enum stream_step stream_handshake(struct stream *s);

/* Read what is there, at most n bytes, without waiting; *ret_n > 0 with STREAM_DONE. */
enum stream_step stream_take(struct stream *s, void *p, size_t n, size_t *ret_n);

/*
 * Read at least one and at most n bytes by the moment `deadline` (clock_mono). Returns 0 with
 * *ret_n, which is 0 at the orderly end; GW_ENET when the connection broke, GW_ELIMIT when time was
 * over.
 */
int stream_read(struct stream *s, void *p, size_t n, int64_t deadline, size_t *ret_n) GW_MUST_USE;

/* Write some of p[0..n) by then: 0 with *ret_n > 0, GW_ENET, GW_ELIMIT. */
int stream_write(struct stream *s, const void *p, size_t n, int64_t deadline, size_t *ret_n)
    GW_MUST_USE;

/* Say goodbye where that needs no waiting, and close; the stream is empty then. */
void stream_close(struct stream *s);

#endif
