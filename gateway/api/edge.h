/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * edge: what the daemon's edge process does with a request: judge it by the table of routes, ask
 * the core over a link of its own, give the answer (docs/decisions/019).
 *
 * What is refused here (no such path, wrong method, media type, parameter, body) is a problem
 * document like the core's, given only to clients that the core knows: a stranger gets the core's
 * 403 whatever it asks for. Bodies that stream go from the connection to the descriptor that the
 * core handed out, through one bounded buffer; a client that waits for `100 Continue` gets it when
 * the core has said yes, and not before.
 *
 * The handlers run on many threads at once; each takes a free link for as long as its request
 * lasts. With as many links as there are workers nobody waits.
 */
#ifndef GW_API_EDGE_H
#define GW_API_EDGE_H

#include <stddef.h>

#include <openssl/x509.h>

#include "api/courier.h"
#include "base/defs.h"
#include "base/err.h"
#include "home/settings.h"
#include "http/request.h"
#include "http/server.h"

struct edge;

struct edge_env {
	const int *links; /* the edge's ends of the links to the core; closed by edge_free */
	size_t links_n;
	const struct settings_security *security; /* of security.txt; NULL: none. Borrowed */
	/* A link broke, or brought what is no frame: the process is to end. Any thread. */
	void (*lost)(void *arg);
	void *arg;
};

struct edge *edge_new(const struct edge_env *env) GW_MUST_USE;

/* After the servers have ended. NULL is fine. */
void edge_free(struct edge *e);

/* http_handlers of the interface; arg is a struct edge. A client is its OIN in
 * subject.serialNumber and the pin of its key: GW_EAUTH where there is none. */
int edge_identify(void *arg, X509 *cert, struct http_peer *ret_peer) GW_MUST_USE;
void edge_handle(void *arg, struct http_request *q);
void edge_note(void *arg, const char *event, const char *detail);

/* handle of the local listener: /healthz (this process lives), /readyz (the core takes transfers),
 * /metrics (what both count, in the text form of Prometheus), and security.txt. */
void edge_local(void *arg, struct http_request *q);

/* Whose counts /metrics tells; before requests come. Borrowed; courier may be NULL. */
void edge_watch(struct edge *e, struct http_server *server, struct courier *courier);

#endif
