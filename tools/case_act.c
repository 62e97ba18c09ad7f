/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/case_act.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
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

int case_begin(struct contact *c, const struct contact_case *k, const struct case_record *r,
    struct ledger_receipt *ret, struct errinfo *ei)
{
	const struct home_about a = about(c, r->peer, r->policy);
	const char *const more[][2] = {
	    {"package", r->package}, {"id", r->id}, {"statement", r->statement}};
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	jx_set(detail, "case", json_string(k->case_id));
	jx_set(detail, "sender", json_string(k->sender));
	for (size_t i = 0; i < GW_LENGTH(more); i++)
		if (more[i][1])
			jx_set(detail, more[i][0], json_string(more[i][1]));
	return home_intent_about(c->home, r->act, &a, detail, ret, ei);
}

int case_end(struct contact *c, const struct case_record *r, const struct ledger_receipt *intent,
    int code, struct errinfo *ei)
{
	const struct home_about a = about(c, r->peer, r->policy);
	int e = home_result_about(c->home, r->act, &a, intent, code, code < 0 ? NULL : ei);
	return code < 0 ? code : e;
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

/* The first pending one again: the intent is there before, the result after. */
static int send_again(struct contact *c, struct contact_case *k, const char *peer, bool *ret_queued,
    char word[65], struct errinfo *ei)
{
	char act[48], sha256[HASH_HEX];
	struct ledger_receipt intent;
	const struct receipts_pending *p = receipts_pending(k->receipts, 0);
	(void)snprintf(act, sizeof act, "case.%s", p->kind);
	text_copy(sha256, sizeof sha256, p->sha256);
	const struct case_record record = {
	    .act = act, .peer = *peer ? peer : NULL, .statement = sha256};
	int r = case_begin(c, k, &record, &intent, ei);
	if (r < 0)
		return r;
	r = send_pending(c, k, 0, ret_queued, word, ei);
	if (r == 0 && !*ret_queued)
		contact_came(c, sha256);
	return case_end(c, &record, &intent, r, ei);
}

int case_resume(struct contact *c, struct contact_case *k, struct errinfo *ei)
{
	const struct receipts_pending *p;
	while ((p = receipts_pending(k->receipts, 0)) && !contact_carried(k, p->sha256)) {
		bool queued = false;
		char word[65] = "", kind[32], peer[OIN_TEXT];
		text_copy(kind, sizeof kind, p->kind);
		/* the chain that it stands in is read anew when a statement of it is dropped */
		text_copy(peer, sizeof peer, contact_other(c, k));
		int r = send_again(c, k, peer, &queued, word, ei);
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
	if (!n && head && contact_carried(k, head))
		return head;
	return n ? receipts_pending(k->receipts, n - 1)->sha256
		 : chain_head(receipts_chain(k->receipts));
}

static int make(struct contact *c, struct contact_case *k, const struct our_act *act,
    const char *id, struct buf *json, struct buf *p7s, struct errinfo *ei)
{
	struct buf checkpoint GW_CLEANUP(buf_release) = BUF_INIT(8192);
	json_t *m GW_CLEANUP(jx_release) = json_object();
	const char *prev = follows(k);
	jx_set(m, "id", json_string(id));
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
	char name[48], id[ID_TEXT];
	(void)snprintf(name, sizeof name, "case.%s", act->kind);
	id_v4(id);
	const struct case_record record = {.act = name,
	    .peer = act->peer,
	    .policy = act->policy,
	    .package = act->package,
	    .id = id};
	int r = case_begin(c, k, &record, &intent, ei);
	if (r < 0)
		return r;
	r = make(c, k, act, id, &json, &p7s, ei);
	if (r == 0)
		r = receipts_put(k->receipts, act->kind, &json, &p7s, ei);
	if (r == 0)
		r = receipts_at(k->receipts, c->profile.oin, ei);
	if (r == 0) {
		hash_sha256_hex(json.data, json.len, act->sha256);
		r = send_pending(c, k, receipts_pendings(k->receipts) - 1, &act->queued, word, ei);
	}
	return case_end(c, &record, &intent, r, ei);
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

/* ---- what was done before ---- */

/* True when that statement is the act, word for word as far as words were given. */
static bool is_act(const json_t *body, const struct our_act *act, const char *us)
{
	const json_t *given = act->given ? act->given : act->own;
	const char *doc = jx_str(body, "doc"), *name;
	char *want GW_CLEANUP(str_free_p) = str_printf("handover/%s/1", act->kind);
	json_t *v;
	if (!str_eq(doc, want) || !str_eq(jx_str(body, "by"), us))
		return false;
	json_object_foreach ((json_t *)(uintptr_t)given, name, v)
		if (!json_equal(json_object_get(body, name), v))
			return false;
	return true;
}

/* The round that the act is of, from 1; 0 when there is none yet. */
static unsigned round_of(const struct contact_case *k, const struct our_act *act)
{
	const struct chain *c = receipts_chain(k->receipts);
	for (size_t i = chain_rounds(c); i > 0; i--)
		if (!act->package || str_eq(chain_round(c, i - 1).package, act->package))
			return (unsigned)i;
	return 0;
}

/* True when it may be done in that round as things stand. The gateway tells of the last round. */
static bool may_be_done(const struct contact *c, const struct contact_case *k,
    const struct our_act *act, unsigned round)
{
	const struct chain *chain = receipts_chain(k->receipts);
	const struct chain_round r = chain_round(chain, round - 1);
	enum case_by by = str_eq(home_oin(c->home), k->sender) ? BY_SENDER : BY_RECIPIENT;
	enum case_state to;
	if (round == chain_rounds(chain))
		return contact_legal(k, act->kind);
	struct case_facts f = {.direct = true, .fetched = r.fetched, .opened = r.opened != 0};
	int act_n = case_act_of(act->kind);
	if (act_n < 0 || case_step(r.state, (enum case_act)act_n, by, &f, &to, NULL) == 0)
		return true;
	f.delete_never = true;
	return case_step(r.state, (enum case_act)act_n, by, &f, &to, NULL) == 0;
}

static bool is_ours(const struct contact *c, const struct chain_link *l)
{
	return str_eq(l->by, home_oin(c->home));
}

/* One on its way, from this home. */
static bool waits_already(
    const struct contact *c, const struct contact_case *k, struct our_act *act)
{
	const struct receipts_pending *p;
	for (size_t i = 0; (p = receipts_pending(k->receipts, i)); i++) {
		json_t *body GW_CLEANUP(jx_release) = NULL;
		const char *package;
		if (jx_parse("pending", p->json.data, p->json.len, &JX_SMALL, &body, NULL) < 0 ||
		    !is_act(body, act, home_oin(c->home)))
			continue;
		package = jx_str(body, "package");
		if (package && act->package && !str_eq(package, act->package))
			continue;
		text_copy(act->sha256, sizeof act->sha256, p->sha256);
		act->queued = true;
		return true;
	}
	return false;
}

/*
 * 1 when the gateway has that very act of ours already, GW_ECONFLICT when it has one that says
 * something else and this is not to be done any more, else 0.
 *
 * An act that may be done again, as a conversation, is a new one, unless a command that was cut off
 * made it: then it had arrived, and nothing of the other party lies between that it answers.
 */
static int done_before(
    struct contact *c, const struct contact_case *k, struct our_act *act, struct errinfo *ei)
{
	const struct chain *chain = receipts_chain(k->receipts);
	unsigned round = round_of(k, act);
	bool again = round && may_be_done(c, k, act, round), answered = false, other = false;
	act->before = waits_already(c, k, act);
	for (size_t i = chain_count(chain); round && !act->before && i > 0; i--) {
		const struct chain_link *l = chain_at(chain, i - 1);
		json_t *body GW_CLEANUP(jx_release) = NULL;
		if (l->round != round)
			continue;
		answered = answered || !is_ours(c, l);
		if (!is_ours(c, l) || !str_eq(l->kind, act->kind) ||
		    (again && (answered || !contact_has_come(c, l->sha256))))
			continue;
		int r = receipts_statement(c->root, chain, i - 1, &body, ei);
		if (r < 0)
			return r;
		act->before = is_act(body, act, home_oin(c->home));
		other = true;
		text_copy(act->sha256, sizeof act->sha256, l->sha256);
	}
	if (act->before || again || !other)
		return act->before;
	act->sha256[0] = '\0';
	return err_set(ei, GW_ECONFLICT,
	    "'%s' was done before, and said something else: it stays so", act->kind);
}

/* ---- one act ---- */

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

const char *case_note(const struct our_act *act)
{
	return act->queued ? "on its way to the other gateway"
	    : act->before  ? "it was done before"
			   : NULL;
}

int case_act(struct contact *c, struct contact_case *k, struct our_act *act, struct errinfo *ei)
{
	char word[65] = "";
	int r = case_resume(c, k, ei);
	if (r == 0)
		r = fill(k, act, ei);
	if (r == 0)
		r = done_before(c, k, act, ei);
	if (r == 0)
		r = check_legal(k, act, ei);
	if (r == 0)
		r = sign_and_send(c, k, act, word, ei);
	if (r != GW_ECONFLICT || !str_eq(word, "stale"))
		return r > 0 ? 0 : r;
	/* somebody acted meanwhile: look again, and once more if it is still legal */
	r = contact_read(c, k, ei);
	if (r == 0)
		r = done_before(c, k, act, ei);
	if (r == 0)
		r = check_legal(k, act, ei);
	if (r == 0)
		r = sign_and_send(c, k, act, word, ei);
	return r > 0 ? 0 : r;
}
