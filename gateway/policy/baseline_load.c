/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a baseline: the same strict reader and closed words as a policy. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/baseline_inside.h"
#include "policy/load.h"

static const char *const demand_words[DEMANDS] = {
    "never", "only_as", "only_if", "only", "asks", "scan", "at_most", "at_least"};
static const char *const only_words[ONLYS] = {
    "sender", "recipient", "contract_status", "programme", "purpose", "gdpr", "formats", "clean"};
const char *const baseline_limit_words[LIMITS] = {"package", "recipient_keep", "report_keep",
    "sender_delete", "validity", "attachments", "attachment_mb", "total_mb", "min_candidates",
    "suppress_below", "round_to", "min_denominator"};
const struct policy_words baseline_only_words = {only_words, ONLYS};
const struct policy_words *const baseline_only[ONLYS] = {&policy_roles, &policy_roles,
    &policy_contracts, &policy_programmes, &policy_purposes, &policy_bases, &policy_formats,
    &policy_cleans};

void baseline_free(struct baseline *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++) {
		struct check *c = &b->checks[i];
		for (size_t k = 0; k < c->forms_n; k++)
			free(c->forms[k].domain);
		for (size_t k = 0; k < c->only_if.consents_n; k++)
			free(c->only_if.consents[k]);
		for (size_t k = 0; k < c->approved_n; k++)
			free(c->approved[k]);
		free(c->only_if.consents);
		free(c->approved);
		free(c->forms);
		free(c->fields);
		free(c->name);
		free(c->because);
	}
	free(b->checks);
	free(b->file);
	free(b->id);
	free(b->title);
	free(b);
}

void baseline_free_p(struct baseline **b)
{
	baseline_free(*b);
	*b = NULL;
}

const char *baseline_id(const struct baseline *b)
{
	return b->id;
}

int64_t baseline_version(const struct baseline *b)
{
	return b->version;
}

const char *baseline_sha256(const struct baseline *b)
{
	return b->sha256;
}

/* ---- what a check is about ---- */

/* `fields` and `class` of m into c->fields; false when m has neither. */
static bool load_fields(struct loader *l, const struct yml *m, struct check *c)
{
	const struct catalogue *cat = l->p->catalogue;
	const struct policy_words classes = {field_class_words, FIELD_CLASSES};
	const struct yml *list;
	unsigned bits = 0;
	c->fields = str_alloc((catalogue_count(cat) + 1) * sizeof *c->fields);
	if (yml_get(m, "class") && (list = load_list(l, m, "class")))
		(void)load_bits(l, list, &classes, &bits);
	for (size_t i = 0; i < catalogue_count(cat); i++)
		c->fields[i] = bits & 1U << catalogue_at(cat, i)->cls;
	list = yml_get(m, "fields") ? load_list(l, m, "fields") : NULL;
	for (size_t i = 0; list && i < list->n; i++) {
		const struct field *f = load_field(l, list->items[i]);
		if (f && c->fields[f->index])
			load_say(l, POLICY_ERROR, list->items[i], "%s stands here twice", f->path);
		else if (f)
			c->fields[f->index] = true;
	}
	return yml_get(m, "class") || yml_get(m, "fields");
}

/* Types of attachments, those that never leave in language 1 among them. */
static void load_types(struct loader *l, const struct yml *list, struct check *c)
{
	struct policy_words types = {0};
	types.list = catalogue_words(l->p->catalogue, LIST_ATTACHMENTS, &types.n);
	for (size_t i = 0; i < list->n; i++) {
		struct errinfo ei = ERRINFO_INIT;
		const struct yml *y = list->items[i];
		size_t w = 0;
		if (y->kind == YML_SCALAR &&
		    catalogue_has_word(l->p->catalogue, LIST_NEVER, y->text))
			continue; /* no policy can name it: the check holds */
		int r = yml_word(y, types.list, types.n, &w, &ei);
		if (r < 0)
			(void)load_failed(l, r, &ei);
		else
			c->attachments |= 1U << w;
	}
}

static void load_never(struct loader *l, const struct yml *m, struct check *c)
{
	static const char *const keys[] = {"fields", "class", "attachments"};
	const struct yml *list;
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) || m->kind != YML_MAP)
		return;
	if (!load_fields(l, m, c) && !yml_get(m, "attachments"))
		load_say(l, POLICY_ERROR, m, "never: fields, class or attachments is expected");
	if (yml_get(m, "attachments") && (list = load_list(l, m, "attachments")))
		load_types(l, list, c);
}

static bool load_form(struct loader *l, const struct yml *y, struct form *ret)
{
	struct policy_rule r = {0};
	struct errinfo ei = ERRINFO_INIT;
	size_t i = 0;
	if (y->kind == YML_MAP) {
		bool good = load_as_map(l, y, &r);
		*ret = (struct form){r.as, r.n, r.domain};
		return good;
	}
	int e = yml_word(y, policy_transforms.list, policy_transforms.n, &i, &ei);
	if (e < 0)
		return load_failed(l, e, &ei);
	*ret = (struct form){.as = (enum policy_as)i};
	return true;
}

static void load_only_as(struct loader *l, const struct yml *m, struct check *c)
{
	static const char *const keys[] = {"fields", "class", "as"};
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) || m->kind != YML_MAP)
		return;
	if (!load_fields(l, m, c))
		load_say(l, POLICY_ERROR, m, "only_as: fields or class is expected");
	const struct yml *list = load_list(l, m, "as");
	if (!list)
		return;
	c->forms = str_alloc(list->n * sizeof *c->forms);
	for (size_t i = 0; i < list->n; i++)
		c->forms_n += load_form(l, list->items[i], &c->forms[c->forms_n]);
}

static void load_condition(struct loader *l, const struct yml *m, struct check *c)
{
	static const char *const keys[] = {
	    "fields", "class", "programme", "consent", "recipient_duty"};
	struct policy_condition *cond = &c->only_if;
	struct policy_words scopes = {0};
	const struct yml *list;
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) || m->kind != YML_MAP)
		return;
	if (!load_fields(l, m, c))
		load_say(l, POLICY_ERROR, m, "only_if: fields or class is expected");
	if (!yml_get(m, "programme") && !yml_get(m, "consent") && !yml_get(m, "recipient_duty"))
		load_say(l, POLICY_ERROR, m, "only_if: at least one condition is expected");
	if (yml_get(m, "programme") && (list = load_list(l, m, "programme")))
		(void)load_bits(l, list, &policy_programmes, &cond->programmes);
	if (yml_get(m, "recipient_duty") && (list = load_list(l, m, "recipient_duty")))
		(void)load_bits(l, list, &policy_duties, &cond->duties);
	scopes.list = catalogue_words(l->p->catalogue, LIST_CONSENTS, &scopes.n);
	unsigned known; /* each scope is one of the catalogue's, and stands there once */
	if (yml_get(m, "consent") && (list = load_list(l, m, "consent")) &&
	    load_bits(l, list, &scopes, &known))
		(void)load_strings(l, list, false, &cond->consents, &cond->consents_n);
}

static void load_only(struct loader *l, const struct yml *m, struct check *c)
{
	if (!load_closed(l, m, only_words, ONLYS) || m->kind != YML_MAP)
		return;
	if (!m->n)
		load_say(l, POLICY_ERROR, m, "only: at least one list is expected");
	for (size_t i = 0; i < ONLYS; i++) {
		const struct yml *list =
		    yml_get(m, only_words[i]) ? load_list(l, m, only_words[i]) : NULL;
		if (list)
			(void)load_bits(l, list, baseline_only[i], &c->only[i]);
	}
}

static void load_asks(struct loader *l, const struct yml *m, struct check *c)
{
	static const char *const keys[] = {"requires", "approved"};
	const struct yml *list;
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) || m->kind != YML_MAP)
		return;
	if (!m->n)
		load_say(l, POLICY_ERROR, m, "asks: requires or approved is expected");
	if (yml_get(m, "requires") && (list = load_list(l, m, "requires")))
		(void)load_bits(l, list, &policy_requirements, &c->requires);
	if (yml_get(m, "approved") && (list = load_list(l, m, "approved")))
		(void)load_strings(l, list, false, &c->approved, &c->approved_n);
}

static void load_scan(struct loader *l, const struct yml *m, struct check *c)
{
	const char *const *kinds = detect_kind_words();
	if (!load_closed(l, m, kinds, DETECT_WORDS) || m->kind != YML_MAP)
		return;
	if (!m->n)
		load_say(l, POLICY_ERROR, m, "scan: at least one kind of finding is expected");
	for (size_t i = 0; i < DETECT_WORDS; i++) {
		struct errinfo ei = ERRINFO_INIT;
		const struct yml *y = yml_get(m, kinds[i]);
		size_t v = 0;
		int r =
		    y ? yml_word(y, detect_verdict_words() + 1, DETECT_VERDICTS - 1, &v, &ei) : 0;
		if (r < 0)
			(void)load_failed(l, r, &ei);
		else if (y)
			c->scan[i] = (enum detect_verdict)(v + 1); /* keep demands nothing */
	}
}

static void load_limits(struct loader *l, const struct yml *m, struct check *c)
{
	bool least = c->demand == DEMAND_AT_LEAST;
	size_t from = least ? AT_MOSTS : 0, to = least ? LIMITS : AT_MOSTS;
	if (!load_closed(l, m, baseline_limit_words + from, to - from) || m->kind != YML_MAP)
		return;
	if (!m->n)
		load_say(l, POLICY_ERROR, m, "%s: at least one limit is expected",
		    demand_words[c->demand]);
	for (size_t i = from; i < to; i++) {
		const char *word = baseline_limit_words[i];
		if (!yml_get(m, word))
			continue;
		c->limited[i] = i < TERMS ? load_duration(l, m, word, &c->terms[i])
					  : load_int(l, m, word, 0, 1000000, &c->limits[i]);
	}
}

/* ---- the document ---- */

/* The one demand of a check. */
static const struct yml *find_demand(struct loader *l, const struct yml *m, enum demand *ret)
{
	const struct yml *found = NULL;
	for (size_t i = 0; i < DEMANDS; i++) {
		const struct yml *y = yml_get(m, demand_words[i]);
		if (y && found) {
			load_say(l, POLICY_ERROR, yml_key(m, demand_words[i]),
			    "a check has one demand: put \"%s\" in another check", demand_words[i]);
			return NULL;
		}
		if (y)
			*ret = (enum demand)i;
		found = y ? y : found;
	}
	if (!found)
		load_say(l, POLICY_ERROR, m,
		    "a check has one of never, only_as, only_if, only, asks, scan, at_most, "
		    "at_least");
	return found;
}

static void load_check(
    struct loader *l, const struct yml *m, struct check *c, const struct check *first)
{
	static void (*const load[DEMANDS])(struct loader *, const struct yml *, struct check *) = {
	    load_never, load_only_as, load_condition, load_only, load_asks, load_scan, load_limits,
	    load_limits};
	const char *keys[2 + DEMANDS] = {"check", "because"};
	memcpy(keys + 2, demand_words, sizeof demand_words);
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) && m->kind != YML_MAP)
		return;
	c->line = m->line;
	c->col = m->col;
	if (!load_name(l, m, "check", &c->name))
		c->name = str_dup("?");
	for (const struct check *o = first; o < c; o++)
		if (str_eq(o->name, c->name)) {
			load_say(l, POLICY_ERROR, m, "check \"%s\" stands here twice", c->name);
			break;
		}
	if (!load_text(l, m, "because", &c->because))
		c->because = str_dup("?");
	const struct yml *demand = find_demand(l, m, &c->demand);
	if (demand)
		load[c->demand](l, demand, c);
}

enum { MOST_CHECKS = 500 };

static void load_baseline(struct loader *l, struct baseline *b)
{
	static const char *const keys[] = {
	    "baseline", "language", "version", "title", "catalogue", "checks"};
	int64_t n = 0, catalogue = 0;
	if (l->root->kind == YML_MAP && !yml_get(l->root, "baseline")) {
		load_say(
		    l, POLICY_ERROR, l->root, "this is no baseline: it has no key \"baseline\"");
		return;
	}
	(void)load_closed(l, l->root, keys, GW_LENGTH(keys));
	if (l->root->kind != YML_MAP)
		return;
	(void)load_name(l, l->root, "baseline", &b->id);
	(void)load_int(l, l->root, "language", 1, 1, &n);
	(void)load_int(l, l->root, "version", 1, 1000000, &b->version);
	(void)load_text(l, l->root, "title", &b->title);
	if (load_int(l, l->root, "catalogue", 1, 1000000, &catalogue) &&
	    catalogue != catalogue_version(b->catalogue))
		load_say(l, POLICY_ERROR, yml_get(l->root, "catalogue"),
		    "written for catalogue %lld, the catalogue here is %lld", (long long)catalogue,
		    (long long)catalogue_version(b->catalogue));
	const struct yml *list = load_list(l, l->root, "checks");
	if (!list || !load_most(l, list, MOST_CHECKS, "checks"))
		return;
	b->checks = str_alloc(list->n * sizeof *b->checks);
	for (size_t i = 0; i < list->n; i++)
		load_check(l, list->items[i], &b->checks[b->n++], b->checks);
}

int baseline_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct policy_findings *findings, struct baseline **ret_b, struct errinfo *ei)
{
	struct policy_findings own GW_CLEANUP(policy_findings_release) = {0};
	struct baseline *b GW_CLEANUP(baseline_free_p) = str_alloc(sizeof *b);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct errinfo why = ERRINFO_INIT;
	b->file = str_dup(file);
	b->catalogue = catalogue;
	struct policy frame = {.file = b->file, .catalogue = catalogue};
	struct loader l = {.p = &frame, .findings = findings ? findings : &own};
	int r = yml_parse(file, p, n, &YML_SMALL, &root, &why);
	if (r < 0) {
		(void)load_failed(&l, r, &why);
	} else {
		l.root = root;
		load_baseline(&l, b);
	}
	r = load_end(&l, ei);
	if (r < 0)
		return r;
	hash_sha256_hex(p, n, b->sha256);
	*ret_b = b;
	b = NULL;
	return 0;
}
