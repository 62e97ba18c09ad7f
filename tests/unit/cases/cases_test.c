/* SPDX-License-Identifier: EUPL-1.2 */
/* Killed at any moment, an act has happened once or not at all, and its records say which. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "ledger/audit.h"
#include "tests/unit/cases/fixture.h"

struct counted {
	const char *what, *also;
	unsigned n;
};

static int count(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct counted *c = ctx;
	(void)ei;
	c->n += memmem(line->bytes, line->n, c->what, strlen(c->what)) &&
	    (!c->also || memmem(line->bytes, line->n, c->also, strlen(c->also)));
	return 0;
}

static unsigned records(struct fixture *f, const char *what, const char *also)
{
	struct counted c = {what, also, 0};
	test_code(ledger_records(f->ledger, 0, UINT64_MAX, count, &c, &f->ei), 0, &f->ei);
	return c.n;
}

static unsigned open_intents(struct fixture *f)
{
	struct counted c = {"", NULL, 0};
	test_code(ledger_open_intents(f->ledger, count, &c, &f->ei), 0, &f->ei);
	return c.n;
}

static void nap(long us)
{
	const struct timespec t = {us / 1000000, us % 1000000 * 1000};
	(void)nanosleep(&t, NULL);
}

static int take(struct play *p, const struct buf *json, const struct buf *p7s, const char *caller,
    enum cases_taken *taken)
{
	struct cases_call call = fixture_call(p->f, caller);
	json_t *seen GW_CLEANUP(jx_release) = NULL;
	return cases_act(p->f->cases, &call, SENDER, p->id, json->data, json->len, p7s->data,
	    p7s->len, taken, &seen, &p->f->ei);
}

static long now_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A gateway of its own takes the act, and is killed `us` after it began; < 0: never. Returns how
 * long it had. */
static long in_child(
    struct play *p, const struct buf *json, const struct buf *p7s, const char *caller, long us)
{
	int line[2], status;
	char c;
	assert_int_equal(pipe(line), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		enum cases_taken taken;
		fixture_up(p->f);
		if (write(line[1], "x", 1) != 1)
			_exit(2);
		_exit(take(p, json, p7s, caller, &taken) == 0 ? 0 : 1);
	}
	assert_int_equal(read(line[0], &c, 1), 1);
	long began = now_us();
	if (us >= 0) {
		nap(us);
		(void)kill(child, SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	long lasted = now_us() - began;
	assert_true(us >= 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
	(void)close(line[0]);
	(void)close(line[1]);
	return lasted;
}

static unsigned events(struct play *p)
{
	struct cases_call call = fixture_call(p->f, SENDER);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	size_t i;
	json_t *e;
	unsigned n = 0;
	test_code(cases_events(p->f->cases, &call, 0, 500, &j, &p->f->ei), 0, &p->f->ei);
	json_array_foreach (json_object_get(j, "items"), i, e)
		n += str_eq(jx_str(e, "case"), p->id);
	return n;
}

static void killed_at_any_moment_nothing_happens_twice(void **state)
{
	struct fixture *f = *state;
	unsigned before = 0, after = 0, undone = 0;
	long lasts = 0;
	enum { KILLS = 40 };
	fixture_down(f);
	for (int i = 0; i <= KILLS; i++) {
		struct play p = play_new(f, OFFERED_KEEPS);
		struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
		enum cases_taken taken = CASES_QUEUED;
		fixture_sign(
		    f, P_SENDER, "offer", RECIPIENT, play_members(&p, ACT_OFFER), &json, &p7s);
		/* the first is let alone, to know how long one takes */
		long lasted =
		    in_child(&p, &json, &p7s, SENDER, i == 0 ? -1 : (i - 1) * lasts / KILLS);
		if (i == 0)
			lasts = lasted;
		fixture_up(f);
		assert_int_equal(open_intents(f), 0);
		undone = records(f, "\"act\":\"case.offer\"", "\"out\":\"error\"");
		test_code(take(&p, &json, &p7s, SENDER, &taken), 0, &f->ei);
		if (taken == CASES_NEW)
			before++;
		else
			after++;
		assert_int_equal(events(&p), 1);
		json_t *j GW_CLEANUP(jx_release) = play_show(&p, RECIPIENT);
		assert_int_equal(json_integer_value(json_object_get(j, "statements")), 1);
		assert_int_equal(records(f, "\"act\":\"case.offer\"", "\"out\":\"ok\""), i + 1);
		fixture_down(f);
	}
	print_message("# killed before: %u, after: %u; intents that came to nothing: %u\n", before,
	    after, undone);
	fixture_up(f);
}

/* What a kill between intent and store, and between store and result leaves. */
static void the_ledger_is_made_good(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	struct ledger_record r = cases_record(f->cases, "case.offer");
	struct ledger_receipt intent;
	struct store_tx *tx = NULL;
	r.peer = SENDER;
	r.actor.id = "a:0123456789abcdef"; /* which outlives the cases */
	play(&p, ACT_OFFER, P_SENDER);
	test_code(ledger_intent(f->ledger, &r, NULL, &intent, &f->ei), 0, &f->ei);
	struct ledger_record other = r; /* a command of this home, still at work */
	other.actor.k = "user";
	test_code(ledger_intent(f->ledger, &other, NULL, &intent, &f->ei), 0, &f->ei);
	assert_int_equal(open_intents(f), 2);
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(open_intents(f), 1);
	assert_int_equal(records(f, "\"act\":\"case.offer\"", "\"out\":\"error\""), 1);
	r.act = "case.misdelivered";
	test_code(ledger_intent(f->ledger, &r, NULL, &intent, &f->ei), 0, &f->ei);
	struct store_statement s = STORE_STATEMENT_INIT;
	struct store_case it;
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_case_find(tx, SENDER, p.id, &it, &f->ei), 0, &f->ei);
	s.n = 2;
	s.round = 1;
	memcpy(s.span, intent.sp, sizeof s.span);
	assert_int_equal(buf_adds(&s.json, "{}"), 0);
	assert_int_equal(buf_adds(&s.p7s, "x"), 0);
	test_code(store_statement_add(tx, it.row, &s, &f->ei), 0, &f->ei);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	store_statement_release(&s);
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(open_intents(f), 1);
	assert_int_equal(records(f, "\"act\":\"case.misdelivered\"", "\"out\":\"ok\""), 1);
	assert_int_equal(records(f, "\"act\":\"incident.open\"", NULL), 1);
}

/* As fixture_up, and as a daemon does it. */
static int up_again(struct fixture *f, struct errinfo *ei)
{
	char *db GW_CLEANUP(str_free_p) = file_join(f->dir, "store.db");
	test_code(ledger_open(&f->paths, ORIGIN, 0, &f->ledger, ei), 0, ei);
	int r = cases_store_there(db, f->packages, f->ledger, ei);
	if (r < 0)
		return r;
	test_code(store_open(db, &f->store, ei), 0, ei);
	const struct cases_env env = {.oin = GATEWAY,
	    .actor = "a:0123456789abcdef",
	    .packages = f->packages,
	    .ledger = f->ledger,
	    .store = f->store};
	return cases_open(&env, f->registry, f->now, &f->cases, ei);
}

/* Without its store a gateway would take its packages for nobody's, and its cases for none. */
static void a_store_that_is_gone_is_no_new_one(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	char *db GW_CLEANUP(str_free_p) = file_join(f->dir, "store.db");
	char *aside GW_CLEANUP(str_free_p) = file_join(f->dir, "packages.aside");
	char *package GW_CLEANUP(str_free_p) =
	    file_join(f->packages, "0b7e9f9e-3f0c-4f1c-9a51-3ab1b6f0c001.tar.age");
	test_code(file_write(package, "x", 1, 0600, FILE_NEW, &f->ei), 0, &f->ei);
	play(&p, ACT_OFFER, P_SENDER);
	fixture_down(f);
	(void)unlink(db);
	for (int i = 0; i < 3;
	     i++) { /* to try again does not make it good, nor does a file of no bytes */
		if (i == 2)
			test_code(file_write(db, "", 0, 0600, FILE_NEW, &f->ei), 0, &f->ei);
		assert_int_equal(up_again(f, &f->ei), GW_EAUTH);
		assert_non_null(strstr(f->ei.msg, "'store.db'"));
		assert_true(file_exists(package));
		fixture_down(f);
	}
	/* on purpose */
	assert_int_equal(rename(f->packages, aside), 0);
	test_code(up_again(f, &f->ei), 0, &f->ei);
	fixture_down(f);
	fixture_up(f);
}

static void a_record_tells_what_it_should_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	struct cases_call call = fixture_call(f, SENDER);
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	json_t *seen GW_CLEANUP(jx_release) = NULL;
	enum cases_taken taken;
	call.trace = "0123456789abcdef0123456789abcdef";
	fixture_sign(f, P_SENDER, "offer", RECIPIENT, play_members(&p, ACT_OFFER), &json, &p7s);
	test_code(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data, p7s.len,
		      &taken, &seen, &f->ei),
	    0, &f->ei);
	static const char *const parts[] = {"\"tr\":\"0123456789abcdef0123456789abcdef\"",
	    "\"peer\":\"" SENDER "\"", "\"ctl\":\"" SENDER "\"", "\"auth\":\"mtls\"",
	    "\"purp\":\"referral\"", "\"basis\":\"6.1.e\"", "\"id\":\"verwijzing-aanbieder\"",
	    "\"k\":\"statement\""};
	for (size_t i = 0; i < GW_LENGTH(parts); i++)
		assert_int_equal(
		    records(f, "\"act\":\"case.offer\",\"ph\":\"intent\"", parts[i]), 1);
	assert_int_equal(records(f, p.id, NULL), 0);
}

static void what_is_refused_is_recorded(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	play(&p, ACT_OFFER, P_SENDER);
	assert_int_equal(play_try(&p, ACT_CANCEL, P_RECIPIENT), GW_EREFUSED);
	assert_int_equal(records(f, "\"act\":\"transfer.refuse\",\"out\":\"deny\"",
			     "\"peer\":\"" RECIPIENT "\""),
	    1);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(killed_at_any_moment_nothing_happens_twice),
	    T(the_ledger_is_made_good),
	    T(a_store_that_is_gone_is_no_new_one),
	    T(a_record_tells_what_it_should_and_no_more),
	    T(what_is_refused_is_recorded),
	};
	return cmocka_run_group_tests_name("cases/cases", tests, NULL, NULL);
}
