/* SPDX-License-Identifier: EUPL-1.2 */
/* run: what one policy_apply carries along; for this room only. */
#ifndef GW_POLICY_RUN_H
#define GW_POLICY_RUN_H

#include "dossier/catalogue.h"
#include "policy/apply.h"
#include "policy/tally.h"

/* What a rule does here: whether its condition holds, and which records of its group may go. */
struct run_rule {
	bool holds;
	bool *record; /* by the number of the record in its group, see struct walk; NULL: all */
	bool *dated;  /* likewise: the record has a date to judge by */
	size_t n;
};

struct run {
	const struct policy *p;
	const struct policy_context *ctx;
	const struct dossier *dossier;
	const struct policy_keys *keys;
	struct detect_known *known;
	const char *bsn; /* of the person, 9 digits, or NULL */
	struct run_rule *rules;
	struct tally tally;
	int refused;        /* GW_EREFUSED once something may not go */
	struct errinfo why; /* the first such reason */
	struct errinfo *ei;
};

/* records.c: fill run->rules[].record for the rules that filter records. */
void run_records(struct run *run);

/* files.c: clean and number the attachments that may go. GW_EIO: no worker. */
int run_files(struct run *run, struct policy_outcome *o) GW_MUST_USE;

/*
 * walk.c: make something of every value of a dossier. What is made has the shape and the lists of
 * the dossier, is in the order of the policy's tree, and holds no empty record, group or list.
 */
struct walk {
	/*
	 * Called for each value: the number of its record among those of its group, in the order of
	 * the dossier; *ret_made, which starts NULL, is a new reference to stand in its place.
	 */
	int (*visit)(
	    void *arg, const struct field *f, size_t number, json_t *value, json_t **ret_made);
	void *arg;
	size_t *met; /* records met of each group; the walk's own */
};

/* Returns 0 and a new object in *ret_made, NULL when nothing was made; or what visit returned. */
int walk_all(struct walk *w, const struct policy *p, json_t *data, json_t **ret_made) GW_MUST_USE;

#endif
