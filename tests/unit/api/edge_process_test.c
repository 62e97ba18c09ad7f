/* SPDX-License-Identifier: EUPL-1.2 */
/* The limits of the edge's server; its life is in tests/cli/handoverd_test.sh. */
#include "api/edge_process.h"

#include "api/courier.h"
#include "tests/unit/test.h"

static void without_a_word_the_defaults_hold(void **state)
{
	struct settings s = {.serve = {.workers = 0}};
	(void)state;
	struct http_limits l = edge_limits(&s);
	assert_int_equal(l.connections, HTTP_LIMITS.connections);
	assert_int_equal(l.per_address, HTTP_LIMITS.per_address);
	assert_int_equal(l.workers, HTTP_LIMITS.workers);
	assert_int_equal(l.with_body, HTTP_LIMITS.with_body);
	assert_int_equal(l.per_peer, HTTP_LIMITS.per_peer);
	assert_int_equal(l.idle_ms, HTTP_LIMITS.idle_ms);
}

/* Whatever gateway.yaml says, a server can be made of it, a GET finds a worker beside the bodies,
 * and there is a link for everybody. */
static void every_number_of_workers_makes_a_server(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 300; n++) {
		struct settings s = {
		    .serve = {.workers = n, .connections = 7, .per_address = 3, .per_peer = 2}};
		struct http_limits l = edge_limits(&s);
		struct http_server *server = NULL;
		struct errinfo ei = ERRINFO_INIT;
		assert_int_equal(l.workers, n);
		assert_int_equal(l.per_address, 3);
		assert_int_equal(l.per_peer, 2);
		assert_true(l.with_body < n && n - l.with_body == (n + 7) / 8);
		assert_true(l.connections >= n && l.connections >= 7);
		assert_int_equal(edge_links(&s), n + EDGE_LOCAL_WORKERS + COURIER_LINKS);
		test_code(http_server_new(&l, &(struct http_handlers){.arg = NULL}, &server, &ei),
		    0, &ei);
		http_server_free(server);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_word_the_defaults_hold),
	    cmocka_unit_test(every_number_of_workers_makes_a_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
