/* SPDX-License-Identifier: EUPL-1.2 */
/* What a picture says, where tesseract with its Dutch model is; and that without it none is read.
 */
#include "attach/flatten.h"
#include "attach/ocr.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/test.h"

/* A page with that on it, as a JPEG at 200 pixels an inch. */
static void page_of(const char *says, struct buf *out)
{
	struct pdf_file f;
	char *content GW_CLEANUP(str_free_p) =
	    str_printf("BT /F1 18 Tf 20 100 Td (%s) Tj ET", says);
	struct errinfo ei = ERRINFO_INIT;
	pdf_simple(&f, content, "", "");
	test_code(flatten_page(f.b.data, f.b.len, 1, 200, &ATTACH_LIMITS, out, &ei), 0, &ei);
	buf_release(&f.b);
}

static void a_picture_is_read(void **state)
{
	(void)state;
	struct buf page GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct errinfo ei = ERRINFO_INIT;
	page_of("Mijn BSN is 123456782", &page);
	if (!attach_can_ocr()) {
		assert_int_equal(
		    ocr_text(page.data, page.len, &ATTACH_LIMITS, &text, NULL) == 0, false);
		assert_int_equal(text.len, 0);
		skip();
	}
	test_code(ocr_text(page.data, page.len, &ATTACH_LIMITS, &text, &ei), 0, &ei);
	assert_non_null(memmem(text.data, text.len, "123456782", 9));
}

static void a_page_with_nothing_says_nothing(void **state)
{
	(void)state;
	struct buf page GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct errinfo ei = ERRINFO_INIT;
	if (!attach_can_ocr())
		skip();
	page_of("", &page);
	test_code(ocr_text(page.data, page.len, &ATTACH_LIMITS, &text, &ei), 0, &ei);
	for (size_t i = 0; i < text.len; i++)
		assert_true(strchr(" \n\f", text.data[i]));
}

static void what_is_no_picture_is_not_read(void **state)
{
	(void)state;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	int r = ocr_text("no picture", 10, &ATTACH_LIMITS, &text, NULL);
	assert_int_equal(r, attach_can_ocr() ? GW_EFORMAT : GW_ESUPPORT);
	assert_int_equal(text.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_picture_is_read),
	    cmocka_unit_test(a_page_with_nothing_says_nothing),
	    cmocka_unit_test(what_is_no_picture_is_not_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
