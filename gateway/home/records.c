/* SPDX-License-Identifier: EUPL-1.2 */
/* records: what a home itself writes into its ledger, and how it is handed to transfer/. */
#include "base/clock.h"
#include "base/str.h"
#include "home/extension.h"
#include "home/inside.h"
#include "home/terms.h"

static struct ledger_record own_record(const struct home *h, const char *act)
{
	struct ledger_record r = {.act = act, .out = LEDGER_OK};
	r.actor.k = "user";
	r.actor.id = h->actor;
	r.actor.auth = "cli";
	return r;
}

static void tell_about(struct ledger_record *r, const struct home_about *about)
{
	r->peer = about->peer;
	r->pol.id = about->policy;
	r->pol.v = about->version;
	r->pol.h = about->sha256;
}

int home_intent_about(struct home *h, const char *act, const struct home_about *about,
    const json_t *detail, struct ledger_receipt *ret, struct errinfo *ei)
{
	struct ledger_record r = own_record(h, act);
	r.out = LEDGER_OUT_NONE;
	tell_about(&r, about);
	return ledger_intent(h->ledger, &r, detail, ret, ei);
}

int home_result_about(struct home *h, const char *act, const struct home_about *about,
    const struct ledger_receipt *intent, int code, struct errinfo *ei)
{
	struct ledger_record r = own_record(h, act);
	r.out = code == 0                             ? LEDGER_OK
	    : code == GW_EREFUSED || code == GW_EAUTH ? LEDGER_DENY
						      : LEDGER_ERROR;
	tell_about(&r, about);
	return ledger_result(h->ledger, intent, &r, NULL, NULL, ei);
}

int home_intent(struct home *h, const char *act, const char *peer, const json_t *detail,
    struct ledger_receipt *ret, struct errinfo *ei)
{
	return home_intent_about(h, act, &(struct home_about){.peer = peer}, detail, ret, ei);
}

int home_result(struct home *h, const char *act, const char *peer,
    const struct ledger_receipt *intent, int code, struct errinfo *ei)
{
	return home_result_about(h, act, &(struct home_about){.peer = peer}, intent, code, ei);
}

int home_incident(struct home *h, const char *peer, const json_t *detail, struct errinfo *ei)
{
	struct ledger_record r = own_record(h, "incident.open");
	r.peer = peer;
	return ledger_append(h->ledger, &r, detail, NULL, ei);
}

void home_refuse(struct home *h, int code)
{
	struct ledger_record r = own_record(h, "transfer.refuse");
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	r.out = LEDGER_DENY;
	jx_set(detail, "reason", json_string(err_name(code)));
	/* the refusal stands whether or not it can be written down */
	(void)!ledger_refuse(h->ledger, &r, detail, NULL);
}

static int find_policy(void *arg, const char *id, struct transfer_policy *ret, struct errinfo *ei)
{
	return home_policy(arg, id, ret, ei);
}

static const char *find_processing(void *arg, const char *purpose)
{
	const struct home *h = arg;
	return settings_processing(&h->settings, purpose);
}

static int find_baseline(void *arg, struct buf *ret, struct errinfo *ei)
{
	return home_baseline(arg, ret, ei);
}

/* ---- what the receipts of a case say ---- */

static int signing_pinned(void *arg, const struct cades_signer *by, int64_t at, struct errinfo *ei)
{
	const struct home *h = arg;
	return registry_signed_by(h->registry, by, by->oin, date_of(at), ei);
}

static struct chain_terms chain_terms_of(void *arg, const char *policy_sha256)
{
	struct home_terms t = home_terms(arg, policy_sha256);
	return (struct chain_terms){
	    .known = t.known, .direct = t.direct, .delete_never = t.delete_never};
}

static int find_extended(void *arg, const char *sender, const char *case_id, const char *package,
    struct transfer_term *ret, struct errinfo *ei)
{
	const struct home *h = arg;
	char *root GW_CLEANUP(str_free_p) = home_path(h, "receipts");
	const struct chain_env env = {.trust = registry_trust(h->registry),
	    .now = clock_now(),
	    .pinned = signing_pinned,
	    .terms = chain_terms_of,
	    .arg = arg};
	return extension_find(root, &env, h->settings.oin, sender, case_id, package, ret, ei);
}

void home_transfer(struct home *h, struct transfer_env *ret)
{
	h->attach = settings_attach(&h->settings);
	*ret = (struct transfer_env){
	    .oin = h->settings.oin,
	    .name = h->settings.name,
	    .outbox = h->outbox,
	    .actor = h->actor,
	    .registry = h->registry,
	    .signer = h->signer,
	    .identities = h->identities,
	    .pseudonyms = &h->keys,
	    .ledger = h->ledger,
	    .attach = &h->attach,
	    .dossier_limits = &h->settings.limits.dossier,
	    .age_limits = &h->settings.limits.age,
	    .threads = h->settings.limits.threads,
	    .client_numbers = (const char *const *)h->settings.client_numbers,
	    .client_numbers_n = h->settings.client_numbers_n,
	    .policy = find_policy,
	    .baseline = find_baseline,
	    .processing = find_processing,
	    .extended = find_extended,
	    .arg = h,
	};
}
