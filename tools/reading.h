/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reading: looking into the ledger is an act of its own, in two records: the intent is durable
 * before anything is shown or written out, the result says how that ended.
 */
#ifndef TOOLS_READING_H
#define TOOLS_READING_H

#include "base/defs.h"
#include "base/err.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "tools/cli.h"

struct reading {
	struct home *home; /* borrowed */
	struct ledger_record record;
	struct ledger_receipt intent;
};

/* A record of reading the log, by this account. */
struct ledger_record reading_record(struct home *h, const char *act);

/* Begin with the record as it is; what it points to must live until reading_end. */
int reading_begin(struct home *h, const struct ledger_record *record, struct reading *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Open the home for appending and begin `act`. The caller frees *ret_h after reading_end. */
int reading_open(const struct cli *cli, const char *act, struct home **ret_h, struct reading *ret,
    struct errinfo *ei) GW_MUST_USE;

/* Write out what was printed (output_finish) and record how it ended: with `code`, or that standard
 * output was lost. The value is code, else what kept the result from being recorded. */
int reading_end(struct reading *r, int code, struct errinfo *ei) GW_MUST_USE;

#endif
