/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What tables tell together: the equations of all sheets that count the same, with one unknown for
 * each cell that is not shown and for each total in common, brought to reduced row echelon form
 * over a prime field. An unknown alone in a row is worked out.
 *
 * A field of 2^31 - 1 elements may call an unknown open that is determined over the fractions only
 * where a minor is a multiple of the prime: the coefficients are 0, 1 and -1 and do not come near.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "policy/load_report.h"
#include "policy/report_sheets.h"

static const uint64_t prime = 2147483647;

/* One group of sheets as a system of equations. */
struct system {
	struct sheets *s;
	const struct report_table *population; /* the first of the group */
	size_t *unknown[REPORT_TABLES];        /* per cell: its unknown; SIZE_MAX: shown */
	size_t unknowns, equations;
	uint32_t *m; /* equations x unknowns */
};

static bool in_group(const struct system *y, size_t sheet)
{
	return report_same_population(y->population, y->s->items[sheet].table);
}

/* The unknown of an earlier sheet that a margin of this one is, or SIZE_MAX. */
static size_t in_common(const struct system *y, size_t sheet, const char *dimension, size_t i)
{
	for (size_t k = 0; k < sheet; k++) {
		if (!in_group(y, k))
			continue;
		size_t cell = report_counts_by(y->s->items[k].table, dimension)
		    ? sheet_margin(&y->s->items[k], dimension, i)
		    : SIZE_MAX;
		if (cell != SIZE_MAX && y->unknown[k][cell] != SIZE_MAX)
			return y->unknown[k][cell];
	}
	return SIZE_MAX;
}

/* Number the cells that are not shown; says whether any is in common with an earlier sheet. */
static bool number(struct system *y, size_t sheet)
{
	struct sheet *x = &y->s->items[sheet];
	size_t n = x->t.rows * x->t.cols;
	bool common = false;
	for (size_t i = 0; i < n; i++)
		y->unknown[sheet][i] = SIZE_MAX;
	for (size_t k = 0; k < x->table->by_n; k++) {
		const struct report_dimension *d = &x->table->by[k];
		for (size_t i = 0; i < d->categories_n; i++) {
			size_t cell = sheet_margin(x, d->name, i);
			if (cell == SIZE_MAX || !x->t.state[cell])
				continue;
			y->unknown[sheet][cell] = in_common(y, sheet, d->name, i);
			common |= y->unknown[sheet][cell] != SIZE_MAX;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (x->t.state[i] && y->unknown[sheet][i] == SIZE_MAX && i != sheet_total(x))
			y->unknown[sheet][i] = y->unknowns++;
	y->equations += x->t.rows > 1 ? x->t.rows + x->t.cols : 1;
	return common;
}

static void put(struct system *y, size_t equation, size_t unknown, bool total)
{
	if (unknown != SIZE_MAX)
		y->m[equation * y->unknowns + unknown] = total ? (uint32_t)prime - 1 : 1;
}

static size_t write_equations(struct system *y, size_t sheet, size_t at)
{
	const struct suppress_table *t = &y->s->items[sheet].t;
	for (size_t i = 0; i < t->rows * t->cols; i++) {
		size_t r = i / t->cols, c = i % t->cols;
		put(y, at + r, y->unknown[sheet][i], c + 1 == t->cols);
		if (t->rows > 1)
			put(y, at + t->rows + c, y->unknown[sheet][i], r + 1 == t->rows);
	}
	return at + (t->rows > 1 ? t->rows + t->cols : 1);
}

/* ---- elimination ---- */

static uint64_t inverse(uint64_t a)
{
	uint64_t result = 1;
	for (uint64_t n = prime - 2; n; n >>= 1, a = a * a % prime)
		if (n & 1)
			result = result * a % prime;
	return result;
}

static void swap_rows(uint32_t *a, uint32_t *b, size_t n)
{
	for (size_t i = 0; a != b && i < n; i++) {
		uint32_t x = a[i];
		a[i] = b[i];
		b[i] = x;
	}
}

/* Take `factor` times the pivot row from a row. */
static void subtract(uint32_t *row, const uint32_t *pivot, uint64_t factor, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pivot[i])
			row[i] = (uint32_t)((row[i] + (prime - factor) * pivot[i]) % prime);
}

static void reduce(struct system *y)
{
	size_t n = y->unknowns, rank = 0;
	for (size_t k = 0; k < n && rank < y->equations; k++) {
		size_t at = rank;
		while (at < y->equations && !y->m[at * n + k])
			at++;
		if (at == y->equations)
			continue;
		uint32_t *pivot = y->m + rank * n;
		swap_rows(pivot, y->m + at * n, n);
		uint64_t scale = inverse(pivot[k]);
		for (size_t i = 0; i < n; i++)
			pivot[i] = (uint32_t)(pivot[i] * scale % prime);
		for (size_t r = 0; r < y->equations; r++)
			if (r != rank && y->m[r * n + k])
				subtract(y->m + r * n, pivot, y->m[r * n + k], n);
		rank++;
	}
}

/* Mark the unknowns that stand alone in a row. */
static void find_lone(const struct system *y, bool *lone)
{
	for (size_t r = 0; r < y->equations; r++) {
		size_t found = 0, last = 0;
		for (size_t i = 0; i < y->unknowns && found < 2; i++)
			if (y->m[r * y->unknowns + i]) {
				found++;
				last = i;
			}
		if (found == 1)
			lone[last] = true;
	}
}

/* ---- hiding more ---- */

/* Hide the smallest cell that is shown beside this one: no zero and no total where there is
 * another. */
static bool hide_beside(struct sheet *x, size_t cell)
{
	struct suppress_table *t = &x->t;
	size_t best = SIZE_MAX;
	uint64_t least = UINT64_MAX;
	for (size_t i = 0; i + 1 < t->rows * t->cols; i++) {
		bool beside = i / t->cols == cell / t->cols || i % t->cols == cell % t->cols;
		bool total =
		    i % t->cols == t->cols - 1 || (t->rows > 1 && i / t->cols == t->rows - 1);
		uint64_t cost = (t->counts[i] ? t->counts[i] : UINT64_C(1) << 36) +
		    (total ? UINT64_C(1) << 44 : 0) + (beside ? 0 : UINT64_C(1) << 48);
		if (t->state[i] || cost >= least)
			continue;
		least = cost;
		best = i;
	}
	if (best == SIZE_MAX)
		return false;
	t->state[best] = SUPPRESS_COMPLEMENTARY;
	return true;
}

static bool hide_lone(struct system *y, const bool *lone)
{
	bool changed = false;
	for (size_t k = 0; k < y->s->n; k++) {
		struct sheet *x = &y->s->items[k];
		for (size_t i = 0; in_group(y, k) && i < x->t.rows * x->t.cols; i++)
			if (y->unknown[k][i] != SIZE_MAX && lone[y->unknown[k][i]])
				changed |= hide_beside(x, i);
	}
	return changed;
}

static bool solve(struct system *y)
{
	size_t at = 0;
	y->m = str_alloc((y->equations * y->unknowns + 1) * sizeof *y->m);
	bool *lone GW_CLEANUP(str_free_p) = str_alloc(y->unknowns + 1);
	for (size_t k = 0; k < y->s->n; k++)
		if (in_group(y, k))
			at = write_equations(y, k, at);
	reduce(y);
	find_lone(y, lone);
	free(y->m);
	return hide_lone(y, lone);
}

/* One group of tables; alone, or without a hidden total in common, each was looked at already. */
static bool joint(struct sheets *s, size_t first)
{
	struct system y = {.s = s, .population = s->items[first].table};
	bool common = false;
	for (size_t k = 0; k < s->n; k++) {
		y.unknown[k] =
		    str_alloc(s->items[k].t.rows * s->items[k].t.cols * sizeof *y.unknown[k]);
		if (in_group(&y, k))
			common |= number(&y, k);
	}
	bool changed = common && solve(&y);
	for (size_t k = 0; k < s->n; k++)
		free(y.unknown[k]);
	return changed;
}

bool sheets_joint(struct sheets *s)
{
	bool changed = false;
	for (size_t i = 0; i < s->n; i++) {
		bool begun = false;
		for (size_t k = 0; k < i; k++)
			begun |= report_same_population(s->items[i].table, s->items[k].table);
		if (!begun)
			changed |= joint(s, i);
	}
	return changed;
}
