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
	uint64_t candidates;
};

/* How many cells a table has without totals. */
size_t report_cells(const struct report_table *t);

#endif
