/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mirror: cases of ours that live at another gateway, kept here as they are there.
 *
 * That gateway decides the order of acts, and proves nothing by itself: each act counts because its
 * signer's pinned key says so, and what was seen once has to stay the beginning of what is told.
 *
 * Nor is it believed about time: else whoever has an old key and a gateway's help could date an act
 * back to when that key was good. The moment at which an act was received there counts only where
 * it is not later than now, nor earlier than that of the act before it, nor than CASES_LATE_DAYS
 * ago; one outside is moved to that bound. The signer's key has to have been good at that moment
 * (decision 005). So what a key may still do here ends two weeks after the key, and gateways that
 * do not reach each other for days lose nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/inside.h"
#include "cases/package.h"
#include "sign/cades.h"
#include "sign/trust.h"

/* ---- one act ---- */

/* The statement is by whom the registry pins, and about this case. */
static int read_act(
    struct cases_work *w, const char *sender, const char *case_id, int64_t at, struct errinfo *ei)
{
	const struct registry *registry = w->call->registry;
	int r = statement_verify("statement", w->json, w->n, w->p7s, w->p7s_n, NULL,
	    registry_trust(registry), at, w->call->now, &w->st, ei);
	if (r == 0)
		r = work_begin(w, sender, case_id, ei);
	return r < 0 ? r : registry_signed_by(registry, &w->st.by, w->st.by.oin, date_of(at), ei);
}

static int is_here(
    const struct cases_work *w, struct store_tx *tx, const char *case_id, struct errinfo *ei)
{
	struct store_statement s = STORE_STATEMENT_INIT;
	struct store_case it;
	int r = store_case_find(tx, w->sender, case_id, &it, ei);
	if (r == 0)
		r = store_statement_find(tx, it.row, w->st.id, &s, ei);
	bool same = r == 0 && str_eq(s.sha256, w->st.sha256);
	store_statement_release(&s);
	if (r == GW_ENOENT)
		return 0;
	if (r < 0)
		return r;
	return same ? 1
		    : err_set(ei, GW_ECONFLICT, "another statement has this id in the chain here");
}

/* Our own clock may have ended a round in the moment in which it went on over there. */
static void undo_clock(struct cases_work *w)
{
	if (w->from != CASE_EXPIRED || w->new_round || w->act == ACT_MISDELIVERED)
		return;
	w->from = CASE_RELEASED;
	(void)snprintf(w->round.state, sizeof w->round.state, "%s", case_state_word(CASE_RELEASED));
}

static int judge(struct cases *c, struct cases_work *w, const char *case_id, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = is_here(w, tx, case_id, ei);
	if (r)
		return r;
	r = work_find(w, tx, ei);
	if (r < 0)
		return r;
	if (w->new_round || w->act == ACT_OFFER)
		cases_terms(c, w);
	/* whether the policy lets a package go without an offer was judged where the case lives */
	w->round.direct |= w->new_round && w->act == ACT_RELEASE;
	undo_clock(w);
	r = work_step(w, ei);
	return r < 0 ? r : work_judge(w, ei);
}

int cases_follow(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, const void *json, size_t n, const void *p7s, size_t p7s_n, int64_t valid,
    int64_t at, struct errinfo *ei)
{
	struct cases_work w GW_CLEANUP(work_release) = {
	    .call = call, .json = json, .n = n, .p7s = p7s, .p7s_n = p7s_n};
	int r = read_act(&w, sender, case_id, valid, ei);
	if (r < 0)
		return r;
	w.at = at;
	w.judged = true;
	pthread_mutex_t *lock GW_CLEANUP(cases_unlock) = cases_lock(c, sender, case_id);
	const char *elsewhere = cases_elsewhere(c, call->registry, w.recipient);
	r = judge(c, &w, case_id, ei);
	if (r == 0 && w.new_case && elsewhere)
		(void)snprintf(w.found.gateway, sizeof w.found.gateway, "%s", elsewhere);
	if (r == 0)
		r = work_do(c, &w, NULL, ei);
	cases_unlock(&lock);
	return r > 0 ? 0 : r;
}

int cases_tell(struct store_tx *tx, const char *sender, const char *case_id, const char *kind,
    const char *statement, const char *note, int64_t now, struct errinfo *ei)
{
	struct store_event e = {.at = now};
	struct store_case it;
	int r = store_case_find(tx, sender, case_id, &it, ei);
	if (r < 0)
		return r == GW_ENOENT ? 0 : r;
	memcpy(e.sender, it.sender, sizeof e.sender);
	memcpy(e.recipient, it.recipient, sizeof e.recipient);
	memcpy(e.case_id, it.case_id, sizeof e.case_id);
	memcpy(e.state, it.state, sizeof e.state);
	e.round = it.round;
	(void)snprintf(e.kind, sizeof e.kind, "%s", kind);
	(void)snprintf(e.statement, sizeof e.statement, "%s", statement ? statement : "");
	(void)snprintf(e.note, sizeof e.note, "%s", note ? note : "");
	return store_event_add(tx, &e, ei);
}

/* ---- a chain ---- */

/* What is told, held against what is here. */
struct chain {
	const json_t *told;
	size_t n;     /* here, so far */
	int64_t last; /* when the last of them was received */
	bool differs; /* one of them is another there */
};

static int compare(void *arg, const struct store_statement *s, struct errinfo *ei)
{
	struct chain *k = arg;
	const json_t *item = json_array_get(k->told, k->n++);
	const char *text = jx_str(item, "statement"), *named = jx_str(item, "sha256");
	char sha256[HASH_HEX] = "";
	(void)ei;
	if (text)
		hash_sha256_hex(text, strlen(text), sha256);
	k->last = s->received;
	k->differs |= !str_eq(text ? sha256 : named ? named : "", s->sha256);
	return 0;
}

static int is_served(const struct cases *c, const struct cases_call *call, const char *gateway,
    const char *sender, const char *recipient, struct errinfo *ei)
{
	const struct organisation *own = registry_organisation(call->registry, sender);
	const char *elsewhere = cases_elsewhere(c, call->registry, recipient);
	if (!elsewhere || !str_eq(elsewhere, gateway))
		return err_set(
		    ei, GW_EREFUSED, "%.20s does not serve the recipient of that case", gateway);
	return own && (!own->gateway_oin || str_eq(own->gateway_oin, c->env.oin))
	    ? 0
	    : err_set(ei, GW_EREFUSED, "the sender of that case is not served here");
}

/* The recipient of a chain that begins here: the first act's addressee. Signatures come later. */
static int first_recipient(const json_t *told, char out[STORE_OIN], struct errinfo *ei)
{
	const char *text = jx_str(json_array_get(told, 0), "statement");
	json_t *body GW_CLEANUP(jx_release) = NULL;
	if (!text || jx_parse("statement", text, strlen(text), &JX_SMALL, &body, NULL) < 0 ||
	    !str_oin(jx_str(body, "for") ? jx_str(body, "for") : ""))
		return err_set(ei, GW_EFORMAT, "what is told is no chain of a case");
	(void)snprintf(out, STORE_OIN, "%s", jx_str(body, "for"));
	return 0;
}

/* How much of the chain is here. GW_EAUTH: what is here is not its beginning. */
static int begins(struct cases *c, const struct cases_call *call, const char *gateway,
    const char *sender, const char *case_id, struct chain *k, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_case it = {0};
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r < 0)
		return r;
	r = store_case_find(tx, sender, case_id, &it, ei);
	if (r == GW_ENOENT)
		r = first_recipient(k->told, it.recipient, ei);
	if (r == 0)
		r = is_served(c, call, gateway, sender, it.recipient, ei);
	if (r == 0 && it.row)
		r = store_statements(tx, it.row, compare, k, ei);
	return r == 0 && k->differs ? err_set(ei, GW_EAUTH,
					  "the gateway tells another past of the case than it "
					  "told before")
				    : r;
}

/* When the act was received there, as far as that can be (see above). */
static int64_t believed(const json_t *item, int64_t last, int64_t now)
{
	const char *text = jx_str(item, "received");
	int64_t at = now, least = now - (int64_t)CASES_LATE_DAYS * 24 * 3600 * 1000;
	if (!text || time_parse(text, &at) < 0)
		at = now;
	if (at < last)
		at = last;
	if (at < least)
		at = least;
	return at < now ? at : now;
}

/* *last: when the act before it was received, and then this one. */
static int follow_one(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, const json_t *item, int64_t *last, struct errinfo *ei)
{
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	const char *text = jx_str(item, "statement"), *b64 = jx_str(item, "signature");
	size_t n = 0;
	void *room = buf_room(&p7s, CADES_MAX);
	if (!text || !b64 || !room || str_unb64(b64, strlen(b64), room, CADES_MAX, &n) < 0)
		return err_set(ei, GW_EFORMAT, "what is told is no statement with its signature");
	int64_t at = *last = believed(item, *last, call->now);
	return cases_follow(c, call, sender, case_id, text, strlen(text), room, n, at, at, ei);
}

static int open_incident(struct cases *c, const struct cases_call *call, const char *gateway,
    const char *sender, const char *case_id, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct ledger_record r = cases_record(c, "incident.open");
	char object[LEDGER_OBJECT_ID];
	json_t *detail GW_CLEANUP(jx_release) = json_pack(
	    "{s:s, s:s, s:s}", "sender", sender, "case", case_id, "reason", "chain_differs");
	ledger_object_id(object);
	r.peer = gateway;
	r.tr = call->trace;
	r.obj.k = "incident";
	r.obj.id = object;
	int e = ledger_append(c->env.ledger, &r, detail, NULL, ei);
	if (e == 0)
		e = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (e == 0)
		e = cases_tell(
		    tx, sender, case_id, "incident", NULL, "chain_differs", call->now, ei);
	return e < 0 ? e : store_commit(&tx, ei);
}

int cases_mirror(struct cases *c, const struct cases_call *call, const char *gateway_oin,
    const char *sender, const char *case_id, const json_t *statements, struct errinfo *ei)
{
	struct chain k = {.told = statements};
	struct errinfo own = ERRINFO_INIT;
	if (!json_is_array(statements) || !json_array_size(statements))
		return err_set(ei, GW_EFORMAT, "what is told is no chain of a case");
	int r = begins(c, call, gateway_oin, sender, case_id, &k, &own);
	for (size_t i = k.n; r == 0 && i < json_array_size(statements); i++) {
		r = follow_one(
		    c, call, sender, case_id, json_array_get(statements, i), &k.last, &own);
		/* what we cannot judge is our own lack, no fault of theirs */
		if (r == GW_EAUTH && trust_out_of_date(&own))
			r = GW_EIO;
		/* it should not have been taken there */
		if (r == GW_EFORMAT || r == GW_EREFUSED || r == GW_ENOENT || r == GW_ELIMIT ||
		    (r == GW_ECONFLICT && cases_stale(&own)))
			r = GW_EAUTH;
	}
	if (r == GW_EAUTH) {
		struct errinfo ledger = ERRINFO_INIT;
		int e = open_incident(c, call, gateway_oin, sender, case_id, &ledger);
		if (e < 0) {
			own = ledger;
			r = e;
		}
	}
	/* what was brought on from here has served; what cannot be deleted now goes at a tick */
	(void)!cases_package_sweep(c, call->now, NULL);
	if (r < 0 && ei)
		*ei = own;
	return r;
}

int cases_mirrored(struct cases *c, const char *gateway_oin, uint64_t event, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_peer_set_event(tx, gateway_oin, event, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}
