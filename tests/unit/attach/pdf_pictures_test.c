/* SPDX-License-Identifier: EUPL-1.2 */
/* A PDF written around pictures (pdf_of_pictures of pdf.h). */
#include <turbojpeg.h>
#include <zlib.h>

#include "attach/pdf.h"
#include "tests/unit/attach/picture.h"
#include "tests/unit/test.h"

#include <qpdf/qpdf-c.h>

enum { ROOM = 1 << 20 };

static const struct jpeg_kind colour = {60, 30, TJPF_RGB, TJSAMP_420, 0, 0, false, false};
static const struct jpeg_kind grey = {20, 40, TJPF_GRAY, TJSAMP_GRAY, 0, 0, false, false};
static const struct jpeg_kind four = {16, 16, TJPF_CMYK, TJSAMP_444, 0, 0, false, false};

/* A number of the page: width or height of its edge. */
static double edge(qpdf_data q, qpdf_oh page, int i)
{
	return qpdf_oh_get_numeric_value(
	    q, qpdf_oh_get_array_item(q, qpdf_oh_get_key(q, page, "/MediaBox"), i));
}

/* The dictionary of the picture on a page. */
static qpdf_oh picture(qpdf_data q, qpdf_oh page)
{
	qpdf_oh objects = qpdf_oh_get_key(q, qpdf_oh_get_key(q, page, "/Resources"), "/XObject");
	return qpdf_oh_get_dict(q, qpdf_oh_get_key(q, objects, "/Im"));
}

static qpdf_data opened(const char *p, size_t n)
{
	qpdf_data q = qpdf_init();
	qpdf_set_attempt_recovery(q, QPDF_FALSE); /* places of objects must be right */
	assert_int_equal(qpdf_read_memory(q, "t", p, n, NULL), 0);
	assert_int_equal(qpdf_check_pdf(q), 0);
	return q;
}

static void a_page_a_picture(void **state)
{
	(void)state;
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	jpeg_make(&a, &colour);
	jpeg_make(&b, &grey);
	const struct pdf_picture pictures[] = {{a.data, a.len}, {b.data, b.len}};
	assert_int_equal(buf_adds(&out, "before"), 0); /* what stands there stays there */
	assert_int_equal(pdf_of_pictures(pictures, 2, 144, &out), 0);
	assert_memory_equal(out.data, "before%PDF-", 11);
	qpdf_data q = opened(out.data + 6, out.len - 6);
	assert_int_equal(qpdf_get_num_pages(q), 2);
	qpdf_oh page = qpdf_get_page_n(q, 0);
	assert_true(edge(q, page, 2) == 30.0 && edge(q, page, 3) == 15.0); /* 144 an inch */
	assert_string_equal(
	    qpdf_oh_get_name(q, qpdf_oh_get_key(q, picture(q, page), "/ColorSpace")), "/DeviceRGB");
	page = qpdf_get_page_n(q, 1);
	assert_true(edge(q, page, 2) == 10.0 && edge(q, page, 3) == 20.0);
	assert_string_equal(
	    qpdf_oh_get_name(q, qpdf_oh_get_key(q, picture(q, page), "/ColorSpace")),
	    "/DeviceGray");
	assert_int_equal(
	    qpdf_oh_get_int_value_as_int(q, qpdf_oh_get_key(q, picture(q, page), "/Height")), 40);
	qpdf_cleanup(&q);
	assert_non_null(memmem(out.data, out.len, a.data, a.len)); /* as they are */
	assert_non_null(memmem(out.data, out.len, b.data, b.len));
}

/* It is read again before it leaves: each page paints something. */
static void what_is_written_can_be_cleaned(void **state)
{
	(void)state;
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf clean GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct errinfo ei = ERRINFO_INIT;
	jpeg_make(&a, &colour);
	const struct pdf_picture pictures[] = {{a.data, a.len}};
	assert_int_equal(pdf_of_pictures(pictures, 1, 150, &out), 0);
	struct buf probe GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf pages GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	enum attach_why why = ATTACH_GOES;
	test_code(
	    pdf_clean(out.data, out.len, &ATTACH_LIMITS, &clean, &probe, &pages, &why), 0, &ei);
	assert_int_equal(pages.len, 1);
	assert_int_equal(pages.data[0], PDF_PAINTS | PDF_DRAWS);
}

static void what_is_no_picture_is_refused(void **state)
{
	(void)state;
	struct buf cmyk GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf good GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	jpeg_make(&cmyk, &four);
	jpeg_make(&good, &colour);
	const struct pdf_picture cases[] = {{cmyk.data, cmyk.len}, {"", 0}, {"\xff\xd8", 2},
	    {"\xff\xd8\xff\xd9", 4}, {"no picture at all", 17}, {good.data, 8}};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		buf_clear(&out);
		assert_int_equal(pdf_of_pictures(&cases[i], 1, 150, &out), GW_EFORMAT);
	}
	const struct pdf_picture picture = {good.data, good.len};
	struct buf small GW_CLEANUP(buf_release) = BUF_INIT(good.len);
	assert_int_equal(pdf_of_pictures(&picture, 1, 150, &small), GW_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_page_a_picture),
	    cmocka_unit_test(what_is_written_can_be_cleaned),
	    cmocka_unit_test(what_is_no_picture_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
