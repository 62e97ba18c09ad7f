/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Attachments: what the policy allows is cleaned, numbered and leaves under a neutral name; all
 * else is left behind with its reason, and the dossier goes on.
 */
#include <stdio.h>
#include <stdlib.h>

#include "attach/attach.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/known.h"
#include "policy/own.h"
#include "policy/profile.h"
#include "policy/run.h"
#include "policy/words.h"

/* Why a file stays before it is even cleaned, or NULL. */
static const char *stays(const struct policy *p, const struct dossier_file *f)
{
	const struct policy_attachment *a = policy_attachment(p, f->type);
	if (!a)
		return "type_not_allowed";
	if (!f->loaded)
		return "not_loaded";
	enum attach_format format = attach_format(f->bytes.data, f->bytes.len);
	enum attach_format declared = attach_declared(f->ext);
	bool neither = declared == ATTACH_FOREIGN && format == ATTACH_UNKNOWN;
	if (declared != ATTACH_UNKNOWN && declared != format && !neither)
		return "wrong_format"; /* it is not what its name says, whatever the policy takes */
	if (!(a->formats & policy_bit(&policy_formats, attach_format_name(format))))
		return "format_not_allowed";
	if (f->bytes.len > (size_t)a->max_mb * POLICY_MB)
		return "too_large";
	return NULL;
}

static enum attach_mode mode_of(const struct policy_attachment *a)
{
	for (size_t i = 0; i < ATTACH_MODES; i++)
		if (str_eq(a->clean, attach_mode_words[i]))
			return (enum attach_mode)i;
	return ATTACH_STRIP;
}

/* True when the policy lets the field go as it is. */
static bool field_leaves(const struct run *run, const char *path)
{
	const struct field *f = catalogue_find(run->p->catalogue, path);
	const struct policy_rule *rule = f ? run->p->decisions[f->index].rule : NULL;
	return rule && rule->as == AS_KEEP && run->rules[rule - run->p->rules].holds;
}

/* What the policy lets go as fields anyway: nobody is asked about it in the person's own files. */
static int own_of_files(const struct run *run, struct own *ret)
{
	static const struct {
		const char *path;
		enum own_part part;
	} table[] = {{"contact.phone", OWN_PHONE}, {"contact.email", OWN_EMAIL},
	    {"contact.postcode", OWN_POSTCODE}, {"person.birth_date", OWN_BIRTH_DATE}};
	unsigned leaves = 0;
	for (size_t i = 0; i < GW_LENGTH(table); i++)
		if (field_leaves(run, table[i].path))
			leaves |= table[i].part;
	if (field_leaves(run, "contact.street") && field_leaves(run, "contact.house_number"))
		leaves |= OWN_STREET;
	return own_make(run->dossier, leaves, ret, run->ei);
}

/*
 * What is known of the dossier and may not stand in its files. A file of a person names that
 * person: what the policy lets go as a field anyway is no finding there.
 */
static int known_of_files(
    const struct run *run, struct detect_known **ret, struct detect_known **ret_own)
{
	unsigned leaves = 0;
	if (field_leaves(run, "person.family_name"))
		leaves |= KNOWN_OWN_NAME;
	if (field_leaves(run, "person.client_number"))
		leaves |= KNOWN_CLIENT_NUMBER;
	int r = known_own(run->dossier, leaves, ret_own, run->ei);
	return r < 0 ? r
		     : known_of(run->dossier, run->ctx, run->p->catalogue, leaves, ret, run->ei);
}

/* Take a clean file into the outcome unless a limit of the policy is reached. */
static const char *take(struct run *run, struct policy_outcome *o, const struct dossier_file *f,
    struct attach_item *item, size_t *total)
{
	const struct policy *p = run->p;
	int n = 1;
	if ((int64_t)o->files_n >= p->most_attachments)
		return "limit_attachments";
	if (item->out.len > (size_t)policy_attachment(p, f->type)->max_mb * POLICY_MB)
		return "too_large";
	if (*total + item->out.len > (size_t)p->total_mb * POLICY_MB)
		return "limit_total_mb";
	for (size_t i = 0; i < o->files_n; i++)
		n += str_eq(o->files[i].type, f->type);
	*total += item->out.len;
	struct policy_file *out = &o->files[o->files_n++];
	out->type = f->type;
	out->bytes = item->out;
	item->out = (struct buf){0};
	(void)snprintf(
	    out->name, sizeof out->name, "%s-%d.%s", f->type, n, attach_format_ext(item->leaves));
	return NULL;
}

static void list_files(struct policy_outcome *o)
{
	json_t *list = json_array();
	for (size_t i = 0; i < o->files_n; i++) {
		json_t *one = json_object();
		jx_set(one, "type", json_string(o->files[i].type));
		jx_set(one, "file", json_sprintf("attachments/%s", o->files[i].name));
		jx_add(list, one);
	}
	if (o->files_n)
		jx_set(o->data, "attachments", list);
	else
		json_decref(list);
}

static void count_findings(struct tally *t, const struct attach_item *item)
{
	for (size_t k = 0; k < DETECT_KINDS; k++)
		t->kinds[k] += item->found[k];
}

/* Who settles what is under review in the text of one file: what leaves as a field may, and of the
 * rest a person says. */
struct file_settle {
	const struct own *own;
	const struct policy_review *review; /* NULL: nobody is there */
	char field[48];                     /* "attachments[2]" */
	struct detect_settle settle;
};

static int settle(void *arg, const struct detect_passage *passage)
{
	const struct file_settle *s = arg;
	const struct detect_finding *f = &passage->finding;
	if (own_has(s->own, f->kind, passage->text + f->offset, f->length))
		return DETECT_KEEP;
	return s->review ? s->review->settle(s->review->arg, s->field, passage) : DETECT_REVIEW;
}

static void settle_file(struct file_settle *s, const struct run *run, const struct own *own,
    size_t number, struct attach_item *item)
{
	s->own = own;
	s->review = run->ctx->review;
	s->settle = (struct detect_settle){settle, s};
	(void)snprintf(s->field, sizeof s->field, "attachments[%zu]", number);
	item->settle = &s->settle;
}

int run_files(struct run *run, struct policy_outcome *o)
{
	const struct dossier *d = run->dossier;
	struct detect_known *known GW_CLEANUP(detect_known_free_p) = NULL;
	struct detect_known *own GW_CLEANUP(detect_known_free_p) = NULL;
	struct own mine GW_CLEANUP(own_release) = {0};
	struct attach_item *items = str_alloc((d->n_files + 1) * sizeof *items);
	const char **why = str_alloc((d->n_files + 1) * sizeof *why);
	struct file_settle *settles = str_alloc((d->n_files + 1) * sizeof *settles);
	size_t n = 0, total = 0;
	bool texts = false;
	int r = 0;
	for (size_t i = 0; i < d->n_files; i++) {
		why[i] = stays(run->p, &d->files[i]);
		if (why[i])
			continue;
		struct attach_item *item = &items[n++];
		item->p = d->files[i].bytes.data;
		item->n = d->files[i].bytes.len;
		item->declared = attach_declared(d->files[i].ext);
		texts |= attach_has_text(item->p, item->n, run->ctx->attach);
		const struct policy_attachment *a = policy_attachment(run->p, d->files[i].type);
		item->profile = &run->p->profiles[a->scan].verdicts;
		item->mode = mode_of(a);
		settle_file(&settles[i], run, &mine, i, item);
	}
	if (texts)
		r = known_of_files(run, &known, &own);
	if (texts && r == 0)
		r = own_of_files(run, &mine);
	for (size_t i = 0; i < n; i++) {
		items[i].known = known;
		items[i].own = own;
	}
	if (n && r == 0)
		r = attach_clean_all(items, n, run->ctx->attach, run->ei);
	o->files = str_alloc((n + 1) * sizeof *o->files);
	for (size_t i = 0, k = 0; i < d->n_files && r == 0; i++) {
		if (!why[i]) {
			struct attach_item *item = &items[k++];
			count_findings(&run->tally, item);
			why[i] =
			    item->code ? item->reason : take(run, o, &d->files[i], item, &total);
		}
		if (why[i])
			tally_left_behind(&run->tally, d->files[i].type, why[i]);
		else
			tally_attached(&run->tally, d->files[i].type);
	}
	attach_release(items, n);
	free(items);
	free(why);
	free(settles);
	if (r == 0)
		list_files(o);
	return r;
}
