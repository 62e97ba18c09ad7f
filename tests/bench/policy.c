/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How fast a policy is loaded and put to work on dossiers of 8 kB, on one core, in processor time.
 *
 *	policy POLICY DOSSIER.json…
 *
 * Each dossier is made longer with the lists of those behind it until it has 8,000 bytes of compact
 * JSON; what the policy refuses (a BSN in a text) is left out. Three figures, each the middle one
 *of some slices: apply alone; parse, apply and print; load and compile. Exit 1 when one misses its
 * goal.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/apply.h"
#include "policy/words.h"

enum { DOSSIER_BYTES = 8000, MOST_DOSSIERS = 200, SLICES = 9, IN_A_ROW = 16 };
static const double SLICE = 0.3;                                             /* seconds */
static const double GOAL_APPLY = 10000, GOAL_ALL = 3000, GOAL_COMPILE = 100; /* a second */

struct work {
	struct buf text; /* of the policy */
	struct policy *p;
	struct policy_context ctx;
	char *dossier[MOST_DOSSIERS]; /* as text, and as read */
	struct dossier *read[MOST_DOSSIERS];
	size_t n, bytes, out_bytes;
};

/* Processor time of this process: what another load on the machine does not stretch. */
static double spent(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int r, const struct errinfo *ei)
{
	if (r == 0)
		return;
	(void)fprintf(stderr, "bench policy: %s\n", ei->msg);
	exit(1);
}

static json_t *read_json(const char *path)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	json_t *j = NULL;
	must(file_read(path, b.max, &b, &ei), &ei);
	must(jx_parse(path, b.data, b.len, &JX_SMALL, &j, &ei), &ei);
	(void)json_object_del(j, "attachments");
	return j;
}

static size_t length(const json_t *j)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	must(jx_dump(j, &text), &(struct errinfo){.msg = "too long"});
	return text.len;
}

/* Add the records of the lists in `from` to those of `to`, until it has DOSSIER_BYTES. */
static void lengthen(json_t *to, const json_t *from)
{
	const char *group;
	json_t *list;
	size_t n = length(to);
	json_object_foreach (to, group, list) {
		const json_t *more = json_object_get(from, group);
		if (!json_is_array(list) || !json_is_array(more))
			continue;
		for (size_t i = 0; i < json_array_size(more) && n < DOSSIER_BYTES; i++) {
			jx_add(list, json_deep_copy(json_array_get(more, i)));
			n += length(json_array_get(more, i)) + 1;
		}
	}
}

static int apply(const struct work *w, const struct dossier *d, struct buf *out)
{
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	int r = policy_apply(w->p, &w->ctx, d, NULL, &o, NULL);
	return r == 0 && out ? jx_dump_pretty(o.data, out) : r;
}

/* Take in dossier i of those in `all`. */
static void take(struct work *w, json_t *const *all, size_t n, size_t i)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct dossier *d = NULL;
	json_t *root GW_CLEANUP(jx_release) = json_deep_copy(all[i]);
	for (size_t k = 1; k < n; k++)
		lengthen(root, all[(i + k) % n]);
	must(jx_dump(root, &text), &(struct errinfo){.msg = "too long"});
	if (w->n == MOST_DOSSIERS ||
	    dossier_parse_json("d", text.data, text.len, catalogue_builtin(), NULL, &d, NULL) < 0)
		return;
	if (apply(w, d, &out) < 0) {
		dossier_free(d);
		return;
	}
	w->dossier[w->n] = str_dup(text.data);
	w->read[w->n++] = d;
	w->bytes += text.len;
	w->out_bytes += out.len;
}

static void apply_one(struct work *w, size_t i)
{
	must(apply(w, w->read[i % w->n], NULL), &(struct errinfo){.msg = "apply"});
}

static void all_of_one(struct work *w, size_t i)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	const char *s = w->dossier[i % w->n];
	must(dossier_parse_json("d", s, strlen(s), catalogue_builtin(), NULL, &d, &ei), &ei);
	must(apply(w, d, &out), &ei);
}

static void compile_one(struct work *w, size_t i)
{
	struct policy *p GW_CLEANUP(policy_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	(void)i;
	must(policy_parse("p", w->text.data, w->text.len, catalogue_builtin(), NULL, &p, &ei), &ei);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* How often in a second of processor time, the best of the slices: a busy neighbour only slows it.
 */
static double rate(struct work *w, void (*one)(struct work *w, size_t i))
{
	double per_second[SLICES];
	for (size_t s = 0; s < SLICES; s++) {
		double begin = spent(), took;
		size_t n = 0;
		do
			one(w, n / IN_A_ROW);
		while (++n % IN_A_ROW || (took = spent() - begin) < SLICE);
		per_second[s] = (double)n / took;
	}
	qsort(per_second, SLICES, sizeof *per_second, by_size);
	return per_second[SLICES - 1];
}

static bool told(const char *what, double is, double goal)
{
	printf("%s: %.0f/s, %.1f us each (goal %.0f/s)%s\n", what, is, 1e6 / is, goal,
	    is < goal ? ": MISSED" : "");
	return is >= goal;
}

/* A programme that the policy is for: wi2021 where it can be, since most leaves there. */
static const char *programme_of(const struct policy *p)
{
	size_t last = 0;
	for (size_t i = 0; i < policy_programmes.n; i++)
		if (p->programmes & 1U << i)
			last = str_eq(policy_programmes.list[last], "wi2021") ? last : i;
	return policy_programmes.list[last];
}

int main(int argc, char **argv)
{
	static struct work w = {.text = BUF_INIT(1 << 18)};
	struct errinfo ei = ERRINFO_INIT;
	if (argc < 3)
		return 2;
	must(file_read(argv[1], w.text.max, &w.text, &ei), &ei);
	must(policy_parse(argv[1], w.text.data, w.text.len, catalogue_builtin(), NULL, &w.p, &ei),
	    &ei);
	w.ctx = (struct policy_context){.sender = w.p->sender,
	    .recipient = w.p->recipient,
	    .contract_status = w.p->contract_status,
	    .met = w.p->requires,
	    .recipient_duties = POLICY_BSN_PROCESSING,
	    .programme = programme_of(w.p),
	    .today = w.p->from};
	size_t n = (size_t)argc - 2;
	json_t **all = str_alloc(n * sizeof(json_t *));
	for (size_t i = 0; i < n; i++)
		all[i] = read_json(argv[i + 2]);
	for (size_t i = 0; i < n; i++)
		take(&w, all, n, i);
	if (!w.n)
		must(-1, &(struct errinfo){.msg = "the policy refuses every dossier"});
	printf("%s: %zu of %zu dossiers pass, %zu bytes in and %zu bytes out on average\n", w.p->id,
	    w.n, n, w.bytes / w.n, w.out_bytes / w.n);
	bool good = told("apply", rate(&w, apply_one), GOAL_APPLY);
	good &= told("parse, apply and print", rate(&w, all_of_one), GOAL_ALL);
	good &= told("load and compile", rate(&w, compile_one), GOAL_COMPILE);
	for (size_t i = 0; i < n; i++)
		json_decref(all[i]);
	free(all);
	for (size_t i = 0; i < w.n; i++) {
		dossier_free(w.read[i]);
		free(w.dossier[i]);
	}
	policy_free(w.p);
	buf_release(&w.text);
	return !good;
}
