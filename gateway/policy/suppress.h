/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * suppress: which cells of a table of counts may be shown (docs/FORMATS.md §5, `suppress`).
 *
 * A count of a few people is not shown, nor is one that adds up from what is shown. A table is
 * taken with its totals as one more row and one more column, so that totals are cells like others.
 * Each row and each column is then an equation. Take rows and columns as the nodes of a graph and
 * each cell that is not shown as an edge between its row and its column: a cell can be worked out
 * from what is shown exactly when its edge is a bridge, for then it is the difference of two shown
 * sums, while every edge on a cycle may be one more or one less with the others of the cycle
 * following.
 */
#ifndef GW_POLICY_SUPPRESS_H
#define GW_POLICY_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"

enum suppress_state {
	SUPPRESS_SHOWN,
	SUPPRESS_PRIMARY,      /* below the threshold, or a zero that is to be hidden */
	SUPPRESS_COMPLEMENTARY /* so that another can not be worked out */
};

struct suppress_rule {
	uint64_t below; /* counts from 1 to below - 1 are not shown */
	bool hide_zero; /* nor is 0 */
};

enum { SUPPRESS_SIDE = 8192 }; /* most rows, and most columns, totals included */

/*
 * rows x cols counts, row by row; the last row and the last column are the totals, and the cell in
 * the corner that of all. With one row there is one equation only: the last cell is the sum of the
 * others. The corner is taken as known from elsewhere: it is never suppressed to protect another.
 */
struct suppress_table {
	size_t rows, cols; /* 1 … SUPPRESS_SIDE; with more than one row at least 3 x 3 */
	const uint64_t *counts;
	uint8_t *state; /* enum suppress_state for each count; in and out */
};

/* Mark as SUPPRESS_PRIMARY what the rule does not show. Others keep their state. */
void suppress_primary(struct suppress_table *t, const struct suppress_rule *rule);

/*
 * Mark cells as SUPPRESS_COMPLEMENTARY until none that is not shown can be worked out: for each
 * bridge the cheapest way round it, a cell costing its count, a total more than any cell and a zero
 * more than any count that is not. The same table gives the same result. Returns how many cells it
 * marked.
 */
size_t suppress_complementary(struct suppress_table *t);

/*
 * Set derivable[i] for each cell that is not shown and can be worked out exactly from what is
 * (linear in the size of the table, without recursion). Returns how many these are.
 */
size_t suppress_derivable(const struct suppress_table *t, bool *derivable);

#endif
