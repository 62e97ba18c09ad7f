/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/correct.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "ledger/ledger.h"
#include "transfer/correct_row.h"

enum { CHECKPOINT_MAX = 4096, IDS = 6 };

struct correct {
	const struct transfer_env *env;
	struct correct_request request;
	struct rules rules;
	struct dossier *old, *dossier;
	struct field_set fields, with;
	struct received received;
	json_t *paths;
	struct row *rows;
	size_t n;
	int64_t now;
};

const char *correct_result_word(enum correct_result r)
{
	static const char *const words[] = {
	    "nothing", "ready", "sealed", "told", "letter", "failed"};
	return words[r];
}

void correct_free(struct correct *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		row_release(&c->rows[i]);
	free(c->rows);
	json_decref(c->paths);
	received_release(&c->received);
	field_set_release(&c->fields);
	field_set_release(&c->with);
	dossier_free(c->old);
	dossier_free(c->dossier);
	rules_release(&c->rules);
	free(c);
}

void correct_free_p(struct correct **c)
{
	correct_free(*c);
	*c = NULL;
}

/* ---- the plan ---- */

static int read_dossiers(struct correct *c, struct errinfo *ei)
{
	const struct correct_request *q = &c->request;
	const struct dossier_limits *limits = c->env->dossier_limits;
	int e = dossier_read(q->dossier, c->rules.catalogue, limits, &c->dossier, ei);
	if (e == 0 && q->old)
		e = dossier_read(q->old, c->rules.catalogue, limits, &c->old, ei);
	if (e < 0)
		return e;
	if (!c->dossier->programme)
		return err_set(ei, GW_EREFUSED,
		    "no programme: name it in the dossier's context (context.programme)");
	if (q->contract && c->dossier->contract && !str_eq(q->contract, c->dossier->contract))
		return err_set(
		    ei, GW_EREFUSED, "the dossier names another contract than --contract");
	return 0;
}

static int find_fields(struct correct *c, struct errinfo *ei)
{
	const struct correct_request *q = &c->request;
	field_set_init(&c->fields, c->rules.catalogue);
	field_set_init(&c->with, c->rules.catalogue);
	int e = corrected_find(q->fields, q->fields_n, c->old, c->dossier, &c->fields, ei);
	for (size_t i = 0; e == 0 && i < q->with_n; i++)
		e = field_set_add(&c->with, q->with[i], ei);
	c->paths = json_array();
	for (size_t i = 0; e == 0 && i < catalogue_count(c->rules.catalogue); i++)
		if (c->fields.has[i])
			jx_add(c->paths, json_string(catalogue_at(c->rules.catalogue, i)->path));
	return e;
}

static size_t add_ids(const struct correct *c, const struct dossier_subject *ids,
    struct subject_id list[IDS], size_t n)
{
	const struct subject_id all[] = {{SUBJECT_BSN, ids->bsn, c->env->oin},
	    {SUBJECT_V_NUMBER, ids->v_number, c->env->oin},
	    {SUBJECT_CLIENT_NUMBER, ids->client_number, c->env->oin}};
	for (size_t i = 0; i < GW_LENGTH(all); i++)
		if (all[i].value)
			list[n++] = all[i];
	return n;
}

/* The identifiers of both dossiers: one of them may be what is corrected. */
struct ids {
	struct dossier_subject now, before; /* what list borrows from */
	struct subject_id list[IDS];
	size_t n;
};

static void ids_release(struct ids *ids)
{
	dossier_subject_release(&ids->now);
	dossier_subject_release(&ids->before);
}

static void ids_of(const struct correct *c, struct ids *ret)
{
	dossier_subject(c->dossier, &ret->now);
	ret->n = add_ids(c, &ret->now, ret->list, 0);
	if (c->old) {
		dossier_subject(c->old, &ret->before);
		ret->n = add_ids(c, &ret->before, ret->list, ret->n);
	}
}

static int find_received(struct correct *c, struct errinfo *ei)
{
	struct ids ids GW_CLEANUP(ids_release) = {0};
	ids_of(c, &ids);
	if (!ids.n)
		return err_set(ei, GW_EREFUSED,
		    "the dossier has no identifier (person.bsn, person.v_number or "
		    "person.client_number): the ledger cannot tell who received it");
	return received_load(c->env->ledger, ids.list, ids.n, &c->received, ei);
}

/* A row for each recipient, in the order of their first packages. */
static void plan_rows(struct correct *c)
{
	const struct correct_common common = {.env = c->env,
	    .request = &c->request,
	    .policy = c->rules.policy,
	    .dossier = c->dossier,
	    .fields = &c->fields,
	    .with = &c->with,
	    .received = &c->received,
	    .now = c->now};
	c->rows = str_alloc((c->received.n + 1) * sizeof *c->rows);
	for (size_t i = 0; i < c->received.n; i++) {
		size_t k = 0;
		while (k < c->n && !str_eq(c->rows[k].recipient, c->received.list[i].recipient))
			k++;
		if (k == c->n)
			memcpy(c->rows[c->n++].recipient, c->received.list[i].recipient, NOTE_OIN);
	}
	for (size_t k = 0; k < c->n; k++)
		row_plan(&c->rows[k], &common);
}

int correct_plan(const struct transfer_env *env, const struct correct_request *request,
    struct correct **ret_c, struct errinfo *ei)
{
	struct correct *c GW_CLEANUP(correct_free_p) = str_alloc(sizeof *c);
	c->env = env;
	c->request = *request;
	c->now = clock_now();
	int e = rules_load(&c->rules, env, request->policy, ei);
	if (e == 0)
		e = read_dossiers(c, ei);
	if (e == 0)
		e = find_fields(c, ei);
	if (e == 0 && !request->rehearsal)
		e = seal_check_signer(env, ei);
	if (e == 0)
		e = find_received(c, ei);
	if (e < 0)
		return e;
	plan_rows(c);
	*ret_c = c;
	c = NULL;
	return 0;
}

/* ---- what it says ---- */

bool correct_known(const struct correct *c)
{
	return c->received.known;
}

bool correct_identifier(const struct correct *c)
{
	static const char *const paths[] = {
	    "person.bsn", "person.v_number", "person.client_number"};
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		const struct field *f = catalogue_find(c->rules.catalogue, paths[i]);
		if (f && c->fields.has[f->index])
			return true;
	}
	return false;
}

int correct_subject(const struct correct *c, struct ledger_subject **ret_s, struct errinfo *ei)
{
	struct ids ids GW_CLEANUP(ids_release) = {0};
	ids_of(c, &ids);
	return ledger_subject_known(c->env->ledger, ids.list, ids.n, ret_s, ei);
}

const json_t *correct_fields(const struct correct *c)
{
	return c->paths;
}

size_t correct_count(const struct correct *c)
{
	return c->n;
}

struct correct_row correct_at(const struct correct *c, size_t i)
{
	const struct row *r = &c->rows[i];
	const struct organisation *o = registry_organisation(c->env->registry, r->recipient);
	return (struct correct_row){.recipient = r->recipient,
	    .name = o ? o->name : NULL,
	    .result = r->result,
	    .code = r->code,
	    .why = r->code < 0 ? &r->why : NULL,
	    .received = r->received,
	    .corrects = r->corrects,
	    .letter = r->letter,
	    .package = r->package,
	    .file = r->file,
	    .case_id = r->superseded ? r->superseded->case_id : "",
	    .supersedes = r->superseded ? r->superseded->package : "",
	    .cut_off = r->cut_off,
	    .seq = r->act.seq};
}

/* ---- the acts ---- */

static void seal_row(struct row *r)
{
	struct errinfo why = ERRINFO_INIT;
	int e = sealing_subject(&r->s, &why);
	seal_decided(&r->s, e, &why);
	memcpy(r->package, r->act.package, sizeof r->package);
	if (r->act.code < 0) {
		r->result = CORRECT_FAILED;
		r->code = r->act.code;
		r->why = r->act.why;
		return;
	}
	r->result = CORRECT_SEALED;
	r->file = r->act.file;
	r->act.file = NULL;
}

/* Who cannot be told in a package: a refusal is a record too. */
static void refuse_row(struct row *r)
{
	struct errinfo why = ERRINFO_INIT;
	int e = sealing_subject(&r->s, &why);
	if (e < 0) {
		r->code = e;
		r->why = why;
		return;
	}
	seal_refuse(&r->run, &r->act, r->s.subject, r->code, &r->why);
	r->code = r->act.code;
	r->why = r->act.why;
}

int correct_seal(struct correct *c, struct errinfo *ei)
{
	struct buf checkpoint GW_CLEANUP(buf_release) = BUF_INIT(CHECKPOINT_MAX);
	const char *out = c->request.out ? c->request.out : c->env->outbox;
	int e = file_mkdirs(out, 0700, ei);
	if (e == 0)
		e = ledger_checkpoint(c->env->ledger, &checkpoint, ei);
	for (size_t i = 0; e == 0 && i < c->n; i++) {
		struct row *r = &c->rows[i];
		if (c->request.stop && *c->request.stop)
			return err_set(ei, GW_EFAIL,
			    "stopped: what was begun is finished; run it again for the others");
		r->run.checkpoint = checkpoint.data;
		if (r->result == CORRECT_READY)
			seal_row(r);
		else if (r->result == CORRECT_LETTER)
			refuse_row(r);
		r->run.checkpoint = NULL;
	}
	return e;
}
