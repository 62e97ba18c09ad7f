/* SPDX-License-Identifier: EUPL-1.2 */
/* Attachments under a policy (policy/files.c, which has no header): which leave, and what is asked.
 */
#include "policy/apply.h"
#include "tests/unit/attach/pdf_file.h"
#include "tests/unit/policy/policies.h"

/* One white pixel. */
static const unsigned char png[] =
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU"
    "\0\0\0\nIDATx\x9c"
    "ch\0\0\0\x82\0\x81w\xcdr\xb6"
    "\0\0\0\0IEND\xae"
    "B`\x82";

static void attach(struct dossier *d, size_t i, const char *ext, const void *p, size_t n)
{
	struct dossier_file *f = &d->files[i];
	(void)snprintf(f->ext, sizeof f->ext, "%s", ext);
	f->bytes = (struct buf)BUF_INIT(32 << 20);
	f->loaded = true;
	assert_int_equal(buf_add(&f->bytes, p, n), 0);
}

/* What a file is said to be and what it is, under a policy that takes JPEG and PNG. */
static void a_file_is_what_its_name_says(void **state)
{
	static const struct {
		const char *ext, *bytes, *reason;
	} cases[] = {{"pdf", "%PDF-1.4", "format_not_allowed"}, {"jpg", "%PDF-1.4", "wrong_format"},
	    {"pdf", "just text", "wrong_format"}, {"txt", "just text", "format_not_allowed"},
	    {"txt", "%PDF-1.4", "wrong_format"}, {"", "%PDF-1.4", "format_not_allowed"}};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct policy *p GW_CLEANUP(policy_free_p) = load_file(MUNICIPALITY);
		struct policy_context ctx = context(p);
		struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(
		    "{'person':{'client_number':'K-1'},'attachments':[{'type':'diploma','file':'a'}]}");
		attach(d, 0, cases[i].ext, cases[i].bytes, strlen(cases[i].bytes));
		test_code(policy_apply(p, &ctx, d, NULL, &o, &ei), 0, &ei);
		const json_t *left =
		    json_object_get(json_object_get(o.sender_report, "attachments"), "left_behind");
		assert_string_equal(jx_str(json_array_get(left, 0), "reason"), cases[i].reason);
	}
}

static void attachments_leave_clean_and_numbered(void **state)
{
	(void)state;
	static const char *const reasons[] = {"type_not_allowed", "format_not_allowed", "broken",
	    "limit_attachments", "wrong_format"};
	struct policy *p GW_CLEANUP(policy_free_p) =
	    load_with(MUNICIPALITY, "attachments: 25", "attachments: 2");
	struct policy_context ctx = context(p);
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(
	    "{'attachments':[{'type':'cv','file':'a'},{'type':'diploma','file':'b'},"
	    "{'type':'diploma','file':'c'},{'type':'diploma','file':'d'},{'type':'certificate','file':"
	    "'e'},{'type':'certificate','file':'f'},{'type':'diploma','file':'g.scan'}]}");
	assert_int_equal(d->n_files, 7);
	attach(d, 0, "png", png, sizeof png - 1);
	attach(d, 1, "pdf", "%PDF-1.4", 8);
	attach(d, 2, "png", png, 20);
	attach(d, 3, "png", png, sizeof png - 1);
	attach(d, 4, "png", png, sizeof png - 1);
	attach(d, 5, "png", png, sizeof png - 1);
	attach(d, 6, "scan", png, sizeof png - 1);
	test_code(policy_apply(p, &ctx, d, NULL, &o, &ei), 0, &ei);
	assert_int_equal(o.files_n, 2);
	assert_string_equal(o.files[0].name, "diploma-1.png");
	assert_string_equal(o.files[1].name, "certificate-1.png");
	const json_t *behind =
	    json_object_get(json_object_get(o.sender_report, "attachments"), "left_behind");
	assert_int_equal(json_array_size(behind), GW_LENGTH(reasons));
	for (size_t i = 0; i < GW_LENGTH(reasons); i++)
		assert_string_equal(jx_str(json_array_get(behind, i), "reason"), reasons[i]);
	test_code(policy_admits(p, ctx.recipient_duties, o.data, &ei), 0, &ei);
}

/* A document of one page that says that. */
static void attach_pdf(struct dossier *d, size_t i, const char *says)
{
	struct pdf_file f;
	char *content GW_CLEANUP(str_free_p) = str_printf("BT /F1 9 Tf 9 9 Td (%s) Tj ET", says);
	pdf_simple(&f, content, "", "");
	attach(d, i, "pdf", f.b.data, f.b.len);
	buf_release(&f.b);
}

/* Whether the CV leaves under p, and as what. */
static void cv_becomes(
    const struct policy *p, const char *person, const char *says, const char *name, const char *why)
{
	struct policy_context ctx = context(p);
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	char *in GW_CLEANUP(str_free_p) =
	    str_printf("{'person':{%s},'attachments':[{'type':'cv','file':'a'}]}", person);
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(in);
	attach_pdf(d, 0, says);
	test_code(policy_apply(p, &ctx, d, NULL, &o, &ei), 0, &ei);
	assert_int_equal(o.files_n, name ? 1 : 0);
	if (name)
		assert_string_equal(o.files[0].name, name);
	const json_t *files = json_object_get(o.sender_report, "attachments");
	const char *got =
	    jx_str(json_array_get(json_object_get(files, "left_behind"), 0), "reason");
	if (!str_eq(got, why))
		fail_msg("%s: %s", says, got ? got : "it leaves");
	test_code(policy_admits(p, ctx.recipient_duties, o.data, &ei), 0, &ei);
}

static void the_text_of_an_attachment_is_looked_through(void **state)
{
	(void)state;
	static const char named[] = "'client_number':'K-77','family_name':'Kanariestra'";
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy *masks GW_CLEANUP(policy_free_p) =
	    load_with(END_CONTRACT, "default: review", "default: mask");
	struct policy *text GW_CLEANUP(policy_free_p) =
	    load_with(END_CONTRACT, "formats: [pdf, docx], clean: strip, scan: bijlagen",
		"formats: [pdf], clean: text_only, scan: streng");
	struct policy *hides GW_CLEANUP(policy_free_p) = load_with(
	    END_CONTRACT, "person.client_number, person.family_name,", "person.client_number,");
	/* its own name and number leave as fields: so may they in a file */
	cv_becomes(p, named, "CV van Kanariestra, klant K-77", "cv-1.pdf", NULL);
	cv_becomes(hides, named, "CV van Kanariestra", NULL, "needs_review");
	cv_becomes(masks, named, "Bel 06-12345678", NULL, "needs_masking");
	cv_becomes(p, named, "Bel 06-12345678", NULL, "needs_review");
	cv_becomes(p, named, "BSN 123456782", NULL, "blocked");
	cv_becomes(p, named, "heeft een depressie", NULL, "needs_review");
	cv_becomes(text, named, "Bel 06-12345678", "cv-1.txt", NULL);
	cv_becomes(text, named, "BSN 123456782", NULL, "blocked");
}

/* What leaves as a field may stand in the person's file; the same of somebody else is asked about.
 */
static void the_persons_own_details_are_not_asked_about(void **state)
{
	(void)state;
	static const char person[] =
	    "'family_name':'Kanariestra','birth_date':'1984-03-09'},"
	    "'contact':{'street':'Dorpsstraat','house_number':'12','postcode':'5121 AB',"
	    "'phone':'0612345678','email':'k@voorbeeld.nl'";
	static const struct {
		const char *says;
		bool end, referral; /* may stand in a file under END_CONTRACT, REFERRAL */
	} cases[] = {
	    {"Bel +31 6 12345678", true, true},
	    {"Mail K@voorbeeld.nl", true, true},
	    {"Dorpsstraat 12, 5121 AB Rijen", true, false}, /* the referral: four digits */
	    {"geboren op 9 maart 1984", true, false},       /* an age group */
	    {"in mei 2019 in Tilburg", true, true},
	    {"Bel 06-12345679", false, false},
	    {"Mail visser@voorbeeld.nl", false, false},
	    {"Dorpsstraat 14", false, false},
	    {"dochter geboren op 9 maart 2011", false, false},
	};
	struct policy *end GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy *referral GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		const char *is = cases[i].says;
		cv_becomes(end, person, is, cases[i].end ? "cv-1.pdf" : NULL,
		    cases[i].end ? NULL : "needs_review");
		cv_becomes(referral, person, is, cases[i].referral ? "cv-1.pdf" : NULL,
		    cases[i].referral ? NULL : "needs_review");
	}
}

/* Write down the fields that somebody is asked about, and settle nothing. */
static int note_field(void *arg, const char *field, const struct detect_passage *passage)
{
	struct buf *asked = arg;
	(void)passage;
	return buf_addf(asked, "%s ", field) < 0 ? GW_ENOMEM : DETECT_REVIEW;
}

/* A person has all of it at once; for a seal, one reason to refuse is enough. */
static void files_are_asked_about_beside_texts(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	for (int files_too = 0; files_too < 2; files_too++) {
		struct buf asked GW_CLEANUP(buf_release) = BUF_INIT(1000);
		const struct policy_review review = {
		    .settle = note_field, .arg = &asked, .files_too = files_too};
		struct policy_context ctx = context(p);
		struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		struct dossier *d GW_CLEANUP(dossier_free_p) =
		    dossier("{'plan':{'goal':'na een migraine'},"
			    "'attachments':[{'type':'cv','file':'a'}]}");
		attach_pdf(d, 0, "heeft een migraine");
		ctx.review = &review;
		test_code(policy_apply(p, &ctx, d, NULL, &o, &ei), GW_EREFUSED, &ei);
		assert_true(str_starts(ei.msg, "plan.goal: health found"));
		assert_null(o.data);
		assert_non_null(o.sender_report);
		assert_string_equal(
		    asked.data, files_too ? "plan.goal attachments[0] " : "plan.goal ");
	}
}

static void what_is_broken_stays(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct dossier *d GW_CLEANUP(dossier_free_p) =
	    dossier("{'attachments':[{'type':'cv','file':'a'}]}");
	attach(d, 0, "docx", "PK\3\4....word/document.xml", 25);
	test_code(policy_apply(p, &ctx, d, NULL, &o, &ei), GW_EREFUSED, &ei);
	const json_t *behind =
	    json_object_get(json_object_get(o.sender_report, "attachments"), "left_behind");
	assert_string_equal(jx_str(json_array_get(behind, 0), "reason"), "broken");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_is_what_its_name_says),
	    cmocka_unit_test(attachments_leave_clean_and_numbered),
	    cmocka_unit_test(the_text_of_an_attachment_is_looked_through),
	    cmocka_unit_test(the_persons_own_details_are_not_asked_about),
	    cmocka_unit_test(files_are_asked_about_beside_texts),
	    cmocka_unit_test(what_is_broken_stays),
	};
	return cmocka_run_group_tests_name("policy/files", tests, NULL, NULL);
}
