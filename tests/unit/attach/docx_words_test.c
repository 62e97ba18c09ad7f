/* SPDX-License-Identifier: EUPL-1.2 */
/* What stays of the XML of a DOCX is a list: what is not in it goes. */
#include "attach/docx_words.h"
#include "tests/unit/test.h"

#define WORD "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

static void a_space_is_known_by_its_address(void **state)
{
	(void)state;
	const char *local = NULL;
	assert_int_equal(docx_space_of(WORD "|p", &local), DOCX_W);
	assert_string_equal(local, "p");
	assert_int_equal(docx_space_of("urn:schemas-microsoft-com:vml|shape", &local), DOCX_V);
	assert_int_equal(docx_space_of("val", &local), DOCX_NONE);
	assert_string_equal(local, "val");
	assert_int_equal(docx_space_of(WORD "x|p", &local), DOCX_OTHER);
	assert_int_equal(docx_space_of("urn:geheim|p", &local), DOCX_OTHER);
	assert_int_equal(docx_space_of("|p", &local), DOCX_OTHER);
	assert_string_equal(local, "p");
}

/* Each space that is written with a prefix is declared under it, except what every reader knows. */
static void every_prefix_is_declared(void **state)
{
	(void)state;
	for (int i = 0; i < DOCX_NONE; i++) {
		char *declared GW_CLEANUP(str_free_p) =
		    str_printf(" xmlns:%s=\"", docx_prefix((enum docx_space)i));
		bool there = strstr(docx_declarations, declared);
		/* o: stands on nothing that is kept; xml: is built in */
		assert_int_equal(there, i != DOCX_XML && i != DOCX_O);
	}
	assert_string_equal(docx_prefix(DOCX_NONE), "");
	assert_string_equal(docx_prefix(DOCX_OTHER), "");
}

static void fates(void **state)
{
	(void)state;
	static const struct {
		enum docx_space space;
		const char *local;
		enum docx_fate fate;
	} cases[] = {
	    {DOCX_W, "abstractNum", DOCX_KEEP}, /* the first of the list, and the last */
	    {DOCX_W, "wordWrap", DOCX_KEEP},
	    {DOCX_W, "document", DOCX_KEEP},
	    {DOCX_W, "p", DOCX_KEEP},
	    {DOCX_W, "r", DOCX_KEEP},
	    {DOCX_W, "t", DOCX_KEEP},
	    {DOCX_W, "tbl", DOCX_KEEP},
	    {DOCX_W, "footnoteReference", DOCX_KEEP},
	    {DOCX_W, "del", DOCX_DROP},
	    {DOCX_W, "delText", DOCX_DROP},
	    {DOCX_W, "moveFrom", DOCX_DROP},
	    {DOCX_W, "commentReference", DOCX_DROP},
	    {DOCX_W, "commentRangeStart", DOCX_DROP},
	    {DOCX_W, "bookmarkStart", DOCX_DROP},
	    {DOCX_W, "permStart", DOCX_DROP},
	    {DOCX_W, "rsids", DOCX_DROP},
	    {DOCX_W, "docVars", DOCX_DROP},
	    {DOCX_W, "attachedTemplate", DOCX_DROP},
	    {DOCX_W, "dataBinding", DOCX_DROP},
	    {DOCX_W, "pPrChange", DOCX_DROP},
	    {DOCX_W, "P", DOCX_DROP},
	    {DOCX_W, "", DOCX_DROP},
	    {DOCX_W, "ins", DOCX_UNWRAP},
	    {DOCX_W, "hyperlink", DOCX_UNWRAP},
	    {DOCX_W, "object", DOCX_ACTIVE},
	    {DOCX_W, "altChunk", DOCX_ACTIVE},
	    {DOCX_O, "OLEObject", DOCX_ACTIVE},
	    {DOCX_A, "videoFile", DOCX_ACTIVE},
	    {DOCX_A, "hlinkClick", DOCX_DROP},
	    {DOCX_A, "blip", DOCX_KEEP},
	    {DOCX_V, "shape", DOCX_KEEP},
	    {DOCX_O, "lock", DOCX_DROP},
	    {DOCX_W, "fldChar", DOCX_FIELD},
	    {DOCX_W, "instrText", DOCX_FIELD_TEXT},
	    {DOCX_W, "fldSimple", DOCX_FIELD_SIMPLE},
	    {DOCX_W, "vanish", DOCX_VANISH},
	    {DOCX_MC, "AlternateContent", DOCX_ALTERNATE},
	    {DOCX_MC, "Choice", DOCX_CHOICE},
	    {DOCX_MC, "Fallback", DOCX_FALLBACK},
	    {DOCX_MC, "Ignorable", DOCX_DROP},
	    {DOCX_R, "p", DOCX_DROP},
	    {DOCX_XML, "p", DOCX_DROP},
	    {DOCX_NONE, "p", DOCX_DROP},
	    {DOCX_OTHER, "p", DOCX_DROP},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++)
		if (docx_fate_of(cases[i].space, cases[i].local) != cases[i].fate)
			fail_msg("%s:%s", docx_prefix(cases[i].space), cases[i].local);
}

static void attributes(void **state)
{
	(void)state;
	static const struct {
		enum docx_space element;
		const char *element_local;
		enum docx_space space;
		const char *local;
		enum docx_attribute becomes;
	} cases[] = {
	    {DOCX_W, "jc", DOCX_W, "val", DOCX_A_KEEP},
	    {DOCX_W, "p", DOCX_W, "rsidR", DOCX_A_DROP},
	    {DOCX_W, "p", DOCX_W, "rsidRDefault", DOCX_A_DROP},
	    {DOCX_W, "ins", DOCX_W, "author", DOCX_A_DROP},
	    {DOCX_W, "ins", DOCX_W, "date", DOCX_A_DROP},
	    {DOCX_W, "name", DOCX_W, "val", DOCX_A_TEXT}, /* of a style: a person reads it */
	    {DOCX_W, "lvlText", DOCX_W, "val", DOCX_A_TEXT},
	    {DOCX_W, "font", DOCX_W, "name", DOCX_A_TEXT},
	    {DOCX_W, "p", DOCX_NONE, "val", DOCX_A_DROP}, /* without its prefix it is none */
	    {DOCX_W, "p", DOCX_OTHER, "paraId", DOCX_A_DROP},
	    {DOCX_W, "t", DOCX_XML, "space", DOCX_A_KEEP},
	    {DOCX_W, "t", DOCX_XML, "lang", DOCX_A_DROP},
	    {DOCX_A, "blip", DOCX_R, "embed", DOCX_A_LINK},
	    {DOCX_A, "blip", DOCX_R, "link", DOCX_A_DROP}, /* leads outside */
	    {DOCX_W, "headerReference", DOCX_R, "id", DOCX_A_LINK},
	    {DOCX_WP, "docPr", DOCX_NONE, "descr", DOCX_A_DROP},
	    {DOCX_WP, "docPr", DOCX_NONE, "title", DOCX_A_DROP},
	    {DOCX_WP, "docPr", DOCX_NONE, "name", DOCX_A_EMPTY}, /* must be there */
	    {DOCX_WP, "docPr", DOCX_NONE, "id", DOCX_A_KEEP},
	    {DOCX_V, "shape", DOCX_NONE, "alt", DOCX_A_DROP},
	    {DOCX_V, "shape", DOCX_NONE, "href", DOCX_A_DROP},
	    {DOCX_V, "textpath", DOCX_NONE, "string", DOCX_A_TEXT},
	    {DOCX_V, "shape", DOCX_O, "gfxdata", DOCX_A_DROP},
	    {DOCX_M, "sty", DOCX_M, "val", DOCX_A_KEEP},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++)
		if (docx_attribute_of(cases[i].element, cases[i].element_local, cases[i].space,
			cases[i].local) != cases[i].becomes)
			fail_msg("%s of %s", cases[i].local, cases[i].element_local);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_space_is_known_by_its_address),
	    cmocka_unit_test(every_prefix_is_declared),
	    cmocka_unit_test(fates),
	    cmocka_unit_test(attributes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
