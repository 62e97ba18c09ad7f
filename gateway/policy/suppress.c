/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/suppress.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static bool hidden(const struct suppress_table *t, size_t cell)
{
	return t->state[cell] != SUPPRESS_SHOWN;
}

void suppress_primary(struct suppress_table *t, const struct suppress_rule *rule)
{
	for (size_t i = 0; i < t->rows * t->cols; i++)
		if (t->counts[i] ? t->counts[i] < rule->below : rule->hide_zero)
			t->state[i] = SUPPRESS_PRIMARY;
}

/* ---- the graph: node r is row r, node rows + c is column c ---- */

/* The cell between two nodes of which exactly one is a row. */
static size_t cell_of(const struct suppress_table *t, size_t a, size_t b)
{
	size_t row = a < t->rows ? a : b, col = (a < t->rows ? b : a) - t->rows;
	return row * t->cols + col;
}

/* The nodes on the other side of `node`: columns for a row, rows for a column. */
static size_t other_side(const struct suppress_table *t, size_t node, size_t *ret_n)
{
	*ret_n = node < t->rows ? t->cols : t->rows;
	return node < t->rows ? t->rows : 0;
}

/* A depth-first walk; `at` is where each node's look at its neighbours stands. */
struct walk {
	const struct suppress_table *t;
	size_t *order, *low, *at, *stack; /* order 0: not met yet */
	size_t depth, met;
};

static void enter(struct walk *w, size_t node)
{
	w->order[node] = w->low[node] = ++w->met;
	w->stack[w->depth++] = node;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One step: look at the next neighbour of the node on top, or leave it. Returns 1 for a bridge. */
static size_t step(struct walk *w, bool *derivable)
{
	size_t node = w->stack[w->depth - 1], n, first = other_side(w->t, node, &n);
	size_t up = w->depth > 1 ? w->stack[w->depth - 2] : SIZE_MAX;
	if (w->at[node] < n) {
		size_t next = first + w->at[node]++;
		if (next == up || !hidden(w->t, cell_of(w->t, node, next)))
			return 0;
		if (!w->order[next])
			enter(w, next);
		else
			w->low[node] = least(w->low[node], w->order[next]);
		return 0;
	}
	w->depth--;
	if (up == SIZE_MAX)
		return 0;
	w->low[up] = least(w->low[up], w->low[node]);
	if (w->low[node] <= w->order[up])
		return 0;
	derivable[cell_of(w->t, up, node)] = true;
	return 1;
}

/* One equation: a single unknown is what the others leave. */
static size_t derivable_in_row(const struct suppress_table *t, bool *derivable)
{
	size_t n = 0, last = 0;
	for (size_t i = 0; i < t->cols; i++)
		if (hidden(t, i)) {
			n++;
			last = i;
		}
	if (n == 1)
		derivable[last] = true;
	return n == 1;
}

size_t suppress_derivable(const struct suppress_table *t, bool *derivable)
{
	assert(t->rows && t->cols && t->rows <= SUPPRESS_SIDE && t->cols <= SUPPRESS_SIDE);
	memset(derivable, 0, t->rows * t->cols * sizeof *derivable);
	if (t->rows == 1)
		return derivable_in_row(t, derivable);
	size_t nodes = t->rows + t->cols, found = 0;
	size_t *memory GW_CLEANUP(str_free_p) = str_alloc(4 * nodes * sizeof *memory);
	struct walk w = {.t = t,
	    .order = memory,
	    .low = memory + nodes,
	    .at = memory + 2 * nodes,
	    .stack = memory + 3 * nodes};
	for (size_t i = 0; i < nodes; i++) {
		if (w.order[i])
			continue;
		enter(&w, i);
		while (w.depth)
			found += step(&w, derivable);
	}
	return found;
}

/* ---- the cheapest way round ---- */

#define NEVER UINT64_MAX

static bool is_total(const struct suppress_table *t, size_t cell)
{
	return cell % t->cols == t->cols - 1 || (t->rows > 1 && cell / t->cols == t->rows - 1);
}

/* What it costs not to show a cell: nothing when it is not shown already. */
static uint64_t cost(const struct suppress_table *t, size_t cell)
{
	static const uint64_t zero = UINT64_C(1) << 36, total = UINT64_C(1) << 44;
	if (hidden(t, cell))
		return 0;
	if (cell == t->rows * t->cols - 1)
		return NEVER;
	uint64_t count = t->counts[cell] < zero - 1 ? t->counts[cell] : zero - 1;
	return 1 + (count ? count : zero) + (is_total(t, cell) ? total : 0);
}

/* Shortest ways from one node (Dijkstra over a dense graph). */
struct ways {
	uint64_t *cost;
	size_t *from;
	bool *done;
};

static void relax(const struct suppress_table *t, struct ways *w, size_t node, size_t bridge)
{
	size_t n, first = other_side(t, node, &n);
	for (size_t next = first; next < first + n; next++) {
		size_t cell = cell_of(t, node, next);
		uint64_t c = cost(t, cell);
		if (cell == bridge || c == NEVER || w->cost[node] + c >= w->cost[next])
			continue;
		w->cost[next] = w->cost[node] + c;
		w->from[next] = node;
	}
}

/* Mark the cells of the cheapest way from the bridge's row to its column. Returns how many. */
static size_t go_round(struct suppress_table *t, size_t bridge)
{
	size_t nodes = t->rows + t->cols, from = bridge / t->cols, to = t->rows + bridge % t->cols;
	uint64_t *costs GW_CLEANUP(str_free_p) = str_alloc(nodes * sizeof *costs);
	size_t *back GW_CLEANUP(str_free_p) = str_alloc(nodes * sizeof *back);
	bool *done GW_CLEANUP(str_free_p) = str_alloc(nodes * sizeof *done);
	struct ways w = {costs, back, done};
	for (size_t i = 0; i < nodes; i++)
		w.cost[i] = i == from ? 0 : NEVER;
	for (;;) {
		size_t node = nodes;
		for (size_t i = 0; i < nodes; i++)
			if (!w.done[i] && w.cost[i] != NEVER &&
			    (node == nodes || w.cost[i] < w.cost[node]))
				node = i;
		if (node == nodes || node == to)
			break;
		w.done[node] = true;
		relax(t, &w, node, bridge);
	}
	assert(w.cost[to] != NEVER); /* there are three rows and columns, and one corner */
	size_t marked = 0;
	for (size_t node = to; node != from; node = w.from[node]) {
		size_t cell = cell_of(t, node, w.from[node]);
		if (hidden(t, cell))
			continue;
		t->state[cell] = SUPPRESS_COMPLEMENTARY;
		marked++;
	}
	return marked;
}

/* One equation with one unknown: the cheapest other cell becomes the second. */
static size_t add_second(struct suppress_table *t)
{
	size_t best = t->cols;
	for (size_t i = 0; i < t->cols; i++)
		if (!hidden(t, i) && cost(t, i) != NEVER &&
		    (best == t->cols || cost(t, i) < cost(t, best)))
			best = i;
	if (best == t->cols)
		return 0; /* there is one cell only, and its total is known: nothing protects it */
	t->state[best] = SUPPRESS_COMPLEMENTARY;
	return 1;
}

size_t suppress_complementary(struct suppress_table *t)
{
	size_t n = t->rows * t->cols, marked = 0;
	bool *derivable GW_CLEANUP(str_free_p) = str_alloc(n * sizeof *derivable);
	while (suppress_derivable(t, derivable)) {
		size_t bridge = 0, now;
		while (!derivable[bridge])
			bridge++;
		now = t->rows == 1 ? add_second(t) : go_round(t, bridge);
		marked += now;
		if (!now)
			break;
	}
	return marked;
}
