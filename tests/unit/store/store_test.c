/* SPDX-License-Identifier: EUPL-1.2 */
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "store/cases.h"
#include "store/store.h"
#include "tests/unit/test.h"

struct fixture {
	char *dir, *path;
	struct store *s;
	struct errinfo ei;
};

static void reopen(struct fixture *f)
{
	store_close_p(&f->s);
	test_code(store_open(f->path, &f->s, &f->ei), 0, &f->ei);
}

static int setup(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	f->dir = test_mkdir();
	f->path = file_join(f->dir, "store.db");
	reopen(f);
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

static struct store_case a_case(const char *id)
{
	struct store_case c = {.sender = "00000099000000001000",
	    .recipient = "00000099000000002000",
	    .state = "offered",
	    .round = 1};
	(void)snprintf(c.case_id, sizeof c.case_id, "%s", id);
	return c;
}

static int add(struct store *s, const char *id, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_case c = a_case(id);
	int r = store_begin(s, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_case_add(tx, &c, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

static int find(struct store *s, const char *id, struct store_case *ret)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	int r = store_begin(s, STORE_READ, &tx, &ei);
	return r < 0 ? r : store_case_find(tx, "00000099000000001000", id, ret, &ei);
}

static void keeps_what_was_committed(void **state)
{
	struct fixture *f = *state;
	struct store_case c;
	struct stat st;
	test_code(add(f->s, "a", &f->ei), 0, &f->ei);
	assert_int_equal(add(f->s, "a", &f->ei), GW_EEXIST);
	reopen(f);
	assert_int_equal(find(f->s, "a", &c), 0);
	assert_string_equal(c.recipient, "00000099000000002000");
	assert_int_equal(find(f->s, "b", &c), GW_ENOENT);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void forgets_what_was_not(void **state)
{
	struct fixture *f = *state;
	struct store_tx *tx = NULL;
	struct store_case c = a_case("a"), found;
	test_code(store_begin(f->s, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_case_add(tx, &c, &f->ei), 0, &f->ei);
	assert_int_equal(find(f->s, "a", &found), GW_ENOENT); /* a reader beside it */
	store_end(&tx);
	assert_null(tx);
	assert_int_equal(find(f->s, "a", &found), GW_ENOENT);
}

static void keeps_references(void **state)
{
	struct fixture *f = *state;
	struct store_tx *tx = NULL;
	struct store_round o = {.round = 1, .state = "offered"};
	test_code(store_begin(f->s, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	assert_int_equal(store_round_put(tx, 99, &o, &f->ei), GW_EEXIST);
	store_end(&tx);
}

static void keeps_a_round_wholly(void **state)
{
	struct fixture *f = *state;
	struct store_tx *tx = NULL;
	struct store_case c = a_case("a");
	struct store_round got,
	    o = {.round = 1,
		.state = "released",
		.package = "3f0c1b7e-2a55-4a3e-9d6b-0d0f5c3a1b2c",
		.policy = "aa",
		.slip = "bb",
		.contract = "RI-1",
		.programme = "participatiewet",
		.product = "p",
		.region = "r",
		.start_month = "2027-01",
		.request = "3f0c1b7e-2a55-4a3e-9d6b-0d0f5c3a1b2d",
		.since = 1,
		.expires = 2,
		.bytes = 3,
		.fetched = 4,
		.opened = 5,
		.return_until = 6,
		.delete_by = "2027-02-01",
		.keep = "P6W",
		.direct = true,
		.late = 7};
	test_code(store_begin(f->s, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_case_add(tx, &c, &f->ei), 0, &f->ei);
	test_code(store_round_put(tx, c.row, &o, &f->ei), 0, &f->ei);
	test_code(store_round_of(tx, c.row, o.package, &got, &f->ei), 0, &f->ei);
	assert_memory_equal(&got, &o, sizeof o);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
}

static void *adds(void *arg)
{
	struct fixture *f = arg;
	struct errinfo ei = ERRINFO_INIT;
	struct store_case c;
	char id[32];
	for (int i = 0; i < 25; i++) {
		(void)snprintf(id, sizeof id, "%lx.%d", (unsigned long)pthread_self(), i);
		if (add(f->s, id, &ei) < 0 || find(f->s, id, &c) < 0)
			return f;
	}
	return NULL;
}

static void serves_many_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t t[8];
	void *failed;
	struct store_case_counts n;
	struct store_tx *tx = NULL;
	for (size_t i = 0; i < GW_LENGTH(t); i++)
		assert_int_equal(pthread_create(&t[i], NULL, adds, f), 0);
	for (size_t i = 0; i < GW_LENGTH(t); i++) {
		assert_int_equal(pthread_join(t[i], &failed), 0);
		assert_null(failed);
	}
	test_code(store_begin(f->s, STORE_READ, &tx, &f->ei), 0, &f->ei);
	test_code(store_case_count(tx, " closed ", &n, &f->ei), 0, &f->ei);
	store_end(&tx);
	assert_int_equal(n.cases, 25 * GW_LENGTH(t));
	assert_int_equal(n.open, n.cases);
}

static void sql(const char *path, const char *text)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

static void refuses_what_is_newer(void **state)
{
	struct fixture *f = *state;
	store_close_p(&f->s);
	sql(f->path, "PRAGMA user_version=9999");
	assert_int_equal(store_open(f->path, &f->s, &f->ei), GW_ESUPPORT);
	assert_non_null(strstr(f->ei.msg, "form 9999"));
	assert_null(f->s);
}

static void refuses_what_is_not_ours(void **state)
{
	struct fixture *f = *state;
	store_close_p(&f->s);
	assert_int_equal(unlink(f->path), 0);
	sql(f->path, "CREATE TABLE t (x)");
	assert_int_equal(chmod(f->path, 0600), 0);
	assert_int_equal(store_open(f->path, &f->s, &f->ei), GW_EAUTH);
	assert_int_equal(chmod(f->path, 0644), 0);
	assert_int_equal(store_open(f->path, &f->s, &f->ei), GW_EMODE);
	FILE *x = fopen(f->path, "we");
	assert_non_null(x);
	assert_true(fputs("this is no database, though it may be long enough for one", x) > 0);
	assert_int_equal(fclose(x), 0);
	assert_int_equal(chmod(f->path, 0600), 0);
	assert_int_equal(store_open(f->path, &f->s, &f->ei), GW_EAUTH);
}

static void *adds_on(void *arg)
{
	struct fixture *f = arg;
	struct errinfo ei = ERRINFO_INIT;
	char id[32];
	for (int i = 0; i < 40; i++) {
		(void)snprintf(id, sizeof id, "on.%d", i);
		if (add(f->s, id, &ei) < 0)
			return f;
	}
	return NULL;
}

static void copies_itself_while_others_write(void **state)
{
	struct fixture *f = *state;
	struct store *copy = NULL;
	struct store_case c;
	struct stat st;
	pthread_t t;
	void *failed;
	char *to = file_join(f->dir, "copy.db");
	test_code(add(f->s, "a", &f->ei), 0, &f->ei);
	assert_int_equal(pthread_create(&t, NULL, adds_on, f), 0);
	test_code(store_backup(f->s, to, &f->ei), 0, &f->ei);
	assert_int_equal(pthread_join(t, &failed), 0);
	assert_null(failed);
	assert_int_equal(store_backup(f->s, to, &f->ei), GW_EEXIST);
	assert_int_equal(stat(to, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	test_code(store_open(to, &copy, &f->ei), 0, &f->ei);
	assert_int_equal(find(copy, "a", &c), 0);
	store_close(copy);
	free(to);
}

struct seen {
	uint64_t numbers[8];
	size_t n;
};

static int saw(void *arg, const struct store_event *e, struct errinfo *ei)
{
	struct seen *s = arg;
	(void)ei;
	s->numbers[s->n++] = e->event;
	return 0;
}

static void tells_each_party_its_events(void **state)
{
	struct fixture *f = *state;
	struct store_tx *tx = NULL;
	struct seen seen = {0};
	struct store_event e = {.at = 1,
	    .sender = "00000099000000001000",
	    .recipient = "00000099000000002000",
	    .case_id = "a",
	    .round = 1,
	    .kind = "offer",
	    .state = "offered"};
	test_code(store_begin(f->s, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_event_add(tx, &e, &f->ei), 0, &f->ei);
	(void)snprintf(e.sender, sizeof e.sender, "%s", "00000099000000003000");
	test_code(store_event_add(tx, &e, &f->ei), 0, &f->ei);
	test_code(store_event_add(tx, &e, &f->ei), 0, &f->ei);
	test_code(store_events(tx, "00000099000000001000", 0, 8, saw, &seen, &f->ei), 0, &f->ei);
	assert_int_equal(seen.n, 1);
	seen.n = 0;
	test_code(store_events(tx, "00000099000000002000", 1, 8, saw, &seen, &f->ei), 0, &f->ei);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.numbers[0], 2);
	assert_int_equal(seen.numbers[1], 3);
	seen.n = 0;
	test_code(store_events(tx, "00000099000000002000", 0, 1, saw, &seen, &f->ei), 0, &f->ei);
	assert_int_equal(seen.n, 1);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(keeps_what_was_committed, setup, teardown),
	    cmocka_unit_test_setup_teardown(forgets_what_was_not, setup, teardown),
	    cmocka_unit_test_setup_teardown(keeps_references, setup, teardown),
	    cmocka_unit_test_setup_teardown(keeps_a_round_wholly, setup, teardown),
	    cmocka_unit_test_setup_teardown(serves_many_threads, setup, teardown),
	    cmocka_unit_test_setup_teardown(refuses_what_is_newer, setup, teardown),
	    cmocka_unit_test_setup_teardown(refuses_what_is_not_ours, setup, teardown),
	    cmocka_unit_test_setup_teardown(copies_itself_while_others_write, setup, teardown),
	    cmocka_unit_test_setup_teardown(tells_each_party_its_events, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
