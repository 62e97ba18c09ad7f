/* SPDX-License-Identifier: EUPL-1.2 */
/* What a file is by its first bytes, and what it is said to be (attach/format.c, of attach.h). */
#include "attach/attach.h"
#include "tests/unit/test.h"

#define BYTES(s) s, sizeof s - 1

static void the_first_bytes_say_what_it_is(void **state)
{
	(void)state;
	static const struct {
		const char *p;
		size_t n;
		enum attach_format is;
	} cases[] = {
	    {BYTES("%PDF-1.7"), ATTACH_PDF},
	    {BYTES("%PDF-"), ATTACH_PDF},
	    {BYTES("%PDF"), ATTACH_UNKNOWN},
	    {BYTES(" %PDF-1.7"), ATTACH_UNKNOWN},
	    {BYTES("\xff\xd8\xff\xe0"), ATTACH_JPEG},
	    {BYTES("\xff\xd8"), ATTACH_UNKNOWN},
	    {BYTES("\x89PNG\r\n\x1a\n"), ATTACH_PNG},
	    {BYTES("\x89PNG\r\n\x1a"), ATTACH_UNKNOWN},
	    {BYTES("\x89PNG\n\n\x1a\n"), ATTACH_UNKNOWN},
	    {BYTES("PK\3\4....word/document.xml"), ATTACH_DOCX},
	    {BYTES("PK\3\4....xl/workbook.xml"), ATTACH_UNKNOWN},
	    {BYTES("PK\5\6....word/document.xml"), ATTACH_UNKNOWN},
	    {BYTES("word/"), ATTACH_UNKNOWN},
	    {BYTES("GIF89a"), ATTACH_UNKNOWN},
	    {BYTES(""), ATTACH_UNKNOWN},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++)
		if (attach_format(cases[i].p, cases[i].n) != cases[i].is)
			fail_msg("%zu", i);
}

static void the_extension_declares_it(void **state)
{
	(void)state;
	static const struct {
		const char *ext;
		enum attach_format is, declared;
	} cases[] = {
	    {"pdf", ATTACH_PDF, ATTACH_PDF}, {"PDF", ATTACH_PDF, ATTACH_PDF},
	    {"docx", ATTACH_DOCX, ATTACH_DOCX}, {"jpg", ATTACH_JPEG, ATTACH_JPEG},
	    {"Jpeg", ATTACH_JPEG, ATTACH_JPEG}, {"png", ATTACH_PNG, ATTACH_PNG},
	    {"", ATTACH_UNKNOWN, ATTACH_UNKNOWN}, /* says nothing */
	    {"bin", ATTACH_UNKNOWN, ATTACH_FOREIGN}, {"doc", ATTACH_UNKNOWN, ATTACH_FOREIGN},
	    {"docm", ATTACH_UNKNOWN, ATTACH_FOREIGN}, {"pd", ATTACH_UNKNOWN, ATTACH_FOREIGN},
	    {"txt", ATTACH_TEXT, ATTACH_FOREIGN}, /* text only ever leaves */
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		if (attach_format_of_ext(cases[i].ext) != cases[i].is ||
		    attach_declared(cases[i].ext) != cases[i].declared)
			fail_msg("%s", cases[i].ext);
	}
}

/* Words and extensions of all formats; an extension leads back to its format. */
static void every_format_has_its_words(void **state)
{
	(void)state;
	for (int i = ATTACH_UNKNOWN; i < ATTACH_FORMATS; i++) {
		enum attach_format f = (enum attach_format)i;
		assert_string_equal(attach_format_name(f), attach_format_words[i]);
		assert_int_equal(attach_format_of_ext(attach_format_ext(f)), f);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(attach_format_words[i], attach_format_words[k]);
	}
	assert_string_equal(attach_format_name(ATTACH_JPEG), "jpeg");
	assert_string_equal(attach_format_ext(ATTACH_JPEG), "jpg");
	assert_string_equal(attach_mode_words[ATTACH_STRIP], "strip");
	assert_string_equal(attach_mode_words[ATTACH_FLATTEN], "flatten");
	assert_string_equal(attach_mode_words[ATTACH_TEXT_ONLY], "text_only");
}

static void text_has_no_control_characters(void **state)
{
	(void)state;
	assert_true(attach_is_text(BYTES("")));
	assert_true(attach_is_text(BYTES("Caf\xc3\xa9\n\tb")));
	assert_true(attach_is_text(BYTES("\xf0\x9f\x98\x80")));
	assert_true(attach_is_text(BYTES("a\xf0\x9f\x98"))); /* the end is cut off */
	assert_true(attach_is_text(BYTES("a\xc3")));
	assert_false(attach_is_text(BYTES("a\xc3 and more")));
	assert_false(attach_is_text(BYTES("a\0b")));
	assert_false(attach_is_text(BYTES("a\r\n")));
	assert_false(attach_is_text(BYTES("a\x1b[0m")));
	assert_false(attach_is_text(BYTES("a\x7f")));
	assert_false(attach_is_text(BYTES("\xff\xd8\xff\xe0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_bytes_say_what_it_is),
	    cmocka_unit_test(the_extension_declares_it),
	    cmocka_unit_test(every_format_has_its_words),
	    cmocka_unit_test(text_has_no_control_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
