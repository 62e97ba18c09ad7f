/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/cases.h"
#include "store/jobs.h"
#include "tests/unit/store/fixture.h"

#define REQUEST "3f0c1b7e-2a55-4a3e-9d6b-0d0f5c3a1b2d"

/* A case with one round in that state. */
static int64_t put(struct fixture *f, const char *id, const char *state, const char *request)
{
	struct store_case c = {.sender = A, .recipient = B, .round = 1};
	struct store_round o = {.round = 1};
	(void)snprintf(c.case_id, sizeof c.case_id, "%s", id);
	(void)snprintf(c.state, sizeof c.state, "%s", state);
	(void)snprintf(o.state, sizeof o.state, "%s", state);
	(void)snprintf(o.request, sizeof o.request, "%s", request);
	test_code(store_case_add(f->tx, &c, &f->ei), 0, &f->ei);
	test_code(store_round_put(f->tx, c.row, &o, &f->ei), 0, &f->ei);
	return c.row;
}

static void the_first_thing_due_comes_first(void **state)
{
	struct fixture *f = *state;
	struct store_due d = {.round = 1, .kind = "late", .at = 20}, got;
	int64_t at = 0;
	assert_int_equal(store_due_first(f->tx, &got, &f->ei), GW_ENOENT);
	d.row = put(f, "a", "offered", "");
	test_code(store_due_set(f->tx, &d, &f->ei), 0, &f->ei);
	d.at = 30; /* said anew */
	test_code(store_due_set(f->tx, &d, &f->ei), 0, &f->ei);
	struct store_due e = {.row = put(f, "b", "offered", ""), .round = 1, .kind = "x", .at = 25};
	test_code(store_due_set(f->tx, &e, &f->ei), 0, &f->ei);
	test_code(store_due_first(f->tx, &got, &f->ei), 0, &f->ei);
	assert_int_equal(got.row, e.row);
	assert_string_equal(got.kind, "x");
	test_code(store_due_at(f->tx, &d, &at, &f->ei), 0, &f->ei);
	assert_int_equal(at, 30);
	test_code(store_due_clear(f->tx, e.row, 1, "y", &f->ei), 0, &f->ei);
	test_code(store_due_of(f->tx, e.row, 1, &at, &f->ei), 0, &f->ei);
	assert_int_equal(at, 25);
	test_code(store_due_clear(f->tx, e.row, 1, NULL, &f->ei), 0, &f->ei);
	test_code(store_due_of(f->tx, e.row, 1, &at, &f->ei), 0, &f->ei);
	assert_int_equal(at, 0);
	assert_int_equal(store_due_at(f->tx, &e, &at, &f->ei), GW_ENOENT);
}

/* Is that request taken, asked for the case of that row? */
static bool is_taken(struct fixture *f, const char *sender, int64_t row, const char *won)
{
	bool taken = false;
	test_code(store_request_taken(f->tx, sender, REQUEST, row, won, "accepted", &taken, &f->ei),
	    0, &f->ei);
	return taken;
}

static void a_request_is_taken_by_another_case_only(void **state)
{
	struct fixture *f = *state;
	int64_t a = put(f, "a", "released", REQUEST), b = put(f, "b", "accepted", REQUEST);
	assert_false(is_taken(f, A, a, " released closed ")); /* it is itself */
	assert_true(is_taken(f, A, b, " released closed "));
	assert_false(is_taken(f, A, b, " closed "));
	assert_false(is_taken(f, B, b, " released closed ")); /* another sender's number */
}

static void waits(struct fixture *f, const char *case_id, const char *kind)
{
	struct store_job j = {.gateway = B, .sender = A, .recipient = B};
	(void)snprintf(j.case_id, sizeof j.case_id, "%s", case_id);
	(void)snprintf(j.kind, sizeof j.kind, "%s", kind);
	test_code(store_job_add(f->tx, &j, "{}", 2, "s", 1, NULL, &f->ei), 0, &f->ei);
}

static void a_release_that_waits_takes_it(void **state)
{
	struct fixture *f = *state;
	int64_t a = put(f, "a", "offered", REQUEST), b = put(f, "b", "accepted", REQUEST);
	waits(f, "a", "release");
	assert_false(is_taken(f, A, b, " released ")); /* nobody accepted yet */
	waits(f, "b", "question");
	assert_false(is_taken(f, A, a, " released "));
	waits(f, "b", "release");
	assert_true(is_taken(f, A, a, " released "));
	assert_false(is_taken(f, A, b, " released ")); /* its own */
}

static void the_last_of_a_kind_is_found(void **state)
{
	struct fixture *f = *state;
	struct store_statement s GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	struct store_statement got GW_CLEANUP(store_statement_release) = STORE_STATEMENT_INIT;
	static const struct {
		unsigned round;
		const char *kind;
	} all[] = {{1, "x"}, {1, "x"}, {2, "x"}, {2, "y"}};
	int64_t a = put(f, "a", "offered", ""), b = put(f, "b", "offered", "");
	assert_int_equal(buf_adds(&s.json, "{}"), 0);
	assert_int_equal(buf_adds(&s.p7s, "s"), 0);
	for (unsigned i = 0; i < GW_LENGTH(all); i++) {
		s.n = i + 1;
		s.round = all[i].round;
		(void)snprintf(s.kind, sizeof s.kind, "%s", all[i].kind);
		(void)snprintf(s.id, sizeof s.id, "id %u", i);
		test_code(store_statement_add(f->tx, a, &s, &f->ei), 0, &f->ei);
	}
	test_code(store_statement_last(f->tx, a, 0, "x", &got, &f->ei), 0, &f->ei);
	assert_int_equal(got.n, 3);
	test_code(store_statement_last(f->tx, a, 1, "x", &got, &f->ei), 0, &f->ei);
	assert_int_equal(got.n, 2);
	assert_int_equal(store_statement_last(f->tx, a, 1, "y", &got, &f->ei), GW_ENOENT);
	assert_int_equal(store_statement_last(f->tx, b, 0, "x", &got, &f->ei), GW_ENOENT);
}

static void a_place_and_an_id_are_taken_once(void **state)
{
	struct fixture *f = *state;
	struct store_statement s = STORE_STATEMENT_INIT, got = STORE_STATEMENT_INIT;
	bool spanned = true;
	int64_t a = put(f, "a", "offered", ""), b = put(f, "b", "offered", "");
	s.n = 1;
	s.received = 5;
	(void)snprintf(s.id, sizeof s.id, "%s", REQUEST);
	(void)snprintf(s.span, sizeof s.span, "%s", "0123456789abcdef");
	assert_int_equal(buf_add(&s.json, "{\0}", 3), 0); /* exact bytes, whatever they are */
	assert_int_equal(buf_adds(&s.p7s, "signature"), 0);
	test_code(store_statement_add(f->tx, a, &s, &f->ei), 0, &f->ei);
	s.n = 2;
	assert_int_equal(store_statement_add(f->tx, a, &s, &f->ei), GW_EEXIST);
	s.n = 1;
	(void)snprintf(s.id, sizeof s.id, "another");
	assert_int_equal(store_statement_add(f->tx, a, &s, &f->ei), GW_EEXIST);
	test_code(store_statement_add(f->tx, b, &s, &f->ei), 0, &f->ei);
	test_code(store_statement_find(f->tx, a, REQUEST, &got, &f->ei), 0, &f->ei);
	assert_int_equal(got.json.len, 3);
	assert_memory_equal(got.json.data, "{\0}", 3);
	assert_string_equal(got.p7s.data, "signature");
	assert_int_equal(got.received, 5);
	test_code(store_statement_spanned(f->tx, "0123456789abcdef", &spanned, &f->ei), 0, &f->ei);
	assert_true(spanned);
	test_code(store_statement_spanned(f->tx, "0123456789abcde0", &spanned, &f->ei), 0, &f->ei);
	assert_false(spanned);
	store_statement_release(&s);
	store_statement_release(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_first_thing_due_comes_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_request_is_taken_by_another_case_only, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_release_that_waits_takes_it, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_last_of_a_kind_is_found, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_place_and_an_id_are_taken_once, setup, teardown),
	};
	return cmocka_run_group_tests_name("store/cases", tests, NULL, NULL);
}
