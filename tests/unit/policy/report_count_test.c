/* SPDX-License-Identifier: EUPL-1.2 */
/* Which of a dossier's records count in a period, in which category: each bound from both sides. */
#include "base/json.h"
#include "policy/report_inside.h"
#include "policy/seen.h"
#include "tests/unit/policy/policies.h"

static const char text[] =
    "report_policy: proef\nlanguage: 1\nversion: 1\nstatus: active\ntitle: Proef\n"
    "valid: {from: 2026-01-01, until: 2030-12-31}\napproved: [{role: fg, date: 2026-01-01}]\n"
    "catalogue: 1\npurpose: contract_steering\nlegal_basis: {gdpr: public_task, law: [pwet-7]}\n"
    "applies_to: {sender: [provider], recipient: [municipality], contract_status: [contracted],\n"
    "             programme: [participatiewet, wi2021]}\n"
    "population: {period: quarter, min_candidates: 1}\n"
    "codes: {trajectory.product: [a, b], trajectory.end_reason: {uit: [werk, studie]},\n"
    "        wi.exams.result: [behaald]}\n"
    "tables:\n"
    "  - {table: product, count: candidates, by: [trajectory.product]}\n"
    "  - {table: reason, count: candidates, by: [trajectory.end_reason]}\n"
    "  - {table: ladder, count: candidates, by: [derived.ladder_movement]}\n"
    "  - {table: duration, count: candidates, by: [derived.duration_band]}\n"
    "  - {table: schedule, count: candidates, by: [derived.wi_on_schedule]}\n"
    "  - {table: step, count: candidates, by: [ladder.step]}\n"
    "  - {table: exam, count: candidates, by: [wi.exams.result]}\n"
    "  - {table: kept, count: appointments, by: [appointments.attendance, trajectory.product]}\n"
    "  - {table: wi, count: candidates, by: [wi.leerroute], only_if: {programme: [wi2021]}}\n"
    "  - {table: duty, count: candidates, by: [wi.leerroute], only_if: {recipient_duty: "
    "[bsn_processing]}}\n"
    "suppress: {below: 10, zero: show, complementary: required, totals: round}\n"
    "round: {to: 5}\npercentages: {min_denominator: 100}\n"
    "retention: {package: P28D, recipient: {keep: P7Y, after: period_end}}\n";

static struct report_policy *policy;

static int load_policy(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	test_code(
	    report_parse("r.yaml", text, strlen(text), catalogue_builtin(), NULL, &policy, &ei), 0,
	    &ei);
	return 0;
}

static int drop_policy(void **state)
{
	(void)state;
	report_free_p(&policy);
	return 0;
}

static struct report_counts *counts(unsigned duties)
{
	struct report_span span;
	assert_int_equal(report_span_parse("2026-Q3", &span, NULL), 0);
	return report_counts_new(policy, &span, duties);
}

static struct dossier *dossier_of(const char *json)
{
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(dossier_parse_json("d", json, strlen(json), catalogue_builtin(), NULL, &d, &ei),
	    0, &ei);
	return d;
}

/* The only cell of a table with something in it, as "row" or "row column"; "" for none. */
static char *where(const struct report_counts *c, const char *table)
{
	for (size_t i = 0; i < policy->tables_n; i++) {
		const struct report_table *t = &policy->tables[i];
		size_t columns = report_columns(t);
		for (size_t k = 0; str_eq(t->name, table) && k < report_rows(t) * columns; k++)
			if (c->cells[i][k])
				return str_printf("%s%s%s*%d", t->by[0].categories[k / columns],
				    t->by_n == 2 ? " " : "",
				    t->by_n == 2 ? t->by[1].categories[k % columns] : "",
				    (int)c->cells[i][k]);
	}
	return str_dup("");
}

struct example {
	const char *json, *table, *cell;
};

static void check(const struct example *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct dossier *d GW_CLEANUP(dossier_free_p) = dossier_of(list[i].json);
		struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts(0);
		(void)report_count(c, d);
		char *got GW_CLEANUP(str_free_p) = where(c, list[i].table);
		if (!str_eq(got, list[i].cell))
			fail_msg("%s: %s instead of %s", list[i].json, got, list[i].cell);
	}
}

static void who_belongs_to_a_period(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		enum report_taken taken;
	} list[] = {
	    {"{\"trajectory\":{\"start\":\"2026-09-30\"}}", REPORT_COUNTED},
	    {"{\"trajectory\":{\"start\":\"2026-10-01\"}}", REPORT_OUTSIDE},
	    {"{\"trajectory\":{\"start\":\"2025-01-01\",\"end\":\"2026-07-01\"}}", REPORT_COUNTED},
	    {"{\"trajectory\":{\"start\":\"2025-01-01\",\"end\":\"2026-06-30\"}}", REPORT_OUTSIDE},
	    /* unknown beginnings are early, unknown ends late */
	    {"{\"trajectory\":{\"start\":\"2026-09-00\"}}", REPORT_COUNTED},
	    {"{\"trajectory\":{\"start\":\"2026-10-00\"}}", REPORT_OUTSIDE},
	    {"{\"trajectory\":{\"end\":\"2026-00-00\"}}", REPORT_COUNTED},
	    {"{\"trajectory\":{\"end\":\"2025-00-00\"}}", REPORT_OUTSIDE},
	    {"{\"trajectory\":{\"product\":\"a\"}}", REPORT_COUNTED},
	    {"{\"trajectory\":[{\"start\":\"2027-01-01\"},{\"start\":\"2026-01-01\"}]}",
		REPORT_COUNTED},
	    {"{\"person\":{\"client_number\":\"K\"}}", REPORT_COUNTED},
	    {"{\"trajectory\":[]}", REPORT_COUNTED},
	};
	for (size_t i = 0; i < GW_LENGTH(list); i++) {
		struct dossier *d GW_CLEANUP(dossier_free_p) = dossier_of(list[i].json);
		struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts(0);
		if (report_count(c, d) != list[i].taken)
			fail_msg("%s", list[i].json);
		assert_int_equal(report_candidates(c), list[i].taken == REPORT_COUNTED);
	}
}

static void which_record_counts(void **state)
{
	(void)state;
	static const struct example list[] = {
	    {"{\"trajectory\":[{\"product\":\"a\",\"start\":\"2026-08-01\"},{\"product\":\"b\","
	     "\"start\":\"2026-01-01\"}]}",
		"product", "a*1"},
	    {"{\"trajectory\":[{\"product\":\"a\",\"start\":\"2026-10-01\"},{\"product\":\"b\","
	     "\"start\":\"2026-01-01\"}]}",
		"product", "b*1"},
	    {"{\"trajectory\":[{\"product\":\"a\",\"start\":\"2026-01-01\"},{\"product\":\"b\","
	     "\"start\":\"2026-01-01\"}]}",
		"product", "b*1"},
	    {"{\"trajectory\":{\"product\":\"Kanarie\"}}", "product", "other*1"},
	    {"{\"trajectory\":{\"start\":\"2026-01-01\"}}", "product", "none*1"},
	    {"{}", "product", "none*1"},
	    {"{\"ladder\":[{\"date\":\"2026-09-30\",\"step\":4},{\"date\":\"2026-10-01\",\"step\":5},"
	     "{\"date\":\"2026-01-01\",\"step\":1}]}",
		"step", "4*1"},
	    {"{\"ladder\":[{\"date\":\"2026-10-01\",\"step\":5}]}", "step", "none*1"},
	    {"{\"ladder\":[{\"step\":2},{\"step\":3}]}", "step", "3*1"},
	    /* a value outside its range was dropped on the way in */
	    {"{\"ladder\":[{\"date\":\"2026-01-01\",\"step\":9}]}", "step", "none*1"},
	    /* no date in the group: the first */
	    {"{\"wi\":{\"exams\":[{\"part\":\"x\",\"result\":\"behaald\"},{\"result\":\"niet\"}]}}",
		"exam", "behaald*1"},
	    {"{\"wi\":{\"exams\":{\"result\":\"niet\"}}}", "exam", "other*1"},
	    /* what an earlier policy transformed is no code any more */
	    {"{\"trajectory\":{\"product\":{\"as\":\"truncate:1\",\"v\":\"a\"}}}", "product",
		"none*1"},
	};
	check(list, GW_LENGTH(list));
}

static void a_reason_of_an_end_that_lies_ahead_is_none_yet(void **state)
{
	(void)state;
	static const struct example list[] = {
	    {"{\"trajectory\":{\"end\":\"2026-09-30\",\"end_reason\":\"werk\"}}", "reason",
		"uit*1"},
	    {"{\"trajectory\":{\"end\":\"2026-10-01\",\"end_reason\":\"werk\"}}", "reason",
		"none*1"},
	    {"{\"trajectory\":{\"end\":\"2026-09-00\",\"end_reason\":\"werk\"}}", "reason",
		"none*1"},
	    {"{\"trajectory\":{\"end_reason\":\"studie\"}}", "reason", "uit*1"},
	};
	check(list, GW_LENGTH(list));
}

#define LADDER(steps) "{\"trajectory\":{\"start\":\"2026-02-01\"},\"ladder\":[" steps "]}"
#define STEP(date, step) "{\"date\":\"" date "\",\"step\":" step "}"

static void ladder_movement(void **state)
{
	(void)state;
	static const struct example list[] = {
	    {LADDER(STEP("2026-01-01", "2") "," STEP("2026-08-01", "3")), "ladder", "up*1"},
	    {LADDER(STEP("2026-08-01", "2") "," STEP("2026-01-01", "3")), "ladder", "down*1"},
	    {LADDER(STEP("2026-01-01", "3") "," STEP("2026-08-01", "3")), "ladder", "same*1"},
	    /* the last one on or before the start, not the first of all */
	    {LADDER(
		 STEP("2024-01-01", "5") "," STEP("2026-02-01", "2") "," STEP("2026-08-01", "3")),
		"ladder", "up*1"},
	    /* else the first after it */
	    {LADDER(
		 STEP("2026-02-02", "3") "," STEP("2026-03-01", "5") "," STEP("2026-08-01", "4")),
		"ladder", "up*1"},
	    /* not what lies behind the period */
	    {LADDER(
		 STEP("2026-01-01", "2") "," STEP("2026-09-30", "3") "," STEP("2026-10-01", "1")),
		"ladder", "up*1"},
	    {LADDER(STEP("2026-01-01", "2")), "ladder", "none*1"},
	    {LADDER(STEP("2026-01-01", "2") "," STEP("2026-10-01", "3")), "ladder", "none*1"},
	    {LADDER(STEP("2026-01-01", "2") "," STEP("2026-08-00", "3")), "ladder", "none*1"},
	    {"{\"ladder\":[" STEP("2025-01-01", "2") "," STEP("2026-01-01", "1") "]}", "ladder",
		"down*1"},
	};
	check(list, GW_LENGTH(list));
}

#define FROM(start) "{\"trajectory\":{\"start\":\"" start "\"}}"
#define BETWEEN(start, end) "{\"trajectory\":{\"start\":\"" start "\",\"end\":\"" end "\"}}"

static void duration_band(void **state)
{
	(void)state;
	static const struct example list[] = {
	    {FROM("2026-09-30"), "duration", "under_3m*1"},
	    {FROM("2026-07-01"), "duration", "under_3m*1"}, /* three months is 10-01 */
	    {FROM("2026-06-30"), "duration", "3m_to_6m*1"},
	    {FROM("2026-04-01"), "duration", "3m_to_6m*1"},
	    {FROM("2026-03-31"), "duration",
		"6m_to_12m*1"}, /* six months clamp to 09-30: reached */
	    {FROM("2025-10-01"), "duration", "6m_to_12m*1"},
	    {FROM("2025-09-30"), "duration", "12m_to_24m*1"},
	    {FROM("2024-10-01"), "duration", "12m_to_24m*1"},
	    {FROM("2024-09-30"), "duration", "24m_or_more*1"},
	    {BETWEEN("2025-01-01", "2026-07-01"), "duration", "12m_to_24m*1"},
	    {BETWEEN("2026-06-30", "2027-12-31"), "duration", "3m_to_6m*1"},
	    {FROM("2026-00-00"), "duration", "none*1"},
	    {BETWEEN("2025-01-01", "2026-00-00"), "duration", "none*1"},
	    {BETWEEN("2025-01-01", "2027-00-00"), "duration", "12m_to_24m*1"},
	    {"{}", "duration", "none*1"},
	};
	check(list, GW_LENGTH(list));
}

static void wi_on_schedule(void **state)
{
	(void)state;
	static const struct example list[] = {
	    {"{\"wi\":{\"term_end\":\"2026-09-30\"}}", "schedule", "on_schedule*1"},
	    {"{\"wi\":{\"term_end\":\"2026-09-29\"}}", "schedule", "term_passed*1"},
	    {"{\"wi\":{\"term_end\":\"2026-08-31\"},\"trajectory\":{\"end\":\"2026-08-31\"}}",
		"schedule", "on_schedule*1"},
	    {"{\"wi\":{\"term_end\":\"2026-08-30\"},\"trajectory\":{\"end\":\"2026-08-31\"}}",
		"schedule", "term_passed*1"},
	    {"{\"wi\":{\"term_end\":\"2026-09-00\"}}", "schedule", "none*1"},
	    {"{\"wi\":{\"leerroute\":\"B1\"}}", "schedule", "none*1"},
	};
	check(list, GW_LENGTH(list));
}

static void appointments_of_the_period_count_each(void **state)
{
	(void)state;
	static const struct example list[] = {
	    {"{\"appointments\":[{\"date\":\"2026-07-01\",\"attendance\":\"present\"},"
	     "{\"date\":\"2026-09-30\",\"attendance\":\"present\"},"
	     "{\"date\":\"2026-06-30\",\"attendance\":\"present\"},"
	     "{\"date\":\"2026-10-01\",\"attendance\":\"present\"},"
	     "{\"date\":\"2026-08-00\",\"attendance\":\"present\"},{\"attendance\":\"present\"}],"
	     "\"trajectory\":{\"product\":\"b\"}}",
		"kept", "present b*2"},
	    {"{\"appointments\":{\"date\":\"2026-07-01\"}}", "kept", "none none*1"},
	    {"{\"appointments\":[]}", "kept", ""},
	};
	check(list, GW_LENGTH(list));
}

static void many_appointments_of_one_person_are_one_person(void **state)
{
	(void)state;
	struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts(0);
	struct dossier *d GW_CLEANUP(dossier_free_p) =
	    dossier_of("{\"appointments\":[{\"date\":\"2026-07-01\",\"attendance\":\"present\"},"
		       "{\"date\":\"2026-07-02\",\"attendance\":\"present\"}]}");
	for (int i = 0; i < 9; i++)
		(void)report_count(c, d);
	json_t *few GW_CLEANUP(jx_release) = report_tables(c);
	/* eighteen appointments, nine people */
	const json_t *cells = json_object_get(json_array_get(few, 7), "cells");
	assert_true(json_is_null(json_array_get(json_array_get(cells, 0), 3)));
	assert_true(json_is_null(json_object_get(json_array_get(few, 7), "total")));
	(void)report_count(c, d);
	json_t *enough GW_CLEANUP(jx_release) = report_tables(c);
	assert_int_equal(
	    json_integer_value(json_object_get(json_array_get(enough, 7), "total")), 20);
}

static void conditions_leave_people_out_of_a_table(void **state)
{
	(void)state;
	struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts(0);
	struct report_counts *with_duty GW_CLEANUP(report_counts_free_p) =
	    counts(POLICY_BSN_PROCESSING);
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier_of(
	    "{\"context\":{\"programme\":\"participatiewet\"},\"wi\":{\"leerroute\":\"B1\"}}");
	struct dossier *wi GW_CLEANUP(dossier_free_p) =
	    dossier_of("{\"context\":{\"programme\":\"wi2021\"},\"wi\":{\"leerroute\":\"Z\"}}");
	(void)report_count(c, d);
	(void)report_count(c, wi);
	(void)report_count(with_duty, wi);
	char *one GW_CLEANUP(str_free_p) = where(c, "wi");
	char *none GW_CLEANUP(str_free_p) = where(c, "duty");
	char *duty GW_CLEANUP(str_free_p) = where(with_duty, "duty");
	assert_string_equal(one, "Z*1");
	assert_string_equal(none, "");
	assert_string_equal(duty, "Z*1");
	assert_int_equal(report_candidates(c), 2);
}

static enum seen_before see(struct seen *s, const char *json)
{
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier_of(json);
	return seen_add(s, d);
}

static void nobody_is_counted_twice(void **state)
{
	(void)state;
	struct seen *s GW_CLEANUP(seen_free_p) = seen_new();
	assert_int_equal(
	    see(s, "{\"person\":{\"bsn\":\"123456782\",\"client_number\":\"K-1\"}}"), SEEN_NEW);
	assert_int_equal(see(s, "{\"person\":{\"client_number\":\"K-1\"}}"), SEEN_AGAIN);
	assert_int_equal(
	    see(s, "{\"person\":{\"bsn\":\"123456782\",\"v_number\":\"2812345678\"}}"), SEEN_AGAIN);
	assert_int_equal(see(s, "{\"person\":{\"v_number\":\"28.1234.5678\"}}"), SEEN_AGAIN);
	assert_int_equal(see(s, "{\"person\":{\"family_name\":\"Berg\"}}"), SEEN_NOBODY);
	assert_int_equal(see(s, "{\"person\":{\"family_name\":\"Berg\"}}"), SEEN_NOBODY);
	for (int i = 0; i < 5000; i++) {
		char *json GW_CLEANUP(str_free_p) =
		    str_printf("{\"person\":{\"client_number\":\"L-%d\"}}", i);
		assert_int_equal(see(s, json), SEEN_NEW);
	}
	assert_int_equal(see(s, "{\"person\":{\"client_number\":\"L-17\"}}"), SEEN_AGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_belongs_to_a_period),
	    cmocka_unit_test(which_record_counts),
	    cmocka_unit_test(a_reason_of_an_end_that_lies_ahead_is_none_yet),
	    cmocka_unit_test(ladder_movement),
	    cmocka_unit_test(duration_band),
	    cmocka_unit_test(wi_on_schedule),
	    cmocka_unit_test(appointments_of_the_period_count_each),
	    cmocka_unit_test(many_appointments_of_one_person_are_one_person),
	    cmocka_unit_test(conditions_leave_people_out_of_a_table),
	    cmocka_unit_test(nobody_is_counted_twice),
	};
	return cmocka_run_group_tests_name("policy/report_count", tests, load_policy, drop_policy);
}
