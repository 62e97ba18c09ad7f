/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/reportcase.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"
#include "dossier/dossier.h"
#include "policy/apply.h"
#include "policy/words.h"

enum { MOST_TIMES = 100000 };

static const char suppressed[] = "suppressed", total_word[] = "total";

/* One case on its way. */
struct trial {
	const struct report_policy *p;
	struct policy_context ctx;
	struct report_span span;
	struct report_counts *counts;
	json_t *tables;
	int code; /* why there is no report */
	struct errinfo why;
	bool failed;
	struct buf wrong; /* what failed, as far as it fits */
	struct errinfo *ei;
	struct report_reached *reached;
	bool left_out[REPORT_TABLES];
};

static void wrong(struct trial *t, const char *what, const char *expected, const char *got)
{
	t->failed = true;
	if (buf_addf(&t->wrong, "%s%s: expected %.200s, got %.200s", t->wrong.len ? "; " : "", what,
		expected, got) < 0)
		return; /* what no longer fits is not needed any more */
}

/* ---- the people of a case ---- */

static bool left_out(const struct report_table *t, const struct trial *x, const char *programme)
{
	const struct policy_condition *c = &t->only_if;
	return (c->programmes && !(c->programmes & policy_bit(&policy_programmes, programme))) ||
	    (c->duties & ~x->ctx.recipient_duties);
}

static int count_group(struct trial *t, const struct yml *g)
{
	static const char *const keys[] = {"times", "dossier", "programme"};
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	const struct yml *map = NULL;
	const char *programme = t->ctx.programme;
	int64_t times = 0;
	size_t i;
	int r = yml_closed(g, keys, GW_LENGTH(keys), t->ei);
	if (r == 0)
		r = yml_int(g, "times", 1, MOST_TIMES, &times, t->ei);
	if (r == 0)
		r = yml_map(g, "dossier", &map, t->ei);
	if (r == 0)
		r = dossier_from_yml(map, t->p->head->catalogue, &d, t->ei);
	if (r == 0 && yml_get(g, "programme"))
		r = yml_word(yml_get(g, "programme"), policy_programmes.list, policy_programmes.n,
		    &i, t->ei);
	if (r != 0)
		return r;
	if (yml_get(g, "programme"))
		programme = yml_get(g, "programme")->text;
	struct policy_context ctx = t->ctx;
	ctx.programme = programme;
	if (t->code == 0)
		t->code = policy_check_context(t->p->head, &ctx, &t->why);
	free(d->programme);
	d->programme = str_dup(programme);
	for (int64_t k = 0; k < times && t->code == 0; k++)
		(void)report_count(t->counts, d);
	for (i = 0; i < t->p->tables_n; i++)
		t->left_out[i] |= left_out(&t->p->tables[i], t, programme);
	return 0;
}

static int count_groups(struct trial *t, const struct yml *one)
{
	const struct yml *list = NULL;
	int r = yml_list(one, "groups", &list, t->ei);
	if (r == 0 && !list->n)
		r = yml_err(list, t->ei, GW_EFORMAT, "groups: at least one is expected");
	t->counts = report_counts_new(t->p, &t->span, t->ctx.recipient_duties);
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = count_group(t, list->items[i]);
	if (r == 0 && t->code == 0)
		t->code = report_enough(t->counts, &t->why);
	return r;
}

/* ---- what was expected ---- */

static void expect_number(struct trial *t, const char *what, const char *expected, const json_t *v)
{
	char *got GW_CLEANUP(str_free_p) = json_is_integer(v)
	    ? str_printf("%lld", (long long)json_integer_value(v))
	    : str_dup(v ? suppressed : "nothing: this policy hides totals");
	if (!str_eq(got, expected))
		wrong(t, what, expected, got);
}

/* A number or the word. */
static int expected_text(struct trial *t, const struct yml *y, const char **ret)
{
	uint64_t n;
	int r = yml_scalar(y, "number, or suppressed,", t->ei);
	if (r == 0 && !str_eq(y->text, suppressed) && str_u64(y->text, INT64_MAX, &n) < 0)
		r = yml_err(y, t->ei, GW_EFORMAT, "a whole number or \"suppressed\" is expected");
	if (r == 0)
		*ret = y->text;
	return r;
}

/* The place of a category in its dimension; its length for `total`. */
static int category_at(
    struct trial *t, const struct report_dimension *d, const struct yml *key, size_t *ret)
{
	const char *words[REPORT_CATEGORIES + 1];
	for (size_t i = 0; i < d->categories_n; i++)
		words[i] = d->categories[i];
	words[d->categories_n] = total_word;
	return yml_word(key, words, d->categories_n + 1, ret, t->ei);
}

/* What the table says in a row and a column, either of which may be its total. */
static const json_t *said(const json_t *o, const struct report_table *t, size_t row, size_t column)
{
	bool row_total = row == t->by[0].categories_n;
	const json_t *cells = json_object_get(o, "cells");
	if (t->by_n == 1)
		return row_total ? json_object_get(o, total_word) : json_array_get(cells, row);
	bool column_total = column == t->by[1].categories_n;
	if (row_total && column_total)
		return json_object_get(o, total_word);
	if (row_total)
		return json_array_get(json_object_get(o, "column_totals"), column);
	if (column_total)
		return json_array_get(json_object_get(o, "row_totals"), row);
	return json_array_get(json_array_get(cells, row), column);
}

static int expect_cell(struct trial *t, const struct report_table *table, const json_t *o,
    const struct yml *value, const char *what, size_t row, size_t column)
{
	const char *text = NULL;
	int r = expected_text(t, value, &text);
	if (r == 0)
		expect_number(t, what, text, said(o, table, row, column));
	return r;
}

static int expect_row(struct trial *t, const struct report_table *table, const json_t *o,
    const struct yml *key, const struct yml *y)
{
	size_t row = 0, column = 0;
	int r = category_at(t, &table->by[0], key, &row);
	if (r == 0 && table->by_n == 1) {
		char *what GW_CLEANUP(str_free_p) = str_printf("%s, %s", table->name, key->text);
		return expect_cell(t, table, o, y, what, row, 0);
	}
	if (r == 0 && y->kind != YML_MAP)
		r = yml_err(y, t->ei, GW_EFORMAT,
		    "table \"%s\" has two dimensions: {ROW: {COLUMN: n}} is expected", table->name);
	for (size_t i = 0; r == 0 && i < y->n; i++) {
		r = category_at(t, &table->by[1], y->keys[i], &column);
		char *what GW_CLEANUP(str_free_p) =
		    str_printf("%s, %s, %s", table->name, key->text, y->keys[i]->text);
		if (r == 0)
			r = expect_cell(t, table, o, y->items[i], what, row, column);
	}
	return r;
}

static int expect_tables(struct trial *t, const struct yml *expect)
{
	const char *words[REPORT_TABLES];
	const struct yml *m = NULL;
	size_t which = 0;
	int r = yml_map(expect, "tables", &m, t->ei);
	for (size_t i = 0; i < t->p->tables_n; i++)
		words[i] = t->p->tables[i].name;
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const struct yml *rows = m->items[i];
		r = yml_word(m->keys[i], words, t->p->tables_n, &which, t->ei);
		if (r == 0 && rows->kind != YML_MAP)
			r = yml_err(rows, t->ei, GW_EFORMAT, "a map of rows is expected");
		for (size_t k = 0; r == 0 && k < rows->n; k++)
			r = expect_row(t, &t->p->tables[which], json_array_get(t->tables, which),
			    rows->keys[k], rows->items[k]);
	}
	return r;
}

static int expect_candidates(struct trial *t, const struct yml *y)
{
	const char *text = NULL;
	json_t *n GW_CLEANUP(jx_release) = report_population(t->counts);
	int r = expected_text(t, y, &text);
	if (r == 0)
		expect_number(t, "candidates", text, n);
	return r;
}

static int check(struct trial *t, const struct yml *one)
{
	static const char *const keys[] = {"candidates", "tables", "blocked"};
	const struct yml *expect = NULL;
	const char *blocked = NULL;
	int r = yml_map(one, "expect", &expect, t->ei);
	if (r == 0)
		r = yml_closed(expect, keys, GW_LENGTH(keys), t->ei);
	if (r == 0 && !expect->n)
		r = yml_err(expect, t->ei, GW_EFORMAT, "expect: at least one is expected");
	if (r == 0 && yml_get(expect, "blocked"))
		r = yml_text(expect, "blocked", &blocked, t->ei);
	if (r < 0)
		return r;
	if (blocked && (t->code == 0 || !strstr(t->why.msg, blocked)))
		wrong(t, "blocked", blocked, t->code ? t->why.msg : "a report");
	if (!blocked && t->code < 0)
		wrong(t, "report", "one", t->why.msg);
	if (yml_get(expect, "candidates"))
		r = expect_candidates(t, yml_get(expect, "candidates"));
	if (r == 0 && yml_get(expect, "tables"))
		r = expect_tables(t, expect);
	return r;
}

/* ---- the run ---- */

static void look(const json_t *v, bool *shown, bool *hidden)
{
	*hidden |= json_is_null(v);
	*shown |= json_integer_value(v) > 0;
}

static void reach(struct trial *t)
{
	for (size_t i = 0; t->code == 0 && i < t->p->tables_n; i++) {
		const json_t *cells = json_object_get(json_array_get(t->tables, i), "cells");
		bool shown = false, hidden = false;
		for (size_t r = 0; r < json_array_size(cells); r++) {
			const json_t *row = json_array_get(cells, r);
			look(row, &shown, &hidden);
			for (size_t c = 0; c < json_array_size(row); c++)
				look(json_array_get(row, c), &shown, &hidden);
		}
		t->reached[i].unmet += t->left_out[i];
		t->reached[i].taken += shown || hidden;
		t->reached[i].shown += shown;
		t->reached[i].hidden += hidden;
	}
}

static int run_case(struct trial *t, const struct yml *one, struct case_result *ret)
{
	static const char *const keys[] = {"case", "period", "context", "groups", "expect"};
	const char *name = NULL, *period = NULL;
	struct errinfo why = ERRINFO_INIT;
	int r = yml_closed(one, keys, GW_LENGTH(keys), t->ei);
	if (r == 0)
		r = yml_text(one, "case", &name, t->ei);
	if (r == 0)
		r = yml_text(one, "period", &period, t->ei);
	if (r == 0 && report_span_parse(period, &t->span, &why) < 0)
		r = yml_err(yml_get(one, "period"), t->ei, GW_EFORMAT, "%s", why.msg);
	if (r == 0)
		r = casetest_context(one, t->p->head, &t->ctx, t->ei);
	if (r == 0)
		r = count_groups(t, one);
	if (r < 0)
		return r;
	t->tables = report_tables(t->counts);
	reach(t);
	r = check(t, one);
	if (r < 0)
		return r;
	ret->name = str_dup(name);
	ret->passed = !t->failed;
	ret->message = t->failed ? str_dup(t->wrong.data ? t->wrong.data : "it failed") : NULL;
	return 0;
}

static int run_all(const struct yml *root, const struct report_policy *p,
    struct report_results *ret, struct errinfo *ei)
{
	static const char *const keys[] = {"tests_for", "as_of", "cases"};
	const char *id = NULL;
	const struct yml *cases = NULL;
	struct date as_of;
	int r = yml_closed(root, keys, GW_LENGTH(keys), ei);
	if (r == 0)
		r = yml_text(root, "tests_for", &id, ei);
	if (r == 0 && !str_eq(id, p->head->id))
		r = yml_err(yml_get(root, "tests_for"), ei, GW_EFORMAT,
		    "these are tests for policy \"%.60s\", not for \"%s\"", id, p->head->id);
	if (r == 0)
		r = yml_date(root, "as_of", &as_of, ei);
	if (r == 0)
		r = yml_list(root, "cases", &cases, ei);
	if (r != 0)
		return r;
	if (!cases->n)
		return yml_err(cases, ei, GW_EFORMAT, "cases: at least one is expected");
	ret->cases.items = str_alloc(cases->n * sizeof *ret->cases.items);
	ret->reached = str_alloc((p->tables_n + 1) * sizeof *ret->reached);
	for (size_t i = 0; r == 0 && i < cases->n; i++) {
		struct trial t = {.p = p, .ei = ei, .reached = ret->reached};
		t.ctx = (struct policy_context){.today = as_of, .rehearsal = true};
		t.wrong = (struct buf)BUF_INIT(4000);
		r = run_case(&t, cases->items[i], &ret->cases.items[i]);
		report_counts_free(t.counts);
		jx_release(&t.tables);
		buf_release(&t.wrong);
		if (r == 0) {
			ret->cases.n++;
			ret->cases.failed += !ret->cases.items[i].passed;
		}
	}
	return r;
}

int reportcase_run(const char *file, const void *bytes, size_t n, const struct report_policy *p,
    struct report_results *ret, struct errinfo *ei)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct report_results results = {0};
	int r = yml_parse(file, bytes, n, &YML_SMALL, &root, ei);
	if (r == 0)
		r = run_all(root, p, &results, ei);
	if (r < 0)
		report_results_release(&results);
	else
		*ret = results;
	return r;
}

void report_results_release(struct report_results *r)
{
	case_results_release(&r->cases);
	free(r->reached);
	r->reached = NULL;
}
