/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * correct: a correction to everyone who received a field (AVG art. 16 and 19; docs/FORMATS.md §2,
 * §7).
 *
 * First a plan: from the corrected dossier and the ledger, who received which of the fields, in
 * which form, and whether the correction policy can tell it to them. Then each one's package is
 * sealed as an act of its own. What was sealed by a run that was cut off is found in the ledger by
 * its mark, so that the same correction goes to nobody twice.
 */
#ifndef GW_TRANSFER_CORRECT_H
#define GW_TRANSFER_CORRECT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "transfer/transfer.h"

struct ledger_subject;

struct correct_request {
	const char *policy;   /* id of the correction policy */
	const char *contract; /* id, or NULL: what the dossier names, else what the seal named */
	const char *out;      /* folder, or NULL: the outbox */
	const char *old, *dossier; /* paths; old may be NULL */
	const char *const *fields; /* fields or groups; none: those that differ from old */
	size_t fields_n;
	const char *const *with; /* fields or groups that go along uncorrected, where received */
	size_t with_n;
	bool english;                      /* dossier.html in English instead of Dutch */
	bool rehearsal;                    /* nothing will be sealed: correct_seal is not called */
	const volatile sig_atomic_t *stop; /* once not 0, none is begun any more; may be NULL */
};

enum correct_result {
	CORRECT_NOTHING, /* received none of the fields */
	CORRECT_READY,   /* to be sealed */
	CORRECT_SEALED,
	CORRECT_TOLD,   /* was sealed before: this very correction is the last word on the fields */
	CORRECT_LETTER, /* cannot be told in a package: code and why */
	CORRECT_FAILED, /* could be, but sealing failed: code and why; the run may be repeated */
};
const char *correct_result_word(enum correct_result r);

/* What a correction comes to for one organisation. Borrowed from the plan. */
struct correct_row {
	const char *recipient; /* OIN */
	const char *name;      /* in the registry, or NULL */
	enum correct_result result;
	int code; /* 0, or why not all is told: GW_E…; also when only part is for a letter */
	const struct errinfo *why;
	const json_t *received; /* [{package, case, seq, sealed, expires, expired, state}] */
	const json_t *corrects; /* [{field, as}] and [{field, removed: true}]: what is told */
	const json_t *letter;   /* [{field, why}]: what they received and is not told */
	const char *package;    /* uuid of the correction, "" when there is none (yet) */
	const char *file;       /* where it lies, or NULL */
	const char *case_id;    /* "" when unknown */
	const char *supersedes; /* uuid, "" when unknown */
	const char *cut_off;    /* uuid of the same correction, begun and never ended, or "" */
	int64_t seq;            /* 0 when unknown */
};

struct correct;

/*
 * correct_plan(env, request, ret, ei): work out who is to be told what. Nothing is written.
 *
 * GW_EUSAGE, GW_EREFUSED: which fields (transfer/corrected.h); a dossier without identifier,
 * programme, or with another contract than the request; GW_ENOENT, GW_EFORMAT: dossier or policy;
 * GW_EAUTH: our own certificate, the ledger. Free with correct_free.
 */
int correct_plan(const struct transfer_env *env, const struct correct_request *request,
    struct correct **ret_c, struct errinfo *ei) GW_MUST_USE;
void correct_free(struct correct *c);
void correct_free_p(struct correct **c);

/* Is the person known in the ledger; is an identifier of the person among what is corrected (then
 * the list may hold what went out about somebody else who has that identifier)? */
bool correct_known(const struct correct *c);
bool correct_identifier(const struct correct *c);

/* The person, for the record of having looked; GW_ENOENT when unknown. The caller frees it. */
int correct_subject(const struct correct *c, struct ledger_subject **ret_s, struct errinfo *ei)
    GW_MUST_USE;

/* The fields that are corrected: [path], in the order of the catalogue. Borrowed. */
const json_t *correct_fields(const struct correct *c);

/* The organisations, in the order in which they first received something. */
size_t correct_count(const struct correct *c);
struct correct_row correct_at(const struct correct *c, size_t i);

/*
 * correct_seal(c, ei): seal what is ready, and record what cannot be told as refused.
 *
 * Each organisation's outcome is in its row. GW_ELEDGER, GW_EIO: nothing was begun. GW_EFAIL: a
 * person stopped the run; what was begun is finished, the others stay CORRECT_READY.
 */
int correct_seal(struct correct *c, struct errinfo *ei) GW_MUST_USE;

#endif
