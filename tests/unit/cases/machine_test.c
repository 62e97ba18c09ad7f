/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The machine against the table of the domain, written here a second time and in another form: for
 * every state the acts that are legal in it. All other pairs must be refused.
 */
#include "cases/machine.h"

#include "sign/statement.h"
#include "tests/unit/test.h"

static const struct {
	const char *state, *legal; /* act:by>state, by one of s r e g */
} expected[] = {
    {"none", "prepare:s>draft"},
    {"draft", "check:s>checked entered_in_error:s>void consent_withdrawn:s>draft"},
    {"checked", "offer:s>offered entered_in_error:s>void consent_withdrawn:s>checked"},
    {"offered",
	"accept:r>accepted decline:r>declined hold:r>on_hold question:r>offered withdraw:s>withdrawn "
	"cancel:s>cancelled entered_in_error:s>void consent_withdrawn:s>offered"},
    {"on_hold",
	"offer:s>offered withdraw:s>withdrawn cancel:s>cancelled entered_in_error:s>void "
	"consent_withdrawn:s>on_hold"},
    {"accepted",
	"release:s>released withdraw:s>withdrawn cancel:s>cancelled entered_in_error:s>void "
	"consent_withdrawn:s>accepted"},
    {"released",
	"fetch_request:r>fetching withdraw:s>withdrawn extend:s>released expire:g>expired "
	"entered_in_error:s>void consent_withdrawn:s>released"},
    {"fetching",
	"fetched:r>fetched withdraw_request:s>withdrawal_requested consent_withdrawn:s>fetching"},
    {"fetched",
	"opened:r>opened withdraw_request:s>withdrawal_requested consent_withdrawn:s>fetched"},
    {"opened",
	"conversation:e>opened taken_over:r>taken_over return:r>returned "
	"withdraw_request:s>withdrawal_requested consent_withdrawn:s>opened"},
    {"taken_over", "return:r>returned destroyed:s>closed consent_withdrawn:s>taken_over"},
    {"withdrawal_requested",
	"withdraw_confirm:r>withdrawn fetched:r>withdrawal_requested "
	"consent_withdrawn:s>withdrawal_requested"},
    {"declined", ""},
    {"withdrawn", ""},
    {"cancelled", ""},
    {"expired", ""},
    {"returned", ""},
    {"closed", ""},
    {"misdelivered", ""},
    {"void", ""},
};

/* Where `act` by that party leads according to the table above: a state, -1 refused. */
static int says(const char *legal, const char *act, char by)
{
	for (const char *p = legal; *p; p += strcspn(p, " "), p += *p == ' ') {
		size_t n = strcspn(p, ":");
		if (strlen(act) != n || strncmp(p, act, n) != 0)
			continue;
		if (p[n + 1] != by && !(p[n + 1] == 'e' && by != 'g'))
			return -1;
		char *to = str_dupn(p + n + 3, strcspn(p + n + 3, " "));
		int s = case_state_of(to);
		free(to);
		assert_true(s >= 0);
		return s;
	}
	return -1;
}

static void every_pair_is_as_the_domain_says(void **state)
{
	(void)state;
	static const struct {
		enum case_by by;
		char letter;
	} parties[] = {{BY_SENDER, 's'}, {BY_RECIPIENT, 'r'}, {BY_GATEWAY, 'g'}};
	const struct case_facts none = {0};
	unsigned legal = 0, refused = 0;
	assert_int_equal(GW_LENGTH(expected), CASE_STATES);
	for (size_t i = 0; i < GW_LENGTH(expected); i++)
		for (int act = 0; act < CASE_ACTS; act++)
			for (size_t k = 0; k < GW_LENGTH(parties); k++) {
				const char *word = case_act_word((enum case_act)act);
				int s = case_state_of(expected[i].state);
				int want = says(expected[i].legal, word, parties[k].letter);
				if (act == ACT_MISDELIVERED && s != CASE_NONE &&
				    s != CASE_MISDELIVERED && parties[k].letter != 'g')
					want = CASE_MISDELIVERED;
				enum case_state to = CASE_STATES;
				struct errinfo ei = ERRINFO_INIT;
				int r = case_step((enum case_state)s, (enum case_act)act,
				    parties[k].by, &none, &to, &ei);
				if ((r == 0) != (want >= 0) || (r == 0 && (int)to != want))
					fail_msg("%s by %c in %s: %s", word, parties[k].letter,
					    expected[i].state,
					    r < 0 ? ei.msg : case_state_word(to));
				if (r < 0)
					assert_true(ei.msg[0] != 0 &&
					    (r == GW_ECONFLICT || r == GW_EREFUSED));
				legal += r == 0;
				refused += r < 0;
			}
	print_message("%u legal, %u refused\n", legal, refused);
}

static int step(const char *from, enum case_act act, enum case_by by, struct case_facts f)
{
	enum case_state to = CASE_STATES;
	int r = case_step((enum case_state)case_state_of(from), act, by, &f, &to, NULL);
	return r < 0 ? r : (int)to;
}

static void facts_open_and_close_doors(void **state)
{
	(void)state;
	const struct case_facts none = {0}, direct = {.direct = true}, fetched = {.fetched = true},
				opened = {.fetched = true, .opened = true},
				late = {.opened = true, .return_term_over = true},
				keeps = {.delete_never = true};
	const char *asked = "withdrawal_requested";
	assert_int_equal(step("checked", ACT_RELEASE, BY_SENDER, none), GW_ECONFLICT);
	assert_int_equal(step("checked", ACT_RELEASE, BY_SENDER, direct), CASE_RELEASED);
	assert_int_equal(step("opened", ACT_RETURN, BY_RECIPIENT, late), GW_ECONFLICT);
	assert_int_equal(step("taken_over", ACT_KEPT, BY_SENDER, none), GW_ECONFLICT);
	assert_int_equal(step("taken_over", ACT_KEPT, BY_SENDER, keeps), CASE_CLOSED);
	assert_int_equal(step("taken_over", ACT_DESTROYED, BY_SENDER, keeps), GW_ECONFLICT);
	/* an outcome overtakes a request to withdraw, but leaves no step out */
	assert_int_equal(step(asked, ACT_TAKEN_OVER, BY_RECIPIENT, none), GW_ECONFLICT);
	assert_int_equal(step(asked, ACT_OPENED, BY_RECIPIENT, none), GW_ECONFLICT);
	assert_int_equal(step(asked, ACT_OPENED, BY_RECIPIENT, fetched), CASE_WITHDRAWAL_REQUESTED);
	assert_int_equal(step(asked, ACT_FETCHED, BY_RECIPIENT, fetched), GW_ECONFLICT);
	assert_int_equal(step(asked, ACT_TAKEN_OVER, BY_RECIPIENT, opened), CASE_TAKEN_OVER);
	assert_int_equal(step(asked, ACT_RETURN, BY_RECIPIENT, opened), CASE_RETURNED);
	assert_int_equal(step(asked, ACT_WITHDRAW_CONFIRM, BY_SENDER, opened), GW_EREFUSED);
}

/* No state is a trap: from each that has not ended, an end can be reached. */
static void what_may_be_there_is_corrected(void **state)
{
	(void)state;
	for (int s = CASE_NONE; s < CASE_STATES; s++) {
		bool ended = case_ended((enum case_state)s);
		bool there = s == CASE_CLOSED || (s >= CASE_RELEASED && !ended);
		assert_int_equal(case_corrects((enum case_state)s), there);
	}
}

static void nobody_is_left_behind(void **state)
{
	(void)state;
	const struct case_facts all[] = {{0}, {.direct = true}, {.fetched = true},
	    {.fetched = true, .opened = true}, {.delete_never = true},
	    {.opened = true, .return_term_over = true}};
	for (int s = CASE_DRAFT; s < CASE_DECLINED; s++)
		for (size_t f = 0; f < GW_LENGTH(all); f++) {
			bool seen[CASE_STATES] = {[CASE_NONE] = false};
			bool grew = seen[s] = true, ends = false;
			while (grew) {
				grew = false;
				for (int from = 0; from < CASE_STATES; from++)
					for (int a = 0; seen[from] && a < CASE_ACTS; a++)
						for (unsigned by = 1; by <= 4; by *= 2) {
							enum case_state to;
							if (a == ACT_MISDELIVERED ||
							    case_step((enum case_state)from,
								(enum case_act)a, (enum case_by)by,
								&all[f], &to, NULL) < 0 ||
							    seen[to])
								continue;
							seen[to] = grew = true;
							ends = ends || case_ended(to);
						}
			}
			assert_true(ends);
		}
}

static void acts_are_the_kinds_of_statements(void **state)
{
	(void)state;
	for (int a = 0; a < CASE_ACTS; a++) {
		const char *word = case_act_word((enum case_act)a);
		assert_int_equal(case_act_of(word), a);
		json_t *body = json_pack("{s:s+}", "doc", "handover/", word);
		char *doc = str_printf("handover/%s/1", word);
		assert_int_equal(json_object_set_new(body, "doc", json_string(doc)), 0);
		struct errinfo ei = ERRINFO_INIT;
		(void)!statement_check("x", body, NULL, NULL, &ei);
		bool unknown = strstr(ei.msg, "kind") != NULL;
		bool local = a == ACT_PREPARE || a == ACT_CHECK || a == ACT_EXPIRE;
		if (unknown != local)
			fail_msg("%s: %s", word, ei.msg);
		free(doc);
		json_decref(body);
	}
	assert_int_equal(case_act_of("steal"), -1);
	assert_int_equal(case_state_of("lost"), -1);
}

/* docs/CASES.md holds what the table prints. */
static void the_page_is_the_table(void **state)
{
	(void)state;
	struct buf table GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	struct buf page GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(case_print(&table), 0);
	test_code(file_read("docs/CASES.md", 64 << 10, &page, &ei), 0, &ei);
	if (!strstr(page.data, table.data))
		fail_msg("docs/CASES.md is to hold:\n%s", table.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_pair_is_as_the_domain_says),
	    cmocka_unit_test(facts_open_and_close_doors),
	    cmocka_unit_test(what_may_be_there_is_corrected),
	    cmocka_unit_test(nobody_is_left_behind),
	    cmocka_unit_test(acts_are_the_kinds_of_statements),
	    cmocka_unit_test(the_page_is_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
