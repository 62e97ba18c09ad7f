/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/apply.h"

#include "detect/scan.h"
#include "tests/unit/policy/policies.h"

/* Expect what leaves of a dossier under a shipped policy. */
static void leaves(
    const struct policy *p, const struct policy_context *ctx, const char *in, const char *want)
{
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(in);
	char *got GW_CLEANUP(str_free_p) = applied(p, ctx, d);
	char *expected GW_CLEANUP(str_free_p) = str_dup(want);
	for (char *c = expected; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	assert_string_equal(got, expected);
}

/* Expect a refusal, its message beginning so; returns the sender's report (may be NULL). */
static json_t *refuses(const struct policy *p, const struct policy_context *ctx, const char *in,
    int code, const char *message)
{
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(in);
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	test_code(policy_apply(p, ctx, d, NULL, &o, &ei), code, &ei);
	if (!str_starts(ei.msg, message))
		fail_msg("'%s' instead of '%s'", ei.msg, message);
	assert_null(o.data);
	return json_incref(o.sender_report);
}

static void a_policy_runs_only_where_it_applies(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy *draft GW_CLEANUP(policy_free_p) =
	    load_with(END_CONTRACT, "status: active", "status: draft");
	struct errinfo ei = ERRINFO_INIT;
	struct policy_context ctx = context(p), c = ctx;
	assert_int_equal(policy_check_context(p, &ctx, &ei), 0);
	static const struct {
		struct date day;
		int code;
	} days[] = {{{2025, 12, 31}, GW_EREFUSED}, {{2026, 1, 1}, 0}, {{2030, 12, 31}, 0},
	    {{2031, 1, 1}, GW_EREFUSED}};
	for (size_t i = 0; i < GW_LENGTH(days); i++) {
		c.today = days[i].day;
		assert_int_equal(policy_check_context(p, &c, &ei), days[i].code);
	}
	assert_int_equal(policy_check_context(draft, &ctx, &ei), GW_EREFUSED);
	c = ctx;
	c.rehearsal = true;
	assert_int_equal(policy_check_context(draft, &c, &ei), 0);
	c = ctx;
	c.contract_status = POLICY_NOT_CONTRACTED;
	assert_int_equal(policy_check_context(p, &c, &ei), GW_EREFUSED);
	assert_string_equal(
	    ei.msg, "no policy applies: contract_status not_contracted is not among: contracted");
	c = ctx;
	c.contract = "RI-1";
	c.programme = "ioaw";
	c.uncovered = true;
	c.contract_status = POLICY_NOT_CONTRACTED;
	assert_int_equal(policy_check_context(p, &c, &ei), GW_EREFUSED);
	assert_string_equal(
	    ei.msg, "no policy applies: contract 'RI-1' does not cover programme ioaw");
	c.programme = NULL;
	assert_int_equal(policy_check_context(p, &c, &ei), GW_EREFUSED);
	assert_string_equal(
	    ei.msg, "no policy applies: the dossier names no programme (context.programme)");
	c = ctx;
	c.met = POLICY_PROCESSOR_AGREEMENT;
	assert_int_equal(policy_check_context(p, &c, &ei), GW_EREFUSED);
	assert_string_equal(ei.msg, "requires protocol_accepted");
	c = ctx;
	c.recipient = POLICY_MUNICIPALITY;
	assert_int_equal(policy_check_context(p, &c, &ei), GW_EREFUSED);
}

static void contracts_named_are_the_only_ones(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_with(
	    END_CONTRACT, "  sender: [provider]\n", "  sender: [provider]\n  contract: [RI-1]\n");
	struct errinfo ei = ERRINFO_INIT;
	struct policy_context ctx = context(p);
	assert_int_equal(policy_check_context(p, &ctx, &ei), GW_EREFUSED);
	ctx.contract = "RI-1";
	assert_int_equal(policy_check_context(p, &ctx, &ei), 0);
}

static void the_output_is_in_catalogue_order(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	leaves(p, &ctx,
	    "{'work':[{'end':'2020-01-00','role':'kok'},{'description':''}],'person':{"
	    "'birth_date':'1984-00-00','given_names':'Jan Piet','client_number':'K1'}}",
	    "{'catalogue':1,'person':{'client_number':'K1','given_names':{'as':'initials','v':'J.P.'},"
	    "'birth_date':'1984-00-00'},'work':[{'role':'kok','end':'2020-01-00'}]}");
}

static void records_newest(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct policy_context ctx = context(p);
	leaves(p, &ctx,
	    "{'ladder':[{'date':'2026-01-12','step':3},{'date':'2025-01-12','step':2}]}",
	    "{'catalogue':1,'ladder':[{'date':'2026-01-12','step':3}]}");
	/* of one day the later in the dossier; an incomplete date is its earliest day */
	leaves(p, &ctx,
	    "{'ladder':[{'date':'2026-01-12','step':3},{'date':'2026-01-12','step':4}]}",
	    "{'catalogue':1,'ladder':[{'date':'2026-01-12','step':4}]}");
	leaves(p, &ctx,
	    "{'ladder':[{'date':'2026-00-00','step':3},{'date':'2026-01-02','step':4}]}",
	    "{'catalogue':1,'ladder':[{'date':'2026-01-02','step':4}]}");
	leaves(
	    p, &ctx, "{'ladder':[{'step':3},{'date':'0000-00-00','step':4}]}", "{'catalogue':1}");
	leaves(p, &ctx, "{'ladder':{'date':'2026-01-12','step':3}}",
	    "{'catalogue':1,'ladder':{'date':'2026-01-12','step':3}}");
}

static void records_since(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	leaves(p, &ctx,
	    "{'appointments':[{'date':'2025-09-01'},{'date':'2025-08-31'},{'date':'2025-09-00'},"
	    "{'date':'2025-00-00'},{'attendance':'present'}]}",
	    "{'catalogue':1,'appointments':[{'date':'2025-09-01'},{'date':'2025-09-00'}]}");
}

static void conditions(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	leaves(
	    p, &ctx, "{'person':{'bsn':'123456782'},'wi':{'leerroute':'B1'}}", "{'catalogue':1}");
	ctx.recipient_duties = POLICY_BSN_PROCESSING;
	ctx.programme = "wi2021";
	leaves(p, &ctx, "{'person':{'bsn':'123456782'},'wi':{'leerroute':'B1'}}",
	    "{'catalogue':1,'person':{'bsn':'123456782'},'wi':{'leerroute':'B1'}}");
}

static void consents(void **state)
{
	(void)state;
	static const struct {
		const char *consents;
		bool counts;
	} table[] = {
	    {"{'scope':'share_capacity','form':'TF-2026-1','given':'2026-03-01'}", true},
	    {"{'scope':'share_capacity','form':'TF-2026-1','given':'2025-03-01'}", true},
	    {"{'scope':'share_capacity','form':'TF-2026-1','given':'2025-02-28'}", false},
	    {"{'scope':'share_capacity','form':'TF-2026-1','given':'2026-03-02'}", false},
	    {"{'scope':'share_capacity','form':'TF-2024-1','given':'2026-02-01'}", false},
	    {"{'scope':'share_capacity','given':'2026-02-01'}", false},
	    {"{'scope':'share_household','form':'TF-2026-1','given':'2026-02-01'}", false},
	    {"{'scope':'share_capacity','form':'TF-2026-1','given':'2026-01-01',"
	     "'withdrawn':'2026-02-01'}",
		false},
	    {"{'scope':'share_capacity','form':'TF-2026-1','given':'2026-01-01',"
	     "'withdrawn':'2026-02-01'},"
	     "{'scope':'share_capacity','form':'TF-2026-1','given':'2026-01-15'}",
		false},
	    {"{'scope':'share_capacity','form':'TF-2026-1','given':'2026-01-01',"
	     "'withdrawn':'2026-02-01'},"
	     "{'scope':'share_capacity','form':'TF-2026-1','given':'2026-02-02'}",
		true},
	};
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	for (size_t i = 0; i < GW_LENGTH(table); i++) {
		char *in GW_CLEANUP(str_free_p) =
		    str_printf("{'capacity':{'hours_max':24},'consents':[%s]}", table[i].consents);
		leaves(p, &ctx, in,
		    table[i].counts ? "{'catalogue':1,'capacity':{'hours_max':24}}"
				    : "{'catalogue':1}");
	}
}

static void free_text_is_scanned(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	leaves(p, &ctx,
	    "{'plan':{'goal':'Bel 06-12345678','notes':'blijft'},'agreements':{'text':' '}}",
	    "{'catalogue':1,'plan':{'goal':'Bel [\xe2\x80\xa6]'}}");
	json_t *report GW_CLEANUP(jx_release) = refuses(p, &ctx,
	    "{'plan':{'goal':'bsn 123456782'},'reports':[{'summary':'met een depressie'}]}",
	    GW_EREFUSED, "plan.goal: bsn");
	assert_int_equal(json_array_size(json_object_get(report, "refused")), 2);
	/* the partner, who stays, is masked in what goes; so is the person under any name */
	leaves(p, &ctx,
	    "{'person':{'family_name':'Haile'},'household':{'partner':'Senait Tesfay'},"
	    "'plan':{'goal':'Haile wil met Senait een winkel'}}",
	    "{'catalogue':1,'person':{'family_name':'Haile'},'plan':{'goal':"
	    "'[\xe2\x80\xa6] wil met [\xe2\x80\xa6] een winkel'}}");
}

static void short_text_is_looked_through(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	json_t *a GW_CLEANUP(jx_release) =
	    refuses(p, &ctx, "{'work':[{'role':'123456782'}]}", GW_EREFUSED, "work.role: bsn");
	json_t *b GW_CLEANUP(jx_release) = refuses(p, &ctx,
	    "{'contact':{'city':'NL91 ABNA 0417 1643 00'}}", GW_EREFUSED, "contact.city: iban");
	assert_non_null(a);
	assert_non_null(b);
}

static void what_came_transformed_passes_only_as_such(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct policy *cut GW_CLEANUP(policy_free_p) = load_with(REFERRAL,
	    "fields: [contact.city], as: keep", "fields: [contact.city], as: {truncate: 12}");
	struct policy_context ctx = context(p);
	leaves(p, &ctx, "{'person':{'birth_date':{'as':'age_band:5','v':'35-39'}}}",
	    "{'catalogue':1,'person':{'birth_date':{'as':'age_band:5','v':'35-39'}}}");
	leaves(p, &ctx, "{'person':{'birth_date':{'as':'age_band:5','v':'1984-03-09'}}}",
	    "{'catalogue':1}");
	leaves(p, &ctx,
	    "{'person':{'birth_date':{'as':'year','v':'1984'},"
	    "'family_name':{'as':'initials','v':'J.'}},'plan':{'goal':{'as':'present','v':true}}}",
	    "{'catalogue':1}");
	json_t *report GW_CLEANUP(jx_release) =
	    refuses(cut, &ctx, "{'contact':{'city':{'as':'truncate:12','v':'123456782'}}}",
		GW_EREFUSED, "contact.city: bsn");
	assert_non_null(report);
}

static void a_pseudonym_needs_its_key(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) =
	    load_with(REFERRAL, "as: {age_band: 5}", "as: {pseudonym: keten}");
	struct policy_context ctx = context(p);
	json_t *report GW_CLEANUP(jx_release) = refuses(p, &ctx,
	    "{'person':{'birth_date':'1984-03-09'}}", GW_EFORMAT,
	    "there is no key for pseudonym domain 'keten': make one with `handover organisation "
	    "pseudonym keten`");
	assert_null(report);
	struct dossier *d GW_CLEANUP(dossier_free_p) =
	    dossier("{'person':{'birth_date':'1984-03-09'}}");
	char *got GW_CLEANUP(str_free_p) = applied(p, &ctx, d);
	assert_non_null(strstr(got, "{\"as\":\"pseudonym:keten\",\"v\":\""));
}

/* Short text without a digit is not looked through: no BSN or IBAN that is known has none. */
static void every_number_has_a_digit(void **state)
{
	size_t seen = 0;
	(void)state;
	for (size_t i = 0; i < detectors_count; i++) {
		const struct detector *d = detectors[i];
		if (d->kind != DETECT_BSN && d->kind != DETECT_IBAN)
			continue;
		for (size_t k = 0; d->hits && d->hits[k]; k++) {
			bool digit = false;
			for (const char *c = d->hits[k]; *c; c++)
				digit |= (*c >= '0' && *c <= '9') || (unsigned char)*c >= 0x80;
			assert_true(digit);
			seen++;
		}
	}
	assert_true(seen > 5);
}

/* Fill everything with a canary: no report ever holds it, and what leaves only where it may. */
static void reports_hold_no_value(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(
	    "{'person':{'family_name':'Canary','client_number':'Canary','nationality':'Canary'},"
	    "'household':{'partner':'Canary'},'plan':{'goal':'over Canary','notes':'Canary'},"
	    "'health':{'diagnosis':'Canary','treatment':' '},'secret':{'canary':'Canary'}}");
	test_code(policy_apply(p, &ctx, d, NULL, &o, &ei), 0, &ei);
	assert_int_equal(jx_dump(o.sender_report, &text), 0);
	assert_null(strstr(text.data, "Canary"));
	json_t *withheld = json_object_get(o.sender_report, "withheld");
	assert_int_equal(json_integer_value(json_object_get(withheld, "special")), 1); /* not " " */
	assert_int_equal(json_integer_value(json_object_get(withheld, "third_party")), 1);
	assert_int_equal(o.fields, 3);
	assert_int_equal(o.classes, 1U << CLASS_IDENTIFIER | 1U << CLASS_FREE_TEXT);
	assert_non_null(strstr(text.data, "unknown_field"));
}

static void the_travelling_report_is_of_the_policy_alone(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct policy *q GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	json_t *a GW_CLEANUP(jx_release) = policy_travelling(p);
	json_t *b GW_CLEANUP(jx_release) = policy_travelling(q);
	assert_true(json_equal(a, b));
	assert_int_equal(json_array_size(json_object_get(a, "withheld")), p->withholds_n);
	assert_int_equal(json_array_size(json_object_get(a, "allowed")), p->rules_n);
}

/* Some offices use the BSN as client number: under that name it does not slip out. */
static void a_code_is_not_the_bsn(void **state)
{
	static const char *const refused[] = {"123456782", "123.456.782", "1234-56782"};
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct policy_context ctx = context(p);
	for (size_t i = 0; i < GW_LENGTH(refused); i++) {
		char *in GW_CLEANUP(str_free_p) =
		    str_printf("{'person':{'bsn':'123456782','client_number':'%s'}}", refused[i]);
		json_t *report GW_CLEANUP(jx_release) =
		    refuses(p, &ctx, in, GW_EREFUSED, "person.client_number: bsn");
		const json_t *one = json_array_get(json_object_get(report, "refused"), 0);
		assert_string_equal(jx_str(one, "field"), "person.client_number");
	}
	json_t *eight GW_CLEANUP(jx_release) = refuses(p, &ctx,
	    "{'person':{'bsn':'010464554','client_number':'10464554'},'trajectory':[{'id':'x'}]}",
	    GW_EREFUSED, "person.client_number: bsn");
	/* another number is what it is, also one that passes the 11-test */
	leaves(p, &ctx, "{'person':{'bsn':'123456782','client_number':'111222333'}}",
	    "{'catalogue':1,'person':{'client_number':'111222333'}}");
	leaves(p, &ctx, "{'person':{'bsn':'123456782','client_number':'1234567820'}}",
	    "{'catalogue':1,'person':{'client_number':'1234567820'}}");
	leaves(p, &ctx, "{'person':{'client_number':'123456782'}}",
	    "{'catalogue':1,'person':{'client_number':'123456782'}}");
}

/* Who is named by 65 letters in one word, or by 70 words, is handed over like anybody else. */
static void a_long_name_refuses_no_dossier(void **state)
{
	char word[70] = {0}, many[160] = {0};
	(void)state;
	memset(word, 'x', sizeof word - 1);
	for (size_t i = 0; i < 70; i++)
		memcpy(many + 2 * i, "a ", 2);
	struct policy *scans GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy *none GW_CLEANUP(policy_free_p) = load_file(MUNICIPALITY);
	struct policy_context one = context(scans), other = context(none);
	struct errinfo ei = ERRINFO_INIT;
	char *named GW_CLEANUP(str_free_p) = str_printf(
	    "{'person':{'client_number':'K-1'},'household':{'partner':'%s'},'plan':{'goal':'met %s'}}",
	    word, word);
	leaves(scans, &one, named,
	    "{'catalogue':1,'person':{'client_number':'K-1'},'plan':{'goal':'met [\u2026]'}}");
	leaves(none, &other, named, "{'catalogue':1,'person':{'client_number':'K-1'}}");
	char *crowd GW_CLEANUP(str_free_p) =
	    str_printf("{'person':{'client_number':'K-1'},'household':{'partner':'%s'}}", many);
	leaves(none, &other, crowd, "{'catalogue':1,'person':{'client_number':'K-1'}}");
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(crowd);
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	test_code(policy_apply(scans, &one, d, NULL, &o, &ei), GW_ELIMIT, &ei);
}

static void nothing_at_all_is_refused_with_its_report(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct dossier *d GW_CLEANUP(dossier_free_p) =
	    dossier("{'persoon':{'family_name':'x'},'person':{'v_number':'1234567890'}}");
	test_code(policy_apply(p, &ctx, d, NULL, &o, &ei), GW_EREFUSED, &ei);
	assert_true(str_starts(ei.msg, "nothing of this dossier leaves"));
	assert_true(o.nothing);
	assert_null(o.data);
	assert_int_equal(json_integer_value(json_object_get(
			     json_object_get(o.sender_report, "withheld"), "national_id")),
	    1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_policy_runs_only_where_it_applies),
	    cmocka_unit_test(contracts_named_are_the_only_ones),
	    cmocka_unit_test(the_output_is_in_catalogue_order),
	    cmocka_unit_test(records_newest),
	    cmocka_unit_test(records_since),
	    cmocka_unit_test(conditions),
	    cmocka_unit_test(consents),
	    cmocka_unit_test(free_text_is_scanned),
	    cmocka_unit_test(short_text_is_looked_through),
	    cmocka_unit_test(what_came_transformed_passes_only_as_such),
	    cmocka_unit_test(a_pseudonym_needs_its_key),
	    cmocka_unit_test(every_number_has_a_digit),
	    cmocka_unit_test(reports_hold_no_value),
	    cmocka_unit_test(the_travelling_report_is_of_the_policy_alone),
	    cmocka_unit_test(a_code_is_not_the_bsn),
	    cmocka_unit_test(a_long_name_refuses_no_dossier),
	    cmocka_unit_test(nothing_at_all_is_refused_with_its_report),
	};
	return cmocka_run_group_tests_name("policy/apply", tests, NULL, NULL);
}
