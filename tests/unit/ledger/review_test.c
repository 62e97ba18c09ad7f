/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person decided about a finding: kept for one dossier, without text, until a shred. */
#include "ledger/review.h"

#include <sqlite3.h>

#include "ledger/audit.h"
#include "tests/unit/ledger/fixture.h"

static const struct subject_id JAN = {SUBJECT_BSN, "123456782", NULL},
			       ELS = {SUBJECT_BSN, "111222333", NULL};
static const struct ledger_record ACT = {.peer = PEER, .pol = {.id = "p", .v = 1}};

static struct ledger_subject *subject(struct ledger *l, const struct subject_id *id)
{
	struct errinfo ei = ERRINFO_INIT;
	struct ledger_subject *s = NULL;
	assert_int_equal(ledger_subject(l, id, 1, &s, &ei), 0);
	return s;
}

static struct review_decision decision(
    const struct ledger_subject *s, const char *text, bool keep, const char *reason)
{
	struct review_decision d = {.keep = keep, .reason = reason};
	review_fingerprint(s, text, strlen(text), d.fingerprint);
	return d;
}

static int look(struct ledger *l, const struct ledger_subject *s, const char *text)
{
	struct errinfo ei = ERRINFO_INIT;
	char fingerprint[REVIEW_FINGERPRINT];
	bool keep = false;
	review_fingerprint(s, text, strlen(text), fingerprint);
	int r = review_find(l, s, fingerprint, &keep, &ei);
	return r <= 0 ? r : keep ? 2 : 1;
}

static void decisions_are_of_one_person_and_text(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	struct ledger_subject *jan GW_CLEANUP(ledger_subject_free_p) = subject(l, &JAN);
	struct ledger_subject *els GW_CLEANUP(ledger_subject_free_p) = subject(l, &ELS);
	struct review_decision d[2] = {decision(jan, "CANARY-a", true, "needed"),
	    decision(jan, "CANARY-b", false, "not_needed")};
	assert_int_equal(look(l, jan, "CANARY-a"), 0);
	assert_int_equal(review_sign(l, jan, d, 2, &ACT, &ei), 0);
	assert_int_equal(look(l, jan, "CANARY-a"), 2);
	assert_int_equal(look(l, jan, "CANARY-b"), 1);
	assert_int_equal(look(l, jan, "CANARY-c"), 0);
	assert_int_equal(look(l, els, "CANARY-a"), 0);
	d[0] = decision(jan, "CANARY-a", false, "third_party"); /* minds may change */
	assert_int_equal(review_sign(l, jan, d, 1, &ACT, &ei), 0);
	assert_int_equal(look(l, jan, "CANARY-a"), 1);
	ledger_close(l);
	fixture_end(&f);
}

static void only_words_of_the_list_are_reasons(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	uint64_t before = 0, after = 0;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	struct ledger_subject *jan GW_CLEANUP(ledger_subject_free_p) = subject(l, &JAN);
	assert_int_equal(ledger_size(l, &before, &ei), 0);
	struct review_decision d = decision(jan, "a", true, "not_needed");
	assert_int_equal(review_sign(l, jan, &d, 1, &ACT, &ei), GW_EUSAGE);
	d.reason = "omdat Jan dat wil";
	assert_int_equal(review_sign(l, jan, &d, 1, &ACT, &ei), GW_EUSAGE);
	assert_int_equal(review_sign(l, jan, &d, 0, &ACT, &ei), GW_EUSAGE);
	assert_int_equal(ledger_size(l, &after, &ei), 0);
	assert_int_equal(before, after);
	ledger_close(l);
	fixture_end(&f);
}

static void run_sql(const char *path, const char *text)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

static void what_somebody_else_wrote_is_no_decision(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	struct ledger_subject *jan GW_CLEANUP(ledger_subject_free_p) = subject(l, &JAN);
	struct review_decision d = decision(jan, "a", false, "not_needed");
	assert_int_equal(review_sign(l, jan, &d, 1, &ACT, &ei), 0);
	run_sql(f.paths.subjects_db, "UPDATE review SET keep = 1");
	assert_int_equal(look(l, jan, "a"), GW_EAUTH);
	ledger_close(l);
	fixture_end(&f);
}

/* A home from before there were reviews gets the table when it is opened. */
static void an_older_home_learns_it(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	fixture_make(&f);
	run_sql(f.paths.subjects_db, "DROP TABLE review");
	struct ledger *l = fixture_open(&f);
	struct ledger_subject *jan GW_CLEANUP(ledger_subject_free_p) = subject(l, &JAN);
	struct review_decision d = decision(jan, "a", true, "false_hit");
	assert_int_equal(review_sign(l, jan, &d, 1, &ACT, &ei), 0);
	assert_int_equal(look(l, jan, "a"), 2);
	ledger_close(l);
	fixture_end(&f);
}

static void a_shred_takes_them_along(void **state)
{
	(void)state;
	struct fixture f;
	struct errinfo ei = ERRINFO_INIT;
	uint64_t records = 0;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	struct ledger_subject *jan GW_CLEANUP(ledger_subject_free_p) = subject(l, &JAN);
	struct review_decision d = decision(jan, "a", true, "agreed");
	assert_int_equal(review_sign(l, jan, &d, 1, &ACT, &ei), 0);
	const struct ledger_record act = {.act = "subject.shred"};
	assert_int_equal(ledger_shred_approve(l, &JAN, 1, "sha256:a", "s", 1, &act, &ei), 0);
	assert_int_equal(ledger_shred_approve(l, &JAN, 1, "sha256:b", "t", 1, &act, &ei), 0);
	assert_int_equal(ledger_shred(l, &JAN, 1, &act, &records, &ei), 0);
	assert_int_equal(look(l, jan, "a"), 0);
	assert_int_equal(review_sign(l, jan, &d, 1, &ACT, &ei), GW_ECONFLICT);
	ledger_close(l);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decisions_are_of_one_person_and_text),
	    cmocka_unit_test(only_words_of_the_list_are_reasons),
	    cmocka_unit_test(what_somebody_else_wrote_is_no_decision),
	    cmocka_unit_test(an_older_home_learns_it),
	    cmocka_unit_test(a_shred_takes_them_along),
	};
	return cmocka_run_group_tests_name("ledger/review", tests, NULL, NULL);
}
