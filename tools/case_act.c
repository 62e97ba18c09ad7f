/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/case_act.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "registry/text.h"
#include "sign/statement.h"

/* ---- the own ledger ---- */

static struct home_about about(struct contact *c, const char *peer, const char *policy)
{
	struct home_about a = {.peer = peer};
	static struct home_terms terms; /* what a points to, until the next call */
	if (!policy)
		return a;
	terms = contact_terms(c, policy);
	if (!terms.known)
		return a;
	a.policy = terms.id;
	a.version = terms.version;
	a.sha256 = terms.sha256;
	return a;
}

int case_begin(struct contact *c, const struct contact_case *k, const char *act, const char *peer,
    const char *policy, const char *package, struct ledger_receipt *ret, struct errinfo *ei)
{
	const struct home_about a = about(c, peer, policy);
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	jx_set(detail, "case", json_string(k->case_id));
	jx_set(detail, "sender", json_string(k->sender));
	if (package)
		jx_set(detail, "package", json_string(package));
	return home_intent_about(c->home, act, &a, detail, ret, ei);
}

int case_end(struct contact *c, const char *act, const char *peer, const char *policy,
    const struct ledger_receipt *intent, int code, struct errinfo *ei)
{
	const struct home_about a = about(c, peer, policy);
	int r = home_result_about(c->home, act, &a, intent, code, code < 0 ? NULL : ei);
	return code < 0 ? code : r;
}

/* ---- sending ---- */

/* Send one statement. The gateway's answer about the case replaces k->now. */
static int post(struct contact *c, struct contact_case *k, const struct receipts_pending *p,
    int *ret_status, char word[65], struct errinfo *ei)
{
	char path[160];
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	json_t *body GW_CLEANUP(jx_release) = json_object(), *now = NULL;
	if (str_b64(&b64, p->p7s.data, p->p7s.len) < 0)
		return err_set(ei, GW_ELIMIT, "the signature is too large");
	jx_set(body, "statement", json_stringn(p->json.data, p->json.len));
	jx_set(body, "signature", json_string(b64.data));
	(void)snprintf(path, sizeof path, "/v1/cases/%s/%s/statements", k->sender, k->case_id);
	int r = contact_post(c, path, body, ret_status, word, &now, ei);
	if (r == 0 && json_is_object(now)) {
		json_decref(k->now);
		k->now = now;
	} else {
		json_decref(now);
	}
	return r;
}

/* True when the gateway still carries that statement of ours. */
static bool on_its_way(const struct contact_case *k, const char *sha256)
{
	size_t i;
	json_t *item;
	json_array_foreach (json_object_get(k->now, "pending"), i, item)
		if (str_eq(jx_str(item, "statement"), sha256))
			return true;
	return false;
}

/* Not legal, refused, wrong in form: it will never be taken. */
static bool is_final(int code)
{
	return code != GW_ENET && code != GW_EFAIL && code != GW_EIO && code != GW_ENOMEM;
}

/* Send the i-th pending one and see to what becomes of it. */
static int send_pending(struct contact *c, struct contact_case *k, size_t i, bool *ret_queued,
    char word[65], struct errinfo *ei)
{
	int status = 0;
	int r = post(c, k, receipts_pending(k->receipts, i), &status, word, ei);
	if (r < 0) {
		/* a server that is somebody else has not judged it */
		if (status && is_final(r) && receipts_drop(k->receipts, i, NULL) < 0)
			cli_warn("a statement that was refused could not be removed");
		return r;
	}
	*ret_queued = status == 202;
	return *ret_queued || i > 0 ? 0 : receipts_arrived(k->receipts, ei);
}

/* Around one sending: the intent is there before, the result after. */
static int send_recorded(struct contact *c, struct contact_case *k, const char *peer,
    const char *policy, const char *package, bool *ret_queued, char word[65], struct errinfo *ei)
{
	char act[48];
	struct ledger_receipt intent;
	(void)snprintf(act, sizeof act, "case.%s", receipts_pending(k->receipts, 0)->kind);
	int r = case_begin(c, k, act, peer, policy, package, &intent, ei);
	if (r < 0)
		return r;
	r = send_pending(c, k, 0, ret_queued, word, ei);
	return case_end(c, act, peer, policy, &intent, r, ei);
}

int case_resume(struct contact *c, struct contact_case *k, struct errinfo *ei)
{
	const struct receipts_pending *p;
	while ((p = receipts_pending(k->receipts, 0)) && !on_its_way(k, p->sha256)) {
		bool queued = false;
		char word[65] = "", kind[32], peer[OIN_TEXT];
		text_copy(kind, sizeof kind, p->kind);
		/* the chain that it stands in is read anew when a statement of it is dropped */
		text_copy(peer, sizeof peer, contact_other(c, k));
		int r = send_recorded(c, k, peer[0] ? peer : NULL, NULL, NULL, &queued, word, ei);
		if (r < 0 && receipts_pending(k->receipts, 0) &&
		    str_eq(receipts_pending(k->receipts, 0)->kind, kind))
			return r;
		if (r < 0)
			cli_warn("case %s: '%s', which was cut off before, is refused: %s",
			    k->case_id, kind, ei->msg);
		if (queued)
			return 0;
	}
	return 0;
}

/* ---- one act ---- */

/* What it follows: what is on its way, else the head of the chain; "" for the first. What is on its
 * way may be from another home of ours: then the gateway names it. */
static const char *follows(const struct contact_case *k)
{
	size_t n = receipts_pendings(k->receipts);
	const char *head = jx_str(k->now, "head");
	if (!n && head && on_its_way(k, head))
		return head;
	return n ? receipts_pending(k->receipts, n - 1)->sha256
		 : chain_head(receipts_chain(k->receipts));
}

static int make(struct contact *c, struct contact_case *k, const struct our_act *act,
    struct buf *json, struct buf *p7s, struct errinfo *ei)
{
	struct buf checkpoint GW_CLEANUP(buf_release) = BUF_INIT(8192);
	json_t *m GW_CLEANUP(jx_release) = json_object();
	const char *prev = follows(k);
	jx_set(m, "case", json_string(k->case_id));
	if (act->package) {
		jx_set(m, "package", json_string(act->package));
		jx_set(m, "slip", json_string(act->slip));
	}
	jx_set(m, "policy", json_string(act->policy));
	if (*prev)
		jx_set(m, "prev", json_string(prev));
	if (act->own && json_object_update(m, act->own) < 0)
		return GW_ENOMEM;
	int r = ledger_checkpoint(home_ledger(c->home), &checkpoint, ei);
	return r == 0 ? statement_sign(home_signer(c->home), act->kind, act->peer, checkpoint.data,
			    clock_now(), m, json, p7s, ei)
		      : r;
}

/* Sign it, keep it, send it. */
static int sign_and_send(struct contact *c, struct contact_case *k, struct our_act *act,
    char word[65], struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct ledger_receipt intent;
	char name[48];
	(void)snprintf(name, sizeof name, "case.%s", act->kind);
	int r = case_begin(c, k, name, act->peer, act->policy, act->package, &intent, ei);
	if (r < 0)
		return r;
	r = make(c, k, act, &json, &p7s, ei);
	if (r == 0)
		r = receipts_put(k->receipts, act->kind, &json, &p7s, ei);
	if (r == 0)
		r = receipts_at(k->receipts, c->profile.oin, ei);
	if (r == 0) {
		hash_sha256_hex(json.data, json.len, act->sha256);
		r = send_pending(c, k, receipts_pendings(k->receipts) - 1, &act->queued, word, ei);
	}
	return case_end(c, name, act->peer, act->policy, &intent, r, ei);
}

/* The round that it is about, for what the caller left open. */
static int fill(const struct contact_case *k, struct our_act *act, struct errinfo *ei)
{
	struct chain_round *round = &act->round;
	if (act->policy)
		return 0;
	if (!contact_round(k, act->package, round))
		return act->package
		    ? err_set(ei, GW_ENOENT, "package %.40s is none of case %s", act->package,
			  k->case_id)
		    : err_set(ei, GW_ENOENT, "nothing has happened in case %s yet", k->case_id);
	act->policy = round->policy;
	act->package = round->package[0] ? round->package : NULL;
	act->slip = round->package[0] ? round->slip : NULL;
	return 0;
}

static int check_legal(const struct contact_case *k, const struct our_act *act, struct errinfo *ei)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(600);
	size_t i;
	json_t *word;
	if (!k->now || !json_is_array(json_object_get(k->now, "legal")) ||
	    contact_legal(k, act->kind) || act->free ||
	    json_array_size(json_object_get(k->now, "pending")))
		return 0; /* the gateway judges */
	json_array_foreach (json_object_get(k->now, "legal"), i, word)
		if (case_act_of(json_string_value(word) ? json_string_value(word) : "") >= 0 &&
		    buf_addf(&all, "%s'%s'", all.len ? ", " : "", json_string_value(word)) < 0)
			break;
	return err_set(ei, GW_ECONFLICT,
	    "'%s' is not for us to do in a case that is '%s'; legal: %s", act->kind,
	    contact_word(k->now, "state"), all.len ? all.data : "nothing");
}

/* True when the statement that a cut left was this very act, and is in the chain or on its way. */
static bool was_resumed(const struct contact_case *k, const struct our_act *act, size_t before)
{
	const struct chain *chain = receipts_chain(k->receipts);
	for (size_t i = before; i < chain_count(chain); i++)
		if (str_eq(chain_at(chain, i)->kind, act->kind))
			return true;
	return receipts_pendings(k->receipts) &&
	    str_eq(receipts_pending(k->receipts, 0)->kind, act->kind);
}

int case_act(struct contact *c, struct contact_case *k, struct our_act *act, struct errinfo *ei)
{
	char word[65] = "";
	const struct receipts_pending *left = receipts_pending(k->receipts, 0);
	bool ours = left && str_eq(left->kind, act->kind);
	size_t before = chain_count(receipts_chain(k->receipts));
	int r = case_resume(c, k, ei);
	if (r == 0 && ours && was_resumed(k, act, before)) {
		text_copy(act->sha256, sizeof act->sha256, chain_head(receipts_chain(k->receipts)));
		return 0;
	}
	if (r == 0)
		r = fill(k, act, ei);
	if (r == 0)
		r = check_legal(k, act, ei);
	if (r == 0)
		r = sign_and_send(c, k, act, word, ei);
	if (r != GW_ECONFLICT || !str_eq(word, "stale"))
		return r;
	/* somebody acted meanwhile: look again, and once more if it is still legal */
	if ((r = contact_read(c, k, ei)) < 0 || (r = check_legal(k, act, ei)) < 0)
		return r;
	return sign_and_send(c, k, act, word, ei);
}
