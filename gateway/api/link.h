/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * link: what the two processes of handoverd say to each other (docs/decisions/019).
 *
 * The edge holds the network and tls.key, and reads what strangers send; the core holds the ledger,
 * the stores and every other key, and has no network. Between them lie Unix sockets made before the
 * fork, one for each worker of the edge and one for its courier, so that a call is: one frame
 * there, one frame back, no numbering. Bodies that may be large never cross: the core hands out a
 * descriptor.
 *
 * A frame is a length (32 bits) and the fields in a fixed order, each with its own length; what
 * does not fit that form ends the process that reads it, for then the other side is not ours any
 * more.
 */
#ifndef GW_API_LINK_H
#define GW_API_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "registry/organisation.h"

enum {
	LINK_FRAME_MAX = 2 << 20, /* bytes of a frame */
	LINK_BODY_MAX = 1 << 20,  /* of a body within it */
	LINK_PARAMS = 4,          /* variable parts of a path */
	LINK_QUERY = 8,           /* query parameters */
	LINK_FIELDS = 12,         /* header fields of an answer */
};

struct link_pair {
	const char *name, *value; /* "" and not NULL where empty */
};

/* A request that the edge found well-formed: its route, its parts decoded, its client. */
struct link_call {
	unsigned op;          /* enum api_op (api/routes.h) */
	char peer[OIN_TEXT];  /* OIN in the client's certificate; "" for the edge's own courier */
	char spki[SPKI_TEXT]; /* and the pin of its key */
	char trace[33];       /* from traceparent, or "" */
	const char *params[LINK_PARAMS];
	size_t params_n;
	struct link_pair query[LINK_QUERY];
	size_t query_n;
	struct link_pair fields[LINK_FIELDS]; /* those request fields that the route names */
	size_t fields_n;
	const void *body; /* JSON or text, whole */
	size_t body_n;
	uint64_t number; /* what the op says: a size, an offset */
};

/* What to answer. */
struct link_answer {
	int status;       /* HTTP */
	const char *type; /* media type, NULL for none */
	struct link_pair fields[LINK_FIELDS];
	size_t fields_n;
	const void *body;
	size_t body_n;
	int fd; /* -1, or a file to answer from or to write to, which the reader then owns */
	uint64_t number; /* with fd: the length to answer, or where it is written from */
};

/*
 * link_send_call(fd, c, ei), link_send_answer(fd, a, ei): send one frame. An answer may carry
 * a->fd, which stays the caller's; a body above LINK_BODY_MAX without one goes as a file in memory,
 * and arrives as fd with number = its length.
 *
 * GW_EUSAGE: more than a frame can hold, or a text with a NUL inside; nothing was sent. GW_EIO: the
 * other side is gone.
 */
int link_send_call(int fd, const struct link_call *c, struct errinfo *ei) GW_MUST_USE;
int link_send_answer(int fd, const struct link_answer *a, struct errinfo *ei) GW_MUST_USE;

/*
 * link_receive_call(fd, frame, ret, ei), link_receive_answer(…): wait for one frame.
 *
 * What *ret has points into frame (a buf of LINK_FRAME_MAX, used again by the next call), but for
 * ret->fd, which is the caller's to close. GW_ENOENT at the orderly end; GW_EFORMAT: not ours, and
 * nothing more may be read from this link; GW_EIO. A descriptor that came with what is refused is
 * closed.
 */
int link_receive_call(int fd, struct buf *frame, struct link_call *ret, struct errinfo *ei)
    GW_MUST_USE;
int link_receive_answer(int fd, struct buf *frame, struct link_answer *ret, struct errinfo *ei)
    GW_MUST_USE;

/* The value of the field with that name, or "". */
const char *link_field(const struct link_pair *fields, size_t n, const char *name);

/* A frame without its length, as bytes, and back: what the four above do beside their sockets.
 * link_write_…: GW_ELIMIT. link_read_answer: ret->fd is 0 where one has to come, else -1. */
int link_write_call(struct buf *b, const struct link_call *c) GW_MUST_USE;
int link_write_answer(struct buf *b, const struct link_answer *a) GW_MUST_USE;
int link_read_call(const char *p, size_t n, struct link_call *ret, struct errinfo *ei) GW_MUST_USE;
int link_read_answer(const char *p, size_t n, struct link_answer *ret, struct errinfo *ei)
    GW_MUST_USE;

#endif
