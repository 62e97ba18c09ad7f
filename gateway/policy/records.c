/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which records of a repeating group may go: the newest n, or those not older than a term.
 *
 * An incomplete date counts as the earliest day it may mean, so that what may be too old stays. A
 * record without a usable date stays. Of records of one day the later in the dossier is newer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/run.h"
#include "policy/transform.h"

struct entry {
	int64_t day;
	size_t number;
};

struct dates {
	struct entry *list; /* the records with a date */
	size_t n, cap, met; /* met: all records */
};

static void collect(struct dates *d, const json_t *value)
{
	struct date day;
	const char *s = json_string_value(value);
	size_t number = d->met++;
	if (!s || !transform_earliest(s, &day))
		return;
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 16;
		d->list = reallocarray(d->list, d->cap, sizeof *d->list);
		if (!d->list)
			abort();
	}
	d->list[d->n++] = (struct entry){date_days(day), number};
}

/* Collect from every record of the group of path; each part of a path goes one group down. */
static void collect_all(struct dates *d, const char *path, const json_t *in)
{
	const char *dot = strchr(path, '.');
	if (json_is_array(in))
		for (size_t i = 0; i < json_array_size(in); i++)
			collect_all(d, path, json_array_get(in, i));
	else if (in && dot)
		collect_all(d, dot + 1, json_object_getn(in, path, (size_t)(dot - path)));
	else if (in)
		collect(d, json_object_get(in, path));
}

static int newest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->day != y->day)
		return x->day > y->day ? -1 : 1;
	return x->number > y->number ? -1 : x->number < y->number;
}

static void filter(struct run *run, const struct policy_rule *rule, struct run_rule *out)
{
	struct dates d = {0};
	collect_all(&d, rule->by->path, run->dossier->data);
	out->record = str_alloc(d.met + 1);
	out->dated = str_alloc(d.met + 1);
	out->n = d.met;
	if (d.n)
		qsort(d.list, d.n, sizeof *d.list, newest_first);
	int64_t first =
	    rule->since.n ? date_days(date_add(run->ctx->today, rule->since, -1)) : INT64_MIN;
	for (size_t i = 0; i < d.n; i++) {
		out->dated[d.list[i].number] = true;
		out->record[d.list[i].number] =
		    rule->newest ? (int64_t)i < rule->newest : d.list[i].day >= first;
	}
	free(d.list);
}

void run_records(struct run *run)
{
	for (size_t i = 0; i < run->p->rules_n; i++)
		if (run->p->rules[i].by)
			filter(run, &run->p->rules[i], &run->rules[i]);
}
