/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/transform.h"

#include "tests/unit/policy/policies.h"

static const struct date today = {2026, 3, 1};

/* Expect the result of a transform of text; NULL: the value is dropped. */
static void gives(struct policy_rule rule, enum field_type type, const char *text, const char *want)
{
	struct errinfo ei = ERRINFO_INIT;
	static const char key[POLICY_KEY_BYTES] = "0123456789abcdef0123456789abcde";
	json_t *in GW_CLEANUP(jx_release) = json_string(text), *out GW_CLEANUP(jx_release) = NULL;
	test_code(transform_value(&rule, type, in, today, key, &out, &ei), 0, &ei);
	if (!want) {
		assert_null(out);
		return;
	}
	assert_non_null(out);
	assert_string_equal(json_string_value(out), want);
	if (rule.as != AS_KEEP && !transform_result(&rule, out))
		fail_msg("'%s' is not taken for a result of its own rule", want);
}

#define RULE(how) ((struct policy_rule){.as = (how)})
#define RULE_N(how, number) ((struct policy_rule){.as = (how), .n = (number)})

static void initials(void **state)
{
	(void)state;
	gives(RULE(AS_INITIALS), FIELD_NAME, "Jan Piet", "J.P.");
	gives(RULE(AS_INITIALS), FIELD_NAME, "jan-willem", "J.W.");
	gives(RULE(AS_INITIALS), FIELD_NAME, "IJsbrand", "IJ.");
	gives(RULE(AS_INITIALS), FIELD_NAME, "ijsbrand Ina", "IJ.I.");
	gives(RULE(AS_INITIALS), FIELD_NAME, "  Anna   -  Maria ", "A.M.");
	gives(RULE(AS_INITIALS), FIELD_NAME, "\xc3\xa9va", "\xc3\x89.");  /* é */
	gives(RULE(AS_INITIALS), FIELD_NAME, "e\xcc\x81va", "\xc3\x89."); /* e and an accent */
	gives(RULE(AS_INITIALS), FIELD_NAME, "'t Hart", "T.H.");
	gives(RULE(AS_INITIALS), FIELD_NAME, "\xd9\x85\xd8\xad\xd9\x85\xd8\xaf", "\xd9\x85.");
	gives(RULE(AS_INITIALS), FIELD_NAME, "", NULL);
	gives(RULE(AS_INITIALS), FIELD_NAME, " - . ", NULL);
}

static void dates(void **state)
{
	(void)state;
	gives(RULE(AS_YEAR), FIELD_DATE, "1984-03-09", "1984");
	gives(RULE(AS_YEAR), FIELD_DATE, "1984-00-00", "1984");
	gives(RULE(AS_YEAR), FIELD_DATE, "0000-00-00", NULL);
	gives(RULE(AS_MONTH), FIELD_DATE, "1984-03-00", "1984-03");
	gives(RULE(AS_MONTH), FIELD_DATE, "1984-00-00", NULL);
	gives(RULE(AS_KEEP), FIELD_DATE, "1984-00-00", "1984-00-00");
	gives(RULE(AS_KEEP), FIELD_DATE, "0000-00-00", NULL);
}

static void age_bands(void **state)
{
	(void)state;
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1991-03-01", "35-39"); /* 35 today */
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1991-03-02", "30-34"); /* 34 until tomorrow */
	gives(RULE_N(AS_AGE_BAND, 10), FIELD_DATE, "1991-03-01", "30-39");
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1991-03-00", "30-34"); /* the 15th */
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1991-02-00", "35-39");
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1990-00-00", "35-39"); /* July */
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1996-02-29", "30-34");
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "2026-03-01", "0-4");
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "2026-03-02", NULL); /* not born yet */
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "0000-03-09", NULL);
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1895-03-02", "130-134");
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "1895-03-01", NULL); /* 131 */
	gives(RULE_N(AS_AGE_BAND, 5), FIELD_DATE, "0198-03-01", NULL); /* a slip for 1980 */
	gives(RULE_N(AS_AGE_BAND, 7), FIELD_DATE, "0001-01-01", NULL);
}

static void masks(void **state)
{
	(void)state;
	gives(RULE(AS_MASK_LAST4), FIELD_PHONE, "06-12345678", "**-****5678");
	gives(RULE(AS_MASK_LAST4), FIELD_CODE, "1234567", "*******");
	gives(RULE(AS_MASK_LAST4), FIELD_CODE, "12345678", "****5678");
	gives(RULE(AS_MASK_LAST4), FIELD_CODE, "A/1-2", "*/*-*");
	gives(RULE(AS_MASK_LAST4), FIELD_EMAIL, "jan@voorbeeld.nl", "***@*******ld.nl");
	gives(RULE(AS_MASK_LAST4), FIELD_CODE, "", NULL);
}

static void cuts(void **state)
{
	(void)state;
	gives(RULE(AS_POSTCODE4), FIELD_POSTCODE, "5121 AB", "5121");
	gives(RULE_N(AS_TRUNCATE, 3), FIELD_NAME, "e\xcc\x81\xc3\xa9n van", "\xc3\xa9\xc3\xa9n");
	gives(RULE_N(AS_TRUNCATE, 3), FIELD_CODE, "A", "A");
	gives(RULE_N(AS_TRUNCATE, 3), FIELD_TEXT_SHORT, "", NULL);
}

static void pseudonyms(void **state)
{
	(void)state;
	struct policy_rule rule = {.as = AS_PSEUDONYM, .domain = NULL};
	/* HMAC-SHA256 of "bsn" NUL "123456782", the first 16 bytes in base64url */
	gives(rule, FIELD_BSN, "123456782", "heSY35bobwx2xuc7mPNLOg");
	json_t *a GW_CLEANUP(jx_release) = NULL, *b GW_CLEANUP(jx_release) = NULL;
	json_t *lower GW_CLEANUP(jx_release) = json_string("a@b.nl");
	json_t *upper GW_CLEANUP(jx_release) = json_string("A@B.nl");
	static const char key[POLICY_KEY_BYTES];
	assert_int_equal(transform_value(&rule, FIELD_EMAIL, lower, today, key, &a, NULL), 0);
	assert_int_equal(transform_value(&rule, FIELD_EMAIL, upper, today, key, &b, NULL), 0);
	assert_int_equal(json_equal(a, b), 1);
}

static void present_and_numbers(void **state)
{
	(void)state;
	struct policy_rule rule = RULE(AS_PRESENT);
	json_t *three GW_CLEANUP(jx_release) = json_integer(3), *out GW_CLEANUP(jx_release) = NULL;
	assert_int_equal(transform_value(&rule, FIELD_INT, three, today, NULL, &out, NULL), 0);
	assert_true(json_is_true(out));
	assert_true(transform_result(&rule, out));
	assert_false(transform_result(&rule, three));
}

/* What pretends to be transformed must have the form of it. */
static void forms(void **state)
{
	(void)state;
	static const struct {
		struct policy_rule rule;
		const char *forged;
	} table[] = {{{.as = AS_INITIALS}, "Jan Piet"}, {{.as = AS_INITIALS}, "J.P"},
	    {{.as = AS_INITIALS}, "j.p."}, {{.as = AS_YEAR}, "1984-03-09"},
	    {{.as = AS_YEAR}, "19x4"}, {{.as = AS_MONTH}, "1984-03-09"},
	    {{.as = AS_POSTCODE4}, "5121AB"}, {{.as = AS_MASK_LAST4}, "**345678"},
	    {{.as = AS_MASK_LAST4}, "***5678"}, {{.as = AS_MASK_LAST4}, "5678****"},
	    {{.as = AS_AGE_BAND, .n = 5}, "36-40"}, {{.as = AS_AGE_BAND, .n = 5}, "35-35"},
	    {{.as = AS_AGE_BAND, .n = 5}, "35"}, {{.as = AS_AGE_BAND, .n = 5}, "135-139"},
	    {{.as = AS_TRUNCATE, .n = 3}, "abcd"}, {{.as = AS_PSEUDONYM}, "123456782"},
	    {{.as = AS_PRESENT}, "true"}};
	for (size_t i = 0; i < GW_LENGTH(table); i++) {
		json_t *v GW_CLEANUP(jx_release) = json_string(table[i].forged);
		if (transform_result(&table[i].rule, v))
			fail_msg("'%s' passed", table[i].forged);
	}
}

/* Every transform gives a result or drops the value, for odd values of every type it takes. */
static void every_transform_is_total(void **state)
{
	(void)state;
	static const char *const odd[] = {"", " ", "0", "-", ".", "\xcc\x81", "a", "\xc4\xb2",
	    "0000-00-00", "9999-12-31", "1900-02-00", "+31 6 12345678",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaa", "\xf0\x9f\x98\x80", "1234AB", "a@b.cd"};
	static const char key[POLICY_KEY_BYTES];
	for (int as = AS_KEEP; as <= AS_PSEUDONYM; as++)
		for (int type = 0; type < FIELD_TYPES; type++)
			for (size_t i = 0; i < GW_LENGTH(odd); i++) {
				struct policy_rule rule = {.as = (enum policy_as)as, .n = 7};
				json_t *v GW_CLEANUP(jx_release) = json_string(odd[i]);
				json_t *out GW_CLEANUP(jx_release) = NULL;
				if (as == AS_SCANNED ||
				    !transform_takes(rule.as, (enum field_type)type) ||
				    !field_type_check((enum field_type)type, odd[i]))
					continue;
				assert_int_equal(transform_value(&rule, (enum field_type)type, v,
						     today, key, &out, NULL),
				    0);
				if (out && as != AS_KEEP)
					assert_true(transform_result(&rule, out));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(initials),
	    cmocka_unit_test(dates),
	    cmocka_unit_test(age_bands),
	    cmocka_unit_test(masks),
	    cmocka_unit_test(cuts),
	    cmocka_unit_test(pseudonyms),
	    cmocka_unit_test(present_and_numbers),
	    cmocka_unit_test(forms),
	    cmocka_unit_test(every_transform_is_total),
	};
	return cmocka_run_group_tests_name("policy/transform", tests, NULL, NULL);
}
