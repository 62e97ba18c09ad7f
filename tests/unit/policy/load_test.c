/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/policy.h"

#include "tests/unit/policy/policies.h"

/* The first error of a shipped policy with one change. */
static void refused(const char *path, const char *from, const char *to, const char *message)
{
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) = slurp(path);
	char *changed GW_CLEANUP(str_free_p) = with(text, from, to);
	struct policy *p GW_CLEANUP(policy_free_p) = load(changed, &ei);
	assert_null(p);
	if (!strstr(ei.msg, message))
		fail_msg("'%s' instead of '%s'", ei.msg, message);
	assert_true(str_starts(ei.msg, "beleid.yaml:"));
}

static void shipped_policies_load_clean(void **state)
{
	static const char *const paths[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
		struct policy *p GW_CLEANUP(policy_free_p) = NULL;
		struct errinfo ei = ERRINFO_INIT;
		char *text GW_CLEANUP(str_free_p) = slurp(paths[i]);
		test_code(
		    policy_parse(paths[i], text, strlen(text), catalogue_builtin(), &f, &p, &ei), 0,
		    &ei);
		assert_int_equal(f.n, 0);
	}
}

static void members_are_those_of_the_file(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	assert_string_equal(p->id, "overdracht-einde-contract");
	assert_int_equal(p->version, 3);
	assert_int_equal(p->status, POLICY_ACTIVE);
	assert_int_equal(p->approved_n, 2);
	assert_string_equal(p->approved[1].role, "contractmanager");
	assert_string_equal(p->purpose, "continuity_of_support");
	assert_string_equal(p->gdpr_article, "6.1.e");
	assert_int_equal(p->sender, POLICY_PROVIDER);
	assert_int_equal(p->requires, POLICY_PROTOCOL_ACCEPTED | POLICY_PROCESSOR_AGREEMENT);
	assert_false(p->direct);
	assert_int_equal(p->most_attachments, 25);
	assert_string_equal(p->consent_form, "TF-2026-1");
	assert_int_equal(p->sender_delete.n, 30);
	struct date until = policy_expiry(p, (struct date){2026, 3, 1});
	assert_int_equal(date_cmp(until, (struct date){2026, 3, 29}), 0);
	assert_string_equal(policy_decide(p, "person.bsn")->rule->national_id_basis, "uavg-46");
	assert_null(policy_decide(p, "health.diagnosis")->rule);
	assert_non_null(policy_decide(p, "health.diagnosis")->withhold);
	assert_null(policy_decide(p, "person.shoe_size"));
}

static void errors_say_where_and_what(void **state)
{
	(void)state;
	refused(REFERRAL, "legal_basis:", "legalbasis:",
	    "beleid.yaml:10:1: unknown key \"legalbasis\", did you mean \"legal_basis\"?");
	refused(REFERRAL, "fields: [contact.city]", "fields: [contact.postcode]",
	    "beleid.yaml:21:29: contact.postcode is already decided by rule \"woonomgeving\": each "
	    "field is decided once");
	refused(REFERRAL, "fields: [contact.city]", "fields: [health.diagnosis]",
	    "health.diagnosis is class special: rule needs \"exception\"");
	refused(REFERRAL, "default: mask", "default: keep",
	    "beleid.yaml:92:21: default may not be keep");
	refused(REFERRAL, "package: P14D", "package: 14D",
	    "beleid.yaml:105:22: duration such as P28D, P6M or P2Y expected");
	refused(REFERRAL, "[contact.city]", "[contact.citty]",
	    "unknown field \"contact.citty\", did you mean \"contact.city\"?");
	refused(REFERRAL, "[contact.city]", "[contact.*]", "wildcards and groups are not allowed");
	refused(REFERRAL, "[contact.city]", "[contact]", "wildcards and groups are not allowed");
	refused(REFERRAL, "[contact.city]", "[criminal.probation]", "it can not be allowed");
	refused(REFERRAL, "[contact.city]", "[person.bsn]", "rule needs \"national_id_basis\"");
	refused(REFERRAL, "[contact.city]", "[plan.notes]", "only \"as: scanned\" is allowed");
	refused(REFERRAL, "as: postcode4", "as: initials", "initials can not be applied to it");
	refused(REFERRAL, "as: postcode4", "as: age_band", "age_band needs a parameter");
	refused(REFERRAL, "{age_band: 5}", "{age_band: 5, truncate: 2}", "exactly one transform");
	refused(REFERRAL, "scan: streng, because", "scan: mild, because", "is not declared");
	refused(REFERRAL, "language: 1", "language: 2", "language: whole number from 1 to 1");
	refused(REFERRAL, "catalogue: 1", "catalogue: 2", "written for catalogue 2");
	refused(REFERRAL, "until: 2030-12-31", "until: 2025-12-31", "until lies before from");
	refused(REFERRAL, "types: [cv]", "types: [id_copy]", "may never leave");
	refused(REFERRAL, "- rule: profiel", "- rule: opdracht", "stands here twice");
	refused(REFERRAL, "title: ", "title: &x ", "anchors are not allowed");
	refused(END_CONTRACT, "only_if: {consent: [share_capacity]}",
	    "only_if: {consent: [share_household]}", "is not declared in consent.scopes");
	refused(END_CONTRACT, "fields: [person.v_number,", "fields: [person.bsn, person.v_number,",
	    "person.bsn is withheld here and allowed by rule \"bsn-alleen-met-wettelijke-taak\"");
	refused(END_CONTRACT, "[appointments.date, appointments.attendance]",
	    "[appointments.attendance]", "records.by appointments.date must itself be kept");
	refused(END_CONTRACT, "by: appointments.date", "by: trajectory.end",
	    "is not in the group of records.by");
	refused(END_CONTRACT, "records: {since: P6M, by", "records: {since: P6M, newest: 2, by",
	    "either newest or since");
}

static void warnings_and_gaps_do_not_stop_it(void **state)
{
	(void)state;
	char *text GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	char *consent GW_CLEANUP(str_free_p) = with(text, "gdpr: public_task", "gdpr: consent");
	char *gap GW_CLEANUP(str_free_p) =
	    with(consent, "fields: [capacity.functional, ", "fields: [");
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct policy *p GW_CLEANUP(policy_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(policy_parse("b", gap, strlen(gap), catalogue_builtin(), &f, &p, &ei), 0, &ei);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.gaps, 1);
	assert_int_equal(f.items[0].severity, POLICY_WARNING);
	assert_string_equal(f.items[1].text,
	    "b:39:1: no decision recorded for: capacity.functional; write each in a rule or under "
	    "withhold");
	assert_null(policy_decide(p, "capacity.functional")->rule);
}

static void all_errors_are_told_at_once(void **state)
{
	(void)state;
	char *text GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	char *one GW_CLEANUP(str_free_p) = with(text, "purpose: referral", "purpose: referal");
	char *two GW_CLEANUP(str_free_p) = with(one, "clean: strip", "clean: strips");
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct policy *p = NULL;
	assert_int_equal(
	    policy_parse("b", two, strlen(two), catalogue_builtin(), &f, &p, NULL), GW_EFORMAT);
	assert_int_equal(f.errors, 2);
	assert_non_null(strstr(f.items[1].text, "did you mean \"strip\"?"));
}

/* Load a hostile text of some 240 kB; all of it is counted, little of it is said. */
static void hostile(const char *text, size_t errors)
{
	struct policy_findings f GW_CLEANUP(policy_findings_release) = {0};
	struct policy *p GW_CLEANUP(policy_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	char more[80];
	test_code(policy_parse("p", text, strlen(text), catalogue_builtin(), &f, &p, &ei),
	    GW_EFORMAT, &ei);
	assert_int_equal(f.n, 201);
	(void)snprintf(more, sizeof more, "p: and %zu more findings", errors + f.gaps - 200);
	if (f.errors != errors || !str_eq(f.items[200].text, more))
		fail_msg("%zu errors: %s", f.errors, f.items[200].text);
	assert_int_equal(f.items[200].severity, POLICY_ERROR);
	assert_string_equal(f.items[0].text, ei.msg);
}

/* The text with n copies of `part` in the place of `from`; %x in it is their number. */
static char *many(const char *from, size_t n, const char *before, const char *after)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	char *text GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(buf_addf(&b, "%s%zx%s", before, i, after), 0);
	return with(text, from, b.data);
}

static void thousands_of_errors_are_counted(void **state)
{
	(void)state;
	char *keys GW_CLEANUP(str_free_p) = many("catalogue: 1\n", 20000, "k", ": 1\n");
	hostile(keys, 20001); /* and no catalogue */
	char *fields GW_CLEANUP(str_free_p) = many("contact.city", 14000, "contact.x", ", ");
	hostile(fields, 14000);
}

static void report_policies_are_another_document(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct policy *p = NULL;
	const char *text = "report_policy: kwartaal\nlanguage: 1\ntables: []\n";
	assert_int_equal(
	    policy_parse("r", text, strlen(text), catalogue_builtin(), NULL, &p, &ei), GW_ESUPPORT);
	assert_non_null(strstr(ei.msg, "it lets no dossier leave"));
}

static void the_meaning_is_not_the_text(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct policy *prose GW_CLEANUP(policy_free_p) =
	    load_with(REFERRAL, "because: reisafstand", "because: afstand");
	struct policy *deed GW_CLEANUP(policy_free_p) =
	    load_with(REFERRAL, "as: postcode4", "as: keep");
	assert_string_not_equal(p->sha256, prose->sha256);
	assert_string_equal(p->meaning, prose->meaning);
	assert_string_not_equal(p->meaning, deed->meaning);
}

static void the_order_of_rules_is_none(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	const char *rule =
	    "  - {rule: plaats, fields: [contact.city], as: keep, because: reisafstand}\n";
	char *text GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	char *without GW_CLEANUP(str_free_p) = with(text, rule, "");
	char *first GW_CLEANUP(str_free_p) = str_printf("allow:\n%s", rule);
	char *moved GW_CLEANUP(str_free_p) = with(without, "allow:\n", first);
	struct policy *q GW_CLEANUP(policy_free_p) = load(moved, NULL);
	assert_non_null(q);
	assert_string_equal(p->meaning, q->meaning);
}

/*
 * Change one letter at a time. What still loads has either changed prose, a label or a free name
 * only, and then the meaning is the same (or says the change); nothing operative is misread.
 */
static void one_wrong_letter_is_noticed(void **state)
{
	(void)state;
	char *text GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	struct policy *p GW_CLEANUP(policy_free_p) = load(text, NULL);
	size_t tried = 0, refused_n = 0, same = 0, other = 0;
	for (char *c = text; *c; c++) {
		char was = *c;
		if (was < 'a' || was > 'z' || (c > text && c[-1] >= 'a' && c[-1] <= 'z'))
			continue; /* the first letter of each word */
		*c = was == 'q' ? 'x' : 'q';
		struct policy *q GW_CLEANUP(policy_free_p) = load(text, NULL);
		tried++;
		refused_n += !q;
		same += q && str_eq(q->meaning, p->meaning);
		if (q && !str_eq(q->meaning, p->meaning)) {
			other++;
			/* the id and the role are free names, and part of the meaning */
			if (str_eq(q->id, p->id) &&
			    str_eq(q->approved[0].role, p->approved[0].role))
				fail_msg("byte %zu: another meaning", (size_t)(c - text));
		}
		*c = was;
	}
	printf("# note: %zu letters changed: %zu refused, %zu prose or label, %zu the id or role\n",
	    tried, refused_n, same, other);
	assert_true(refused_n * 2 > tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shipped_policies_load_clean),
	    cmocka_unit_test(members_are_those_of_the_file),
	    cmocka_unit_test(errors_say_where_and_what),
	    cmocka_unit_test(warnings_and_gaps_do_not_stop_it),
	    cmocka_unit_test(all_errors_are_told_at_once),
	    cmocka_unit_test(thousands_of_errors_are_counted),
	    cmocka_unit_test(report_policies_are_another_document),
	    cmocka_unit_test(the_meaning_is_not_the_text),
	    cmocka_unit_test(the_order_of_rules_is_none),
	    cmocka_unit_test(one_wrong_letter_is_noticed),
	};
	return cmocka_run_group_tests_name("policy/load", tests, NULL, NULL);
}
