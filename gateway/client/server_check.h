/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server_check: is the server who it should be? For this room only.
 *
 * Judged within the handshake, so that neither our certificate nor a byte of a request goes to
 * anybody else: chain to one of our roots, a fresh revocation list for every member of the chain,
 * TLS 1.2 or 1.3 with good suites, the OIN in subject.serialNumber, the pin of the key. The name in
 * the URL is not compared: docs/decisions/020 says why.
 */
#ifndef GW_CLIENT_SERVER_CHECK_H
#define GW_CLIENT_SERVER_CHECK_H

#include <openssl/ssl.h>

#include "base/defs.h"
#include "base/err.h"
#include "client/client.h"

struct server_check;

/* Read roots, lists, our certificate and its key. *s is borrowed. Errors as for client_new. */
int server_check_new(const struct client_server *s, struct server_check **ret, struct errinfo *ei)
    GW_MUST_USE;
void server_check_free(struct server_check *k);

/* Set up a context so that its handshakes are judged by k, which outlives it. GW_EFAIL. */
int server_check_setup(struct server_check *k, SSL_CTX *ctx) GW_MUST_USE;

/* Why the last handshake was refused by k; "" when it was not. */
const char *server_check_why(const struct server_check *k);

/* Forget that, before another handshake. */
void server_check_begin(struct server_check *k);

#endif
