/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/act.h"

#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "detect/detect.h"
#include "dossier/catalogue.h"

void act_release(struct act *a)
{
	str_free_p(&a->file);
	jx_release(&a->report);
	*a = (struct act){0};
}

void act_id(char out[ID_TEXT])
{
	bool number;
	do {
		struct detect_findings found GW_CLEANUP(detect_findings_release) =
		    DETECT_FINDINGS_INIT;
		id_v4(out);
		number = detect_scan(out, ID_TEXT - 1, NULL, &found, NULL) < 0;
		for (size_t i = 0; i < found.n; i++)
			number = number || found.list[i].kind == DETECT_BSN ||
			    found.list[i].kind == DETECT_IBAN;
	} while (number);
}

void act_note(struct act *a, const struct note *note)
{
	memcpy(a->package, note->package, sizeof a->package);
	memcpy(a->from, note->sender.oin, sizeof a->from);
	memcpy(a->to, note->recipient.oin, sizeof a->to);
	memcpy(a->case_id, note->case_id, sizeof a->case_id);
	a->seq = note->seq;
}

void act_tell(const struct act *a, size_t index, const char *path, transfer_done done, void *arg)
{
	const struct transfer_item item = {.index = index,
	    .path = path,
	    .code = a->code,
	    .why = a->code < 0 ? &a->why : NULL,
	    .package = a->package,
	    .file = a->file,
	    .from = a->from,
	    .to = a->to,
	    .case_id = a->case_id,
	    .seq = a->seq,
	    .bytes = a->bytes,
	    .fields = a->fields,
	    .attachments = a->attachments,
	    .nobody = a->nobody,
	    .report = a->report};
	done(arg, &item);
}

size_t act_classes(unsigned bits, const char *out[ACT_CLASSES])
{
	size_t n = 0;
	for (unsigned i = 0; i < FIELD_CLASSES; i++)
		if (bits & 1U << i)
			out[n++] = field_class_words[i];
	return n;
}

struct ledger_record act_record(const struct transfer_env *env, const char *act)
{
	struct ledger_record r = {.act = act};
	if (env->actor) {
		r.actor.k = "user";
		r.actor.id = env->actor;
		r.actor.auth = "cli";
	}
	return r;
}

void act_terms(struct ledger_record *r, const struct transfer_env *env, const struct note *note,
    const struct policy *policy, bool sealing)
{
	r->tr = note->transaction;
	r->peer = sealing ? note->recipient.oin : note->sender.oin;
	r->ctl = note->controller;
	r->purp = note->purpose;
	r->proc = env->processing ? env->processing(env->arg, note->purpose) : NULL;
	r->basis = policy ? policy->gdpr_article : NULL;
	r->pol.id = note->policy;
	r->pol.v = note->policy_version;
	r->pol.h = note->policy_sha256;
	r->pol.reg = note->registry;
}

struct date act_kept(
    const struct note *note, const struct policy *policy, bool sealing, struct date today)
{
	struct date expires = date_of(note->expires);
	if (!sealing)
		return date_add(today, policy->recipient_keep, 1);
	if (policy->sender_never)
		return expires;
	struct date kept = date_add(today, policy->sender_delete, 1);
	return date_cmp(kept, expires) > 0 ? kept : expires;
}

/* Does the message name the operand by its last part, up to the first dot (a slip shares it)? */
static bool names_operand(const char *path, const char *msg)
{
	const char *base = path ? file_base(path) : "";
	size_t n = strcspn(base, ".");
	if (!n)
		return false;
	for (const char *at = msg; (at = memmem(at, strlen(at), base, n)); at++)
		if (!at[n] || strchr(".:'", at[n]))
			return true;
	return false;
}

static bool names_a_file(const struct act *a, const struct errinfo *why)
{
	return why->located || strchr(why->msg, '/') || names_operand(a->path, why->msg);
}

json_t *act_detail(const struct act *a, int code, const struct errinfo *why)
{
	json_t *o = json_object();
	if (a->package[0])
		jx_set(o, "package", json_string(a->package));
	if (a->case_id[0])
		jx_set(o, "case", json_string(a->case_id));
	if (a->seq)
		jx_set(o, "seq", json_integer(a->seq));
	if (code < 0)
		jx_set(o, "reason", json_string(err_name(code)));
	if (code < 0 && why && why->msg[0] && !names_a_file(a, why) &&
	    (code == GW_EREFUSED || code == GW_EAUTH || code == GW_ENOMATCH))
		jx_set(o, "why", jx_text(why->msg));
	return o;
}

enum ledger_out act_out(int code)
{
	switch (code) {
	case GW_EREFUSED:
	case GW_EAUTH:
	case GW_ENOMATCH:
	case GW_EFORMAT:
	case GW_ELIMIT:
	case GW_ECONFLICT:
		return LEDGER_DENY;
	default:
		return LEDGER_ERROR;
	}
}

int act_stopped(size_t begun, size_t n, const char *const *paths, struct errinfo *ei)
{
	if (begun == n)
		return 0;
	return err_set(ei, GW_EFAIL,
	    "stopped: what was begun is finished; %zu of %zu were not begun, from '%s' on",
	    n - begun, n, paths[begun]);
}
