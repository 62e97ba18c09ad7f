/* SPDX-License-Identifier: EUPL-1.2 */
/* A DOCX keeps its text, layout and pictures; changes are accepted, what is hidden goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "attach/attach.h"
#include "attach/docx.h"
#include "dossier/unpack.h"
#include "tests/unit/attach/docx_file.h"
#include "tests/unit/attach/picture.h"

#define P(text) "<w:p><w:r><w:t>" text "</w:t></w:r></w:p>"

static void unzip(const struct buf *in, struct unpacked *u)
{
	struct errinfo ei = ERRINFO_INIT;
	if (unpack("t", in->data, in->len, &DOSSIER_LIMITS, u, &ei) < 0)
		fail_msg("%s", ei.msg);
}

/* All members of the clean document after each other, each with its name. */
static void clean(struct docx_file *f, struct buf *all)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	struct unpacked u GW_CLEANUP(unpacked_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	if (attach_clean(f->b.data, f->b.len, ATTACH_DOCX, NULL, &out, &ei) < 0)
		fail_msg("%s", ei.msg);
	assert_int_equal(attach_clean(out.data, out.len, ATTACH_DOCX, NULL, &again, NULL), 0);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.data, out.data, out.len);
	unzip(&out, &u);
	for (size_t i = 0; i < u.n; i++) {
		docx_must(buf_addf(all, "\n== %s\n", u.members[i].name));
		docx_must(buf_add(all, u.members[i].p, u.members[i].n));
	}
	buf_release(&f->b);
}

static bool has(const struct buf *all, const char *what)
{
	return memmem(all->data, all->len, what, strlen(what)) != NULL;
}

/* The body becomes that, within <w:body>. */
static void becomes(const char *body, const char *want)
{
	struct docx_file f;
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	docx_begin(&f);
	docx_end(&f, body);
	clean(&f, &all);
	char *text = str_printf("<w:body>%s</w:body>", want);
	if (!has(&all, text))
		fail_msg("%s:\n%s", body, all.data);
	free(text);
}

static void refused(struct docx_file *f, int code, enum attach_why why)
{
	struct attach_item it = {.p = f->b.data, .n = f->b.len, .declared = ATTACH_DOCX};
	assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
	if (it.code != code || it.why != why || it.out.len)
		fail_msg("%d %s", it.code, it.reason);
	attach_release(&it, 1);
	buf_release(&f->b);
}

static void refused_body(const char *body, int code, enum attach_why why)
{
	struct docx_file f;
	docx_begin(&f);
	docx_end(&f, body);
	refused(&f, code, why);
}

static void text_and_layout_stay(void **state)
{
	(void)state;
	becomes(
	    "<w:p w:rsidR=\"00A1\" w14:paraId=\"1\"><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r "
	    "w:rsidRPr=\"2\"><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">A &amp; B </w:t></w:r>"
	    "</w:p>",
	    "<w:p><w:pPr><w:jc w:val=\"center\"></w:jc></w:pPr><w:r><w:rPr><w:b></w:b></w:rPr>"
	    "<w:t xml:space=\"preserve\">A &amp; B </w:t></w:r></w:p>");
	becomes("<w:tbl><w:tr><w:tc>" P("1") "</w:tc></w:tr></w:tbl>",
	    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>");
}

static void what_a_reader_does_not_see_goes(void **state)
{
	(void)state;
	becomes(
	    "<!-- geheim --><?geheim?><w:p><w:commentRangeStart w:id=\"1\"/><w:bookmarkStart "
	    "w:name=\"geheim\" w:id=\"0\"/><w:r><w:t>x</w:t><w:commentReference w:id=\"1\"/></w:r>"
	    "<w:proofErr/><w:permStart w:id=\"3\" w:ed=\"geheim\"/><x:geheim xmlns:x=\"u\">geheim"
	    "</x:geheim></w:p>",
	    "<w:p><w:r><w:t>x</w:t></w:r></w:p>");
	becomes("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r><w:r><w:rPr><w:vanish "
		"w:val=\"0\"/></w:rPr><w:t>x</w:t></w:r></w:p>",
	    "<w:p><w:r><w:rPr></w:rPr><w:t>x</w:t></w:r></w:p>");
	becomes(
	    "<w:p><w:hyperlink r:id=\"rId1\" w:tooltip=\"geheim\"><w:r><w:t>x</w:t></w:r>"
	    "</w:hyperlink><w:sdt><w:sdtPr><w:tag w:val=\"geheim\"/></w:sdtPr><w:sdtContent><w:r>"
	    "<w:t>y</w:t></w:r></w:sdtContent></w:sdt></w:p>",
	    "<w:p><w:r><w:t>x</w:t></w:r><w:r><w:t>y</w:t></w:r></w:p>");
}

static void changes_are_accepted(void **state)
{
	(void)state;
	becomes(
	    "<w:p><w:pPr><w:pPrChange w:author=\"geheim\"><w:pPr><w:jc w:val=\"left\"/></w:pPr>"
	    "</w:pPrChange><w:rPr><w:ins w:author=\"geheim\"/></w:rPr></w:pPr><w:ins w:id=\"1\" "
	    "w:author=\"geheim\"><w:r><w:t>nieuw</w:t></w:r></w:ins><w:del w:author=\"geheim\"><w:r>"
	    "<w:delText>oud</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>weg</w:t></w:r>"
	    "</w:moveFrom><w:moveTo><w:r><w:t>hier</w:t></w:r></w:moveTo></w:p>",
	    "<w:p><w:pPr><w:rPr></w:rPr></w:pPr><w:r><w:t>nieuw</w:t></w:r><w:r><w:t>hier</w:t></w:r>"
	    "</w:p>");
}

#define FIELD(type) "<w:r><w:fldChar w:fldCharType=\"" type "\"/></w:r>"
#define INSTR(text) "<w:r><w:instrText>" text "</w:instrText></w:r>"
#define RUN(text) "<w:r><w:t>" text "</w:t></w:r>"
#define EMPTY "<w:r></w:r>"

static void fields_become_their_text(void **state)
{
	(void)state;
	becomes("<w:p>" FIELD("begin") INSTR("DDEAUTO cmd geheim") FIELD("separate") RUN("uitslag")
		    FIELD("end") "</w:p>",
	    "<w:p>" EMPTY EMPTY EMPTY RUN("uitslag") EMPTY "</w:p>");
	becomes("<w:p>" FIELD("begin") INSTR(" PA") INSTR("GE \\* MERGEFORMAT ") FIELD("separate")
		    RUN("3") FIELD("end") "</w:p>",
	    "<w:p>" EMPTY EMPTY EMPTY
	    "<w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>PAGE</w:instrText>"
	    "<w:fldChar w:fldCharType=\"separate\"/></w:r>" RUN(
		"3") "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>");
	/* text within an instruction is none of the page */
	becomes("<w:p>" FIELD("begin") INSTR("IF ") FIELD("begin") INSTR("PAGE") FIELD("separate")
		    RUN("geheim") FIELD("end") RUN("geheim") FIELD("separate") RUN("x")
			FIELD("end") "</w:p>",
	    "<w:p>" EMPTY EMPTY EMPTY EMPTY EMPTY "<w:r><w:t></w:t></w:r>" EMPTY
	    "<w:r><w:t></w:t></w:r>" EMPTY RUN("x") EMPTY "</w:p>");
	becomes(
	    "<w:p><w:fldSimple w:instr=\" AUTHOR \"><w:r><w:t>x</w:t></w:r></w:fldSimple>"
	    "<w:fldSimple w:instr=\" NUMPAGES  \\* geheim\"><w:r><w:t>9</w:t></w:r></w:fldSimple></w:p>",
	    "<w:p>" RUN("x") "<w:fldSimple w:instr=\"NUMPAGES\">" RUN("9") "</w:fldSimple></w:p>");
	refused_body("<w:p>" FIELD("end") "</w:p>", GW_EFORMAT, ATTACH_BROKEN);
}

static void styles_that_hide_take_their_text_along(void **state)
{
	(void)state;
	struct docx_file f;
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	docx_begin(&f);
	docx_link(&f, "styles", "styles.xml", false);
	docx_member(&f, "word/styles.xml",
	    XML "<w:styles" SPACES
		"><w:style w:type=\"character\" w:styleId=\"V\"><w:name w:val=\"v\"/>"
		"<w:rPr><w:vanish/></w:rPr></w:style><w:style w:type=\"paragraph\" w:styleId=\"Q\">"
		"<w:basedOn w:val=\"V\"/></w:style></w:styles>");
	docx_end(&f,
	    "<w:p><w:r><w:rPr><w:rStyle w:val=\"V\"/></w:rPr><w:t>geheim</w:t></w:r>" RUN(
		"x") "</w:p><w:p><w:pPr><w:pStyle w:val=\"Q\"/></w:pPr>" RUN("geheim") "</w:p>");
	clean(&f, &all);
	assert_false(has(&all, "geheim"));
	assert_false(has(&all, "vanish"));
	assert_true(has(&all, RUN("x")));
	docx_begin(&f);
	docx_link(&f, "styles", "styles.xml", false);
	docx_member(&f, "word/styles.xml",
	    XML "<w:styles" SPACES "><w:docDefaults><w:rPrDefault><w:rPr><w:vanish/></w:rPr>"
		"</w:rPrDefault></w:docDefaults></w:styles>");
	docx_end(&f, P("x"));
	refused(&f, GW_EREFUSED, ATTACH_HIDDEN_LAYERS);
}

static void parts_come_along_under_our_names(void **state)
{
	(void)state;
	struct docx_file f;
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	struct buf jpeg GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	const struct jpeg_kind kind = {32, 24, TJPF_RGB, TJSAMP_420, 0, 6, true, true};
	jpeg_make(&jpeg, &kind);
	docx_begin(&f);
	docx_link(&f, "header", "kop-geheim.xml", false);
	docx_link(&f, "image", "media/geheim.jpg", false);
	docx_link(&f, "hyperlink", "https://geheim.example", true);
	docx_link(&f, "comments", "comments.xml", false);
	docx_link(&f, "attachedTemplate", "file:///geheim.dotm", true);
	docx_link(&f, "settings", "settings.xml", false);
	docx_member(&f, "word/kop-geheim.xml", XML "<w:hdr" SPACES ">" P("kop") "</w:hdr>");
	docx_must(zip_add(&f.z, "word/media/geheim.jpg", jpeg.data, jpeg.len));
	docx_member(
	    &f, "word/comments.xml", XML "<w:comments" SPACES ">" P("geheim") "</w:comments>");
	docx_member(&f, "word/settings.xml",
	    XML "<w:settings" SPACES "><w:attachedTemplate r:id=\"rId5\"/><w:rsids><w:rsid "
		"w:val=\"geheim\"/></w:rsids><w:defaultTabStop w:val=\"708\"/></w:settings>");
	docx_member(&f, "docProps/core.xml", XML "<geheim/>");
	docx_member(&f, "customXml/item1.xml", XML "<geheim/>");
	docx_member(&f, "docProps/thumbnail.jpeg", "geheim");
	docx_end(&f,
	    P("tekst") "<w:p><w:r><w:drawing><wp:inline><wp:docPr id=\"1\" name=\"geheim\" "
		       "descr=\"geheim\"/><a:graphic><a:graphicData uri=\"http://schemas."
		       "openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:blipFill><a:blip "
		       "r:embed=\"rId2\"><a:extLst><a:ext uri=\"geheim\"/></a:extLst></a:blip>"
		       "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
		       "</w:r></w:p><w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId1\"/>"
		       "</w:sectPr>");
	clean(&f, &all);
	assert_false(has(&all, "geheim"));
	assert_false(has(&all, CANARY));
	static const char *const names[] = {"== [Content_Types].xml", "== word/document.xml",
	    "== word/header1.xml", "== word/media/image1.jpg", "== word/settings.xml", "kop",
	    "defaultTabStop", "docPr id=\"1\" name=\"\""};
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		if (!has(&all, names[i]))
			fail_msg("no %s", names[i]);
}

static void active_content_is_refused(void **state)
{
	(void)state;
	static const char *const members[] = {"word/vbaProject.bin", "word/activeX/activeX1.xml",
	    "word/embeddings/oleObject1.bin", "word/vbaData.xml"};
	static const char *const bodies[] = {"<w:p><w:r><w:object/></w:r></w:p>",
	    "<w:altChunk r:id=\"rId1\"/>", "<w:p><w:r><w:pict><w:control/></w:pict></w:r></w:p>",
	    "<w:p><w:r><w:pict><o:OLEObject/></w:pict></w:r></w:p>", "<w:subDoc r:id=\"rId1\"/>"};
	struct docx_file f;
	for (size_t i = 0; i < GW_LENGTH(members); i++) {
		docx_begin(&f);
		docx_member(&f, members[i], "x");
		docx_end(&f, P("x"));
		refused(&f, GW_EREFUSED, ATTACH_ACTIVE);
	}
	for (size_t i = 0; i < GW_LENGTH(bodies); i++)
		refused_body(bodies[i], GW_EREFUSED, ATTACH_ACTIVE);
	refused_body("<w:p><w:r><w:drawing><a:graphic><a:graphicData "
		     "uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"/></a:graphic>"
		     "</w:drawing></w:r></w:p>",
	    GW_ESUPPORT, ATTACH_NO_CLEANER);
}

static void one_form_of_many_is_kept(void **state)
{
	(void)state;
	becomes(
	    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing/></mc:Choice>"
	    "<mc:Fallback><w:t>geheim</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
	    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing></w:drawing>"
	    "</mc:Choice></mc:AlternateContent></w:r></w:p>");
	becomes(
	    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"w16\"><w:t>geheim</w:t></mc:Choice>"
	    "<mc:Fallback><w:t>x</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
	    "<w:p><w:r><w:t>x</w:t></w:r></w:p>");
}

static void what_the_text_says_decides(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		enum attach_why why;
	} cases[] = {
	    {P("Niets bijzonders"), ATTACH_GOES},
	    {"<w:p>" RUN("bsn 1234") RUN("56782") "</w:p>", ATTACH_BLOCKED}, /* over two runs */
	    {P("Bel 06-12345678"), ATTACH_MASK},
	    {P("Hij heeft een depressie"), ATTACH_REVIEW},
	    {"<w:p><w:del><w:r><w:delText>bsn 123456782</w:delText></w:r></w:del>" RUN(
		 "x") "</w:p>",
		ATTACH_GOES},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct docx_file f;
		docx_begin(&f);
		docx_end(&f, cases[i].body);
		struct attach_item it = {.p = f.b.data, .n = f.b.len, .profile = &DETECT_STRICT};
		assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
		if (it.why != cases[i].why)
			fail_msg("%zu: %s", i, it.reason);
		attach_release(&it, 1);
		buf_release(&f.b);
	}
}

static void the_text_alone_may_leave(void **state)
{
	(void)state;
	static const char masked[] = "Eerste\nBel [\xe2\x80\xa6]\n";
	struct docx_file f;
	docx_begin(&f);
	docx_end(&f, P("Eerste") P("Bel 06-12345678"));
	struct attach_item it = {
	    .p = f.b.data, .n = f.b.len, .mode = ATTACH_TEXT_ONLY, .profile = &DETECT_STRICT};
	assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
	assert_int_equal(it.code, 0);
	assert_int_equal(it.leaves, ATTACH_TEXT);
	assert_int_equal(it.out.len, sizeof masked - 1);
	assert_memory_equal(it.out.data, masked, sizeof masked - 1);
	attach_release(&it, 1);
	it = (struct attach_item){.p = f.b.data, .n = f.b.len, .mode = ATTACH_FLATTEN};
	assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
	assert_int_equal(it.why, ATTACH_NO_CLEANER);
	attach_release(&it, 1);
	buf_release(&f.b);
}

static void hostile_ones_are_refused(void **state)
{
	(void)state;
	struct docx_file f;
	docx_begin(&f);
	docx_member(&f, "word/../evil.xml", "x");
	docx_end(&f, P("x"));
	refused(&f, GW_EFORMAT, ATTACH_BROKEN);
	docx_begin(&f);
	docx_member(&f, "WORD/document.xml", "x"); /* the same name for some */
	docx_end(&f, P("x"));
	refused(&f, GW_EFORMAT, ATTACH_BROKEN);
	docx_begin(&f);
	docx_member(&f, "word/styles.xml",
	    XML "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>");
	docx_link(&f, "styles", "styles.xml", false);
	docx_end(&f, P("x"));
	refused(&f, GW_EFORMAT, ATTACH_BROKEN);
	char *zeros = calloc(1, 20 << 20);
	assert_non_null(zeros);
	docx_begin(&f); /* a bomb */
	docx_must(zip_add(&f.z, "word/media/a.png", zeros, 20 << 20));
	docx_end(&f, P("x"));
	free(zeros);
	refused(&f, GW_ELIMIT, ATTACH_TOO_LARGE);
	struct buf deep GW_CLEANUP(buf_release) = BUF_INIT(DOCX_ROOM);
	for (int i = 0; i < 20000; i++)
		docx_must(buf_adds(&deep, "<w:p>"));
	refused_body(deep.data, GW_EFORMAT, ATTACH_BROKEN);
	docx_begin(&f); /* a header that leads to itself is met once */
	docx_link(&f, "header", "document.xml", false);
	docx_end(&f, P("x") "<w:sectPr><w:headerReference r:id=\"rId1\"/></w:sectPr>");
	refused(&f, GW_EFORMAT, ATTACH_BROKEN);
}

static void a_cut_one_is_refused(void **state)
{
	(void)state;
	struct docx_file f;
	docx_begin(&f);
	docx_end(&f, P("x"));
	for (size_t n = 0; n < f.b.len; n += 13) {
		struct attach_item it = {.p = f.b.data, .n = n};
		assert_int_equal(attach_clean_all(&it, 1, NULL, NULL), 0);
		assert_true(it.code < 0);
		attach_release(&it, 1);
	}
	buf_release(&f.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_and_layout_stay),
	    cmocka_unit_test(what_a_reader_does_not_see_goes),
	    cmocka_unit_test(changes_are_accepted),
	    cmocka_unit_test(fields_become_their_text),
	    cmocka_unit_test(styles_that_hide_take_their_text_along),
	    cmocka_unit_test(parts_come_along_under_our_names),
	    cmocka_unit_test(active_content_is_refused),
	    cmocka_unit_test(one_form_of_many_is_kept),
	    cmocka_unit_test(what_the_text_says_decides),
	    cmocka_unit_test(the_text_alone_may_leave),
	    cmocka_unit_test(hostile_ones_are_refused),
	    cmocka_unit_test(a_cut_one_is_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
