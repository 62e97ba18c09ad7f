/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/witness.h"

#include "tests/unit/test.h"

static void a_head_takes_the_place_of_the_one_before(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	struct store *s GW_CLEANUP(store_close_p) = NULL;
	char *dir = test_mkdir();
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "store.db");
	struct store_witness w = {.size = 7, .root = {1, 2, 3}, .at = 5}, back;
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(64);
	(void)state;
	test_code(store_open(path, &s, &ei), 0, &ei);
	{
		struct store_tx *tx GW_CLEANUP(store_end) = NULL;
		test_code(store_begin(s, STORE_WRITE, &tx, &ei), 0, &ei);
		test_code(store_witness_get(tx, "a", &back, NULL, &ei), GW_ENOENT, &ei);
		test_code(store_witness_put(tx, "a", 3, &w, "n", 1, &ei), GW_ECONFLICT, &ei);
		test_code(store_witness_put(tx, "a", 0, &w, "n", 1, &ei), 0, &ei);
		test_code(store_witness_put(tx, "a", 0, &w, "n", 1, &ei), GW_ECONFLICT, &ei);
		w.size = 9;
		w.root[31] = 0xff;
		test_code(store_witness_put(tx, "a", 7, &w, "note\n", 5, &ei), 0, &ei);
		test_code(store_witness_put(tx, "a", 7, &w, "x", 1, &ei), GW_ECONFLICT, &ei);
		test_code(store_witness_get(tx, "b", &back, NULL, &ei), GW_ENOENT, &ei);
		test_code(store_commit(&tx, &ei), 0, &ei);
	}
	store_close_p(&s);
	test_code(store_open(path, &s, &ei), 0, &ei);
	{
		struct store_tx *tx GW_CLEANUP(store_end) = NULL;
		test_code(store_begin(s, STORE_READ, &tx, &ei), 0, &ei);
		test_code(store_witness_get(tx, "a", &back, &note, &ei), 0, &ei);
	}
	assert_int_equal(back.size, 9);
	assert_int_equal(back.at, 5);
	assert_memory_equal(back.root, w.root, sizeof w.root);
	assert_string_equal(note.data, "note\n");
	store_close_p(&s);
	test_rmdir(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_head_takes_the_place_of_the_one_before)};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("store/witness", tests, NULL, NULL);
}
