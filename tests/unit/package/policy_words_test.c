/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/policy_words.h"

#include "package/labels.h"
#include "tests/unit/policy/policies.h"

static void is(struct buf *b, const char *want)
{
	const char *got = b->len ? b->data : "";
	if (!str_eq(got, want))
		fail_msg("'%s' instead of '%s'", got, want);
	buf_clear(b);
}

static void what_happens_to_a_field(void **state)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy *q GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	(void)state;
	policy_words_action(policy_decide(p, "capacity.hours_max"), HTML_DUTCH, &b);
	is(&b, "gaat mee, alleen als er is toestemming voor delen van belastbaarheid");
	policy_words_action(policy_decide(p, "appointments.date"), HTML_ENGLISH, &b);
	is(&b, "leaves as it is, not older than 6 months");
	policy_words_action(policy_decide(p, "health.diagnosis"), HTML_DUTCH, &b);
	is(&b, "blijft");
	policy_words_action(policy_decide(q, "person.birth_date"), HTML_DUTCH, &b);
	is(&b, "leeftijdsgroep (5)");
	policy_words_action(policy_decide(q, "ladder.date"), HTML_ENGLISH, &b);
	is(&b, "leaves as it is, newest 1");
	assert_string_equal(policy_words_because(policy_decide(q, "ladder.date")),
	    "KPI vraagt startscore en afgesproken eindstap");
}

static void what_is_not_met(void **state)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	struct policy_context ctx = context(p);
	const struct policy_rule *duty = policy_decide(p, "person.bsn")->rule;
	const struct policy_rule *consent = policy_decide(p, "capacity.hours_max")->rule;
	const struct policy_rule *programme = policy_decide(p, "wi.leerroute")->rule;
	(void)state;
	policy_words_unmet(p, &duty->only_if, &ctx, NULL, HTML_DUTCH, &b);
	is(&b, "de ontvanger heeft niet de wettelijke taak burgerservicenummers verwerken");
	policy_words_unmet(p, &consent->only_if, &ctx, NULL, HTML_DUTCH, &b);
	is(&b, "er is geen geldige toestemming voor delen van belastbaarheid");
	policy_words_unmet(p, &programme->only_if, &ctx, NULL, HTML_ENGLISH, &b);
	is(&b, "the programme is not Civic Integration Act 2021");
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(
	    "{'capacity':{'hours_max':24},'consents':[{'scope':'share_capacity','form':'TF-2026-1',"
	    "'given':'2026-02-01'}]}");
	policy_words_unmet(p, &consent->only_if, &ctx, d, HTML_DUTCH, &b);
	is(&b, "");
}

/* For each part of policy_check_context that may refuse there are words. */
static void why_it_is_not_for_this(void **state)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	static const char *const want[] = {
	    "het geldt op die dag niet: 2026-01-01 – 2030-12-31",
	    "de afzender is UWV, het beleid is voor opdrachtnemer",
	    "de ontvanger is onbekend, het beleid is voor opdrachtnemer",
	    "de contractstatus is in uitloop, het beleid is voor gecontracteerd",
	    "het programma is IOAW, het beleid is voor Participatiewet, Wet inburgering 2021",
	    "het programma is onbekend, het beleid is voor Participatiewet, Wet inburgering 2021",
	    "vereist is: verwerkersovereenkomst",
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(want); i++) {
		struct errinfo ei = ERRINFO_INIT;
		struct policy_context ctx = context(p);
		ctx.today.year = i == 0 ? 2025 : ctx.today.year;
		ctx.sender = i == 1 ? POLICY_UWV : ctx.sender;
		ctx.recipient = i == 2 ? 0 : ctx.recipient;
		ctx.contract_status = i == 3 ? POLICY_RUN_OFF : ctx.contract_status;
		ctx.programme = i == 4 ? "ioaw" : i == 5 ? NULL : ctx.programme;
		ctx.met = i == 6 ? POLICY_PROTOCOL_ACCEPTED : ctx.met;
		test_code(policy_check_context(p, &ctx, &ei), GW_EREFUSED, &ei);
		policy_words_refused(p, &ctx, HTML_DUTCH, &ei, &b);
		is(&b, want[i]);
	}
}

static void the_head_has_every_part(void **state)
{
	static const char *const want[POLICY_PARTS] = {
	    "2026-01-01 – 2030-12-31",
	    "continuity of support, public task (Participation Act art. 7, Civic Integration Act "
	    "2021 art. 15)",
	    "provider → provider; contracted; Participation Act, Civic Integration Act 2021",
	    "all",
	    "accepted protocol, processor agreement",
	    "yes",
	    "fg (2025-12-10), contractmanager (2025-12-12)",
	    "package 28 days; recipient 2 years after end of the trajectory; sender deletes 30 days "
	    "after take-over",
	    "25 attachments, 60 MB",
	    "TF-2026-1, at most 1 year, for sharing capacity for work",
	};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(END_CONTRACT);
	(void)state;
	for (size_t i = 0; i < POLICY_PARTS; i++) {
		assert_true(*policy_words_part_name((enum policy_part)i, HTML_DUTCH) != '\0');
		policy_words_part(p, (enum policy_part)i, HTML_ENGLISH, &b);
		is(&b, want[i]);
	}
	policy_words_attachment(p, &p->attachments[0], HTML_DUTCH, &b);
	is(&b, "cv, diploma, certificaat (pdf, docx; ontdaan van metagegevens; ten hoogste 10 MB)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_happens_to_a_field),
	    cmocka_unit_test(what_is_not_met),
	    cmocka_unit_test(why_it_is_not_for_this),
	    cmocka_unit_test(the_head_has_every_part),
	};
	return cmocka_run_group_tests_name("package/policy_words", tests, NULL, NULL);
}
