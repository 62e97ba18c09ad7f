/* SPDX-License-Identifier: EUPL-1.2 */
/* A PDF keeps its pages and nothing else; what cannot be kept faithfully is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <turbojpeg.h>
#include <zlib.h>

#include <cmocka.h>
#include <qpdf/qpdf-c.h>

#include "attach/attach.h"
#include "attach/pdf.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/attach/picture.h"

#define TEXT "BT /F1 18 Tf 20 100 Td (Diploma lassen) Tj ET"

static void clean(const struct pdf_file *f, struct buf *out)
{
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	struct errinfo ei = ERRINFO_INIT;
	if (attach_clean(f->b.data, f->b.len, ATTACH_PDF, NULL, out, &ei) < 0)
		fail_msg("%s", ei.msg);
	assert_int_equal(attach_clean(out->data, out->len, ATTACH_PDF, NULL, &again, NULL), 0);
	assert_int_equal(again.len, out->len);
	assert_memory_equal(again.data, out->data, out->len);
}

/* All of a document that can be read: objects and streams, unpacked, in the child's place. */
static void unpack(const struct buf *in, struct buf *all)
{
	qpdf_data q = qpdf_init();
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	assert_int_equal(qpdf_read_memory(q, "t", in->data, in->len, NULL), 0);
	assert_int_equal(qpdf_init_write_memory(q), 0);
	qpdf_set_qdf_mode(q, QPDF_TRUE);
	qpdf_set_decode_level(q, qpdf_dl_all);
	assert_int_equal(qpdf_write(q), 0);
	assert_int_equal(buf_add(all, qpdf_get_buffer(q), qpdf_get_buffer_length(q)), 0);
	qpdf_cleanup(&q);
}

static void is_free_of(const struct buf *out, const char *what)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	unpack(out, &all);
	if (memmem(all.data, all.len, what, strlen(what)))
		fail_msg("%s is still there", what);
}

static void holds(const struct buf *out, const char *what)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	unpack(out, &all);
	if (!memmem(all.data, all.len, what, strlen(what)))
		fail_msg("%s is not there", what);
}

static void refused(struct pdf_file *f, int code, enum attach_why why)
{
	struct attach_item it = {.p = f->b.data, .n = f->b.len, .declared = ATTACH_PDF};
	assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
	if (it.code != code || it.why != why || it.out.len)
		fail_msg("%d %s", it.code, it.reason);
	attach_release(&it, 1);
	buf_release(&f->b);
}

/* Everything that a document can hold besides its pages, in one document. */
static void plant(struct pdf_file *f)
{
	struct buf jpeg GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	const struct jpeg_kind kind = {32, 24, TJPF_RGB, TJSAMP_420, 0, 6, true, true};
	unsigned char packed[256];
	uLongf n = 200;
	jpeg_make(&jpeg, &kind);
	pdf_begin(f);
	pdf_object(f, 1,
	    "<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R/OpenAction 7 0 R/AA<</WC 7 0 R>>/Names<<"
	    "/JavaScript<</Names[(" PLANTED ")7 0 R]>>/EmbeddedFiles<</Names[(" PLANTED
	    ")8 0 R]>>>>/PieceInfo<</" PLANTED "<</Private(" PLANTED
	    ")>>>>/Outlines 10 0 R/AF[8 0 R]"
	    "/Lang(" PLANTED ")/StructTreeRoot 11 0 R/MarkInfo<</Marked true>>/PageLabels<</Nums["
	    "0<</P(" PLANTED ")>>]>>/Collection<</" PLANTED " 1>>/OutputIntents[<</S/" PLANTED
	    ">>]/OCProperties<</OCGs[12 0 R]/D<</ON[12 0 R]>>>>>>");
	pdf_object(f, 2,
	    "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 200]/" PLANTED "(" PLANTED ")>>");
	pdf_object(f, 3,
	    "<</Type/Page/Parent 2 0 R/Contents[4 0 R 15 0 R]/AA<</O 7 0 R>>/Annots[9 0 R 16 0 R]"
	    "/PieceInfo<</" PLANTED
	    "<<>>>>/Metadata 6 0 R/Thumb 13 0 R/B[7 0 R]/StructParents 0/" PLANTED "(" PLANTED
	    ")/LastModified(" PLANTED ")/Resources<</Font<</F1 5 0 R>>/XObject<<"
	    "/Im 13 0 R/Fm 14 0 R/Im2 17 0 R>>/Properties<</MC0 12 0 R/MC1<</" PLANTED "(" PLANTED
	    ")>>>>/ColorSpace<</CS[/ICCBased 18 0 R]>>/ExtGState<</GS<</ca 1/" PLANTED
	    " 1>>>>>>>>");
	pdf_content(f, 4, "/" PLANTED "(" PLANTED ")",
	    "% " PLANTED "\n/Span<</ActualText(" PLANTED ")/Alt(" PLANTED ")>>BDC " TEXT
	    " EMC /OC /MC0 BDC /CS cs 1 0 0 scn 20 20 50 50 re f EMC\n/" PLANTED " MP (" PLANTED
	    ") foo");
	pdf_object(f, 5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Name/" PLANTED ">>");
	pdf_content(f, 6, "/Type/Metadata/Subtype/XML", "<x:xmpmeta>" PLANTED "</x:xmpmeta>");
	pdf_object(f, 7, "<</S/JavaScript/JS(app.alert\\('" PLANTED "'\\))>>");
	pdf_object(f, 8, "<</Type/Filespec/F(" PLANTED ".txt)/EF<</F 19 0 R>>>>");
	pdf_object(f, 9,
	    "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(" PLANTED ")/T(" PLANTED
	    ")/P 3 0 R>>");
	pdf_object(f, 10, "<</Type/Outlines/First 20 0 R/Last 20 0 R/Count 1>>");
	pdf_object(f, 11, "<</Type/StructTreeRoot/K<</S/Figure/Alt(" PLANTED ")>>>>");
	pdf_object(f, 12, "<</Type/OCG/Name(" PLANTED ")>>");
	pdf_stream(f, 13,
	    "/Type/XObject/Subtype/Image/Width 32/Height 24/ColorSpace/DeviceRGB/BitsPerComponent 8"
	    "/Filter/DCTDecode/Metadata 6 0 R/" PLANTED "(" PLANTED ")",
	    jpeg.data, jpeg.len);
	pdf_content(f, 14,
	    "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/PieceInfo<</" PLANTED
	    "<<>>>>/LastModified(" PLANTED ")/Metadata 6 0 R/OC 12 0 R",
	    "% " PLANTED "\n0 0 5 5 re f");
	pdf_content(f, 15, "",
	    "BT /F1 9 Tf 3 Tr 0 0 Td (" PLANTED ") Tj 0 9 Td [(" PLANTED ")] TJ (" PLANTED
	    ") ' 1 2 (" PLANTED ") \" 0 Tr T* (zichtbaar) Tj ET q 9 0 0 9 0 0 cm /Im Do Q /Fm Do "
	    "q 9 0 0 9 9 9 cm /Im2 Do Q");
	pdf_object(f, 16, "<</Type/Annot/Subtype/Widget/FT/Sig/Rect[0 0 0 0]/T(" PLANTED ")>>");
	memset(packed, 0, sizeof packed);
	assert_int_equal(compress(packed, &n, (const unsigned char *)"\0\1\2\3", 4), Z_OK);
	memcpy(packed + n, PLANTED, sizeof PLANTED);
	pdf_stream(f, 17,
	    "/Type/XObject/Subtype/Image/Width 2/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8"
	    "/Filter/FlateDecode/Alternates[<</" PLANTED " 1>>]",
	    packed, n + sizeof PLANTED);
	pdf_content(f, 18, "/N 3", "profiel " PLANTED);
	pdf_content(f, 19, "/Type/EmbeddedFile", PLANTED);
	pdf_object(f, 20, "<</Title(" PLANTED ")/Parent 10 0 R>>");
	pdf_object(f, 21, "<</Author(" PLANTED ")/Title(" PLANTED ")/Producer(" PLANTED ")>>");
	pdf_end(
	    f, "/Root 1 0 R/Info 21 0 R/ID[(" PLANTED ")(" PLANTED ")]/" PLANTED "(" PLANTED ")");
	pdf_must(buf_adds(&f->b, PLANTED " behind the end\n"));
}

static void nothing_but_pages_stays(void **state)
{
	(void)state;
	struct pdf_file f;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	plant(&f);
	clean(&f, &out);
	is_free_of(&out, PLANTED);
	assert_null(memmem(out.data, out.len, PLANTED, strlen(PLANTED)));
	is_free_of(&out, "Exif");
	is_free_of(&out, "ICCBased");
	static const char *const gone[] = {"/JS", "/OpenAction", "/AA", "/Names", "/Annots",
	    "/Metadata", "/Thumb", "/OCG", "/StructTreeRoot", "/Info", "/EmbeddedFile", " BDC",
	    " Tr\n(", "foo"};
	for (size_t i = 0; i < GW_LENGTH(gone); i++)
		is_free_of(&out, gone[i]);
	holds(&out, "(Diploma lassen) Tj");
	holds(&out, "(zichtbaar) Tj");
	holds(&out, "/Im Do");
	holds(&out, "20 20 50 50 re");
	holds(&out, "/DeviceRGB");
	buf_release(&f.b);
}

/* The image in a document stands as it is stored: its orientation there means nothing. */
static void a_picture_within_is_not_turned(void **state)
{
	(void)state;
	struct pdf_file f;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	plant(&f);
	clean(&f, &out);
	const char *at = memmem(out.data, out.len, "\xff\xd8\xff", 3);
	assert_non_null(at);
	tjhandle lib = tjInitDecompress();
	int w, h, sampling, space;
	assert_int_equal(tjDecompressHeader3(lib, (const unsigned char *)at,
			     (unsigned long)(out.data + out.len - at), &w, &h, &sampling, &space),
	    0);
	assert_int_equal(w, 32);
	assert_int_equal(h, 24);
	(void)tjDestroy(lib);
	buf_release(&f.b);
}

static void a_form_with_answers_is_refused(void **state)
{
	(void)state;
	struct pdf_file f;
	pdf_simple(&f, TEXT,
	    "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/V(antwoord)/Rect[0 0 9 9]>>]", "");
	refused(&f, GW_EREFUSED, ATTACH_FORM);
	pdf_simple(&f, TEXT, "", "/AcroForm<</Fields[]/XFA(x)>>");
	refused(&f, GW_EREFUSED, ATTACH_FORM);
}

static void hidden_layers_are_refused(void **state)
{
	(void)state;
	static const char *const hidden[] = {
	    "/OCProperties<</OCGs[<<>>]/D<</OFF[<<>>]>>>>",
	    "/OCProperties<</OCGs[<<>>]/D<</BaseState/OFF>>>>",
	    "/OCProperties<</OCGs[<<>>]/D<</AS[<</Event/View>>]>>>>",
	};
	struct pdf_file f;
	for (size_t i = 0; i < GW_LENGTH(hidden); i++) {
		pdf_simple(&f, TEXT, "", hidden[i]);
		refused(&f, GW_EREFUSED, ATTACH_HIDDEN_LAYERS);
	}
	pdf_begin(&f);
	pdf_object(&f, 1, "<</Type/Catalog/Pages 2 0 R>>");
	pdf_object(&f, 2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
	pdf_object(&f, 3,
	    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Properties<<"
	    "/M<</Type/OCMD/P/AllOff>>>>>>>>");
	pdf_content(&f, 4, "", "0 0 9 9 re f");
	pdf_end(&f, "/Root 1 0 R");
	refused(&f, GW_EREFUSED, ATTACH_HIDDEN_LAYERS);
}

static void an_encrypted_one_is_refused(void **state)
{
	(void)state;
	static const char *const passwords[] = {"", "geheim"};
	for (size_t i = 0; i < GW_LENGTH(passwords); i++) {
		struct pdf_file f;
		pdf_simple(&f, TEXT, "", "");
		qpdf_data q = qpdf_init();
		assert_int_equal(qpdf_read_memory(q, "t", f.b.data, f.b.len, NULL), 0);
		assert_int_equal(qpdf_init_write_memory(q), 0);
		qpdf_set_static_ID(q, QPDF_TRUE);
		qpdf_set_r6_encryption_parameters2(q, passwords[i], "eigenaar", QPDF_TRUE,
		    QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, qpdf_r3p_full,
		    QPDF_TRUE);
		assert_int_equal(qpdf_write(q), 0);
		buf_clear(&f.b);
		pdf_must(buf_add(&f.b, qpdf_get_buffer(q), qpdf_get_buffer_length(q)));
		qpdf_cleanup(&q);
		refused(&f, GW_EREFUSED, ATTACH_ENCRYPTED);
	}
}

static void an_image_of_an_unknown_kind_is_refused(void **state)
{
	(void)state;
	static const char *const filters[] = {"/JPXDecode", "/JBIG2Decode", "[/FlateDecode/Crypt]"};
	for (size_t i = 0; i < GW_LENGTH(filters); i++) {
		struct pdf_file f;
		char dict[128];
		(void)snprintf(dict, sizeof dict,
		    "/Type/XObject/Subtype/Image/Width 1/Height 1/Filter %s", filters[i]);
		pdf_begin(&f);
		pdf_object(&f, 1, "<</Type/Catalog/Pages 2 0 R>>");
		pdf_object(&f, 2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
		pdf_object(&f, 3,
		    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</I 5 0 R>>>>>>");
		pdf_content(&f, 5, dict, "x");
		pdf_end(&f, "/Root 1 0 R");
		refused(&f, GW_ESUPPORT, ATTACH_NO_CLEANER);
	}
}

static void a_page_that_cannot_be_read_is_refused(void **state)
{
	(void)state;
	struct pdf_file f;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	pdf_simple(&f, "0 0 100 100 re f", "", "");
	refused(&f, GW_EREFUSED, ATTACH_NO_TEXT);
	pdf_simple(&f, "BT /F1 9 Tf (...) Tj ET", "", "");
	refused(&f, GW_EREFUSED, ATTACH_NO_TEXT);
	pdf_simple(&f, "BT /F1 9 Tf 3 Tr (Herkende tekst) Tj ET 0 0 9 9 re f", "", "");
	refused(&f, GW_EREFUSED, ATTACH_NO_TEXT);
	pdf_simple(&f, " ", "", ""); /* nothing there: nothing to read */
	clean(&f, &out);
	buf_release(&f.b);
}

static void what_the_text_says_decides(void **state)
{
	(void)state;
	static const struct {
		const char *content;
		enum attach_why why;
	} cases[] = {
	    {"BT /F1 9 Tf 9 9 Td (Mijn BSN is 123456782) Tj ET", ATTACH_BLOCKED},
	    {"BT /F1 9 Tf 9 9 Td (Bel 06-12345678) Tj ET", ATTACH_MASK},
	    {"BT /F1 9 Tf 9 9 Td (Hij heeft een depressie) Tj ET", ATTACH_REVIEW},
	    {"BT /F1 9 Tf 9 9 Td (depressie, bsn 123456782) Tj ET", ATTACH_BLOCKED},
	    {"BT /F1 9 Tf 9 9 Td (Niets bijzonders) Tj ET", ATTACH_GOES},
	    /* what does not show, and what lies outside the page */
	    {"BT /F1 9 Tf 9 9 Td (tekst) Tj 3 Tr 0 9 Td (bsn 123456782) Tj ET", ATTACH_BLOCKED},
	    {"BT /F1 9 Tf 9 9 Td (tekst) Tj 0 900 Td (bsn 123456782) Tj ET", ATTACH_BLOCKED},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct pdf_file f;
		pdf_simple(&f, cases[i].content, "", "");
		struct attach_item it = {.p = f.b.data, .n = f.b.len, .profile = &DETECT_STRICT};
		assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
		if (it.why != cases[i].why || (it.code == 0) != (it.why == ATTACH_GOES) ||
		    (it.out.len > 0) != (it.why == ATTACH_GOES))
			fail_msg("%zu: %s", i, it.reason);
		attach_release(&it, 1);
		buf_release(&f.b);
	}
}

static struct attach_item passed(
    const struct pdf_file *f, enum attach_mode mode, const struct detect_profile *profile)
{
	struct attach_item it = {.p = f->b.data, .n = f->b.len, .mode = mode, .profile = profile};
	assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
	return it;
}

static void the_text_alone_may_leave(void **state)
{
	(void)state;
	static const char masked[] = "Bel [\xe2\x80\xa6] of kom langs";
	struct pdf_file f;
	pdf_simple(&f, "BT /F1 9 Tf 9 9 Td (Bel 06-12345678 of kom langs) Tj ET", "", "");
	struct attach_item it = passed(&f, ATTACH_TEXT_ONLY, &DETECT_STRICT);
	assert_int_equal(it.code, 0);
	assert_int_equal(it.leaves, ATTACH_TEXT);
	assert_memory_equal(it.out.data, masked, sizeof masked - 1);
	assert_true(attach_is_text(it.out.data, it.out.len));
	assert_int_equal(it.found[DETECT_PHONE], 1);
	attach_release(&it, 1);
	buf_release(&f.b);
	pdf_simple(&f, "BT /F1 9 Tf 9 9 Td (bsn 123456782) Tj ET", "", "");
	it = passed(&f, ATTACH_TEXT_ONLY, &DETECT_STRICT);
	assert_int_equal(it.why, ATTACH_BLOCKED);
	assert_int_equal(it.out.len, 0);
	attach_release(&it, 1);
	buf_release(&f.b);
}

static void pages_may_leave_as_pictures(void **state)
{
	(void)state;
	struct pdf_file f;
	pdf_simple(&f, TEXT, "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/V(x)/Rect[0 0 9 9]>>]",
	    "/OCProperties<</OCGs[<<>>]/D<</BaseState/OFF>>>>");
	struct attach_item it = passed(&f, ATTACH_FLATTEN, &DETECT_STRICT);
	if (it.code < 0)
		fail_msg("%s", it.reason);
	assert_int_equal(attach_format(it.out.data, it.out.len), ATTACH_PDF);
	holds(&it.out, "/Im Do");
	is_free_of(&it.out, "Tj");
	is_free_of(&it.out, "/Annots");
	assert_non_null(memmem(it.out.data, it.out.len, "\xff\xd8\xff", 3));
	attach_release(&it, 1);
	buf_release(&f.b);
	/* what may not be in it may not be in its picture */
	pdf_simple(&f, "BT /F1 9 Tf 9 9 Td (Bel 06-12345678) Tj ET", "", "");
	it = passed(&f, ATTACH_FLATTEN, &DETECT_STRICT);
	assert_int_equal(it.why, ATTACH_MASK);
	attach_release(&it, 1);
	buf_release(&f.b);
	pdf_simple(&f, "0 0 9 9 re f", "", "");
	it = passed(&f, ATTACH_FLATTEN, NULL);
	assert_int_equal(it.why, ATTACH_NO_TEXT);
	attach_release(&it, 1);
	buf_release(&f.b);
}

static void a_damaged_one_is_refused(void **state)
{
	(void)state;
	struct pdf_file whole;
	plant(&whole);
	for (size_t n = 0; n < whole.b.len - 200; n += 97) {
		struct attach_item it = {.p = whole.b.data, .n = n};
		assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
		if (it.code == 0)
			fail_msg("the first %zu bytes pass", n);
		attach_release(&it, 1);
	}
	buf_release(&whole.b);
}

/* Loops, pages without number, and a stream that unpacks without end. */
static void hostile_ones_end(void **state)
{
	(void)state;
	struct pdf_file f;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	pdf_begin(&f); /* a form that draws itself, resources that hold themselves */
	pdf_object(&f, 1, "<</Type/Catalog/Pages 2 0 R>>");
	pdf_object(&f, 2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
	pdf_object(
	    &f, 3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R/Resources 6 0 R>>");
	pdf_content(&f, 4, "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 6 0 R", "/Fm Do");
	pdf_content(&f, 5, "", "BT /F1 9 Tf (a) Tj ET /Fm Do");
	pdf_object(&f, 6,
	    "<</XObject<</Fm 4 0 R>>/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/Pattern 6 0 R>>");
	pdf_end(&f, "/Root 1 0 R");
	refused(&f, GW_EFORMAT, ATTACH_BROKEN); /* one object of two kinds */

	pdf_begin(&f); /* pages that hold themselves */
	pdf_object(&f, 1, "<</Type/Catalog/Pages 2 0 R>>");
	pdf_object(&f, 2, "<</Type/Pages/Kids[2 0 R]/Count 1>>");
	pdf_end(&f, "/Root 1 0 R");
	refused(&f, GW_EFORMAT, ATTACH_BROKEN);

	pdf_begin(&f);
	pdf_object(&f, 1, "<</Type/Catalog/Pages 2 0 R>>");
	struct buf kids GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	pdf_must(buf_adds(&kids, "<</Type/Pages/Count 100000/Kids["));
	for (int i = 0; i < 100000; i++)
		pdf_must(buf_adds(&kids, "3 0 R "));
	pdf_must(buf_adds(&kids, "]>>"));
	pdf_object(&f, 2, kids.data);
	pdf_object(&f, 3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>");
	pdf_end(&f, "/Root 1 0 R");
	refused(&f, GW_ELIMIT, ATTACH_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_but_pages_stays),
	    cmocka_unit_test(a_picture_within_is_not_turned),
	    cmocka_unit_test(a_form_with_answers_is_refused),
	    cmocka_unit_test(hidden_layers_are_refused),
	    cmocka_unit_test(an_encrypted_one_is_refused),
	    cmocka_unit_test(an_image_of_an_unknown_kind_is_refused),
	    cmocka_unit_test(a_page_that_cannot_be_read_is_refused),
	    cmocka_unit_test(what_the_text_says_decides),
	    cmocka_unit_test(the_text_alone_may_leave),
	    cmocka_unit_test(pages_may_leave_as_pictures),
	    cmocka_unit_test(a_damaged_one_is_refused),
	    cmocka_unit_test(hostile_ones_end),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
