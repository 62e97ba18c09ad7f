/* SPDX-License-Identifier: EUPL-1.2 */
/* room: which connection gives way when all places are taken. */
#include <stdint.h>
#include <string.h>

#include "http/pool.h"

enum { OWNERS = 1024 };

/* Whose a connection is, as a number: an organisation's, or an address's before one is known. Two
 * that fall on one number count as one, which only makes them give way together. */
static unsigned owner(const struct conn *c)
{
	uint32_t h = 2166136261U; /* FNV-1a */
	const char *p = *c->peer ? c->peer : (const char *)c->from.b;
	size_t n = *c->peer ? strlen(c->peer) : sizeof c->from.b;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)p[i]) * 16777619U;
	return (h ^ h >> 16) % OWNERS;
}

/* It waits for its client: no request that runs is lost with it. */
static bool waits(const struct conn *c)
{
	return c->state == IDLE || c->state == LINGER || c->state == HEAD || c->state == HANDSHAKE;
}

static bool before(const struct conn *c, const struct conn *d, const unsigned *had)
{
	unsigned of_c = had[owner(c)], of_d = had[owner(d)];
	if (of_c != of_d)
		return of_c > of_d;
	if ((c->state == IDLE) != (d->state == IDLE))
		return c->state == IDLE;
	return c->deadline <= d->deadline; /* the list has the newest first */
}

struct conn *pool_gives_way(const struct http_server *s)
{
	unsigned had[OWNERS] = {0};
	struct conn *found = NULL;
	for (const struct conn *c = s->conns; c; c = c->next)
		had[owner(c)]++;
	for (struct conn *c = s->conns; c; c = c->next)
		if (waits(c) && (!found || before(c, found, had)))
			found = c;
	return found;
}
