/* SPDX-License-Identifier: EUPL-1.2 */
/* What a recipient takes in: nothing beyond the policy that it accepted. */
#include "tests/unit/policy/policies.h"

static int admits_with(
    const struct policy *p, unsigned duties, const char *json, struct errinfo *ei)
{
	json_t *j GW_CLEANUP(jx_release) = NULL;
	char *text GW_CLEANUP(str_free_p) = str_dup(json);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	assert_int_equal(jx_parse("j", text, strlen(text), &JX_SMALL, &j, ei), 0);
	return policy_admits(p, duties, j, ei);
}

static int admits(const struct policy *p, const char *json, struct errinfo *ei)
{
	return admits_with(p, 0, json, ei);
}

static void what_the_policy_gives_is_admitted(void **state)
{
	static const char *const good[] = {"{'catalogue':1}",
	    "{'catalogue':1,'person':{'birth_date':{'as':'age_band:5','v':'35-39'}}}",
	    "{'catalogue':1,'contact':{'postcode':{'as':'postcode4','v':'5121'}},"
	    "'work':[{'role':'kok','start':{'as':'year','v':'2015'}}]}",
	    "{'catalogue':1,'ladder':[{'date':'2026-01-12','step':3}]}",
	    "{'catalogue':1,'ladder':{'date':'2026-01-12','step':3}}",
	    "{'catalogue':1,'attachments':[{'type':'cv','file':'attachments/cv-1.pdf'}]}",
	    "{'catalogue':1,'plan':{'goal':'kok worden bij [\xe2\x80\xa6]'}}"};
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		test_code(admits(p, good[i], &ei), 0, &ei);
}

static void anything_beyond_is_refused(void **state)
{
	static const char *const bad[] = {"{}", "{'catalogue':2}", "[]",
	    "{'catalogue':1,'person':{'bsn':'123456782'}}",                 /* withheld */
	    "{'catalogue':1,'person':{'shoe_size':'44'}}",                  /* no field */
	    "{'catalogue':1,'shoes':{'size':'44'}}",                        /* no group */
	    "{'catalogue':1,'criminal':{}}", "{'catalogue':1,'ladder':[]}", /* tells that */
	    "{'catalogue':1,'ladder':[{}]}",
	    "{'catalogue':1,'wi':{'exams':[{}]}}", /* it is there */
	    "{'catalogue':1,'consents':[]}", "{'catalogue':1,'context':{}}",
	    "{'catalogue':1,'person':{'birth_date':'1988-03-02'}}", /* not transformed */
	    "{'catalogue':1,'person':{'birth_date':{'as':'age_band:2','v':'36-37'}}}",
	    "{'catalogue':1,'person':{'birth_date':{'as':'age_band:5','v':'36'}}}",
	    "{'catalogue':1,'person':{'birth_date':{'as':'age_band:5','v':'35-39','x':1}}}",
	    "{'catalogue':1,'person':{'family_name':{'as':'initials','v':'J.'}}}",
	    "{'catalogue':1,'person':{'family_name':['Jansen']}}",
	    "{'catalogue':1,'person':[{'family_name':'Jansen'}]}", /* does not repeat */
	    "{'catalogue':1,'person':'Jansen'}",
	    "{'catalogue':1,'contact':{'email':'geen adres'}}", /* not of its type */
	    "{'catalogue':1,'ladder':[{'step':7}]}",            /* out of range */
	    "{'catalogue':1,'ladder':[{'step':'3'}]}",
	    "{'catalogue':1,'ladder':[{'step':3},{'step':4}]}", /* newest 1 */
	    "{'catalogue':1,'ladder':[[{'step':3}]]}",
	    "{'catalogue':1,'wi':{'exams':[{'part':'KNM'}]}}",
	    "{'catalogue':1,'person.family_name':'Jansen'}", /* a path is no name */
	    "{'catalogue':1,'ladder':{'step':3},'ladder.step':4}",
	    "{'catalogue':1,'plan':{'goal':{'text':'x'}}}",
	    "{'catalogue':1,'attachments':[{'type':'diploma','file':'attachments/diploma-1.pdf'}]}",
	    "{'catalogue':1,'attachments':[{'type':'cv','file':'attachments/cv-1.jpg'}]}",
	    "{'catalogue':1,'attachments':[{'type':'cv','file':'attachments/cv-2.pdf'}]}",
	    "{'catalogue':1,'attachments':[{'type':'cv','file':'../cv-1.pdf'}]}",
	    "{'catalogue':1,'attachments':[{'type':'cv','file':'attachments/cv-1.pdf','x':1}]}",
	    "{'catalogue':1,'attachments':[{'type':'cv','file':'attachments/cv-1.pdf'},"
	    "{'type':'cv','file':'attachments/cv-2.pdf'}]}"}; /* limit 1 */
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		struct errinfo ei = ERRINFO_INIT;
		if (admits(p, bad[i], &ei) != GW_EREFUSED)
			fail_msg("admitted: %s", bad[i]);
		assert_null(strstr(ei.msg, "Jansen"));
	}
}

/* A recipient knows its own duties: it does not leave them to the sender to judge. */
static void a_duty_that_we_lack_is_beyond(void **state)
{
	static const char bsn[] = "{'catalogue':1,'person':{'bsn':'123456782'}}";
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct errinfo ei = ERRINFO_INIT;
	test_code(admits_with(p, POLICY_BSN_PROCESSING, bsn, &ei), 0, &ei);
	test_code(admits_with(p, 0, bsn, &ei), GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "person.bsn is beyond policy"));
}

static int file(const struct policy *p, const char *head, uint64_t size, uint64_t total)
{
	return policy_admits_file(
	    p, "cv", "attachments/cv-1.pdf", head, strlen(head), size, total, NULL);
}

static void a_file_is_of_its_format_and_size(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	assert_int_equal(file(p, "%PDF-1.7", 5000000, 5000000), 0);
	assert_int_equal(file(p, "MZ", 100, 100), GW_EREFUSED);
	assert_int_equal(file(p, "", 0, 0), GW_EREFUSED);
	assert_int_equal(file(p, "%PDF-1.7", 5000001, 5000001), GW_EREFUSED); /* max_mb: 5 */
	assert_int_equal(file(p, "%PDF-1.7", 100, 5000001), GW_EREFUSED);     /* total_mb: 5 */
}

/* A correction says what it corrects; there alone a kept field may come in a coarser form. */
static void corrections(void **state)
{
	static const char *const good[] = {
	    "{'catalogue':1,'corrects':['person.family_name'],'person':{'family_name':'Jansen'}}",
	    "{'catalogue':1,'corrects':['person.family_name','contact.phone']}",
	    "{'catalogue':1,'corrects':['person.family_name'],"
	    "'person':{'family_name':{'as':'initials','v':'J.'}}}",
	    "{'catalogue':1,'corrects':['contact.phone'],"
	    "'contact':{'phone':{'as':'mask_last4','v':'******5678'}}}",
	    "{'catalogue':1,'corrects':['ladder.step'],'ladder':[{'step':{'as':'present','v':true}}]}"};
	static const char *const bad[] = {"{'catalogue':1,'corrects':[]}",
	    "{'catalogue':1,'corrects':'person.family_name'}", "{'catalogue':1,'corrects':[1]}",
	    "{'catalogue':1,'corrects':['person']}", "{'catalogue':1,'corrects':['person.bsn']}",
	    "{'catalogue':1,'corrects':['contact.phone','person.family_name']}",
	    "{'catalogue':1,'corrects':['contact.phone','contact.phone']}",
	    "{'catalogue':1,'corrects':['contact.phone'],'attachments':[]}",
	    "{'catalogue':1,'corrects':['person.birth_date'],'person':{'birth_date':'1988-03-02'}}",
	    "{'catalogue':1,'corrects':['person.birth_date'],"
	    "'person':{'birth_date':{'as':'age_band:10','v':'30-39'}}}",
	    "{'catalogue':1,'corrects':['person.family_name'],"
	    "'person':{'family_name':{'as':'year','v':'1988'}}}",
	    "{'catalogue':1,'corrects':['person.family_name'],"
	    "'person':{'family_name':{'as':'initials','v':'Jansen'}}}",
	    "{'catalogue':1,'corrects':['plan.goal'],'plan':{'goal':{'as':'present','v':true}}}"};
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		test_code(admits(p, good[i], &ei), 0, &ei);
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		if (admits(p, bad[i], &ei) != GW_EREFUSED)
			fail_msg("admitted: %s", bad[i]);
}

static void text_in_place_of_a_file_is_text(void **state)
{
	static const char one[] =
	    "{'catalogue':1,'attachments':[{'type':'cv','file':'attachments/cv-1.%s'}]}";
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) =
	    load_with(REFERRAL, "clean: strip", "clean: text_only");
	struct errinfo ei = ERRINFO_INIT;
	char *txt GW_CLEANUP(str_free_p) = str_printf(one, "txt");
	char *pdf GW_CLEANUP(str_free_p) = str_printf(one, "pdf");
	test_code(admits(p, txt, &ei), 0, &ei);
	assert_int_equal(admits(p, pdf, &ei), GW_EREFUSED);
	struct policy *strip GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	assert_int_equal(admits(strip, txt, &ei), GW_EREFUSED);
	static const struct {
		const char *head;
		size_t n;
		int code;
	} heads[] = {{"tekst \u20ac\n", 10, 0}, {"cut \xe2\x82", 6, 0}, {"", 0, 0},
	    {"a\0b", 3, GW_EREFUSED}, {"\x1b[2J", 4, GW_EREFUSED},
	    {"\xff\xd8\xff\xe0----", 8, GW_EREFUSED}};
	for (size_t i = 0; i < GW_LENGTH(heads); i++)
		if (policy_admits_file(p, "cv", "attachments/cv-1.txt", heads[i].head, heads[i].n,
			heads[i].n, heads[i].n, NULL) != heads[i].code)
			fail_msg("%zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_policy_gives_is_admitted),
	    cmocka_unit_test(anything_beyond_is_refused),
	    cmocka_unit_test(corrections),
	    cmocka_unit_test(a_duty_that_we_lack_is_beyond),
	    cmocka_unit_test(a_file_is_of_its_format_and_size),
	    cmocka_unit_test(text_in_place_of_a_file_is_text),
	};
	return cmocka_run_group_tests_name("policy/admit", tests, NULL, NULL);
}
