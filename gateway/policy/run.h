/* SPDX-License-Identifier: EUPL-1.2 */
/* run: what one policy_apply carries along; for this room only. */
#ifndef GW_POLICY_RUN_H
#define GW_POLICY_RUN_H

#include "policy/apply.h"
#include "policy/tally.h"

/* What a rule does here: whether its condition holds, and which records of its group may go. */
struct run_rule {
	bool holds;
	bool *record; /* by the order in which a walk meets the group's records; NULL: all */
	bool *dated;  /* likewise: the record has a date to judge by */
	size_t n;
};

struct run {
	const struct policy *p;
	const struct policy_context *ctx;
	const struct dossier *dossier;
	const struct policy_keys *keys;
	struct detect_known *known;
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

/* walk.c: all values of one field, in the order of the dossier. */
struct walk {
	/*
	 * Called for each record of the field's group: its number in the walk, the value there (may
	 * be NULL) and the record that is being made (NULL when nothing is).
	 */
	int (*visit)(void *arg, size_t number, const json_t *value, json_t *out);
	void *arg;
	size_t number; /* of records met */
};

/* Walk the field with that path in data; `out`, unless NULL, gets the same lists and objects. */
int walk_field(struct walk *w, const char *path, const json_t *data, json_t *out);

/* Take out objects and lists in which nothing is left; list entries too. */
void walk_prune(json_t *data);

#endif
