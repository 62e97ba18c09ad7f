/* SPDX-License-Identifier: EUPL-1.2 */
/* The keys that stay in a PDF (pdf_key of pdf_walk.h): none that says who, runs or leads away. */
#include "attach/pdf_walk.h"
#include "tests/unit/test.h"

static void keys_that_no_kind_keeps(void **state)
{
	(void)state;
	static const char *const never[] = {"/A", "/AA", "/AcroForm", "/ActualText", "/AF", "/Alt",
	    "/Alternates", "/Annots", "/Author", "/B", "/Collection", "/Contents2", "/Dest",
	    "/Dests", "/Desc", "/E", "/EF", "/EmbeddedFiles", "/F", "/FDecodeParms", "/FFilter",
	    "/HT", "/ID", "/Info", "/JS", "/JavaScript", "/Lang", "/LastModified", "/Measure",
	    "/Metadata", "/Name", "/Names", "/OC", "/OCProperties", "/OPI", "/OpenAction",
	    "/Outlines", "/PZ", "/PieceInfo", "/PresSteps", "/Properties", "/Ref",
	    "/SeparationInfo", "/StructParent", "/StructParents", "/T", "/Tabs", "/Thumb", "/Title",
	    "/Trans", "/URI", "/UF", "/VP", "/XFA", "Metadata", "/metadata", "/", ""};
	for (int kind = 0; kind < PDF_COLOURS; kind++)
		for (size_t i = 0; i < GW_LENGTH(never); i++) {
			enum pdf_kind value;
			if (pdf_key((enum pdf_kind)kind, never[i], &value))
				fail_msg("kind %d keeps %s", kind, never[i]);
		}
}

static void a_kept_key_says_what_its_value_must_be(void **state)
{
	(void)state;
	static const struct {
		enum pdf_kind kind;
		const char *name;
		enum pdf_kind value;
	} cases[] = {
	    {PDF_PAGE, "/Contents", PDF_PAGE},
	    {PDF_PAGE, "/Resources", PDF_RESOURCES},
	    {PDF_PAGE, "/MediaBox", PDF_PLAIN},
	    {PDF_PAGE, "/UserUnit", PDF_PLAIN}, /* the last of its list */
	    {PDF_RESOURCES, "/Font", PDF_FONTS},
	    {PDF_RESOURCES, "/XObject", PDF_XOBJECTS},
	    {PDF_IMAGE, "/SMask", PDF_IMAGE},
	    {PDF_IMAGE, "/Mask", PDF_MASK},
	    {PDF_IMAGE, "/ColorSpace", PDF_COLOUR},
	    {PDF_FORM, "/Resources", PDF_RESOURCES},
	    {PDF_STATE, "/SMask", PDF_SOFT_MASK},
	    {PDF_SOFT_MASK, "/G", PDF_FORM},
	    {PDF_FONT, "/ToUnicode", PDF_CMAP},
	    {PDF_FONT, "/DescendantFonts", PDF_FONT},
	    {PDF_DESCRIPTOR, "/FontFile3", PDF_DATA},
	    {PDF_SYSTEM, "/Ordering", PDF_TEXT},
	    {PDF_SHADED, "/Shading", PDF_SHADING},
	    {PDF_FUNCTION, "/Functions", PDF_FUNCTION},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		enum pdf_kind value = PDF_KINDS;
		if (!pdf_key(cases[i].kind, cases[i].name, &value) || value != cases[i].value)
			fail_msg("%s: %d", cases[i].name, value);
	}
}

/* What one kind keeps is nothing to another; what is plain has no keys at all. */
static void keys_belong_to_their_kind(void **state)
{
	(void)state;
	enum pdf_kind value = PDF_KINDS;
	assert_false(pdf_key(PDF_PAGE, "/FontFile", &value));
	assert_false(pdf_key(PDF_IMAGE, "/Resources", &value));
	assert_false(pdf_key(PDF_FORM, "/Contents", &value));
	assert_false(pdf_key(PDF_FONT, "/FontFile2", &value));
	assert_false(pdf_key(PDF_PLAIN, "/Type", &value));
	assert_false(pdf_key(PDF_TEXT, "/Type", &value));
	assert_false(pdf_key(PDF_XOBJECT, "/Subtype", &value)); /* its subtype says which it is */
	assert_int_equal(value, PDF_KINDS);                     /* unchanged */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_that_no_kind_keeps),
	    cmocka_unit_test(a_kept_key_says_what_its_value_must_be),
	    cmocka_unit_test(keys_belong_to_their_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
