/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cases through all their states at one gateway, by the library, without a network: how long an act
 * takes (judged, in ledger and store, durable), and how many a second there are.
 *
 *	acts [CASES [THREADS]]       in a folder under $TMPDIR: put that on the disk to be measured
 *
 * Statements are signed outside of what is timed: that is the clients' work, though here it takes
 * the same processors. Deposits are put into the store beforehand.
 */
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/unit/cases/fixture.h"

enum { ACTS = 8, THREADS_MAX = 64 };

static const struct {
	enum case_act act;
	enum party by;
} way[ACTS] = {{ACT_OFFER, P_SENDER}, {ACT_ACCEPT, P_RECIPIENT}, {ACT_RELEASE, P_SENDER},
    {ACT_FETCH_REQUEST, P_RECIPIENT}, {ACT_FETCHED, P_RECIPIENT}, {ACT_OPENED, P_RECIPIENT},
    {ACT_TAKEN_OVER, P_RECIPIENT}, {ACT_KEPT, P_SENDER}};

struct worker {
	struct fixture f; /* its own message */
	size_t cases;
	double *took; /* seconds, ACTS a case */
	size_t n;
	pthread_t thread;
};

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void one(struct worker *w, struct play *p, enum case_act act, enum party by)
{
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	struct cases_call call = fixture_call(&w->f, party_oin[by]);
	json_t *seen GW_CLEANUP(jx_release) = NULL;
	enum cases_taken taken;
	if (act == ACT_RELEASE)
		play_package(p, w->f.now + 10 * DAY, NULL, true);
	fixture_sign(&w->f, by, case_act_word(act), by == P_SENDER ? RECIPIENT : SENDER,
	    play_members(p, act), &json, &p7s);
	double began = now();
	int r = cases_act(w->f.cases, &call, SENDER, p->id, json.data, json.len, p7s.data, p7s.len,
	    &taken, &seen, &w->f.ei);
	w->took[w->n++] = now() - began;
	if (r < 0 || taken != CASES_NEW) {
		(void)fprintf(stderr, "%s: %s\n", case_act_word(act), w->f.ei.msg);
		exit(1);
	}
	hash_sha256_hex(json.data, json.len, p->head);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	for (size_t i = 0; i < w->cases; i++) {
		struct play p = play_new(&w->f, OFFERED_KEEPS);
		for (size_t k = 0; k < ACTS; k++)
			one(w, &p, way[k].act, way[k].by);
	}
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void measure(struct fixture *f, size_t cases, size_t threads)
{
	static struct worker w[THREADS_MAX];
	double *took = str_alloc(cases * ACTS * sizeof *took);
	size_t given = 0;
	struct rusage before, after;
	(void)getrusage(RUSAGE_SELF, &before);
	double began = now();
	for (size_t i = 0; i < threads; i++) {
		w[i] = (struct worker){.f = *f,
		    .cases = cases / threads + (i < cases % threads),
		    .took = took + given * ACTS};
		given += w[i].cases;
		if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0)
			exit(1);
	}
	for (size_t i = 0; i < threads; i++)
		(void)pthread_join(w[i].thread, NULL);
	double lasted = now() - began;
	(void)getrusage(RUSAGE_SELF, &after);
	size_t n = cases * ACTS;
	qsort(took, n, sizeof *took, by_size);
	double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
	    (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6;
	(void)printf("%zu cases, %zu acts, %zu threads: %.1f s, %.0f acts/s; an act: p50 %.1f ms, "
		     "p95 %.1f ms, p99 %.1f ms, longest %.1f ms; processor with signing %.2f ms\n",
	    cases, n, threads, lasted, (double)n / lasted, took[n / 2] * 1e3,
	    took[n * 95 / 100] * 1e3, took[n * 99 / 100] * 1e3, took[n - 1] * 1e3,
	    cpu * 1e3 / (double)n);
	free(took);
}

int main(int argc, char **argv)
{
	uint64_t cases = 200, threads = 8;
	void *state = NULL;
	if ((argc > 1 && str_u64(argv[1], 100000, &cases) < 0) ||
	    (argc > 2 && (str_u64(argv[2], THREADS_MAX, &threads) < 0 || threads == 0))) {
		(void)fprintf(stderr, "acts [CASES [THREADS]]\n");
		return 2;
	}
	if (fixture_setup(&state) != 0)
		return 1;
	measure(state, cases, threads);
	return fixture_teardown(&state) != 0;
}
