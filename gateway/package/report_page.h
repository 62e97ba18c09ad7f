/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * report_page: a report (docs/FORMATS.md §5) as a page for people and as CSV for a spreadsheet.
 *
 * Both are made of the same value as report.json and say nothing beside it.
 */
#ifndef GW_PACKAGE_REPORT_PAGE_H
#define GW_PACKAGE_REPORT_PAGE_H

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "package/html.h"

/*
 * Append the page: self-contained, without a script or an outside reference, for screen, screen
 * reader and printer. GW_ELIMIT when out is full.
 */
int report_html(const json_t *report, enum html_language language, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * Append the tables as CSV (RFC 4180, UTF-8, a line for each cell and total):
 *
 *   table,count,row_dimension,row,column_dimension,column,value,percentage,status
 *
 * Total rows and columns are called `total`; the column is empty with one dimension. status is
 * `shown` or `suppressed`; then value is empty. Text that a spreadsheet would take for a formula
 * (= + - @ first) has an apostrophe before it. GW_ELIMIT when out is full.
 */
int report_csv(const json_t *report, struct buf *out, struct errinfo *ei) GW_MUST_USE;

#endif
