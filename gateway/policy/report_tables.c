/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of a report as values: suppressed, rounded, and percentages where they may be. */
#include "policy/load_report.h"
#include "policy/meaning.h"
#include "policy/report_sheets.h"

/* To the nearest multiple, half up; never below the threshold that it lies above. */
static uint64_t rounded(const struct report_policy *p, uint64_t n)
{
	uint64_t to = (uint64_t)p->round_to, below = (uint64_t)p->below;
	uint64_t nearest = (n + to / 2) / to * to;
	return n >= below && nearest < below ? (below + to - 1) / to * to : nearest;
}

static json_t *shown(const struct sheets *s, const struct sheet *x, size_t cell)
{
	if (x->t.state[cell])
		return json_null();
	return json_integer((json_int_t)rounded(s->policy, x->t.counts[cell]));
}

/* Whole per cents of what is shown; null where either is not, or the denominator is too small. */
static json_t *percentage(const struct sheets *s, const struct sheet *x, size_t cell, size_t total)
{
	uint64_t n = rounded(s->policy, x->t.counts[cell]);
	uint64_t of = rounded(s->policy, x->t.counts[total]);
	if (x->t.state[cell] || x->t.state[total] || s->policy->hide_totals || !of || n > of ||
	    x->t.counts[total] < (uint64_t)s->policy->min_denominator)
		return json_null();
	return json_integer((json_int_t)((200 * n + of) / (2 * of)));
}

static json_t *names(const struct report_dimension *d)
{
	json_t *out = json_array();
	for (size_t i = 0; i < d->categories_n; i++)
		jx_add(out, json_string(d->categories[i]));
	return out;
}

typedef json_t *(*cell_fn)(
    const struct sheets *s, const struct sheet *x, size_t cell, size_t denominator);

static json_t *number(
    const struct sheets *s, const struct sheet *x, size_t cell, size_t denominator)
{
	(void)denominator;
	return shown(s, x, cell);
}

/* What fn gives for each cell, in the shape of the table. */
static json_t *each_cell(const struct sheets *s, const struct sheet *x, cell_fn fn)
{
	json_t *out = json_array();
	for (size_t r = 0; r < x->rows; r++) {
		size_t total = sheet_has_margins(x) ? sheet_row_total(x, r) : sheet_total(x);
		json_t *row = x->table->by_n == 2 ? json_array() : out;
		for (size_t c = 0; c < x->cols; c++)
			jx_add(row, fn(s, x, sheet_cell(x, r, c), total));
		if (row != out)
			jx_add(out, row);
	}
	return out;
}

static json_int_t hidden_cells(const struct sheet *x)
{
	json_int_t n = 0;
	for (size_t i = 0; i < x->t.rows * x->t.cols; i++)
		n += x->t.state[i] != SUPPRESS_SHOWN;
	return n;
}

static void add_margins(json_t *out, const struct sheets *s, const struct sheet *x)
{
	json_t *rows = json_array(), *columns = json_array();
	for (size_t r = 0; r < x->rows; r++)
		jx_add(rows, shown(s, x, sheet_row_total(x, r)));
	for (size_t c = 0; c < x->cols; c++)
		jx_add(columns, shown(s, x, sheet_column_total(x, c)));
	jx_set(out, "row_totals", rows);
	jx_set(out, "column_totals", columns);
}

static json_t *table(const struct sheets *s, const struct sheet *x)
{
	const struct report_table *t = x->table;
	json_t *out = json_object(), *by = json_array();
	for (size_t i = 0; i < t->by_n; i++)
		jx_add(by, json_string(t->by[i].name));
	jx_set(out, "table", json_string(t->name));
	jx_set(out, "count", json_string(report_unit_words[t->count]));
	jx_set(out, "by", by);
	if (t->only_if.programmes || t->only_if.duties)
		jx_set(out, "only_if", meaning_condition(&t->only_if));
	jx_set(out, "rows", names(&t->by[0]));
	if (t->by_n == 2)
		jx_set(out, "columns", names(&t->by[1]));
	jx_set(out, "cells", each_cell(s, x, number));
	if (sheet_has_margins(x))
		add_margins(out, s, x);
	if (!s->policy->hide_totals)
		jx_set(out, "total", shown(s, x, sheet_total(x)));
	jx_set(out, "percentages", each_cell(s, x, percentage));
	jx_set(out, "suppressed", json_integer(hidden_cells(x)));
	return out;
}

json_t *report_tables(const struct report_counts *c)
{
	struct sheets s;
	json_t *out = json_array();
	sheets_make(&s, c);
	for (size_t i = 0; i < s.n; i++)
		jx_add(out, table(&s, &s.items[i]));
	sheets_release(&s);
	return out;
}

json_t *report_population(const struct report_counts *c)
{
	if (c->candidates < (uint64_t)c->policy->below)
		return json_null();
	return json_integer((json_int_t)rounded(c->policy, c->candidates));
}

int report_enough(const struct report_counts *c, struct errinfo *ei)
{
	const struct report_policy *p = c->policy;
	if (c->candidates >= (uint64_t)p->min_candidates)
		return 0;
	return err_set(ei, GW_EREFUSED,
	    "fewer than %lld candidates belong to period %s: policy '%s' makes no report of so few "
	    "(population.min_candidates)",
	    (long long)p->min_candidates, c->span.name, p->head->id);
}
