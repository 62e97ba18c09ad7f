/* SPDX-License-Identifier: EUPL-1.2 */
/* The person's own contact details are known in their usual forms, and nobody else's. */
#include "policy/own.h"
#include "tests/unit/policy/policies.h"

#define ALL (OWN_PHONE | OWN_EMAIL | OWN_POSTCODE | OWN_STREET | OWN_BIRTH_DATE)

static const char person[] =
    "{'person':{'birth_date':'1984-03-09'},'contact':{'street':'Dorpsstraat','house_number':'12a',"
    "'postcode':'5121 AB','phone':'06-12345678','email':'Jan.Piet@voorbeeld.nl'}}";

static bool has(const struct own *own, enum detect_kind kind, const char *found)
{
	return own_has(own, kind, found, strlen(found));
}

static void own_details_are_known_in_all_forms(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(person);
	struct own own GW_CLEANUP(own_release) = {0};
	static const struct {
		enum detect_kind kind;
		const char *found;
		bool own;
	} cases[] = {
	    {DETECT_PHONE, "0612345678", true},
	    {DETECT_PHONE, "06 - 12 34 56 78", true},
	    {DETECT_PHONE, "+31 6 12345678", true},
	    {DETECT_PHONE, "+31 (0)6-12345678", true},
	    {DETECT_PHONE, "0031612345678", true},
	    {DETECT_PHONE, "0612345679", false},
	    {DETECT_PHONE, "12345678", false},
	    {DETECT_PHONE, "", false},
	    {DETECT_EMAIL, "jan.piet@VOORBEELD.nl", true},
	    {DETECT_EMAIL, "jan.piet@voorbeeld.nl.", false},
	    {DETECT_EMAIL, "piet@voorbeeld.nl", false},
	    {DETECT_POSTCODE, "5121ab", true},
	    {DETECT_POSTCODE, "Dorpsstraat 12 A", true},
	    {DETECT_POSTCODE, "5121 AB 12-a", true},
	    {DETECT_POSTCODE, "Dorpsstraat 12a, 5121 AB", true},
	    {DETECT_POSTCODE, "Dorpsstraat 12", false},
	    {DETECT_POSTCODE, "5121 AC", false},
	    {DETECT_BIRTH_DATE, "9 maart 1984", true},
	    {DETECT_BIRTH_DATE, "09-03-1984", true},
	    {DETECT_BIRTH_DATE, "9 maart 1985", false},
	    {DETECT_BIRTH_DATE, "1984", false},
	    {DETECT_BIRTH_DATE, "42 jaar oud", false},
	    {DETECT_NAME, "Jan.Piet@voorbeeld.nl", false},
	    {DETECT_BSN, "0612345678", false},
	};
	assert_int_equal(own_make(d, ALL, &own, NULL), 0);
	for (size_t i = 0; i < GW_LENGTH(cases); i++)
		if (has(&own, cases[i].kind, cases[i].found) != cases[i].own)
			fail_msg("%s", cases[i].found);
}

static void each_part_is_by_itself(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(person);
	static const struct {
		unsigned part;
		enum detect_kind kind;
		const char *found;
	} cases[] = {{OWN_PHONE, DETECT_PHONE, "0612345678"},
	    {OWN_EMAIL, DETECT_EMAIL, "jan.piet@voorbeeld.nl"},
	    {OWN_POSTCODE, DETECT_POSTCODE, "5121 AB"},
	    {OWN_STREET, DETECT_POSTCODE, "Dorpsstraat 12a"},
	    {OWN_BIRTH_DATE, DETECT_BIRTH_DATE, "09-03-1984"}};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct own with GW_CLEANUP(own_release) = {0},
				without GW_CLEANUP(own_release) = {0};
		assert_int_equal(own_make(d, cases[i].part, &with, NULL), 0);
		assert_int_equal(own_make(d, ALL & ~cases[i].part, &without, NULL), 0);
		assert_true(has(&with, cases[i].kind, cases[i].found));
		assert_false(has(&without, cases[i].kind, cases[i].found));
	}
}

/* Street and postcode need each other where they stand in one piece. */
static void what_is_not_there_is_nobodys(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) =
	    dossier("{'contact':{'street':'Dorpsstraat','phone':{'as':'mask_last4','v':'*5678'}}}");
	struct own own GW_CLEANUP(own_release) = {0}, empty = {0};
	assert_int_equal(own_make(d, ALL, &own, NULL), 0);
	for (int kind = 0; kind < DETECT_KINDS; kind++) {
		static const char *const found[] = {"Dorpsstraat", "5678", "*5678", "", "1984"};
		for (size_t i = 0; i < GW_LENGTH(found); i++) {
			assert_false(has(&own, (enum detect_kind)kind, found[i]));
			assert_false(has(&empty, (enum detect_kind)kind, found[i]));
		}
	}
	own_release(&own);
	assert_null(own.phone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(own_details_are_known_in_all_forms),
	    cmocka_unit_test(each_part_is_by_itself),
	    cmocka_unit_test(what_is_not_there_is_nobodys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
