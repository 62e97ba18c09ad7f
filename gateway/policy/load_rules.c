/* SPDX-License-Identifier: EUPL-1.2 */
/* The decisions: scan profiles, `allow` and `withhold`. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/load.h"
#include "policy/profile.h"
#include "policy/propose.h"
#include "policy/transform.h"

static void load_profile(struct loader *l, const struct yml *key, const struct yml *m)
{
	struct policy *p = l->p;
	struct policy_profile out = {.line = key->line};
	struct errinfo ei = ERRINFO_INIT;
	int r = detect_profile_parse(m, &out.verdicts, &ei);
	if (r < 0) { /* keep the name, so that the rules that use it are not told off too */
		propose_profile(&ei);
		(void)load_failed(l, r, &ei);
		detect_profile_init(&out.verdicts, DETECT_BLOCK);
	}
	/* A known person of the dossier is a name. */
	out.verdicts.verdict[DETECT_PERSON] = out.verdicts.verdict[DETECT_NAME];
	out.name = str_dup(key->text);
	p->profiles[p->profiles_n++] = out;
}

void load_profiles(struct loader *l)
{
	if (!yml_get(l->root, "scan_profiles"))
		return;
	const struct yml *m = load_map(l, l->root, "scan_profiles");
	if (!m)
		return;
	l->p->profiles = str_alloc((m->n + 1) * sizeof *l->p->profiles);
	for (size_t i = 0; i < m->n; i++)
		load_profile(l, m->keys[i], m->items[i]);
}

bool load_profile_name(struct loader *l, const struct yml *map, size_t *ret)
{
	char *name GW_CLEANUP(str_free_p) = NULL;
	const struct policy *p = l->p;
	const char *words[64];
	size_t n = 0;
	if (!load_text(l, map, "scan", &name))
		return false;
	for (size_t i = 0; i < p->profiles_n; i++) {
		if (str_eq(p->profiles[i].name, name)) {
			p->profiles[i].used = true;
			*ret = i;
			return true;
		}
		if (n < GW_LENGTH(words))
			words[n++] = p->profiles[i].name;
	}
	const char *near = str_suggest(name, words, n);
	load_say(l, POLICY_ERROR, yml_get(map, "scan"),
	    near ? "scan profile \"%.60s\" is not declared, did you mean \"%s\"?"
		 : "scan profile \"%.60s\" is not declared: write it under scan_profiles",
	    name, near);
	return false;
}

const struct field *load_field(struct loader *l, const struct yml *node)
{
	const struct catalogue *c = l->p->catalogue;
	struct errinfo ei = ERRINFO_INIT;
	int r = yml_scalar(node, "field", &ei);
	if (r < 0) {
		propose_text(&ei, ": write the path of a field, such as contact.phone");
		(void)load_failed(l, r, &ei);
		return NULL;
	}
	const struct field *f = catalogue_find(c, node->text);
	if (f)
		return f;
	const char *near = load_full(l) ? NULL : catalogue_suggest(c, node->text);
	if (strchr(node->text, '*') || catalogue_has_group(c, node->text))
		load_say(l, POLICY_ERROR, node,
		    "\"%.60s\" is no field: wildcards and groups are not allowed, write each field",
		    node->text);
	else if (near)
		load_say(l, POLICY_ERROR, node, "unknown field \"%.60s\", did you mean \"%s\"?",
		    node->text, near);
	else
		load_say(l, POLICY_ERROR, node,
		    "unknown field \"%.60s\": remove it, or write one that `handover policy show` "
		    "lists",
		    node->text);
	return NULL;
}

bool load_as_map(struct loader *l, const struct yml *as, struct policy_rule *r)
{
	static const char *const keys[] = {"age_band", "truncate", "pseudonym"};
	if (!load_closed(l, as, keys, GW_LENGTH(keys)))
		return false;
	if (as->n != 1) {
		load_say(l, POLICY_ERROR, as,
		    "as: exactly one transform is expected: remove the others");
		return false;
	}
	const char *word = as->keys[0]->text;
	if (str_eq(word, "pseudonym")) {
		r->as = AS_PSEUDONYM;
		return load_name(l, as, word, &r->domain);
	}
	r->as = str_eq(word, "age_band") ? AS_AGE_BAND : AS_TRUNCATE;
	return r->as == AS_AGE_BAND ? load_int(l, as, word, 2, 50, &r->n)
				    : load_int(l, as, word, 1, 200, &r->n);
}

static bool load_as(struct loader *l, const struct yml *m, struct policy_rule *r)
{
	const struct yml *as = yml_get(m, "as");
	struct errinfo ei = ERRINFO_INIT;
	size_t i = 0;
	if (!as) {
		load_say(l, POLICY_ERROR, m, "key \"as\" is missing: write \"as: keep\"");
		return false;
	}
	if (as->kind == YML_MAP)
		return load_as_map(l, as, r);
	int e = yml_word(as, policy_transforms.list, policy_transforms.n, &i, &ei);
	if (e < 0)
		return load_bad_word(l, e, &ei);
	if (i >= AS_AGE_BAND) {
		load_say(l, POLICY_ERROR, as, "%s needs a parameter: write \"as: {%s: %s}\"",
		    policy_transforms.list[i], policy_transforms.list[i],
		    i == AS_PSEUDONYM ? "domain" : "5");
		return false;
	}
	r->as = (enum policy_as)i;
	return true;
}

static void check_consents(
    struct loader *l, const struct yml *list, const struct policy_condition *c)
{
	const struct policy *p = l->p;
	for (size_t i = 0; i < c->consents_n; i++) {
		bool declared = false;
		for (size_t k = 0; k < p->consent_scopes_n; k++)
			declared |= str_eq(p->consent_scopes[k], c->consents[i]);
		if (!declared)
			load_say(l, POLICY_ERROR, list,
			    "consent scope \"%.60s\" is not declared in consent.scopes: write it "
			    "there",
			    c->consents[i]);
	}
}

static void load_only_if(struct loader *l, const struct yml *m, struct policy_condition *c)
{
	static const char *const keys[] = {"programme", "consent", "recipient_duty"};
	const struct yml *cond = load_map(l, m, "only_if"), *list;
	if (!cond || !load_closed(l, cond, keys, GW_LENGTH(keys)))
		return;
	if (!cond->n)
		load_say(l, POLICY_ERROR, cond,
		    "only_if: at least one condition is expected: write \"only_if: {programme: [wi2021]}\", or remove it");
	if (yml_get(cond, "programme") && (list = load_list(l, cond, "programme")) &&
	    load_bits(l, list, &policy_programmes, &c->programmes) &&
	    (c->programmes & ~l->p->programmes))
		load_say(l, POLICY_WARNING, list,
		    "a programme here is not among those that the policy applies to: remove it, or "
		    "write it in applies_to.programme");
	if (yml_get(cond, "recipient_duty") && (list = load_list(l, cond, "recipient_duty")))
		(void)load_bits(l, list, &policy_duties, &c->duties);
	if (yml_get(cond, "consent") && (list = load_list(l, cond, "consent")) &&
	    load_strings(l, list, false, &c->consents, &c->consents_n))
		check_consents(l, list, c);
}

static void load_records(struct loader *l, const struct yml *m, struct policy_rule *r)
{
	static const char *const keys[] = {"newest", "since", "by"};
	const struct yml *rec = load_map(l, m, "records");
	if (!rec || !load_closed(l, rec, keys, GW_LENGTH(keys)))
		return;
	bool newest = yml_get(rec, "newest"), since = yml_get(rec, "since");
	if (newest == since)
		load_say(l, POLICY_ERROR, rec,
		    "records: either newest or since is expected: write \"records: {newest: 1, by: ladder.date}\"");
	else if (newest)
		(void)load_int(l, rec, "newest", 1, 10000, &r->newest);
	else
		(void)load_duration(l, rec, "since", &r->since);
	const struct yml *by = yml_get(rec, "by");
	if (!by)
		load_say(l, POLICY_ERROR, rec, "key \"by\" is missing: write \"by: ladder.date\"");
	else
		r->by = load_field(l, by);
	if (r->by && (r->by->type != FIELD_DATE || !r->by->repeats)) {
		load_say(l, POLICY_ERROR, by,
		    "by: a date in a group that repeats is expected: write one such as ladder.date");
		r->by = NULL;
	}
}

/* What a class asks of the rule that allows one of its fields. False: another transform would not
 * help, or is asked for. */
static bool check_class(
    struct loader *l, const struct yml *node, const struct field *f, const struct policy_rule *r)
{
	const char *cls = field_class_name(f->cls);
	if (f->cls == CLASS_SPECIAL && !r->exception)
		load_say(l, POLICY_ERROR, node,
		    "%s is class %s: rule needs \"exception\"; write \"exception: uavg-30-1-b\", or withhold it",
		    f->path, cls);
	if (f->cls == CLASS_NATIONAL_ID && r->as != AS_PSEUDONYM && !r->national_id_basis)
		load_say(l, POLICY_ERROR, node,
		    "%s is class %s: rule needs \"national_id_basis\"; write \"national_id_basis: "
		    "uavg-46\", or \"as: {pseudonym: domain}\"",
		    f->path, cls);
	if (f->cls == CLASS_CRIMINAL)
		load_say(l, POLICY_ERROR, node,
		    "%s is class %s: it can not be allowed in language 1; remove it and withhold it",
		    f->path, cls);
	bool scanned = f->cls != CLASS_FREE_TEXT || r->as == AS_SCANNED;
	if (!scanned)
		load_say(l, POLICY_ERROR, node,
		    "%s is class %s: only \"as: scanned\" is allowed; write that in a rule of its own",
		    f->path, cls);
	return scanned && f->cls != CLASS_CRIMINAL;
}

/* Say which transforms the type of the field does take. */
static void refuse_transform(
    struct loader *l, const struct yml *node, const struct field *f, enum policy_as as)
{
	struct buf list GW_CLEANUP(buf_release) = BUF_INIT(200);
	for (size_t i = 0; i < policy_transforms.n; i++)
		if (transform_takes((enum policy_as)i, f->type) &&
		    buf_addf(&list, "%s%s", list.len ? ", " : "", policy_transforms.list[i]) < 0)
			break;
	load_say(l, POLICY_ERROR, node,
	    "%s is type %s: %s can not be applied to it; write one of: %s", f->path,
	    field_type_name(f->type), policy_transforms.list[as], list.data ? list.data : "");
}

static void decide(struct loader *l, const struct yml *node, struct policy_rule *r, bool as_known)
{
	struct policy *p = l->p;
	const struct field *f = load_field(l, node);
	if (!f)
		return;
	struct policy_decision *d = &p->decisions[f->index];
	if (d->rule) {
		load_say(l, POLICY_ERROR, node,
		    "%s is already decided by rule \"%s\": each field is decided once, remove it "
		    "from one of the two",
		    f->path, d->rule->name);
		return;
	}
	d->rule = r;
	if (check_class(l, node, f, r) && as_known && !transform_takes(r->as, f->type))
		refuse_transform(l, node, f, r->as);
	if (r->by && !str_eq(r->by->group, f->group))
		load_say(l, POLICY_ERROR, node,
		    "%s is not in the group of records.by, \"%s\": write it in a rule of its own",
		    f->path, r->by->group);
}

static void load_rule(struct loader *l, const struct yml *m, struct policy_rule *r)
{
	static const char *const keys[] = {"rule", "fields", "as", "because", "only_if", "records",
	    "exception", "national_id_basis", "scan"};
	struct policy *p = l->p;
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) && m->kind != YML_MAP)
		return;
	r->line = m->line;
	if (!load_name(l, m, "rule", &r->name))
		r->name = str_dup("?");
	for (const struct policy_rule *o = p->rules; o < r; o++)
		if (str_eq(o->name, r->name)) {
			load_say(l, POLICY_ERROR, m,
			    "rule \"%s\" stands here twice: write another name", r->name);
			break;
		}
	bool as_known = load_as(l, m, r);
	(void)load_text(l, m, "because", &r->because);
	if (yml_get(m, "only_if"))
		load_only_if(l, m, &r->only_if);
	if (yml_get(m, "records"))
		load_records(l, m, r);
	if (yml_get(m, "exception"))
		(void)load_word(l, m, "exception", &policy_exceptions, &r->exception);
	if (yml_get(m, "national_id_basis"))
		(void)load_word(l, m, "national_id_basis", &policy_id_bases, &r->national_id_basis);
	if (as_known && r->as == AS_SCANNED)
		(void)load_profile_name(l, m, &r->scan);
	else if (yml_get(m, "scan"))
		load_say(l, POLICY_ERROR, yml_key(m, "scan"),
		    "\"scan\" belongs to \"as: scanned\": remove it");
	const struct yml *fields = load_list(l, m, "fields");
	for (size_t i = 0; fields && i < fields->n; i++)
		decide(l, fields->items[i], r, as_known);
}

void load_rules(struct loader *l)
{
	struct policy *p = l->p;
	p->decisions_n = catalogue_count(p->catalogue);
	p->decisions = str_alloc((p->decisions_n + 1) * sizeof *p->decisions);
	for (size_t i = 0; i < p->decisions_n; i++)
		p->decisions[i].field = catalogue_at(p->catalogue, i);
	/* nothing in it: nothing leaves (docs/decisions/009) */
	const struct yml *list = load_any_list(l, l->root, "allow");
	if (!list)
		return;
	/* a rule decides about one field at least, and each field is decided once */
	(void)load_most(l, list, p->decisions_n, "rules");
	p->rules = str_alloc(list->n * sizeof *p->rules);
	for (size_t i = 0; i < list->n && i < p->decisions_n; i++)
		load_rule(l, list->items[i], &p->rules[p->rules_n++]);
}

static void withhold_field(struct loader *l, const struct yml *node, struct policy_withhold *w)
{
	const struct field *f = load_field(l, node);
	if (!f)
		return;
	struct policy_decision *d = &l->p->decisions[f->index];
	if (d->rule)
		load_say(l, POLICY_ERROR, node,
		    "%s is withheld here and allowed by rule \"%s\": remove it from one of the two",
		    f->path, d->rule->name);
	else if (d->withhold)
		load_say(l, POLICY_ERROR, node,
		    "%s is already withheld on line %zu: each field is decided once, remove it here",
		    f->path, d->withhold->line);
	else
		d->withhold = w;
	w->fields[w->fields_n++] = f;
}

static void load_withhold(
    struct loader *l, const struct yml *m, struct policy_withhold *w, unsigned seen)
{
	static const char *const keys[] = {"fields", "class", "because"};
	const struct policy_words classes = {field_class_words, FIELD_CLASSES};
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) && m->kind != YML_MAP)
		return;
	w->line = m->line;
	(void)load_text(l, m, "because", &w->because);
	bool fields = yml_get(m, "fields"), class = yml_get(m, "class");
	if (fields == class) {
		load_say(l, POLICY_ERROR, m,
		    "withhold: either fields or class is expected: write one of the two");
		return;
	}
	const struct yml *list = load_list(l, m, fields ? "fields" : "class");
	if (!list)
		return;
	if (fields) {
		w->fields = str_alloc(list->n * sizeof *w->fields);
		for (size_t i = 0; i < list->n; i++)
			withhold_field(l, list->items[i], w);
	} else if (load_bits(l, list, &classes, &w->classes) && (w->classes & seen)) {
		load_say(l, POLICY_ERROR, list, "a class here is already withheld: remove it");
	}
}

void load_withholds(struct loader *l)
{
	struct policy *p = l->p;
	unsigned seen = 0;
	const struct yml *list = load_list(l, l->root, "withhold");
	if (!list)
		return;
	p->withholds = str_alloc(list->n * sizeof *p->withholds);
	for (size_t i = 0; i < list->n; i++) {
		struct policy_withhold *w = &p->withholds[p->withholds_n++];
		load_withhold(l, list->items[i], w, seen);
		seen |= w->classes;
	}
}
