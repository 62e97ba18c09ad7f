/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text says of its file: letters or none, findings, and what a profile makes of them. */
#include "attach/text.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/test.h"

#define BYTES(s) s, sizeof s - 1

static void letters_and_digits_can_be_looked_through(void **state)
{
	(void)state;
	assert_true(text_reads(BYTES("a")));
	assert_true(text_reads(BYTES(" \n\f 7")));
	assert_true(text_reads(BYTES("\xc3\xa9")));
	assert_true(text_reads(BYTES("\xd8\xa7")));     /* Arabic */
	assert_true(text_reads(BYTES("\xe1\x88\xb0"))); /* Tigrinya */
	assert_false(text_reads(BYTES("")));
	assert_false(text_reads(BYTES(" \n\f.-\xe2\x80\xa2"))); /* a bullet */
	assert_false(text_reads(BYTES("\xff"
				      "a"))); /* no text */
}

static void a_reader_that_gave_none_settles_the_file(void **state)
{
	(void)state;
	static const struct {
		int code;
		enum attach_why why;
	} cases[] = {{GW_ESUPPORT, ATTACH_NO_READER}, {GW_ELIMIT, ATTACH_TIMEOUT},
	    {GW_ENOMEM, ATTACH_TOO_LARGE}, {GW_EFORMAT, ATTACH_BROKEN}, {GW_EFAIL, ATTACH_BROKEN}};
	struct attach_item item = {0};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		assert_int_equal(text_none(&item, cases[i].code), 0);
		assert_int_equal(item.why, cases[i].why);
		assert_true(item.code < 0);
	}
	item = (struct attach_item){0};
	assert_int_equal(text_none(&item, GW_EIO), GW_EIO); /* that is no matter of the file */
	assert_int_equal(item.code, 0);
}

static void a_pdf_says_its_text_in_two_orders(void **state)
{
	(void)state;
	struct pdf_file f;
	pdf_simple(
	    &f, "BT /F1 9 Tf 20 50 Td (onder) Tj ET BT /F1 9 Tf 20 150 Td (boven) Tj ET", "", "");
	for (int raw = 0; raw < 2; raw++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
		struct errinfo ei = ERRINFO_INIT;
		test_code(text_of_pdf(f.b.data, f.b.len, raw, &ATTACH_LIMITS, &text, &ei), 0, &ei);
		const char *above = memmem(text.data, text.len, "boven", 5);
		const char *below = memmem(text.data, text.len, "onder", 5);
		assert_non_null(above);
		assert_non_null(below);
		assert_int_equal(above < below, !raw);
		assert_int_equal(text.data[text.len - 1], '\f');
	}
	buf_release(&f.b);
}

/* Judge a text by a profile; nobody settles anything. */
static enum attach_why judge(struct attach_item *item, const char *text)
{
	struct errinfo ei = ERRINFO_INIT;
	attach_settle(item, 0, ATTACH_GOES);
	test_code(text_judge(item, text, strlen(text), NULL, &ei), 0, &ei);
	return item->why;
}

static void the_strictest_verdict_counts(void **state)
{
	(void)state;
	struct attach_item item = {.profile = &DETECT_STRICT};
	assert_int_equal(judge(&item, "Ervaring als lasser"), ATTACH_GOES);
	assert_int_equal(judge(&item, ""), ATTACH_GOES);
	assert_int_equal(judge(&item, "Bel 06-12345678"), ATTACH_MASK);
	assert_int_equal(judge(&item, "Bel 06-12345678 na de migraine"), ATTACH_REVIEW);
	assert_int_equal(judge(&item, "Bel 06-12345678, bsn 123456782, migraine"), ATTACH_BLOCKED);
	assert_int_equal(judge(&item, "\xff"), ATTACH_BROKEN);
	item.mode = ATTACH_TEXT_ONLY; /* where a mask can be put */
	assert_int_equal(judge(&item, "Bel 06-12345678"), ATTACH_GOES);
	item = (struct attach_item){0}; /* without a profile they are counted */
	assert_int_equal(judge(&item, "bsn 123456782"), ATTACH_GOES);
	assert_int_equal(item.found[DETECT_BSN], 1);
}

/* A second text of the same file makes it worse, never better, and counts nothing twice. */
static void of_several_texts_the_worst_counts(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "bsn 123456782", "Bel 06-12345678 of 013-5551234", "migraine", "Bel 06-12345678"};
	struct attach_item item = {.profile = &DETECT_STRICT};
	for (size_t i = 0; i < GW_LENGTH(texts); i++)
		assert_int_equal(text_judge(&item, texts[i], strlen(texts[i]), NULL, NULL), 0);
	assert_int_equal(item.why, ATTACH_BLOCKED);
	assert_int_equal(item.found[DETECT_BSN], 1);
	assert_int_equal(item.found[DETECT_PHONE], 2);
	assert_int_equal(item.found[DETECT_HEALTH], 1);
}

/* A page that paints must say something; what it says must be there for each. */
static void pages_that_paint_must_say_something(void **state)
{
	(void)state;
	static const struct {
		const char *pages, *text;
		size_t n;
		enum attach_why why;
	} cases[] = {
	    {"\1\1", "a\fb\f", 2, ATTACH_GOES},
	    {"\1\0", "a\f\f", 2, ATTACH_GOES},
	    {"\1\1", "a\f\f", 2, ATTACH_NO_TEXT},
	    {"\1\1", "\fa\f", 2, ATTACH_NO_TEXT},
	    {"\1\1", "a\f", 2, ATTACH_BROKEN},
	    {"\1", "", 1, ATTACH_BROKEN},
	    {"", "", 0, ATTACH_GOES},
	};
	const struct attach_setup setup = {.limits = &ATTACH_LIMITS};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct buf pages GW_CLEANUP(buf_release) = BUF_INIT(10);
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(100);
		struct attach_item item = {0};
		assert_int_equal(buf_add(&pages, cases[i].pages, cases[i].n), 0);
		assert_int_equal(buf_adds(&text, cases[i].text), 0);
		assert_int_equal(text_look_at_pages(&item, &pages, &text, NULL, &setup, NULL), 0);
		if (item.why != cases[i].why)
			fail_msg("%zu: %s", i, item.reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(letters_and_digits_can_be_looked_through),
	    cmocka_unit_test(a_reader_that_gave_none_settles_the_file),
	    cmocka_unit_test(a_pdf_says_its_text_in_two_orders),
	    cmocka_unit_test(the_strictest_verdict_counts),
	    cmocka_unit_test(of_several_texts_the_worst_counts),
	    cmocka_unit_test(pages_that_paint_must_say_something),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
