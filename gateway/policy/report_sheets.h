/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * report_sheets: the tables of a report with their totals, and which cells of all of them together
 * may be shown; for this room only.
 *
 * Tables that count the same people by a dimension in common have that dimension's totals in
 * common. Such a total is shown in all of them or in none, and what the tables tell together is
 * looked at together: by the equations of all of them at once, in which a total in common is one
 * unknown.
 */
#ifndef GW_POLICY_REPORT_SHEETS_H
#define GW_POLICY_REPORT_SHEETS_H

#include "policy/report_inside.h"
#include "policy/suppress.h"

/*
 * One table. With two dimensions and totals shown it has one row and one column more than there are
 * categories; otherwise it is one row: all cells, and behind them their total.
 */
struct sheet {
	const struct report_table *table;
	struct suppress_table t; /* owns counts and state */
	size_t rows, cols;       /* categories; cols 1 with one dimension */
};

struct sheets {
	const struct report_policy *policy;
	struct sheet *items;
	size_t n;
};

/* Add up, and decide what may be shown. Release it with sheets_release. */
void sheets_make(struct sheets *s, const struct report_counts *c);
void sheets_release(struct sheets *s);

/* The index in t of a cell by its categories, of the total of a row, of a column, and of all. */
size_t sheet_cell(const struct sheet *s, size_t row, size_t col);
size_t sheet_row_total(const struct sheet *s, size_t row);
size_t sheet_column_total(const struct sheet *s, size_t col);
size_t sheet_total(const struct sheet *s);

/* True when the totals of rows and columns are in the sheet. */
bool sheet_has_margins(const struct sheet *s);

/*
 * joint.c: hide more cells until none of all sheets together can be worked out. Returns whether it
 * hid any.
 */
bool sheets_joint(struct sheets *s);

/*
 * The cell that stands for category i of a dimension in a sheet, or SIZE_MAX when the sheet does
 * not show that dimension's totals.
 */
size_t sheet_margin(const struct sheet *s, const char *dimension, size_t i);

#endif
