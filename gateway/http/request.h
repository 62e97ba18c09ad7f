/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * request: what a handler sees: a head, a body to read, an answer to give.
 *
 * The body streams: not reading it holds the client back. A client that asked for it is told `100
 * Continue` at the first read and not before, so that a handler can refuse before a byte moves. An
 * answer is given once; a handler that gives none answers 500.
 */
#ifndef GW_HTTP_REQUEST_H
#define GW_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "http/head.h"

struct http_request;

/* Who sent it, as `identify` said. */
struct http_peer {
	char id[32];              /* "" where nobody is known */
	unsigned char digest[32]; /* SHA-256 of the public key of its certificate, or zeros */
};

const struct http_head *http_request_head(const struct http_request *q);
const struct http_peer *http_request_peer(const struct http_request *q);

/* True when it came in through a TLS listener. */
bool http_request_tls(const struct http_request *q);

/*
 * http_body_read(q, p, n, ret_n, ei): read at least one byte of the body, at most n.
 *
 * *ret_n is 0 at its end. GW_EFORMAT: wrong chunks, or cut short; GW_ENET; GW_ELIMIT: too slow, or
 * longer than http_body_max allows (GW_ELIMIT; see http_body_over).
 */
int http_body_read(struct http_request *q, void *p, size_t n, size_t *ret_n, struct errinfo *ei)
    GW_MUST_USE;

/* Allow the body that many bytes (0 at first: none is allowed). GW_ELIMIT at once when its declared
 * length is above it: answer 413. */
int http_body_max(struct http_request *q, uint64_t max, struct errinfo *ei) GW_MUST_USE;

/* Append the whole body to out, which gives the maximum; as the two above. */
int http_body_all(struct http_request *q, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* Bytes of the body read so far. */
uint64_t http_body_got(const struct http_request *q);

struct http_header {
	const char *name, *value;
};

/* An answer: its status, media type (NULL: none) and further fields. The server adds Date,
 * Content-Length, the connection's state and the fields that every answer has (http/fields.h). */
struct http_answer {
	int status;
	const char *type;
	const struct http_header *fields;
	size_t fields_n;
};

/* Answer with the n bytes at p (none for HEAD, 204, 304). GW_ENET, GW_ELIMIT: the client is gone
 * or too slow, which the handler need not do anything about. GW_EUSAGE: answered already, or a
 * field holds what no field may. */
int http_answer(struct http_request *q, const struct http_answer *a, const void *p, size_t n)
    GW_MUST_USE;

/* Begin an answer of n bytes that http_answer_write then gives, in pieces. */
int http_answer_begin(struct http_request *q, const struct http_answer *a, uint64_t n) GW_MUST_USE;
int http_answer_write(struct http_request *q, const void *p, size_t n) GW_MUST_USE;

/* Answer with n bytes of fd from offset; as http_answer, GW_EIO when the file is shorter. */
int http_answer_file(struct http_request *q, const struct http_answer *a, int fd, uint64_t offset,
    uint64_t n) GW_MUST_USE;

/* The status that was answered, 0 before. */
int http_answered(const struct http_request *q);

/* The words that belong to a status ("Not Found"); never NULL. */
const char *http_reason(int status);

#endif
