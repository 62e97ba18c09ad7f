/* SPDX-License-Identifier: EUPL-1.2 */
/* An age key counts only by its own organisation's statement, in its dates, newest first. */
#include "registry/keys.h"

#include "tests/unit/registry/fixture.h"

static const struct date today = {2026, 11, 22};

static void take_back(const char *dir, const struct signer *by, const char *statement,
    const char *recipient, const char *from, const char *reason)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = json_pack("{ssssssss}", "statement", statement,
	    "recipient", recipient, "from", from, "reason", reason);
	test_code(
	    statement_sign(by, "key_revoked", NULL, "checkpoint\n", PKI_NOW, m, &json, &p7s, &ei),
	    0, &ei);
	test_code(key_store(dir, &json, &p7s, &ei), 0, &ei);
}

/* The main key of OTHER as the registry says today, or the code and message of the refusal. */
static const char *main_key(const struct fixture *f, int expected, struct errinfo *ei)
{
	static char text[RECIPIENT_TEXT];
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct registry_keys keys;
	int code = registry_keys(r, OTHER, today, &keys, ei);
	test_code(code, expected, ei);
	if (code < 0)
		return "";
	(void)snprintf(text, sizeof text, "%s", keys.main->recipient);
	return text;
}

static void without_a_statement_there_is_no_key(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)main_key(*state, GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "no key statement"));
}

static void the_newest_main_key_wins(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-01-01", "2027-06-01", NULL, NULL);
	fixture_key(f->dir, f->other, AGE_B, KEY_MAIN, "2026-06-01", "2027-06-01", NULL, NULL);
	fixture_key(f->dir, f->other, AGE_C, KEY_MAIN, "2026-12-01", "2027-06-01", NULL, NULL);
	assert_string_equal(main_key(f, 0, &ei), AGE_B);
}

static void dates_are_inclusive(void **state)
{
	struct fixture *f = *state;
	struct registry_keys keys;
	struct errinfo ei = ERRINFO_INIT;
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-11-22", "2026-11-22", NULL, NULL);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	test_code(registry_keys(r, OTHER, today, &keys, &ei), 0, &ei);
	test_code(registry_keys(r, OTHER, fixture_day("2026-11-21"), &keys, &ei), GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "it begins later"));
	test_code(registry_keys(r, OTHER, fixture_day("2026-11-23"), &keys, &ei), GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "it has expired"));
}

static void a_superseded_key_still_tells_whose_it_was(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char first[HASH_HEX], a[HASH_HEX];
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-06-01", "2027-06-01", NULL, first);
	fixture_key(f->dir, f->other, AGE_B, KEY_MAIN, "2026-01-01", "2027-06-01", first, NULL);
	assert_string_equal(main_key(f, 0, &ei), AGE_B);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	hash_sha256_hex(AGE_A, strlen(AGE_A), a);
	assert_non_null(registry_key(r, OTHER, a));
	assert_null(registry_key(r, OWN, a));
}

static void nobody_supersedes_or_revokes_for_another(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char first[HASH_HEX];
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-06-01", "2027-06-01", NULL, first);
	fixture_key(f->dir, f->own, AGE_B, KEY_MAIN, "2026-01-01", "2027-06-01", first, NULL);
	take_back(f->dir, f->own, first, AGE_A, "2026-01-01", "compromised");
	assert_string_equal(main_key(f, 0, &ei), AGE_A);
}

static void a_revoked_key_is_gone_in_all_statements(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char first[HASH_HEX], a[HASH_HEX];
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-06-01", "2027-06-01", NULL, first);
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-07-01", "2027-06-01", NULL, NULL);
	take_back(f->dir, f->other, first, AGE_A, "2026-12-31", "superseded");
	assert_string_equal(main_key(f, 0, &ei), AGE_A); /* only from that day on */
	take_back(f->dir, f->other, first, AGE_A, "2026-12-31", "compromised");
	(void)main_key(f, GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "it was revoked"));
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	hash_sha256_hex(AGE_A, strlen(AGE_A), a);
	assert_null(registry_key(r, OTHER, a));
}

/* The stranger stands for a signing key of the same organisation that has ended. */
static void time_brings_no_key_back(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct registry_keys keys;
	char first[HASH_HEX];
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-01-01", "2027-12-31", NULL, first);
	take_back(f->dir, f->stranger, first, AGE_A, "2026-01-01", "compromised");
	(void)main_key(f, GW_EREFUSED, &ei); /* by a key that is pinned no longer */
	fixture_key(f->dir, f->other, AGE_B, KEY_MAIN, "2026-01-01", "2027-12-31", NULL, first);
	assert_string_equal(main_key(f, 0, &ei), AGE_B);
	fixture_key(f->dir, f->stranger, AGE_C, KEY_MAIN, "2026-02-01", "2027-12-31", first, NULL);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	test_code(registry_keys(r, OTHER, today, &keys, &ei), GW_EAUTH, &ei);
}

static void a_strangers_statement_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	fixture_key(f->dir, f->stranger, AGE_C, KEY_MAIN, "2026-06-01", "2027-06-01", NULL, NULL);
	(void)main_key(f, GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "does not pin"));
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-01-01", "2027-06-01", NULL, NULL);
	assert_string_equal(main_key(f, 0, &ei), AGE_A);
}

static void recovery_keys_come_beside_the_main_one(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct registry_keys keys;
	fixture_key(f->dir, f->other, AGE_A, KEY_RECOVERY, "2026-01-01", "2027-06-01", NULL, NULL);
	(void)main_key(f, GW_EREFUSED, &ei);
	fixture_key(f->dir, f->other, AGE_B, KEY_MAIN, "2026-01-01", "2027-06-01", NULL, NULL);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	test_code(registry_keys(r, OTHER, today, &keys, &ei), 0, &ei);
	assert_string_equal(keys.main->recipient, AGE_B);
	assert_int_equal(keys.recovery_n, 1);
	assert_string_equal(keys.recovery[0]->recipient, AGE_A);
}

/* A byte of a statement is changed, its signature is gone, its name is another. */
static void a_changed_statement_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char sha256[HASH_HEX];
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-01-01", "2026-12-31", NULL, sha256);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/keys/%s.json", f->dir, sha256);
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", path);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	assert_int_equal(file_read(path, 65536, &b, NULL), 0);
	char *until = strstr(b.data, "2026-12-31");
	assert_non_null(until);
	until[3] = '7';
	test_code(file_write(path, b.data, b.len, 0644, FILE_REPLACE, &ei), 0, &ei);
	(void)main_key(f, GW_EAUTH, &ei);
	until[3] = '6';
	test_code(file_write(path, b.data, b.len, 0644, FILE_REPLACE, &ei), 0, &ei);
	assert_string_equal(main_key(f, 0, &ei), AGE_A);
	assert_int_equal(unlink(p7s), 0);
	(void)main_key(f, GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "its signature is missing"));
}

static void statements_of_other_kinds_do_not_belong_there(void **state)
{
	struct fixture *f = *state;
	struct registry *r = NULL;
	struct errinfo ei = ERRINFO_INIT;
	char sha256[HASH_HEX];
	fixture_acceptance(f->dir, f->other, OWN, "RI-1", "policy: x\n", "2027-01-01", sha256);
	struct file_list l;
	char *top GW_CLEANUP(str_free_p) = file_join(f->dir, "acceptances");
	char *keys GW_CLEANUP(str_free_p) = file_join(f->dir, "keys");
	assert_int_equal(mkdir(keys, 0700), 0);
	assert_int_equal(file_list(top, "", &l, NULL), 0);
	char *from GW_CLEANUP(str_free_p) = str_printf("%s/%s/%s.json", top, l.names[0], sha256);
	char *to GW_CLEANUP(str_free_p) = str_printf("%s/%s.json", keys, sha256);
	file_list_release(&l);
	assert_int_equal(link(from, to), 0);
	test_code(registry_read(f->dir, PKI_NOW, &r, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "kind acceptance does not belong in keys/"));
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_fresh, fixture_done)
	const struct CMUnitTest tests[] = {
	    EACH(without_a_statement_there_is_no_key),
	    EACH(the_newest_main_key_wins),
	    EACH(dates_are_inclusive),
	    EACH(a_superseded_key_still_tells_whose_it_was),
	    EACH(nobody_supersedes_or_revokes_for_another),
	    EACH(a_revoked_key_is_gone_in_all_statements),
	    EACH(time_brings_no_key_back),
	    EACH(a_strangers_statement_does_not_count),
	    EACH(recovery_keys_come_beside_the_main_one),
	    EACH(a_changed_statement_does_not_count),
	    EACH(statements_of_other_kinds_do_not_belong_there),
	};
	return cmocka_run_group_tests_name("registry/keys", tests, fixture_begin, fixture_end);
}
