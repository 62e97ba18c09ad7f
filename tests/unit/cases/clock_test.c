/* SPDX-License-Identifier: EUPL-1.2 */
/* What the clock does, with a clock that the test moves. PKI_NOW is a Sunday, 22 November 2026. */
#include "ledger/audit.h"
#include "tests/unit/cases/fixture.h"

#define HOUR INT64_C(3600000)

static int64_t tick(struct fixture *f)
{
	int64_t next = 0;
	do
		test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	while (next <= f->now);
	return next;
}

/* How many events of that kind and note the sender was told in the case. */
static unsigned told(struct play *p, const char *kind, const char *note)
{
	struct cases_call call = fixture_call(p->f, SENDER);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	size_t i;
	json_t *e;
	unsigned n = 0;
	test_code(cases_events(p->f->cases, &call, 0, 500, &j, &p->f->ei), 0, &p->f->ei);
	json_array_foreach (json_object_get(j, "items"), i, e)
		if (str_eq(jx_str(e, "case"), p->id) && str_eq(jx_str(e, "kind"), kind) &&
		    (!note || str_eq(jx_str(e, "note"), note)))
			n++;
	return n;
}

static void at_day(struct fixture *f, const char *day)
{
	struct date d;
	assert_int_equal(date_parse(day, &d), 0);
	fixture_time(f, date_start(d) + 8 * HOUR);
	(void)tick(f);
}

/* Ten working days from 21 December 2026: Christmas and New Year's Day are none. */
static void holidays_are_no_working_days(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	at_day(f, "2026-12-21");
	play_to(&p, CASE_OFFERED);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	assert_string_equal(jx_str(j, "due"), "2027-01-06T22:59:59.999Z");
	at_day(f, "2027-01-06");
	assert_int_equal(told(&p, "reminder", NULL), 0);
	at_day(f, "2027-01-07");
	assert_int_equal(told(&p, "reminder", "answer"), 1);
}

static void an_offer_without_answer_is_told_twice(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	struct cases_counts n;
	play_to(&p, CASE_OFFERED);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	assert_string_equal(jx_str(j, "due"), "2026-12-04T22:59:59.999Z");
	at_day(f, "2026-12-04"); /* the tenth working day is not over */
	assert_int_equal(told(&p, "reminder", NULL), 0);
	at_day(f, "2026-12-05");
	assert_int_equal(told(&p, "reminder", "answer"), 1);
	test_code(cases_counts(f->cases, f->now, &n, &f->ei), 0, &f->ei);
	assert_int_equal(n.overdue, 1);
	at_day(f, "2026-12-06");
	assert_int_equal(told(&p, "reminder", "answer"), 1);
	at_day(f, "2026-12-12");
	assert_int_equal(told(&p, "escalation", "contractmanager"), 1);
	at_day(f, "2027-01-12");
	assert_int_equal(told(&p, "escalation", NULL), 1);
	play(&p, ACT_ACCEPT, P_RECIPIENT); /* late is not too late */
	test_code(cases_counts(f->cases, f->now, &n, &f->ei), 0, &f->ei);
	assert_int_equal(n.overdue, 0);
}

static void an_answer_stops_the_clock(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS), q = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_DECLINED);
	play_to(&q, CASE_OFFERED);
	play(&q, ACT_QUESTION, P_RECIPIENT); /* a question does not */
	at_day(f, "2027-01-12");
	assert_int_equal(told(&p, "reminder", NULL), 0);
	assert_int_equal(told(&q, "reminder", "answer"), 1);
}

static unsigned records(struct fixture *f, const char *act);

static void a_term_is_reminded_of_and_ends(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_RELEASED); /* ten days */
	fixture_time(f, PKI_NOW + 3 * DAY - HOUR);
	(void)tick(f);
	assert_int_equal(told(&p, "reminder", NULL), 0);
	fixture_time(f, PKI_NOW + 3 * DAY);
	(void)tick(f);
	assert_int_equal(told(&p, "reminder", "expires_in_7_days"), 1);
	fixture_time(f, PKI_NOW + 9 * DAY); /* the gateway was down meanwhile */
	(void)tick(f);
	assert_int_equal(told(&p, "reminder", "expires_in_3_days"), 1);
	assert_int_equal(told(&p, "reminder", "expires_in_1_day"), 1);
	fixture_time(f, PKI_NOW + 10 * DAY - 1);
	assert_int_equal(tick(f), PKI_NOW + 10 * DAY);
	play_is(&p, CASE_RELEASED);
	fixture_time(f, PKI_NOW + 10 * DAY);
	(void)tick(f);
	play_is(&p, CASE_EXPIRED);
	assert_int_equal(told(&p, "expired", NULL), 1);
	assert_int_equal(records(f, "\"act\":\"case.expire\",\"ph\":\"intent\""), 1);
	assert_int_equal(records(f, "\"act\":\"case.expire\",\"ph\":\"result\",\"out\":\"ok\""), 1);
	assert_int_equal(play_try(&p, ACT_FETCH_REQUEST, P_RECIPIENT), GW_ECONFLICT);
	char *file GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar.age", f->packages, p.package);
	assert_false(file_exists(file));
	assert_int_equal(records(f, "\"act\":\"retention.expire\",\"ph\":\"result\""), 1);
}

static void an_extension_moves_the_end(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_RELEASED);
	play(&p, ACT_EXTEND, P_SENDER);
	fixture_time(f, PKI_NOW + 11 * DAY);
	(void)tick(f);
	play_is(&p, CASE_RELEASED);
	fixture_time(f, PKI_NOW + 13 * DAY);
	(void)tick(f);
	play_is(&p, CASE_EXPIRED);
}

static void slow_fetching_and_opening_escalate(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS), q = play_new(f, OFFERED_KEEPS),
		    w = play_new(f, OFFERED_KEEPS), a = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_FETCHING);
	play_to(&q, CASE_FETCHED);
	play_to(&w, CASE_WITHDRAWAL_REQUESTED);
	play_to(&a, CASE_ACCEPTED);
	fixture_time(f, PKI_NOW + 5 * DAY - 1);
	(void)tick(f);
	assert_int_equal(told(&p, "escalation", NULL) + told(&q, "escalation", NULL), 0);
	fixture_time(f, PKI_NOW + 5 * DAY);
	(void)tick(f);
	assert_int_equal(told(&p, "escalation", "not_fetched"), 1);
	assert_int_equal(told(&q, "escalation", "not_opened"), 1);
	at_day(f, "2026-12-05");
	assert_int_equal(told(&w, "escalation", "contractmanager"), 1);
	assert_int_equal(told(&a, "escalation", "contractmanager"), 1);
	play_is(&p, CASE_FETCHING); /* nothing but an event */
}

static void a_return_is_possible_for_six_weeks(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS), q = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_OPENED);
	play_to(&q, CASE_TAKEN_OVER);
	fixture_time(f, date_end((struct date){2027, 1, 3})); /* Sunday, six weeks on, to its end */
	(void)tick(f);
	assert_int_equal(told(&p, "reminder", "return_term_over"), 0);
	play(&q, ACT_RETURN, P_RECIPIENT);
	fixture_time(f, f->now + 1);
	(void)tick(f);
	assert_int_equal(told(&p, "reminder", "return_term_over"), 1);
	assert_int_equal(play_try(&p, ACT_RETURN, P_RECIPIENT), GW_ECONFLICT);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, RECIPIENT);
	size_t i;
	json_t *act;
	json_array_foreach (json_object_get(j, "legal"), i, act)
		assert_string_not_equal(json_string_value(act), "return");
	play(&p, ACT_TAKEN_OVER, P_RECIPIENT);
}

static void deletion_is_reminded_of(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_DELETES), q = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_TAKEN_OVER);
	play_to(&q, CASE_TAKEN_OVER);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	assert_string_equal(
	    jx_str(json_array_get(json_object_get(j, "rounds"), 0), "delete_by"), "2027-01-03");
	at_day(f, "2027-01-03");
	assert_int_equal(told(&p, "reminder", "delete"), 0);
	at_day(f, "2027-01-04");
	assert_int_equal(told(&p, "reminder", "delete"), 1);
	at_day(f, "2027-01-12");
	assert_int_equal(told(&p, "escalation", "fg"), 1);
	assert_int_equal(told(&q, "reminder", "delete"), 0); /* its policy has the sender keep */
	play(&p, ACT_DESTROYED, P_SENDER);
}

static int count(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct {
		const char *what;
		unsigned n;
	} *c = ctx;
	(void)ei;
	c->n += memmem(line->bytes, line->n, c->what, strlen(c->what)) != NULL;
	return 0;
}

static unsigned records(struct fixture *f, const char *what)
{
	struct {
		const char *what;
		unsigned n;
	} c = {what, 0};
	test_code(ledger_records(f->ledger, 0, UINT64_MAX, count, &c, &f->ei), 0, &f->ei);
	return c.n;
}

static void what_went_astray_is_an_incident_with_72_hours(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_MISDELIVERED);
	assert_int_equal(told(&p, "incident", "misdelivered"), 1);
	assert_int_equal(records(f, "\"act\":\"incident.open\""), 1);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	assert_string_equal(jx_str(j, "then"), "the 72-hour clock");
	fixture_time(f, PKI_NOW + 3 * DAY);
	(void)tick(f);
	assert_int_equal(told(&p, "escalation", "72_hours"), 1);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(holidays_are_no_working_days),
	    T(an_offer_without_answer_is_told_twice),
	    T(an_answer_stops_the_clock),
	    T(a_term_is_reminded_of_and_ends),
	    T(an_extension_moves_the_end),
	    T(slow_fetching_and_opening_escalate),
	    T(a_return_is_possible_for_six_weeks),
	    T(deletion_is_reminded_of),
	    T(what_went_astray_is_an_incident_with_72_hours),
	};
	return cmocka_run_group_tests_name("cases/clock", tests, NULL, NULL);
}
