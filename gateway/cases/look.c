/* SPDX-License-Identifier: EUPL-1.2 */
/* look: cases, statements and events as those whose they are see them (docs/FORMATS.md §10). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cases/inside.h"
#include "cases/job.h"

enum { LOOK_LIMIT = 500 };

static void set_text(json_t *o, const char *name, const char *text)
{
	if (text && text[0])
		jx_set(o, name, json_string(text));
}

static void set_time(json_t *o, const char *name, int64_t ms)
{
	char text[TIME_TEXT];
	if (!ms)
		return;
	time_text(ms, text);
	jx_set(o, name, json_string(text));
}

/* ---- one case ---- */

/* What is in the way of `legal`: the facts of a round as the machine wants them. */
static void add_legal(
    json_t *list, const struct store_round *o, const json_t *pending, unsigned party, int64_t now)
{
	struct case_facts facts = {.direct = o->direct,
	    .fetched = o->fetched != 0,
	    .opened = o->opened != 0,
	    .return_term_over = o->return_until && now > o->return_until,
	    .delete_never = str_eq(o->keep, "never")};
	enum case_state from = cases_state_ahead(o, pending, &facts), to;
	for (enum case_act act = ACT_OFFER; act <= ACT_CONSENT_WITHDRAWN; act++)
		if (case_step(from, act, (enum case_by)party, &facts, &to, NULL) == 0)
			jx_add(list, json_string(case_act_word(act)));
}

struct rounds {
	json_t *list;
	struct store_round last;
};

static int add_round(void *arg, const struct store_round *o, struct errinfo *ei)
{
	struct rounds *all = arg;
	json_t *j = json_object();
	(void)ei;
	jx_set(j, "round", json_integer(o->round));
	jx_set(j, "state", json_string(o->state));
	set_text(j, "package", o->package);
	set_text(j, "slip", o->slip);
	set_text(j, "policy", o->policy);
	set_text(j, "contract", o->contract);
	set_text(j, "programme", o->programme);
	set_text(j, "product", o->product);
	set_text(j, "region", o->region);
	set_text(j, "start_month", o->start_month);
	set_text(j, "request", o->request);
	set_time(j, "since", o->since);
	set_time(j, "expires", o->expires);
	if (o->bytes)
		jx_set(j, "bytes", json_integer((json_int_t)o->bytes));
	set_time(j, "return_until", o->return_until);
	set_text(j, "delete_by", o->delete_by);
	if (json_array_size(all->list) == 0)
		all->last = *o;
	jx_add(all->list, j);
	return 0;
}

/* What waits for delivery; a further act is signed over the last of it. */
static void add_pending(json_t *j, json_t *pending)
{
	size_t i;
	json_t *one;
	jx_set(j, "pending", json_incref(pending));
	json_array_foreach (pending, i, one)
		set_text(j, "head", jx_str(one, "statement"));
}

/* When something is to happen in the last round, and what. */
static int add_due(json_t *j, struct store_tx *tx, const struct store_case *it,
    const struct store_round *last, struct errinfo *ei)
{
	struct case_clock clock = case_clock((enum case_state)case_state_of(last->state));
	int64_t at = 0;
	int r = store_due_of(tx, it->row, last->round, &at, ei);
	if (r < 0 || !at)
		return r;
	set_time(j, "due", at);
	set_text(j, "then", clock.then);
	return 0;
}

int cases_json(struct cases *c, struct store_tx *tx, const struct cases_call *call,
    const struct store_case *it, json_t **ret, struct errinfo *ei)
{
	unsigned party = cases_party(call->registry, call->caller, it->sender, it->recipient);
	const char *elsewhere = cases_elsewhere(c, call->registry, it->recipient);
	json_t *j GW_CLEANUP(jx_release) = json_object();
	json_t *pending GW_CLEANUP(jx_release) = NULL, *legal = json_array();
	struct rounds rounds = {.list = json_array()};
	jx_set(j, "sender", json_string(it->sender));
	jx_set(j, "case", json_string(it->case_id));
	jx_set(j, "recipient", json_string(it->recipient));
	jx_set(j, "state", json_string(it->state));
	set_text(j, "head", it->head);
	jx_set(j, "statements", json_integer((json_int_t)it->statements));
	set_time(j, "updated", it->updated);
	int r = store_rounds(tx, it->row, add_round, &rounds, ei);
	if (r == 0 && rounds.last.round)
		r = add_due(j, tx, it, &rounds.last, ei);
	if (r == 0)
		r = cases_job_pending(c, tx, it->sender, it->case_id, &pending, ei);
	if (elsewhere) {
		const struct organisation *o = registry_organisation(call->registry, it->recipient);
		set_text(j, "gateway", o->gateway);
	}
	/* the recipient acts where the case lives */
	if (r == 0 && (!elsewhere || party & BY_SENDER))
		add_legal(legal, &rounds.last, pending, elsewhere ? BY_SENDER : party, call->now);
	if (r == 0 && json_array_size(pending) > 0)
		add_pending(j, pending);
	jx_set(j, "rounds", rounds.list);
	jx_set(j, "legal", legal);
	if (r == 0)
		*ret = json_incref(j);
	return r;
}

/* The case, when it is one of the caller's; else as if there were none. */
static int find_own(struct store_tx *tx, const struct cases_call *call, const char *sender,
    const char *case_id, struct store_case *ret, struct errinfo *ei)
{
	int r = store_case_find(tx, sender, case_id, ret, ei);
	if (r == 0 && !cases_party(call->registry, call->caller, ret->sender, ret->recipient))
		return err_set(ei, GW_ENOENT, "there is no such case");
	return r;
}

int cases_show(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, json_t **ret, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_case it = {0};
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = find_own(tx, call, sender, case_id, &it, ei);
	return r < 0 ? r : cases_json(c, tx, call, &it, ret, ei);
}

/* ---- lists ---- */

/* The next for whom the caller asks: itself at first, then those whose gateway it is; NULL when
 * there are no more. *at begins as 0. */
static const char *asked_for(const struct cases_call *call, size_t *at)
{
	const struct organisations *all = registry_organisations(call->registry);
	if ((*at)++ == 0)
		return call->caller;
	for (; *at - 2 < all->n; (*at)++) {
		const struct organisation *o = all->list[*at - 2];
		if (str_eq(o->gateway_oin, call->caller) && !str_eq(o->oin, call->caller))
			return o->oin;
	}
	return NULL;
}

struct found {
	struct store_case list[LOOK_LIMIT + 1];
	size_t n, cap;
};

/* Put it into its place by row, once, and drop what comes after the last wanted. */
static int add_case(void *arg, const struct store_case *it, struct errinfo *ei)
{
	struct found *f = arg;
	size_t at = f->n;
	(void)ei;
	while (at > 0 && f->list[at - 1].row > it->row)
		at--;
	if ((at > 0 && f->list[at - 1].row == it->row) || at == f->cap)
		return 0;
	if (f->n == f->cap)
		f->n--;
	memmove(&f->list[at + 1], &f->list[at], (f->n - at) * sizeof *f->list);
	f->list[at] = *it;
	f->n++;
	return 0;
}

static int find_cases(struct store_tx *tx, const struct cases_call *call, const char *role,
    const char *state, int64_t after, struct found *f, struct errinfo *ei)
{
	static const char *const roles[] = {"sender", "recipient"};
	const char *who;
	int r = 0;
	for (size_t at = 0; r == 0 && (who = asked_for(call, &at));)
		for (size_t k = 0; r == 0 && k < GW_LENGTH(roles); k++)
			if (!role || str_eq(role, roles[k]))
				r = store_case_list(tx, who, roles[k], state, after,
				    (unsigned)f->cap, add_case, f, ei);
	return r;
}

static int check_list(const char *role, const char *state, const struct cases_page *page,
    int64_t *ret_after, struct errinfo *ei)
{
	uint64_t after = 0;
	if (role && !str_eq(role, "sender") && !str_eq(role, "recipient"))
		return err_set(ei, GW_EUSAGE, "role: 'sender' or 'recipient' expected");
	if (state && case_state_of(state) < 0)
		return err_set(ei, GW_EUSAGE, "state: '%s' is no state of a case", state);
	if (page->limit < 1 || page->limit > LOOK_LIMIT)
		return err_set(ei, GW_EUSAGE, "limit: a number from 1 to %d expected", LOOK_LIMIT);
	if (page->cursor && str_u64(page->cursor, INT64_MAX, &after) < 0)
		return err_set(ei, GW_EUSAGE, "cursor: give the one that the last answer had");
	*ret_after = (int64_t)after;
	return 0;
}

int cases_list(struct cases *c, const struct cases_call *call, const char *role, const char *state,
    const struct cases_page *page, json_t **ret, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct found *f GW_CLEANUP(str_free_p) = NULL;
	json_t *j GW_CLEANUP(jx_release) = json_object(), *items = json_array();
	int64_t after = 0;
	char cursor[24];
	jx_set(j, "items", items);
	int r = check_list(role, state, page, &after, ei);
	if (r < 0)
		return r;
	f = str_alloc(sizeof *f);
	f->cap = page->limit + 1; /* one more says that there is a next page */
	r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = find_cases(tx, call, role, state, after, f, ei);
	size_t given = 0, rounds = 0;
	for (; r == 0 && given < f->n && given < page->limit && rounds < CASES_PAGE_ROUNDS;
	     given++) {
		json_t *item = NULL;
		r = cases_json(c, tx, call, &f->list[given], &item, ei);
		rounds += json_array_size(json_object_get(item, "rounds"));
		if (r == 0)
			jx_add(items, item);
	}
	if (r < 0)
		return r;
	if (f->n > given) {
		(void)snprintf(cursor, sizeof cursor, "%lld", (long long)f->list[given - 1].row);
		jx_set(j, "next", json_string(cursor));
	}
	*ret = json_incref(j);
	return 0;
}

/* ---- statements ---- */

static json_t *base64(const struct buf *b)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(STORE_SIGNATURE_MAX * 2);
	return str_b64(&text, b->data, b->len) < 0 ? NULL : json_stringn(text.data, text.len);
}

struct chain {
	json_t *items;
	bool receipts;
	char package[ID_TEXT]; /* that the last receipt names */
};

static int add_statement(void *arg, const struct store_statement *s, struct errinfo *ei)
{
	struct chain *all = arg;
	json_t *j GW_CLEANUP(jx_release) = json_object();
	if (all->receipts && !statement_is_receipt(s->kind))
		return 0;
	jx_set(j, "n", json_integer((json_int_t)s->n));
	jx_set(j, "kind", json_string(s->kind));
	jx_set(j, "sha256", json_string(s->sha256));
	jx_set(j, "round", json_integer(s->round));
	set_time(j, "received", s->received);
	json_t *text = json_stringn(s->json.data, s->json.len), *signature = base64(&s->p7s);
	if (!text || !signature) {
		json_decref(text);
		json_decref(signature);
		return err_set(ei, GW_EAUTH, "a statement in the store is damaged");
	}
	jx_set(j, "statement", text);
	jx_set(j, "signature", signature);
	jx_add(all->items, json_incref(j));
	return 0;
}

/* The slip of the last round that has one. */
static int last_package(void *arg, const struct store_round *o, struct errinfo *ei)
{
	struct chain *all = arg;
	(void)ei;
	if (!all->package[0] && o->package[0])
		memcpy(all->package, o->package, sizeof all->package);
	return 0;
}

static int add_slip(json_t *j, struct store_tx *tx, const struct store_case *it, struct chain *all,
    struct errinfo *ei)
{
	struct buf slip GW_CLEANUP(buf_release) = BUF_INIT(STORE_STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(STORE_SIGNATURE_MAX);
	struct store_package held;
	int r = store_rounds(tx, it->row, last_package, all, ei);
	if (r < 0 || !all->package[0])
		return r;
	r = cases_package_of(tx, it, all->package, &held, &slip, &p7s, ei);
	if (r < 0)
		return r == GW_ENOENT ? 0 : r;
	jx_set(j, "slip", json_stringn(slip.data, slip.len));
	jx_set(j, "slip_signature", base64(&p7s));
	return 0;
}

int cases_statements(struct cases *c, const struct cases_call *call, const char *sender,
    const char *case_id, bool receipts, json_t **ret, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	json_t *j GW_CLEANUP(jx_release) = json_object();
	struct chain all = {.items = json_array(), .receipts = receipts};
	struct store_case it = {0};
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = find_own(tx, call, sender, case_id, &it, ei);
	if (r == 0)
		r = store_statements(tx, it.row, add_statement, &all, ei);
	if (r == 0 && receipts)
		r = add_slip(j, tx, &it, &all, ei);
	jx_set(j, "items", all.items);
	if (r == 0)
		*ret = json_incref(j);
	return r;
}

/* ---- events ---- */

struct happened {
	struct store_event *list;
	size_t n, cap;
};

static int add_event(void *arg, const struct store_event *e, struct errinfo *ei)
{
	struct happened *h = arg;
	size_t at = h->n;
	(void)ei;
	while (at > 0 && h->list[at - 1].event > e->event)
		at--;
	if ((at > 0 && h->list[at - 1].event == e->event) || at == h->cap)
		return 0;
	if (h->n == h->cap)
		h->n--;
	memmove(&h->list[at + 1], &h->list[at], (h->n - at) * sizeof *h->list);
	h->list[at] = *e;
	h->n++;
	return 0;
}

static json_t *event_json(const struct store_event *e)
{
	json_t *j = json_object();
	jx_set(j, "event", json_integer((json_int_t)e->event));
	set_time(j, "at", e->at);
	jx_set(j, "sender", json_string(e->sender));
	jx_set(j, "case", json_string(e->case_id));
	jx_set(j, "round", json_integer(e->round));
	jx_set(j, "kind", json_string(e->kind));
	jx_set(j, "state", json_string(e->state));
	set_text(j, "statement", e->statement);
	set_text(j, "note", e->note);
	return j;
}

int cases_events(struct cases *c, const struct cases_call *call, uint64_t after, unsigned limit,
    json_t **ret, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_event *list GW_CLEANUP(str_free_p) = NULL;
	struct happened h = {.cap = limit};
	const char *who;
	if (limit < 1 || limit > LOOK_LIMIT)
		return err_set(ei, GW_EUSAGE, "limit: a number from 1 to %d expected", LOOK_LIMIT);
	h.list = list = str_alloc((limit + 1) * sizeof *list);
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	for (size_t at = 0; r == 0 && (who = asked_for(call, &at));)
		r = store_events(tx, who, after, limit, add_event, &h, ei);
	if (r < 0)
		return r;
	json_t *j = json_object(), *items = json_array();
	for (size_t i = 0; i < h.n; i++)
		jx_add(items, event_json(&h.list[i]));
	jx_set(j, "items", items);
	*ret = j;
	return 0;
}
