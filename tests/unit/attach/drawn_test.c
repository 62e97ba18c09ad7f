/* SPDX-License-Identifier: EUPL-1.2 */
/* A document without its letters: what is drawn stays where it was, and nothing of the text. */
#include "attach/drawn.h"

#include <turbojpeg.h>
#include <zlib.h>

#include "attach/flatten.h"
#include "attach/text.h"
#include "tests/unit/attach/docx_file.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/attach/picture.h"
#include "tests/unit/test.h"

/* A form with text and a red square in it, behind the text of the page. */
static void page_of_both(struct pdf_file *f)
{
	pdf_begin(f);
	pdf_object(f, 1, "<</Type/Catalog/Pages 2 0 R>>");
	pdf_object(f, 2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
	pdf_object(f, 3,
	    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<<"
	    "/Font<</F1 5 0 R>>/XObject<</Fm 6 0 R>>>>>>");
	pdf_content(f, 4, "", "BT /F1 90 Tf 20 100 Td (Wim) Tj ET /Fm Do");
	pdf_object(f, 5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>");
	pdf_content(f, 6,
	    "/Type/XObject/Subtype/Form/BBox[0 0 300 200]/Resources<</Font<</F1 5 0 R>>>>",
	    "1 0 0 rg 200 0 100 50 re f BT /F1 90 Tf 20 20 Td (Wim) Tj ET");
	pdf_end(f, "/Root 1 0 R");
}

/* How many points of the first page are dark, and whether its lower right is red. */
static size_t dark(const void *p, size_t n, bool *ret_red)
{
	struct buf picture GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	struct errinfo ei = ERRINFO_INIT;
	int w = 0, h = 0;
	size_t count = 0;
	test_code(flatten_page(p, n, 1, 72, &ATTACH_LIMITS, &picture, &ei), 0, &ei);
	uint8_t *rgb = jpeg_pixels(&picture, &w, &h);
	assert_non_null(rgb);
	assert_int_equal(w, 300);
	for (int i = 0; i < w * h; i++)
		count += rgb[3 * i] < 100;
	const uint8_t *corner = rgb + 3 * ((h - 10) * w + w - 10);
	*ret_red = corner[0] > 200 && corner[1] < 60;
	free(rgb);
	return count;
}

static void a_pdf_without_its_letters(void **state)
{
	(void)state;
	struct pdf_file f;
	struct buf clean GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	struct buf drawn GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	struct errinfo ei = ERRINFO_INIT;
	bool red = false;
	page_of_both(&f);
	test_code(attach_clean(f.b.data, f.b.len, ATTACH_PDF, NULL, &clean, &ei), 0, &ei);
	test_code(drawn_pdf(&clean, &ATTACH_LIMITS, &drawn, &ei), 0, &ei);
	assert_true(dark(clean.data, clean.len, &red) > 500);
	assert_true(red);
	assert_int_equal(dark(drawn.data, drawn.len, &red), 0);
	assert_true(red);
	test_code(text_of_pdf(drawn.data, drawn.len, true, &ATTACH_LIMITS, &text, &ei), 0, &ei);
	assert_false(text_reads(text.data, text.len));
	buf_release(&f.b);
}

static void what_is_no_document_is_refused(void **state)
{
	(void)state;
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(100);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	assert_int_equal(buf_adds(&in, "%PDF-1.4 and no more"), 0);
	assert_int_equal(drawn_pdf(&in, &ATTACH_LIMITS, &out, NULL), GW_EFORMAT);
	assert_int_equal(drawn_docx(&in, &ATTACH_LIMITS, &out, NULL), GW_EFORMAT);
	assert_int_equal(out.len, 0);
}

static void the_pictures_of_a_docx(void **state)
{
	(void)state;
	static const char *const members[] = {
	    "word/document.xml", "word/media/image1.png", "word/media/image2.jpg", "media/no.png"};
	struct buf docx GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	struct errinfo ei = ERRINFO_INIT;
	struct zip z;
	size_t at = 0, n = 0;
	const void *p = NULL;
	zip_begin(&z, &docx);
	for (size_t i = 0; i < GW_LENGTH(members); i++)
		assert_int_equal(zip_add(&z, members[i], members[i], strlen(members[i])), 0);
	assert_int_equal(zip_end(&z), 0);
	zip_release(&z);
	test_code(drawn_docx(&docx, &ATTACH_LIMITS, &out, &ei), 0, &ei);
	for (size_t i = 1; i <= 2; i++) {
		assert_true(drawn_next(&out, &at, &p, &n));
		assert_int_equal(n, strlen(members[i]));
		assert_memory_equal(p, members[i], n);
	}
	assert_false(drawn_next(&out, &at, &p, &n));
	assert_int_equal(at, out.len);
}

/* What the child sent is taken as hostile. */
static void a_size_that_cannot_be_ends_it(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
	const size_t sizes[] = {3, SIZE_MAX, SIZE_MAX - sizeof(size_t) + 1};
	const void *p = NULL;
	for (size_t i = 0; i < GW_LENGTH(sizes); i++) {
		size_t at = 0, n = 0;
		buf_clear(&b);
		assert_false(drawn_next(&b, &at, &p, &n));
		assert_int_equal(buf_add(&b, &sizes[i], sizeof sizes[i]), 0);
		assert_int_equal(buf_adds(&b, "ab"), 0); /* one too few */
		assert_false(drawn_next(&b, &at, &p, &n));
		assert_int_equal(at, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pdf_without_its_letters),
	    cmocka_unit_test(what_is_no_document_is_refused),
	    cmocka_unit_test(the_pictures_of_a_docx),
	    cmocka_unit_test(a_size_that_cannot_be_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
