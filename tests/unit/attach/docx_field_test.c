/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields of a DOCX as they are met, word by word (docx_field_… of docx_work.h). */
#include "attach/docx_work.h"
#include "tests/unit/test.h"

#define BEGIN "<w:fldChar w:fldCharType=\"begin\"/><w:instrText>"
#define SEPARATE "</w:instrText><w:fldChar w:fldCharType=\"separate\"/>"
#define END "<w:fldChar w:fldCharType=\"end\"/>"

static void only_numbers_of_pages_are_kept(void **state)
{
	(void)state;
	static const struct {
		const char *text, *kept;
	} cases[] = {
	    {"PAGE", "PAGE"},
	    {"  PAGE \\* MERGEFORMAT", "PAGE"},
	    {"NUMPAGES ", "NUMPAGES"},
	    {"SECTIONPAGES", "SECTIONPAGES"},
	    {"PAGEREF geheim", NULL},
	    {"page", NULL},
	    {"PAG", NULL},
	    {"AUTHOR", NULL},
	    {"DDEAUTO cmd", NULL},
	    {"\tPAGE", NULL},
	    {"   ", NULL},
	    {"", NULL},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		const char *kept = docx_field_kept(cases[i].text, strlen(cases[i].text));
		if (!str_eq(kept, cases[i].kept))
			fail_msg("%s: %s", cases[i].text, kept ? kept : "none");
	}
	assert_string_equal(docx_field_kept("PAGExyz", 4), "PAGE"); /* no further than n */
}

/* A part that is being read, within a run. */
static struct docx_work *begin(void)
{
	static struct docx_work w;
	static struct docx_filter filter;
	static struct buf out = BUF_INIT(4096), text = BUF_INIT(4096);
	buf_clear(&out);
	buf_clear(&text);
	w = (struct docx_work){.f = &filter, .out = &out, .text = &text, .depth = 1};
	w.frame[0] = (struct frame){.doing = KEEPS, .name = "w:r"};
	w.parser = XML_ParserCreateNS(NULL, '|');
	assert_non_null(w.parser);
	return &w;
}

static void end(struct docx_work *w, int code, const char *wrote)
{
	assert_int_equal(w->code, code);
	assert_string_equal(w->out->data ? w->out->data : "", wrote);
	XML_ParserFree(w->parser);
	buf_release(w->out);
	buf_release(w->text);
}

static void say(struct docx_work *w, const char *instruction)
{
	docx_field_text(w, instruction, strlen(instruction));
}

static void a_kept_field_is_written_without_what_it_said_besides(void **state)
{
	(void)state;
	struct docx_work *w = begin();
	assert_false(docx_field_hides(w));
	docx_field_char(w, "begin");
	assert_true(docx_field_hides(w));
	say(w, " NUM");
	say(w, "PAGES \\* geheim");
	docx_field_char(w, "separate");
	assert_false(docx_field_hides(w));
	docx_write(w, "9");
	docx_field_char(w, "end");
	assert_int_equal(w->fields, 0);
	end(w, 0, BEGIN "NUMPAGES" SEPARATE "9" END);
}

static void another_leaves_its_result(void **state)
{
	(void)state;
	struct docx_work *w = begin();
	docx_field_char(w, "begin");
	say(w, "AUTHOR");
	docx_field_char(w, "separate");
	assert_false(docx_field_hides(w));
	docx_field_char(w, "end");
	end(w, 0, "");
	w = begin();
	docx_field_char(w, "begin");
	say(w, "AUTHOR");
	docx_field_char(w, "end"); /* without a result */
	assert_false(docx_field_hides(w));
	end(w, 0, "");
}

/* What stands within an instruction does not show, whatever it is. */
static void a_field_in_an_instruction_hides(void **state)
{
	(void)state;
	struct docx_work *w = begin();
	docx_field_char(w, "begin");
	say(w, "IF ");
	docx_field_char(w, "begin");
	say(w, "PAGE");
	docx_field_char(w, "separate");
	assert_true(docx_field_hides(w));
	docx_field_char(w, "end");
	docx_field_char(w, "separate");
	assert_false(docx_field_hides(w));
	docx_field_char(w, "end");
	end(w, 0, "");
}

/* A run that is taken out again takes the beginning of its field along; the end then goes too. */
static void what_is_undone_is_not_ended(void **state)
{
	(void)state;
	for (size_t at = 0; at < 2; at++) {
		struct docx_work *w = begin();
		docx_write(w, "x");
		w->frame[0].out = 1;
		docx_field_char(w, "begin");
		say(w, "PAGE");
		docx_field_char(w, "separate");
		docx_field_undo(w, 1 + at);
		docx_field_char(w, "end");
		end(w, 0, at ? "x" BEGIN "PAGE" SEPARATE END : "x" BEGIN "PAGE" SEPARATE);
	}
}

static void what_is_no_field_is_refused(void **state)
{
	(void)state;
	struct docx_work *w = begin();
	docx_field_char(w, "end");
	end(w, GW_EFORMAT, "");
	w = begin();
	docx_field_char(w, "separate");
	end(w, GW_EFORMAT, "");
	w = begin();
	for (int i = 0; i < FIELDS_MAX; i++)
		docx_field_char(w, "begin");
	assert_int_equal(w->code, 0);
	docx_field_char(w, "begin");
	end(w, GW_EFORMAT, "");
}

/* No name that is kept is longer than the room for it. */
static void a_long_instruction_is_cut(void **state)
{
	(void)state;
	struct docx_work *w = begin();
	docx_field_char(w, "begin");
	for (int i = 0; i < INSTRUCTION_MAX; i++)
		say(w, "PAGE ");
	docx_field_char(w, "separate");
	docx_field_char(w, "end");
	end(w, 0, BEGIN "PAGE" SEPARATE END);
	w = begin();
	say(w, "PAGE"); /* of no field */
	end(w, 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_numbers_of_pages_are_kept),
	    cmocka_unit_test(a_kept_field_is_written_without_what_it_said_besides),
	    cmocka_unit_test(another_leaves_its_result),
	    cmocka_unit_test(a_field_in_an_instruction_hides),
	    cmocka_unit_test(what_is_undone_is_not_ended),
	    cmocka_unit_test(what_is_no_field_is_refused),
	    cmocka_unit_test(a_long_instruction_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
