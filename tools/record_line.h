/* SPDX-License-Identifier: EUPL-1.2 */
/* record_line: a record of the ledger in words, for `ledger show` and `subject report`. */
#ifndef TOOLS_RECORD_LINE_H
#define TOOLS_RECORD_LINE_H

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "home/home.h"
#include "ledger/audit.h"

/* Parse the stored bytes of a record. GW_EAUTH: they are none. */
int record_parse(const struct ledger_line *line, json_t **ret_record, struct errinfo *ei)
    GW_MUST_USE;

/* Append a line about the record to out: when, what, how it ended, who, policy, what was released.
 * h may be NULL; with a registry in it, organisations get their names. */
int record_line(const struct home *h, unsigned long long index, const json_t *record,
    struct buf *out) GW_MUST_USE;

#endif
