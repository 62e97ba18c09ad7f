/* SPDX-License-Identifier: EUPL-1.2 */
/* scan_settle: from all that detectors found to the findings of a text. */
#include <stdlib.h>

#include "detect/scan.h"

static int by_offset(const void *a, const void *b)
{
	const struct detect_finding *x = a, *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

static bool is_stem(const struct detect_finding *f)
{
	return f->kind == DETECT_HEALTH || f->kind == DETECT_CRIMINAL ||
	    f->kind == DETECT_OTHER_SPECIAL;
}

/* How far other findings reach from the start of finding i on, a blank between two let through;
 * `reach` is how far those before it do. */
static size_t reach_of_others(const struct detect_findings *found, size_t i, size_t reach)
{
	const struct detect_finding *f = found->list;
	size_t end = f[i].offset + f[i].length;
	if (reach < f[i].offset)
		reach = f[i].offset;
	for (size_t k = i + 1; k < found->n && f[k].offset < end; k++) {
		size_t blank = reach > f[i].offset;
		if (f[k].kind != DETECT_CAPITAL && f[k].offset <= reach + blank &&
		    f[k].offset + f[k].length > reach)
			reach = f[k].offset + f[k].length;
	}
	return reach;
}

/* A word of which nothing is known is no finding where others cover it. */
static void drop_capitals(struct scan *s)
{
	struct detect_finding *f = s->found.list;
	size_t n = 0, covered = 0; /* up to there those before this one reach */
	for (size_t i = 0; i < s->found.n; i++) {
		size_t end = f[i].offset + f[i].length;
		bool capital = f[i].kind == DETECT_CAPITAL;
		if (capital && reach_of_others(&s->found, i, covered) >= end)
			continue;
		if (!capital && end > covered)
			covered = end;
		f[n++] = f[i];
	}
	s->found.n = n;
}

void scan_settle(struct scan *s)
{
	struct detect_finding *f = s->found.list;
	size_t n = 0, d = 0, last[DETECT_KINDS] = {0}; /* index + 1 */
	size_t sorted = 1;
	while (sorted < s->found.n && by_offset(&f[sorted - 1], &f[sorted]) <= 0)
		sorted++;
	if (sorted < s->found.n)
		qsort(f, s->found.n, sizeof *f, by_offset);
	for (size_t i = 0; i < s->found.n; i++) {
		while (d < s->denied.n && s->denied.list[d].to <= f[i].offset)
			d++;
		bool denied = false;
		for (size_t k = d; k < s->denied.n && s->denied.list[k].from <= f[i].offset; k++)
			denied |= f[i].offset + f[i].length <= s->denied.list[k].to;
		if (denied && is_stem(&f[i]))
			continue;
		struct detect_finding *before = last[f[i].kind] ? &f[last[f[i].kind] - 1] : NULL;
		if (before && f[i].offset < before->offset + before->length) {
			size_t end = f[i].offset + f[i].length;
			if (end > before->offset + before->length)
				before->length = end - before->offset;
			if (f[i].certainty > before->certainty)
				before->certainty = f[i].certainty;
			continue;
		}
		last[f[i].kind] = n + 1;
		f[n++] = f[i];
	}
	s->found.n = n;
	drop_capitals(s);
}
