/* SPDX-License-Identifier: EUPL-1.2 */
/* A home is made, opened, and finds its policies. */
#include "home/home.h"

#include <sys/stat.h>

#include "age/keys.h"
#include "base/clock.h"
#include "base/secret.h"
#include "ledger/ledger.h"
#include "tests/unit/test.h"

static char *top, *dir;

static int begin(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	(void)state;
	test_code(secret_init(&ei), 0, &ei);
	top = test_mkdir();
	dir = file_join(top, "h");
	const struct home_new n = {.oin = "00000099000000001000",
	    .name = "Gemeente \"Voorbeeld\"",
	    .roles = ORG_MUNICIPALITY,
	    .test = true,
	    .now = clock_now()};
	test_code(home_init(dir, &n, &vkey, &ei), 0, &ei);
	assert_true(str_starts(vkey.data, "oin-00000099000000001000/"));
	return 0;
}

static int end(void **state)
{
	(void)state;
	test_rmdir(&top);
	str_free_p(&dir);
	return 0;
}

static struct home *opened(unsigned what)
{
	struct home *h = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(home_open(dir, what, &h, &ei), 0, &ei);
	return h;
}

static void put(const char *name, const char *text)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_write(path, text, strlen(text), 0644, FILE_REPLACE, &ei), 0, &ei);
}

static void all_rooms_open(void **state)
{
	struct home *h GW_CLEANUP(home_free_p) = opened(
	    HOME_REGISTRY | HOME_LEDGER | HOME_IDENTITIES | HOME_CATALOGUE | HOME_PSEUDONYMS);
	struct transfer_env env;
	(void)state;
	assert_string_equal(home_oin(h), "00000099000000001000");
	assert_string_equal(home_settings(h)->name, "Gemeente \"Voorbeeld\"");
	assert_true(registry_is_unsigned(home_registry(h)));
	assert_int_equal(age_identities_count(home_identities(h)), 1);
	home_transfer(h, &env);
	assert_ptr_equal(env.ledger, home_ledger(h));
	assert_int_equal(strncmp(env.actor, "a:", 2), 0);
	assert_null(env.processing(env.arg, "referral"));
}

static void without_a_certificate_there_is_no_signer(void **state)
{
	struct home *h = NULL;
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(home_open(dir, HOME_SIGNER, &h, &ei), GW_ENOENT, &ei);
	assert_non_null(strstr(ei.msg, "have organisation/signing.csr signed"));
}

static void loose_modes_are_refused(void **state)
{
	static const char *const paths[] = {"keys", "organisation", "organisation/tls.key",
	    "keys/blind.key", "organisation/identities", "keys/pseudonym", "subjects.db"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(paths); i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, paths[i]);
		struct home *h = NULL;
		struct errinfo ei = ERRINFO_INIT;
		struct stat st;
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(chmod(path, (st.st_mode & 0777) | 040), 0);
		test_code(home_open(dir, 0, &h, &ei), GW_EMODE, &ei);
		assert_int_equal(chmod(path, st.st_mode & 0777), 0);
		test_code(home_open(dir, 0, &h, &ei), 0, &ei);
		home_free(h);
	}
}

static void what_others_can_write_is_refused(void **state)
{
	static const char *const paths[] = {"", "gateway.yaml"};
	static const mode_t loose[] = {020, 002};
	(void)state;
	for (size_t i = 0; i < 2 * GW_LENGTH(paths); i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, paths[i / 2]);
		struct home *h = NULL;
		struct errinfo ei = ERRINFO_INIT;
		struct stat st;
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(chmod(path, (st.st_mode & 0777) | loose[i % 2]), 0);
		test_code(home_open(dir, 0, &h, &ei), GW_EMODE, &ei);
		assert_int_equal(chmod(path, st.st_mode & 0777), 0);
		home_free(opened(0));
	}
}

static void what_failed_first_is_in_the_ledger(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	struct home *h = NULL;
	uint64_t before = 0, after = 0;
	(void)state;
	h = opened(HOME_LEDGER);
	test_code(ledger_size(home_ledger(h), &before, &ei), 0, &ei);
	home_free(h);
	put("registry/SHA256SUMS", "edited\n");
	test_code(home_open(dir, HOME_OPEN, &h, &ei), GW_EAUTH, &ei);
	char *sums GW_CLEANUP(str_free_p) = file_join(dir, "registry/SHA256SUMS");
	assert_int_equal(unlink(sums), 0);
	h = opened(HOME_LEDGER);
	test_code(ledger_size(home_ledger(h), &after, &ei), 0, &ei);
	home_free(h);
	assert_int_equal(after, before + 1);
}

static void policy_is(struct home *h, const char *id, int code, const char *text)
{
	struct transfer_policy p = {0};
	struct errinfo ei = ERRINFO_INIT;
	test_code(home_policy(h, id, &p, &ei), code, &ei);
	if (code == 0)
		assert_string_equal(p.policy.data, text);
	else if (!strstr(ei.msg, text))
		fail_msg("\"%s\" does not say \"%s\"", ei.msg, text);
	transfer_policy_release(&p);
}

#define ACTIVE(v, more) "policy: a\nversion: " v "\nstatus: active\n" more

static void policies_are_found_by_what_they_say(void **state)
{
	struct home *h GW_CLEANUP(home_free_p) = opened(HOME_LEDGER);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	policy_is(h, "a", GW_ENOENT, "there is no policy 'a'");
	put("policies/whatever.yaml", ACTIVE("2", ""));
	put("policies/broken.yaml", "policy: a\nversion: [\n");
	policy_is(h, "a", 0, ACTIVE("2", ""));
	put("policies/draft.yaml", "policy: a\nversion: 9\nstatus: draft\n");
	policy_is(h, "a", 0, ACTIVE("2", ""));
	put("policies/newer.yaml", ACTIVE("3", ""));
	policy_is(h, "a", 0, ACTIVE("3", ""));
	put("policies/twice.yaml", ACTIVE("3", "title: x\n"));
	policy_is(h, "a", GW_EFORMAT, "stands in two files");
	policy_is(h, "a", GW_EFORMAT, "policies/newer.yaml' and '");
	policy_is(h, "a", GW_EFORMAT, "policies/twice.yaml': take one away");
	policy_is(h, "overdracht", GW_ENOENT, "its policies are: a");
	char *newer GW_CLEANUP(str_free_p) = file_join(dir, "policies/newer.yaml");
	char *twice GW_CLEANUP(str_free_p) = file_join(dir, "policies/twice.yaml");
	assert_int_equal(unlink(twice), 0);
	policy_is(h, "a", 0, ACTIVE("3", ""));
	assert_int_equal(unlink(newer), 0);
	policy_is(h, "a", 0, ACTIVE("2", "")); /* 3 was read, but nobody has approved it */
	const struct ledger_record r = {.actor = {.k = "svc"}, .pol = {.id = "a", .v = 3}};
	test_code(ledger_policy_floor(home_ledger(h), "a", 3, &r, &ei), 0, &ei);
	policy_is(h, "a", GW_EREFUSED, "version 2");
}

#define LADDER(id)                                                                        \
	"ladder_map: " id "\nlanguage: 1\nversion: 1\ntitle: t\nsender: "                 \
	"[\"00000099000000001000\"]\nmaps: [{fields: [ladder.step, ladder.target_step], " \
	"values: [{from: A, step: 1}]}]\n"

static void a_policy_comes_with_all_it_rests_on(void **state)
{
	struct home *h = opened(0);
	struct transfer_policy p = {0};
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	put("policies/b.yaml", "policy: b\nversion: 1\nstatus: active\n");
	put("policies/b.yaml.p7s", "signature");
	test_code(home_policy(h, "b", &p, &ei), 0, &ei);
	assert_string_equal(p.p7s.data, "signature");
	assert_int_equal(p.baseline.len, 0);
	assert_int_equal(p.mapping.len, 0);
	assert_non_null(strstr(p.catalogue.data, "catalogue: 1\n"));
	transfer_policy_release(&p);
	home_free(h);
	put("policies/baseline.yaml", "baseline: 1\n");
	put("policies/ladder-map-x.yaml", LADDER("x"));
	put("gateway.yaml", "oin: \"00000099000000001000\"\nname: x\ntest: true\nladder_map: x\n");
	h = opened(0);
	test_code(home_policy(h, "b", &p, &ei), 0, &ei);
	assert_string_equal(p.baseline.data, "baseline: 1\n");
	assert_string_equal(p.mapping.data, LADDER("x"));
	transfer_policy_release(&p);
	put("policies/ladder-map-x.yaml", LADDER("y"));
	test_code(home_policy(h, "b", &p, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "its id is 'y', and gateway.yaml names ladder_map 'x'"));
	put("policies/ladder-map-x.yaml", "");
	test_code(home_policy(h, "b", &p, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "the file is empty"));
	char *map GW_CLEANUP(str_free_p) = file_join(dir, "policies/ladder-map-x.yaml");
	assert_int_equal(unlink(map), 0);
	test_code(home_policy(h, "b", &p, &ei), GW_ENOENT, &ei);
	assert_non_null(strstr(ei.msg, "gateway.yaml names ladder_map 'x', and there is no"));
	put("policies/baseline.yaml", "");
	test_code(home_policy(h, "b", &p, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "policies/baseline.yaml:1:1: the file is empty"));
	char *baseline GW_CLEANUP(str_free_p) = file_join(dir, "policies/baseline.yaml");
	assert_int_equal(unlink(baseline), 0);
	home_free(h);
}

static void nothing_readable_goes_under_a_home(void **state)
{
	struct home *h GW_CLEANUP(home_free_p) = opened(0);
	char *link GW_CLEANUP(str_free_p) = file_join(top, "link");
	char *beside GW_CLEANUP(str_free_p) = file_join(top, "hh/x");
	char *below GW_CLEANUP(str_free_p) = file_join(dir, "inbox/new/deeper");
	char *through GW_CLEANUP(str_free_p) = file_join(link, "new");
	char *round GW_CLEANUP(str_free_p) = file_join(top, "h/../h/x");
	char *guess GW_CLEANUP(str_free_p) = file_join(top, "none/../h/x");
	char *other GW_CLEANUP(str_free_p) = file_join(top, "..x/..");
	(void)state;
	assert_true(home_contains(h, guess));
	assert_true(home_contains(h, other));
	assert_false(home_contains(h, "..x"));
	assert_int_equal(symlink(dir, link), 0);
	assert_true(home_contains(h, dir));
	assert_true(home_contains(h, below));
	assert_true(home_contains(h, through));
	assert_true(home_contains(h, round));
	assert_false(home_contains(h, beside));
	assert_false(home_contains(h, top));
	assert_false(home_contains(h, "."));
}

static void the_test_clock_is_for_test_homes(void **state)
{
	struct home *h = NULL;
	(void)state;
	assert_int_equal(setenv("HANDOVER_TEST_CLOCK", "2027-03-01T12:00:00Z", 1), 0);
	put("gateway.yaml", "oin: \"00000001000000001000\"\nname: x\ntest: false\n");
	int64_t real = clock_now();
	home_free(h = opened(0));
	assert_true(clock_now() - real < 60000);
	put("gateway.yaml", "oin: \"00000099000000001000\"\nname: x\ntest: true\n");
	home_free(h = opened(0));
	assert_int_equal(clock_now(), INT64_C(1803902400000));
	assert_int_equal(clock_set_test(NULL, NULL), 0);
	assert_int_equal(setenv("HANDOVER_TEST_CLOCK", "tomorrow", 1), 0);
	struct errinfo ei = ERRINFO_INIT;
	test_code(home_open(dir, 0, &h, &ei), GW_EUSAGE, &ei);
	assert_int_equal(unsetenv("HANDOVER_TEST_CLOCK"), 0);
}

static void pseudonym_keys_are_made_once(void **state)
{
	struct home *h = opened(HOME_LEDGER);
	struct errinfo ei = ERRINFO_INIT;
	struct transfer_env env;
	(void)state;
	test_code(home_pseudonym(h, "rapport-2026", &ei), 0, &ei);
	test_code(home_pseudonym(h, "rapport-2026", &ei), GW_EEXIST, &ei);
	test_code(home_pseudonym(h, "../x", &ei), GW_EUSAGE, &ei);
	test_code(home_pseudonym(h, "-x", &ei), GW_EUSAGE, &ei);
	home_free(h);
	h = opened(HOME_PSEUDONYMS);
	home_transfer(h, &env);
	assert_non_null(env.pseudonyms);
	home_free(h);
}

static void the_first_officer_is_pinned_and_no_second(void **state)
{
	static const char pin[] =
	    "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	put("gateway.yaml",
	    "# mine\noin: \"00000099000000001000\"\nname: x\nregistry_officers: []\ntest: true");
	struct home *h GW_CLEANUP(home_free_p) = opened(0);
	test_code(home_pin_officer(h, pin, &ei), 0, &ei);
	test_code(home_pin_officer(h, pin, &ei), GW_EREFUSED, &ei);
	assert_int_equal(home_registry_trust(h).officers_n, 1);
	char *path GW_CLEANUP(str_free_p) = home_path(h, "gateway.yaml");
	char *now GW_CLEANUP(str_free_p) =
	    str_printf("# mine\noin: \"00000099000000001000\"\nname: x\ntest: true\n"
		       "registry_officers: [\"%s\"]\n",
		pin);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	assert_int_equal(file_read(path, 4096, &b, NULL), 0);
	assert_string_equal(b.data, now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_rooms_open),
	    cmocka_unit_test(without_a_certificate_there_is_no_signer),
	    cmocka_unit_test(loose_modes_are_refused),
	    cmocka_unit_test(what_others_can_write_is_refused),
	    cmocka_unit_test(what_failed_first_is_in_the_ledger),
	    cmocka_unit_test(policies_are_found_by_what_they_say),
	    cmocka_unit_test(a_policy_comes_with_all_it_rests_on),
	    cmocka_unit_test(nothing_readable_goes_under_a_home),
	    cmocka_unit_test(the_test_clock_is_for_test_homes),
	    cmocka_unit_test(pseudonym_keys_are_made_once),
	    cmocka_unit_test(the_first_officer_is_pinned_and_no_second),
	};
	return cmocka_run_group_tests_name("home/home", tests, begin, end);
}
