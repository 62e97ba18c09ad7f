/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * quota: refusals without end must not fill the log.
 *
 * Counted in memory by this process, per peer and minute; what was held back is written as one
 * record with its number when the minute is over, and at the latest when the log is closed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ledger/internal.h"

enum { MINUTE = 60 * 1000, QUOTA = 60, PEERS = 64 };

/* peers[0] counts failures of the unknown; refusals without a peer stand under our own OIN; the
 * last place is shared by all who find no own one. */
struct counter {
	pthread_mutex_t lock;
	struct {
		char oin[21];
		int64_t since; /* clock_mono of the minute's begin */
		int64_t written, held;
	} peers[PEERS];
};

static struct counter *counter(struct ledger *l)
{
	(void)pthread_mutex_lock(&l->queue);
	if (!l->counter) {
		l->counter = str_alloc(sizeof *l->counter);
		(void)pthread_mutex_init(&l->counter->lock, NULL);
	}
	(void)pthread_mutex_unlock(&l->queue);
	return l->counter;
}

static int write_held(struct ledger *l, size_t i, int64_t n, struct errinfo *ei)
{
	const char *peer = l->counter->peers[i].oin;
	struct ledger_record r = {
	    .act = i ? "transfer.refuse" : "auth.fail",
	    .out = LEDGER_DENY,
	    .peer = *peer && !str_eq(peer, l->oin) ? peer : NULL,
	    .obj = {.k = "count", .n = n},
	};
	return ledger_append(l, &r, NULL, NULL, ei);
}

/* Begin a new minute where the old one is over, writing what it held back. */
static int turn(struct ledger *l, size_t i, int64_t now, struct errinfo *ei)
{
	struct counter *c = l->counter;
	int r = 0;
	if (c->peers[i].since && now - c->peers[i].since < MINUTE)
		return 0;
	if (c->peers[i].held)
		r = write_held(l, i, c->peers[i].held, ei);
	if (r < 0)
		return r;
	c->peers[i].since = now;
	c->peers[i].written = c->peers[i].held = 0;
	return 0;
}

static size_t place(struct counter *c, const char *oin)
{
	size_t i = 1;
	for (; i + 1 < PEERS && *c->peers[i].oin; i++)
		if (str_eq(c->peers[i].oin, oin))
			return i;
	if (i + 1 < PEERS)
		memcpy(c->peers[i].oin, oin, 21);
	return i;
}

int ledger_refuse(
    struct ledger *l, const struct ledger_record *r, const json_t *detail, struct errinfo *ei)
{
	struct counter *c = counter(l);
	const char *peer = r->peer && str_oin(r->peer) ? r->peer : l->oin;
	(void)pthread_mutex_lock(&c->lock);
	size_t i = place(c, peer);
	int e = turn(l, i, clock_mono() + 1, ei);
	bool hold = c->peers[i].written >= QUOTA;
	if (e == 0 && hold)
		c->peers[i].held++;
	else if (e == 0)
		c->peers[i].written++;
	(void)pthread_mutex_unlock(&c->lock);
	return e < 0 || hold ? e : ledger_append(l, r, detail, NULL, ei);
}

int ledger_fail(struct ledger *l, struct errinfo *ei)
{
	struct counter *c = counter(l);
	(void)pthread_mutex_lock(&c->lock);
	int64_t now = clock_mono() + 1;
	int e = 0;
	if (!c->peers[0].since)
		c->peers[0].since = now;
	c->peers[0].held++;
	e = turn(l, 0, now, ei);
	(void)pthread_mutex_unlock(&c->lock);
	return e;
}

void quota_flush(struct ledger *l)
{
	if (!l->counter)
		return;
	for (size_t i = 0; i < PEERS; i++)
		if (l->counter->peers[i].held) {
			(void)!write_held(l, i, l->counter->peers[i].held, NULL);
			l->counter->peers[i].held = 0;
		}
}

void quota_free(struct ledger *l)
{
	if (!l->counter)
		return;
	(void)pthread_mutex_destroy(&l->counter->lock);
	free(l->counter);
	l->counter = NULL;
}
