/* SPDX-License-Identifier: EUPL-1.2 */
/* The opening run: packages one after the other, each from the refusal or intent to the result. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "ledger/peerlog.h"
#include "package/open.h"
#include "policy/apply.h"
#include "transfer/act.h"
#include "transfer/open_check.h"
#include "transfer/open_content.h"
#include "transfer/partial.h"

/* One package on its way. */
struct opening {
	const struct transfer_env *env;
	const char *into;
	struct act *act;
	int fd;
	uint64_t bytes;
	struct package_reader *reader;
	struct rules rules;
	struct partial partial;
	struct buf dossier;
	json_t *json;
	struct ledger_subject *subject;
	struct ledger_receipt intent;
	unsigned classes;
	enum open_proof proof;
	int64_t now;
};

static void opening_release(struct opening *o)
{
	ledger_subject_free(o->subject);
	jx_release(&o->json);
	buf_release(&o->dossier);
	partial_release(&o->partial);
	rules_release(&o->rules);
	package_reader_free(o->reader);
	file_close_p(&o->fd);
}

/* Refused before its intent. Strangers' packages are many: the ledger aggregates above a quota. */
static void refuse(const struct opening *o, int code, const struct errinfo *why)
{
	struct act *a = o->act;
	struct ledger_record r = act_record(o->env, "transfer.refuse");
	json_t *detail GW_CLEANUP(jx_release) = act_detail(a, code, why);
	struct errinfo ledger = ERRINFO_INIT;
	const struct note *n = o->reader ? package_note(o->reader) : NULL;
	a->code = code;
	a->why = *why;
	if (n && o->proof == PROOF_TERMS) {
		act_terms(&r, o->env, n, o->rules.policy, false);
	} else if (n && o->proof == PROOF_SENDER) {
		r.tr = n->transaction;
		r.peer = n->sender.oin;
	}
	r.out = LEDGER_DENY;
	if (code == GW_ELEDGER)
		return; /* it cannot be told */
	int e = ledger_refuse(o->env->ledger, &r, detail, &ledger);
	if (e < 0) {
		a->code = e;
		a->why = ledger;
	}
}

/* ---- before the intent ---- */

static int open_file(struct opening *o, const char *path, struct errinfo *ei)
{
	struct stat st;
	o->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (o->fd < 0 || fstat(o->fd, &st) < 0)
		return err_sys(ei, GW_ENOENT, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(ei, GW_EIO, "%s: not a regular file", path);
	o->bytes = o->act->bytes = (uint64_t)st.st_size;
	return 0;
}

static int check_destination(const struct opening *o, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(o->into, o->act->package);
	return file_exists(path) ? partial_opened_before(path, ei) : 0;
}

/* What is no package at all should not have to be understood from its header. */
static int not_a_package(int code, struct errinfo *ei)
{
	struct errinfo why = *ei;
	return code == GW_EFORMAT && str_starts(why.msg, "header failure: line 1:")
	    ? err_set(ei, code, "this is not a sealed package: %s", why.msg)
	    : code;
}

static int check(struct opening *o, const char *path, struct errinfo *ei)
{
	struct cades_signer signer;
	int e = open_file(o, path, ei);
	if (e == 0)
		e = package_begin(
		    o->fd, o->env->identities, o->env->age_limits, o->env->threads, &o->reader, ei);
	if (e < 0)
		return not_a_package(e, ei);
	e = package_signature(
	    o->reader, registry_trust(o->env->registry), o->now, o->now, &signer, ei);
	if (e < 0)
		return e;
	act_note(o->act, package_note(o->reader));
	e = open_check(o->env, o->reader, &signer, o->fd, path, o->now, &o->proof, &o->rules, ei);
	return e < 0 ? e : check_destination(o, ei);
}

/* ---- between intent and result ---- */

static bool is_correction(const struct opening *o)
{
	return json_object_get(o->json, "corrects") != NULL;
}

static int parse_dossier(struct opening *o, struct errinfo *ei)
{
	static const struct jx_limits limits = {PACKAGE_DOSSIER_MAX, 16, 1000000};
	const struct organisation *we = registry_organisation(o->env->registry, o->env->oin);
	int e = jx_parse("dossier.json", o->dossier.data, o->dossier.len, &limits, &o->json, ei);
	if (e == 0)
		e = policy_admits(o->rules.policy, grounds_duties(we), o->json, ei);
	if (e == 0 && is_correction(o) && !package_note(o->reader)->supersedes[0])
		return err_set(
		    ei, GW_EREFUSED, "corrects: the package does not say which one it corrects");
	return e;
}

static int count_value(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	(void)value;
	*(bool *)arg = true;
	return 1;
}

/* How many fields came, and of which classes. */
static void count_fields(struct opening *o)
{
	const struct catalogue *c = o->rules.catalogue;
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		bool there = false;
		(void)dossier_each(o->json, f, count_value, &there);
		if (!there)
			continue;
		o->act->fields++;
		o->classes |= 1U << f->cls;
	}
	o->act->attachments = (unsigned)(package_manifest(o->reader)->n - 2);
}

/* A value that came as it is (a transformed one identifies nobody), or NULL. */
static const char *identifier(const struct opening *o, const char *leaf)
{
	return jx_str(json_object_get(o->json, "person"), leaf);
}

/* Whom the dossier is about. `any`: by what identifiers have a valid form, passing over others. */
static int find_subject(struct opening *o, bool any, struct errinfo *ei)
{
	static const struct {
		enum subject_type type;
		const char *leaf;
	} kinds[] = {{SUBJECT_BSN, "bsn"}, {SUBJECT_V_NUMBER, "v_number"},
	    {SUBJECT_CLIENT_NUMBER, "client_number"}};
	struct subject_id list[GW_LENGTH(kinds)];
	size_t n = 0;
	for (size_t i = 0; i < GW_LENGTH(kinds); i++) {
		const struct subject_id id = {kinds[i].type, identifier(o, kinds[i].leaf),
		    package_note(o->reader)->sender.oin};
		if (id.value && (!any || subject_check(&id)))
			list[n++] = id;
	}
	return n ? ledger_subject(o->env->ledger, list, n, &o->subject, ei) : 0;
}

/* A package that holds more than its policy allows is an incident at its sender. */
static int incident(const struct opening *o, const struct errinfo *why, struct errinfo *ei)
{
	struct ledger_record r = act_record(o->env, "incident.open");
	json_t *detail GW_CLEANUP(jx_release) = act_detail(o->act, GW_EREFUSED, why);
	char object[LEDGER_OBJECT_ID];
	ledger_object_id(object);
	act_terms(&r, o->env, package_note(o->reader), o->rules.policy, false);
	r.psp = o->intent.sp;
	r.subj = o->subject;
	r.obj.k = "incident";
	r.obj.id = object;
	return ledger_append(o->env->ledger, &r, detail, NULL, ei);
}

static int admit(struct opening *o, struct errinfo *ei)
{
	int e = parse_dossier(o, ei);
	if (e == 0)
		e = open_content(
		    o->partial.fd, package_manifest(o->reader), o->rules.policy, o->json, ei);
	if (e == 0)
		return find_subject(o, false, ei);
	struct errinfo ledger = ERRINFO_INIT;
	/* the incident is the person's too; it stands whether or not that can be written down */
	if (o->json)
		(void)!find_subject(o, true, NULL);
	int told = incident(o, ei, &ledger);
	if (told < 0 && ei)
		*ei = ledger;
	return told < 0 ? told : e;
}

static int unfold(struct opening *o, struct errinfo *ei)
{
	const struct note *n = package_note(o->reader);
	char *path GW_CLEANUP(str_free_p) = file_join(o->into, n->package);
	int e = partial_make(&o->partial, o->into, n->package, ei);
	if (e == 0)
		e = package_payload(o->reader, o->partial.fd, &o->dossier, ei);
	if (e == 0)
		e = admit(o, ei);
	if (e < 0)
		return e;
	count_fields(o);
	e = open_number(o->env, n, is_correction(o), ei);
	if (e == 0)
		e = partial_commit(&o->partial, o->into, path, ei);
	if (e < 0)
		return e;
	o->act->file = path;
	path = NULL;
	return 0;
}

/* ---- records ---- */

/* The sender's ledger head in the note, when its key is known to us and signed it. */
static void peer_head(const struct opening *o, struct checkpoint *head, struct ledger_record *r)
{
	const struct note *n = package_note(o->reader);
	const struct organisation *sender = registry_organisation(o->env->registry, n->sender.oin);
	(void)peerlog_set(n->checkpoint, sender ? sender->ledger : NULL, head, r);
}

static int recorded(struct opening *o, struct errinfo *ei)
{
	const char *classes[ACT_CLASSES];
	char object[LEDGER_OBJECT_ID];
	struct date ret;
	struct checkpoint head;
	struct errinfo ledger = ERRINFO_INIT;
	struct ledger_record r = act_record(o->env, "transfer.open");
	json_t *detail GW_CLEANUP(jx_release) = act_detail(o->act, 0, NULL);
	uint8_t digest[HASH_BYTES];
	ledger_object_id(object);
	act_terms(&r, o->env, package_note(o->reader), o->rules.policy, false);
	ret = act_kept(package_note(o->reader), o->rules.policy, false, date_of(o->now));
	r.ret = &ret;
	peer_head(o, &head, &r);
	r.obj.k = "package";
	r.obj.id = object;
	r.obj.b = (int64_t)o->bytes;
	int e = ledger_intent(o->env->ledger, &r, detail, &o->intent, ei);
	if (e < 0)
		return e;
	int code = unfold(o, ei);
	r.out = code < 0 ? act_out(code) : LEDGER_OK;
	r.subj = o->subject;
	if (code < 0)
		r.ret = NULL; /* nothing is kept */
	if (code == 0) {
		r.cat = classes;
		r.cat_n = act_classes(o->classes, classes);
		r.has_fld = true;
		r.fld = o->act->fields;
		r.obj.n = (int64_t)package_manifest(o->reader)->n;
		if (str_unhex(package_tag_manifest(o->reader), digest, sizeof digest) == 0)
			r.obj.digest = digest;
	}
	json_t *more GW_CLEANUP(jx_release) = act_detail(o->act, code, ei);
	e = ledger_result(o->env->ledger, &o->intent, &r, more, NULL, &ledger);
	if (code == 0 && e < 0 && ei)
		*ei = ledger;
	return code < 0 ? code : e;
}

static void open_one(
    const struct transfer_env *env, const char *into, const char *path, struct act *a)
{
	struct opening o GW_CLEANUP(opening_release) = {.env = env,
	    .into = into,
	    .act = a,
	    .fd = -1,
	    .partial = {.fd = -1},
	    .dossier = BUF_INIT(PACKAGE_DOSSIER_MAX),
	    .now = clock_now()};
	struct errinfo why = ERRINFO_INIT;
	a->path = path;
	int e = check(&o, path, &why);
	if (e < 0) {
		refuse(&o, e, &why);
		return;
	}
	a->code = recorded(&o, &why);
	a->why = why;
	if (a->code == 0)
		a->report = json_incref(package_note(o.reader)->report);
}

int transfer_open(
    const struct transfer_env *env, const struct open_request *request, struct errinfo *ei)
{
	int e = file_mkdirs(request->into, 0700, ei);
	if (e == 0)
		e = partial_sweep(request->into, ei);
	for (size_t i = 0; e == 0 && i < request->n; i++) {
		if (request->stop && *request->stop)
			return act_stopped(i, request->n, request->packages, ei);
		struct act a GW_CLEANUP(act_release) = {0};
		open_one(env, request->into, request->packages[i], &a);
		act_tell(&a, i, request->packages[i], request->done, request->arg);
	}
	return e;
}
