/* SPDX-License-Identifier: EUPL-1.2 */
/* act: what sealing and opening share: the item on its way, and its records; for this room only. */
#ifndef GW_TRANSFER_ACT_H
#define GW_TRANSFER_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"
#include "base/json.h"
#include "ledger/ledger.h"
#include "package/note.h"
#include "policy/policy.h"
#include "transfer/transfer.h"

/* A transfer_item that owns what it says. */
struct act {
	int code;
	struct errinfo why;
	char package[ID_TEXT], from[NOTE_OIN], to[NOTE_OIN], case_id[NOTE_WORD];
	const char *path; /* the operand, borrowed: for telling when a message names it */
	char *file;
	int64_t seq;
	uint64_t bytes;
	unsigned fields, attachments;
	bool nobody;
	json_t *report;
};

void act_release(struct act *a);

/* Take over from a note who, to whom and which case. */
void act_note(struct act *a, const struct note *note);

/* A new uuid for a package or case in which no BSN or IBAN can be read: it stands on the page for
 * people, which is looked through for both before anything leaves (policy/finished.h). About one
 * uuid in three hundred looks like one. */
void act_id(char out[ID_TEXT]);

/* Give the item to `done`. */
void act_tell(const struct act *a, size_t index, const char *path, transfer_done done, void *arg);

/* Classes released as the ledger wants them: words, in the order of the catalogue's list. */
enum { ACT_CLASSES = 16 };
size_t act_classes(unsigned bits, const char *out[ACT_CLASSES]);

/* Begin a record of this act with its actor. */
struct ledger_record act_record(const struct transfer_env *env, const char *act);

/* Fill in what note and policy (may be NULL) say; `ret` stays absent. */
void act_terms(struct ledger_record *r, const struct transfer_env *env, const struct note *note,
    const struct policy *policy, bool sealing);

/*
 * The day until which what is sealed or opened on `today` is kept here at least. The recipient
 * keeps it for the policy's term, the sender the package until it expires and the dossier for its
 * own term. Those terms begin with an event that lies ahead, so that today's is the least.
 */
struct date act_kept(
    const struct note *note, const struct policy *policy, bool sealing, struct date today);

/* A detail that maps the record to package and case (either may be ""), and says why when code is
 * not 0: a new object. Messages of refusals name fields and rules, so they go in; those that name a
 * file stay out, for files are called after persons. */
json_t *act_detail(const struct act *a, int code, const struct errinfo *why);

/* How a failure stands in a record: deny for a refusal or what cannot be proved, else error. */
enum ledger_out act_out(int code);

/* 0 when all `n` operands were begun, else GW_EFAIL: a person stopped the run before paths[begun].
 */
int act_stopped(size_t begun, size_t n, const char *const *paths, struct errinfo *ei) GW_MUST_USE;

#endif
