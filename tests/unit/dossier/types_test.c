/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

struct example {
	enum field_type type;
	const char *text;
};

static const struct example right[] = {
    {FIELD_BSN, "123456782"},
    {FIELD_BSN, "010464554"},
    {FIELD_BSN, "10464554"},
    {FIELD_V_NUMBER, "1234567890"},
    {FIELD_V_NUMBER, "123.456.7890"},
    {FIELD_V_NUMBER, "V12345678"},
    {FIELD_IBAN, "NL91ABNA0417164300"},
    {FIELD_IBAN, "NL91 ABNA 0417 1643 00"},
    {FIELD_IBAN, "DE89370400440532013000"},
    {FIELD_EMAIL, "a.b+c@mail.example.nl"},
    {FIELD_PHONE, "06-12345678"},
    {FIELD_PHONE, "0161 123 456"},
    {FIELD_PHONE, "+31 6 1234 5678"},
    {FIELD_PHONE, "0800-1234"},
    {FIELD_POSTCODE, "5121AB"},
    {FIELD_POSTCODE, "5121 AB"},
    {FIELD_DATE, "1984-03-09"},
    {FIELD_DATE, "1984-03-00"},
    {FIELD_DATE, "1984-00-00"},
    {FIELD_DATE, "0000-00-00"},
    {FIELD_DATE, "2024-02-29"},
    {FIELD_CODE, "no_show"},
    {FIELD_CODE, "WSP/2.1-a"},
    {FIELD_LANG, "nl"},
    {FIELD_LANG, "tir"},
    {FIELD_LANG, "zh-Hant"},
    {FIELD_MONEY, "1034"},
    {FIELD_MONEY, "1034.50"},
    {FIELD_MONEY, "1034,50"},
    {FIELD_INT, "0"},
    {FIELD_INT, "24"},
    {FIELD_NAME, "van der Müller-Øst"},
    {FIELD_NAME, ""},
    {FIELD_TEXT_SHORT, "max 20 kg tillen"},
    {FIELD_TEXT, "a\nb\tc"},
    {FIELD_IMAGE, "photo.jpg"},
};

static const struct example wrong[] = {
    {FIELD_BSN, "123456789"},
    {FIELD_BSN, "000000000"},
    {FIELD_BSN, "1234567"},
    {FIELD_BSN, "1234567820"},
    {FIELD_BSN, "1234.56.782"},
    {FIELD_BSN, ""},
    {FIELD_V_NUMBER, "12345"},
    {FIELD_V_NUMBER, "abcdefghij"},
    {FIELD_V_NUMBER, "12345678901"},
    {FIELD_IBAN, "NL92ABNA0417164300"},
    {FIELD_IBAN, "NL91ABNA041716430"},
    {FIELD_IBAN, "nl91abna0417164300"},
    {FIELD_IBAN, ""},
    {FIELD_EMAIL, "a@b"},
    {FIELD_EMAIL, "@b.nl"},
    {FIELD_EMAIL, "a@b..nl"},
    {FIELD_EMAIL, "a@-b.nl"},
    {FIELD_EMAIL, "a@b-.nl"},
    {FIELD_EMAIL, "a b@c.nl"},
    {FIELD_EMAIL, "a@b@c.nl"},
    {FIELD_EMAIL, "a@b.nl\n"},
    {FIELD_PHONE, "12345678"},
    {FIELD_PHONE, "0612345678x"},
    {FIELD_PHONE, "+32 2 123 45 67"},
    {FIELD_PHONE, "+31 06 1234 5678"},
    {FIELD_PHONE, "061234567"},
    {FIELD_PHONE, ""},
    {FIELD_POSTCODE, "0121AB"},
    {FIELD_POSTCODE, "5121ab"},
    {FIELD_POSTCODE, "5121  AB"},
    {FIELD_POSTCODE, "5121"},
    {FIELD_POSTCODE, "5121ABC"},
    {FIELD_DATE, "09-03-1984"},
    {FIELD_DATE, "1984-02-30"},
    {FIELD_DATE, "2023-02-29"},
    {FIELD_DATE, "1984-13-01"},
    {FIELD_DATE, "1984-3-9"},
    {FIELD_DATE, "1984"},
    {FIELD_DATE, "1984-03-09T00:00:00Z"},
    {FIELD_CODE, ""},
    {FIELD_CODE, "no show"},
    {FIELD_CODE, "caf\xc3\xa9"},
    {FIELD_CODE, "12345678901234567890123456789012345678901234567890123456789012345"},
    {FIELD_LANG, "n"},
    {FIELD_LANG, "nederlands"},
    {FIELD_LANG, "n1"},
    {FIELD_MONEY, "-5"},
    {FIELD_MONEY, "5.1"},
    {FIELD_MONEY, "5.100"},
    {FIELD_MONEY, "1234567890"},
    {FIELD_INT, "1.5"},
    {FIELD_INT, "-1"},
    {FIELD_INT, "07"},
    {FIELD_INT, "two"},
    {FIELD_NAME, "a\nb"},
    {FIELD_NAME, "a\xe2\x80\xae"},
    {FIELD_NAME, "\xff"},
    {FIELD_TEXT, "bell\a"},
    {FIELD_TEXT, "\xc2\x85"},
    {FIELD_IMAGE, ""},
};

static void right_values_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(right); i++)
		if (!field_type_check(right[i].type, right[i].text))
			fail_msg("%s: %s", field_type_name(right[i].type), right[i].text);
}

static void wrong_values_do_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(wrong); i++)
		if (field_type_check(wrong[i].type, wrong[i].text))
			fail_msg("%s: %s", field_type_name(wrong[i].type), wrong[i].text);
}

static void length_is_counted_in_characters(void **state)
{
	(void)state;
	char line[3 * FIELD_LINE_CHARS + 4];
	for (size_t i = 0; i < FIELD_LINE_CHARS; i++)
		memcpy(line + 2 * i, "\xc3\xa9", 3);
	assert_int_equal(field_chars(line), FIELD_LINE_CHARS);
	assert_true(field_type_check(FIELD_NAME, line));
	memcpy(line + strlen(line), "x", 2);
	assert_false(field_type_check(FIELD_NAME, line));
	static char text[FIELD_TEXT_BYTES + 2];
	memset(text, 'x', FIELD_TEXT_BYTES);
	assert_true(field_type_check(FIELD_TEXT, text));
	text[FIELD_TEXT_BYTES] = 'x';
	assert_false(field_type_check(FIELD_TEXT, text));
}

/* The 11-test by its definition, over every number of a range: weights 9 … 2, -1. */
static void bsn_agrees_with_the_definition(void **state)
{
	(void)state;
	size_t passed = 0;
	for (unsigned n = 123000000; n < 123100000; n++) {
		char text[16];
		int sum = 0;
		(void)snprintf(text, sizeof text, "%09u", n);
		for (int i = 0; i < 9; i++)
			sum += (i == 8 ? -1 : 9 - i) * (text[i] - '0');
		assert_int_equal(field_type_check(FIELD_BSN, text), sum % 11 == 0);
		passed += sum % 11 == 0;
	}
	assert_in_range(passed, 9000, 9200);
}

static void normal_form_is_shared(void **state)
{
	(void)state;
	static const struct {
		enum field_type type;
		const char *from, *to;
	} cases[] = {
	    {FIELD_BSN, "10464554", "010464554"},
	    {FIELD_BSN, "123456782", "123456782"},
	    {FIELD_V_NUMBER, "v1234.5678", "V12345678"},
	    {FIELD_IBAN, "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"},
	    {FIELD_POSTCODE, "5121 AB", "5121AB"},
	    {FIELD_PHONE, "06-1234 5678", "+31612345678"},
	    {FIELD_PHONE, "+31 6 12345678", "+31612345678"},
	    {FIELD_EMAIL, "A.B@Example.NL", "a.b@example.nl"},
	    {FIELD_NAME, "  Jan   PIET ", "jan piet"},
	    {FIELD_NAME, "Ame\xcc\x81lie", "am\xc3\xa9lie"},
	    {FIELD_CODE, "K-12", "K-12"},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
		assert_int_equal(field_normalise(cases[i].type, cases[i].from, &b), 0);
		assert_string_equal(b.data, cases[i].to);
	}
	struct buf small GW_CLEANUP(buf_release) = BUF_INIT(4);
	assert_int_equal(field_normalise(FIELD_POSTCODE, "5121AB", &small), GW_ELIMIT);
	assert_int_equal(small.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(right_values_pass),
	    cmocka_unit_test(wrong_values_do_not),
	    cmocka_unit_test(length_is_counted_in_characters),
	    cmocka_unit_test(bsn_agrees_with_the_definition),
	    cmocka_unit_test(normal_form_is_shared),
	};
	return cmocka_run_group_tests_name("dossier/types", tests, NULL, NULL);
}
