/* SPDX-License-Identifier: EUPL-1.2 */
/* inside: what server and request share; for this room only. */
#ifndef GW_HTTP_INSIDE_H
#define GW_HTTP_INSIDE_H

#include "base/buf.h"
#include "http/chunk.h"
#include "http/request.h"
#include "http/server.h"
#include "http/stream.h"

struct http_request {
	struct stream *stream;
	const struct http_limits *limits;
	struct http_head head;
	struct http_peer peer;
	/* bytes that came with the head: rest->data[rest_at..rest->len) */
	struct buf *rest;
	size_t rest_at;
	/* the body */
	struct http_chunks chunks;
	uint64_t left, max, got;
	bool told_continue, body_done;
	/* the answer */
	int status;
	uint64_t answer_left;
	bool close; /* the connection ends with this answer */
	/* least rate, either way */
	int64_t slow_from;
	uint64_t slow_moved;
	bool slow; /* given up for slowness */
};

/* Make q ready for the head that was parsed into q->head. */
void http_request_begin(struct http_request *q);

/*
 * Bring q to its end after the handler: answer 500 where it did not. True when the connection can
 * carry another request.
 */
bool http_request_end(struct http_request *q);

/* Answer a head that cannot be read, or a limit, with a bare problem document; the connection is to
 * be closed. */
void http_request_refuse(struct http_request *q, int status);

#endif
