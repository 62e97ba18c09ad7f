/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"

static const char *const why_words[TALLY_REASONS] = {
    "withheld", "undecided", "condition", "records", "no_date", "empty", "tagged"};

void tally_init(struct tally *t, const struct policy *p, const struct attach_setup *attach)
{
	*t = (struct tally){
	    .p = p, .antivirus = attach && attach->antivirus, .ocr = attach && attach->ocr};
	t->kept = str_alloc((p->decisions_n + 1) * sizeof *t->kept);
	t->released = str_alloc((p->decisions_n + 1) * sizeof *t->released);
	t->refused = json_array();
	t->attached = json_object();
	t->left_behind = json_array();
}

void tally_release(struct tally *t)
{
	free(t->kept);
	free(t->released);
	json_decref(t->refused);
	json_decref(t->attached);
	json_decref(t->left_behind);
	*t = (struct tally){0};
}

void tally_stays(struct tally *t, const struct field *f, enum tally_why why)
{
	t->kept[f->index][why]++;
}

void tally_leaves(struct tally *t, const struct field *f)
{
	t->released[f->index]++;
}

void tally_refuses(struct tally *t, const struct field *f, const char *why)
{
	json_t *one = json_object();
	jx_set(one, "field", json_string(f->path));
	jx_set(one, "why", json_string(why));
	jx_add(t->refused, one);
}

/* Say a count, unless it is none. */
static void say(json_t *object, const char *name, size_t n)
{
	if (n)
		jx_set(object, name, json_integer((json_int_t)n));
}

void tally_left_behind(struct tally *t, const char *type, const char *reason)
{
	json_t *one = json_object();
	jx_set(one, "type", json_string(type));
	jx_set(one, "reason", json_string(reason));
	jx_add(t->left_behind, one);
}

void tally_attached(struct tally *t, const char *type)
{
	json_int_t before = json_integer_value(json_object_get(t->attached, type));
	jx_set(t->attached, type, json_integer(before + 1));
}

unsigned tally_fields(const struct tally *t, unsigned *ret_classes)
{
	unsigned n = 0, classes = 0;
	for (size_t i = 0; i < t->p->decisions_n; i++) {
		if (!t->released[i])
			continue;
		n++;
		classes |= 1U << t->p->decisions[i].field->cls;
	}
	*ret_classes = classes;
	return n;
}

/* Counts by class, in the order of the classes. */
static json_t *by_class(const size_t n[FIELD_CLASSES])
{
	json_t *out = json_object();
	for (size_t c = 0; c < FIELD_CLASSES; c++)
		say(out, field_class_name((enum field_class)c), n[c]);
	return out;
}

static json_t *released(const struct tally *t)
{
	json_t *out = json_object();
	size_t values = 0, of_class[FIELD_CLASSES] = {0};
	unsigned classes;
	for (size_t i = 0; i < t->p->decisions_n; i++) {
		values += t->released[i];
		of_class[t->p->decisions[i].field->cls] += t->released[i];
	}
	jx_set(out, "fields", json_integer(tally_fields(t, &classes)));
	jx_set(out, "values", json_integer((json_int_t)values));
	jx_set(out, "classes", by_class(of_class));
	return out;
}

static json_t *withheld(const struct tally *t)
{
	size_t of_class[FIELD_CLASSES] = {0};
	for (size_t i = 0; i < t->p->decisions_n; i++)
		for (size_t w = 0; w < TALLY_EMPTY; w++)
			of_class[t->p->decisions[i].field->cls] += t->kept[i][w];
	return by_class(of_class);
}

/* What one rule did, over all its fields. */
struct rule_counts {
	size_t leaves, stays[TALLY_REASONS];
};

static json_t *rules(const struct tally *t)
{
	json_t *out = json_object();
	const struct policy *p = t->p;
	struct rule_counts *counts GW_CLEANUP(str_free_p) =
	    str_alloc((p->rules_n + 1) * sizeof *counts);
	for (size_t i = 0; i < p->decisions_n; i++) {
		if (!p->decisions[i].rule)
			continue;
		struct rule_counts *c = &counts[p->decisions[i].rule - p->rules];
		c->leaves += t->released[i];
		for (size_t w = 0; w < TALLY_REASONS; w++)
			c->stays[w] += t->kept[i][w];
	}
	for (size_t k = 0; k < p->rules_n; k++) {
		json_t *one = json_object();
		say(one, "leaves", counts[k].leaves);
		for (size_t w = 0; w < TALLY_REASONS; w++)
			say(one, why_words[w], counts[k].stays[w]);
		jx_set(out, p->rules[k].name, one);
	}
	return out;
}

/* A word or reason of the policy. */
static json_t *text(const char *s)
{
	return jx_string(s, strlen(s));
}

static json_t *stay(const struct policy_decision *d, enum tally_why why, size_t n)
{
	json_t *one = json_object();
	jx_set(one, "field", text(d->field->path));
	jx_set(one, "class", text(field_class_name(d->field->cls)));
	jx_set(one, "why", text(why_words[why]));
	if (d->rule)
		jx_set(one, "rule", text(d->rule->name));
	else if (d->withhold)
		jx_set(one, "because", text(d->withhold->because));
	jx_set(one, "n", json_integer((json_int_t)n));
	return one;
}

static json_t *stays(const struct tally *t)
{
	json_t *out = json_array();
	for (size_t i = 0; i < t->p->decisions_n; i++)
		for (enum tally_why w = 0; w < TALLY_REASONS; w++)
			if (t->kept[i][w])
				jx_add(out, stay(&t->p->decisions[i], w, t->kept[i][w]));
	return out;
}

static json_t *notes(const struct dossier *d)
{
	json_t *out = json_array();
	for (size_t i = 0; i < d->n_notes; i++) {
		json_t *one = json_object();
		jx_set(one, "what", json_string(dossier_note_name(d->notes[i].kind)));
		if (*d->notes[i].path)
			jx_set(one, "field", json_string(d->notes[i].path));
		jx_set(one, "n", json_integer((json_int_t)d->notes[i].count));
		jx_add(out, one);
	}
	return out;
}

json_t *tally_report(const struct tally *t, const struct dossier *d)
{
	json_t *out = json_object(), *policy = json_object(), *detected = json_object(),
	       *files = json_object();
	jx_set(policy, "id", json_string(t->p->id));
	jx_set(policy, "version", json_integer(t->p->version));
	jx_set(policy, "sha256", json_string(t->p->sha256));
	for (size_t k = 0; k < DETECT_KINDS; k++)
		say(detected, detect_kind_name((enum detect_kind)k), t->kinds[k]);
	jx_set(files, "antivirus", json_string(t->antivirus ? "clamd" : "off"));
	jx_set(files, "ocr", json_boolean(t->ocr));
	jx_set(files, "released", json_incref(t->attached));
	jx_set(files, "left_behind", json_incref(t->left_behind));
	jx_set(out, "policy", policy);
	jx_set(out, "released", released(t));
	jx_set(out, "withheld", withheld(t));
	jx_set(out, "rules", rules(t));
	jx_set(out, "stays", stays(t));
	jx_set(out, "detected", detected);
	jx_set(out, "detection", json_string("not_complete")); /* names least of all */
	jx_set(out, "masked", json_integer((json_int_t)t->masks));
	if (t->settled_keep || t->settled_mask) {
		json_t *reviewed = json_object();
		jx_set(reviewed, "keep", json_integer((json_int_t)t->settled_keep));
		jx_set(reviewed, "mask", json_integer((json_int_t)t->settled_mask));
		jx_set(out, "reviewed", reviewed);
	}
	jx_set(out, "refused", json_incref(t->refused));
	jx_set(out, "attachments", files);
	jx_set(out, "notes", notes(d));
	return out;
}
