/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a report policy: they load or are refused with a place; what loads can be formatted
 * without loss, counts dossiers, and shows no count below its threshold and no word of a dossier.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "package/report_page.h"
#include "policy/fmt.h"
#include "policy/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *const people[] = {
    "{\"context\":{\"programme\":\"wi2021\"},\"wi\":{\"leerroute\":\"B1\",\"term_end\":\"2026-01-00\"},"
    "\"trajectory\":[{\"product\":\"CANARY\",\"start\":\"2026-01-01\",\"status\":\"CANARY\","
    "\"end\":\"2026-08-01\",\"end_reason\":\"CANARY\"}],\"language\":{\"code\":\"nl\",\"cefr\":\"B1\"},"
    "\"benefit\":{\"type\":\"CANARY\"},\"ladder\":[{\"date\":\"2026-01-01\",\"step\":2},"
    "{\"date\":\"2026-07-09\",\"step\":3}],\"person\":{\"nationality\":\"CANARY\"},"
    "\"appointments\":[{\"date\":\"2026-07-01\",\"attendance\":\"present\"}]}",
    "{\"context\":{\"programme\":\"participatiewet\"},\"trajectory\":{\"start\":\"2025-00-00\"},"
    "\"ladder\":{\"date\":\"2026-02-00\",\"step\":6},\"appointments\":[{\"date\":\"2026-07-01\"},"
    "{\"date\":\"2026-07-02\",\"attendance\":\"absent\"}]}"};

static void must(bool good)
{
	if (!good)
		abort();
}

static void check_cell(const struct report_policy *r, const json_t *v)
{
	json_int_t n = json_integer_value(v);
	must(json_is_null(v) || (json_is_integer(v) && (n == 0 || n >= r->below)));
}

static void check_table(const struct report_policy *r, const json_t *t)
{
	static const char *const lists[] = {"cells", "row_totals", "column_totals"};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const json_t *list = json_object_get(t, lists[i]);
		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *row = json_array_get(list, k);
			for (size_t c = 0; c < json_array_size(row); c++)
				check_cell(r, json_array_get(row, c));
			if (!json_is_array(row))
				check_cell(r, row);
		}
	}
	if (json_object_get(t, "total"))
		check_cell(r, json_object_get(t, "total"));
}

static void check_texts(const json_t *tables, bool may_say)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct buf csv GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct buf html GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	json_t *report GW_CLEANUP(jx_release) = json_object();
	jx_set(report, "tables", json_incref((json_t *)(uintptr_t)tables));
	must(jx_dump(tables, &text) == 0 && report_csv(report, &csv, NULL) == 0 &&
	    report_html(report, HTML_DUTCH, &html, NULL) == 0);
	must(may_say ||
	    (!strstr(text.data, "CANARY") && !strstr(csv.data, "CANARY") &&
		!strstr(html.data, "CANARY")));
}

/* So many of each, which is sometimes few. */
static void put_to_work(const struct report_policy *r, unsigned times, bool may_say)
{
	static struct dossier *d[2];
	struct report_span span;
	must(report_span_parse("2026-Q3", &span, NULL) == 0);
	struct report_counts *c GW_CLEANUP(report_counts_free_p) =
	    report_counts_new(r, &span, POLICY_BSN_PROCESSING);
	for (size_t i = 0; i < 2; i++) {
		if (!d[i])
			must(dossier_parse_json("d", people[i], strlen(people[i]),
				 catalogue_builtin(), NULL, &d[i], NULL) == 0);
		for (unsigned k = 0; k < (i ? times : 40); k++)
			(void)report_count(c, d[i]);
	}
	json_t *tables GW_CLEANUP(jx_release) = report_tables(c);
	must(json_array_size(tables) == r->tables_n);
	for (size_t i = 0; i < r->tables_n; i++)
		check_table(r, json_array_get(tables, i));
	check_texts(tables, may_say);
	json_decref(report_population(c));
	json_decref(report_meaning_json(r));
}

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t n)
{
	struct report_policy *r GW_CLEANUP(report_free_p) = NULL;
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct report_policy *again GW_CLEANUP(report_free_p) = NULL;
	int e = report_parse("fuzz", text, n, catalogue_builtin(), &f, &r, &ei);
	must((e == 0) == (r != NULL) && (e == 0) == (f.errors == 0));
	if (e < 0) {
		must(ei.located && str_starts(ei.msg, "fuzz:"));
		return 0;
	}
	must(report_is(text, n));
	e = policy_fmt("fuzz", text, n, &out, NULL);
	must(e == 0 || e == GW_EFAIL);
	if (e == 0 && out.len <= 256 << 10) {
		must(report_parse(
			 "fuzz", out.data, out.len, catalogue_builtin(), NULL, &again, NULL) == 0);
		must(str_eq(r->head->meaning, again->head->meaning));
	}
	put_to_work(r, (unsigned)(n % 13), memmem(text, n, "CANARY", 6) != NULL);
	return 0;
}
