/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/jobs.h"
#include "tests/unit/store/fixture.h"

#define NEAR "00000099000000007000"
#define FAR "00000099000000008000"

static uint64_t add(
    struct fixture *f, const char *gateway, const char *case_id, const char *kind, int64_t made)
{
	struct store_job j = {.made = made};
	uint64_t id = 0;
	(void)snprintf(j.gateway, sizeof j.gateway, "%s", gateway);
	(void)snprintf(j.sender, sizeof j.sender, A);
	(void)snprintf(j.recipient, sizeof j.recipient, "%s", gateway);
	(void)snprintf(j.case_id, sizeof j.case_id, "%s", case_id);
	(void)snprintf(j.kind, sizeof j.kind, "%s", kind);
	if (str_eq(kind, "package"))
		(void)snprintf(j.package, sizeof j.package, "p-%s", case_id);
	test_code(store_job_add(f->tx, &j, "{}", 2, "s", 1, &id, &f->ei), 0, &f->ei);
	return id;
}

/* The number of the job that is due, 0 when none is; *next then says when. */
static uint64_t due_but(
    struct fixture *f, int64_t now, const uint64_t *busy, size_t n, int64_t *next)
{
	struct store_job j;
	int r = store_job_due(f->tx, now, busy, n, &j, next, &f->ei);
	if (r != GW_ENOENT)
		test_code(r, 0, &f->ei);
	return r == 0 ? j.id : 0;
}

static uint64_t due(struct fixture *f, int64_t now, int64_t *next)
{
	return due_but(f, now, NULL, 0, next);
}

static struct store_job job(struct fixture *f, uint64_t id)
{
	struct store_job j;
	test_code(store_job_get(f->tx, id, &j, NULL, NULL, &f->ei), 0, &f->ei);
	return j;
}

static void end(struct fixture *f, uint64_t id, bool answered)
{
	struct store_job j = job(f, id);
	test_code(store_job_end(f->tx, &j, answered, &f->ei), 0, &f->ei);
}

static void failed(struct fixture *f, uint64_t id, int64_t now)
{
	struct store_job j = job(f, id);
	test_code(store_job_failed(f->tx, &j, now, "counterparty", &f->ei), 0, &f->ei);
}

static void one_case_in_order(void **state)
{
	struct fixture *f = *state;
	int64_t next = 0;
	uint64_t first = add(f, NEAR, "a", "package", 10),
		 second = add(f, NEAR, "a", "release", 10), other = add(f, NEAR, "b", "offer", 11);
	assert_int_equal(due(f, 20, &next), first);
	/* while that is being done, only the other case */
	assert_int_equal(due_but(f, 20, &first, 1, &next), other);
	const uint64_t both[] = {first, other};
	assert_int_equal(due_but(f, 20, both, 2, &next), 0);
	end(f, first, true);
	assert_int_equal(due(f, 20, &next), second);
	end(f, second, true);
	end(f, other, true);
	assert_int_equal(due(f, 20, &next), 0);
	assert_true(next == INT64_MAX);
	uint64_t later = add(f, NEAR, "a", "withdraw", 30);
	assert_true(later > other); /* a number never comes back */
	assert_int_equal(due(f, 30, &next), later);
}

static void keeps_bytes_and_words(void **state)
{
	struct fixture *f = *state;
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(10);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(10);
	struct store_job j;
	uint64_t id = add(f, NEAR, "a", "offer", 10), all, failing;
	failed(f, id, 50);
	test_code(store_job_get(f->tx, id, &j, &json, &p7s, &f->ei), 0, &f->ei);
	assert_string_equal(json.data, "{}");
	assert_string_equal(p7s.data, "s");
	assert_string_equal(j.kind, "offer");
	assert_string_equal(j.problem, "counterparty");
	assert_int_equal(j.tries, 1);
	assert_int_equal(j.made, 10);
	add(f, NEAR, "b", "offer", 10);
	test_code(store_jobs_count(f->tx, &all, &failing, &f->ei), 0, &f->ei);
	assert_int_equal(all, 2);
	assert_int_equal(failing, 1);
	test_code(store_job_get(f->tx, 99, &j, NULL, NULL, &f->ei), GW_ENOENT, &f->ei);
	bool bring = true;
	test_code(store_jobs_bring(f->tx, "p-c", &bring, &f->ei), 0, &f->ei);
	assert_false(bring);
	add(f, NEAR, "c", "package", 10);
	test_code(store_jobs_bring(f->tx, "p-c", &bring, &f->ei), 0, &f->ei);
	assert_true(bring);
}

/* 1 s, 2 s, 4 s … and never more than ten minutes. */
static void waits_longer_each_time(void **state)
{
	struct fixture *f = *state;
	int64_t now = 1000, next = 0, expected = STORE_JOB_FIRST_MS;
	uint64_t id = add(f, NEAR, "a", "offer", now);
	for (int i = 0; i < 14; i++) {
		assert_int_equal(due(f, now, &next), id);
		failed(f, id, now);
		assert_int_equal(due(f, now, &next), 0);
		assert_int_equal(next, now + expected);
		now = next;
		expected = expected * 2 > STORE_JOB_MOST_MS ? STORE_JOB_MOST_MS : expected * 2;
	}
	assert_int_equal(expected, STORE_JOB_MOST_MS);
}

/* A gateway that is down does not hold up another; one bad case not the others of its gateway. */
static void a_dead_gateway_holds_up_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t next = 0;
	uint64_t dead = add(f, FAR, "a", "offer", 10), dead2 = add(f, FAR, "b", "offer", 10),
		 good = add(f, NEAR, "c", "offer", 12);
	assert_int_equal(due(f, 20, &next), dead);
	failed(f, dead, 20);
	assert_int_equal(due(f, 20, &next), good); /* not the other one of that gateway */
	end(f, good, true);
	assert_int_equal(due(f, 20, &next), 0);
	assert_int_equal(next, 20 + STORE_JOB_FIRST_MS);
	assert_int_equal(due(f, 20 + STORE_JOB_FIRST_MS, &next), dead2); /* it waited longer */
	end(f, dead2, true); /* an answer: the gateway is there again */
	uint64_t fresh = add(f, FAR, "d", "offer", 30);
	assert_int_equal(due(f, 30, &next), fresh);
	end(f, fresh, true);
	assert_int_equal(due(f, 20 + STORE_JOB_FIRST_MS, &next), dead);
}

static int kinds(void *ctx, const struct store_job *j, struct errinfo *ei)
{
	(void)ei;
	char *out = ctx;
	(void)snprintf(out + strlen(out), 64 - strlen(out), "%s ", j->kind);
	return 0;
}

static void lists_a_case_and_remembers_events(void **state)
{
	struct fixture *f = *state;
	char out[64] = "";
	uint64_t event = 1;
	add(f, NEAR, "a", "package", 1);
	add(f, NEAR, "b", "offer", 1);
	add(f, NEAR, "a", "release", 1);
	test_code(store_jobs_of(f->tx, A, "a", kinds, out, &f->ei), 0, &f->ei);
	assert_string_equal(out, "package release ");
	test_code(store_peer_event(f->tx, FAR, &event, &f->ei), 0, &f->ei);
	assert_int_equal(event, 0);
	test_code(store_peer_set_event(f->tx, FAR, 8, &f->ei), 0, &f->ei);
	test_code(store_peer_set_event(f->tx, FAR, 5, &f->ei), 0, &f->ei);
	test_code(store_peer_event(f->tx, FAR, &event, &f->ei), 0, &f->ei);
	assert_int_equal(event, 8);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(one_case_in_order),
	    TEST(keeps_bytes_and_words),
	    TEST(waits_longer_each_time),
	    TEST(a_dead_gateway_holds_up_nobody),
	    TEST(lists_a_case_and_remembers_events),
	};
	return cmocka_run_group_tests_name("store/jobs", tests, NULL, NULL);
}
