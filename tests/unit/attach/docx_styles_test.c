/* SPDX-License-Identifier: EUPL-1.2 */
/* Styles that hide their text (docx_hidden_… of docx_filter.h, in docx_styles.c). */
#include "attach/docx_filter.h"
#include "base/buf.h"
#include "tests/unit/test.h"

#define OPEN "<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
#define CLOSE "</w:styles>"
#define STYLE(id, rest) "<w:style w:type=\"paragraph\" w:styleId=\"" id "\">" rest "</w:style>"
#define VANISH "<w:rPr><w:vanish/></w:rPr>"
#define VANISHES(value) "<w:rPr><w:vanish w:val=\"" value "\"/></w:rPr>"
#define ON(id) "<w:basedOn w:val=\"" id "\"/>"

static int find(const char *text, struct docx_hidden *h)
{
	return docx_hidden_find(text, strlen(text), h);
}

static void hides(const char *text, const char *id, bool want)
{
	struct docx_hidden h;
	assert_int_equal(find(text, &h), 0);
	if (docx_hidden_has(&h, id) != want)
		fail_msg("%s: %s", id, text);
	docx_hidden_release(&h);
	assert_false(docx_hidden_has(&h, id));
}

static void a_style_hides_by_itself(void **state)
{
	(void)state;
	hides(OPEN STYLE("A", VANISH) CLOSE, "A", true);
	hides(OPEN STYLE("A", VANISH) CLOSE, "a", false);
	hides(OPEN STYLE("A", VANISH) STYLE("B", "") CLOSE, "B", false);
	hides(OPEN STYLE("A", VANISHES("true")) CLOSE, "A", true);
	hides(OPEN STYLE("A", VANISHES("1")) CLOSE, "A", true);
	hides(OPEN STYLE("A", VANISHES("0")) CLOSE, "A", false);
	hides(OPEN STYLE("A", VANISHES("false")) CLOSE, "A", false);
	hides(OPEN STYLE("A", VANISHES("off")) CLOSE, "A", false);
	hides(OPEN STYLE("A", "<x:vanish xmlns:x=\"urn:x\"/>") CLOSE, "A", false);
}

static void or_by_the_one_it_is_based_on(void **state)
{
	(void)state;
	hides(OPEN STYLE("A", VANISH) STYLE("B", ON("A")) CLOSE, "B", true);
	hides(OPEN STYLE("B", ON("A")) STYLE("A", VANISH) CLOSE, "B", true);
	hides(OPEN STYLE("C", ON("B")) STYLE("B", ON("A")) STYLE("A", VANISH) CLOSE, "C", true);
	hides(OPEN STYLE("A", VANISH) STYLE("B", ON("A") VANISHES("0")) CLOSE, "B", false);
	hides(OPEN STYLE("A", VANISHES("0")) STYLE("B", ON("A")) CLOSE, "B", false);
	hides(OPEN STYLE("A", ON("B")) STYLE("B", ON("A")) CLOSE, "A", false); /* a ring */
	hides(OPEN STYLE("A", ON("B") VANISH) STYLE("B", ON("A")) CLOSE, "B", true);
	hides(OPEN STYLE("A", ON("gone")) CLOSE, "A", false);
}

/* A row of styles, each before the one it is based on; the last one hides. */
static int row_of(size_t n, struct docx_hidden *h)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(buf_adds(&text, OPEN), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
		    buf_addf(&text, STYLE("S%zu", "<w:basedOn w:val=\"S%zu\"/>"), i, i + 1), 0);
	assert_int_equal(buf_addf(&text, STYLE("S%zu", VANISH) CLOSE, n), 0);
	return docx_hidden_find(text.data, text.len, h);
}

static void what_a_long_row_hides_is_known_or_refused(void **state)
{
	(void)state;
	struct docx_hidden h;
	size_t known = 0;
	for (size_t n = 1; n <= 40; n++) {
		int r = row_of(n, &h);
		if (r == 0) {
			assert_true(docx_hidden_has(&h, "S0"));
			known = n;
		} else {
			assert_int_equal(r, GW_ELIMIT);
		}
		docx_hidden_release(&h);
	}
	assert_true(known >= 11); /* as many as word processors make */
	assert_true(known < 40);
}

static void text_that_hides_everywhere_refuses(void **state)
{
	(void)state;
	struct docx_hidden h;
	assert_int_equal(find(OPEN "<w:docDefaults><w:rPrDefault>" VANISH
				   "</w:rPrDefault></w:docDefaults>" CLOSE,
			     &h),
	    GW_EREFUSED);
	assert_int_equal(find(OPEN "<w:docDefaults><w:rPrDefault>" VANISHES(
				  "0") "</w:rPrDefault></w:docDefaults>" CLOSE,
			     &h),
	    0);
	docx_hidden_release(&h);
	assert_int_equal(
	    find(OPEN "<w:style w:type=\"table\" w:styleId=\"T\">" VANISH "</w:style>" CLOSE, &h),
	    GW_EREFUSED);
	assert_int_equal(h.n, 0);
}

static void what_cannot_be_read_is_refused(void **state)
{
	(void)state;
	struct docx_hidden h;
	struct buf many GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(find("", &h), GW_EFORMAT);
	assert_int_equal(find(OPEN, &h), GW_EFORMAT);
	assert_int_equal(find("<!DOCTYPE a>" OPEN CLOSE, &h), GW_EFORMAT);
	assert_int_equal(buf_adds(&many, OPEN), 0);
	for (int i = 0; i < 5001; i++)
		assert_int_equal(buf_adds(&many, "<w:style/>"), 0);
	assert_int_equal(buf_adds(&many, CLOSE), 0);
	assert_int_equal(docx_hidden_find(many.data, many.len, &h), GW_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_style_hides_by_itself),
	    cmocka_unit_test(or_by_the_one_it_is_based_on),
	    cmocka_unit_test(what_a_long_row_hides_is_known_or_refused),
	    cmocka_unit_test(text_that_hides_everywhere_refuses),
	    cmocka_unit_test(what_cannot_be_read_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
