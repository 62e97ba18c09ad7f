/* SPDX-License-Identifier: EUPL-1.2 */
/* Who received what, kept at seal and read back. */
#include "tests/unit/transfer/history.h"

#include "policy/narrow.h"

static void load_jan(struct ledger *l, struct received *r)
{
	struct errinfo ei = ERRINFO_INIT;
	test_code(received_load(l, &JAN, 1, r, &ei), 0, &ei);
}

static void what_was_sealed_is_read_back(void **state)
{
	(void)state;
	struct fixture f;
	struct received r GW_CLEANUP(received_release) = {0};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	sealed(
	    l, &JAN, &(struct seal){P1, "zaak-1", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, false});
	sealed(
	    l, &ELS, &(struct seal){P2, "zaak-2", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, false});
	sealed(l, &JAN,
	    &(struct seal){P3, "zaak-1", PEER, 2, "{'catalogue':1}", "['contact.phone']", "abc",
		LEDGER_OK, false});
	load_jan(l, &r);
	assert_true(r.known);
	assert_int_equal(r.n, 2);
	const struct sent *s = &r.list[0];
	assert_string_equal(s->package, P1);
	assert_string_equal(s->recipient, PEER);
	assert_string_equal(s->case_id, "zaak-1");
	assert_string_equal(s->contract, "RI-1");
	assert_int_equal(s->seq, 1);
	assert_int_equal(s->expires.day, 23);
	assert_int_equal(s->state, SENT_OK);
	assert_true(sent_tells(s, "contact.city"));
	assert_false(sent_tells(s, "contact.phone"));
	assert_null(s->corrects);
	assert_true(sent_tells(&r.list[1], "contact.phone")); /* that it is gone */
	assert_false(sent_tells(&r.list[1], "contact.city"));
	assert_string_equal(r.list[1].mark, "abc");
	ledger_close(l);
	fixture_end(&f);
}

static void refusals_and_errors_are_not_received(void **state)
{
	(void)state;
	struct fixture f;
	struct received r GW_CLEANUP(received_release) = {0};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	sealed(l, &JAN, &(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_DENY, false});
	sealed(
	    l, &JAN, &(struct seal){P2, "b", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_ERROR, false});
	load_jan(l, &r);
	assert_true(r.known);
	assert_int_equal(r.n, 0);
	ledger_close(l);
	fixture_end(&f);
}

static void what_is_cut_off_or_lost_is_said(void **state)
{
	(void)state;
	struct fixture f;
	struct received r GW_CLEANUP(received_release) = {0};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	sealed(l, &JAN,
	    &(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OUT_NONE, false});
	sealed(l, &JAN, &(struct seal){P2, "b", PEER, 1, NULL, NULL, NULL, LEDGER_OK, false});
	sealed(l, &JAN, &(struct seal){P3, "c", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, true});
	load_jan(l, &r);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.list[0].state, SENT_CUT_OFF);
	assert_true(sent_tells(&r.list[0], "contact.city"));
	assert_string_equal(r.list[1].package, P2); /* of an older program */
	assert_null(r.list[1].released);
	assert_string_equal(r.list[2].package, "");
	assert_null(r.list[2].released);
	assert_string_equal(r.list[2].recipient, PEER);
	ledger_close(l);
	fixture_end(&f);
}

static void what_was_taken_back_is_not_there(void **state)
{
	static const char *const acts[] = {"case.withdraw_confirm", "case.opened"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(acts); i++) {
		struct fixture f;
		struct received r GW_CLEANUP(received_release) = {0};
		struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
		json_t *detail GW_CLEANUP(jx_release) = json_pack("{s:s}", "package", P1);
		fixture_make(&f);
		struct ledger *l = fixture_open(&f);
		sealed(l, &JAN,
		    &(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, false});
		assert_int_equal(ledger_subject(l, &JAN, 1, &s, NULL), 0);
		struct ledger_record rec = {
		    .act = acts[i], .out = LEDGER_OK, .peer = PEER, .subj = s};
		assert_int_equal(ledger_append(l, &rec, detail, NULL, NULL), 0);
		load_jan(l, &r);
		assert_int_equal(r.n, 1);
		assert_int_equal(r.list[0].state, i ? SENT_OK : SENT_WITHDRAWN);
		ledger_close(l);
		fixture_end(&f);
	}
}

static void nobody_is_no_failure(void **state)
{
	(void)state;
	struct fixture f;
	struct received r GW_CLEANUP(received_release) = {0};
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	sealed(l, &ELS, &(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, false});
	load_jan(l, &r);
	assert_false(r.known);
	assert_int_equal(r.n, 0);
	ledger_close(l);
	fixture_end(&f);
}

/* The detail tells which fields, never a value. */
static void no_value_is_kept(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct note note = {.contract = "RI-1", .expires = date_end((struct date){2026, 12, 23})};
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	json_t *data GW_CLEANUP(jx_release) = quoted(
	    "{'catalogue':1,'person':{'family_name':'CANARY'},'contact':{'phone':'0612345678'}}");
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
	received_put(detail, p, data, &note, NULL, NULL);
	assert_int_equal(jx_dump(detail, &out), 0);
	assert_string_equal(out.data,
	    "{\"contract\":\"RI-1\",\"expires\":\"2026-12-23\",\"released\":[{\"as\":\"keep\","
	    "\"fields\":[\"person.family_name\",\"contact.phone\"]}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_sealed_is_read_back),
	    cmocka_unit_test(refusals_and_errors_are_not_received),
	    cmocka_unit_test(what_is_cut_off_or_lost_is_said),
	    cmocka_unit_test(what_was_taken_back_is_not_there),
	    cmocka_unit_test(nobody_is_no_failure),
	    cmocka_unit_test(no_value_is_kept),
	};
	return cmocka_run_group_tests_name("transfer/received", tests, NULL, NULL);
}
