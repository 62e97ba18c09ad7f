/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"
#include "policy/baseline.h"
#include "policy/load_report.h"
#include "policy/meaning.h"
#include "policy/words.h"

const char *const report_period_words[REPORT_YEAR + 1] = {"month", "quarter", "half_year", "year"};
const char *const report_unit_words[REPORT_APPOINTMENTS + 1] = {"candidates", "appointments"};

const char *const *report_derived_words(enum report_derived d)
{
	static const char *const movement[] = {"up", "same", "down", NULL};
	static const char *const duration[] = {
	    "under_3m", "3m_to_6m", "6m_to_12m", "12m_to_24m", "24m_or_more", NULL};
	static const char *const schedule[] = {"on_schedule", "term_passed", NULL};
	return d == REPORT_LADDER_MOVEMENT ? movement
	    : d == REPORT_DURATION_BAND    ? duration
					   : schedule;
}

bool report_is(const void *p, size_t n)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	return yml_parse("", p, n, &YML_SMALL, &root, NULL) == 0 && root->kind == YML_MAP &&
	    yml_get(root, "report_policy") && !yml_get(root, "policy");
}

static void free_dimension(struct report_dimension *d)
{
	for (size_t i = 0; i < d->categories_n; i++)
		free(d->categories[i]);
	for (size_t i = 0; i < d->codes_n; i++)
		free(d->codes[i].code);
	free(d->categories);
	free(d->codes);
	free(d->name);
}

void report_free(struct report_policy *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->tables_n; i++) {
		for (size_t k = 0; k < r->tables[i].by_n; k++)
			free_dimension(&r->tables[i].by[k]);
		free(r->tables[i].name);
	}
	free(r->tables);
	policy_free(r->head);
	free(r);
}

void report_free_p(struct report_policy **r)
{
	report_free(*r);
	*r = NULL;
}

/* ---- periods ---- */

static int two_digits(const char *s)
{
	return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9'
	    ? (s[0] - '0') * 10 + s[1] - '0'
	    : 0;
}

/* The first month of a period behind its year, and how many months it has; 0 for no period. */
static int months_of(const char *s, int *ret_first, enum report_period *ret_kind)
{
	int part = s[0] ? s[1] - '0' : 0;
	*ret_first = 1;
	if (!*s) {
		*ret_kind = REPORT_YEAR;
		return 12;
	}
	if (s[0] == 'Q' && part >= 1 && part <= 4 && !s[2]) {
		*ret_kind = REPORT_QUARTER;
		*ret_first = 3 * part - 2;
		return 3;
	}
	if (s[0] == 'H' && part >= 1 && part <= 2 && !s[2]) {
		*ret_kind = REPORT_HALF_YEAR;
		*ret_first = 6 * part - 5;
		return 6;
	}
	*ret_kind = REPORT_MONTH;
	*ret_first = strlen(s) == 2 ? two_digits(s) : 0;
	return *ret_first >= 1 && *ret_first <= 12 ? 1 : 0;
}

int report_span_parse(const char *s, struct report_span *ret, struct errinfo *ei)
{
	struct report_span span = {0};
	uint64_t year = 0;
	char text[5] = {0};
	int first = 0, months = 0;
	(void)snprintf(text, sizeof text, "%.4s", s);
	if (strlen(s) >= 4 && str_u64(text, 9999, &year) == 0 && year >= 1900 &&
	    (!s[4] || (s[4] == '-' && s[5])))
		months = months_of(s[4] ? s + 5 : "", &first, &span.period);
	if (!months)
		return err_set(ei, GW_EUSAGE,
		    "a period such as 2026-07, 2026-Q3, 2026-H2 or 2026 is expected");
	(void)snprintf(span.name, sizeof span.name, "%s", s);
	span.from = (struct date){(int)year, first, 1};
	span.until =
	    date_from_days(date_days(date_add(span.from, (struct duration){months, 'M'}, 1)) - 1);
	*ret = span;
	return 0;
}

/* ---- what only shows over the whole ---- */

bool report_counts_by(const struct report_table *t, const char *name)
{
	for (size_t i = 0; i < t->by_n; i++)
		if (str_eq(t->by[i].name, name))
			return true;
	return false;
}

bool report_same_population(const struct report_table *a, const struct report_table *b)
{
	return a->count == b->count && a->only_if.programmes == b->only_if.programmes &&
	    a->only_if.duties == b->only_if.duties;
}

/* Does b count by all that a counts by? */
static bool within(const struct report_table *a, const struct report_table *b)
{
	for (size_t i = 0; i < a->by_n; i++)
		if (!report_counts_by(b, a->by[i].name))
			return false;
	return true;
}

/* Two tables of which one is part of the other can be held against each other. */
static void lint_pair(struct loader *l, const struct yml *at, const struct report_table *a,
    const struct report_table *b)
{
	const struct report_table *part = within(a, b) ? a : b, *whole = part == a ? b : a;
	if (a->count != b->count || !part->by_n || !within(part, whole))
		return;
	if (report_same_population(a, b))
		load_say(l, POLICY_WARNING, at,
		    "table \"%s\" counts the same by part of what table \"%s\" counts by: held "
		    "against each other they show more than each alone",
		    part->name, whole->name);
	else
		load_say(l, POLICY_WARNING, at,
		    "tables \"%s\" and \"%s\" count overlapping populations by the same: their "
		    "difference is a table that nothing suppresses",
		    part->name, whole->name);
}

static void lint_tables(struct loader *l)
{
	const struct report_policy *r = l->report;
	const struct yml *list = yml_get(l->root, "tables");
	for (size_t i = 0; i < r->tables_n; i++)
		for (size_t k = 0; k < i; k++)
			lint_pair(l, list->items[i], &r->tables[k], &r->tables[i]);
}

static void lint_codes(struct loader *l)
{
	const struct report_policy *r = l->report;
	const struct yml *codes = yml_get(l->root, "codes");
	for (size_t i = 0; codes && codes->kind == YML_MAP && i < codes->n; i++) {
		bool used = false;
		for (size_t k = 0; k < r->tables_n; k++)
			used |= report_counts_by(&r->tables[k], codes->keys[i]->text);
		if (!used && load_field(l, codes->keys[i]))
			load_say(l, POLICY_WARNING, codes->keys[i],
			    "no table counts by %.60s: its codes are needless",
			    codes->keys[i]->text);
	}
}

void load_report_lint(struct loader *l)
{
	const struct report_policy *r = l->report;
	const struct yml *suppress = yml_get(l->root, "suppress");
	const struct yml *round = yml_get(l->root, "round");
	lint_tables(l);
	if (l->code == 0) /* a table with an error may be the one that they are for */
		lint_codes(l);
	if (l->p->requires & POLICY_PROTOCOL_ACCEPTED)
		load_say(l, POLICY_WARNING, yml_get(l->root, "requires"),
		    "a report is not accepted by its recipient, so protocol_accepted is never met");
	if (!r->below)
		return;
	if (!r->complementary && yml_get(suppress, "complementary"))
		load_say(l, POLICY_WARNING, yml_get(suppress, "complementary"),
		    "without complementary suppression a cell that is not shown can be worked out "
		    "from totals");
	if (r->min_candidates && r->min_candidates < r->below)
		load_say(l, POLICY_WARNING, yml_get(l->root, "population"),
		    "min_candidates lies below suppress.below: such a report would show nothing");
	if (r->round_to == 1)
		load_say(l, POLICY_WARNING, round,
		    "to: 1 rounds nothing: exact totals narrow down what is not shown");
	if (r->round_to > r->below)
		load_say(l, POLICY_WARNING, round,
		    "to lies above suppress.below: the smallest counts shown are rounded up");
}

/* ---- meaning ---- */

static json_t *meaning_dimension(const struct report_dimension *d)
{
	json_t *out = json_object();
	char **codes = str_alloc((d->codes_n + 1) * sizeof *codes);
	for (size_t i = 0; i < d->codes_n; i++)
		codes[i] =
		    str_printf("%s=%s", d->codes[i].code, d->categories[d->codes[i].category]);
	jx_set(out, "by", json_string(d->name));
	jx_set(
	    out, "categories", meaning_sorted((const char *const *)d->categories, d->categories_n));
	jx_set(out, "codes", meaning_sorted((const char *const *)codes, d->codes_n));
	for (size_t i = 0; i < d->codes_n; i++)
		free(codes[i]);
	free(codes);
	return out;
}

static int by_name(const void *a, const void *b)
{
	const struct report_table *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

/* The tables by name: their order decides nothing. */
static json_t *meaning_tables(const struct report_policy *r)
{
	json_t *tables = json_object();
	const struct report_table *sorted[REPORT_TABLES] = {NULL};
	for (size_t i = 0; i < r->tables_n; i++)
		sorted[i] = &r->tables[i];
	qsort(sorted, r->tables_n, sizeof sorted[0], by_name);
	for (size_t i = 0; i < r->tables_n; i++) {
		const struct report_table *t = sorted[i];
		json_t *one = json_object(), *by = json_array();
		jx_set(one, "count", json_string(report_unit_words[t->count]));
		for (size_t k = 0; k < t->by_n; k++)
			jx_add(by, meaning_dimension(&t->by[k]));
		jx_set(one, "by", by);
		if (t->only_if.programmes || t->only_if.duties)
			jx_set(one, "only_if", meaning_condition(&t->only_if));
		jx_set(tables, t->name, one);
	}
	return tables;
}

json_t *report_meaning_json(const struct report_policy *r)
{
	static const char *const not_of_reports[] = {
	    "policy", "offer", "fields", "attachments", "most_attachments", "total_mb"};
	json_t *m = meaning_json(r->head);
	for (size_t i = 0; i < GW_LENGTH(not_of_reports); i++)
		(void)json_object_del(m, not_of_reports[i]);
	jx_set(m, "report_policy", json_string(r->head->id));
	jx_set(m, "period", json_string(report_period_words[r->period]));
	jx_set(m, "min_candidates", json_integer(r->min_candidates));
	jx_set(m, "below", json_integer(r->below));
	jx_set(m, "zero", json_string(r->hide_zero ? "hide" : "show"));
	jx_set(m, "complementary", json_string(r->complementary ? "required" : "none"));
	jx_set(m, "totals", json_string(r->hide_totals ? "hide" : "round"));
	jx_set(m, "round", json_integer(r->round_to));
	jx_set(m, "min_denominator", json_integer(r->min_denominator));
	jx_set(m, "tables", meaning_tables(r));
	return m;
}

void report_meaning(struct report_policy *r)
{
	json_t *m GW_CLEANUP(jx_release) = report_meaning_json(r);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	if (jx_dump(m, &text) < 0)
		abort(); /* a policy has 256 KiB at most */
	hash_sha256_hex(text.data, text.len, r->head->meaning);
}

int report_keeps(const struct report_policy *r, const struct baseline *b, const void *text,
    size_t n, struct policy_findings *findings, struct errinfo *ei)
{
	const struct field *by[REPORT_TABLES * REPORT_DIMENSIONS];
	struct baseline_report says = {.by = by,
	    .min_candidates = r->min_candidates,
	    .suppress_below = r->below,
	    .round_to = r->round_to,
	    .min_denominator = r->min_denominator};
	for (size_t i = 0; i < r->tables_n; i++)
		for (size_t k = 0; k < r->tables[i].by_n; k++)
			if (r->tables[i].by[k].field)
				by[says.by_n++] = r->tables[i].by[k].field;
	return baseline_check(b, r->head, &says, text, n, findings, ei);
}
