/* SPDX-License-Identifier: EUPL-1.2 */
/* room: which connection gives way when all places are taken. */
#include <sodium.h>
#include <string.h>

#include "http/pool.h"

enum { OWNERS = 1024 };

/* Whose a connection is, as a number: an organisation's, or an address's before one is known. Two
 * that fall on one number count as one, which only makes them give way together; which do, nobody
 * outside can know. */
static unsigned owner(const struct http_server *s, const struct conn *c)
{
	uint8_t h[crypto_shorthash_BYTES];
	const char *p = *c->peer ? c->peer : (const char *)c->from.b;
	crypto_shorthash(
	    h, (const uint8_t *)p, *c->peer ? strlen(c->peer) : sizeof c->from.b, s->salt);
	return (h[0] | (unsigned)h[1] << 8) % OWNERS;
}

/* It waits for its client: no request that runs is lost with it. */
static bool waits(const struct conn *c)
{
	return c->state == IDLE || c->state == LINGER || c->state == HEAD || c->state == HANDSHAKE;
}

static bool before(const struct conn *c, const struct conn *d, unsigned of_c, unsigned of_d)
{
	if (of_c != of_d)
		return of_c > of_d;
	if ((c->state == IDLE) != (d->state == IDLE))
		return c->state == IDLE;
	return c->deadline <= d->deadline; /* the list has the newest first */
}

struct conn *pool_gives_way(const struct http_server *s)
{
	unsigned had[OWNERS] = {0}, most = 0;
	struct conn *found = NULL;
	for (const struct conn *c = s->conns; c; c = c->next)
		had[owner(s, c)]++;
	for (struct conn *c = s->conns; c; c = c->next) {
		unsigned of_c = waits(c) ? had[owner(s, c)] : 0;
		if (of_c && (!found || before(c, found, of_c, most))) {
			found = c;
			most = of_c;
		}
	}
	return found;
}
