/* SPDX-License-Identifier: EUPL-1.2 */
/* edge_inside: one request on its way through the edge; for edge*.c only. */
#ifndef GW_API_EDGE_INSIDE_H
#define GW_API_EDGE_INSIDE_H

#include <pthread.h>
#include <stdbool.h>

#include "api/edge.h"
#include "api/link.h"
#include "api/problem.h"
#include "api/routes.h"
#include "base/buf.h"

enum { EDGE_FIELDS = LINK_FIELDS + 8, EDGE_NOTES = 8 };

struct edge {
	struct edge_env env;
	struct http_server *watched;
	struct courier *courier; /* or NULL */
	pthread_mutex_t lock;    /* of what stands below */
	pthread_cond_t freed;
	int *links;
	size_t links_n, free_n; /* links[0..free_n) are free */
	struct {
		const char *event; /* static text */
		int64_t since;     /* of the last line */
		unsigned long more;
	} notes[EDGE_NOTES];
};

struct exchange {
	struct edge *edge;
	struct http_request *q;
	const struct http_head *head;
	const struct api_route *route; /* NULL: none was found */
	int link;
	struct link_call call;
	struct link_answer answer; /* of the last call; its texts lie in frame */
	struct buf parts, values, body, frame;
	char trace[56]; /* traceparent of the answer */
	struct http_header fields[EDGE_FIELDS];
	size_t fields_n;
};

void exchange_begin(struct exchange *x, struct edge *e, struct http_request *q);
void exchange_end(struct exchange *x);

/* Fill x->call from the request: parameters, query, fields. 0, or the status of a refusal that was
 * given. */
int exchange_read(struct exchange *x);

/*
 * Ask the core x->call; the answer is in x->answer until the next. False when the core is gone: an
 * answer was given, and the process is about to end.
 */
bool exchange_ask(struct exchange *x);

/* Add a field to the answer that is given next. */
void exchange_field(struct exchange *x, const char *name, const char *value);

/* Give x->answer to the client. */
void exchange_deliver(struct exchange *x);

/*
 * Refuse, by a problem document; code is a word of its table, detail static text or NULL, errors
 * (taken over, may be NULL) what else to say. A client that the core does not know is told that
 * instead.
 */
void exchange_refuse(
    struct exchange *x, int status, const char *code, const char *detail, json_t *errors);

/* Answer with the descriptor of x->answer: whole, a part, or not modified. */
void exchange_file(struct exchange *x);

/*
 * True when the request is for security.txt, and answered: for whoever came this far, without
 * asking the core, for a stranger is who is to read it.
 */
bool exchange_security(struct exchange *x);

/* POST /dossiers and PATCH /uploads/{upload}: with the body. */
void exchange_dossier(struct exchange *x);
void exchange_upload(struct exchange *x);

#endif
