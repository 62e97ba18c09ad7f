/* SPDX-License-Identifier: EUPL-1.2 */
/* seal_one: one dossier of a sealing run, from its folder to the package; for this room only. */
#ifndef GW_TRANSFER_SEAL_ONE_H
#define GW_TRANSFER_SEAL_ONE_H

#include "transfer/act.h"
#include "transfer/grounds.h"

struct dossier;
struct ledger_subject;

/* What all dossiers of a run share. Read by many threads, changed by none (but see grounds_find).
 */
struct seal_run {
	const struct transfer_env *env;
	const struct seal_request *request;
	struct grounds grounds;
	const char *out;        /* folder */
	const char *checkpoint; /* our ledger's head when the run began */
	unsigned cipher_threads;
};

/* Seal one dossier; what became of it goes into *a, which starts zeroed. */
void seal_one(struct seal_run *run, const char *path, struct act *a);

/* Find whom the dossier is about in the ledger, under all its identifiers; NULL when it has none.
 */
int seal_subject(const struct transfer_env *env, const struct dossier *dossier,
    struct ledger_subject **ret, struct errinfo *ei) GW_MUST_USE;

/* Record that something was refused before its intent, and keep the reason in *a. */
void seal_refuse(const struct seal_run *run, struct act *a, const struct ledger_subject *subject,
    int code, const struct errinfo *why);

#endif
