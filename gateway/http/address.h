/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * address: whom the limit of connections per address counts as one.
 *
 * Of IPv6 it is the network of 64 bits (RFC 4291 §2.5.4): whoever has one has all of its 2^64
 * addresses. An IPv4 address is the same whether it came as such or mapped into IPv6 (RFC 4291
 * §2.5.5.2), and never one of IPv6. What has no address, a Unix socket, is one.
 */
#ifndef GW_HTTP_ADDRESS_H
#define GW_HTTP_ADDRESS_H

#include <stdbool.h>

#include <sys/socket.h>

struct address {
	int family; /* AF_INET, AF_INET6, or AF_UNSPEC: none */
	unsigned char b[8];
};

/* Whom the other end of a connection, as accept gave it, counts as. */
struct address address_of(const struct sockaddr_storage *a);

bool address_is(const struct address *a, const struct address *b);

#endif
