/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/address.h"

#include <netinet/in.h>
#include <string.h>

struct address address_of(const struct sockaddr_storage *a)
{
	struct address out = {.family = AF_UNSPEC};
	if (a->ss_family == AF_INET) {
		out.family = AF_INET;
		memcpy(out.b, &((const struct sockaddr_in *)a)->sin_addr, 4);
	} else if (a->ss_family == AF_INET6) {
		const struct in6_addr *six = &((const struct sockaddr_in6 *)a)->sin6_addr;
		bool mapped = IN6_IS_ADDR_V4MAPPED(six);
		out.family = mapped ? AF_INET : AF_INET6;
		memcpy(out.b, six->s6_addr + (mapped ? 12 : 0), mapped ? 4 : 8);
	}
	return out;
}

bool address_is(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->b, b->b, sizeof a->b) == 0;
}
