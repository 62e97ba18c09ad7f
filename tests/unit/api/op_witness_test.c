/* SPDX-License-Identifier: EUPL-1.2 */
/* Our witnesses: who is asked when, what an answer means, what others see of it. */
#include "home/cosign.h"
#include "home/vouch.h"
#include "ledger/audit.h"
#include "ledger/witness.h"
#include "tests/unit/api/world.h"
#include "tests/unit/test.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
static const char *const two[] = {SUCCESSOR, TOWN}; /* the town has no gateway */
static struct home *witness;
static struct store *store;
static int64_t start, at; /* ms */

static void clock_at(int64_t ms)
{
	char text[TIME_TEXT];
	at = ms;
	time_text(ms, text);
	assert_int_equal(clock_set_test(text, NULL), 0);
}

static int begin(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = world_begin(state);
	world_stop();
	world_run("tests/support/witness.sh", world.dir);
	start = (clock_now() / 1000 + 1) * 1000;
	clock_at(start);
	witness = world_home("incoming", HOME_LEDGER | HOME_REGISTRY);
	char *db GW_CLEANUP(str_free_p) = home_path(witness, "store.db");
	test_code(store_open(db, &store, &ei), 0, &ei);
	world.witnesses = two;
	world.witnesses_n = GW_LENGTH(two);
	world_start();
	return r;
}

static int end(void **state)
{
	store_close(store);
	home_free(witness);
	return world_end(state);
}

static void next(int status)
{
	struct link_call c = {.op = API_WITNESS_NEXT};
	ask(&c, status);
}

static uint64_t waits(void)
{
	uint64_t ms = 0;
	next(204);
	assert_int_equal(str_u64(answer_field("Wait"), 60000, &ms), 0);
	return ms;
}

static void done(int status, const char *word, const void *p, size_t n)
{
	char text[12];
	(void)snprintf(text, sizeof text, "%d", status);
	struct link_call c = {.op = API_WITNESS_DONE,
	    .params = {SUCCESSOR, text, word},
	    .params_n = 3,
	    .body = p,
	    .body_n = n};
	ask(&c, 204);
}

/* Ask the witness for real what the core wants asked; its status. */
static int carry(void)
{
	struct buf line GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct errinfo ei = ERRINFO_INIT;
	uint64_t size = 0;
	next(200);
	assert_string_equal(answer_field("Gateway"), "https://localhost:8443");
	assert_string_equal(answer_field("Gateway-Oin"), SUCCESSOR);
	int r = home_cosign(witness, store, home_registry(witness), PROVIDER, world.a.body,
	    world.a.body_n, at, &line, &size, &ei);
	if (r == GW_ECONFLICT) {
		char *text GW_CLEANUP(str_free_p) = str_printf("%d\n", (int)size);
		done(409, "", text, strlen(text));
		return 409;
	}
	test_code(r, 0, &ei);
	done(200, "", line.data, line.len);
	return 200;
}

static uint64_t size_of(struct home *h)
{
	uint64_t n = 0;
	assert_int_equal(ledger_size(home_ledger(h), &n, NULL), 0);
	return n;
}

static void happens(void)
{
	const struct ledger_record r = {.act = "case.accept", .out = LEDGER_OK, .peer = TOWN};
	struct errinfo ei = ERRINFO_INIT;
	test_code(ledger_append(home_ledger(world.home), &r, NULL, NULL, &ei), 0, &ei);
}

static void figure_is(const char *name, unsigned want)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	char *line GW_CLEANUP(str_free_p) = str_printf("\nhandover_%s %u\n", name, want);
	assert_int_equal(api_core_figures(world.core, &b), 0);
	if (!strstr(b.data, line))
		fail_msg("no %s in the figures", line + 1);
}

/* How many lines of signatures the checkpoint has that others get, and of how many records. */
static unsigned served(uint64_t *ret_size)
{
	unsigned n = 0;
	ask_for(API_CHECKPOINT, TOWN, NULL, NULL, 200);
	char *text GW_CLEANUP(str_free_p) = str_dupn(world.a.body, world.a.body_n);
	for (const char *p = text; (p = strstr(p, "\n\xe2\x80\x94 ")); p++)
		n++;
	*ret_size = strtoull(strchr(text, '\n') + 1, NULL, 10);
	return n;
}

static void they_are_asked_and_others_see_it(void **state)
{
	uint64_t size = 0, before = size_of(world.home);
	(void)state;
	assert_int_equal(served(&size), 1);
	assert_int_equal(size, before);
	assert_int_equal(carry(), 200);
	/* one record, by the daemon; the head that others get is the one that was vouched for */
	assert_int_equal(size_of(world.home), before + 1);
	assert_int_equal(served(&size), 2);
	assert_int_equal(size, before);
	figure_is("witnesses", 2);
	figure_is("cosignatures_total", 1);
	/* nobody knows where the other one is: said, and tried again */
	assert_true(waits() <= 5 * SECOND);
	figure_is("cosignatures_failed_total", 1);
	figure_is("witnesses_overdue", 1);
	figure_is("witnesses_refusing", 0);
}

static void no_ledger_grows_by_being_witnessed(void **state)
{
	(void)state;
	uint64_t size = size_of(world.home);
	clock_at(start + 2 * HOUR);
	(void)waits();
	assert_int_equal(size_of(world.home), size);
	/* something happened: the next head, when the last is an hour old */
	happens();
	assert_int_equal(carry(), 200);
	happens();
	clock_at(at + 59 * MINUTE);
	(void)waits();
	clock_at(at + 2 * MINUTE);
	assert_int_equal(carry(), 200);
	/* nothing happens: once a day all the same */
	clock_at(at + 23 * HOUR);
	(void)waits();
	clock_at(at + 2 * HOUR);
	assert_int_equal(carry(), 200);
	figure_is("cosignatures_total", 4);
}

/* After a start it knows who vouched when; of what the witness signed last it is told there. */
static void a_start_goes_on(void **state)
{
	static const char *const one[] = {SUCCESSOR};
	(void)state;
	world_stop();
	world.witnesses = one;
	world.witnesses_n = 1;
	world_start();
	figure_is("witnesses_overdue", 0);
	(void)waits(); /* an hour is not over */
	happens();
	clock_at(at + 61 * MINUTE);
	assert_int_equal(carry(), 409);
	assert_int_equal(carry(), 200);
	(void)waits();
}

static void one_that_is_away_is_asked_ever_less_often(void **state)
{
	uint64_t size = 0;
	int64_t from = at;
	(void)state;
	happens();
	clock_at(at + 61 * MINUTE);
	next(200);
	done(0, "unreachable", "nobody", 6);
	assert_int_equal(waits(), 5 * SECOND);
	clock_at(at + 5 * SECOND);
	next(200);
	done(0, "unreachable", "nobody", 6);
	assert_int_equal(waits(), 10 * SECOND);
	for (int i = 0; i < 20; i++) {
		clock_at(at + 10 * MINUTE);
		next(200);
		done(503, "", "", 0);
	}
	clock_at(at + 9 * MINUTE);
	(void)waits();
	assert_int_equal(served(&size), 2);
	figure_is("witnesses_overdue", 0);
	/* two days: overdue, and no old head is shown any more */
	clock_at(from + 48 * (int64_t)HOUR + SECOND);
	next(200);
	figure_is("witnesses_overdue", 1);
	assert_int_equal(served(&size), 1);
	assert_int_equal(size, size_of(world.home));
	done(503, "", "", 0);
	/* it is back */
	clock_at(at + 10 * MINUTE);
	assert_int_equal(carry(), 200);
	figure_is("witnesses_overdue", 0);
	assert_int_equal(served(&size), 2);
}

static void two_histories_are_told(void **state)
{
	uint64_t size = size_of(world.home);
	(void)state;
	happens();
	clock_at(at + 61 * MINUTE);
	next(200);
	done(422, "", "{}", 2);
	figure_is("witnesses_refusing", 1);
	clock_at(at + 10 * MINUTE);
	next(200);
	done(409, "", "999999\n", 7); /* it signed more than there is */
	figure_is("witnesses_refusing", 1);
	clock_at(at + 10 * MINUTE);
	next(200);
	done(404, "", "{}", 2);
	figure_is("witnesses_refusing", 0);
	/* what is no answer of a witness */
	clock_at(at + 10 * MINUTE);
	static const char *const bad[] = {"", "x", "\n", "1234567890123456789012345"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		next(200);
		done(409, "", bad[i], strlen(bad[i]));
		clock_at(at + 10 * MINUTE);
	}
	next(200);
	done(200, "", "\xe2\x80\x94 x AAAA\n", 11);
	figure_is("witnesses_refusing", 0);
	assert_int_equal(size_of(world.home), size + 1);
	/* always another size: not for ever at once */
	clock_at(at + 10 * MINUTE);
	for (int i = 0; i < VOUCH_TRIES; i++) {
		next(200);
		done(409, "", "1\n", 2);
	}
	(void)waits();
	clock_at(at + 10 * MINUTE);
	assert_int_equal(carry(), 409);
	assert_int_equal(carry(), 200);
}

static void what_is_nobodys_answer_changes_nothing(void **state)
{
	struct link_call c = {
	    .op = API_WITNESS_DONE, .params = {STRANGER, "200", ""}, .params_n = 3};
	uint64_t size = size_of(world.home);
	(void)state;
	ask(&c, 400);
	c.params[0] = SUCCESSOR;
	c.params[1] = "x";
	ask(&c, 400);
	done(200, "", "x", 1); /* it vouched already */
	assert_int_equal(size_of(world.home), size);
	figure_is("witnesses_overdue", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(they_are_asked_and_others_see_it),
	    cmocka_unit_test(no_ledger_grows_by_being_witnessed),
	    cmocka_unit_test(a_start_goes_on),
	    cmocka_unit_test(one_that_is_away_is_asked_ever_less_often),
	    cmocka_unit_test(two_histories_are_told),
	    cmocka_unit_test(what_is_nobodys_answer_changes_nothing),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("api/op_witness", tests, begin, end);
}
