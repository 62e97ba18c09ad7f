/* SPDX-License-Identifier: EUPL-1.2 */
/* act: one signed act, judged in the order of docs/FORMATS.md §10. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cases/inside.h"
#include "cases/job.h"
#include "cases/package.h"
#include "ledger/peerlog.h"
#include "package/note.h"

/* States in which a case of a request has won: its package is, or was, for its recipient. */
static const char WON[] =
    " released fetching fetched opened taken_over withdrawal_requested closed ";

/* ---- records ---- */

struct ledger_record cases_record(const struct cases *c, const char *act)
{
	struct ledger_record r = {.act = act};
	r.actor.k = "svc";
	r.actor.id = c->env.actor;
	r.actor.auth = "mtls";
	return r;
}

void cases_refused(struct cases *c, const struct cases_call *call, const char *kind,
    const char *sender, const char *case_id, int code, const struct errinfo *why)
{
	struct ledger_record r = cases_record(c, "transfer.refuse");
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	r.out = LEDGER_DENY;
	r.peer = call->caller;
	r.tr = call->trace;
	if (kind)
		jx_set(detail, "kind", json_string(kind));
	if (str_oin(sender))
		jx_set(detail, "sender", json_string(sender));
	if (note_case_ok(case_id))
		jx_set(detail, "case", json_string(case_id));
	jx_set(detail, "reason", json_string(err_name(code)));
	if (why && why->msg[0] && !why->located)
		jx_set(detail, "why", jx_text(why->msg));
	/* what was refused stays refused, also where that cannot be written */
	(void)!ledger_refuse(c->env.ledger, &r, detail, NULL);
}

/* An act on its way into the ledger. */
struct entry {
	struct ledger_record r;
	char act[40], object[LEDGER_OBJECT_ID];
	uint8_t digest[HASH_BYTES];
	struct checkpoint head;
	struct ledger_receipt intent;
	json_t *detail;
};

static void entry_release(struct entry *e)
{
	jx_release(&e->detail);
}

/* The signer's own head, where it is signed by the ledger key that we know of it. */
static void peer_head(struct entry *e, const struct cases_work *w)
{
	const struct organisation *by = registry_organisation(w->call->registry, w->st.by.oin);
	(void)peerlog_set(jx_str(w->st.body, "log"), by ? by->ledger : NULL, &e->head, &e->r);
}

static int entry_begin(
    struct cases *c, const struct cases_work *w, struct entry *e, struct errinfo *ei)
{
	(void)snprintf(e->act, sizeof e->act, "case.%s", w->st.kind);
	e->r = cases_record(c, e->act);
	e->r.tr = w->call->trace;
	e->r.peer = w->st.by.oin;
	e->r.obj.k = "statement";
	ledger_object_id(e->object);
	e->r.obj.id = e->object;
	if (str_unhex(w->st.sha256, e->digest, sizeof e->digest) == 0)
		e->r.obj.digest = e->digest;
	cases_record_terms(c, w, &e->r);
	peer_head(e, w);
	e->detail = json_object();
	jx_set(e->detail, "sender", json_string(w->sender));
	jx_set(e->detail, "case", json_string(w->found.case_id));
	jx_set(e->detail, "round", json_integer(w->round.round));
	if (w->package)
		jx_set(e->detail, "package", json_string(w->package));
	jx_set(e->detail, "statement", json_string(w->st.sha256));
	return ledger_intent(c->env.ledger, &e->r, e->detail, &e->intent, ei);
}

/* How the act ended. With what was misdelivered the incident is opened in the same commit. */
static int entry_end(struct cases *c, const struct cases_work *w, struct entry *e, int code,
    const struct errinfo *why, struct errinfo *ei)
{
	json_t *detail GW_CLEANUP(jx_release) = NULL;
	e->r.obj.digest = NULL;
	e->r.out = code == 0                              ? LEDGER_OK
	    : code == GW_ECONFLICT || code == GW_EREFUSED ? LEDGER_DENY
							  : LEDGER_ERROR;
	if (code < 0) {
		detail = json_object();
		jx_set(detail, "reason", json_string(err_name(code)));
		jx_set(detail, "why", jx_text(why->msg));
	}
	if (code < 0 || w->act != ACT_MISDELIVERED)
		return ledger_result(c->env.ledger, &e->intent, &e->r, detail, NULL, ei);
	char span[RECORD_SPAN];
	ledger_span(span);
	struct ledger_record both[2] = {e->r, e->r};
	const json_t *details[2] = {e->detail, NULL};
	both[0].act = "incident.open";
	both[0].ph = LEDGER_SINGLE;
	both[0].out = LEDGER_OK;
	both[0].tr = both[1].tr = e->intent.tr;
	both[0].sp = span;
	both[0].psp = both[1].sp = e->intent.sp;
	both[1].ph = LEDGER_RESULT;
	both[1].t = e->intent.t;
	both[1].te = w->call->now > e->intent.t ? w->call->now : e->intent.t;
	return ledger_append_all(c->env.ledger, both, details, 2, ei);
}

/* ---- the steps ---- */

/* Form and signature, then who signed and who brings it. */
static int read_statement(
    struct cases_work *w, const char *sender, const char *case_id, struct errinfo *ei)
{
	const struct cases_call *call = w->call;
	int r = statement_verify("statement", w->json, w->n, w->p7s, w->p7s_n, NULL,
	    registry_trust(call->registry), call->now, call->now, &w->st, ei);
	if (r == 0)
		r = work_begin(w, sender, case_id, ei);
	if (r == 0)
		r = registry_signed_by(
		    call->registry, &w->st.by, w->st.by.oin, date_of(call->now), ei);
	if (r < 0)
		return r;
	return cases_speaks_for(call->registry, call->caller, w->st.by.oin)
	    ? 0
	    : err_set(ei, GW_EAUTH,
		  "the statement is by %s: it comes from that organisation, or from the gateway "
		  "that the registry names for it",
		  w->st.by.oin);
}

/* The same statement once more: 1 when it was taken already, 2 when it waits for delivery.
 * GW_ECONFLICT: it was refused elsewhere, or its id is another's. */
static int known(struct cases *c, const struct cases_work *w, struct store_tx *tx,
    const char *case_id, struct errinfo *ei)
{
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	struct store_case it;
	bool waits = false, refused = false;
	int r = store_case_find(tx, w->sender, case_id, &it, NULL);
	if (r == GW_ENOENT || (r == 0 && !str_eq(it.recipient, w->recipient)))
		return 0; /* not a case of theirs: work_find says so */
	if (r == 0)
		r = store_statement_find(tx, it.row, w->st.id, &s, NULL);
	if (r == 0)
		return str_eq(s.sha256, w->st.sha256)
		    ? 1
		    : err_set(ei, GW_ECONFLICT,
			  "another statement with this id was taken before: ids are used once");
	if (r != GW_ENOENT)
		return err_set(ei, r, "the store cannot be read");
	r = cases_job_waits(c, tx, w->sender, case_id, w->st.sha256, &waits, ei);
	if (r < 0 || waits)
		return r < 0 ? r : 2;
	/* what the sender gave up by then does not go out once more because it was kept somewhere
	 */
	r = store_event_refused(tx, w->sender, case_id, w->st.sha256, &refused, ei);
	return r == 0 && refused
	    ? err_set(ei, GW_ECONFLICT,
		  "the gateway where the case lives refused this statement: sign another if it is "
		  "still to be done")
	    : r;
}

/* Another case of the same request has won already, or will have when what waits for delivery is
 * taken there: one of several providers gets the candidate. */
static int judge_request(const struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	bool taken = false;
	if (w->act != ACT_RELEASE || !w->round.request[0])
		return 0;
	int r = store_request_taken(tx, w->sender, w->round.request, w->found.row, WON,
	    case_state_word(CASE_ACCEPTED), &taken, ei);
	return r == 0 && taken
	    ? err_set(ei, GW_ECONFLICT,
		  "another case of this request was released already, or its release waits for "
		  "delivery: cancel this one")
	    : r;
}

/* What rested on consent that was withdrawn since goes no further. */
static int judge_consent(const struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	bool goes = w->act == ACT_RELEASE || w->act == ACT_FETCH_REQUEST;
	return goes && !w->new_case && w->held.package[0]
	    ? cases_consent(tx, w->found.row, &w->slip, ei)
	    : 0;
}

/* Chain, state, what the act itself must be, and the one condition that is about the chain. */
static int judge(struct cases *c, struct cases_work *w, struct store_tx *tx, struct errinfo *ei)
{
	int r = work_find(w, tx, ei);
	if (r < 0)
		return r;
	if (w->new_round || w->act == ACT_OFFER)
		cases_terms(c, w);
	/* under a policy of which nothing is known here, that is what to say */
	if (w->act == ACT_RELEASE && w->new_round && !w->round.keep[0])
		r = cases_terms_hold(c, w->call, w->sender, w->recipient,
		    w->held.package[0] ? w->held.contract : NULL, jx_str(w->st.body, "policy"), ei);
	if (r == 0)
		r = work_step(w, ei);
	if (r == 0)
		r = cases_may_grow(c, w, tx, ei);
	if (r == 0)
		r = judge_request(w, tx, ei);
	if (r == 0)
		r = work_judge(w, ei);
	return r < 0 ? r : judge_consent(w, tx, ei);
}

/* A case elsewhere: only its sender's acts come here, from the sender or those it lets speak. */
static int judge_place(
    const struct cases *c, const struct cases_work *w, const char *elsewhere, struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(w->call->registry, w->sender);
	if (!elsewhere)
		return 0;
	if (w->by == BY_RECIPIENT)
		return err_set(
		    ei, GW_EREFUSED, "the case lives at the gateway of its recipient: act there");
	if (o && o->gateway_oin && !str_eq(o->gateway_oin, c->env.oin))
		return err_set(ei, GW_EREFUSED, "neither party of the case is served here");
	return 0;
}

/* In the transaction that writes: is all still as it was judged? */
static int still(
    struct cases_work *w, struct store_tx *tx, const char *elsewhere, struct errinfo *ei)
{
	struct store_case it;
	int r = store_case_find(tx, w->sender, w->found.case_id, &it, NULL);
	if (r < 0 && r != GW_ENOENT)
		return err_set(ei, r, "the store cannot be read");
	if (w->new_case != (r == GW_ENOENT) ||
	    (r == 0 && !elsewhere && !str_eq(it.head, w->found.head)))
		return cases_say_stale(ei);
	/* what was taken elsewhere was judged there */
	return w->judged ? 0 : judge_request(w, tx, ei);
}

/* The case of an act that waits for delivery: its chain here stays as it is. */
static int queue(struct cases *c, struct cases_work *w, struct store_tx *tx, const char *elsewhere,
    struct errinfo *ei)
{
	int r = 0;
	if (w->new_case) {
		(void)snprintf(
		    w->found.state, sizeof w->found.state, "%s", case_state_word(CASE_CHECKED));
		(void)snprintf(w->found.gateway, sizeof w->found.gateway, "%s", elsewhere);
		w->found.updated = w->call->now;
		r = store_case_add(tx, &w->found, ei);
	}
	return r < 0 ? r : cases_job_queue(c, tx, w, elsewhere, w->call->now, ei);
}

/* What is to be written, perhaps together with the acts of others. */
struct change {
	struct cases *c;
	struct cases_work *w;
	const char *elsewhere, *span;
};

static int carry_out(void *arg, struct store_tx *tx, struct errinfo *ei)
{
	const struct change *k = arg;
	int r = still(k->w, tx, k->elsewhere, ei);
	if (r < 0)
		return r;
	return k->elsewhere ? queue(k->c, k->w, tx, k->elsewhere, ei)
			    : work_keep(k->w, tx, k->span, ei);
}

static int show(struct cases *c, const struct cases_work *w, const char *case_id, json_t **ret,
    struct errinfo *ei)
{
	return cases_show(c, w->call, w->sender, case_id, ret, ei);
}

int work_do(struct cases *c, struct cases_work *w, const char *elsewhere, struct errinfo *ei)
{
	struct entry e GW_CLEANUP(entry_release) = {0};
	struct errinfo why = ERRINFO_INIT;
	int r = entry_begin(c, w, &e, ei);
	if (r < 0)
		return r;
	struct change change = {c, w, elsewhere, e.intent.sp};
	int done = store_write(c->env.store, carry_out, &change, &why);
	r = entry_end(c, w, &e, done, &why, ei);
	if (done < 0) {
		if (ei)
			*ei = why;
		return done;
	}
	return r;
}

static int take(struct cases *c, struct cases_work *w, const char *case_id, enum cases_taken *ret,
    struct errinfo *ei)
{
	const char *elsewhere = cases_elsewhere(c, w->call->registry, w->recipient);
	pthread_mutex_t *lock GW_CLEANUP(cases_unlock) = cases_lock(c, w->sender, case_id);
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	/* of a case elsewhere this is a transaction to try things in, and is given up */
	int r = store_begin(c->env.store, elsewhere ? STORE_WRITE : STORE_READ, &tx, ei);
	if (r == 0)
		r = known(c, w, tx, case_id, ei);
	if (r > 0) {
		*ret = r == 1 ? CASES_AGAIN : CASES_QUEUED;
		return 0;
	}
	if (r == 0)
		r = judge_place(c, w, elsewhere, ei);
	if (r == 0 && elsewhere)
		r = cases_ahead(c, tx, w->call, w->sender, case_id, ei);
	if (r == 0)
		r = judge(c, w, tx, ei);
	store_end(&tx);
	if (r == 0)
		r = cases_conditions(c, w, ei);
	if (r == 0)
		r = work_do(c, w, elsewhere, ei);
	(void)lock;
	if (r == 0)
		*ret = elsewhere ? CASES_QUEUED : CASES_NEW;
	return r;
}

int cases_act(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, const void *json, size_t n, const void *p7s, size_t p7s_n,
    enum cases_taken *ret, json_t **ret_case, struct errinfo *ei)
{
	struct cases_work w GW_CLEANUP(work_release) = {
	    .call = call, .json = json, .n = n, .p7s = p7s, .p7s_n = p7s_n};
	struct errinfo own = ERRINFO_INIT;
	enum cases_taken taken = CASES_NEW;
	int r = read_statement(&w, sender, case_id, &own);
	if (r == 0)
		r = take(c, &w, case_id, &taken, &own);
	if (r < 0) {
		if (r != GW_ELEDGER && r != GW_EIO && r != GW_ENOMEM)
			cases_refused(c, call, w.st.kind, sender, case_id, r, &own);
		if (ei)
			*ei = own;
		return r;
	}
	/* what cannot be deleted now goes at a tick */
	if (taken == CASES_NEW && (case_ended(w.to) || w.to == CASE_TAKEN_OVER))
		(void)!cases_package_sweep(c, call->now, NULL);
	*ret = taken;
	return show(c, &w, case_id, ret_case, ei);
}
