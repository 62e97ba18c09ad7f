/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/pdf_content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

enum { ROOM = 1 << 20 };

static void becomes(const char *in, const char *want, bool want_paints)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	bool paints = false, ignored = false;
	int r = pdf_content_clean(in, strlen(in), &out, &paints);
	if (r < 0)
		fail_msg("%s: %d", in, r);
	assert_int_equal(buf_add(&out, "", 1), 0);
	assert_string_equal(out.data, want);
	if (paints != want_paints)
		fail_msg("%s: paints %d", in, paints);
	assert_int_equal(pdf_content_clean(want, strlen(want), &again, &ignored), 0);
	assert_int_equal(buf_add(&again, "", 1), 0);
	assert_string_equal(again.data, want);
}

static void refused(const char *in, int code)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	bool paints = false;
	int r = pdf_content_clean(in, strlen(in), &out, &paints);
	if (r != code)
		fail_msg("%s: %d", in, r);
}

static void operators_stay_with_their_operands(void **state)
{
	(void)state;
	becomes("1 0 0\n1 5 5 cm", "1 0 0 1 5 5 cm\n", false);
	becomes("q/GS gs 0 0 9 9 re f Q", "q\n/GS gs\n0 0 9 9 re\nf\nQ\n", true);
	becomes("[(a\\)b) -20 <41 42>]TJ", "[ (a\\)b) -20 <41 42> ] TJ\n", true);
	becomes("[] 0 d", "[ ] 0 d\n", false);
	becomes("(een (twee) drie) Tj", "(een (twee) drie) Tj\n", true);
	becomes("", "", false);
}

static void what_is_no_page_goes(void **state)
{
	(void)state;
	becomes("% geheim\n0 g % meer\r1 G", "0 g\n1 G\n", false);
	becomes("/Span<</ActualText(geheim)/E<</K[1]>>>>BDC 0 g EMC", "0 g\n", false);
	becomes("/OC /MC0 BDC /T BMC EMC /P MP /P<</A 1>>DP", "", false);
	becomes("(geheim) foo BX 1 2 3 bar EX 4 5", "", false);
	becomes("0 g (geheim)", "0 g\n", false);
}

static void text_that_does_not_show_goes(void **state)
{
	(void)state;
	becomes("3 Tr (geheim) Tj [(geheim)] TJ", "3 Tr\n", false);
	becomes("3 Tr (geheim) '", "3 Tr\nT*\n", false);
	becomes("3 Tr 1 2 (geheim) \"", "3 Tr\n1 Tw\n2 Tc\nT*\n", false);
	becomes("3 Tr (geheim) Tj 0 Tr 0 9 Td (te zien) Tj", "3 Tr\n0 Tr\n0 9 Td\n(te zien) Tj\n",
	    true);
	becomes("q 3 Tr (geheim) Tj Q BT (te zien) Tj", "q\n3 Tr\nQ\nBT\n(te zien) Tj\n", true);
	becomes("3 Tr q 0 Tr (te zien) Tj Q (geheim) Tj", "3 Tr\nq\n0 Tr\n(te zien) Tj\nQ\n", true);
	becomes("7 Tr (knipt) Tj", "7 Tr\n(knipt) Tj\n", true);
	/* its place hangs on the width of what would go */
	refused("3 Tr (geheim) Tj 0 Tr (te zien) Tj", GW_EFORMAT);
}

static void inline_images_stay(void **state)
{
	(void)state;
	becomes("BI /W 2 /H 1 /BPC 8 /CS /G ID ab\nEI Q",
	    "BI\n/W 2 /H 1 /BPC 8 /CS /G ID ab\nEI\nQ\n", true);
	refused("BI /W 9 /H 1 ID a EI \x01\x02 EI\n0 g", GW_EFORMAT); /* EI in the data */
	refused("BI /W 2 /F /DCT ID ab\nEI", GW_ESUPPORT);
	refused("BI /W 2 /H 1 ID ab", GW_EFORMAT);
	refused("BI /W 2 /H", GW_EFORMAT);
}

static void what_cannot_be_read_is_refused(void **state)
{
	static const char *const broken[] = {
	    "(open", "<41", "<4x>", "]", "[ 1 2 f", "{ }", ">> f", ")"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(broken); i++)
		refused(broken[i], GW_EFORMAT);
	struct buf deep GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_adds(&deep, "["), 0);
	refused(deep.data, GW_EFORMAT);
	buf_clear(&deep);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_adds(&deep, "q "), 0);
	refused(deep.data, GW_EFORMAT);
}

/* What is no text may be writing all the same: a picture, a form, letters drawn as lines. */
static void what_is_drawn_is_told_from_text(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool draws;
	} cases[] = {
	    {"", false}, {"BT /F1 9 Tf (a Do b) Tj ET", false},
	    {"BT /Do 9 Tf (a) Tj ET 0 0 m 9 9 l S 0 0 9 9 re f", false}, {"/Im Do", true},
	    {"BT (a) Tj ET /Sh sh", true}, {"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI", true},
	    {"(", true}, /* who knows */
	};
	struct buf lines GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	for (size_t i = 0; i < GW_LENGTH(cases); i++)
		if (pdf_content_draws(cases[i].text, strlen(cases[i].text)) != cases[i].draws)
			fail_msg("%s", cases[i].text);
	for (int i = 0; i < 200; i++)
		assert_int_equal(buf_adds(&lines, i % 2 ? "1 1 l\n" : "0 0 1 1 2 2 c\n"), 0);
	assert_false(pdf_content_draws(lines.data, lines.len));
	assert_int_equal(buf_adds(&lines, "f\n0 0 m\n"), 0);
	assert_true(pdf_content_draws(lines.data, lines.len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(operators_stay_with_their_operands),
	    cmocka_unit_test(what_is_no_page_goes),
	    cmocka_unit_test(text_that_does_not_show_goes),
	    cmocka_unit_test(inline_images_stay),
	    cmocka_unit_test(what_cannot_be_read_is_refused),
	    cmocka_unit_test(what_is_drawn_is_told_from_text),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
