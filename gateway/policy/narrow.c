/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/narrow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/meaning.h"
#include "policy/tagged.h"
#include "policy/transform.h"

void policy_forms_init(struct policy_forms *f, const struct catalogue *c)
{
	f->n = catalogue_count(c);
	f->of = str_alloc((f->n + 1) * sizeof *f->of);
}

void policy_forms_release(struct policy_forms *f)
{
	free(f->of);
	*f = (struct policy_forms){0};
}

/* ---- as they are kept ---- */

static int found(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	(void)value;
	*(bool *)arg = true;
	return 1;
}

static json_t *entry(const struct policy_rule *r)
{
	json_t *o = json_object();
	jx_set(o, "as", meaning_as(r));
	if (r->newest)
		jx_set(o, "newest", json_integer(r->newest));
	if (r->since.n)
		jx_set(o, "since", meaning_duration(r->since));
	if (r->by)
		jx_set(o, "by", json_string(r->by->path));
	jx_set(o, "fields", json_array());
	return o;
}

/* Two entries are of one form when they differ in their fields only. */
static bool same_form(const json_t *a, const json_t *b)
{
	static const char *const members[] = {"as", "newest", "since", "by"};
	for (size_t i = 0; i < GW_LENGTH(members); i++) {
		const json_t *x = json_object_get(a, members[i]),
			     *y = json_object_get(b, members[i]);
		if (!x != !y || (x && !json_equal(x, y)))
			return false;
	}
	return true;
}

static void put(json_t *list, json_t *one, const char *path)
{
	size_t i;
	json_t *have;
	json_array_foreach (list, i, have)
		if (same_form(have, one)) {
			jx_add(json_object_get(have, "fields"), json_string(path));
			json_decref(one);
			return;
		}
	jx_add(json_object_get(one, "fields"), json_string(path));
	jx_add(list, one);
}

json_t *policy_forms_json(const struct policy *p, json_t *data)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->decisions_n; i++) {
		const struct policy_decision *d = &p->decisions[i];
		bool there = false;
		if (d->rule)
			(void)dossier_each(data, d->field, found, &there);
		if (there)
			put(list, entry(d->rule), d->field->path);
	}
	return list;
}

/* ---- and back ---- */

static int read_form(const json_t *o, const struct catalogue *c, struct policy_form *ret)
{
	static const char *const words[] = {"as", "newest", "since", "by", "fields"};
	struct policy_form f = {.there = true};
	struct policy_rule r = {0};
	const char *as = jx_str(o, "as"), *since = jx_str(o, "since"), *by = jx_str(o, "by");
	json_int_t newest = 0;
	if (jx_closed(o, words, GW_LENGTH(words), "released", NULL) < 0 || !as ||
	    tagged_parse(as, &r) < 0 ||
	    (json_object_get(o, "newest") && jx_int(o, "newest", 1, INT32_MAX, &newest) < 0) ||
	    (since && duration_parse(since, &f.since) < 0))
		return GW_EFORMAT;
	f.as = r.as;
	f.n = r.n;
	(void)snprintf(f.domain, sizeof f.domain, "%s", r.domain ? r.domain : "");
	f.newest = newest;
	f.by = by ? catalogue_find(c, by) : NULL;
	if ((newest || since) && !f.by)
		return GW_EFORMAT; /* which records left is not to be told any more */
	*ret = f;
	return 0;
}

static bool whole(const struct policy_form *f)
{
	return f->as == AS_KEEP || f->as == AS_SCANNED;
}

/* What somebody has who received both. */
static void join(struct policy_form *have, const struct policy_form *more)
{
	struct policy_form f = *more;
	if (have->there && whole(have) && !whole(more))
		f = *have;
	if (have->there && (!have->by || !more->by)) {
		f.newest = 0;
		f.since = (struct duration){0};
		f.by = NULL;
	}
	*have = f;
}

int policy_forms_add(struct policy_forms *f, const json_t *json, const struct catalogue *c)
{
	if (!json_is_array(json))
		return GW_EFORMAT;
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *one = json_array_get(json, i),
			     *fields = json_object_get(one, "fields");
		struct policy_form form;
		int e = read_form(one, c, &form);
		if (e < 0 || !json_is_array(fields))
			return GW_EFORMAT;
		for (size_t k = 0; k < json_array_size(fields); k++) {
			const char *path = json_string_value(json_array_get(fields, k));
			const struct field *field = path ? catalogue_find(c, path) : NULL;
			if (field && field->index < f->n)
				join(&f->of[field->index], &form);
		}
	}
	return 0;
}

/* ---- the narrower of two ---- */

static struct policy_rule as_rule(const struct policy_form *f)
{
	return (struct policy_rule){
	    .as = f->as, .n = f->n, .domain = (char *)(uintptr_t)(*f->domain ? f->domain : NULL)};
}

void policy_form_text(const struct policy_form *f, char out[POLICY_DOMAIN + 16])
{
	struct policy_rule r = as_rule(f);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(POLICY_DOMAIN + 16);
	if (policy_as_text(&r, &b) < 0)
		abort(); /* a domain has 64 bytes at most */
	(void)snprintf(out, POLICY_DOMAIN + 16, "%s", b.data);
}

/* Take the form's values unless the rule's tell less. */
static bool narrow_values(struct policy_rule *r, const struct policy_form *f)
{
	struct policy_rule form = as_rule(f);
	bool same = r->as == form.as && r->n == form.n && str_eq(r->domain, form.domain);
	if (same || form.as == AS_KEEP)
		return true; /* what is kept tells all that a coarse form does */
	if (r->as != AS_KEEP || form.as == AS_SCANNED)
		return false;
	r->as = form.as;
	r->n = form.n;
	r->domain = form.domain;
	return true;
}

static bool narrow_records(struct policy_rule *r, const struct policy_form *f)
{
	if (!f->by)
		return true;
	if (!r->by) {
		r->newest = f->newest;
		r->since = f->since;
		r->by = f->by;
		return true;
	}
	if (!str_eq(r->by->path, f->by->path) || !r->newest != !f->newest)
		return false;
	if (f->newest && f->newest < r->newest)
		r->newest = f->newest;
	return r->newest || (r->since.n == f->since.n && r->since.unit == f->since.unit);
}

static enum policy_fit fit(const struct policy_rule *rule, const struct field *field,
    const struct policy_form *form, struct policy_rule *ret)
{
	if (!rule)
		return POLICY_NO_RULE;
	*ret = *rule;
	ret->name = (char *)(uintptr_t)field->path;
	return transform_takes(form->as, field->type) && narrow_values(ret, form) &&
		narrow_records(ret, form)
	    ? POLICY_FITS
	    : POLICY_OTHER_FORM;
}

enum policy_fit policy_fits(
    const struct policy *p, const struct field *field, const struct policy_form *form)
{
	struct policy_rule r;
	return fit(p->decisions[field->index].rule, field, form, &r);
}

struct policy *policy_narrow(const struct policy *p, const struct policy_forms *f)
{
	struct policy *out = str_alloc(sizeof *out);
	*out = *p;
	out->rules = str_alloc((p->decisions_n + 1) * sizeof *out->rules);
	out->decisions = str_alloc((p->decisions_n + 1) * sizeof *out->decisions);
	out->rules_n = 0;
	out->attachments = NULL;
	out->attachments_n = 0;
	for (size_t i = 0; i < p->decisions_n; i++) {
		struct policy_rule *r = &out->rules[out->rules_n];
		out->decisions[i] = p->decisions[i];
		out->decisions[i].rule = NULL;
		if (i >= f->n || !f->of[i].there ||
		    fit(p->decisions[i].rule, p->decisions[i].field, &f->of[i], r) != POLICY_FITS)
			continue;
		out->decisions[i].rule = r;
		out->rules_n++;
	}
	return out;
}

void policy_narrow_free(struct policy *p)
{
	if (!p)
		return;
	free(p->rules);
	free(p->decisions);
	free(p);
}
