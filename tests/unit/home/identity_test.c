/* SPDX-License-Identifier: EUPL-1.2 */
/* Age identities without statements; with them: tests/cli/key_life_test.sh. */
#include "home/identity.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/secret.h"
#include "store/packages.h"
#include "tests/unit/test.h"

#define OWN "00000099000000001000"

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

/* A package at our own gateway whose slip names that key, in a state. */
static void put_package(const char *db, const char *package, const char *recipient, const char *key,
    enum store_package_state state)
{
	struct store *s GW_CLEANUP(store_close_p) = NULL;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	struct store_package p = {.seq = 1, .expires = 1};
	char sha256[HASH_HEX];
	hash_sha256_hex(key, strlen(key), sha256);
	char *slip GW_CLEANUP(str_free_p) =
	    str_printf("{\"doc\":\"handover/slip/1\",\"recipient\":\"%s\",\"keys\":[\"%s\"],"
		       "\"sealed\":\"2026-05-06T07:08:09.000Z\"}",
		recipient, sha256);
	(void)snprintf(p.package, sizeof p.package, "%s", package);
	(void)snprintf(p.sender, sizeof p.sender, "00000099000000002000");
	(void)snprintf(p.recipient, sizeof p.recipient, "%s", recipient);
	(void)snprintf(p.case_id, sizeof p.case_id, "c-1");
	hash_sha256_hex(slip, strlen(slip), p.slip);
	test_code(store_open(db, &s, &ei), 0, &ei);
	test_code(store_begin(s, STORE_WRITE, &tx, &ei), 0, &ei);
	test_code(store_package_add(tx, &p, slip, strlen(slip), "x", 1, &ei), 0, &ei);
	if (state == PACKAGE_DEPOSITED)
		test_code(store_package_deposited(tx, package, 1, &ei), 0, &ei);
	if (state == PACKAGE_GONE)
		test_code(store_package_gone(tx, package, 1, &ei), 0, &ei);
	test_code(store_commit(&tx, &ei), 0, &ei);
}

/* What lies at our own gateway for a key keeps it, until it was fetched; what is others' does not.
 */
static void packages_at_the_gateway_are_waited_for(void **state)
{
	char *top = test_mkdir();
	char *dir GW_CLEANUP(str_free_p) = file_join(top, "h");
	char *db GW_CLEANUP(str_free_p) = file_join(dir, "store.db");
	struct errinfo ei = ERRINFO_INIT;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct home_identities ids GW_CLEANUP(home_identities_release) = {0};
	int64_t sealed = 0;
	(void)state;
	assert_int_equal(time_parse("2026-05-06T07:08:09Z", &sealed), 0);
	test_code(secret_init(&ei), 0, &ei);
	const struct home_new n = {
	    .oin = OWN, .name = "Een", .roles = ORG_PROVIDER, .test = true, .now = clock_now()};
	test_code(home_init(dir, &n, &vkey, &ei), 0, &ei);
	test_code(home_open(dir, HOME_LEDGER | HOME_UNSIGNED, &h, &ei), 0, &ei);
	test_code(home_rekey(h, &ei), 0, &ei);
	test_code(home_identities_list(h, &ids, &ei), 0, &ei);
	const char *key = ids.list[0].recipient;
	put_package(db, "0b7c1a5e-3f6d-4a52-9a1b-5d1c7f3e9a10", OWN, key, PACKAGE_GONE);
	put_package(db, "1b7c1a5e-3f6d-4a52-9a1b-5d1c7f3e9a10", "00000099000000003000", key,
	    PACKAGE_DEPOSITED);
	put_package(db, "2b7c1a5e-3f6d-4a52-9a1b-5d1c7f3e9a10", OWN, key, PACKAGE_ANNOUNCED);
	put_package(db, "3b7c1a5e-3f6d-4a52-9a1b-5d1c7f3e9a10", OWN, key, PACKAGE_DEPOSITED);
	struct home_identities now GW_CLEANUP(home_identities_release) = {0};
	test_code(home_identities_list(h, &now, &ei), 0, &ei);
	assert_int_equal(now.list[0].waiting, 2);
	assert_true(now.list[0].sealed == sealed);
	assert_int_equal(now.list[1].waiting, 0);
	assert_true(now.list[1].sealed == 0);
	test_code(home_identity_destroy(h, now.list[0].name, true, &ei), GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "2 packages at the gateway"));
	struct store *s GW_CLEANUP(store_close_p) = NULL;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	test_code(store_open(db, &s, &ei), 0, &ei);
	test_code(store_begin(s, STORE_WRITE, &tx, &ei), 0, &ei);
	test_code(store_package_gone(tx, "2b7c1a5e-3f6d-4a52-9a1b-5d1c7f3e9a10", 1, &ei), 0, &ei);
	test_code(store_package_gone(tx, "3b7c1a5e-3f6d-4a52-9a1b-5d1c7f3e9a10", 1, &ei), 0, &ei);
	test_code(store_commit(&tx, &ei), 0, &ei);
	test_code(home_identity_destroy(h, now.list[0].name, false, &ei), 0, &ei);
	home_free_p(&h);
	test_rmdir(&top);
}

/* Whom a package was sealed to is then not known: better an old key too many. */
static void a_slip_that_cannot_be_read_keeps_all(void **state)
{
	char *top = test_mkdir();
	char *dir GW_CLEANUP(str_free_p) = file_join(top, "h");
	char *receipts GW_CLEANUP(str_free_p) = file_join(dir, "receipts/" OWN "-zaak-1");
	char *slip GW_CLEANUP(str_free_p) = file_join(receipts, "x.slip.json");
	struct errinfo ei = ERRINFO_INIT;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	struct home_identities ids GW_CLEANUP(home_identities_release) = {0};
	(void)state;
	test_code(secret_init(&ei), 0, &ei);
	const struct home_new n = {
	    .oin = OWN, .name = "Een", .roles = ORG_PROVIDER, .test = true, .now = clock_now()};
	test_code(home_init(dir, &n, &vkey, &ei), 0, &ei);
	test_code(home_open(dir, HOME_LEDGER | HOME_UNSIGNED, &h, &ei), 0, &ei);
	test_code(home_rekey(h, &ei), 0, &ei);
	test_code(home_identities_list(h, &ids, &ei), 0, &ei);
	test_code(file_mkdirs(slip, 0700, &ei), 0, &ei);
	test_code(home_identity_destroy(h, ids.list[0].name, false, &ei), GW_EIO, &ei);
	assert_non_null(strstr(ei.msg, "x.slip.json"));
	assert_int_equal(rmdir(slip), 0);
	test_code(home_identity_destroy(h, ids.list[0].name, false, &ei), 0, &ei);
	home_free_p(&h);
	test_rmdir(&top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_newest_stays_and_others_are_wiped),
	    cmocka_unit_test(packages_at_the_gateway_are_waited_for),
	    cmocka_unit_test(a_slip_that_cannot_be_read_keeps_all),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("home/identity", tests, NULL, NULL);
}
