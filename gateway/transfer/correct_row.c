/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/correct_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "ledger/ledger.h"
#include "package/open.h"

void row_release(struct row *r)
{
	r->s.dossier = NULL; /* shared */
	sealing_release(&r->s);
	act_release(&r->act);
	policy_narrow_free(r->narrowed);
	policy_forms_release(&r->has);
	grounds_release(&r->run.grounds);
	json_decref(r->received);
	json_decref(r->corrects);
	json_decref(r->letter);
	json_decref(r->paths);
	str_free_p(&r->file);
}

/* ---- what they received ---- */

static void show(struct row *r, const struct sent *s, struct date today)
{
	char day[DATE_TEXT];
	json_t *o = json_object();
	if (s->package[0])
		jx_set(o, "package", json_string(s->package));
	if (s->case_id[0])
		jx_set(o, "case", json_string(s->case_id));
	if (s->seq)
		jx_set(o, "seq", json_integer(s->seq));
	date_text(date_of(s->at), day);
	jx_set(o, "sealed", json_string(day));
	if (s->expires.year) {
		date_text(s->expires, day);
		jx_set(o, "expires", json_string(day));
		jx_set(o, "expired", json_boolean(date_cmp(s->expires, today) < 0));
	}
	jx_set(o, "state", json_string(sent_state_word(s->state)));
	if (s->corrects)
		jx_set(o, "correction", json_true());
	jx_add(r->received, o);
}

/* Not told in a package: the first reason is that of the whole row. */
static void by_letter(struct row *r, const struct field *f, int code, const char *why)
{
	json_t *o = json_object();
	jx_set(o, "field", json_string(f->path));
	jx_set(o, "why", jx_text(why));
	jx_add(r->letter, o);
	if (r->code == 0)
		r->code = err_set(&r->why, code, "%s: %s", f->path, why);
}

/* What a package held that the ledger cannot tell for certain: fields that they are not known to
 * have are for a letter. */
static void doubt(
    struct row *r, const struct correct_common *c, const struct sent *s, const char *why)
{
	for (size_t i = 0; i < r->has.n; i++) {
		const struct field *f = catalogue_at(c->fields->c, i);
		if (c->fields->has[i] && !r->has.of[i].there &&
		    (!s->released || sent_tells(s, f->path)))
			by_letter(r, f, GW_EREFUSED, why);
	}
}

static bool is_theirs(const struct row *r, const struct sent *s)
{
	return str_eq(s->recipient, r->recipient);
}

/* Collect it: forms of what went, and which packages. */
static void collect(struct row *r, const struct correct_common *c)
{
	const struct catalogue *cat = c->fields->c;
	const struct received *all = c->received;
	bool *lost = str_alloc(all->n + 1);
	for (size_t i = 0; i < all->n; i++) {
		const struct sent *s = &all->list[i];
		if (!is_theirs(r, s))
			continue;
		show(r, s, date_of(c->now));
		if (s->state == SENT_OK)
			lost[i] = !s->released || policy_forms_add(&r->has, s->released, cat) < 0;
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct sent *s = &all->list[i];
		char *why GW_CLEANUP(str_free_p) = NULL;
		if (!is_theirs(r, s))
			continue;
		if (lost[i])
			why = str_printf("the ledger does not say what package '%s' held",
			    s->package[0] ? s->package : "of a lost detail");
		else if (s->state == SENT_CUT_OFF)
			why = str_printf("sealing package '%s' was cut off: it counts only if you "
					 "handed it over",
			    s->package);
		if (why)
			doubt(r, c, s, why);
	}
	free(lost);
}

/* ---- what they are told ---- */

/* Keep of r->has what the policy can tell, and what goes along. How many fields can be told. */
static size_t keep_fitting(struct row *r, const struct correct_common *c)
{
	size_t n = 0;
	for (size_t i = 0; i < r->has.n; i++) {
		struct policy_form *form = &r->has.of[i];
		const struct field *f = catalogue_at(c->fields->c, i);
		if (!form->there)
			continue;
		enum policy_fit fit = policy_fits(c->policy, f, form);
		char text[POLICY_DOMAIN + 16];
		char *why GW_CLEANUP(str_free_p) = NULL;
		policy_form_text(form, text);
		if (fit == POLICY_NO_RULE)
			why = str_printf("policy '%s' does not let this field go", c->policy->id);
		else if (fit == POLICY_OTHER_FORM)
			why = str_printf("they received it as '%s', which policy '%s' cannot give",
			    text, c->policy->id);
		if (c->fields->has[i] && why)
			by_letter(r, f, GW_EREFUSED, why);
		if (why || (!c->fields->has[i] && !c->with->has[i]))
			form->there = false;
		n += form->there && c->fields->has[i];
	}
	return n;
}

static bool tells_any(const struct correct_common *c, const struct row *r, const struct sent *s)
{
	for (size_t i = 0; i < r->has.n; i++)
		if (c->fields->has[i] && r->has.of[i].there &&
		    sent_tells(s, catalogue_at(c->fields->c, i)->path))
			return true;
	return false;
}

/* The newest package that told one of the fields, and the last one of its case. */
static const struct sent *newest(const struct row *r, const struct correct_common *c)
{
	const struct sent *found = NULL;
	for (size_t i = 0; i < c->received->n; i++) {
		const struct sent *s = &c->received->list[i];
		if (is_theirs(r, s) && s->state == SENT_OK && s->package[0] && tells_any(c, r, s))
			found = s;
	}
	return found;
}

static const struct sent *last_of_case(
    const struct row *r, const struct correct_common *c, const struct sent *of)
{
	const struct sent *found = of;
	for (size_t i = 0; i < c->received->n; i++) {
		const struct sent *s = &c->received->list[i];
		if (is_theirs(r, s) && s->state == SENT_OK && str_eq(s->case_id, of->case_id) &&
		    s->seq > found->seq)
			found = s;
	}
	return found;
}

/* The grounds for this recipient, and what the narrowed policy makes of the dossier. */
static int decide(struct row *r, const struct correct_common *c, const struct sent *last,
    struct policy_context *ctx, struct errinfo *ei)
{
	const struct correct_request *q = c->request;
	const struct contract *contract = NULL;
	r->request = (struct seal_request){.policy = q->policy,
	    .to = r->recipient,
	    .contract = q->contract,
	    .case_id = last->case_id,
	    .english = q->english};
	r->run = (struct seal_run){.env = c->env,
	    .request = &r->request,
	    .out = q->out ? q->out : c->env->outbox,
	    .cipher_threads = c->env->threads};
	if (!q->contract && !c->dossier->contract && last->contract[0])
		r->request.contract = last->contract;
	int e = grounds_load(&r->run.grounds, c->env, q->policy, r->recipient, ei);
	r->run.grounds.rehearsal = q->rehearsal;
	if (e == 0)
		e = grounds_find(&r->run.grounds, r->request.contract, c->dossier->contract,
		    c->dossier->programme, date_of(c->now), ctx, &contract, ei);
	if (e != 0)
		return e;
	(void)snprintf(r->s.note.contract, sizeof r->s.note.contract, "%s", contract->id);
	(void)snprintf(
	    r->s.note.controller, sizeof r->s.note.controller, "%s", contract->controller);
	r->narrowed = policy_narrow(r->run.grounds.rules.policy, &r->has);
	e = policy_apply(r->narrowed, ctx, c->dossier, c->env->pseudonyms, &r->s.outcome, ei);
	/* nothing leaves: perhaps since all of it is to be removed */
	return e == GW_EREFUSED && r->s.outcome.nothing ? 0 : e;
}

static int seen(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	(void)value;
	*(bool *)arg = true;
	return 1;
}

/* One field that they have: its value leaves, or is to be removed, or is for a letter. */
static void tell(struct row *r, const struct correct_common *c, const struct field *f,
    const struct policy_context *ctx)
{
	const struct policy_rule *rule = r->narrowed->decisions[f->index].rule;
	bool leaves = false, removed = !field_present(c->dossier, f);
	struct buf as GW_CLEANUP(buf_release) = BUF_INIT(256);
	if (r->s.outcome.data)
		(void)dossier_each(r->s.outcome.data, f, seen, &leaves);
	if (removed && rule->only_if.duties & ~ctx->recipient_duties)
		removed = false;
	if (!leaves && !removed) {
		by_letter(r, f, GW_EREFUSED,
		    "the policy does not let its value go here: a condition, the records it takes, or "
		    "too little is known of it");
		return;
	}
	json_t *o = json_object();
	jx_set(o, "field", json_string(f->path));
	if (!leaves)
		jx_set(o, "removed", json_true());
	else if (policy_as_text(rule, &as) == 0)
		jx_set(o, "as", json_string(as.data));
	jx_add(r->corrects, o);
	jx_add(r->paths, json_string(f->path));
}

static int into(const char *p, size_t n, void *arg)
{
	return buf_add(arg, p, n) < 0 ? -1 : 0;
}

/* dossier.json of the correction, and its mark. */
static int compose(struct row *r, const struct correct_common *c, struct errinfo *ei)
{
	struct policy_outcome *o = &r->s.outcome;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(PACKAGE_DOSSIER_MAX);
	json_t *whole = json_object();
	jx_set(whole, "catalogue", json_integer(r->narrowed->catalogue_version));
	jx_set(whole, "corrects", json_incref(r->paths));
	if (o->data && json_object_update_missing(whole, o->data) < 0)
		abort();
	json_decref(o->data);
	o->data = whole;
	if (json_dump_callback(whole, into, &text, JSON_COMPACT | JSON_SORT_KEYS) < 0)
		return err_set(ei, GW_ELIMIT, "what leaves of the dossier is too large");
	ledger_mark(c->env->ledger, text.data, text.len, r->mark);
	return 0;
}

/* The file of a package, in the folder that was asked for or in the outbox; NULL: in neither. */
static char *file_of(const struct row *r, const struct correct_common *c, const char *package)
{
	const char *const dirs[] = {r->run.out, c->env->outbox};
	for (size_t i = 0; i < GW_LENGTH(dirs); i++) {
		char *path = str_printf("%s/%s.tar.age", dirs[i], package);
		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

void row_find_told(struct row *r, const struct correct_common *c, const struct sent *last)
{
	const struct sent *told = str_eq(last->mark, r->mark) ? last : NULL;
	for (size_t i = 0; i < c->received->n; i++) {
		const struct sent *s = &c->received->list[i];
		if (!is_theirs(r, s) || s->state != SENT_CUT_OFF || !str_eq(s->mark, r->mark) ||
		    s->at < last->at)
			continue;
		char *file GW_CLEANUP(str_free_p) = file_of(r, c, s->package);
		if (file)
			told = s;
		else
			memcpy(r->cut_off, s->package, sizeof r->cut_off);
	}
	r->result = CORRECT_READY;
	if (!told)
		return;
	r->result = CORRECT_TOLD;
	r->cut_off[0] = '\0';
	memcpy(r->package, told->package, sizeof r->package);
	r->file = file_of(r, c, told->package);
}

/* What can be told at all is told: plan the package. */
static int plan(
    struct row *r, const struct correct_common *c, const struct sent *last, struct errinfo *ei)
{
	struct policy_context ctx = {0};
	r->superseded = last_of_case(r, c, last);
	int e = decide(r, c, last, &ctx, ei);
	for (size_t i = 0; e == 0 && i < r->has.n; i++)
		if (c->fields->has[i] && r->has.of[i].there)
			tell(r, c, catalogue_at(c->fields->c, i), &ctx);
	if (e < 0 || !json_array_size(r->paths))
		return e;
	e = compose(r, c, ei);
	if (e == 0)
		row_find_told(r, c, last);
	return e;
}

void row_plan(struct row *r, const struct correct_common *c)
{
	struct errinfo why = ERRINFO_INIT;
	r->received = json_array();
	r->corrects = json_array();
	r->letter = json_array();
	r->paths = json_array();
	policy_forms_init(&r->has, c->fields->c);
	collect(r, c);
	r->s = (struct sealing){.run = &r->run,
	    .act = &r->act,
	    .dossier = c->dossier,
	    .corrects = r->paths,
	    .now = c->now};
	r->request.to = r->recipient;
	r->run.env = c->env;
	r->run.request = &r->request;
	const struct sent *last = keep_fitting(r, c) ? newest(r, c) : NULL;
	int e = last ? plan(r, c, last, &why) : 0;
	for (size_t i = 0; e < 0 && i < r->has.n; i++)
		if (c->fields->has[i] && r->has.of[i].there)
			by_letter(r, catalogue_at(c->fields->c, i), e, why.msg);
	if (e < 0) { /* the reason of the whole, whatever was found about a field */
		r->code = e;
		r->why = why;
	}
	if (r->result == CORRECT_NOTHING && r->code < 0)
		r->result = CORRECT_LETTER;
	r->s.narrowed = r->narrowed;
	r->s.supersedes = r->superseded ? r->superseded->package : NULL;
	r->s.mark = r->mark;
	r->act.path = c->request->dossier;
}
