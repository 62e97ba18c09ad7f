/* SPDX-License-Identifier: EUPL-1.2 */
/* The loader of report policies: the same header as a policy's, then tables and how they are shown.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/load_report.h"

static const char *const zero_words[] = {"show", "hide"};
static const char *const complementary_words[] = {"required", "none"};
static const char *const totals_words[] = {"round", "hide"};

/* The index of a required word. */
static bool load_index(struct loader *l, const struct yml *map, const char *key,
    const char *const *list, size_t n, size_t *ret)
{
	const struct policy_words words = {list, n};
	const char *word = NULL;
	if (!load_word(l, map, key, &words, &word))
		return false;
	for (*ret = 0; *ret + 1 < n && list[*ret] != word;)
		++*ret;
	return true;
}

/* ---- tables ---- */

static void load_table_condition(struct loader *l, const struct yml *m, struct report_table *t)
{
	static const char *const keys[] = {"programme", "recipient_duty"};
	const struct yml *cond = load_map(l, m, "only_if"), *list;
	struct policy_condition *c = &t->only_if;
	if (!cond || !load_closed(l, cond, keys, GW_LENGTH(keys)))
		return;
	if (!cond->n)
		load_say(l, POLICY_ERROR, cond, "only_if: at least one condition is expected");
	if (yml_get(cond, "programme") && (list = load_list(l, cond, "programme")) &&
	    load_bits(l, list, &policy_programmes, &c->programmes) &&
	    (c->programmes & ~l->p->programmes))
		load_say(l, POLICY_WARNING, list,
		    "a programme here is not among those that the policy applies to");
	if (yml_get(cond, "recipient_duty") && (list = load_list(l, cond, "recipient_duty")))
		(void)load_bits(l, list, &policy_duties, &c->duties);
}

static void load_table(struct loader *l, const struct yml *m, struct report_table *t)
{
	static const char *const keys[] = {"table", "count", "by", "only_if"};
	struct report_policy *r = l->report;
	size_t unit = 0;
	if (!load_closed(l, m, keys, GW_LENGTH(keys)) && m->kind != YML_MAP)
		return;
	t->line = m->line;
	if (!load_name(l, m, "table", &t->name))
		t->name = str_dup("?");
	for (const struct report_table *o = r->tables; o < t; o++)
		if (str_eq(o->name, t->name)) {
			load_say(l, POLICY_ERROR, m, "table \"%s\" stands here twice", t->name);
			break;
		}
	if (load_index(l, m, "count", report_unit_words, GW_LENGTH(report_unit_words), &unit))
		t->count = (enum report_unit)unit;
	if (t->count == REPORT_APPOINTMENTS &&
	    !catalogue_find(l->p->catalogue, "appointments.date"))
		load_say(l, POLICY_ERROR, yml_get(m, "count"),
		    "the catalogue has no appointments.date, so none can be counted");
	if (yml_get(m, "only_if"))
		load_table_condition(l, m, t);
	const struct yml *by = load_list(l, m, "by");
	if (by && load_most(l, by, REPORT_DIMENSIONS, "dimensions"))
		for (size_t i = 0; i < by->n; i++)
			(void)load_dimension(l, by->items[i], t);
}

static size_t cells_of(const struct report_table *t)
{
	size_t n = 1;
	for (size_t i = 0; i < t->by_n; i++)
		n *= t->by[i].categories_n + 1;
	return n;
}

static void load_tables(struct loader *l)
{
	struct report_policy *r = l->report;
	const struct yml *list = load_list(l, l->root, "tables");
	size_t cells = 0;
	if (!list || !load_most(l, list, REPORT_TABLES, "tables"))
		return;
	r->tables = str_alloc(list->n * sizeof *r->tables);
	for (size_t i = 0; i < list->n; i++) {
		load_table(l, list->items[i], &r->tables[r->tables_n++]);
		cells += cells_of(&r->tables[i]);
	}
	if (cells > REPORT_CELLS)
		load_say(l, POLICY_ERROR, list,
		    "these tables have more than %d cells together: count by fewer categories",
		    REPORT_CELLS);
}

/* ---- how they are shown ---- */

static void load_population(struct loader *l)
{
	static const char *const keys[] = {"period", "min_candidates"};
	struct report_policy *r = l->report;
	const struct yml *m = load_map(l, l->root, "population");
	size_t i = 0;
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	if (load_index(l, m, "period", report_period_words, GW_LENGTH(report_period_words), &i))
		r->period = (enum report_period)i;
	(void)load_int(l, m, "min_candidates", 1, 1000000, &r->min_candidates);
}

static void load_suppress(struct loader *l)
{
	static const char *const keys[] = {"below", "zero", "complementary", "totals"};
	struct report_policy *r = l->report;
	const struct yml *m = load_map(l, l->root, "suppress");
	size_t i = 0;
	if (!m || !load_closed(l, m, keys, GW_LENGTH(keys)))
		return;
	(void)load_int(l, m, "below", 5, 1000, &r->below);
	if (load_index(l, m, "zero", zero_words, GW_LENGTH(zero_words), &i))
		r->hide_zero = i == 1;
	if (load_index(
		l, m, "complementary", complementary_words, GW_LENGTH(complementary_words), &i))
		r->complementary = i == 0;
	if (load_index(l, m, "totals", totals_words, GW_LENGTH(totals_words), &i))
		r->hide_totals = i == 1;
}

/* A map with one member that is a number. */
static void load_number(
    struct loader *l, const char *map, const char *key, int64_t high, int64_t *ret)
{
	const struct yml *m = load_map(l, l->root, map);
	if (m && load_closed(l, m, &key, 1))
		(void)load_int(l, m, key, 1, high, ret);
}

static void load_all(struct loader *l)
{
	static const char *const keys[] = {"report_policy", "language", "version", "status",
	    "title", "valid", "approved", "catalogue", "purpose", "legal_basis", "applies_to",
	    "requires", "population", "codes", "tables", "suppress", "round", "percentages",
	    "retention"};
	const struct yml *key = yml_key(l->root, "policy");
	if (key && !yml_get(l->root, "report_policy")) {
		struct errinfo ei = ERRINFO_INIT;
		int r = yml_err(key, &ei, GW_ESUPPORT,
		    "this is a policy for dossiers, not a report policy: `handover seal` uses it");
		(void)load_failed(l, r, &ei);
		return;
	}
	(void)load_closed(l, l->root, keys, GW_LENGTH(keys));
	if (l->root->kind != YML_MAP)
		return;
	load_header(l);
	load_population(l);
	if (yml_get(l->root, "codes"))
		(void)load_map(l, l->root, "codes");
	load_tables(l);
	load_suppress(l);
	load_number(l, "round", "to", 1000, &l->report->round_to);
	load_number(l, "percentages", "min_denominator", 1000000, &l->report->min_denominator);
	load_retention(l);
	load_report_lint(l);
}

int report_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct policy_findings *findings, struct report_policy **ret_r, struct errinfo *ei)
{
	struct report_policy *report GW_CLEANUP(report_free_p) = str_alloc(sizeof *report);
	report->head = str_alloc(sizeof *report->head);
	struct loader l = {.p = report->head, .report = report};
	int r = load_document(&l, file, p, n, catalogue, findings, load_all, ei);
	if (r < 0)
		return r;
	report_meaning(report);
	*ret_r = report;
	report = NULL;
	return 0;
}
