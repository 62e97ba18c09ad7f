/* SPDX-License-Identifier: EUPL-1.2 */
/* An answer about one text of a file counts in the next one, and for no more than was asked. */
#include "attach/answers.h"
#include "tests/unit/test.h"

static struct detect_passage passage(enum detect_kind kind, const char *found, size_t nth)
{
	return (struct detect_passage){
	    .finding = {.kind = kind}, .found = found, .found_n = strlen(found), .nth = nth};
}

static void add(struct answers *a, enum detect_kind kind, const char *found, size_t nth, int v)
{
	const struct detect_passage p = passage(kind, found, nth);
	answers_add(a, &p, v);
}

/* The verdict, or -1 for none. */
static int find(const struct answers *a, enum detect_kind kind, const char *found, size_t nth)
{
	const struct detect_passage p = passage(kind, found, nth);
	int v = 77;
	if (answers_find(a, &p, &v))
		return v;
	assert_int_equal(v, 77); /* unchanged */
	return -1;
}

static void what_was_said_counts(void **state)
{
	(void)state;
	struct answers a GW_CLEANUP(answers_release) = {0};
	assert_int_equal(find(&a, DETECT_NAME, "Visser", 0), -1);
	add(&a, DETECT_NAME, "Visser", 0, DETECT_KEEP);
	add(&a, DETECT_HEALTH, "migraine", 0, DETECT_REVIEW);
	assert_int_equal(find(&a, DETECT_NAME, "Visser", 0), DETECT_KEEP);
	assert_int_equal(find(&a, DETECT_HEALTH, "migraine", 0), DETECT_REVIEW);
}

static void of_that_kind_and_that_text_alone(void **state)
{
	(void)state;
	struct answers a GW_CLEANUP(answers_release) = {0};
	add(&a, DETECT_NAME, "Visser", 0, DETECT_KEEP);
	assert_int_equal(find(&a, DETECT_CAPITAL, "Visser", 0), -1);
	assert_int_equal(find(&a, DETECT_NAME, "Vissers", 0), -1);
	assert_int_equal(find(&a, DETECT_NAME, "Visse", 0), -1);
}

static void one_more_than_there_were_is_asked_about(void **state)
{
	(void)state;
	struct answers a GW_CLEANUP(answers_release) = {0};
	add(&a, DETECT_NAME, "Visser", 0, DETECT_KEEP);
	assert_int_equal(find(&a, DETECT_NAME, "Visser", 1), -1);
	add(&a, DETECT_NAME, "Visser", 1, DETECT_KEEP);
	assert_int_equal(find(&a, DETECT_NAME, "Visser", 1), DETECT_KEEP);
	assert_int_equal(find(&a, DETECT_NAME, "Visser", 2), -1);
}

/* In another order nobody knows which of them it is. */
static void equal_ones_with_different_answers_are_asked_about(void **state)
{
	(void)state;
	struct answers a GW_CLEANUP(answers_release) = {0};
	add(&a, DETECT_NAME, "Visser", 0, DETECT_KEEP);
	add(&a, DETECT_NAME, "Visser", 1, DETECT_MASK);
	assert_int_equal(find(&a, DETECT_NAME, "Visser", 0), -1);
	assert_int_equal(find(&a, DETECT_NAME, "Visser", 1), -1);
}

static void there_is_an_end_to_it(void **state)
{
	(void)state;
	struct answers a GW_CLEANUP(answers_release) = {0};
	char word[16];
	for (int i = 0; i <= ANSWERS_MOST; i++) {
		(void)snprintf(word, sizeof word, "w%d", i);
		add(&a, DETECT_NAME, word, 0, DETECT_KEEP);
	}
	assert_int_equal(find(&a, DETECT_NAME, "w0", 0), DETECT_KEEP);
	(void)snprintf(word, sizeof word, "w%d", ANSWERS_MOST - 1);
	assert_int_equal(find(&a, DETECT_NAME, word, 0), DETECT_KEEP);
	(void)snprintf(word, sizeof word, "w%d", (int)ANSWERS_MOST);
	assert_int_equal(find(&a, DETECT_NAME, word, 0), -1);
	answers_release(&a);
	assert_int_equal(find(&a, DETECT_NAME, "w0", 0), -1);
	add(&a, DETECT_NAME, "w0", 0, DETECT_MASK); /* usable again */
	assert_int_equal(find(&a, DETECT_NAME, "w0", 0), DETECT_MASK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_said_counts),
	    cmocka_unit_test(of_that_kind_and_that_text_alone),
	    cmocka_unit_test(one_more_than_there_were_is_asked_about),
	    cmocka_unit_test(equal_ones_with_different_answers_are_asked_about),
	    cmocka_unit_test(there_is_an_end_to_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
