/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/seal_one.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "package/html.h"
#include "package/open.h"
#include "package/seal.h"
#include "package/slip.h"
#include "policy/apply.h"
#include "policy/finished.h"
#include "transfer/received.h"
#include "transfer/settle.h"

enum { HTML_MAX = 64 << 20, SLIP_MAX = 64 << 10, DETAIL_MAX = 48 << 10 };

void sealing_release(struct sealing *s)
{
	dossier_free(s->dossier);
	ledger_subject_free(s->subject);
	policy_outcome_release(&s->outcome);
	note_release(&s->note);
}

/* Who had it sealed: the account of a command, or a client of the daemon. */
static void by_whom(const struct seal_run *run, struct ledger_record *r)
{
	if (!run->memory)
		return;
	r->actor.k = "svc";
	r->actor.auth = "mtls";
	if (run->memory->mandate)
		r->ctl = run->memory->mandate;
}

void seal_refuse(const struct seal_run *run, struct act *a, const struct ledger_subject *subject,
    int code, const struct errinfo *why)
{
	struct ledger_record r = act_record(run->env, "transfer.refuse");
	json_t *detail GW_CLEANUP(jx_release) = act_detail(a, code, why);
	struct errinfo ledger = ERRINFO_INIT;
	by_whom(run, &r);
	r.out = LEDGER_DENY;
	r.peer = run->request->to;
	r.subj = subject;
	a->code = code;
	a->why = *why;
	if (run->grounds.rules.policy) {
		r.pol.id = run->grounds.rules.policy->id;
		r.pol.v = run->grounds.rules.policy->version;
		r.pol.h = run->grounds.rules.policy->sha256;
		r.pol.reg = registry_sha256(run->env->registry);
	}
	if (code == GW_ELEDGER)
		return; /* it cannot be told */
	int e = ledger_append(run->env->ledger, &r, detail, NULL, &ledger);
	if (e < 0) {
		a->code = e;
		a->why = ledger;
	}
}

/* Everybody the dossier may be asked about under any of its identifiers, strongest first. */
int seal_subject(const struct transfer_env *env, const struct dossier *dossier,
    struct ledger_subject **ret, struct errinfo *ei)
{
	struct dossier_subject ids GW_CLEANUP(dossier_subject_release) = {0};
	struct subject_id list[3];
	size_t n = 0;
	dossier_subject(dossier, &ids);
	if (ids.bsn)
		list[n++] = (struct subject_id){SUBJECT_BSN, ids.bsn, env->oin};
	if (ids.v_number)
		list[n++] = (struct subject_id){SUBJECT_V_NUMBER, ids.v_number, env->oin};
	if (ids.client_number)
		list[n++] = (struct subject_id){SUBJECT_CLIENT_NUMBER, ids.client_number, env->oin};
	*ret = NULL;
	return n ? ledger_subject(env->ledger, list, n, ret, ei) : 0;
}

int sealing_subject(struct sealing *s, struct errinfo *ei)
{
	int e = seal_subject(s->run->env, s->dossier, &s->subject, ei);
	s->act->nobody = e == 0 && !s->subject;
	return e;
}

/* Read the dossier and let the policy decide. */
static int decide(struct sealing *s, const char *path, struct errinfo *ei)
{
	struct grounds *g = &s->run->grounds;
	struct policy_context ctx;
	const struct contract *contract = NULL;
	const struct dossier_limits *own = s->run->env->dossier_limits;
	struct dossier_limits limits = own ? *own : DOSSIER_LIMITS;
	limits.ladder = g->rules.ladder;
	int e = s->run->memory ? seal_memory_read(s, &limits, ei)
			       : dossier_read(path, g->rules.catalogue, &limits, &s->dossier, ei);
	if (e == 0 && s->run->request->strict && (e = dossier_strict(s->dossier, ei)) < 0)
		return err_prefix(ei, e, path);
	if (e == 0)
		e = sealing_subject(s, ei);
	if (e == 0)
		e = grounds_find(g, s->run->request->contract, s->dossier->contract,
		    s->dossier->programme, date_of(s->now), &ctx, &contract, ei);
	if (e == 0 && s->run->memory)
		e = seal_memory_party(s->run->memory, contract, ei);
	if (e == 0) {
		struct settle settle = {.ledger = s->run->env->ledger, .subject = s->subject};
		const struct policy_review review = {.settle = settle_stored, .arg = &settle};
		ctx.attach = s->run->env->attach;
		ctx.review = &review;
		ctx.client_numbers = s->run->env->client_numbers;
		ctx.client_numbers_n = s->run->env->client_numbers_n;
		e = policy_apply(
		    g->rules.policy, &ctx, s->dossier, s->run->env->pseudonyms, &s->outcome, ei);
	}
	s->act->report = json_incref(s->outcome.sender_report);
	if (e < 0)
		return e;
	(void)snprintf(s->note.contract, sizeof s->note.contract, "%s", contract->id);
	(void)snprintf(s->note.controller, sizeof s->note.controller, "%s", contract->controller);
	s->act->fields = s->outcome.fields;
	s->act->attachments = (unsigned)s->outcome.files_n;
	return 0;
}

/* ---- the covering note ---- */

static void copy(char *out, size_t cap, const char *s)
{
	(void)snprintf(out, cap, "%s", s ? s : "");
}

static void note_parties(struct note *n, const struct grounds *g)
{
	copy(n->sender.oin, sizeof n->sender.oin, g->sender->oin);
	copy(n->sender.name, sizeof n->sender.name, g->sender->name);
	copy(n->recipient.oin, sizeof n->recipient.oin, g->recipient->oin);
	copy(n->recipient.name, sizeof n->recipient.name, g->recipient->name);
	copy(n->keys[0], HASH_HEX, g->keys.main->recipient_sha256);
	n->n_keys = 1;
	for (size_t i = 0; i < g->keys.recovery_n && n->n_keys < NOTE_KEYS; i++)
		copy(n->keys[n->n_keys++], HASH_HEX, g->keys.recovery[i]->recipient_sha256);
}

/* What the last package of a case to this recipient is kept under: '/' is in no case's name. */
static char *last_of(const struct note *n)
{
	return str_printf("%s/%s", n->case_id, n->recipient.oin);
}

static int note_case(struct sealing *s, struct errinfo *ei)
{
	struct note *n = &s->note;
	struct ledger *l = s->run->env->ledger;
	const char *given = s->run->request->case_id;
	if (!given) {
		act_id(n->case_id);
		n->seq = 1;
		return ledger_seq_set(l, n->sender.oin, n->case_id, 1, NULL, ei);
	}
	copy(n->case_id, sizeof n->case_id, given);
	char *last GW_CLEANUP(str_free_p) = last_of(n);
	int e = ledger_seq_next(l, n->sender.oin, n->case_id, &n->seq, ei);
	if (s->supersedes) {
		copy(n->supersedes, sizeof n->supersedes, s->supersedes);
		return e;
	}
	return e < 0 ? e : ledger_seq_package(l, n->sender.oin, last, n->supersedes, ei);
}

/* A given case goes on: the next package of it supersedes this one. Of two that are made at once
 * the one that ends last must have the higher number, or its recipient could never open it. */
int seal_keep_case(struct sealing *s, struct errinfo *ei)
{
	const struct note *n = &s->note;
	if (!s->run->request->case_id)
		return 0;
	char *last GW_CLEANUP(str_free_p) = last_of(n);
	int e = ledger_seq_set(s->run->env->ledger, n->sender.oin, last, n->seq, n->package, ei);
	return e == GW_EREFUSED ? err_set(ei, e,
				      "a later package of this case was finished meanwhile, and "
				      "would be put in the place of this one: seal it again")
				: e;
}

static int compose(struct sealing *s, struct errinfo *ei)
{
	struct note *n = &s->note;
	const struct policy *p = s->run->grounds.rules.policy;
	note_parties(n, &s->run->grounds);
	rules_note(&s->run->grounds.rules, n);
	n->report = policy_travelling(p);
	copy(n->registry, HASH_HEX, registry_sha256(s->run->env->registry));
	n->created = s->now;
	n->expires = date_end(policy_expiry(p, date_of(s->now)));
	if (signer_not_after(s->run->env->signer) < n->expires)
		return err_set(ei, GW_EREFUSED,
		    "our own certificate ends before the package expires: renew it first");
	int e = note_case(s, ei);
	if (e < 0)
		return e;
	act_id(n->package);
	if (s->run->memory && s->run->memory->trace)
		copy(n->transaction, sizeof n->transaction, s->run->memory->trace);
	else
		ledger_trace(n->transaction);
	randombytes_buf(n->nonce, sizeof n->nonce);
	n->checkpoint = str_dup(s->run->checkpoint);
	act_note(s->act, n);
	return 0;
}

/* ---- writing ---- */

enum { FILES_MAX = BAG_FILES_MAX };

int seal_write_package(struct sealing *s, int fd, struct errinfo *ei)
{
	const struct policy_outcome *o = &s->outcome;
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(PACKAGE_DOSSIER_MAX);
	struct buf html GW_CLEANUP(buf_release) = BUF_INIT(HTML_MAX);
	enum html_language language = s->run->request->english ? HTML_ENGLISH : HTML_DUTCH;
	if (o->files_n > FILES_MAX - 2)
		return err_set(ei, GW_ELIMIT, "more than %d attachments", FILES_MAX - 2);
	size_t n = 2 + o->files_n;
	struct package_file *files GW_CLEANUP(str_free_p) = str_alloc(n * sizeof *files);
	char(*paths)[BAG_PATH] = str_alloc(n * sizeof *paths);
	char *owner GW_CLEANUP(str_free_p) = (char *)paths;
	int e = jx_dump_pretty(o->data, &json);
	if (e == 0)
		e = buf_adds(&json, "\n");
	if (e < 0)
		return err_set(ei, e, "what leaves of the dossier is too large");
	e = html_write(&s->note, o->data, s->run->grounds.rules.catalogue, language, &html, ei);
	if (e == 0)
		e = policy_finished(s->narrowed ? s->narrowed : s->run->grounds.rules.policy,
		    json.data, json.len, html.data, html.len, ei);
	if (e < 0)
		return e;
	files[0] = (struct package_file){"data/dossier.json", json.data, json.len};
	files[1] = (struct package_file){"data/dossier.html", html.data, html.len};
	for (size_t i = 0; i < o->files_n; i++) {
		const struct policy_file *f = &o->files[i];
		(void)snprintf(paths[i], BAG_PATH, "data/attachments/%.46s", f->name);
		files[2 + i] = (struct package_file){paths[i], f->bytes.data, f->bytes.len};
	}
	return package_seal(fd, &s->note, files, n, s->run->grounds.to, s->run->env->signer,
	    s->run->cipher_threads, &s->facts, ei);
}

/* What appears together, in this order: no package ever stands there without its slip. */
enum result { RESULT_P7S, RESULT_SLIP, RESULT_PACKAGE, RESULTS };

struct results {
	struct file_out file[RESULTS];
};

static void results_abort(struct results *r)
{
	for (size_t i = 0; i < RESULTS; i++)
		file_out_abort(&r->file[i]);
}

static int results_open(struct results *r, const struct sealing *s, struct errinfo *ei)
{
	static const char *const ends[RESULTS] = {"slip.json.p7s", "slip.json", "tar.age"};
	int e = 0;
	for (size_t i = 0; i < RESULTS; i++)
		r->file[i].fd = -1;
	for (size_t i = 0; i < RESULTS && e == 0; i++) {
		char *path GW_CLEANUP(str_free_p) =
		    str_printf("%s/%s.%s", s->run->out, s->note.package, ends[i]);
		e = file_out_open(&r->file[i], path, 0600, FILE_NEW, ei);
	}
	return e;
}

static int write_slip(const struct sealing *s, struct results *r, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(SLIP_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	int e = slip_sign(&s->note, &s->facts, s->run->env->signer, &json, &p7s, ei);
	if (e == 0)
		e = file_write_fd(r->file[RESULT_P7S].fd, p7s.data, p7s.len, ei);
	if (e == 0)
		e = file_write_fd(r->file[RESULT_SLIP].fd, json.data, json.len, ei);
	return e;
}

/* The act itself. */
static int write_files(struct sealing *s, struct errinfo *ei)
{
	struct results r GW_CLEANUP(results_abort);
	int e = results_open(&r, s, ei);
	if (e == 0)
		e = seal_write_package(s, r.file[RESULT_PACKAGE].fd, ei);
	if (e == 0)
		e = write_slip(s, &r, ei);
	if (e == 0) /* before the names appear: what stands there is never unknown to its case */
		e = seal_keep_case(s, ei);
	if (e < 0)
		return e;
	char *path = str_dup(r.file[RESULT_PACKAGE].path);
	e = file_out_commit_all(r.file, RESULTS, ei);
	if (e < 0) {
		str_free_p(&path);
		return e;
	}
	s->act->file = path;
	s->act->bytes = s->facts.bytes;
	return 0;
}

/* ---- records ---- */

/* Intent and result say the same of the act; the result adds what came of it. */
static struct ledger_record seal_record(
    const struct sealing *s, const char *object, const char *classes[ACT_CLASSES], struct date *ret)
{
	struct ledger_record r = act_record(s->run->env, "transfer.seal");
	act_terms(&r, s->run->env, &s->note, s->run->grounds.rules.policy, true);
	by_whom(s->run, &r);
	*ret = act_kept(&s->note, s->run->grounds.rules.policy, true, date_of(s->now));
	r.ret = ret;
	r.subj = s->subject;
	r.cat = classes;
	r.cat_n = act_classes(s->outcome.classes, classes);
	r.has_fld = true;
	r.fld = s->outcome.fields;
	r.obj.k = "package";
	r.obj.id = object;
	return r;
}

static json_t *result_detail(const struct sealing *s, int code, const struct errinfo *why)
{
	json_t *detail = act_detail(s->act, code, why);
	if (s->outcome.sender_report &&
	    json_dumpb(s->outcome.sender_report, NULL, 0, JSON_COMPACT) <= DETAIL_MAX)
		jx_set(detail, "report", json_incref(s->outcome.sender_report));
	return detail;
}

/* Durable before the package is there: so that whatever becomes of it, who may have what is known.
 */
static json_t *intent_detail(const struct sealing *s)
{
	json_t *detail = act_detail(s->act, 0, NULL);
	received_put(detail, s->narrowed ? s->narrowed : s->run->grounds.rules.policy,
	    s->outcome.data, &s->note, s->corrects, s->mark);
	return detail;
}

static int recorded(struct sealing *s, struct errinfo *ei)
{
	const char *classes[ACT_CLASSES];
	char object[LEDGER_OBJECT_ID];
	uint8_t digest[HASH_BYTES];
	struct date ret;
	struct errinfo ledger = ERRINFO_INIT;
	ledger_object_id(object);
	struct ledger_record r = seal_record(s, object, classes, &ret);
	json_t *detail GW_CLEANUP(jx_release) = intent_detail(s);
	int e = ledger_intent(s->run->env->ledger, &r, detail, &s->intent, ei);
	if (e < 0)
		return e;
	int code = s->run->memory ? seal_memory_write(s, ei) : write_files(s, ei);
	r.out = code < 0 ? act_out(code) : LEDGER_OK;
	if (code == 0 && str_unhex(s->facts.sha256, digest, sizeof digest) == 0) {
		r.obj.digest = digest;
		r.obj.n = (int64_t)s->outcome.files_n + 2;
		r.obj.b = (int64_t)s->facts.bytes;
	}
	json_t *more GW_CLEANUP(jx_release) = result_detail(s, code, ei);
	e = ledger_result(s->run->env->ledger, &s->intent, &r, more, NULL, &ledger);
	if (code == 0 && e < 0 && ei)
		*ei = ledger;
	return code < 0 ? code : e;
}

void seal_decided(struct sealing *s, int code, struct errinfo *why)
{
	int e = code < 0 ? code : compose(s, why);
	if (e < 0) {
		seal_refuse(s->run, s->act, s->subject, e, why);
		return;
	}
	s->act->code = recorded(s, why);
	s->act->why = *why;
}

void seal_one(struct seal_run *run, const char *path, struct act *a)
{
	struct sealing s GW_CLEANUP(sealing_release) = {.run = run, .act = a, .now = clock_now()};
	struct errinfo why = ERRINFO_INIT;
	a->path = path;
	copy(a->from, sizeof a->from, run->env->oin);
	copy(a->to, sizeof a->to, run->request->to);
	seal_decided(&s, decide(&s, path, &why), &why);
}
