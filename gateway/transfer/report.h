/* SPDX-License-Identifier: EUPL-1.2 */
/* report: what a reporting run carries along; for this room only. */
#ifndef GW_TRANSFER_REPORT_H
#define GW_TRANSFER_REPORT_H

#include "transfer/act.h"
#include "transfer/grounds.h"

struct seen;

struct report_run {
	const struct transfer_env *env;
	const struct report_request *request;
	struct report_result *result;
	struct grounds grounds; /* rules.policy is the head of policy */
	struct report_policy *policy;
	struct report_span span;
	const struct contract *contract; /* NULL: not known yet */
	struct report_counts *counts;
	struct seen *seen;
	int64_t now;
};

/* Keep a warning; takes text over. */
void report_warn(struct report_result *r, char *text);

/* Fill in what policy, contract and recipient say, as far as they are known. */
void report_terms(const struct report_run *run, struct ledger_record *r);

/* report_make.c: warn of earlier reports, record the intent, write the files, record the result. */
int report_make(struct report_run *run, struct errinfo *ei) GW_MUST_USE;

#endif
