/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/wider.h"

#include "tests/unit/policy/policies.h"

/* Expect one difference between a shipped policy and itself with one change, and its mirror. */
static void differs(
    const char *path, const char *from, const char *to, const char *what, enum policy_change change)
{
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(path);
	struct policy *q GW_CLEANUP(policy_free_p) = load_with(path, from, to);
	struct policy_differences there GW_CLEANUP(policy_differences_release) = {0};
	struct policy_differences back GW_CLEANUP(policy_differences_release) = {0};
	policy_compare(p, q, &there);
	policy_compare(q, p, &back);
	if (!there.n || !str_eq(there.items[0].what, what) || there.items[0].change != change)
		fail_msg("%s -> %s: %zu differences, first %s %d", from, to, there.n,
		    there.n ? there.items[0].what : "none",
		    there.n ? (int)there.items[0].change : 0);
	assert_int_equal(there.wider, change == POLICY_WIDER ? there.n : 0);
	if (change == POLICY_NARROWER)
		assert_int_equal(back.wider, back.n);
	assert_int_equal(policy_covers(p, q), change != POLICY_WIDER);
}

static void nothing_differs_from_itself(void **state)
{
	static const char *const paths[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		struct policy *p GW_CLEANUP(policy_free_p) = load_file(paths[i]);
		struct policy *q GW_CLEANUP(policy_free_p) =
		    load_with(paths[i], "because: ", "because: x");
		struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
		policy_compare(p, q, &d);
		assert_int_equal(d.n, 0);
		assert_true(policy_covers(p, q));
	}
}

/* Birth dates by one transform, then by another: neither tells surely less. */
static void both_ways_wider(const char *one, const char *other)
{
	struct policy *p GW_CLEANUP(policy_free_p) = load_with(REFERRAL, "{age_band: 5}", one);
	struct policy *q GW_CLEANUP(policy_free_p) = load_with(REFERRAL, "{age_band: 5}", other);
	assert_false(policy_covers(p, q));
	assert_false(policy_covers(q, p));
}

static void fields_go_by_the_lattice(void **state)
{
	(void)state;
	differs(REFERRAL, "as: postcode4", "as: keep", "contact.postcode", POLICY_WIDER);
	differs(REFERRAL, "as: postcode4", "as: present", "contact.postcode", POLICY_NARROWER);
	differs(REFERRAL, "{age_band: 5}", "{age_band: 10}", "person.birth_date", POLICY_NARROWER);
	differs(REFERRAL, "{age_band: 5}", "{age_band: 7}", "person.birth_date", POLICY_WIDER);
	differs(REFERRAL, "{age_band: 5}", "month", "person.birth_date", POLICY_WIDER);
	/* 1984-00-00 has a year and no month */
	both_ways_wider("month", "year");
	differs(REFERRAL, ", competencies.name]", "]", "competencies.name", POLICY_NARROWER);
}

/* A field moves from `withhold` to a rule. */
static void what_stayed_leaves(void **state)
{
	(void)state;
	char *text GW_CLEANUP(str_free_p) = slurp(REFERRAL);
	char *both GW_CLEANUP(str_free_p) =
	    with(text, "[contact.city]", "[contact.city, contact.street]");
	char *moved GW_CLEANUP(str_free_p) =
	    with(both, "[contact.street, contact.house_number]", "[contact.house_number]");
	struct policy *p GW_CLEANUP(policy_free_p) = load(text, NULL);
	struct policy *q GW_CLEANUP(policy_free_p) = load(moved, NULL);
	struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
	assert_non_null(q);
	policy_compare(p, q, &d);
	assert_int_equal(d.n, 1);
	assert_string_equal(d.items[0].what, "contact.street");
	assert_int_equal(d.items[0].change, POLICY_WIDER);
}

static void conditions_and_records(void **state)
{
	(void)state;
	differs(END_CONTRACT, "    only_if: {recipient_duty: [bsn_processing]}\n", "", "person.bsn",
	    POLICY_WIDER);
	differs(END_CONTRACT, "only_if: {programme: [wi2021]}",
	    "only_if: {programme: [wi2021, participatiewet]}", "wi.leerroute", POLICY_WIDER);
	differs(END_CONTRACT, "only_if: {programme: [wi2021]}",
	    "only_if: {programme: [wi2021], recipient_duty: [bsn_processing]}", "wi.leerroute",
	    POLICY_NARROWER);
	differs(END_CONTRACT, "since: P6M", "since: P1Y", "appointments.date", POLICY_WIDER);
	differs(END_CONTRACT, "since: P6M", "since: P3M", "appointments.date", POLICY_NARROWER);
	differs(REFERRAL, "newest: 1", "newest: 2", "ladder.date", POLICY_WIDER);
	differs(REFERRAL, "newest: 1", "since: P1Y", "ladder.date", POLICY_WIDER);
	differs(END_CONTRACT, "exception: uavg-30-1-b", "exception: gdpr-9-2-a",
	    "capacity.functional", POLICY_WIDER);
}

static void the_rest(void **state)
{
	(void)state;
	differs(REFERRAL, "until: 2030-12-31", "until: 2031-12-31", "valid.until", POLICY_WIDER);
	differs(REFERRAL, "until: 2030-12-31", "until: 2028-12-31", "valid.until", POLICY_NARROWER);
	differs(REFERRAL, "recipient: [provider]", "recipient: [provider, uwv]",
	    "applies_to.recipient", POLICY_WIDER);
	differs(REFERRAL, "requires: [protocol_accepted, processor_agreement]",
	    "requires: [protocol_accepted]", "requires", POLICY_WIDER);
	differs(REFERRAL, "purpose: referral", "purpose: continuity_of_support", "purpose",
	    POLICY_WIDER);
	differs(
	    REFERRAL, "formats: [pdf, docx]", "formats: [pdf]", "attachments.cv", POLICY_NARROWER);
	differs(REFERRAL, "types: [cv]", "types: [cv, plan]", "attachments.plan", POLICY_WIDER);
	differs(REFERRAL, "attachments: 1,", "attachments: 2,", "limits.attachments", POLICY_WIDER);
	differs(REFERRAL, "package: P14D", "package: P13D", "retention.package", POLICY_NARROWER);
	differs(
	    REFERRAL, "delete: never", "delete: P1Y", "retention.sender.delete", POLICY_NARROWER);
	differs(REFERRAL, "bsn: block", "bsn: mask", "plan.goal", POLICY_WIDER);
	differs(REFERRAL, "health: review", "health: block", "plan.goal", POLICY_NARROWER);
	differs(END_CONTRACT, "max_age: P1Y", "max_age: P2Y", "consent.max_age", POLICY_WIDER);
	differs(
	    END_CONTRACT, "catalogue: 1\n", "catalogue: 1\noffer: direct\n", "offer", POLICY_WIDER);
}

/* The change of retention.package from one term to another. */
static enum policy_change term(const char *from, const char *to)
{
	char *a GW_CLEANUP(str_free_p) = str_printf("package: %s", from);
	char *b GW_CLEANUP(str_free_p) = str_printf("package: %s", to);
	struct policy *p GW_CLEANUP(policy_free_p) = load_with(REFERRAL, "package: P14D", a);
	struct policy *q GW_CLEANUP(policy_free_p) = load_with(REFERRAL, "package: P14D", b);
	struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
	policy_compare(p, q, &d);
	return d.n ? d.items[0].change : POLICY_SAME;
}

static void durations_are_compared_by_their_days(void **state)
{
	static const char *const same[][2] = {
	    {"P14D", "P2W"}, {"P28D", "P4W"}, {"P2Y", "P24M"}, {"P1Y", "P12M"}, {"P6M", "P6M"}};
	/* the second is longer, or may be */
	static const char *const wider[][2] = {{"P6M", "P183D"}, {"P24M", "P740D"},
	    {"P6M", "P179D"}, {"P1M", "P29D"}, {"P28D", "P1M"}, {"P2Y", "P25M"}, {"P13D", "P2W"},
	    {"P1Y", "P366D"}, {"P371D", "P1Y"}, {"P30D", "P1M"}};
	static const char *const narrower[][2] = {{"P6M", "P178D"}, {"P1M", "P28D"},
	    {"P31D", "P1M"}, {"P372D", "P1Y"}, {"P1Y", "P358D"}, {"P25M", "P2Y"}, {"P2W", "P13D"},
	    {"P9M", "P38W"}};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(same); i++) {
		assert_int_equal(term(same[i][0], same[i][1]), POLICY_SAME);
		assert_int_equal(term(same[i][1], same[i][0]), POLICY_SAME);
	}
	for (size_t i = 0; i < GW_LENGTH(wider); i++)
		if (term(wider[i][0], wider[i][1]) != POLICY_WIDER)
			fail_msg("%s to %s is wider", wider[i][0], wider[i][1]);
	for (size_t i = 0; i < GW_LENGTH(narrower); i++) {
		if (term(narrower[i][0], narrower[i][1]) != POLICY_NARROWER)
			fail_msg("%s to %s is narrower", narrower[i][0], narrower[i][1]);
		assert_int_equal(term(narrower[i][1], narrower[i][0]), POLICY_WIDER);
	}
}

/* The bounds that make days and months comparable hold on every day of a leap cycle. */
static void no_months_are_shorter_or_longer_than_that(void **state)
{
	int64_t first = date_days((struct date){2096, 1, 1}),
		end = date_days((struct date){2105, 1, 1});
	(void)state;
	for (int64_t day = first; day < end; day++)
		for (int n = 1; n <= 30; n++) {
			struct date to =
			    date_add(date_from_days(day), (struct duration){n, 'M'}, 1);
			struct date from =
			    date_add(date_from_days(day), (struct duration){n, 'M'}, -1);
			int64_t ahead = date_days(to) - day, back = day - date_days(from);
			if (ahead < 30 * n - 2 || ahead > 31 * n || back < 30 * n - 2 ||
			    back > 31 * n)
				fail_msg("%d months are %lld or %lld days", n, (long long)ahead,
				    (long long)back);
		}
}

static void who_signs_is_part_of_it(void **state)
{
	(void)state;
	differs(END_CONTRACT, ", {role: contractmanager, date: 2025-12-12}]", "]", "approved",
	    POLICY_WIDER);
	differs(END_CONTRACT, "role: contractmanager", "role: directeur", "approved", POLICY_WIDER);
	differs(END_CONTRACT, ", {role: contractmanager, date: 2025-12-12}]",
	    ", {role: contractmanager, date: 2025-12-12}, {role: cio, date: 2025-12-12}]",
	    "approved", POLICY_NARROWER);
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy *fewer GW_CLEANUP(policy_free_p) =
	    load_with(END_CONTRACT, ", {role: contractmanager, date: 2025-12-12}]", "]");
	struct policy *turned GW_CLEANUP(policy_free_p) = load_with(END_CONTRACT,
	    "[{role: fg, date: 2025-12-10}, {role: contractmanager, date: 2025-12-12}]",
	    "[{role: contractmanager, date: 2025-12-13}, {role: fg, date: 2025-12-10}]");
	assert_string_not_equal(p->meaning, fewer->meaning);
	assert_string_equal(p->meaning, turned->meaning);
	assert_true(policy_covers(p, turned));
}

static void a_consent_that_no_rule_asks_for_is_nothing(void **state)
{
	(void)state;
	static const char section[] =
	    "consent: {form: TF-1, max_age: P1Y, scopes: [share_capacity]}\n";
	char *with_one GW_CLEANUP(str_free_p) = str_printf("%sretention:", section);
	char *longer GW_CLEANUP(str_free_p) = str_dup(with_one);
	memcpy(strstr(longer, "P1Y"), "P2Y", 3);
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct policy *unused GW_CLEANUP(policy_free_p) =
	    load_with(REFERRAL, "retention:", with_one);
	struct policy *other GW_CLEANUP(policy_free_p) = load_with(REFERRAL, "retention:", longer);
	assert_true(policy_covers(p, unused));
	assert_true(policy_covers(unused, p));
	assert_true(policy_covers(unused, other));
	differs(END_CONTRACT, "form: TF-2026-1", "form: TF-2027-1", "consent.form", POLICY_WIDER);
}

static void an_older_version_is_not_covered(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy *older GW_CLEANUP(policy_free_p) =
	    load_with(END_CONTRACT, "version: 3", "version: 2");
	struct policy *other GW_CLEANUP(policy_free_p) =
	    load_with(END_CONTRACT, "policy: overdracht", "policy: onderdracht");
	assert_false(policy_covers(p, older));
	assert_true(policy_covers(older, p));
	assert_false(policy_covers(p, other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_differs_from_itself),
	    cmocka_unit_test(fields_go_by_the_lattice),
	    cmocka_unit_test(what_stayed_leaves),
	    cmocka_unit_test(conditions_and_records),
	    cmocka_unit_test(the_rest),
	    cmocka_unit_test(durations_are_compared_by_their_days),
	    cmocka_unit_test(no_months_are_shorter_or_longer_than_that),
	    cmocka_unit_test(who_signs_is_part_of_it),
	    cmocka_unit_test(a_consent_that_no_rule_asks_for_is_nothing),
	    cmocka_unit_test(an_older_version_is_not_covered),
	};
	return cmocka_run_group_tests_name("policy/wider", tests, NULL, NULL);
}
