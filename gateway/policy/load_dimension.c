/* SPDX-License-Identifier: EUPL-1.2 */
/* What a table is counted by: a field with the closed list of its categories, or what is derived.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/load_report.h"

static const char *const derived_words[] = {"ladder_movement", "duration_band", "wi_on_schedule"};
static const char none[] = "none", other[] = "other", prefix[] = "derived.";

/* ---- categories ---- */

static size_t add_category(struct report_dimension *d, const char *name)
{
	size_t i = 0;
	while (i < d->categories_n && !str_eq(d->categories[i], name))
		i++;
	if (i == d->categories_n && d->categories_n < REPORT_CATEGORIES)
		d->categories[d->categories_n++] = str_dup(name);
	return i < REPORT_CATEGORIES ? i : REPORT_CATEGORIES - 1;
}

static void add_code(struct report_dimension *d, const char *code, size_t category)
{
	d->codes = reallocarray(d->codes, d->codes_n + 1, sizeof *d->codes);
	if (!d->codes)
		abort();
	d->codes[d->codes_n++] = (struct report_code){str_dup(code), category};
}

/* Whether a code may be listed: of the field's type, in its closed list or range, and once. */
static bool good_code(struct loader *l, const struct yml *y, const struct report_dimension *d)
{
	const struct field *f = d->field;
	uint64_t n;
	struct errinfo ei = ERRINFO_INIT;
	int r = yml_scalar(y, "code", &ei);
	if (r < 0)
		return load_failed(l, r, &ei);
	if (f->type == FIELD_CODE && f->codes && !field_code_known(f, y->text)) {
		size_t i;
		return yml_word(y, f->codes, f->n_codes, &i, &ei) < 0 &&
		    load_failed(l, GW_EFORMAT, &ei);
	}
	bool good = f->type == FIELD_INT
	    ? str_u64(y->text, INT64_MAX, &n) == 0 && (int64_t)n >= f->low && (int64_t)n <= f->high
	    : field_type_check(f->type, y->text);
	if (!good) {
		load_say(
		    l, POLICY_ERROR, y, "\"%.60s\" can not be a value of %s", y->text, f->path);
		return false;
	}
	for (size_t i = 0; i < d->codes_n; i++)
		if (str_eq(d->codes[i].code, y->text)) {
			load_say(l, POLICY_ERROR, y, "\"%.60s\" stands here twice", y->text);
			return false;
		}
	return true;
}

static bool good_category(struct loader *l, const struct yml *y)
{
	bool taken = str_eq(y->text, none) || str_eq(y->text, other) || str_eq(y->text, "total");
	if (taken)
		load_say(l, POLICY_ERROR, y,
		    "\"%s\" is what a table itself counts so: give this category another name",
		    y->text);
	else if (!field_type_check(FIELD_CODE, y->text))
		load_say(l, POLICY_ERROR, y,
		    "letters, digits, '.', '_', '/' and '-' are expected, at most 64");
	else
		return true;
	return false;
}

/* More categories than a dimension has room for? Two places are for `other` and `none`. */
static bool room(struct loader *l, const struct yml *at, size_t n)
{
	if (n <= REPORT_CATEGORIES - 2)
		return true;
	load_say(
	    l, POLICY_ERROR, at, "at most %d categories are expected here", REPORT_CATEGORIES - 2);
	return false;
}

/* `codes: {FIELD: [CODE+]}`, each code its own category, or `{FIELD: {CATEGORY: [CODE+]}}`. */
static void listed_codes(struct loader *l, const struct yml *y, struct report_dimension *d)
{
	struct errinfo ei = ERRINFO_INIT;
	if (y->kind == YML_SCALAR) {
		load_say(l, POLICY_ERROR, y, "a list of codes is expected, or categories of codes");
		return;
	}
	if (!y->n)
		load_say(l, POLICY_ERROR, y, "codes: at least one is expected");
	if (!room(l, y, y->n))
		return;
	for (size_t i = 0; i < y->n; i++) {
		const struct yml *one = y->items[i];
		if (y->kind == YML_LIST) {
			if (good_code(l, one, d) && good_category(l, one))
				add_code(d, one->text, add_category(d, one->text));
			continue;
		}
		if (!good_category(l, y->keys[i]))
			continue;
		size_t category = add_category(d, y->keys[i]->text);
		if (one->kind != YML_LIST || !one->n) {
			(void)yml_err(one, &ei, GW_EFORMAT, "a list of codes is expected");
			(void)load_failed(l, GW_EFORMAT, &ei);
			continue;
		}
		if (!load_most(l, one, 1000, "codes"))
			continue;
		for (size_t k = 0; k < one->n; k++)
			if (good_code(l, one->items[k], d))
				add_code(d, one->items[k]->text, category);
	}
}

/* The categories that the catalogue gives: its codes, or the numbers of a small range. */
static bool closed_codes(struct loader *l, const struct yml *at, struct report_dimension *d)
{
	const struct field *f = d->field;
	if (f->type == FIELD_CODE && f->codes) {
		if (!room(l, at, f->n_codes))
			return true;
		for (size_t i = 0; i < f->n_codes; i++)
			add_code(d, f->codes[i], add_category(d, f->codes[i]));
		return true;
	}
	if (f->type != FIELD_INT || f->high - f->low >= REPORT_CATEGORIES - 2)
		return false;
	for (int64_t v = f->low; v <= f->high; v++) {
		char text[32];
		(void)snprintf(text, sizeof text, "%lld", (long long)v);
		add_code(d, text, add_category(d, text));
	}
	return true;
}

/* Does the list of the policy leave out something that a dossier can have? */
static bool leaves_out(const struct report_dimension *d)
{
	const struct field *f = d->field;
	if (f->type == FIELD_CODE && f->codes)
		return d->codes_n < f->n_codes;
	if (f->type == FIELD_INT)
		return d->codes_n < (uint64_t)(f->high - f->low) + 1;
	return true;
}

/* ---- dimensions ---- */

static bool field_counts(struct loader *l, const struct yml *y, const struct field *f)
{
	if (f->cls != CLASS_ORDINARY && f->cls != CLASS_SENSITIVE)
		load_say(l, POLICY_ERROR, y,
		    "%s is class %s: tables count by fields of class ordinary or sensitive only",
		    f->path, field_class_name(f->cls));
	else if (f->type != FIELD_CODE && f->type != FIELD_LANG && f->type != FIELD_INT)
		load_say(l, POLICY_ERROR, y,
		    "%s is type %s: tables count by codes and small numbers, or by what is derived",
		    f->path, field_type_name(f->type));
	else
		return true;
	return false;
}

static bool field_dimension(struct loader *l, const struct yml *y, struct report_dimension *d)
{
	const struct yml *codes = yml_get(yml_get(l->root, "codes"), y->text);
	d->field = load_field(l, y);
	if (!d->field || !field_counts(l, y, d->field))
		return false;
	if (codes) {
		listed_codes(l, codes, d);
	} else if (!closed_codes(l, y, d)) {
		load_say(l, POLICY_WARNING, y,
		    "%s has no closed list: all its values count as \"other\"; list them under "
		    "\"codes\"",
		    d->field->path);
	}
	bool open = leaves_out(d);
	d->other = add_category(d, open ? other : none);
	(void)add_category(d, none);
	return true;
}

static bool derived_dimension(struct loader *l, const struct yml *y, struct report_dimension *d)
{
	struct errinfo ei = ERRINFO_INIT;
	const char *word = y->text + sizeof prefix - 1;
	size_t i = 0, n;
	const char *const *words = catalogue_words(l->p->catalogue, LIST_DERIVED, &n);
	if (!catalogue_has_word(l->p->catalogue, LIST_DERIVED, word)) {
		const char *near = str_suggest(word, words, n);
		load_say(l, POLICY_ERROR, y, "unknown \"%.60s\"%s%s%s", y->text,
		    near ? ", did you mean \"derived." : "", near ? near : "", near ? "\"?" : "");
		return false;
	}
	while (i < GW_LENGTH(derived_words) && !str_eq(derived_words[i], word))
		i++;
	if (i == GW_LENGTH(derived_words)) {
		(void)yml_err(y, &ei, GW_EFORMAT,
		    "\"%.60s\" is in the catalogue, yet this program does not know how to derive it",
		    y->text);
		return load_failed(l, GW_EFORMAT, &ei);
	}
	d->derived = (enum report_derived)i;
	for (const char *const *c = report_derived_words(d->derived); *c; c++)
		(void)add_category(d, *c);
	d->other = add_category(d, none);
	return true;
}

bool load_dimension(struct loader *l, const struct yml *y, struct report_table *t)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = yml_scalar(y, "field, or derived.…,", &ei);
	if (r < 0)
		return load_failed(l, r, &ei);
	for (size_t i = 0; i < t->by_n; i++)
		if (str_eq(t->by[i].name, y->text)) {
			load_say(l, POLICY_ERROR, y, "\"%.60s\" stands here twice", y->text);
			return false;
		}
	struct report_dimension *d = &t->by[t->by_n++];
	d->name = str_dup(y->text);
	d->categories = str_alloc(REPORT_CATEGORIES * sizeof *d->categories);
	return str_starts(y->text, prefix) ? derived_dimension(l, y, d) : field_dimension(l, y, d);
}
