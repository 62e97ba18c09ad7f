/* SPDX-License-Identifier: EUPL-1.2 */
/* The relationships of a part lead to members of the package, and nowhere else. */
#include "attach/docx_rels.h"
#include "base/buf.h"
#include "tests/unit/test.h"

#define RELS \
	"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
#define END "</Relationships>"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

/* One of part to target; NULL when it is passed over. */
static const char *leads(const char *part, const char *target, const char *mode)
{
	static char to[DOCX_PATH];
	struct docx_rels rels;
	char *text GW_CLEANUP(str_free_p) =
	    str_printf(RELS "<Relationship Id=\"a\" Type=\"" OFFICE "image\" Target=\"%s\"%s/>" END,
		target, mode);
	assert_int_equal(docx_rels_read(part, text, strlen(text), &rels), 0);
	assert_true(rels.n <= 1);
	if (rels.n)
		(void)snprintf(to, sizeof to, "%s", rels.list[0].target);
	bool any = rels.n;
	docx_rels_release(&rels);
	assert_int_equal(rels.n, 0);
	return any ? to : NULL;
}

static void targets_are_seen_from_their_part(void **state)
{
	(void)state;
	static const char *const cases[][3] = {
	    {"word/document.xml", "media/a.png", "word/media/a.png"},
	    {"word/document.xml", "/word/media/a.png", "word/media/a.png"},
	    {"word/document.xml", "../customXml/item1.xml", "customXml/item1.xml"},
	    {"word/sub/x.xml", "../../a.png", "a.png"},
	    {"word/document.xml", "./a//b/../c.xml", "word/a/c.xml"},
	    {"", "word/document.xml", "word/document.xml"},
	    {"", "/word/document.xml", "word/document.xml"},
	    {"word/document.xml", "../../a.png", NULL},
	    {"word/document.xml", "../../../etc/passwd", NULL},
	    {"", "../a.png", NULL},
	    {"", "", NULL},
	    {"", "/", NULL},
	    {"word/document.xml", "/..", NULL},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		const char *got = leads(cases[i][0], cases[i][1], "");
		if (!str_eq(got, cases[i][2]))
			fail_msg("%s: %s", cases[i][1], got ? got : "nowhere");
	}
}

static void what_lies_outside_is_passed_over(void **state)
{
	(void)state;
	char far[2 * DOCX_PATH];
	assert_null(leads("word/document.xml", "a.png", " TargetMode=\"External\""));
	assert_null(leads("word/document.xml", "a.png", " TargetMode=\"external\""));
	assert_non_null(leads("word/document.xml", "a.png", " TargetMode=\"Internal\""));
	memset(far, 'a', sizeof far - 1);
	far[sizeof far - 1] = '\0';
	assert_null(leads("word/document.xml", far, ""));
	assert_string_equal(leads(far, "a.png", ""), "a.png"); /* a part within no folder */
	far[DOCX_PATH] = '/';
	assert_null(leads(far, "a.png", ""));
}

static void they_are_found_by_id_and_by_type(void **state)
{
	(void)state;
	static const char text[] =
	    RELS "<Relationship Id=\"a\" Type=\"" OFFICE "image\" Target=\"1\"/>"
		 "<Relationship Id=\"b\" Type=\"styles\" Target=\"2\"/>"
		 "<Relationship Id=\"c\" Type=\"" OFFICE "image\" Target=\"3\"/>"
		 "<Relationship Id=\"d\" Type=\"" OFFICE "image\"/><Relationship Target=\"5\"/>"
		 "<x:Relationship xmlns:x=\"urn:x\" Id=\"e\" Type=\"image\" Target=\"6\"/>" END;
	struct docx_rels rels;
	assert_int_equal(docx_rels_read("word/document.xml", text, strlen(text), &rels), 0);
	assert_int_equal(rels.n, 3);
	assert_string_equal(docx_rel_by_id(&rels, "c")->target, "word/3");
	assert_string_equal(docx_rel_by_type(&rels, "image")->id, "a");
	assert_string_equal(docx_rel_by_type(&rels, "styles")->id, "b");
	assert_null(docx_rel_by_id(&rels, "e"));
	assert_null(docx_rel_by_type(&rels, "header"));
	docx_rels_release(&rels);
}

static void what_cannot_be_read_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
	} cases[] = {
	    {"", GW_EFORMAT},
	    {RELS, GW_EFORMAT},
	    {"<!DOCTYPE a>" RELS END, GW_EFORMAT},
	    {"<!DOCTYPE a [<!ENTITY b \"c\">]>" RELS END, GW_EFORMAT},
	    {RELS "<Relationship Id=\"a\"" END, GW_EFORMAT},
	    {RELS END, 0},
	    {"<other/>", 0},
	};
	struct docx_rels rels;
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		int r = docx_rels_read("", cases[i].text, strlen(cases[i].text), &rels);
		if (r != cases[i].code)
			fail_msg("%s: %d", cases[i].text, r);
		assert_int_equal(rels.n, 0);
		docx_rels_release(&rels);
	}
	struct buf many GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(buf_adds(&many, RELS), 0);
	for (int i = 0; i < 5001; i++)
		assert_int_equal(
		    buf_adds(&many, "<Relationship Id=\"a\" Type=\"b\" Target=\"c\"/>"), 0);
	assert_int_equal(buf_adds(&many, END), 0);
	assert_int_equal(docx_rels_read("", many.data, many.len, &rels), GW_ELIMIT);
	assert_int_equal(rels.n, 0);
}

static void where_the_relationships_of_a_part_lie(void **state)
{
	(void)state;
	char name[DOCX_PATH + 16];
	docx_rels_name("word/document.xml", name);
	assert_string_equal(name, "word/_rels/document.xml.rels");
	docx_rels_name("", name);
	assert_string_equal(name, "_rels/.rels");
	docx_rels_name("a.xml", name);
	assert_string_equal(name, "_rels/a.xml.rels");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(targets_are_seen_from_their_part),
	    cmocka_unit_test(what_lies_outside_is_passed_over),
	    cmocka_unit_test(they_are_found_by_id_and_by_type),
	    cmocka_unit_test(what_cannot_be_read_is_refused),
	    cmocka_unit_test(where_the_relationships_of_a_part_lie),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
