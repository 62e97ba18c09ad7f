/* SPDX-License-Identifier: EUPL-1.2 */
/* Files through the worker: each gets its own result, and what its cleaner said besides. */
#include <turbojpeg.h>
#include <zlib.h>

#include "attach/clean.h"
#include "tests/unit/attach/docx_file.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/attach/picture.h"
#include "tests/unit/test.h"

enum { FILES = 6, A_PDF = 0, A_DOCX, A_JPEG, A_PNG, NO_PDF, NO_PNG };

struct files {
	struct buf bytes[FILES];
	struct attach_item items[FILES];
	struct attach_work works[FILES];
};

static void files_make(struct files *f)
{
	static const struct jpeg_kind jpeg = {16, 16, TJPF_RGB, TJSAMP_420, 0, 0, false, false};
	static const struct png_kind png = {8, 8, 8, 0, 0, 0, false, true};
	struct pdf_file pdf;
	struct docx_file docx;
	*f = (struct files){0};
	pdf_simple(&pdf, "BT /F1 9 Tf 9 9 Td (a) Tj ET BT /F1 9 Tf 9 900 Td (b) Tj ET", "", "");
	f->bytes[A_PDF] = pdf.b;
	docx_begin(&docx);
	docx_end(&docx, "<w:p><w:r><w:t>Ervaring</w:t></w:r></w:p>");
	f->bytes[A_DOCX] = docx.b;
	for (int i = A_JPEG; i < FILES; i++)
		f->bytes[i] = (struct buf)BUF_INIT(1 << 20);
	jpeg_make(&f->bytes[A_JPEG], &jpeg);
	png_make(&f->bytes[A_PNG], &png);
	add(&f->bytes[NO_PDF], "%PDF-1.4 and no more", 20);
	add(&f->bytes[NO_PNG], "\x89PNG\r\n\x1a\n and no more", 20);
	for (size_t i = 0; i < FILES; i++) {
		f->items[i] = (struct attach_item){.p = f->bytes[i].data,
		    .n = f->bytes[i].len,
		    .out = BUF_INIT(ATTACH_LIMITS.bytes)};
		f->works[i].item = &f->items[i];
	}
}

static void files_release(struct files *f)
{
	attach_works_release(f->works, FILES);
	attach_release(f->items, FILES);
	for (size_t i = 0; i < FILES; i++) {
		assert_null(f->works[i].probe.data);
		assert_null(f->works[i].answers.list);
		buf_release(&f->bytes[i]);
	}
}

static void each_gets_its_own(void **state)
{
	(void)state;
	struct files f;
	struct errinfo ei = ERRINFO_INIT;
	files_make(&f);
	test_code(clean_all(f.works, FILES, &ATTACH_LIMITS, &ei), 0, &ei);
	for (size_t i = 0; i < NO_PDF; i++) {
		assert_int_equal(f.items[i].code, 0);
		assert_string_equal(f.items[i].reason, "");
		assert_int_equal(attach_format(f.items[i].out.data, f.items[i].out.len),
		    attach_format(f.bytes[i].data, f.bytes[i].len));
	}
	for (size_t i = NO_PDF; i < FILES; i++) {
		assert_int_equal(f.items[i].code, GW_EFORMAT);
		assert_int_equal(f.items[i].why, ATTACH_BROKEN);
		assert_int_equal(f.items[i].out.len, 0);
		assert_int_equal(f.works[i].probe.len, 0);
	}
	files_release(&f);
}

static void what_the_cleaner_says_besides(void **state)
{
	(void)state;
	struct files f;
	files_make(&f);
	assert_int_equal(clean_all(f.works, FILES, &ATTACH_LIMITS, NULL), 0);
	/* a PDF: the same without edges, and a byte a page */
	assert_int_equal(
	    attach_format(f.works[A_PDF].probe.data, f.works[A_PDF].probe.len), ATTACH_PDF);
	assert_int_not_equal(f.works[A_PDF].probe.len, f.items[A_PDF].out.len);
	assert_int_equal(f.works[A_PDF].pages.len, 1);
	assert_int_equal(f.works[A_PDF].pages.data[0], 1);
	/* a DOCX: its text, and one byte */
	assert_int_equal(f.works[A_DOCX].probe.len, strlen("Ervaring\n"));
	assert_memory_equal(f.works[A_DOCX].probe.data, "Ervaring\n", 9);
	assert_int_equal(f.works[A_DOCX].pages.len, 1);
	assert_int_equal(f.works[A_DOCX].pages.data[0], 0); /* no picture in it */
	/* a picture: nothing */
	assert_int_equal(f.works[A_JPEG].probe.len + f.works[A_JPEG].pages.len, 0);
	assert_int_equal(f.works[A_PNG].probe.len + f.works[A_PNG].pages.len, 0);
	files_release(&f);
}

/* What is written anew may not be larger than a file may be. */
static void a_result_that_is_too_large_stays(void **state)
{
	(void)state;
	struct files f;
	struct attach_limits limits = ATTACH_LIMITS;
	files_make(&f);
	limits.bytes = 300;
	assert_int_equal(clean_all(f.works, FILES, &limits, NULL), 0);
	assert_int_equal(f.items[A_PDF].code, GW_ELIMIT);
	assert_int_equal(f.items[A_PDF].why, ATTACH_TOO_LARGE);
	assert_int_equal(f.items[A_PNG].code, 0); /* beside it, and small */
	assert_int_equal(f.items[NO_PDF].code, GW_EFORMAT);
	files_release(&f);
}

static void limits_of_the_cleaner_hold(void **state)
{
	(void)state;
	struct files f;
	struct attach_limits limits = ATTACH_LIMITS;
	files_make(&f);
	limits.side = 12;
	assert_int_equal(clean_all(f.works, FILES, &limits, NULL), 0);
	assert_int_equal(f.items[A_JPEG].why, ATTACH_TOO_LARGE);
	assert_int_equal(f.items[A_PNG].why, ATTACH_GOES);
	files_release(&f);
}

static void nothing_is_nothing(void **state)
{
	(void)state;
	struct attach_item item = {.code = 7};
	assert_int_equal(clean_all(NULL, 0, &ATTACH_LIMITS, NULL), 0);
	attach_works_release(NULL, 0);
	attach_settle(&item, GW_EREFUSED, ATTACH_FORM);
	assert_int_equal(item.code, GW_EREFUSED);
	assert_int_equal(item.why, ATTACH_FORM);
	assert_string_equal(item.reason, "form");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_gets_its_own),
	    cmocka_unit_test(what_the_cleaner_says_besides),
	    cmocka_unit_test(a_result_that_is_too_large_stays),
	    cmocka_unit_test(limits_of_the_cleaner_hold),
	    cmocka_unit_test(nothing_is_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
