/* SPDX-License-Identifier: EUPL-1.2 */
/* One part through the filter: what is written, what a person reads, and what refuses it. */
#include "attach/docx_filter.h"
#include "base/buf.h"
#include "tests/unit/attach/docx_file.h"
#include "tests/unit/test.h"

#define BODY(x) "<w:document" SPACES "><w:body>" x "</w:body></w:document>"
#define RUN(x) "<w:r><w:t>" x "</w:t></w:r>"

/* What a part becomes. */
struct passed {
	struct buf out, text;
	int code;
	enum attach_why why;
};

static struct passed pass(struct docx_filter *f, const char *part)
{
	struct passed p = {.out = BUF_INIT(1 << 20), .text = BUF_INIT(1 << 20)};
	f->root_space = DOCX_W;
	f->root = "document";
	p.code = docx_filter(f, part, strlen(part), &p.out, &p.text);
	p.why = f->why;
	return p;
}

static void passed_release(struct passed *p)
{
	buf_release(&p->out);
	buf_release(&p->text);
}

static void reads(const char *part, const char *text)
{
	struct docx_filter f = {0};
	struct passed p = pass(&f, part);
	assert_int_equal(p.code, 0);
	assert_string_equal(p.text.data ? p.text.data : "", text);
	passed_release(&p);
}

static void refused(const char *part, int code, enum attach_why why)
{
	struct docx_filter f = {0};
	struct passed p = pass(&f, part);
	if (p.code != code || p.why != why)
		fail_msg("%d %s: %s", p.code, attach_why_word(p.why), part);
	passed_release(&p);
}

static bool has(const struct buf *b, const char *what)
{
	return b->len && memmem(b->data, b->len, what, strlen(what));
}

static void what_a_person_reads(void **state)
{
	(void)state;
	reads(
	    BODY("<w:p>" RUN("Jan ") RUN("Piet") "</w:p><w:p>" RUN("b") "</w:p>"), "Jan Piet\nb\n");
	reads(BODY("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/>"
		   "<w:t>d</w:t><w:sym/><w:t>e</w:t></w:r></w:p>"),
	    "a\tb\nc-d e\n");
	reads(BODY("<w:tbl><w:tr><w:tc><w:p>" RUN("1") "</w:p></w:tc></w:tr></w:tbl>"), "1\n\t");
	reads(BODY("<w:p>" RUN("a &amp; &lt;b&gt; &#233;") "</w:p>"), "a & <b> \xc3\xa9\n");
	reads(BODY("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r>" RUN("x") "</w:p>"),
	    "x\n");
	reads(BODY("<w:p><w:del><w:r><w:delText>oud</w:delText></w:r></w:del><w:ins>" RUN(
		  "nieuw") "</w:ins></w:p>"),
	    "nieuw\n");
	/* what a style is called leaves, so it is looked through */
	reads(BODY("<w:name w:val=\"Kop Jan\"/>"), "Kop Jan\n");
}

/* Signs that would end a text or an attribute are written so that they do not. */
static void what_is_written_is_xml_again(void **state)
{
	(void)state;
	struct docx_filter f = {0}, again = {0};
	struct passed p = pass(&f,
	    BODY("<w:p><w:pPr><w:pStyle w:val=\"a&quot;&lt;&#10;b\"/></w:pPr>" RUN(
		"1 &lt; 2 &amp;amp; &quot;3&quot;") "</w:p>"));
	assert_int_equal(p.code, 0);
	assert_true(has(&p.out, "w:val=\"a&quot;&lt;&#10;b\""));
	assert_true(has(&p.out, "1 &lt; 2 &amp;amp; &quot;3&quot;"));
	struct passed q = pass(&again, p.out.data);
	assert_int_equal(q.code, 0);
	assert_string_equal(q.out.data, p.out.data);
	assert_string_equal(q.text.data, p.text.data);
	passed_release(&p);
	passed_release(&q);
}

/* Links: kept under a new id, not kept, or the end of it. */
static int link_as(void *arg, const char *element, const char *id, char ret[DOCX_ID])
{
	const int *code = arg;
	assert_string_equal(element, "a:blip");
	assert_string_equal(id, "rId7");
	(void)snprintf(ret, DOCX_ID, "n1");
	return *code;
}

static void a_relationship_gets_its_new_id(void **state)
{
	(void)state;
	static int codes[] = {1, 0, GW_EREFUSED};
	for (size_t i = 0; i < GW_LENGTH(codes); i++) {
		struct docx_filter f = {.link = link_as, .arg = &codes[i]};
		struct passed p = pass(&f, BODY("<a:blip r:embed=\"rId7\" r:link=\"rId8\"/>"));
		assert_int_equal(p.code, codes[i] < 0 ? codes[i] : 0);
		assert_int_equal(has(&p.out, "r:embed=\"n1\""), codes[i] == 1);
		assert_false(has(&p.out, "rId"));
		passed_release(&p);
	}
}

static void a_hidden_style_takes_its_text_along(void **state)
{
	(void)state;
	char v[] = "V";
	char *ids[] = {v};
	const struct docx_hidden hidden = {ids, 1};
	struct docx_filter f = {.hidden = &hidden};
	struct passed p = pass(&f,
	    BODY("<w:p><w:r><w:rPr><w:rStyle w:val=\"V\"/></w:rPr><w:t>geheim</w:t></w:r>"
		 "<w:r><w:rPr><w:rStyle w:val=\"W\"/></w:rPr><w:t>a</w:t></w:r>"
		 "<w:r><w:rPr><w:rStyle w:val=\"V\"/><w:vanish w:val=\"0\"/></w:rPr><w:t>b</w:t>"
		 "</w:r></w:p><w:p><w:pPr><w:pStyle w:val=\"V\"/></w:pPr>" RUN("geheim") "</w:p>"));
	assert_int_equal(p.code, 0);
	assert_string_equal(p.text.data, "ab\n\n");
	assert_false(has(&p.out, "geheim"));
	passed_release(&p);
}

static void what_refuses_a_part(void **state)
{
	(void)state;
	refused("", GW_EFORMAT, ATTACH_GOES);
	refused("<w:document", GW_EFORMAT, ATTACH_GOES);
	refused("<document/>", GW_EFORMAT, ATTACH_GOES);
	refused("<w:styles" SPACES "/>", GW_EFORMAT, ATTACH_GOES);
	refused("<!DOCTYPE a [<!ENTITY b \"c\">]>" BODY("&b;"), GW_EFORMAT, ATTACH_GOES);
	refused(BODY("<w:p><w:object/></w:p>"), GW_EREFUSED, ATTACH_ACTIVE);
	refused(BODY("<a:graphicData uri=\"urn:chart\"/>"), GW_ESUPPORT, ATTACH_NO_CLEANER);
	refused(BODY("<a:graphicData/>"), GW_ESUPPORT, ATTACH_NO_CLEANER);
	refused(BODY("<w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>PAGE</w:instrText>"
		     "<w:fldChar w:fldCharType=\"separate\"/></w:r>"),
	    GW_EFORMAT, ATTACH_GOES); /* a field without its end */
}

/* Elements one in the other: a limit, and no recursion. */
static void depth_has_an_end(void **state)
{
	(void)state;
	for (int depth = 150; depth <= 2150; depth += 2000) {
		struct buf part GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		struct docx_filter f = {0};
		assert_int_equal(buf_adds(&part, "<w:document" SPACES ">"), 0);
		for (int i = 0; i < depth; i++)
			assert_int_equal(buf_adds(&part, "<w:tbl>"), 0);
		for (int i = 0; i < depth; i++)
			assert_int_equal(buf_adds(&part, "</w:tbl>"), 0);
		assert_int_equal(buf_adds(&part, "</w:document>"), 0);
		struct passed p = pass(&f, part.data);
		assert_int_equal(p.code, depth == 150 ? 0 : GW_EFORMAT);
		passed_release(&p);
	}
}

static void what_does_not_fit_is_said(void **state)
{
	(void)state;
	struct docx_filter f = {.root_space = DOCX_W, .root = "document"};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(2000);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(3);
	const char *part = BODY("<w:p>" RUN("abcd") "</w:p>");
	assert_int_equal(docx_filter(&f, part, strlen(part), &out, &text), GW_ELIMIT);
}

static void switches(void **state)
{
	(void)state;
	static const char *const off[] = {"0", "false", "off"};
	const char *attributes[] = {"val", "no", W "|val", "yes", NULL};
	const char *none[] = {"val", "no", NULL};
	for (size_t i = 0; i < GW_LENGTH(off); i++)
		assert_false(docx_on(off[i]));
	assert_true(docx_on(NULL));
	assert_true(docx_on("1"));
	assert_true(docx_on("true"));
	assert_string_equal(docx_val(attributes), "yes");
	assert_null(docx_val(none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_person_reads),
	    cmocka_unit_test(what_is_written_is_xml_again),
	    cmocka_unit_test(a_relationship_gets_its_new_id),
	    cmocka_unit_test(a_hidden_style_takes_its_text_along),
	    cmocka_unit_test(what_refuses_a_part),
	    cmocka_unit_test(depth_has_an_end),
	    cmocka_unit_test(what_does_not_fit_is_said),
	    cmocka_unit_test(switches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
