/* SPDX-License-Identifier: EUPL-1.2 */
/* What only shows over the whole policy: every field's decision, lint, and the meaning hash. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/load.h"
#include "policy/meaning.h"
#include "policy/profile.h"

/* Give the fields that no rule and no list of fields names to the `withhold` of their class. */
void load_compile(struct loader *l)
{
	struct policy *p = l->p;
	for (size_t i = 0; i < p->decisions_n; i++) {
		struct policy_decision *d = &p->decisions[i];
		for (size_t k = 0; k < p->withholds_n && !d->rule && !d->withhold; k++)
			if (p->withholds[k].classes & 1U << d->field->cls)
				d->withhold = &p->withholds[k];
	}
}

static bool same_condition(const struct policy_condition *a, const struct policy_condition *b)
{
	if (a->programmes != b->programmes || a->duties != b->duties ||
	    a->consents_n != b->consents_n)
		return false;
	for (size_t i = 0; i < a->consents_n; i++) {
		bool found = false;
		for (size_t k = 0; k < b->consents_n; k++)
			found |= str_eq(a->consents[i], b->consents[k]);
		if (!found)
			return false;
	}
	return true;
}

static bool always(const struct policy_condition *c)
{
	return !c->programmes && !c->duties && !c->consents_n;
}

/*
 * A filter by a date that does not leave with the records would let a withheld value steer the
 * output, and a second run would lose records.
 */
static void lint_records(struct loader *l, const struct yml *node, const struct policy_rule *r)
{
	const struct policy_rule *by = r->by ? l->p->decisions[r->by->index].rule : NULL;
	if (!r->by || by == r)
		return;
	const struct yml *at = yml_get(yml_get(node, "records"), "by");
	if (!by || by->as != AS_KEEP)
		load_say(l, POLICY_ERROR, at,
		    "records.by %s must itself be kept: write it in this rule", r->by->path);
	else if (!always(&by->only_if) && !same_condition(&by->only_if, &r->only_if))
		load_say(l, POLICY_ERROR, at,
		    "records.by %s must itself be kept under the same only_if: write it in this rule",
		    r->by->path);
	else if (by->by &&
	    (by->by != r->by || by->newest != r->newest || by->since.n != r->since.n ||
		by->since.unit != r->since.unit))
		load_say(l, POLICY_ERROR, at,
		    "records.by %s must itself be kept in the same records: write it in this rule",
		    r->by->path);
}

static void lint_rule(struct loader *l, const struct yml *node, const struct policy_rule *r)
{
	bool special = false, national = false;
	const struct policy *p = l->p;
	for (size_t i = 0; i < p->decisions_n; i++) {
		special |= p->decisions[i].rule == r && p->decisions[i].field->cls == CLASS_SPECIAL;
		national |=
		    p->decisions[i].rule == r && p->decisions[i].field->cls == CLASS_NATIONAL_ID;
	}
	if (r->exception && !special)
		load_say(l, POLICY_WARNING, yml_key(node, "exception"),
		    "rule \"%s\" names no field of class special: exception is needless, remove it",
		    r->name);
	if (r->national_id_basis && !national)
		load_say(l, POLICY_WARNING, yml_key(node, "national_id_basis"),
		    "rule \"%s\" names no field of class national_id: national_id_basis is "
		    "needless, remove it",
		    r->name);
	if (r->by && r->as != AS_KEEP && p->decisions[r->by->index].rule == r)
		load_say(l, POLICY_ERROR, yml_get(yml_get(node, "records"), "by"),
		    "records.by %s must itself be kept: write \"as: keep\"", r->by->path);
	else
		lint_records(l, node, r);
}

/* Fields that nobody decided about stay; yet their author is to say so, with a reason. */
static void lint_undecided(struct loader *l)
{
	struct buf names GW_CLEANUP(buf_release) = BUF_INIT(600);
	const struct policy *p = l->p;
	size_t n = 0;
	for (size_t i = 0; i < p->decisions_n; i++) {
		const struct policy_decision *d = &p->decisions[i];
		if (d->rule || d->withhold)
			continue;
		if (buf_addf(&names, "%s%s", n ? ", " : "", d->field->path) == 0)
			n++;
		else
			break;
	}
	size_t all = 0;
	for (size_t i = 0; i < p->decisions_n; i++)
		all += !p->decisions[i].rule && !p->decisions[i].withhold;
	const struct yml *at = yml_key(l->root, "withhold");
	if (all > n)
		load_say(l, POLICY_GAP, at ? at : l->root,
		    "no decision recorded for: %s and %zu more; write each in a rule or under withhold",
		    names.data, all - n);
	else if (n)
		load_say(l, POLICY_GAP, at ? at : l->root,
		    "no decision recorded for: %s; write each in a rule or under withhold",
		    names.data);
}

void load_lint(struct loader *l)
{
	struct policy *p = l->p;
	const struct yml *allow = yml_get(l->root, "allow");
	for (size_t i = 0; i < p->rules_n; i++)
		if (allow->items[i]->kind == YML_MAP)
			lint_rule(l, allow->items[i], &p->rules[i]);
	const struct yml *profiles = yml_get(l->root, "scan_profiles");
	for (size_t i = 0; i < p->profiles_n; i++)
		if (!p->profiles[i].used)
			load_say(l, POLICY_WARNING, profiles->keys[i],
			    "scan profile \"%.60s\" is not used: remove it", p->profiles[i].name);
	if (p->attachments_n && !p->most_attachments && yml_get(l->root, "limits"))
		load_say(l, POLICY_WARNING, yml_get(l->root, "limits"),
		    "attachments are allowed, yet limits.attachments is 0: write how many, or remove them");
	lint_undecided(l);
}

void load_meaning(struct policy *p)
{
	json_t *m GW_CLEANUP(jx_release) = meaning_json(p);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	if (jx_dump(m, &text) < 0)
		abort(); /* a policy has 256 KiB at most */
	hash_sha256_hex(text.data, text.len, p->meaning);
}
