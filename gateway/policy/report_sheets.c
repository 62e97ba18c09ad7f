/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/report_sheets.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "policy/load_report.h"

bool sheet_has_margins(const struct sheet *s)
{
	return s->t.rows > 1;
}

size_t sheet_cell(const struct sheet *s, size_t row, size_t col)
{
	return sheet_has_margins(s) ? row * s->t.cols + col : row * s->cols + col;
}

size_t sheet_row_total(const struct sheet *s, size_t row)
{
	return row * s->t.cols + s->t.cols - 1;
}

size_t sheet_column_total(const struct sheet *s, size_t col)
{
	return (s->t.rows - 1) * s->t.cols + col;
}

size_t sheet_total(const struct sheet *s)
{
	return s->t.rows * s->t.cols - 1;
}

size_t sheet_margin(const struct sheet *s, const char *dimension, size_t i)
{
	const struct report_table *t = s->table;
	if (t->by_n == 1 && str_eq(t->by[0].name, dimension))
		return sheet_cell(s, i, 0);
	if (!sheet_has_margins(s))
		return SIZE_MAX;
	if (str_eq(t->by[0].name, dimension))
		return sheet_row_total(s, i);
	return t->by_n == 2 && str_eq(t->by[1].name, dimension) ? sheet_column_total(s, i)
								: SIZE_MAX;
}

static void add_up(struct sheet *s, uint64_t *counts, const uint64_t *cells)
{
	for (size_t r = 0; r < s->rows; r++)
		for (size_t c = 0; c < s->cols; c++) {
			uint64_t n = cells[r * s->cols + c];
			counts[sheet_cell(s, r, c)] = n;
			counts[sheet_total(s)] += n;
			if (!sheet_has_margins(s))
				continue;
			counts[sheet_row_total(s, r)] += n;
			counts[sheet_column_total(s, c)] += n;
		}
}

/* Many appointments of a few people are the appointments of a few people. */
static void hide_few(struct sheet *s, const uint64_t *people, uint64_t below)
{
	for (size_t r = 0; r <= s->rows; r++)
		for (size_t c = 0; c <= s->cols; c++) {
			bool inner = r < s->rows && c < s->cols;
			bool all = r == s->rows && c == s->cols;
			uint64_t n = people[r * (s->cols + 1) + c];
			if (!n || n >= below || (!inner && !all && !sheet_has_margins(s)))
				continue;
			s->t.state[inner       ? sheet_cell(s, r, c)
				: all          ? sheet_total(s)
				: c == s->cols ? sheet_row_total(s, r)
					       : sheet_column_total(s, c)] = SUPPRESS_PRIMARY;
		}
}

static void make(struct sheet *s, const struct report_policy *p, const struct report_table *t,
    const uint64_t *cells)
{
	bool margins = t->by_n == 2 && !p->hide_totals;
	s->table = t;
	s->rows = report_rows(t);
	s->cols = report_columns(t);
	s->t.rows = margins ? s->rows + 1 : 1;
	s->t.cols = margins ? s->cols + 1 : s->rows * s->cols + 1;
	uint64_t *counts = str_alloc(s->t.rows * s->t.cols * sizeof *counts);
	s->t.counts = counts;
	s->t.state = str_alloc(s->t.rows * s->t.cols);
	add_up(s, counts, cells);
}

/* Hide in both what is hidden in one of two sheets with a dimension in common. */
static bool share(struct sheet *a, struct sheet *b)
{
	bool changed = false;
	for (size_t k = 0; k < a->table->by_n; k++) {
		const struct report_dimension *d = &a->table->by[k];
		if (!report_counts_by(b->table, d->name))
			continue;
		for (size_t i = 0; i < d->categories_n; i++) {
			size_t x = sheet_margin(a, d->name, i), y = sheet_margin(b, d->name, i);
			if (x == SIZE_MAX || y == SIZE_MAX || !a->t.state[x] == !b->t.state[y])
				continue;
			if (!a->t.state[x])
				a->t.state[x] = SUPPRESS_COMPLEMENTARY;
			else
				b->t.state[y] = SUPPRESS_COMPLEMENTARY;
			changed = true;
		}
	}
	return changed;
}

static bool share_all(struct sheets *s)
{
	bool changed = false;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < i; k++)
			if (report_same_population(s->items[i].table, s->items[k].table))
				changed |= share(&s->items[i], &s->items[k]);
	return changed;
}

void sheets_make(struct sheets *s, const struct report_counts *c)
{
	const struct report_policy *p = c->policy;
	const struct suppress_rule rule = {(uint64_t)p->below, p->hide_zero};
	*s = (struct sheets){.policy = p, .n = p->tables_n};
	s->items = str_alloc((s->n + 1) * sizeof *s->items);
	for (size_t i = 0; i < s->n; i++) {
		make(&s->items[i], p, &p->tables[i], c->cells[i]);
		suppress_primary(&s->items[i].t, &rule);
		if (c->people[i])
			hide_few(&s->items[i], c->people[i], rule.below);
	}
	if (!p->complementary)
		return;
	do { /* each turn hides a cell at least, so it ends */
		for (size_t i = 0; i < s->n; i++)
			(void)suppress_complementary(&s->items[i].t);
	} while (share_all(s) || sheets_joint(s));
}

void sheets_release(struct sheets *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free((void *)(uintptr_t)s->items[i].t.counts);
		free(s->items[i].t.state);
	}
	free(s->items);
	*s = (struct sheets){0};
}
