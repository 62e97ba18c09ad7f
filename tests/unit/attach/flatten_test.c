/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages as pictures: what they look like, how many there may be, and what goes on this way. */
#include <turbojpeg.h>
#include <zlib.h>

#include "attach/flatten.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/attach/picture.h"
#include "tests/unit/test.h"

#define TEXT "BT /F1 18 Tf 20 100 Td (Diploma lassen) Tj ET"

static void a_page_is_as_large_as_asked(void **state)
{
	(void)state;
	struct pdf_file f;
	pdf_simple(&f, TEXT " 1 0 0 rg 200 0 100 200 re f", "", "");
	for (unsigned dpi = 36; dpi <= 72; dpi += 36) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
		struct errinfo ei = ERRINFO_INIT;
		int w = 0, h = 0;
		test_code(
		    flatten_page(f.b.data, f.b.len, 1, dpi, &ATTACH_LIMITS, &out, &ei), 0, &ei);
		uint8_t *rgb = jpeg_pixels(&out, &w, &h);
		assert_non_null(rgb);
		assert_int_equal(w, 300 * dpi / 72);
		assert_int_equal(h, 200 * dpi / 72);
		const uint8_t *left = rgb + 3 * (2 * (size_t)w + 2), *right = left + 3 * (w - 5);
		assert_true(left[0] > 240 && left[1] > 240);
		assert_true(right[0] > 200 && right[1] < 60); /* red */
		free(rgb);
	}
	buf_release(&f.b);
}

static void what_is_no_page_is_none(void **state)
{
	(void)state;
	struct pdf_file f;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	pdf_simple(&f, TEXT, "", "");
	assert_int_equal(
	    flatten_page(f.b.data, f.b.len, 2, 72, &ATTACH_LIMITS, &out, NULL), GW_EFORMAT);
	assert_int_equal(flatten_page("%PDF-", 5, 1, 72, &ATTACH_LIMITS, &out, NULL), GW_EFORMAT);
	assert_int_equal(out.len, 0);
	buf_release(&f.b);
}

/* Flatten a document that its cleaner settled so; why it stays, or ATTACH_GOES. */
static enum attach_why flat(const struct buf *file, int code, enum attach_why why, struct buf *out)
{
	struct attach_item item = {
	    .p = file->data, .n = file->len, .mode = ATTACH_FLATTEN, .out = BUF_INIT(PDF_ROOM)};
	struct attach_work w = {
	    .item = &item, .probe = BUF_INIT(PDF_ROOM), .pages = BUF_INIT(4096)};
	const struct attach_setup setup = {.limits = &ATTACH_LIMITS};
	struct errinfo ei = ERRINFO_INIT;
	attach_settle(&item, code, why);
	if (code == 0) /* as its cleaner does: a page with something to read */
		assert_int_equal(buf_add(&w.pages, "\1", 1), 0);
	test_code(flatten(&w, &setup, &ei), 0, &ei);
	assert_int_equal(item.code == 0, item.why == ATTACH_GOES);
	if (out && item.code == 0)
		assert_int_equal(buf_add(out, item.out.data, item.out.len), 0);
	attach_works_release(&w, 1);
	attach_release(&item, 1);
	return item.why;
}

static void what_the_cleaner_would_lose_goes_as_a_picture(void **state)
{
	(void)state;
	static const struct {
		int code;
		enum attach_why why, becomes;
	} cases[] = {
	    {0, ATTACH_GOES, ATTACH_GOES},
	    {GW_EREFUSED, ATTACH_FORM, ATTACH_GOES},
	    {GW_EREFUSED, ATTACH_HIDDEN_LAYERS, ATTACH_GOES},
	    {GW_ESUPPORT, ATTACH_NO_CLEANER, ATTACH_GOES},
	    {GW_EREFUSED, ATTACH_ENCRYPTED, ATTACH_ENCRYPTED},
	    {GW_EFORMAT, ATTACH_BROKEN, ATTACH_BROKEN},
	    {GW_ELIMIT, ATTACH_TIMEOUT, ATTACH_TIMEOUT},
	};
	struct pdf_file f;
	pdf_simple(&f, TEXT, "", "");
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
		enum attach_why why = flat(&f.b, cases[i].code, cases[i].why, &out);
		if (why != cases[i].becomes)
			fail_msg("%s: %s", attach_why_word(cases[i].why), attach_why_word(why));
		if (why != ATTACH_GOES)
			continue;
		assert_int_equal(attach_format(out.data, out.len), ATTACH_PDF);
		assert_non_null(memmem(out.data, out.len, "/DCTDecode", 10));
		assert_null(memmem(out.data, out.len, "Diploma", 7));
	}
	buf_release(&f.b);
}

/* A form has to be looked through as well: of pages whose cleaner said nothing, all are. */
static void a_page_without_text_stays(void **state)
{
	(void)state;
	struct pdf_file f;
	pdf_simple(&f, "0 0 9 9 re f", "", "");
	assert_int_equal(flat(&f.b, 0, ATTACH_GOES, NULL), ATTACH_NO_TEXT);
	assert_int_equal(flat(&f.b, GW_EREFUSED, ATTACH_FORM, NULL), ATTACH_NO_TEXT);
	buf_release(&f.b);
}

static void more_pages_than_a_hundred_stay(void **state)
{
	(void)state;
	struct pdf_file f;
	pdf_begin(&f);
	pdf_object(&f, 1, "<</Type/Catalog/Pages 2 0 R>>");
	struct buf kids GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	pdf_must(buf_adds(&kids, "<</Type/Pages/Count 101/MediaBox[0 0 9 9]/Kids["));
	for (int i = 0; i < 101; i++)
		pdf_must(buf_addf(&kids, "%d 0 R ", 3 + i));
	pdf_must(buf_adds(&kids, "]>>"));
	pdf_object(&f, 2, kids.data);
	for (int i = 0; i < 101; i++)
		pdf_object(&f, 3 + i, "<</Type/Page/Parent 2 0 R>>");
	pdf_end(&f, "/Root 1 0 R");
	assert_int_equal(flat(&f.b, 0, ATTACH_GOES, NULL), ATTACH_TOO_LARGE);
	buf_release(&f.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_page_is_as_large_as_asked),
	    cmocka_unit_test(what_is_no_page_is_none),
	    cmocka_unit_test(what_the_cleaner_would_lose_goes_as_a_picture),
	    cmocka_unit_test(a_page_without_text_stays),
	    cmocka_unit_test(more_pages_than_a_hundred_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
