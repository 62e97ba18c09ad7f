/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/casetest.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/apply.h"
#include "policy/casetest_read.h"
#include "policy/propose.h"
#include "policy/run.h"
#include "policy/words.h"

enum { MOST_SHOWN = 600 /* bytes of what was expected, and of what came */ };

/* One case on its way: what came out, and what was found wrong with it. */
struct trial {
	const struct policy *p;
	struct case_given given;
	struct policy_outcome outcome;
	int code; /* of policy_apply */
	struct errinfo why;
	bool failed;
	struct buf wrong; /* what failed, as far as it fits */
	struct errinfo *ei;
};

static const struct field *field_of(struct trial *t, const struct yml *node)
{
	const struct field *f =
	    node->kind == YML_SCALAR ? catalogue_find(t->p->catalogue, node->text) : NULL;
	if (f)
		return f;
	const char *near =
	    node->kind == YML_SCALAR ? catalogue_suggest(t->p->catalogue, node->text) : NULL;
	const char *text = node->kind == YML_SCALAR ? node->text : "";
	if (near)
		(void)yml_err(node, t->ei, GW_EFORMAT,
		    "unknown field \"%.60s\", did you mean \"%s\"?", text, near);
	else
		(void)yml_err(node, t->ei, GW_EFORMAT, "unknown field \"%.60s\"", text);
	return NULL;
}

/* How much of s is shown: at most MOST_SHOWN bytes, whole characters. */
static int shown(const char *s)
{
	return (int)str_utf8_prefix(s, strnlen(s, MOST_SHOWN));
}

/* The case fails; a message that no longer fits is not needed any more. */
static void wrong(struct trial *t, const char *what, const char *expected, const char *got)
{
	int e = shown(expected), g = shown(got);
	t->failed = true;
	int r = buf_addf(&t->wrong, "%s%s: expected %.*s%s, got %.*s%s", t->wrong.len ? "; " : "",
	    what, e, expected, expected[e] ? "…" : "", g, got, got[g] ? "…" : "");
	(void)r;
}

/* The text of a value as a test states it: that of v where it is tagged. */
static char *value_text(const json_t *value)
{
	const json_t *v = json_is_object(value) ? json_object_get(value, "v") : value;
	if (json_is_string(v))
		return str_dup(json_string_value(v));
	if (json_is_integer(v))
		return str_printf("%lld", (long long)json_integer_value(v));
	return str_dup(json_is_true(v) ? "true" : "?");
}

struct search {
	const char *expected; /* NULL: any value */
	bool found;
	char *got; /* the last value met */
};

static int look(json_t *record, const char *leaf, json_t *value, void *arg)
{
	struct search *s = arg;
	(void)record;
	(void)leaf;
	if (s->found)
		return 0;
	free(s->got);
	s->got = value_text(value);
	s->found = !s->expected || str_eq(s->got, s->expected);
	return 0;
}

static int expect_present(struct trial *t, const struct yml *expect)
{
	const struct yml *m = NULL;
	if (!yml_get(expect, "present"))
		return 0;
	int r = yml_map(expect, "present", &m, t->ei);
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const struct field *f = field_of(t, m->keys[i]);
		if (!f)
			return GW_EFORMAT;
		r = yml_scalar(m->items[i], "value", t->ei);
		if (r < 0)
			return r;
		struct search s = {.expected = m->items[i]->text};
		(void)dossier_each(t->outcome.data, f, look, &s);
		if (!s.found)
			wrong(t, f->path, s.expected, s.got ? s.got : "nothing");
		free(s.got);
	}
	return r;
}

static int expect_absent(struct trial *t, const struct yml *expect)
{
	const struct yml *list = NULL;
	if (!yml_get(expect, "absent"))
		return 0;
	int r = yml_list(expect, "absent", &list, t->ei);
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct field *f = field_of(t, list->items[i]);
		if (!f)
			return GW_EFORMAT;
		struct search s = {0};
		(void)dossier_each(t->outcome.data, f, look, &s);
		if (s.found)
			wrong(t, f->path, "nothing", s.got);
		free(s.got);
	}
	return r;
}

/* How many records stand at a group's path in data. */
static size_t records_at(const json_t *data, const char *group)
{
	while (data) {
		const char *dot = strchr(group, '.');
		char *name GW_CLEANUP(str_free_p) =
		    str_dupn(group, dot ? (size_t)(dot - group) : strlen(group));
		data = json_object_get(data, name);
		if (!dot)
			break;
		group = dot + 1;
	}
	return json_is_array(data) ? json_array_size(data) : json_object_size(data) > 0;
}

static int expect_count(struct trial *t, const struct yml *expect)
{
	const struct yml *m = NULL;
	if (!yml_get(expect, "count"))
		return 0;
	int r = yml_map(expect, "count", &m, t->ei);
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const char *group = m->keys[i]->text;
		int64_t n = 0;
		if (!catalogue_has_group(t->p->catalogue, group))
			return yml_err(
			    m->keys[i], t->ei, GW_EFORMAT, "unknown group \"%.60s\"", group);
		r = yml_int(m, group, 0, 100000, &n, t->ei);
		size_t got = t->outcome.data ? records_at(t->outcome.data, group) : 0;
		if (r == 0 && (size_t)n != got) {
			char *text GW_CLEANUP(str_free_p) = str_printf("%zu", got);
			wrong(t, group, m->items[i]->text, text);
		}
	}
	return r;
}

static int expect_withheld(struct trial *t, const struct yml *m)
{
	const json_t *got = json_object_get(t->outcome.sender_report, "withheld");
	int r = case_closed(m, field_class_words, FIELD_CLASSES, t->ei);
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		int64_t n = 0;
		r = yml_int(m, m->keys[i]->text, 0, 100000, &n, t->ei);
		json_int_t is = json_integer_value(json_object_get(got, m->keys[i]->text));
		if (r == 0 && is != n) {
			char *text GW_CLEANUP(str_free_p) = str_printf("%lld", (long long)is);
			char *what GW_CLEANUP(str_free_p) =
			    str_printf("withheld %s", m->keys[i]->text);
			wrong(t, what, m->items[i]->text, text);
		}
	}
	if (r == 0 && !m->n && json_object_size(got)) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(2000);
		if (jx_dump(got, &text) == 0)
			wrong(t, "withheld", "nothing", text.data);
	}
	return r;
}

/* What became of a rule here, as the sender's report has it. */
static const char *use_of(const struct trial *t, const char *rule)
{
	const json_t *one =
	    json_object_get(json_object_get(t->outcome.sender_report, "rules"), rule);
	if (json_object_get(one, "leaves") && t->code == 0)
		return "taken";
	return json_object_get(one, "condition") ? "unmet" : "unused";
}

static int expect_rules(struct trial *t, const struct yml *expect)
{
	static const char *const uses[] = {"taken", "unmet", "unused"};
	const struct yml *m = NULL;
	if (!yml_get(expect, "rules"))
		return 0;
	const char **names GW_CLEANUP(str_free_p) = str_alloc((t->p->rules_n + 1) * sizeof *names);
	for (size_t i = 0; i < t->p->rules_n; i++)
		names[i] = t->p->rules[i].name;
	int r = yml_map(expect, "rules", &m, t->ei);
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const char *rule = m->keys[i]->text;
		size_t k = 0;
		const char *near = str_suggest(rule, names, t->p->rules_n);
		bool known = false;
		for (size_t j = 0; j < t->p->rules_n; j++)
			known |= str_eq(names[j], rule);
		if (!known && near)
			return yml_err(m->keys[i], t->ei, GW_EFORMAT,
			    "unknown rule \"%.60s\", did you mean \"%s\"?", rule, near);
		if (!known)
			return yml_err(
			    m->keys[i], t->ei, GW_EFORMAT, "unknown rule \"%.60s\"", rule);
		r = yml_word(m->items[i], uses, GW_LENGTH(uses), &k, t->ei);
		if (r == 0 && !str_eq(use_of(t, rule), uses[k])) {
			char *what GW_CLEANUP(str_free_p) = str_printf("rule %s", rule);
			wrong(t, what, uses[k], use_of(t, rule));
		}
	}
	return r;
}

static int expect_report(struct trial *t, const struct yml *expect)
{
	static const char *const keys[] = {"withheld"};
	const struct yml *m = NULL, *withheld = NULL;
	if (!yml_get(expect, "report"))
		return 0;
	int r = yml_map(expect, "report", &m, t->ei);
	if (r == 0)
		r = case_closed(m, keys, GW_LENGTH(keys), t->ei);
	if (r == 0)
		r = yml_map(m, "withheld", &withheld, t->ei);
	return r == 0 ? expect_withheld(t, withheld) : r;
}

static int expect_blocked(struct trial *t, const struct yml *expect)
{
	const char *text = NULL;
	if (!yml_get(expect, "blocked")) {
		if (t->code < 0 && !t->outcome.nothing)
			wrong(t, "outcome", "a dossier", t->why.msg);
		return 0;
	}
	int r = yml_text(expect, "blocked", &text, t->ei);
	if (r == 0 && t->code == 0)
		wrong(t, "blocked", text, "a dossier");
	else if (r == 0 && !strstr(t->why.msg, text))
		wrong(t, "blocked", text, t->why.msg);
	return r;
}

static int check_expectations(struct trial *t, const struct yml *expect)
{
	static const char *const keys[] = {
	    "present", "absent", "count", "blocked", "report", "rules"};
	int r = case_closed(expect, keys, GW_LENGTH(keys), t->ei);
	if (r != 0)
		return r;
	if (!expect->n)
		return yml_err(expect, t->ei, GW_EFORMAT, "a case must expect something");
	if (r == 0)
		r = expect_blocked(t, expect);
	if (r == 0)
		r = expect_present(t, expect);
	if (r == 0)
		r = expect_absent(t, expect);
	if (r == 0)
		r = expect_count(t, expect);
	if (r == 0)
		r = expect_rules(t, expect);
	return r == 0 ? expect_report(t, expect) : r;
}

static int run_case(
    struct trial *t, const struct yml *c, struct date as_of, struct case_result *ret)
{
	const struct yml *expect = NULL;
	int r = case_read(t->p, c, as_of, &t->given, t->ei);
	if (r == 0)
		r = yml_map(c, "expect", &expect, t->ei);
	if (r != 0)
		return r;
	struct policy_keys all = {0};
	struct policy_key *made GW_CLEANUP(str_free_p) = policy_rehearsal_keys(t->p, &all);
	t->code = policy_apply(t->p, &t->given.ctx, t->given.dossier, &all, &t->outcome, &t->why);
	r = check_expectations(t, expect);
	if (r < 0)
		return r;
	ret->name = str_dup(t->given.name);
	ret->passed = !t->failed;
	ret->message = t->failed ? str_dup(t->wrong.data ? t->wrong.data : "it failed") : NULL;
	return 0;
}

/* Count which rules this case has used, as the sender's report has it. */
static void count_rules(const struct trial *t, struct case_results *ret)
{
	const json_t *rules = json_object_get(t->outcome.sender_report, "rules");
	for (size_t i = 0; i < t->p->rules_n; i++) {
		const json_t *one = json_object_get(rules, t->p->rules[i].name);
		ret->taken[i] += json_object_get(one, "leaves") != NULL;
		ret->unmet[i] += json_object_get(one, "condition") != NULL;
	}
}

static int run_all(
    const struct yml *root, const struct policy *p, struct case_results *ret, struct errinfo *ei)
{
	const struct yml *cases = NULL;
	struct date as_of;
	int r = case_list(root, p, &as_of, &cases, ei);
	if (r != 0)
		return r;
	ret->items = str_alloc(cases->n * sizeof *ret->items);
	ret->taken = str_alloc((p->rules_n + 1) * sizeof *ret->taken);
	ret->unmet = str_alloc((p->rules_n + 1) * sizeof *ret->unmet);
	for (size_t i = 0; r == 0 && i < cases->n; i++) {
		struct trial t = {.p = p, .ei = ei};
		t.wrong = (struct buf)BUF_INIT(4000);
		r = run_case(&t, cases->items[i], as_of, &ret->items[i]);
		count_rules(&t, ret);
		policy_outcome_release(&t.outcome);
		case_given_release(&t.given);
		buf_release(&t.wrong);
		if (r == 0) {
			ret->n++;
			ret->failed += !ret->items[i].passed;
		}
	}
	return r;
}

int casetest_run(const char *file, const void *bytes, size_t n, const struct policy *p,
    struct case_results *ret, struct errinfo *ei)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct case_results results = {0};
	int r = yml_parse(file, bytes, n, &YML_SMALL, &root, ei);
	if (r == 0)
		r = run_all(root, p, &results, ei);
	if (r == 0) {
		*ret = results;
		return 0;
	}
	if (ei)
		propose_test(ei);
	case_results_release(&results);
	return r;
}

void case_results_release(struct case_results *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->items[i].name);
		free(r->items[i].message);
	}
	free(r->items);
	free(r->taken);
	free(r->unmet);
	*r = (struct case_results){0};
}
