/* SPDX-License-Identifier: EUPL-1.2 */
#include <pthread.h>

#include "store/cases.h"
#include "store/store.h"
#include "tests/unit/test.h"

struct fixture {
	char *dir, *path;
	struct store *s;
};

static int setup(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	struct errinfo ei = ERRINFO_INIT;
	f->dir = test_mkdir();
	f->path = file_join(f->dir, "store.db");
	test_code(store_open(f->path, &f->s, &ei), 0, &ei);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	store_close(f->s);
	free(f->path);
	test_rmdir(&f->dir);
	free(f);
	return 0;
}

/* Adds a case, and fails afterwards when it is told to. */
struct piece {
	struct fixture *f;
	char id[32];
	int fails, r;
	struct errinfo ei;
	pthread_barrier_t *line;
	pthread_t thread;
};

static int add(void *arg, struct store_tx *tx, struct errinfo *ei)
{
	const struct piece *p = arg;
	struct store_case c = {.sender = "00000099000000001000",
	    .recipient = "00000099000000002000",
	    .state = "offered",
	    .round = 1};
	(void)snprintf(c.case_id, sizeof c.case_id, "%s", p->id);
	int r = store_case_add(tx, &c, ei);
	if (r == 0)
		r = store_case_find(tx, c.sender, c.case_id, &c, ei);
	return r < 0 || !p->fails ? r : err_set(ei, p->fails, "%s fails", p->id);
}

static void *writes(void *arg)
{
	struct piece *p = arg;
	(void)pthread_barrier_wait(p->line);
	p->r = store_write(p->f->s, add, p, &p->ei);
	return NULL;
}

static bool is_there(struct store *s, const char *id)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_case c;
	assert_int_equal(store_begin(s, STORE_READ, &tx, NULL), 0);
	return store_case_find(tx, "00000099000000001000", id, &c, NULL) == 0;
}

/* Every third fails by itself, two have the same name: the others stand. */
static void one_that_fails_takes_nobody_along(void **state)
{
	enum { PIECES = 24 };
	struct fixture *f = *state;
	static struct piece p[PIECES];
	pthread_barrier_t line;
	unsigned taken = 0;
	assert_int_equal(pthread_barrier_init(&line, NULL, PIECES), 0);
	for (int i = 0; i < PIECES; i++) {
		p[i] = (struct piece){.f = f, .fails = i % 3 ? 0 : GW_EREFUSED, .line = &line};
		(void)snprintf(p[i].id, sizeof p[i].id, "c%d", i == 2 ? 1 : i);
		assert_int_equal(pthread_create(&p[i].thread, NULL, writes, &p[i]), 0);
	}
	for (int i = 0; i < PIECES; i++)
		assert_int_equal(pthread_join(p[i].thread, NULL), 0);
	(void)pthread_barrier_destroy(&line);
	for (int i = 0; i < PIECES; i++) {
		if (i == 1 || i == 2) {
			taken += p[i].r == GW_EEXIST;
			continue;
		}
		assert_int_equal(p[i].r, i % 3 ? 0 : GW_EREFUSED);
		assert_int_equal(is_there(f->s, p[i].id), i % 3 != 0);
		if (i % 3 == 0) { /* each gets its own words */
			char *said GW_CLEANUP(str_free_p) = str_printf("%s fails", p[i].id);
			assert_string_equal(p[i].ei.msg, said);
		}
	}
	assert_int_equal(taken, 1);
	assert_true(is_there(f->s, "c1"));
}

static void what_was_written_is_there_after_opening_again(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct piece p = {.f = f, .id = "a"};
	test_code(store_write(f->s, add, &p, &ei), 0, &ei);
	store_close_p(&f->s);
	test_code(store_open(f->path, &f->s, &ei), 0, &ei);
	assert_true(is_there(f->s, "a"));
	assert_int_equal(store_write(f->s, add, &p, &ei), GW_EEXIST);
	(void)snprintf(p.id, sizeof p.id, "b");
	test_code(store_write(f->s, add, &p, &ei), 0, &ei); /* goes on after a failure */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(one_that_fails_takes_nobody_along, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		what_was_written_is_there_after_opening_again, setup, teardown),
	};
	return cmocka_run_group_tests_name("store/batch", tests, NULL, NULL);
}
