/* SPDX-License-Identifier: EUPL-1.2 */
/* Loading a report policy: what each slip is told, and where; periods and their names. */
#include "policy/report.h"

#include "tests/unit/policy/policies.h"

#define QUARTER "policies/managementrapportage-kwartaal.yaml"
#define HALF_YEAR "policies/managementrapportage-halfjaar.yaml"

static struct report_policy *load_report(
    const char *text, struct policy_findings *f, struct errinfo *ei)
{
	struct report_policy *r = NULL;
	int e = report_parse("r.yaml", text, strlen(text), catalogue_builtin(), f, &r, ei);
	assert_true((e == 0) == (r != NULL) && (e == 0) == (f->errors == 0));
	return r;
}

static void shipped_report_policies_load_clean(void **state)
{
	(void)state;
	static const char *const files[] = {QUARTER, HALF_YEAR};
	for (size_t i = 0; i < GW_LENGTH(files); i++) {
		struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		char *text GW_CLEANUP(str_free_p) = slurp(files[i]);
		struct report_policy *r GW_CLEANUP(report_free_p) = load_report(text, &f, &ei);
		if (!r || f.n)
			fail_msg("%s: %s", files[i], f.n ? f.items[0].text : ei.msg);
		assert_int_equal(r->below, 10);
		assert_int_equal(r->round_to, 5);
		assert_true(r->complementary && !r->hide_zero && !r->hide_totals);
		assert_int_equal(r->head->rules_n, 0);
		assert_true(report_is(text, strlen(text)));
	}
}

/* A change of the shipped text, and the finding that it gives. */
struct slip {
	const char *from, *to, *finding;
};

static const struct slip slips[] = {
    {"suppress:", "supress:", "r.yaml:34:1: unknown key \"supress\", did you mean \"suppress\"?"},
    {"population: {period: quarter", "population: {period: kwartaal",
	"r.yaml:17:22: \"kwartaal\" is none of: month, quarter, half_year, year"},
    {"below: 10", "below: 4", "r.yaml:34:19: below: whole number from 5 to 1000 expected"},
    {"zero: show", "zero: shown",
	"r.yaml:34:29: \"shown\" is none of: show, hide; did you mean \"show\"?"},
    {"complementary: required", "complementary: none",
	"r.yaml:34:50: without complementary suppression a cell that is not shown can be worked out from totals"},
    {"totals: round", "totals: exact", "r.yaml:34:68: \"exact\" is none of: round, hide"},
    {"to: 5", "to: 0", "r.yaml:35:13: to: whole number from 1 to 1000 expected"},
    {"round: {to: 5}", "round: {to: 1}",
	"r.yaml:35:8: to: 1 rounds nothing: exact totals narrow down what is not shown"},
    {"percentages: {min_denominator: 100}", "percentages: {min: 100}",
	"r.yaml:36:15: unknown key \"min\""},
    {"min_candidates: 30", "min_candidates: 9",
	"r.yaml:17:13: min_candidates lies below suppress.below: such a report would show nothing"},
    {"count: appointments", "count: afspraken",
	"r.yaml:33:34: \"afspraken\" is none of: candidates, appointments"},
    {"by: [appointments.attendance]", "by: [appointments.attendence]",
	"r.yaml:33:53: unknown field \"appointments.attendence\", did you mean \"appointments.attendance\"?"},
    {"by: [appointments.attendance]", "by: [derived.duration_bond]",
	"r.yaml:33:53: unknown \"derived.duration_bond\", did you mean \"derived.duration_band\"?"},
    {"by: [appointments.attendance]", "by: [person.bsn]",
	"r.yaml:33:53: person.bsn is class national_id: tables count by fields of class ordinary or sensitive only"},
    {"by: [appointments.attendance]", "by: [obstacles.addiction]",
	"r.yaml:33:53: obstacles.addiction is class special: tables count by fields of class ordinary or sensitive only"},
    {"by: [appointments.attendance]", "by: [appointments.date]",
	"r.yaml:33:53: appointments.date is type date: tables count by codes and small numbers, or by what is derived"},
    {"by: [appointments.attendance]", "by: [profile.occupation_wish]",
	"r.yaml:33:53: profile.occupation_wish is type text_short: tables count by codes and small numbers, or by what is derived"},
    {"by: [appointments.attendance]", "by: [trajectory.status]",
	"r.yaml:33:53: trajectory.status has no closed list: all its values count as \"other\"; list them under \"codes\""},
    {"by: [appointments.attendance]", "by: [wi.leerroute, wi.leerroute]",
	"r.yaml:33:67: \"wi.leerroute\" stands here twice"},
    {"by: [appointments.attendance]", "by: [wi.leerroute, ladder.step, language.cefr]",
	"r.yaml:33:52: at most 2 dimensions are expected here"},
    {"table: aanwezigheid", "table: in-en-uitstroom",
	"r.yaml:33:5: table \"in-en-uitstroom\" stands here twice"},
    {"count: appointments, by: [appointments.attendance]",
	"count: candidates, by: [trajectory.product]",
	"r.yaml:33:5: table \"aanwezigheid\" counts the same by part of what table \"in-en-uitstroom\" counts by: held against each other they show more than each alone"},
    {"count: appointments, by: [appointments.attendance]",
	"count: candidates, by: [trajectory.product], only_if: {programme: [wi2021]}",
	"r.yaml:33:5: tables \"aanwezigheid\" and \"in-en-uitstroom\" count overlapping populations by the same: their difference is a table that nothing suppresses"},
    {"by: [appointments.attendance]", "by: [appointments.attendance], only_if: {consent: [x]}",
	"r.yaml:33:89: unknown key \"consent\""},
    {"[werkfit, naar-werk", "[werkfit, werkfit", "r.yaml:20:33: \"werkfit\" stands here twice"},
    {"[werkfit, naar-werk", "[werkfit, 'naar werk'",
	"r.yaml:20:33: \"naar werk\" can not be a value of trajectory.product"},
    {"[werkfit, naar-werk", "[werkfit, total",
	"r.yaml:20:33: \"total\" is what a table itself counts so: give this category another name"},
    {"aanwezig: [present, aanwezig", "aanwezig: [presnt, aanwezig",
	"r.yaml:28:16: \"presnt\" is none of:"},
    {"trajectory.end_reason:\n", "trajectory.end_reeson:\n",
	"r.yaml:21:3: unknown field \"trajectory.end_reeson\", did you mean \"trajectory.end_reason\"?"},
    {"trajectory.end_reason:\n", "trajectory.status:\n",
	"r.yaml:21:3: no table counts by trajectory.status: its codes are needless"},
    {"requires: [mandate]", "requires: [mandate, protocol_accepted]",
	"r.yaml:16:11: a report is not accepted by its recipient, so protocol_accepted is never met"},
    {"requires: [mandate]", "allow: []", "r.yaml:16:1: unknown key \"allow\""},
    {"  package: P28D\n", "", "r.yaml:38:3: key \"package\" is missing"},
};

static bool has_finding(const struct policy_findings *f, const char *text)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_starts(f->items[i].text, text))
			return true;
	return false;
}

static void each_slip_has_its_place_and_its_words(void **state)
{
	(void)state;
	char *text GW_CLEANUP(str_free_p) = slurp(QUARTER);
	size_t missing = 0;
	for (size_t i = 0; i < GW_LENGTH(slips); i++) {
		struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		char *bad GW_CLEANUP(str_free_p) = with(text, slips[i].from, slips[i].to);
		struct report_policy *r GW_CLEANUP(report_free_p) = load_report(bad, &f, &ei);
		if (has_finding(&f, slips[i].finding))
			continue;
		missing++;
		printf("# %zu expected: %s\n", i, slips[i].finding);
		for (size_t k = 0; k < f.n; k++)
			printf("#   got: %s\n", f.items[k].text);
	}
	assert_int_equal(missing, 0);
}

static void the_two_kinds_are_never_taken_for_each_other(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	char *policy GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	char *report GW_CLEANUP(str_free_p) = slurp(QUARTER);
	struct report_policy *r = NULL;
	struct policy *p = NULL;
	assert_false(report_is(policy, strlen(policy)));
	assert_int_equal(
	    report_parse("p.yaml", policy, strlen(policy), catalogue_builtin(), &f, &r, &ei),
	    GW_ESUPPORT);
	assert_string_equal(ei.msg,
	    "p.yaml:1:1: this is a policy for dossiers, not a report policy: `handover seal` uses it");
	assert_int_equal(
	    policy_parse("r.yaml", report, strlen(report), catalogue_builtin(), NULL, &p, &ei),
	    GW_ESUPPORT);
	assert_non_null(strstr(ei.msg, "r.yaml:1:1: this is a report policy"));
	/* with both keys it is neither */
	char *both GW_CLEANUP(str_free_p) = str_printf("policy: x\n%s", report);
	struct policy_findings g GW_CLEANUP(policy_findings_release) = {0};
	assert_false(report_is(both, strlen(both)));
	assert_int_equal(
	    report_parse("b.yaml", both, strlen(both), catalogue_builtin(), &g, &r, &ei),
	    GW_EFORMAT);
	assert_int_equal(
	    policy_parse("b.yaml", both, strlen(both), catalogue_builtin(), NULL, &p, &ei),
	    GW_EFORMAT);
}

static void the_example_of_the_grammar_loads(void **state)
{
	(void)state;
	static const char text[] =
	    "report_policy: managementrapportage-kwartaal\nlanguage: 1\nversion: 2\nstatus: active\n"
	    "title: Kwartaalrapportage op managementniveau\n"
	    "valid: {from: 2026-01-01, until: 2026-12-31}\n"
	    "approved: [{role: fg, date: 2025-12-10}]\ncatalogue: 1\npurpose: contract_steering\n"
	    "legal_basis: {gdpr: public_task, law: [pwet-7]}\n"
	    "applies_to: {sender: [provider], recipient: [municipality, region], "
	    "contract_status: [contracted, run_off], programme: [participatiewet, wi2021]}\n"
	    "requires: [mandate]\npopulation: {period: quarter, min_candidates: 30}\ntables:\n"
	    "  - {table: in-en-uitstroom, count: candidates, by: [trajectory.product, "
	    "trajectory.end_reason]}\n"
	    "  - {table: ladderbeweging, count: candidates, by: [trajectory.product, "
	    "derived.ladder_movement]}\n"
	    "  - {table: doorlooptijd, count: candidates, by: [derived.duration_band]}\n"
	    "  - {table: aanwezigheid, count: appointments, by: [appointments.attendance]}\n"
	    "  - {table: leerroute, count: candidates, by: [wi.leerroute, derived.wi_on_schedule], "
	    "only_if: {programme: [wi2021]}}\n"
	    "suppress: {below: 10, zero: show, complementary: required, totals: round}\n"
	    "round: {to: 5}\npercentages: {min_denominator: 100}\n"
	    "retention: {package: P28D, recipient: {keep: P7Y, after: period_end}}\n";
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct report_policy *r GW_CLEANUP(report_free_p) = load_report(text, &f, &ei);
	assert_non_null(r);
	assert_int_equal(f.errors, 0);
	assert_int_equal(r->tables_n, 5);
	/* products and reasons are everybody's own: without a list they are one category */
	assert_int_equal(r->tables[0].by[0].categories_n, 2);
	assert_string_equal(r->tables[0].by[0].categories[0], "other");
}

static void the_meaning_is_not_the_text(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
		bool same;
	} changes[] = {{"title: Kwartaal", "title: Kwartaals", true},
	    {"version: 1", "version: 2", true}, {"  # twee schrijf", "  # anders schrijf", true},
	    {"below: 10", "below: 11", false}, {"period: quarter", "period: month", false},
	    {"late]", "late, excused]", false},
	    {"afgemeld: [excused, cancelled]", "afgemeld: [cancelled, excused]", true}};
	char *text GW_CLEANUP(str_free_p) = slurp(QUARTER);
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct report_policy *r GW_CLEANUP(report_free_p) = load_report(text, &f, &ei);
	for (size_t i = 0; i < GW_LENGTH(changes); i++) {
		struct policy_findings g GW_CLEANUP(policy_findings_release) = {0};
		char *other GW_CLEANUP(str_free_p) = with(text, changes[i].from, changes[i].to);
		struct report_policy *o GW_CLEANUP(report_free_p) = NULL;
		if (strstr(changes[i].to, "late, excused")) { /* in one category only */
			char *moved GW_CLEANUP(str_free_p) = with(other, "[excused, ", "[");
			o = load_report(moved, &g, &ei);
		} else {
			o = load_report(other, &g, &ei);
		}
		assert_non_null(o);
		assert_string_not_equal(r->head->sha256, o->head->sha256);
		assert_int_equal(str_eq(r->head->meaning, o->head->meaning), changes[i].same);
	}
}

static void periods_have_names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *from, *until;
		enum report_period period;
	} good[] = {{"2026-07", "2026-07-01", "2026-07-31", REPORT_MONTH},
	    {"2028-02", "2028-02-01", "2028-02-29", REPORT_MONTH},
	    {"2026-Q1", "2026-01-01", "2026-03-31", REPORT_QUARTER},
	    {"2026-Q4", "2026-10-01", "2026-12-31", REPORT_QUARTER},
	    {"2026-H1", "2026-01-01", "2026-06-30", REPORT_HALF_YEAR},
	    {"2026-H2", "2026-07-01", "2026-12-31", REPORT_HALF_YEAR},
	    {"2026", "2026-01-01", "2026-12-31", REPORT_YEAR}};
	static const char *const bad[] = {"", "26", "2026-", "2026-0", "2026-13", "2026-00",
	    "2026-7", "2026-Q0", "2026-Q5", "2026-Q11", "2026-H3", "2026-q1", "2026Q1",
	    "2026-07-01", "20 6", "1899", "12026", "-2026", "2026-Q", "2026-x1"};
	struct report_span s;
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(good); i++) {
		char from[DATE_TEXT], until[DATE_TEXT];
		test_code(report_span_parse(good[i].name, &s, &ei), 0, &ei);
		date_text(s.from, from);
		date_text(s.until, until);
		assert_string_equal(from, good[i].from);
		assert_string_equal(until, good[i].until);
		assert_string_equal(s.name, good[i].name);
		assert_int_equal(s.period, good[i].period);
	}
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		if (report_span_parse(bad[i], &s, &ei) != GW_EUSAGE)
			fail_msg("'%s' passes", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shipped_report_policies_load_clean),
	    cmocka_unit_test(each_slip_has_its_place_and_its_words),
	    cmocka_unit_test(the_two_kinds_are_never_taken_for_each_other),
	    cmocka_unit_test(the_example_of_the_grammar_loads),
	    cmocka_unit_test(the_meaning_is_not_the_text),
	    cmocka_unit_test(periods_have_names),
	};
	return cmocka_run_group_tests_name("policy/report", tests, NULL, NULL);
}
