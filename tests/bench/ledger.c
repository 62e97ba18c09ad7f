/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Durable appends, head included, at 1 and at 64 writers against a bare loop of write and fdatasync
 * of as many bytes in the same folder, taken in turns; and how fast a log is verified.
 *
 *	ledger DIR [RECORDS]
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "ledger/audit.h"

#define OWN "00000099000000001000"
#define ORIGIN "oin-" OWN "/bench"

enum { WRITERS = 64, SLICES = 5, RECORD = 420, BATCH = 1000 };
static const double SLICE = 0.8; /* seconds */

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processor time of this process: what another load on the machine does not stretch. */
static double spent(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what, const struct errinfo *ei)
{
	(void)fprintf(stderr, "bench ledger: %s: %s\n", what, ei ? ei->msg : "");
	exit(1);
}

/* As a seal writes it. */
static struct ledger_record sample(void)
{
	static const char *const classes[] = {"identifier", "ordinary"};
	struct ledger_record r = {.act = "transfer.send",
	    .out = LEDGER_OK,
	    .tr = "0123456789abcdef0123456789abcdef",
	    .sp = "0123456789abcdef",
	    .peer = "00000099000000002000",
	    .ctl = OWN,
	    .purp = "re-integratie",
	    .basis = "6.1.e",
	    .cat = classes,
	    .cat_n = 2,
	    .has_fld = true,
	    .fld = 9};
	r.actor.k = "user";
	r.actor.id = "a:0123456789abcdef";
	r.actor.auth = "cli";
	r.obj.k = "package";
	r.obj.id = "o:0123456789abcdef012345";
	r.obj.b = 524288;
	return r;
}

static double bare(const char *dir)
{
	char line[RECORD];
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "bare");
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	size_t n = 0;
	memset(line, 'x', sizeof line);
	if (fd < 0)
		die("bare loop", NULL);
	double start = now(), end = start;
	for (; end - start < SLICE; n++, end = now())
		if (write(fd, line, sizeof line) != (ssize_t)sizeof line || fdatasync(fd) < 0)
			die("bare loop", NULL);
	(void)close(fd);
	return (double)n / (end - start);
}

struct writer {
	struct ledger *l;
	double until;
	size_t n;
};

static void *append(void *arg)
{
	struct writer *w = arg;
	struct errinfo ei = ERRINFO_INIT;
	const struct ledger_record r = sample();
	while (now() < w->until) {
		if (ledger_append(w->l, &r, NULL, NULL, &ei) < 0)
			die("append", &ei);
		w->n++;
	}
	return NULL;
}

static double appends(struct ledger *l, size_t writers)
{
	struct writer w[WRITERS];
	pthread_t t[WRITERS];
	size_t n = 0;
	double start = now();
	for (size_t i = 0; i < writers; i++) {
		w[i] = (struct writer){l, start + SLICE, 0};
		if (pthread_create(&t[i], NULL, append, &w[i]) != 0)
			die("threads", NULL);
	}
	for (size_t i = 0; i < writers; i++) {
		(void)pthread_join(t[i], NULL);
		n += w[i].n;
	}
	return (double)n / (now() - start);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *v)
{
	qsort(v, SLICES, sizeof *v, by_size);
	return v[SLICES / 2];
}

static void bench_appends(struct ledger *l, const char *dir)
{
	double base[SLICES], one[SLICES], many[SLICES], ratio1[SLICES], ratio64[SLICES];
	for (int i = 0; i < SLICES; i++) {
		base[i] = bare(dir);
		one[i] = appends(l, 1);
		many[i] = appends(l, WRITERS);
		base[i] = (base[i] + bare(dir)) / 2;
		ratio1[i] = one[i] / base[i];
		ratio64[i] = many[i] / base[i];
	}
	(void)printf("# write+fdatasync %.0f/s, appends %.0f/s at 1 writer, %.0f/s at %d\n",
	    median(base), median(one), median(many), WRITERS);
	(void)printf("bench ledger.append_1 ratio=%.2f want=0.3\n", median(ratio1));
	(void)printf("bench ledger.append_64 ratio=%.2f want=5\n", median(ratio64));
}

static void bench_verify(struct ledger *l, size_t records)
{
	struct ledger_record *r = str_alloc(BATCH * sizeof *r);
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_findings found;
	const struct ledger_expect nothing = {0};
	double best = 0, best_spent = 0;
	for (size_t i = 0; i < BATCH; i++)
		r[i] = sample();
	for (size_t n = 0; n < records; n += BATCH)
		if (ledger_append_all(l, r, NULL, BATCH, &ei) < 0)
			die("append", &ei);
	free(r);
	for (int i = 0; i < 3; i++) {
		double start = now(), before = spent();
		if (ledger_verify(l, &nothing, &found, &ei) < 0)
			die("verify", &ei);
		double rate = (double)found.head.size / (now() - start);
		best = rate > best ? rate : best;
		rate = (double)found.head.size / (spent() - before);
		best_spent = rate > best_spent ? rate : best_spent;
	}
	(void)printf(
	    "# verify: %llu records at %.0f/s, best of 3; %.0f per second of processor time\n",
	    (unsigned long long)found.head.size, best, best_spent);
	(void)printf("bench ledger.verify ratio=%.2f want=1 (of 500,000 records/s)\n", best / 5e5);
}

int main(int argc, char **argv)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger *l = NULL;
	uint64_t records = 300000;
	if (argc < 2 || (argc > 2 && str_u64(argv[2], 100000000, &records) < 0))
		die("usage: ledger DIR [RECORDS]", NULL);
	char *names[] = {file_join(argv[1], "ledger.db"), file_join(argv[1], "checkpoint"),
	    file_join(argv[1], "ledger.key"), file_join(argv[1], "ledger.head"),
	    file_join(argv[1], "subjects.db"), file_join(argv[1], "subjects.kek"),
	    file_join(argv[1], "blind.key")};
	const struct ledger_paths paths = {
	    names[0], names[1], names[2], names[3], names[4], names[5], names[6]};
	if (ledger_create(&paths, ORIGIN, &ei) < 0 || ledger_open(&paths, ORIGIN, 0, &l, &ei) < 0)
		die("open", &ei);
	bench_appends(l, argv[1]);
	bench_verify(l, records);
	ledger_close(l);
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		free(names[i]);
	return 0;
}
