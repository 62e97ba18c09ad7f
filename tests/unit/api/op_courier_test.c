/* SPDX-License-Identifier: EUPL-1.2 */
/* What the courier asks the core, and nobody else may; the way of a whole job is in
 * tests/cli/two_gateways_test.sh. */
#include "tests/unit/api/world.h"

static struct link_call call_of(unsigned op)
{
	return (struct link_call){.op = op};
}

/* code NULL: it is no problem. */
static void world_answer(const struct link_call *c, int status, const char *code)
{
	ask(c, status);
	if (code)
		is_problem(code);
}

static void only_the_edge_itself_asks(void **state)
{
	static const unsigned ops[] = {API_JOB_NEXT, API_JOB_DONE, API_PEERS, API_MIRROR,
	    API_MIRRORED, API_PINNED, API_WITNESS_NEXT, API_WITNESS_DONE};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(ops); i++) {
		struct link_call c = world_call(ops[i], PROVIDER);
		assert_null(api_routes[ops[i]].path);
		world_answer(&c, 404, "not-found");
	}
}

static void there_is_nothing_to_carry(void **state)
{
	struct link_call c = call_of(API_JOB_NEXT);
	uint64_t wait = 0;
	(void)state;
	world_answer(&c, 204, NULL);
	assert_int_equal(str_u64(answer_field("Wait"), 1000, &wait), 0);
	assert_int_equal(world.a.fd, -1);
}

static void a_job_ends_by_one_of_three_words(void **state)
{
	struct link_call c = call_of(API_JOB_DONE);
	(void)state;
	world_answer(&c, 400, "usage");
	world_param(&c, "1");
	world_param(&c, "perhaps");
	world_answer(&c, 400, "usage");
	c.params[0] = "one";
	c.params[1] = "done";
	world_answer(&c, 400, "usage");
	c.params[0] = "1";
	world_answer(&c, 404, "not-found");
}

static void nobody_is_to_be_asked(void **state)
{
	struct link_call c = call_of(API_PEERS);
	(void)state;
	world_answer(&c, 200, NULL);
	assert_int_equal(json_array_size(json_object_get(world.json, "items")), 0);
}

static void what_is_no_chain_counts_as_read(void **state)
{
	static const char *const bodies[] = {"[]", "{}", "[1]", "[{\"statement\":1}]", "no"};
	struct link_call c = call_of(API_MIRROR);
	(void)state;
	world_answer(&c, 400, "usage");
	world_param(&c, SUCCESSOR);
	world_param(&c, PROVIDER);
	world_param(&c, "c-1");
	for (size_t i = 0; i < GW_LENGTH(bodies); i++) {
		c.body = bodies[i];
		c.body_n = strlen(bodies[i]);
		world_answer(&c, 200, NULL);
	}
	c.params[0] = "..";
	world_answer(&c, 400, "usage");
}

static void how_far_was_read_is_kept(void **state)
{
	struct link_call c = call_of(API_MIRRORED);
	(void)state;
	world_answer(&c, 400, "usage");
	world_param(&c, SUCCESSOR);
	c.number = 7;
	world_answer(&c, 204, NULL);
	c.number = UINT64_MAX;
	world_answer(&c, 400, "usage");
}

static void a_key_is_pinned_or_not(void **state)
{
	struct link_call c = call_of(API_PINNED);
	(void)state;
	world_param(&c, SUCCESSOR);
	world_param(&c, world_pin(SUCCESSOR));
	world_answer(&c, 204, NULL);
	c.params[1] = world_pin(PROVIDER);
	world_answer(&c, 404, "not-found");
	c.params[0] = STRANGER;
	c.params[1] = world_pin(STRANGER);
	world_answer(&c, 404, "not-found");
	c.params_n = 1;
	world_answer(&c, 404, "not-found");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_edge_itself_asks),
	    cmocka_unit_test(there_is_nothing_to_carry),
	    cmocka_unit_test(a_job_ends_by_one_of_three_words),
	    cmocka_unit_test(nobody_is_to_be_asked),
	    cmocka_unit_test(what_is_no_chain_counts_as_read),
	    cmocka_unit_test(how_far_was_read_is_kept),
	    cmocka_unit_test(a_key_is_pinned_or_not),
	};
	return cmocka_run_group_tests_name("api/op_courier", tests, world_begin, world_end);
}
