/* SPDX-License-Identifier: EUPL-1.2 */
/* seal_one: one dossier of a sealing run, from its folder to the package; for this room only. */
#ifndef GW_TRANSFER_SEAL_ONE_H
#define GW_TRANSFER_SEAL_ONE_H

#include "ledger/subject.h"
#include "package/slip.h"
#include "transfer/act.h"
#include "transfer/grounds.h"

struct contract;
struct dossier;
struct dossier_limits;
struct ledger_subject;

/* What a dossier from memory is called in messages. */
#define SEAL_MEMORY_NAME "dossier"

/* What all dossiers of a run share. Read by many threads, changed by none (but see grounds_find).
 */
struct seal_run {
	const struct transfer_env *env;
	const struct seal_request *request;
	struct grounds grounds;
	const char *out;        /* folder */
	const char *checkpoint; /* our ledger's head when the run began */
	unsigned cipher_threads;
	const struct seal_memory *memory; /* NULL: dossiers from paths, packages into the folder */
};

/* One dossier on its way; everything readable in it is zeroed on release. */
struct sealing {
	struct seal_run *run;
	struct act *act;
	struct dossier *dossier;
	struct ledger_subject *subject;
	struct policy_outcome outcome;
	const struct policy *narrowed; /* what made the outcome, when not the run's policy itself */
	const char *supersedes;        /* of a correction: the package it corrects, */
	json_t *corrects;              /* its fields */
	const char *mark;              /* and by what it is known again; all borrowed */
	struct note note;
	struct ledger_receipt intent;
	struct slip_facts facts;
	int64_t now;
};

void sealing_release(struct sealing *s);

/* Find or make the subject of s->dossier under all its identifiers, strongest first; none: nobody.
 */
int sealing_subject(struct sealing *s, struct errinfo *ei) GW_MUST_USE;

/*
 * The rest of a seal once it is decided: with `code` 0 the covering note, intent, package and
 * result for s->outcome under note.contract and note.controller; else the refusal of `why`. What
 * became of it goes into s->act.
 */
void seal_decided(struct sealing *s, int code, struct errinfo *why);

/* Seal one dossier; what became of it goes into *a, which starts zeroed. */
void seal_one(struct seal_run *run, const char *path, struct act *a);

/* The two ends of a sealing from memory (seal_memory.c): the dossier; the package and where it
 * goes.
 */
int seal_memory_read(struct sealing *s, const struct dossier_limits *limits, struct errinfo *ei);
int seal_memory_write(struct sealing *s, struct errinfo *ei);

/* GW_EREFUSED unless the mandate of the run, if it has one, is a party of the contract. */
int seal_memory_party(
    const struct seal_memory *m, const struct contract *contract, struct errinfo *ei);

/* What seal_one's file version and seal_memory share: the package's bytes; the case goes on. */
int seal_write_package(struct sealing *s, int fd, struct errinfo *ei);
int seal_keep_case(struct sealing *s, struct errinfo *ei);

/* What nobody would open is not sealed: our certificate must hold and our key be the pinned one. */
int seal_check_signer(const struct transfer_env *env, struct errinfo *ei) GW_MUST_USE;

/* Find whom the dossier is about in the ledger, under all its identifiers; NULL when it has none.
 */
int seal_subject(const struct transfer_env *env, const struct dossier *dossier,
    struct ledger_subject **ret, struct errinfo *ei) GW_MUST_USE;

/* Record that something was refused before its intent, and keep the reason in *a. */
void seal_refuse(const struct seal_run *run, struct act *a, const struct ledger_subject *subject,
    int code, const struct errinfo *why);

#endif
