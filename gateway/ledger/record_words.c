/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/record_words.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/str.h"
#include "ledger/record.h"

const char *const record_classes[RECORD_CLASSES] = {"national_id", "identifier", "contact",
    "ordinary", "sensitive", "special", "criminal", "free_text", "third_party"};

const char *const record_members[RECORD_MEMBERS] = {"v", "id", "t", "te", "act", "ph", "out", "tr",
    "sp", "psp", "org", "peer", "ctl", "actor", "subj", "proc", "purp", "basis", "pol", "cat",
    "fld", "obj", "ret", "peerlog", "det", "salt"};

const char *const record_phases[3] = {NULL, "intent", "result"};
const char *const record_outs[4] = {NULL, "ok", "deny", "error"};

/* The acts, and which of them end harm or let that be done: those may use reserved space. */
static const struct {
	const char *act;
	bool reserved;
} acts[] = {
    {"transfer.seal", false},
    {"transfer.send", false},
    {"transfer.receive", false},
    {"transfer.open", false},
    {"transfer.refuse", false},
    {"case.prepare", false},
    {"case.check", false},
    {"case.expire", true},
    {"case.offer", false},
    {"case.accept", false},
    {"case.decline", false},
    {"case.hold", false},
    {"case.question", false},
    {"case.release", false},
    {"case.withdraw", true},
    {"case.cancel", true},
    {"case.extend", false},
    {"case.fetch_request", false},
    {"case.fetched", false},
    {"case.opened", false},
    {"case.conversation", false},
    {"case.taken_over", false},
    {"case.return", true},
    {"case.withdraw_request", true},
    {"case.withdraw_confirm", true},
    {"case.destroyed", true},
    {"case.kept", false},
    {"case.misdelivered", true},
    {"case.entered_in_error", true},
    {"case.consent_withdrawn", true},
    {"policy.load", false},
    {"policy.change", false},
    {"policy.accept", false},
    {"registry.change", false},
    {"auth.login", false},
    {"auth.fail", false},
    {"audit.read", false},
    {"audit.export", false},
    {"audit.verify", false},
    {"audit.subject", false},
    {"review.signoff", true},
    {"retention.expire", true},
    {"delete.done", true},
    {"subject.shred", true},
    {"anchor.cosign", false},
    {"anchor.timestamp", false},
    {"incident.open", true},
    {"log.start", false},
    {"log.stop", false},
    {"log.prune", false},
};

bool record_act_known(const char *act)
{
	for (size_t i = 0; i < GW_LENGTH(acts); i++)
		if (str_eq(acts[i].act, act))
			return true;
	return false;
}

bool record_is_reserved(const char *act, enum ledger_phase ph)
{
	if (ph == LEDGER_RESULT)
		return true;
	for (size_t i = 0; i < GW_LENGTH(acts); i++)
		if (str_eq(acts[i].act, act))
			return acts[i].reserved;
	return false;
}
