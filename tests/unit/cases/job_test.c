/* SPDX-License-Identifier: EUPL-1.2 */
/* Acts for another gateway: kept, brought in order, refused or taken there, and then here. */
#include "tests/unit/cases/parcel.h"

/* An act of the sender in a case whose recipient another gateway serves. It waits. */
static void queued(struct play *p, enum case_act act)
{
	enum cases_taken taken = CASES_NEW;
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	struct cases_call call = fixture_call(p->f, SENDER);
	json_t *seen GW_CLEANUP(jx_release) = NULL;
	fixture_sign(p->f, P_SENDER, case_act_word(act), FAR, play_members(p, act), &json, &p7s);
	test_code(cases_act(p->f->cases, &call, SENDER, p->id, json.data, json.len, p7s.data,
		      p7s.len, &taken, &seen, &p->f->ei),
	    0, &p->f->ei);
	assert_int_equal(taken, CASES_QUEUED);
	hash_sha256_hex(json.data, json.len, p->head);
}

static struct play far_play(struct fixture *f, enum policies policy)
{
	struct play p = play_new(f, policy);
	p.recipient = P_FAR;
	return p;
}

static int next(struct fixture *f, struct cases_job *j, int64_t *when)
{
	struct cases_call call = fixture_call(f, GATEWAY);
	return cases_job_next(f->cases, &call, j, when, &f->ei);
}

static void job_is(struct fixture *f, struct cases_job *j, const char *kind)
{
	int64_t when;
	test_code(next(f, j, &when), 0, &f->ei);
	json_t *body GW_CLEANUP(jx_release) = NULL;
	test_code(jx_parse("json", j->json.data, j->json.len, &JX_SMALL, &body, &f->ei), 0, &f->ei);
	char doc[64];
	(void)snprintf(doc, sizeof doc, "handover/%s/1", kind);
	assert_string_equal(jx_str(body, "doc"), doc);
	assert_string_equal(j->gateway, "https://far.example");
	assert_string_equal(j->gateway_oin, FARGATE);
	assert_string_equal(j->sender, SENDER);
}

static void done(struct fixture *f, struct cases_job *j, int code, const char *problem)
{
	struct cases_call call = fixture_call(f, GATEWAY);
	test_code(cases_job_done(f->cases, &call, j->id, code, problem, &f->ei), 0, &f->ei);
	cases_job_release(j);
}

static void nothing_due(struct fixture *f)
{
	struct cases_job j;
	int64_t when = 0;
	test_code(next(f, &j, &when), GW_ENOENT, &f->ei);
	assert_true(when > f->now && when <= f->now + 1000);
}

/* The last event that the sender sees. */
static void last_event(struct play *p, const char *kind, const char *note)
{
	struct cases_call call = fixture_call(p->f, SENDER);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	test_code(cases_events(p->f->cases, &call, 0, 100, &j, &p->f->ei), 0, &p->f->ei);
	const json_t *items = json_object_get(j, "items");
	const json_t *last = json_array_get(items, json_array_size(items) - 1);
	assert_non_null(last);
	assert_string_equal(jx_str(last, "kind"), kind);
	if (note)
		assert_string_equal(jx_str(last, "note"), note);
}

static size_t pending(struct play *p, const char **ret_problem)
{
	json_t *j GW_CLEANUP(jx_release) = play_show(p, SENDER);
	const json_t *list = json_object_get(j, "pending");
	static char problem[80];
	const char *said = jx_str(json_array_get(list, 0), "problem");
	(void)snprintf(problem, sizeof problem, "%s", said ? said : "");
	if (ret_problem)
		*ret_problem = problem;
	return json_array_size(list);
}

static size_t statements(struct play *p)
{
	struct cases_call call = fixture_call(p->f, SENDER);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	test_code(cases_statements(p->f->cases, &call, SENDER, p->id, false, &j, &p->f->ei), 0,
	    &p->f->ei);
	return json_array_size(json_object_get(j, "items"));
}

static void taken_there_and_then_here(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, OFFERED_KEEPS);
	struct cases_job j;
	nothing_due(f);
	queued(&p, ACT_OFFER);
	assert_int_equal(pending(&p, NULL), 1);
	assert_int_equal(statements(&p), 0);
	job_is(f, &j, "offer");
	assert_int_equal(j.kind, CASES_JOB_STATEMENT);
	assert_int_equal(j.file.fd, -1);
	assert_string_equal(j.case_id, p.id);
	nothing_due(f); /* it is being done */
	done(f, &j, 0, NULL);
	assert_int_equal(pending(&p, NULL), 0);
	assert_int_equal(statements(&p), 1);
	play_is(&p, CASE_OFFERED);
	last_event(&p, "delivered", NULL);
	nothing_due(f);
}

static void tried_again_until_it_is_there(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, OFFERED_KEEPS);
	struct cases_job j;
	const char *problem;
	queued(&p, ACT_OFFER);
	for (int i = 0; i < 3; i++) {
		job_is(f, &j, "offer");
		done(f, &j, GW_ENET, "counterparty");
		nothing_due(f);
		assert_int_equal(pending(&p, &problem), 1);
		assert_string_equal(problem, "counterparty");
		fixture_time(f, f->now + (1000 << i) - 1);
		nothing_due(f);
		fixture_time(f, f->now + 1);
		fixture_down(f); /* what waits outlives us */
		fixture_up(f);
	}
	struct cases_counts n;
	test_code(cases_counts(f->cases, f->now, &n, &f->ei), 0, &f->ei);
	assert_int_equal(n.jobs, 1);
	assert_int_equal(n.jobs_failing, 1);
	job_is(f, &j, "offer");
	done(f, &j, 0, NULL);
	play_is(&p, CASE_OFFERED);
}

static void refused_there_leaves_all_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, OFFERED_KEEPS);
	struct cases_job j;
	queued(&p, ACT_OFFER);
	job_is(f, &j, "offer");
	done(f, &j, 0, NULL);
	char head[HASH_HEX];
	memcpy(head, p.head, sizeof head);
	queued(&p, ACT_CANCEL);
	size_t before = records(f, "transfer.refuse", "", "deny");
	job_is(f, &j, "cancel");
	done(f, &j, GW_ECONFLICT, "not legal");
	last_event(&p, "refused", "not_legal"); /* a word */
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), before + 1);
	play_is(&p, CASE_OFFERED);
	assert_int_equal(statements(&p), 1);
	json_t *seen GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	assert_string_equal(jx_str(seen, "head"), head);
	nothing_due(f);
}

/* Its bytes are not taken again, though they would follow: whoever still wants it signs anew. */
static void what_was_refused_is_not_taken_again(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, OFFERED_KEEPS);
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	struct cases_call call = fixture_call(f, SENDER);
	json_t *seen GW_CLEANUP(jx_release) = NULL;
	enum cases_taken taken = CASES_NEW;
	struct cases_job j;
	queued(&p, ACT_OFFER);
	job_is(f, &j, "offer");
	done(f, &j, 0, NULL);
	fixture_sign(f, P_SENDER, "cancel", FAR, play_members(&p, ACT_CANCEL), &json, &p7s);
	test_code(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data, p7s.len,
		      &taken, &seen, &f->ei),
	    0, &f->ei);
	assert_int_equal(taken, CASES_QUEUED);
	job_is(f, &j, "cancel");
	done(f, &j, GW_EREFUSED, "refused");
	jx_release(&seen);
	test_code(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data, p7s.len,
		      &taken, &seen, &f->ei),
	    GW_ECONFLICT, &f->ei);
	assert_false(cases_stale(&f->ei));
	assert_int_equal(pending(&p, NULL), 0);
	queued(&p, ACT_CANCEL);
	job_is(f, &j, "cancel");
	done(f, &j, 0, NULL);
	play_is(&p, CASE_CANCELLED);
}

static void the_package_goes_before_its_release(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, DIRECT_DELETES), other = far_play(f, OFFERED_KEEPS);
	struct parcel k = parcel_new(&p, 5000);
	struct cases_job j, l;
	char sha256[HASH_HEX];
	brought(f, &k);
	queued(&p, ACT_RELEASE);
	queued(&other, ACT_OFFER);
	job_is(f, &j, "slip");
	assert_int_equal(j.kind, CASES_JOB_PACKAGE);
	assert_string_equal(j.package, k.package);
	assert_int_equal(j.json.len, k.slip.len);
	assert_memory_equal(j.p7s.data, k.p7s.data, k.p7s.len);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(10000);
	test_code(file_read_fd(j.file.fd, 10000, &b, &f->ei), 0, &f->ei);
	hash_sha256_hex(b.data, b.len, sha256);
	assert_string_equal(sha256, p.ciphertext);
	assert_string_equal(j.file.sha256, p.ciphertext);
	job_is(f, &l, "offer"); /* of the other case: nobody waits for the large package */
	nothing_due(f);
	done(f, &l, 0, NULL);
	done(f, &j, 0, NULL);
	job_is(f, &j, "release");
	done(f, &j, 0, NULL);
	play_is(&p, CASE_RELEASED);
	parcel_release(&k);
}

/* What ends harm is taken at once, also while the act before it still waits. */
static void acts_wait_behind_each_other(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 100);
	struct cases_job j;
	int64_t next_tick;
	brought(f, &k);
	queued(&p, ACT_RELEASE);
	job_is(f, &j, "slip");
	queued(&p, ACT_WITHDRAW);
	assert_int_equal(pending(&p, NULL), 3);
	done(f, &j, 0, NULL);
	job_is(f, &j, "release");
	nothing_due(f);
	done(f, &j, 0, NULL);
	play_is(&p, CASE_RELEASED);
	job_is(f, &j, "withdraw");
	done(f, &j, 0, NULL);
	play_is(&p, CASE_WITHDRAWN);
	assert_int_equal(statements(&p), 2);
	test_code(cases_tick(f->cases, f->registry, f->now, &next_tick, &f->ei), 0, &f->ei);
	assert_false(file_there(f, k.package));
	parcel_release(&k);
}

/* It was withdrawn before it left: the statements go, the bytes do not. */
static void what_was_withdrawn_does_not_leave(void **state)
{
	static const enum case_act acts[] = {ACT_WITHDRAW, ACT_ENTERED_IN_ERROR};
	struct fixture *f = *state;
	for (size_t i = 0; i < GW_LENGTH(acts); i++) {
		struct play p = far_play(f, DIRECT_DELETES);
		struct parcel k = parcel_new(&p, 5000);
		struct cases_job j;
		brought(f, &k);
		queued(&p, ACT_RELEASE);
		job_is(f, &j, "slip"); /* begun, and not finished */
		done(f, &j, GW_ENET, "unreachable");
		queued(&p, acts[i]);
		fixture_time(f, f->now + 2000);
		job_is(f, &j, "release");
		assert_int_equal(j.file.fd, -1);
		last_event(&p, "refused", "withdrawn");
		done(f, &j, GW_EREFUSED, "refused");
		job_is(f, &j, case_act_word(acts[i]));
		done(f, &j, GW_ECONFLICT, "stale");
		nothing_due(f);
		parcel_release(&k);
	}
}

/* What follows on it may be about another package. */
static void what_follows_may_be_about_another_package(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, DIRECT_DELETES), first;
	struct parcel k = parcel_new(&p, 500);
	struct cases_job j;
	brought(f, &k);
	queued(&p, ACT_RELEASE);
	for (int i = 0; i < 2; i++) {
		job_is(f, &j, i ? "release" : "slip");
		done(f, &j, 0, NULL);
	}
	play_is(&p, CASE_RELEASED);
	first = p;
	struct parcel l = parcel_of(&p, 500, "supersedes", json_string(k.package));
	brought(f, &l);
	queued(&p, ACT_RELEASE);
	memcpy(first.head, p.head, sizeof first.head);
	queued(&first, ACT_WITHDRAW);
	job_is(f, &j, "slip");
	assert_string_equal(j.package, l.package);
	done(f, &j, 0, NULL);
	parcel_release(&k);
	parcel_release(&l);
}

static void a_package_that_has_gone_is_not_brought(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 5000);
	struct cases_job j;
	brought(f, &k);
	queued(&p, ACT_RELEASE);
	fixture_time(f, f->now + 11 * DAY);
	job_is(f, &j, "release"); /* which is refused there: no package */
	last_event(&p, "refused", "refused");
	done(f, &j, GW_EREFUSED, "refused");
	nothing_due(f);
	assert_int_equal(statements(&p), 0);
	parcel_release(&k);
}

static void waits_while_nobody_knows_where_to(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, OFFERED_KEEPS);
	struct cases_job j;
	const char *problem;
	queued(&p, ACT_OFFER);
	char *path GW_CLEANUP(str_free_p) = file_join(f->registry_dir, "organisations.yaml");
	char *text GW_CLEANUP(str_free_p) = slurp(path);
	char *without GW_CLEANUP(str_free_p) = with(
	    text, "    gateway: \"https://far.example\"\n    gateway_oin: \"" FARGATE "\"\n", "");
	fixture_put(f->registry_dir, "organisations.yaml", without);
	fixture_reload(f);
	nothing_due(f);
	assert_int_equal(pending(&p, &problem), 1);
	assert_string_equal(problem, "no_gateway");
	fixture_put(f->registry_dir, "organisations.yaml", text);
	fixture_reload(f);
	fixture_time(f, f->now + 1000);
	job_is(f, &j, "offer");
	done(f, &j, 0, NULL);
	play_is(&p, CASE_OFFERED);
}

/* The ledger cannot be written when the answer comes: it is brought, and answered, once more. */
static void an_answer_is_not_lost(void **state)
{
	struct fixture *f = *state;
	struct play p = far_play(f, OFFERED_KEEPS);
	struct cases_call call;
	struct cases_job j;
	int64_t now = f->now;
	queued(&p, ACT_OFFER);
	job_is(f, &j, "offer");
	const struct ledger_record later = {.act = "audit.read", .out = LEDGER_OK};
	fixture_time(f, now + 20 * 60000);
	test_code(ledger_append(f->ledger, &later, NULL, NULL, &f->ei), 0, &f->ei);
	fixture_time(f, now + 10 * 60000); /* a clock that steps back: no record */
	call = fixture_call(f, GATEWAY);
	test_code(cases_job_done(f->cases, &call, j.id, 0, NULL, &f->ei), GW_ELEDGER, &f->ei);
	cases_job_release(&j);
	assert_int_equal(pending(&p, NULL), 1);
	fixture_time(f, now + 20 * 60000);
	job_is(f, &j, "offer");
	done(f, &j, 0, NULL);
	assert_int_equal(statements(&p), 1);
	play_is(&p, CASE_OFFERED);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(taken_there_and_then_here),
	    TEST(tried_again_until_it_is_there),
	    TEST(refused_there_leaves_all_as_it_was),
	    TEST(what_was_refused_is_not_taken_again),
	    TEST(the_package_goes_before_its_release),
	    TEST(acts_wait_behind_each_other),
	    TEST(what_was_withdrawn_does_not_leave),
	    TEST(what_follows_may_be_about_another_package),
	    TEST(a_package_that_has_gone_is_not_brought),
	    TEST(waits_while_nobody_knows_where_to),
	    TEST(an_answer_is_not_lost),
	};
	return cmocka_run_group_tests_name("cases/job", tests, NULL, NULL);
}
