/* SPDX-License-Identifier: EUPL-1.2 */
/* Age identities without statements; with them: tests/cli/key_life_test.sh. */
#include "home/identity.h"

#include "base/clock.h"
#include "base/secret.h"
#include "tests/unit/test.h"

static void the_newest_stays_and_others_are_wiped(void **state)
{
	char *top = test_mkdir();
	char *dir GW_CLEANUP(str_free_p) = file_join(top, "h");
	struct errinfo ei = ERRINFO_INIT;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct home_identities ids GW_CLEANUP(home_identities_release) = {0};
	(void)state;
	test_code(secret_init(&ei), 0, &ei);
	const struct home_new n = {.oin = "00000099000000001000",
	    .name = "Een",
	    .roles = ORG_PROVIDER,
	    .test = true,
	    .now = clock_now()};
	test_code(home_init(dir, &n, &vkey, &ei), 0, &ei);
	test_code(home_open(dir, HOME_LEDGER | HOME_UNSIGNED, &h, &ei), 0, &ei);
	for (int i = 0; i < 11; i++) /* -10 comes after -9 */
		test_code(home_rekey(h, &ei), 0, &ei);
	test_code(home_identities_list(h, &ids, &ei), 0, &ei);
	assert_int_equal(ids.n, 12);
	for (size_t i = 0; i < ids.n; i++) {
		assert_int_equal(ids.list[i].newest, i == 11);
		assert_false(ids.list[i].stated);
		assert_int_equal(ids.list[i].packages, 0);
	}
	assert_true(str_ends(ids.list[11].name, "-12.txt"));
	test_code(home_identity_destroy(h, ids.list[11].name, true, &ei), GW_EREFUSED, &ei);
	test_code(home_identity_destroy(h, "../../gateway.yaml", true, &ei), GW_ENOENT, &ei);
	test_code(home_identity_destroy(h, "", true, &ei), GW_ENOENT, &ei);
	/* never told to anybody: at once */
	test_code(home_identity_destroy(h, ids.list[0].name, false, &ei), 0, &ei);
	test_code(home_identity_destroy(h, ids.list[0].name, false, &ei), GW_ENOENT, &ei);
	/* a file that holds two is not taken apart by guess */
	char *odd GW_CLEANUP(str_free_p) = file_join(dir, "organisation/identities/2020-01-01.txt");
	test_code(file_write(odd, "x\n", 2, 0600, FILE_NEW, &ei), 0, &ei);
	home_identities_release(&ids);
	test_code(home_identities_list(h, &ids, &ei), GW_EFORMAT, &ei);
	home_free_p(&h);
	test_rmdir(&top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_newest_stays_and_others_are_wiped)};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("home/identity", tests, NULL, NULL);
}
