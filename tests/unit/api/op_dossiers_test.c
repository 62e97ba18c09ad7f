/* SPDX-License-Identifier: EUPL-1.2 */
/* Dossiers that are handed in: who may, what comes of it, what stays, and the same request twice.
 */
#include <pthread.h>
#include <signal.h>

#include "tests/unit/api/world.h"

#define KEY_1 "11111111-1111-4111-8111-111111111111"
#define KEY_2 "22222222-2222-4222-8222-222222222222"
#define KEY_3 "33333333-3333-4333-8333-333333333333"
#define KEY_4 "44444444-4444-4444-8444-444444444444"
#define KEY_5 "55555555-5555-4555-8555-555555555555"

static const struct dossier_wish good = {
    .oin = PROVIDER, .file = "een.tar", .key = KEY_1, .policy = POLICY, .to = SUCCESSOR};

static uint64_t packages(void)
{
	struct cases_counts n = {0};
	struct errinfo ei = ERRINFO_INIT;
	test_code(cases_counts(world.cases, clock_now(), &n, &ei), 0, &ei);
	return n.packages;
}

/* The ledger's records of acts about transfers, newest last: "act out ctl". */
static void last_record(const char *act, char *out, size_t cap)
{
	char *dir GW_CLEANUP(str_free_p) = world_path("outgoing");
	char *command GW_CLEANUP(str_free_p) = str_printf(
	    "%s/handover --home '%s' ledger show --json | jq -r 'select(.act == \"%s\") | "
	    "[.out // \"-\", .ctl // \"-\", .actor.k // \"-\", .actor.auth // \"-\"] | "
	    "join(\" \")' | tail -n 1",
	    getenv("BUILD"), dir, act);
	FILE *f = popen(command, "re");
	assert_non_null(f);
	out[0] = '\0';
	assert_non_null(fgets(out, (int)cap, f));
	out[strcspn(out, "\n")] = '\0';
	assert_int_equal(pclose(f), 0);
}

static void a_dossier_becomes_a_package_that_lies_here(void **state)
{
	char package[ID_TEXT], record[128];
	struct statement st = {0};
	struct errinfo ei = ERRINFO_INIT;
	uint8_t p7s[CADES_MAX];
	size_t n = 0;
	(void)state;
	hand_in(&good, 201);
	(void)snprintf(package, sizeof package, "%s", jx_str(world.json, "package"));
	assert_int_equal(json_integer_value(json_object_get(world.json, "seq")), 1);
	assert_non_null(jx_str(world.json, "case"));
	const json_t *released = json_object_get(json_object_get(world.json, "report"), "released");
	assert_true(json_integer_value(json_object_get(released, "fields")) > 5);
	const char *slip = jx_str(world.json, "slip"), *signature = jx_str(world.json, "signature");
	assert_int_equal(str_unb64(signature, strlen(signature), p7s, sizeof p7s, &n), 0);
	test_code(
	    statement_verify("slip", slip, strlen(slip), p7s, n, "slip",
		registry_trust(home_registry(world.home)), clock_now(), clock_now(), &st, &ei),
	    0, &ei);
	assert_string_equal(jx_str(st.body, "package"), package);
	assert_string_equal(st.for_oin, SUCCESSOR);
	ask_for(API_PACKAGE, SUCCESSOR, package, NULL, 200);
	assert_string_equal(jx_str(world.json, "state"), "deposited");
	assert_string_equal(jx_str(world.json, "sha256"), jx_str(st.body, "ciphertext"));
	statement_release(&st);
	last_record("transfer.seal", record, sizeof record);
	assert_string_equal(record, "ok " TOWN " svc mtls");
}

static void the_same_request_gets_the_first_answer(void **state)
{
	struct dossier_wish w = good;
	(void)state;
	hand_in(&good, 201);
	char *first GW_CLEANUP(str_free_p) = str_dup(jx_str(world.json, "package"));
	uint64_t n = packages();
	hand_in(&good, 201);
	assert_string_equal(jx_str(world.json, "package"), first);
	world_stop(); /* the answer outlives the process */
	world_start();
	hand_in(&good, 201);
	assert_string_equal(jx_str(world.json, "package"), first);
	assert_int_equal(packages(), n);
	w.file = "twee.zip";
	hand_in(&w, 422);
	is_problem("conflict");
	w.file = good.file;
	w.language = "en";
	hand_in(&w, 422);
	w.language = NULL;
	w.oin = TOWN; /* another's key is another one */
	hand_in(&w, 201);
	assert_string_not_equal(jx_str(world.json, "package"), first);
	assert_int_equal(packages(), n + 1);
}

static void a_mandate_hands_in_what_is_of_its_own_contract(void **state)
{
	struct dossier_wish w = good;
	char record[128];
	(void)state;
	w.oin = TOWN;
	w.key = KEY_2;
	w.file = "twee.zip";
	w.case_id = "c-mandaat";
	w.language = "en";
	hand_in(&w, 201);
	assert_string_equal(jx_str(world.json, "case"), "c-mandaat");
	last_record("transfer.seal", record, sizeof record);
	assert_string_equal(record, "ok " TOWN " svc mtls");
	w.oin = SUCCESSOR; /* it has a mandate, but is no party of contract RI-1 */
	w.key = KEY_3;
	uint64_t n = packages();
	hand_in(&w, 403);
	is_problem("refused");
	assert_int_equal(packages(), n);
	last_record("transfer.refuse", record, sizeof record);
	assert_string_equal(record, "deny " SUCCESSOR " svc mtls");
}

static void all_that_is_wrong_is_said_before_a_byte_moves(void **state)
{
	const struct dossier_wish w = {
	    .oin = PROVIDER, .key = "x", .to = "12", .case_id = "123456782", .language = "fr"};
	struct link_call c = world_call(API_DOSSIER_BEGIN, PROVIDER);
	(void)state;
	put_wish(&c, &w);
	ask(&c, 400);
	is_problem("usage");
	assert_int_equal(json_array_size(json_object_get(world.json, "errors")), 5);
	assert_int_equal(world.a.fd, -1);
	c = world_call(API_DOSSIER_END, PROVIDER);
	put_wish(&c, &good);
	world_param(&c, KEY_1); /* no such token */
	ask(&c, 404);
}

/* What is wrong with a dossier is told without a value of it. */
static void a_dossier_that_is_no_good_is_refused(void **state)
{
	struct dossier_wish w = good;
	(void)state;
	w.key = KEY_4;
	w.file = "kapot.tar";
	hand_in(&w, 422);
	is_problem("bad-format");
	w.file = "vreemd.tar";
	hand_in(&w, 422);
	assert_null(strstr(world.a.body, "KANARIE"));
	assert_non_null(strstr(jx_str(world.json, "detail"), "birth_date"));
	w.file = "ziek.tar"; /* a person has to settle what the scan found: the report says where */
	hand_in(&w, 403);
	is_problem("refused");
	assert_non_null(json_object_get(world.json, "report"));
	assert_non_null(strstr(world.a.body, "plan.goal"));
	assert_null(strstr(world.a.body, "migraine"));
	assert_null(strstr(world.a.body, "KANARIE"));
	w.file = good.file;
	w.policy = "er-is-geen";
	hand_in(&w, 400);
	assert_null(strstr(world.a.body, world.dir));
	w.policy = POLICY;
	w.to = TOWN; /* which did not accept this policy */
	hand_in(&w, 403);
	is_problem("refused");
	w.to = STRANGER;
	hand_in(&w, 403);
	w.to = SUCCESSOR; /* and with that key nothing was done so far */
	hand_in(&w, 201);
}

static void only_so_many_arrive_at_once(void **state)
{
	char token[8][ID_TEXT];
	uint64_t n;
	unsigned open = 0;
	struct link_call c = world_call(API_DOSSIER_BEGIN, PROVIDER);
	struct dossier_wish w = good;
	(void)state;
	put_wish(&c, &good);
	for (; open < 4; open++)
		dossier_begin(&w, token[open], &n);
	ask(&c, 503);
	is_problem("limit-reached");
	assert_non_null(answer_field("Retry-After"));
	for (unsigned i = 0; i < open; i++) {
		struct link_call drop = world_call(API_DOSSIER_DROP, PROVIDER);
		world_param(&drop, token[i]);
		ask(&drop, 204);
	}
	ask(&c, 200);
	(void)close(world.a.fd);
	char last[ID_TEXT];
	(void)snprintf(last, sizeof last, "%s", (const char *)world.a.body);
	struct link_call other = world_call(API_DOSSIER_END, TOWN); /* another's token */
	put_wish(&other, &good);
	world_param(&other, last);
	ask(&other, 404);
	struct link_call drop = world_call(API_DOSSIER_DROP, PROVIDER);
	world_param(&drop, last);
	ask(&drop, 204);
}

/* The memory cannot be made larger than a dossier may be, nor told to be. */
static void a_body_has_its_limit(void **state)
{
	struct link_call c = world_call(API_DOSSIER_BEGIN, PROVIDER);
	uint64_t limit = 0;
	(void)state;
	put_wish(&c, &good);
	ask(&c, 200);
	assert_int_equal(str_u64(answer_field("Limit"), UINT64_MAX, &limit), 0);
	assert_true(limit > 0);
	assert_true(pwrite(world.a.fd, "x", 1, (off_t)limit) < 0);
	assert_true(ftruncate(world.a.fd, (off_t)limit + 1) < 0);
	(void)close(world.a.fd);
	char token[ID_TEXT];
	(void)snprintf(token, sizeof token, "%s", (const char *)world.a.body);
	c = world_call(API_DOSSIER_END, PROVIDER);
	put_wish(&c, &good);
	world_param(&c, token);
	c.number = limit + 1;
	ask(&c, 500);
}

/* With a ledger that cannot be written nothing is sealed. */
static void without_the_ledger_there_is_no_package(void **state)
{
	struct dossier_wish w = good;
	char token[ID_TEXT], before[TIME_TEXT];
	struct errinfo ei = ERRINFO_INIT;
	struct link_call c = world_call(API_DOSSIER_END, PROVIDER);
	uint64_t n = packages();
	(void)state;
	w.key = KEY_5;
	dossier_begin(&w, token, &c.number);
	time_text(clock_now() - 60 * 60 * 1000, before);
	test_code(clock_set_test(before, &ei), 0, &ei);
	put_wish(&c, &w);
	world_param(&c, token);
	ask(&c, 503);
	is_problem("ledger-unavailable");
	test_code(clock_set_test(NULL, &ei), 0, &ei);
	assert_int_equal(packages(), n);
	hand_in(&w, 201);
	assert_int_equal(packages(), n + 1);
}

/* ---- twice at once, and killed on the way ---- */

struct racer {
	struct link_call call;
	struct buf out;
	struct link_answer a;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	api_core_answer(world.core, &r->call, &r->out, &r->a);
	return NULL;
}

static void the_same_request_twice_at_once_is_done_once(void **state)
{
	struct dossier_wish w = good;
	struct racer r[2] = {0};
	char token[2][ID_TEXT];
	pthread_t t[2];
	uint64_t n = packages();
	(void)state;
	w.key = "66666666-6666-4666-8666-666666666666";
	for (size_t i = 0; i < 2; i++) {
		r[i].out = (struct buf)BUF_INIT(1 << 20);
		r[i].call = world_call(API_DOSSIER_END, PROVIDER);
		dossier_begin(&w, token[i], &r[i].call.number);
		put_wish(&r[i].call, &w);
		world_param(&r[i].call, token[i]);
	}
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, race, &r[i]), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	/* the second is told to wait, or comes late enough for the first answer */
	assert_true(r[0].a.status == 201 || r[1].a.status == 201);
	for (size_t i = 0; i < 2; i++) {
		assert_true(r[i].a.status == 201 || r[i].a.status == 409);
		buf_release(&r[i].out);
	}
	assert_int_equal(packages(), n + 1);
}

static size_t package_files(void)
{
	char *dir GW_CLEANUP(str_free_p) = world_path("outgoing/packages");
	struct file_list l = {0};
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_list(dir, "", &l, &ei), 0, &ei);
	size_t n = l.n;
	file_list_release(&l);
	return n;
}

/* Half of the kills come at some moment, half shortly after the package's file is there. */
static void wait_for_kill(unsigned i, size_t files)
{
	if (i % 2 == 0) {
		(void)usleep(20000 + i * 15000);
		return;
	}
	for (int64_t until = clock_mono() + 10000;
	     package_files() == files && clock_mono() < until;)
		(void)usleep(100);
	(void)usleep(i * 1000);
}

/* Whenever the process is killed, the same request afterwards gives one package and no more. */
static void a_kill_leaves_one_package(void **state)
{
	enum { KILLS = 12 };
	unsigned before = 0, after = 0;
	(void)state;
	if (getenv("API_ANSWERS")) /* it adds nothing to the answers */
		return;
	for (unsigned i = 0; i < KILLS; i++) {
		char key[ID_TEXT], case_id[16];
		struct dossier_wish w = good;
		uint64_t n = packages();
		const size_t files = package_files();
		id_v4(key);
		(void)snprintf(case_id, sizeof case_id, "c-kill-%u", i);
		w.key = key;
		w.case_id = case_id;
		world_stop();
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			world_start();
			hand_in(&w, 201);
			_exit(0);
		}
		wait_for_kill(i, files);
		(void)kill(child, SIGKILL);
		int status = 0;
		assert_int_equal(waitpid(child, &status, 0), child);
		world_start();
		bool there = packages() > n;
		before += !there;
		after += there;
		hand_in(&w, 201);
		assert_int_equal(packages(), n + 1);
		char *package GW_CLEANUP(str_free_p) = str_dup(jx_str(world.json, "package"));
		ask_for(API_PACKAGE, PROVIDER, package, NULL, 200);
		assert_string_equal(jx_str(world.json, "state"), "deposited");
	}
	printf("# note: killed before the package was there: %u, after: %u\n", before, after);
}

/* After all of that: no value of any dossier lies under the home, whatever was refused. */
static void nothing_readable_lies_under_the_home(void **state)
{
	char *home GW_CLEANUP(str_free_p) = world_path("outgoing");
	char *command GW_CLEANUP(str_free_p) =
	    str_printf("grep -raqE 'Kanarie|KANARIE|123456782|kanarie\\.png' '%s'", home);
	(void)state;
	assert_int_equal(WEXITSTATUS(system(command)), 1);
	char *there GW_CLEANUP(str_free_p) =
	    str_printf("grep -qa Kanarie '%s/een.tar'", world.dir); /* and grep would find it */
	assert_int_equal(WEXITSTATUS(system(there)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_dossier_becomes_a_package_that_lies_here),
	    cmocka_unit_test(the_same_request_gets_the_first_answer),
	    cmocka_unit_test(a_mandate_hands_in_what_is_of_its_own_contract),
	    cmocka_unit_test(all_that_is_wrong_is_said_before_a_byte_moves),
	    cmocka_unit_test(a_dossier_that_is_no_good_is_refused),
	    cmocka_unit_test(only_so_many_arrive_at_once),
	    cmocka_unit_test(a_body_has_its_limit),
	    cmocka_unit_test(without_the_ledger_there_is_no_package),
	    cmocka_unit_test(the_same_request_twice_at_once_is_done_once),
	    cmocka_unit_test(a_kill_leaves_one_package),
	    cmocka_unit_test(nothing_readable_lies_under_the_home),
	};
	return cmocka_run_group_tests_name("api/op_dossiers", tests, world_begin, world_end);
}
