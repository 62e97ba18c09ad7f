/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may call at all, what the registry tells to whom, and how the core is asked how it is. */
#include <pthread.h>
#include <stdatomic.h>

#include "tests/unit/api/world.h"

static void strangers_get_403_and_no_more(void **state)
{
	(void)state;
	for (unsigned op = 0; op < API_OPS; op++) {
		struct link_call c = world_call(op, STRANGER);
		if (op >= API_READY) /* those are the edge's own */
			continue;
		ask(&c, 403);
		is_problem("not-authentic");
		assert_string_equal(
		    jx_str(world.json, "detail"), "this gateway does not know the client");
	}
	struct link_call c = world_call(API_CASES, SUCCESSOR);
	(void)snprintf(c.spki, sizeof c.spki, "%s", world_pin(TOWN)); /* another's key */
	ask(&c, 403);
	c = world_call(API_WHO, SUCCESSOR);
	ask(&c, 204);
	c = world_call(API_UPLOAD_OPTIONS, SUCCESSOR);
	ask(&c, 204);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(api_core_figures(world.core, &text), 0);
	char *line GW_CLEANUP(str_free_p) =
	    str_printf("handover_strangers_total %d\n", API_READY + 1);
	assert_non_null(strstr(text.data, line));
}

/* A key counts on the days of its pin. */
static void a_key_ends_with_its_pin(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(clock_set_test("2031-01-02T12:00:00Z", &ei), 0, &ei);
	ask_for(API_CONTRACTS, PROVIDER, NULL, NULL, 403);
	test_code(clock_set_test(NULL, &ei), 0, &ei);
	ask_for(API_CONTRACTS, PROVIDER, NULL, NULL, 200);
}

static void local_questions_are_the_edges_own(void **state)
{
	struct link_call c = world_call(API_READY, PROVIDER);
	(void)state;
	ask(&c, 404);
	c = (struct link_call){.op = API_READY};
	ask(&c, 204);
	c.op = API_FIGURES;
	ask(&c, 200);
	assert_non_null(
	    strstr(world.a.body, "\nhandover_calls_total{op=\"contracts\",status=\"2xx\"}"));
	assert_non_null(strstr(world.a.body, "\nhandover_ledger_records "));
	c = (struct link_call){.op = API_CASES};
	ask(&c, 403);
	c = (struct link_call){.op = API_OPS};
	ask(&c, 501);
	is_problem("not-in-this-build");
}

static void the_description_is_served(void **state)
{
	(void)state;
	ask_for(API_OPENAPI, TOWN, NULL, NULL, 200);
	assert_string_equal(jx_str(world.json, "openapi"), "3.1.0");
	assert_string_equal(answer_field("Access-Control-Allow-Origin"), "*");
}

static void organisations_come_with_their_keys(void **state)
{
	(void)state;
	ask_for(API_ORGANISATIONS, SUCCESSOR, NULL, NULL, 200);
	assert_int_equal(json_array_size(items()), 3);
	assert_null(jx_str(world.json, "next"));
	ask_for(API_ORGANISATION, SUCCESSOR, SUCCESSOR, NULL, 200);
	assert_string_equal(jx_str(world.json, "name"), "Nieuw Werk");
	const json_t *key = json_array_get(json_object_get(world.json, "keys"), 0);
	const char *statement = jx_str(key, "statement"), *signature = jx_str(key, "signature");
	uint8_t p7s[CADES_MAX];
	size_t n = 0;
	struct statement st = {0};
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(str_unb64(signature, strlen(signature), p7s, sizeof p7s, &n), 0);
	test_code(
	    statement_verify("key", statement, strlen(statement), p7s, n, "key",
		registry_trust(home_registry(world.home)), clock_now(), clock_now(), &st, &ei),
	    0, &ei);
	assert_string_equal(st.by.oin, SUCCESSOR);
	statement_release(&st);
	ask_for(API_ORGANISATION, SUCCESSOR, STRANGER, NULL, 404);
	is_problem("not-found");
}

static void a_list_comes_in_parts(void **state)
{
	char cursor[600] = "";
	unsigned n = 0;
	(void)state;
	for (;; n++) {
		struct link_call c = world_call(API_ORGANISATIONS, TOWN);
		static const char *const order[] = {PROVIDER, SUCCESSOR, TOWN};
		world_query(&c, "limit", "1");
		if (n)
			world_query(&c, "cursor", cursor);
		ask(&c, 200);
		assert_int_equal(json_array_size(items()), 1);
		assert_string_equal(jx_str(json_array_get(items(), 0), "oin"), order[n]);
		if (!jx_str(world.json, "next"))
			break;
		(void)snprintf(cursor, sizeof cursor, "%s", jx_str(world.json, "next"));
	}
	assert_int_equal(n, 2);
	static const char *const bad[][2] = {{"limit", "0"}, {"limit", "501"}, {"limit", "x"},
	    {"limit", ""}, {"cursor", "!"}, {"cursor", "AAA"}};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		struct link_call c = world_call(API_CONTRACTS, TOWN);
		world_query(&c, bad[i][0], bad[i][1]);
		ask(&c, 400);
		is_problem("usage");
		const json_t *e = json_array_get(json_object_get(world.json, "errors"), 0);
		assert_string_equal(jx_str(e, "in"), "query");
		assert_string_equal(jx_str(e, "name"), bad[i][0]);
	}
}

static void contracts_are_for_their_parties(void **state)
{
	static const struct {
		const char *oin;
		size_t n;
	} rows[] = {{PROVIDER, 1}, {SUCCESSOR, 1}, {TOWN, 2}};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		ask_for(API_CONTRACTS, rows[i].oin, NULL, NULL, 200);
		assert_int_equal(json_array_size(items()), rows[i].n);
		const json_t *c = json_array_get(items(), 0);
		assert_string_equal(jx_str(c, "status"), "contracted");
		assert_string_equal(jx_str(c, "controller"), TOWN);
	}
}

static void policies_are_for_whom_they_concern(void **state)
{
	char sha256[HASH_HEX], got[HASH_HEX];
	(void)state;
	ask_for(API_POLICIES, SUCCESSOR, NULL, NULL, 200);
	assert_int_equal(json_array_size(items()), 1);
	const json_t *p = json_array_get(items(), 0);
	assert_string_equal(jx_str(p, "policy"), POLICY);
	assert_string_equal(jx_str(p, "recipient"), SUCCESSOR);
	assert_true(json_is_true(json_object_get(p, "holds")));
	(void)snprintf(sha256, sizeof sha256, "%s", jx_str(p, "sha256"));
	ask_for(API_POLICY, SUCCESSOR, sha256, NULL, 200);
	assert_string_equal(world.a.type, "application/yaml");
	hash_sha256_hex(world.a.body, world.a.body_n, got);
	assert_string_equal(got, sha256);
	ask_for(API_POLICIES, PROVIDER, NULL, NULL, 200); /* the sender of both */
	assert_int_equal(json_array_size(items()), 2);
	ask_for(
	    API_POLICIES, TOWN, NULL, NULL, 200); /* controller of one, recipient of the other */
	assert_int_equal(json_array_size(items()), 2);
	for (size_t i = 0; i < 2; i++)
		if (str_eq(jx_str(json_array_get(items(), i), "recipient"), TOWN))
			(void)snprintf(sha256, sizeof sha256, "%s",
			    jx_str(json_array_get(items(), i), "sha256"));
	ask_for(API_POLICY, TOWN, sha256, NULL, 200);
	ask_for(API_POLICY, SUCCESSOR, sha256, NULL, 404);
	ask_for(API_POLICY, SUCCESSOR, "", NULL, 404);
}

/* ---- reload ---- */

static atomic_bool stop;

static void *ask_on(void *arg)
{
	size_t *n = arg;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct link_answer a;
	const struct link_call c = world_call(API_ORGANISATIONS, TOWN);
	while (!stop) {
		api_core_answer(world.core, &c, &out, &a);
		assert_int_equal(a.status, 200);
		(*n)++;
	}
	return NULL;
}

/* Calls that run keep the registry that they began with. */
static void the_registry_changes_under_running_calls(void **state)
{
	pthread_t t[3];
	size_t n[3] = {0};
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	stop = false;
	for (size_t i = 0; i < GW_LENGTH(t); i++)
		assert_int_equal(pthread_create(&t[i], NULL, ask_on, &n[i]), 0);
	for (int i = 0; i < 20; i++)
		test_code(api_core_reload(world.core, &ei), 0, &ei);
	stop = true;
	for (size_t i = 0; i < GW_LENGTH(t); i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_true(n[i] > 0);
	}
}

static void a_registry_that_is_no_good_changes_nothing(void **state)
{
	char *path GW_CLEANUP(str_free_p) = world_path("outgoing/registry/contracts.yaml");
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(file_read(path, 1 << 20, &text, &ei), 0, &ei);
	test_code(file_write(path, "contracts: []\n", 14, 0644, FILE_REPLACE, &ei), 0, &ei);
	test_code(api_core_reload(world.core, &ei), GW_EAUTH, &ei);
	ask_for(API_CONTRACTS, TOWN, NULL, NULL, 200);
	assert_int_equal(json_array_size(items()), 2);
	test_code(file_write(path, text.data, text.len, 0644, FILE_REPLACE, &ei), 0, &ei);
	test_code(api_core_reload(world.core, &ei), 0, &ei);
}

static void readiness_says_what_is_missing(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	int64_t next = 0;
	char before[TIME_TEXT];
	(void)state;
	test_code(api_core_tick(world.core, &next, &ei), 0, &ei);
	assert_true(next > 0);
	test_code(api_core_ready(world.core, &ei), 0, &ei);
	time_text(clock_now() - 60 * 60 * 1000, before);
	test_code(clock_set_test(before, &ei), 0, &ei); /* the ledger refuses a clock behind it */
	test_code(api_core_ready(world.core, &ei), GW_ELEDGER, &ei);
	const struct link_call c = {.op = API_READY};
	ask(&c, 503);
	is_problem("ledger-unavailable");
	assert_non_null(answer_field("Retry-After"));
	test_code(clock_set_test(NULL, &ei), 0, &ei);
	test_code(api_core_ready(world.core, &ei), 0, &ei);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(strangers_get_403_and_no_more),
	    cmocka_unit_test(a_key_ends_with_its_pin),
	    cmocka_unit_test(local_questions_are_the_edges_own),
	    cmocka_unit_test(the_description_is_served),
	    cmocka_unit_test(organisations_come_with_their_keys),
	    cmocka_unit_test(a_list_comes_in_parts),
	    cmocka_unit_test(contracts_are_for_their_parties),
	    cmocka_unit_test(policies_are_for_whom_they_concern),
	    cmocka_unit_test(the_registry_changes_under_running_calls),
	    cmocka_unit_test(a_registry_that_is_no_good_changes_nothing),
	    cmocka_unit_test(readiness_says_what_is_missing),
	};
	return cmocka_run_group_tests_name("api/core", tests, world_begin, world_end);
}
