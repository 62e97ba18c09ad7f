/* SPDX-License-Identifier: EUPL-1.2 */
/* The report that travels: a function of the policy alone (docs/FORMATS.md §2). */
#include "dossier/catalogue.h"
#include "policy/apply.h"
#include "policy/meaning.h"
#include "policy/words.h"

static json_t *strings_of_fields(const struct policy *p, const struct policy_rule *r)
{
	json_t *out = json_array();
	for (size_t i = 0; i < p->decisions_n; i++)
		if (p->decisions[i].rule == r)
			jx_add(out, json_string(p->decisions[i].field->path));
	return out;
}

static json_t *allowed(const struct policy *p)
{
	json_t *out = json_array();
	for (size_t i = 0; i < p->rules_n; i++) {
		const struct policy_rule *r = &p->rules[i];
		json_t *one = json_object();
		jx_set(one, "rule", json_string(r->name));
		jx_set(one, "fields", strings_of_fields(p, r));
		jx_set(one, "as", meaning_as(r));
		if (r->only_if.programmes || r->only_if.duties || r->only_if.consents_n)
			jx_set(one, "only_if", meaning_condition(&r->only_if));
		if (r->newest)
			jx_set(one, "newest", json_integer(r->newest));
		if (r->since.n)
			jx_set(one, "since", meaning_duration(r->since));
		if (r->by)
			jx_set(one, "by", json_string(r->by->path));
		jx_set(one, "because", json_string(r->because));
		jx_add(out, one);
	}
	return out;
}

static json_t *withheld(const struct policy *p)
{
	json_t *out = json_array();
	for (size_t i = 0; i < p->withholds_n; i++) {
		const struct policy_withhold *w = &p->withholds[i];
		json_t *one = json_object(), *fields = json_array();
		for (size_t k = 0; k < w->fields_n; k++)
			jx_add(fields, json_string(w->fields[k]->path));
		if (w->fields_n)
			jx_set(one, "fields", fields);
		else
			json_decref(fields);
		if (w->classes)
			jx_set(one, "classes",
			    meaning_bits(field_class_words, FIELD_CLASSES, w->classes));
		jx_set(one, "because", json_string(w->because));
		jx_add(out, one);
	}
	return out;
}

static json_t *attachments(const struct policy *p)
{
	size_t n;
	const char *const *types = catalogue_words(p->catalogue, LIST_ATTACHMENTS, &n);
	json_t *out = json_array();
	for (size_t i = 0; i < p->attachments_n; i++) {
		const struct policy_attachment *a = &p->attachments[i];
		json_t *one = json_object();
		jx_set(one, "types", meaning_bits(types, n, a->types));
		jx_set(one, "formats",
		    meaning_bits(policy_formats.list, policy_formats.n, a->formats));
		jx_set(one, "clean", json_string(a->clean));
		jx_add(out, one);
	}
	return out;
}

json_t *policy_travelling(const struct policy *p)
{
	json_t *out = json_object();
	jx_set(out, "policy", json_string(p->id));
	jx_set(out, "version", json_integer(p->version));
	jx_set(out, "title", json_string(p->title));
	jx_set(out, "allowed", allowed(p));
	jx_set(out, "withheld", withheld(p));
	jx_set(out, "attachments", attachments(p));
	return out;
}
