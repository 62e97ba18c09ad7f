/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers to Idempotency-Keys: kept once, done once, found again in another process, forgotten. */
#include "store/answers.h"

#include "tests/unit/test.h"

#define A "00000099000000001000"
#define B "00000099000000002000"
#define KEY "11111111-1111-4111-8111-111111111111"

static char *dir, *path;
static struct store *store;

static int begin(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	dir = test_mkdir();
	path = file_join(dir, "store.db");
	test_code(store_open(path, &store, &ei), 0, &ei);
	return 0;
}

static int end(void **state)
{
	(void)state;
	store_close(store);
	str_free_p(&path);
	test_rmdir(&dir);
	return 0;
}

static int keep(const char *caller, const char *body, int64_t now)
{
	struct store_answer a GW_CLEANUP(store_answer_release) = {.body = BUF_INIT(100)};
	struct errinfo ei = ERRINFO_INIT;
	(void)snprintf(a.caller, sizeof a.caller, "%s", caller);
	(void)snprintf(a.key, sizeof a.key, "%s", KEY);
	(void)snprintf(a.mark, sizeof a.mark, "%s", "mark");
	(void)snprintf(a.package, sizeof a.package, "%s", "package");
	assert_int_equal(buf_adds(&a.body, body), 0);
	return store_answer_keep(store, &a, now, &ei);
}

static void is_answer(const char *caller, const char *body, bool done)
{
	struct store_answer a GW_CLEANUP(store_answer_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = store_answer_find(store, caller, KEY, &a, &ei);
	if (!body) {
		test_code(r, GW_ENOENT, &ei);
		return;
	}
	test_code(r, 0, &ei);
	assert_string_equal(a.body.data, body);
	assert_string_equal(a.mark, "mark");
	assert_string_equal(a.package, "package");
	assert_int_equal(a.done, done);
}

static void an_answer_is_the_callers_and_the_first(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	is_answer(A, NULL, false);
	assert_int_equal(keep(A, "one", 1000), 0);
	assert_int_equal(keep(A, "two", 1000), GW_EEXIST);
	assert_int_equal(keep(B, "other", 1000), 0);
	is_answer(A, "one", false);
	test_code(store_answer_done(store, A, KEY, &ei), 0, &ei);
	store_close(store);
	test_code(store_open(path, &store, &ei), 0, &ei);
	is_answer(A, "one", true);
	is_answer(B, "other", false);
	test_code(store_answer_drop(store, B, KEY, &ei), 0, &ei);
	test_code(store_answer_drop(store, B, KEY, &ei), 0, &ei);
	is_answer(B, NULL, false);
	is_answer(A, "one", true);
}

static void an_answer_is_forgotten_in_time(void **state)
{
	const int64_t day = INT64_C(86400000), now = 100 * day;
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	assert_int_equal(keep(B, "young", now - (STORE_ANSWER_DAYS - 1) * day), 0);
	test_code(store_answers_forget(store, now, &ei), 0, &ei);
	is_answer(A, NULL, false); /* of 1970 */
	is_answer(B, "young", false);
	test_code(store_answers_forget(store, now + 2 * day, &ei), 0, &ei);
	is_answer(B, NULL, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_answer_is_the_callers_and_the_first),
	    cmocka_unit_test(an_answer_is_forgotten_in_time),
	};
	return cmocka_run_group_tests_name("store/answers", tests, begin, end);
}
