/* SPDX-License-Identifier: EUPL-1.2 */
/* correct_row: what a correction comes to for one recipient; for this room only. */
#ifndef GW_TRANSFER_CORRECT_ROW_H
#define GW_TRANSFER_CORRECT_ROW_H

#include "dossier/dossier.h"
#include "policy/narrow.h"
#include "transfer/correct.h"
#include "transfer/corrected.h"
#include "transfer/received.h"
#include "transfer/seal_one.h"

/* What all rows share. */
struct correct_common {
	const struct transfer_env *env;
	const struct correct_request *request;
	const struct policy *policy;
	struct dossier *dossier;
	const struct field_set *fields, *with;
	const struct received *received;
	int64_t now;
};

struct row {
	char recipient[NOTE_OIN];
	enum correct_result result;
	int code;
	struct errinfo why;
	json_t *received, *corrects, *letter;
	char package[ID_TEXT], cut_off[ID_TEXT];
	char *file;
	const struct sent *superseded; /* the last package of the case, borrowed; NULL: none */
	struct policy_forms has;       /* what it received, as far as it is told or goes along */
	struct policy *narrowed;
	json_t *paths; /* corrects of dossier.json */
	char mark[HASH_HEX];
	struct seal_request request;
	struct seal_run run;
	struct act act;
	struct sealing s;
};

/* Fill in the row of r->recipient; r starts zeroed but for that. */
void row_plan(struct row *r, const struct correct_common *c);
void row_release(struct row *r);

/*
 * Was this very correction (r->mark) sealed before? `newest` is the last word on its fields. By a
 * run that ended: it is that one. By a run that was cut off later than that: its package lies in
 * the folder or the outbox, whole, and counts; or it is not there (any more): then r->cut_off names
 * it, for a person to judge. Sets r->result to CORRECT_TOLD or CORRECT_READY.
 */
void row_find_told(struct row *r, const struct correct_common *c, const struct sent *newest);

#endif
