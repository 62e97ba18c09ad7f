/* SPDX-License-Identifier: EUPL-1.2 */
/* batch: what several threads write at once is committed once. */
#include <assert.h>
#include <string.h>

#include "store/inside.h"

enum { BATCH = 64 /* in one transaction */ };

/* A thread that waits for its work to be done. */
struct batched {
	store_work work;
	void *arg;
	int r;
	bool done;
	struct errinfo ei;
	struct batched *next;
};

static int run(sqlite3 *db, const char *text, struct errinfo *ei)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_err(db, ei);
}

/* The first few that wait, oldest first. */
static size_t take(struct store *s, struct batched *out[BATCH])
{
	size_t n = 0;
	(void)pthread_mutex_lock(&s->queue);
	while (s->first && n < BATCH) {
		out[n++] = s->first;
		s->first = s->first->next;
	}
	if (!s->first)
		s->last = NULL;
	(void)pthread_mutex_unlock(&s->queue);
	return n;
}

static void wait_for_turn(struct store *s, struct batched *own)
{
	(void)pthread_mutex_lock(&s->queue);
	if (s->last)
		s->last->next = own;
	else
		s->first = own;
	s->last = own;
	(void)pthread_mutex_unlock(&s->queue);
	(void)pthread_mutex_lock(&s->write); /* by now somebody may have done it */
}

/* One piece of work; what it did is undone when it fails. Negative: the transaction is of no use
 * any more. */
static int one(struct store_tx *tx, struct batched *b)
{
	int r = run(tx->db, "SAVEPOINT one", &b->ei);
	if (r < 0)
		return r;
	b->r = b->work(b->arg, tx, &b->ei);
	store_rest(tx);
	if (b->r < 0 && run(tx->db, "ROLLBACK TO one", NULL) < 0)
		return b->r;
	return run(tx->db, "RELEASE one", b->r < 0 ? NULL : &b->ei);
}

static int all(struct store_tx *tx, struct batched *const *list, size_t n, struct errinfo *ei)
{
	int r = run(tx->db, "BEGIN IMMEDIATE", ei);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = one(tx, list[i]);
		if (r < 0)
			*ei = list[i]->ei;
	}
	if (r == 0)
		r = run(tx->db, "COMMIT", ei);
	if (r < 0 && !sqlite3_get_autocommit(tx->db))
		(void)sqlite3_exec(tx->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

int store_write(struct store *s, store_work work, void *arg, struct errinfo *ei)
{
	struct batched own = {.work = work, .arg = arg}, *list[BATCH];
	wait_for_turn(s, &own);
	while (!own.done) {
		struct errinfo why = ERRINFO_INIT;
		size_t n = take(s, list);
		assert(n > 0); /* ours at least */
		int r = all(&s->writer, list, n, &why);
		for (size_t i = 0; i < n; i++) {
			if (r < 0) {
				list[i]->r = r;
				list[i]->ei = why;
			}
			list[i]->done = true;
		}
	}
	(void)pthread_mutex_unlock(&s->write);
	if (own.r < 0 && ei)
		*ei = own.ei;
	return own.r;
}
