/* SPDX-License-Identifier: EUPL-1.2 */
/* The last look finds what was planted behind the back of the first. */
#include "policy/finished.h"

#include "tests/unit/policy/policies.h"

static const char PAGE[] = "<!DOCTYPE html>\n<html><body><p>werk &amp; inkomen</p></body></html>\n";

/* Look at json (with apostrophes for quotes) and a page. */
static int look(const struct policy *p, const char *json, const char *html, struct errinfo *ei)
{
	char *text GW_CLEANUP(str_free_p) = str_dup(json);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return policy_finished(p, text, strlen(text), html, strlen(html), ei);
}

static void what_is_clean_passes(void **state)
{
	static const char *const good[] = {"{'catalogue':1}",
	    "{'catalogue':1,'plan':{'goal':'kok worden bij [\xe2\x80\xa6]'}}",
	    "{'catalogue':1,'person':{'bsn':'123456782'}}", /* no text: its rule decides */
	    "{'catalogue':1,'plan':{'goal':'heeft migraine'}}" /* review: a person may have kept it */};
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		test_code(look(p, good[i], PAGE, &ei), 0, &ei);
	test_code(look(p, "{'catalogue':1,'person':{'bsn':'123456782'}}",
		      "<html><td>bsn</td><td>123456782</td></html>", &ei),
	    0, &ei);
	test_code(look(p, "{'catalogue':1}",
		      "<html><p>84367829-63bb-4039-8528-e9b0041c7000</p></html>", &ei),
	    0, &ei);
}

static void what_was_planted_is_found(void **state)
{
	static const struct {
		const char *json, *html, *says;
	} rows[] = {
	    {"{'catalogue':1,'plan':{'goal':'bsn 1234.56.782'}}", PAGE, "plan.goal: bsn found"},
	    {"{'catalogue':1,'plan':{'goal':'zat in detentie'}}", PAGE,
		"plan.goal: criminal found"},
	    {"{'catalogue':1,'reports':[{'summary':'goed'},{'summary':'lid van de vakbond'}]}",
		PAGE, "reports.summary: other_special found"},
	    {"{'catalogue':1,'work':[{'employer':'NL91 ABNA 0417 1643 00'}]}", PAGE,
		"work.employer: iban found"},
	    {"{'catalogue':1}", "<html><p>123456782</p></html>", "dossier.html: bsn found"},
	    {"{'catalogue':1}", "<html><p>1234&#39;</p><b>NL91ABNA0417164300</b></html>",
		"dossier.html: iban found"},
	};
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct errinfo ei = ERRINFO_INIT;
		test_code(look(p, rows[i].json, rows[i].html, &ei), GW_EREFUSED, &ei);
		if (!str_starts(ei.msg, rows[i].says))
			fail_msg("row %zu: %s", i, ei.msg);
		assert_null(strstr(ei.msg, "123456782"));
	}
}

static void what_is_no_json_is_an_error(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(look(p, "{", PAGE, &ei), GW_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_clean_passes),
	    cmocka_unit_test(what_was_planted_is_found),
	    cmocka_unit_test(what_is_no_json_is_an_error),
	};
	return cmocka_run_group_tests_name("policy/finished", tests, NULL, NULL);
}
