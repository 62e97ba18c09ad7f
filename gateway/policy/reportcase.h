/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reportcase: the tests beside a report policy (tests/<id>.test.yaml), run as its author wrote
 * them.
 *
 *   tests_for!: id      as_of!: date      cases!: [CASE+]
 *   CASE    := case!: text  period!: PERIOD  context!: CONTEXT  groups!: [GROUP+]  expect!: EXPECT
 *   CONTEXT := as in policy/casetest.h; its programme is that of the groups that name none
 *   GROUP   := times!: n  dossier!: {as in dossier.json}  programme: PROGRAMME
 *   EXPECT  := candidates: n | suppressed       as the report says it, rounded
 *              tables: {TABLE: {ROW: n | suppressed}}, with two dimensions
 *                      {TABLE: {ROW: {COLUMN: n | suppressed}}}; `total` is the total of the row,
 *                      of the column, of all
 *              blocked: text                    no report is made, and the reason says that text
 *
 * A group stands for so many people with that dossier. An unknown table, row or column is an error
 * of the test file, never a pass; so is a case that expects nothing. The clock is as_of.
 */
#ifndef GW_POLICY_REPORTCASE_H
#define GW_POLICY_REPORTCASE_H

#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"
#include "policy/casetest.h"
#include "policy/report.h"

/* In how many cases something of a table was reached. */
struct report_reached {
	unsigned taken;  /* it counted somebody */
	unsigned unmet;  /* its only_if left somebody out */
	unsigned shown;  /* a cell with somebody in it was shown */
	unsigned hidden; /* a cell was not shown */
};

struct report_results {
	struct case_results cases;
	struct report_reached *reached; /* per table */
};

/* As casetest_run. The caller releases *ret. */
int reportcase_run(const char *file, const void *bytes, size_t n, const struct report_policy *p,
    struct report_results *ret, struct errinfo *ei) GW_MUST_USE;
void report_results_release(struct report_results *r);

#endif
