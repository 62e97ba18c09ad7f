/* SPDX-License-Identifier: EUPL-1.2 */
/* report_inside: what is counted so far, for the files of this room that count and show it. */
#ifndef GW_POLICY_REPORT_INSIDE_H
#define GW_POLICY_REPORT_INSIDE_H

#include "policy/report.h"

struct report_counts {
	const struct report_policy *policy;
	struct report_span span;
	unsigned duties;
	uint64_t **cells; /* per table, row by row, without totals */
	/* Per table of appointments: how many candidates stand behind each cell, with one row and
	 * one column more for those behind its totals; else NULL. */
	uint64_t **people;
	uint64_t candidates;
};

/* Rows and columns of a table, without totals; one column with one dimension. */
size_t report_rows(const struct report_table *t);
size_t report_columns(const struct report_table *t);

#endif
