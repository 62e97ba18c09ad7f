/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/baseline.h"

#include "tests/unit/policy/policies.h"

#define EXAMPLE "policies/examples/baseline.yaml"
#define HEAD "baseline: b\nlanguage: 1\nversion: 1\ntitle: t\ncatalogue: 1\nchecks:\n"

static struct baseline *baseline(const char *text)
{
	struct baseline *b = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(
	    baseline_parse("basis.yaml", text, strlen(text), catalogue_builtin(), NULL, &b, &ei), 0,
	    &ei);
	return b;
}

/* One check with that demand, on line 7. */
static struct baseline *demands(const char *demand)
{
	char *text GW_CLEANUP(str_free_p) =
	    str_printf(HEAD "  - {check: eis, because: daarom, %s}\n", demand);
	return baseline(text);
}

/* How many failures of text under b; the first in ei. */
static size_t failures(const char *text, const struct baseline *b, struct errinfo *ei)
{
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct policy *p GW_CLEANUP(policy_free_p) = load(text, ei);
	if (!p)
		fail_msg("%s", ei->msg);
	int r = baseline_check(b, p, NULL, text, strlen(text), &f, ei);
	test_code(r, f.n ? GW_EREFUSED : 0, ei);
	assert_int_equal(f.n, f.errors);
	if (f.n)
		assert_string_equal(f.items[0].text, ei->msg);
	return f.n;
}

/* A policy with one change fails the demand with this message, and keeps to it without. */
static void refuses_text(
    const char *text, const char *from, const char *to, const char *demand, const char *message)
{
	struct baseline *b GW_CLEANUP(baseline_free_p) = demands(demand);
	struct errinfo ei = ERRINFO_INIT;
	char *changed GW_CLEANUP(str_free_p) = with(text, from, to);
	assert_int_equal(failures(text, b, &ei), 0);
	assert_true(failures(changed, b, &ei) > 0);
	if (!strstr(ei.msg, message))
		fail_msg("'%s' instead of '%s'", ei.msg, message);
	if (!strstr(ei.msg, ": against check \"eis\" (basis.yaml:7:5): daarom"))
		fail_msg("'%s' does not name the check", ei.msg);
	assert_true(str_starts(ei.msg, "beleid.yaml:"));
}

/* The same for a shipped policy. */
static void refuses(
    const char *path, const char *from, const char *to, const char *demand, const char *message)
{
	char *text GW_CLEANUP(str_free_p) = slurp(path);
	refuses_text(text, from, to, demand, message);
}

static void the_example_lets_the_shipped_policies_pass(void **state)
{
	static const char *const paths[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	char *text GW_CLEANUP(str_free_p) = slurp(EXAMPLE);
	struct baseline *b GW_CLEANUP(baseline_free_p) = baseline(text);
	(void)state;
	assert_string_equal(baseline_id(b), "voorbeeld");
	assert_int_equal(baseline_version(b), 1);
	assert_int_equal(strlen(baseline_sha256(b)), HASH_HEX - 1);
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		struct errinfo ei = ERRINFO_INIT;
		char *policy GW_CLEANUP(str_free_p) = slurp(paths[i]);
		size_t n = failures(policy, b, &ei);
		if (n)
			fail_msg("%s: %s", paths[i], ei.msg);
	}
}

static void what_may_never_leave(void **state)
{
	char *text GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	char *open GW_CLEANUP(str_free_p) = with(text, "{fields: [contact.street, ", "{fields: [");
	(void)state;
	refuses_text(open, "[contact.city]", "[contact.city, contact.street]",
	    "never: {fields: [contact.street]}",
	    "beleid.yaml:21:43: contact.street leaves by rule \"plaats\"");
	refuses(REFERRAL, "{types: [cv]", "{types: [cv, diploma]",
	    "never: {attachments: [diploma]}", "attachments of type diploma leave");
}

static void what_leaves_in_some_forms_only(void **state)
{
	(void)state;
	refuses(REFERRAL, "{age_band: 5}", "year",
	    "only_as: {fields: [person.birth_date], as: [{age_band: 5}]}",
	    "person.birth_date leaves as year");
	refuses(REFERRAL, "{age_band: 5}", "{age_band: 7}",
	    "only_as: {fields: [person.birth_date], as: [{age_band: 5}]}",
	    "person.birth_date leaves as age_band:7");
	refuses(REFERRAL, "as: postcode4", "as: keep",
	    "only_as: {fields: [contact.postcode], as: [postcode4, {truncate: 2}]}",
	    "beleid.yaml:20:");
}

static void what_leaves_under_conditions_only(void **state)
{
	(void)state;
	refuses(END_CONTRACT, "    only_if: {recipient_duty: [bsn_processing]}\n", "",
	    "only_if: {class: [national_id], recipient_duty: [bsn_processing]}",
	    "person.bsn leaves for a recipient without that duty too");
	refuses(END_CONTRACT, "    only_if: {consent: [share_capacity]}\n", "",
	    "only_if: {class: [special], consent: [share_capacity]}",
	    "capacity.functional leaves without consent for share_capacity");
	refuses(END_CONTRACT, "    only_if: {programme: [wi2021]}\n", "",
	    "only_if: {fields: [wi.leerroute], programme: [wi2021]}",
	    "wi.leerroute leaves in other programmes too");
}

static void what_a_policy_is_for(void **state)
{
	(void)state;
	refuses(REFERRAL, "gdpr: public_task", "gdpr: consent", "only: {gdpr: [public_task]}",
	    "gdpr: consent");
	refuses(REFERRAL, "recipient: [provider]", "recipient: [provider, uwv]",
	    "only: {recipient: [provider, municipality]}", "recipient: uwv");
	refuses(REFERRAL, "contract_status: [contracted]", "contract_status: [contracted, run_off]",
	    "only: {contract_status: [contracted]}", "contract_status: run_off");
	refuses(MUNICIPALITY, "formats: [jpeg, png]", "formats: [jpeg, png, pdf]",
	    "only: {formats: [jpeg, png]}", "formats: pdf");
	refuses(MUNICIPALITY, "purpose: continuity_of_support", "purpose: referral",
	    "only: {purpose: [continuity_of_support]}", "beleid.yaml:9:10: purpose: referral");
}

static void what_keeps_less_is_clean_enough(void **state)
{
	struct baseline *b GW_CLEANUP(baseline_free_p) = demands("only: {clean: [flatten]}");
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) = slurp(MUNICIPALITY);
	char *flat GW_CLEANUP(str_free_p) = with(text, "clean: strip", "clean: flatten");
	char *only GW_CLEANUP(str_free_p) = with(text, "clean: strip", "clean: text_only");
	(void)state;
	assert_int_equal(failures(text, b, &ei), 1);
	assert_int_equal(failures(flat, b, &ei), 0);
	assert_int_equal(failures(only, b, &ei), 0);
}

static void what_a_policy_asks_for(void **state)
{
	(void)state;
	refuses(REFERRAL, "requires: [protocol_accepted, processor_agreement]",
	    "requires: [processor_agreement]", "asks: {requires: [protocol_accepted]}",
	    "it does not require protocol_accepted");
	refuses(END_CONTRACT, "{role: fg, date: 2025-12-10}", "{role: jurist, date: 2025-12-10}",
	    "asks: {approved: [fg]}", "it needs no approval by role fg");
}

static void how_texts_are_scanned(void **state)
{
	(void)state;
	refuses(REFERRAL, "bsn: block", "bsn: review", "scan: {bsn: block, health: mask}",
	    "plan.goal: profile \"streng\" gives bsn the verdict review, under block");
	refuses(MUNICIPALITY, "criminal: block", "criminal: mask", "scan: {criminal: review}",
	    "attachments: profile \"bijlagen\" gives criminal the verdict mask, under review");
	refuses(REFERRAL, "default: mask", "default: mask, name: keep", "scan: {name: mask}",
	    "gives name the verdict keep");
}

static void numbers_and_terms(void **state)
{
	(void)state;
	refuses(END_CONTRACT, "keep: P2Y", "keep: P25M", "at_most: {recipient_keep: P2Y}",
	    "recipient_keep is P25M, which may be longer than P2Y");
	refuses(END_CONTRACT, "keep: P2Y", "keep: P730D", "at_most: {recipient_keep: P24M}",
	    "recipient_keep is P730D");
	refuses(END_CONTRACT, "package: P28D", "package: P29D", "at_most: {package: P4W}",
	    "package is P29D");
	refuses(END_CONTRACT, "delete: P30D", "delete: never", "at_most: {sender_delete: P1Y}",
	    "the sender never deletes");
	refuses(END_CONTRACT, "until: 2030-12-31", "until: 2031-01-02", "at_most: {validity: P5Y}",
	    "it is valid for longer than P5Y");
	refuses(END_CONTRACT, "attachments: 25", "attachments: 26", "at_most: {attachments: 25}",
	    "attachments is 26, above 25");
	refuses(END_CONTRACT, "total_mb: 60", "total_mb: 61", "at_most: {total_mb: 60}",
	    "total_mb is 61");
	refuses(END_CONTRACT, "max_mb: 10", "max_mb: 11", "at_most: {attachment_mb: 10}",
	    "attachment_mb is 11");
}

/* Under `at_least` a policy passes whatever it says: it has no such numbers. */
static void a_report_policy_is_judged_by_its_numbers(void **state)
{
	static const char text[] =
	    "report_policy: r\nvalid: {from: 2026-01-01, until: 2026-12-31}\n"
	    "population: {period: quarter, min_candidates: 20}\n"
	    "tables:\n  - {table: t, count: candidates, by: [benefit.type]}\n"
	    "suppress: {below: 5}\nretention: {package: P28D, recipient: {keep: "
	    "P7Y, after: period_end}}\n";
	const struct field *by[] = {catalogue_find(catalogue_builtin(), "benefit.type")};
	const struct baseline_report r = {
	    .by = by, .by_n = 1, .min_candidates = 20, .suppress_below = 5};
	char file[] = "beleid.yaml";
	struct policy header = {.file = file,
	    .catalogue = catalogue_builtin(),
	    .from = {2026, 1, 1},
	    .until = {2026, 12, 31},
	    .package_term = {28, 'D'},
	    .recipient_keep = {7, 'Y'}};
	static const struct {
		const char *demand, *message;
	} cases[] = {
	    {"at_least: {min_candidates: 30}", "beleid.yaml:3:47: min_candidates is 20, under 30"},
	    {"at_least: {suppress_below: 10}", "beleid.yaml:6:19: suppress_below is 5, under 10"},
	    {"at_least: {round_to: 5}", "round_to is 0, under 5"},
	    {"at_most: {report_keep: P5Y}", "report_keep is P7Y"},
	    {"never: {class: [sensitive]}", "beleid.yaml:5:3: a table counts by benefit.type"},
	    {"at_least: {min_candidates: 20, suppress_below: 5}", NULL},
	    {"at_most: {report_keep: P7Y, recipient_keep: P1Y, sender_delete: P1D, attachments: 0}",
		NULL},
	    {"scan: {bsn: block}", NULL},
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct baseline *b GW_CLEANUP(baseline_free_p) = demands(cases[i].demand);
		struct errinfo ei = ERRINFO_INIT;
		int e = baseline_check(b, &header, &r, text, sizeof text - 1, NULL, &ei);
		test_code(e, cases[i].message ? GW_EREFUSED : 0, &ei);
		if (cases[i].message && !strstr(ei.msg, cases[i].message))
			fail_msg("'%s' instead of '%s'", ei.msg, cases[i].message);
	}
	struct baseline *b GW_CLEANUP(baseline_free_p) = demands("at_least: {min_candidates: 30}");
	struct errinfo ei = ERRINFO_INIT;
	char *policy GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	assert_int_equal(failures(policy, b, &ei), 0);
}

static void errors_say_where_and_what(void **state)
{
	static const char *const cases[][2] = {
	    {"basline: b\n", "basis.yaml:1:1: this is no baseline"},
	    {"policy: x\n", "this is no baseline: it has no key \"baseline\""},
	    {HEAD "  - {chek: a, because: b, never: {class: [special]}}\n",
		"basis.yaml:7:6: unknown key \"chek\", did you mean \"check\"?"},
	    {HEAD "  - {check: a, because: b}\n", "a check has one of never, only_as"},
	    {HEAD "  - {check: a, because: b, never: {class: [special]}, asks: {approved: [fg]}}\n",
		"basis.yaml:7:55: a check has one demand: put \"asks\" in another check"},
	    {HEAD "  - {check: a, because: b, nevr: {class: [special]}}\n",
		"unknown key \"nevr\", did you mean \"never\"?"},
	    {HEAD "  - {check: a, because: b, never: {}}\n",
		"never: fields, class or attachments is expected"},
	    {HEAD "  - {check: a, because: b, never: {class: [specal]}}\n",
		"did you mean \"special\"?"},
	    {HEAD "  - {check: a, because: b, never: {fields: [person.bns]}}\n",
		"unknown field \"person.bns\", did you mean \"person.bsn\"?"},
	    {HEAD "  - {check: a, because: b, never: {fields: [person.bsn, person.bsn]}}\n",
		"person.bsn stands here twice"},
	    {HEAD "  - {check: a, because: b, never: {attachments: [diplom]}}\n",
		"did you mean \"diploma\"?"},
	    {HEAD "  - {check: a, because: b, only_as: {fields: [person.bsn]}}\n",
		"key \"as\" is missing"},
	    {HEAD "  - {check: a, because: b, only_as: {fields: [person.bsn], as: [kep]}}\n",
		"did you mean \"keep\"?"},
	    {HEAD "  - {check: a, because: b, only_if: {fields: [person.bsn]}}\n",
		"only_if: at least one condition is expected"},
	    {HEAD "  - {check: a, because: b, only_if: {fields: [person.bsn], consent: [x]}}\n",
		"is none of: share_capacity"},
	    {HEAD "  - {check: a, because: b, only: {gdpr: [consnt]}}\n",
		"did you mean \"consent\"?"},
	    {HEAD "  - {check: a, because: b, scan: {bsn: keep}}\n",
		"is none of: mask, review, block"},
	    {HEAD "  - {check: a, because: b, at_most: {recipient_keep: 2Y}}\n",
		"basis.yaml:7:54: duration such as P28D, P6M or P2Y expected"},
	    {HEAD "  - {check: a, because: b, at_most: {min_candidates: 2}}\n",
		"unknown key \"min_candidates\""},
	    {HEAD "  - {check: a, never: {class: [special]}}\n", "key \"because\" is missing"},
	    {HEAD "  - {check: a, because: b, never: {class: [special]}}\n"
		  "  - {check: a, because: b, never: {class: [criminal]}}\n",
		"basis.yaml:8:5: check \"a\" stands here twice"},
	    {"baseline: b\nlanguage: 1\nversion: 1\ntitle: t\ncatalogue: 2\nchecks: [a]\n",
		"written for catalogue 2, the catalogue here is 1"},
	    {"baseline: b\nlanguage: 2\nversion: 1\ntitle: t\ncatalogue: 1\nchecks: [a]\n",
		"basis.yaml:2:11: "},
	    {"baseline: b\nlanguage: 1\nversion: 1\ntitle: t\ncatalogue: 1\nchecks: []\n",
		"checks: at least one is expected"},
	    {"", "the document is empty"},
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct baseline *b = NULL;
		struct errinfo ei = ERRINFO_INIT;
		const char *text = cases[i][0];
		test_code(baseline_parse(
			      "basis.yaml", text, strlen(text), catalogue_builtin(), NULL, &b, &ei),
		    GW_EFORMAT, &ei);
		if (!strstr(ei.msg, cases[i][1]))
			fail_msg("'%s' instead of '%s'", ei.msg, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_example_lets_the_shipped_policies_pass),
	    cmocka_unit_test(what_may_never_leave),
	    cmocka_unit_test(what_leaves_in_some_forms_only),
	    cmocka_unit_test(what_leaves_under_conditions_only),
	    cmocka_unit_test(what_a_policy_is_for),
	    cmocka_unit_test(what_keeps_less_is_clean_enough),
	    cmocka_unit_test(what_a_policy_asks_for),
	    cmocka_unit_test(how_texts_are_scanned),
	    cmocka_unit_test(numbers_and_terms),
	    cmocka_unit_test(a_report_policy_is_judged_by_its_numbers),
	    cmocka_unit_test(errors_say_where_and_what),
	};
	return cmocka_run_group_tests_name("policy/baseline", tests, NULL, NULL);
}
