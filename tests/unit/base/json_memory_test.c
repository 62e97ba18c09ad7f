/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json_memory.h"

#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static void the_library_uses_it(void **state)
{
	json_malloc_t get;
	json_free_t put;
	(void)state;
	json_t *list GW_CLEANUP(jx_release) = json_array();
	jx_add(list, json_true());
	json_get_alloc_funcs(&get, &put);
	assert_ptr_equal(get, json_memory_get);
	assert_ptr_equal(put, json_memory_put);
}

/* Blocks that come back, kept or fresh, never hold what stood in them before. */
static void nothing_of_a_freed_block_comes_back(void **state)
{
	void *held[40];
	(void)state;
	for (size_t n = 1; n <= 256; n++) {
		for (size_t i = 0; i < 40; i++) {
			held[i] = json_memory_get(n);
			assert_int_equal((uintptr_t)held[i] % 16, 0);
			memset(held[i], 'x', n);
		}
		for (size_t i = 0; i < 40; i++)
			json_memory_put(held[i]);
		for (size_t i = 0; i < 40; i++) {
			held[i] = json_memory_get(n);
			for (size_t k = 0; k < n; k++)
				assert_int_not_equal(((const char *)held[i])[k], 'x');
			memset(held[i], 0, n);
		}
		for (size_t i = 0; i < 40; i++)
			json_memory_put(held[i]);
	}
	json_memory_put(NULL);
}

static void sizes_at_the_edges(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 255, 256, 257, 100000};
	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		void *p = json_memory_get(sizes[i]);
		assert_non_null(p);
		memset(p, 'x', sizes[i]);
		json_memory_put(p);
	}
	assert_null(json_memory_get(SIZE_MAX));
}

static void *make_and_drop(void *value)
{
	for (int i = 0; i < 3000; i++)
		json_decref(json_pack("{s:[i,i,s]}", "name", i, i, "text of some length"));
	json_decref(value); /* made by another thread */
	return json_string("for another thread");
}

static void threads_may_pass_values_on(void **state)
{
	pthread_t t[4];
	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&t[i], NULL, make_and_drop, json_string("from main")), 0);
	for (size_t i = 0; i < 4; i++) {
		void *made;
		assert_int_equal(pthread_join(t[i], &made), 0);
		assert_string_equal(json_string_value(made), "for another thread");
		json_decref(made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_library_uses_it),
	    cmocka_unit_test(nothing_of_a_freed_block_comes_back),
	    cmocka_unit_test(sizes_at_the_edges),
	    cmocka_unit_test(threads_may_pass_values_on),
	};
	return cmocka_run_group_tests_name("base/json_memory", tests, NULL, NULL);
}
