/* SPDX-License-Identifier: EUPL-1.2 */
/* Attachments as a whole: what stops one, in which order, and what a person is asked about it. */
#include "attach/attach.h"
#include "tests/unit/attach/docx_file.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/test.h"

/* A page that is written from below: read by place and in the order of the file it says two things.
 */
#define BELOW "BT /F1 9 Tf 20 50 Td (%s) Tj ET BT /F1 9 Tf 20 150 Td (%s) Tj ET"

/* A person who is asked, and says the same of everything. */
struct person {
	int says;
	size_t asked;
	char last[64];
};

static int verdict(void *arg, const struct detect_passage *passage)
{
	struct person *p = arg;
	p->asked++;
	(void)snprintf(p->last, sizeof p->last, "%.*s", (int)passage->finding.length,
	    passage->text + passage->finding.offset);
	return p->says;
}

/* Send a file on its way, with everything in its text under review. */
static enum attach_why goes(
    const struct buf *file, enum attach_mode mode, struct person *person, struct buf *out)
{
	struct detect_profile profile;
	const struct detect_settle settle = {verdict, person};
	struct attach_item item = {.p = file->data,
	    .n = file->len,
	    .mode = mode,
	    .profile = &profile,
	    .settle = person ? &settle : NULL};
	struct errinfo ei = ERRINFO_INIT;
	detect_profile_init(&profile, DETECT_REVIEW);
	test_code(attach_clean_all(&item, 1, NULL, &ei), 0, &ei);
	if (out && item.code == 0)
		assert_int_equal(buf_add(out, item.out.data, item.out.len), 0);
	attach_release(&item, 1);
	return item.why;
}

static void from_below(struct pdf_file *f, const char *below, const char *above)
{
	char *content GW_CLEANUP(str_free_p) = str_printf(BELOW, below, above);
	pdf_simple(f, content, "", "");
}

static void a_finding_is_asked_about_once(void **state)
{
	(void)state;
	static const int says[] = {DETECT_KEEP, DETECT_MASK, DETECT_REVIEW};
	static const enum attach_why why[] = {ATTACH_GOES, ATTACH_MASK, ATTACH_REVIEW};
	struct pdf_file f;
	from_below(&f, "heeft last van migraine", "bel mevrouw Visser");
	for (size_t i = 0; i < GW_LENGTH(says); i++) {
		struct person person = {.says = says[i]};
		assert_int_equal(goes(&f.b, ATTACH_STRIP, &person, NULL), why[i]);
		assert_int_equal(person.asked, 2); /* the name, the illness */
	}
	assert_int_equal(goes(&f.b, ATTACH_STRIP, NULL, NULL), ATTACH_REVIEW);
	buf_release(&f.b);
}

static void the_text_that_leaves_is_not_asked_about_again(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(PDF_ROOM);
	struct pdf_file f;
	struct person person = {.says = DETECT_MASK};
	from_below(&f, "heeft last van migraine", "bel mevrouw Visser");
	assert_int_equal(goes(&f.b, ATTACH_TEXT_ONLY, &person, &out), ATTACH_GOES);
	assert_int_equal(person.asked, 2);
	assert_null(memmem(out.data, out.len, "migraine", 8));
	assert_null(memmem(out.data, out.len, "Visser", 6));
	assert_non_null(memmem(out.data, out.len, DETECT_MASK_TEXT, strlen(DETECT_MASK_TEXT)));
	buf_release(&f.b);
}

/* What stands outside the page shows in the second look only, and has had no answer. */
static void what_turns_up_later_is_asked_about(void **state)
{
	(void)state;
	struct pdf_file f;
	struct person person = {.says = DETECT_KEEP};
	pdf_simple(&f,
	    "BT /F1 9 Tf 20 50 Td (met mevrouw Visser) Tj ET"
	    " BT /F1 9 Tf 20 900 Td (heeft een migraine) Tj ET",
	    "", "");
	assert_int_equal(goes(&f.b, ATTACH_STRIP, &person, NULL), ATTACH_GOES);
	assert_int_equal(person.asked, 2);
	assert_string_equal(person.last, "migraine");
	buf_release(&f.b);
}

static void a_docx_is_asked_about_once_as_well(void **state)
{
	(void)state;
	struct docx_file f;
	docx_begin(&f);
	docx_end(&f, "<w:p><w:r><w:t>Heeft een migraine.</w:t></w:r></w:p>");
	for (int i = 0; i < 2; i++) {
		struct person person = {.says = DETECT_KEEP};
		assert_int_equal(
		    goes(&f.b, i ? ATTACH_TEXT_ONLY : ATTACH_STRIP, &person, NULL), ATTACH_GOES);
		assert_int_equal(person.asked, 1);
	}
	buf_release(&f.b);
}

/* The name of the person whose file it is, in the mode that leaves text too. */
static void the_persons_own_is_not_asked_about(void **state)
{
	(void)state;
	struct pdf_file f;
	struct detect_known *own GW_CLEANUP(detect_known_free_p) = detect_known_new();
	struct detect_profile profile;
	detect_profile_init(&profile, DETECT_REVIEW);
	assert_int_equal(detect_known_person(own, "Anna", NULL, "Visser"), 0);
	pdf_simple(&f, "BT /F1 9 Tf 20 50 Td (de cv van mevrouw Anna Visser) Tj ET", "", "");
	for (int mode = ATTACH_STRIP; mode <= ATTACH_TEXT_ONLY; mode++) {
		struct person person = {.says = DETECT_REVIEW};
		const struct detect_settle settle = {verdict, &person};
		struct attach_item item = {.p = f.b.data,
		    .n = f.b.len,
		    .mode = (enum attach_mode)mode,
		    .profile = &profile,
		    .own = own,
		    .settle = &settle};
		assert_int_equal(attach_clean_all(&item, 1, NULL, NULL), 0);
		assert_string_equal(item.reason, "");
		assert_int_equal(person.asked, 0);
		attach_release(&item, 1);
	}
	buf_release(&f.b);
}

static void every_reason_has_its_word_and_its_text(void **state)
{
	(void)state;
	for (int i = 0; i < ATTACH_WHYS; i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct attach_item item = {.code = GW_EREFUSED, .why = (enum attach_why)i};
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
			    attach_why_word(item.why), attach_why_word((enum attach_why)k));
		assert_int_equal(attach_explain(&item, &ei), GW_EREFUSED);
		assert_int_equal(!*ei.msg, i == ATTACH_GOES);
	}
	assert_string_equal(attach_why_word(ATTACH_GOES), "");
}

/* Before a cleaner is asked: the size, then the format, then whether there is a cleaner. */
static void what_stops_a_file_at_once(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		enum attach_format declared;
		enum attach_mode mode;
		size_t most;
		int code;
		enum attach_why why;
	} cases[] = {
	    {"%PDF-1.4 and more", ATTACH_JPEG, ATTACH_STRIP, 8, GW_ELIMIT, ATTACH_TOO_LARGE},
	    {"%PDF-1.4 and more", ATTACH_JPEG, ATTACH_STRIP, 99, GW_EFORMAT, ATTACH_WRONG_FORMAT},
	    {"%PDF-1.4 and more", ATTACH_FOREIGN, ATTACH_STRIP, 99, GW_EFORMAT,
		ATTACH_WRONG_FORMAT},
	    {"text", ATTACH_FOREIGN, ATTACH_STRIP, 99, GW_EFORMAT, ATTACH_WRONG_FORMAT},
	    {"text", ATTACH_UNKNOWN, ATTACH_STRIP, 99, GW_ESUPPORT, ATTACH_NO_CLEANER},
	    {"PK\3\4 word/", ATTACH_DOCX, ATTACH_FLATTEN, 99, GW_ESUPPORT, ATTACH_NO_CLEANER},
	    {"PK\3\4 word/", ATTACH_DOCX, ATTACH_STRIP, 99, GW_EFORMAT, ATTACH_BROKEN},
	    {"%PDF-1.4 and more", ATTACH_UNKNOWN, ATTACH_STRIP, 99, GW_EFORMAT, ATTACH_BROKEN},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct attach_limits limits = ATTACH_LIMITS;
		struct attach_item item = {.p = cases[i].bytes,
		    .n = strlen(cases[i].bytes),
		    .declared = cases[i].declared,
		    .mode = cases[i].mode};
		limits.bytes = cases[i].most;
		const struct attach_setup setup = {.limits = &limits};
		item.found[DETECT_NAME] = 7; /* of a run before */
		assert_int_equal(attach_clean_all(&item, 1, &setup, NULL), 0);
		if (item.code != cases[i].code || item.why != cases[i].why)
			fail_msg("%zu: %d %s", i, item.code, item.reason);
		assert_string_equal(item.reason, attach_why_word(item.why));
		assert_int_equal(item.found[DETECT_NAME], 0);
		assert_int_equal(item.out.len, 0);
		attach_release(&item, 1);
	}
}

static void a_message_says_why(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(100);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(attach_clean("text", 4, ATTACH_UNKNOWN, NULL, &out, &ei), GW_ESUPPORT);
	assert_non_null(strstr(ei.msg, "cannot be cleaned"));
	assert_int_equal(out.len, 0);
}

static void only_what_can_be_read_has_text(void **state)
{
	(void)state;
	const struct attach_setup reads = {.ocr = true}, does_not = {0};
	assert_true(attach_has_text("%PDF-1.4", 8, NULL));
	assert_true(attach_has_text("PK\3\4 word/", 10, &does_not));
	assert_false(attach_has_text("\xff\xd8\xff", 3, NULL));
	assert_false(attach_has_text("\xff\xd8\xff", 3, &does_not));
	assert_true(attach_has_text("\xff\xd8\xff", 3, &reads));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_finding_is_asked_about_once),
	    cmocka_unit_test(the_text_that_leaves_is_not_asked_about_again),
	    cmocka_unit_test(what_turns_up_later_is_asked_about),
	    cmocka_unit_test(a_docx_is_asked_about_once_as_well),
	    cmocka_unit_test(the_persons_own_is_not_asked_about),
	    cmocka_unit_test(every_reason_has_its_word_and_its_text),
	    cmocka_unit_test(what_stops_a_file_at_once),
	    cmocka_unit_test(a_message_says_why),
	    cmocka_unit_test(only_what_can_be_read_has_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
