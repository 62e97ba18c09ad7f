/* SPDX-License-Identifier: EUPL-1.2 */
/* load_report: the parts of report_parse that lie in files of their own; for this room only. */
#ifndef GW_POLICY_LOAD_REPORT_H
#define GW_POLICY_LOAD_REPORT_H

#include <stdbool.h>

#include "base/defs.h"
#include "policy/load.h"
#include "policy/report.h"

/* Read one entry of `by` into the next dimension of t. */
bool load_dimension(struct loader *l, const struct yml *y, struct report_table *t);

/* Say what only shows over the whole: differences between tables, thresholds that do not fit. */
void load_report_lint(struct loader *l);

/* Work out head->meaning: what the tables are, without comments, layout, names and reasons. */
void report_meaning(struct report_policy *r);

/* Do two tables count the same people or appointments? */
bool report_same_population(const struct report_table *a, const struct report_table *b);

/* Does the table count by what is called so? */
bool report_counts_by(const struct report_table *t, const char *name);

#endif
