/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry counts only under the signature of an officer who is pinned outside it. */
#include "registry/registry.h"

#include "registry/inside.h"
#include "tests/unit/registry/fixture.h"

static int sign(struct fixture *f, const struct signer *by, struct buf *changes, struct errinfo *ei)
{
	const char *pin = signer_spki(f->officer);
	const struct registry_trust rt = {.officers = &pin, .officers_n = 1};
	return registry_sign(f->dir, by, &rt, PKI_NOW, changes, ei);
}

/* Load with the officer pinned (or nobody), in an ordinary or a test home. */
static void loads(const struct fixture *f, bool pinned, bool test, int code, const char *said)
{
	const char *pin = signer_spki(f->officer);
	const struct registry_trust rt = {.officers = &pin, .officers_n = pinned, .test = test};
	struct registry *r GW_CLEANUP(registry_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(registry_load(f->dir, &rt, PKI_NOW, &r, &ei), code, &ei);
	if (code < 0 && !strstr(ei.msg, said))
		fail_msg("\"%s\" does not say \"%s\"", ei.msg, said);
}

static void unsigned_passes_in_a_test_home_only(void **state)
{
	struct fixture *f = *state;
	loads(f, true, false, GW_EAUTH, "is not signed");
	loads(f, true, true, 0, NULL);
	loads(f, false, true, 0, NULL);
}

static void signed_by_a_pinned_officer_it_counts(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
	loads(f, true, false, 0, NULL);
	loads(f, false, false, GW_EAUTH, "names nobody");
	loads(f, false, true, GW_EAUTH, "names nobody"); /* a signature is never a warning */
}

static void nobody_else_may_sign(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char *sums GW_CLEANUP(str_free_p) = file_join(f->dir, "SHA256SUMS");
	test_code(sign(f, f->own, NULL, &ei), GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "not among registry_officers"));
	assert_false(file_exists(sums));
}

static void every_edit_is_seen(void **state)
{
	struct fixture *f = *state;
	static const char *const files[] = {
	    "organisations.yaml", "contracts.yaml", "trust/ca.crl", "SHA256SUMS"};
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(files); i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(f->dir, files[i]);
		test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
		assert_int_equal(file_read(path, 65536, &b, NULL), 0);
		assert_int_equal(buf_adds(&b, "\n"), 0);
		fixture_put(f->dir, files[i], b.data);
		loads(f, true, false, GW_EAUTH, "edited");
		loads(f, true, true, GW_EAUTH, "edited"); /* in a test home as well */
		b.len--;
		b.data[b.len] = '\0';
		fixture_put(f->dir, files[i], b.data);
		loads(f, true, false, 0, NULL);
	}
	fixture_put(f->dir, "trust/more.crl", "");
	loads(f, true, true, GW_EAUTH, "'trust/more.crl' is new");
}

/* As loads in an ordinary home, in that of OWN. */
static void loads_own(const struct fixture *f, int code, const char *said)
{
	const char *pin = signer_spki(f->officer);
	const struct registry_trust rt = {.officers = &pin, .officers_n = 1, .oin = OWN};
	struct registry *r GW_CLEANUP(registry_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(registry_load(f->dir, &rt, PKI_NOW, &r, &ei), code, &ei);
	if (code < 0 && !strstr(ei.msg, said))
		fail_msg("\"%s\" does not say \"%s\"", ei.msg, said);
}

static void remove_key(const struct fixture *f, const char *sha256, bool signature_alone)
{
	char *json GW_CLEANUP(str_free_p) = str_printf("%s/keys/%s.json", f->dir, sha256);
	char *p7s GW_CLEANUP(str_free_p) = str_printf("%s.p7s", json);
	assert_int_equal(unlink(p7s), 0);
	if (!signature_alone)
		assert_int_equal(unlink(json), 0);
}

/* Our own key statement may come after the officer signed, and nothing else with it. */
static void a_key_of_ours_comes_by_itself(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct registry *r GW_CLEANUP(registry_free_p) = NULL;
	struct registry_keys keys;
	const char *pin = signer_spki(f->officer);
	const struct registry_trust rt = {.officers = &pin, .officers_n = 1, .oin = OWN};
	char first[HASH_HEX], second[HASH_HEX], sha[HASH_HEX];
	fixture_key(f->dir, f->own, AGE_A, KEY_MAIN, "2026-01-01", "2027-12-31", NULL, first);
	test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
	loads_own(f, 0, NULL);
	fixture_key(f->dir, f->own, AGE_B, KEY_MAIN, "2026-01-02", "2027-12-31", first, second);
	loads_own(f, 0, NULL);
	test_code(registry_load(f->dir, &rt, PKI_NOW, &r, &ei), 0, &ei);
	test_code(registry_keys(r, OWN, fixture_day("2026-11-22"), &keys, &ei), 0, &ei);
	assert_string_equal(keys.main->recipient, AGE_B);
	loads(f, true, false, GW_EAUTH, ".json' is new"); /* where nobody says whose it is */
	/* that of others, a recovery key, one by a stranger */
	const struct {
		const struct signer *by;
		enum key_use use;
	} not_ours[] = {{f->other, KEY_MAIN}, {f->own, KEY_RECOVERY}, {f->stranger, KEY_MAIN}};
	for (size_t i = 0; i < GW_LENGTH(not_ours); i++) {
		fixture_key(f->dir, not_ours[i].by, AGE_C, not_ours[i].use, "2026-01-03",
		    "2027-12-31", NULL, sha);
		loads_own(f, GW_EAUTH, sha); /* that one, beside ours */
		remove_key(f, sha, false);
		loads_own(f, 0, NULL);
	}
	/* beside it nothing may differ */
	fixture_put(f->dir, "keys/extra", "x");
	loads_own(f, GW_EAUTH, "'keys/extra' is new");
	char *extra GW_CLEANUP(str_free_p) = file_join(f->dir, "keys/extra");
	assert_int_equal(unlink(extra), 0);
	fixture_put(f->dir, "contracts.yaml", "contracts:   []\n");
	loads_own(f, GW_EAUTH, "'contracts.yaml' is changed");
	fixture_put(f->dir, "contracts.yaml", "contracts: []\n");
	loads_own(f, 0, NULL);
	/* a kill between signature and statement leaves what says nothing */
	char *inert GW_CLEANUP(str_free_p) = str_printf("keys/%s.json.p7s", sha);
	fixture_put(f->dir, inert, "x");
	loads_own(f, 0, NULL);
	/* without its signature it does not count; what was signed may not go */
	remove_key(f, second, true);
	loads_own(f, GW_EAUTH, second);
	char *json GW_CLEANUP(str_free_p) = str_printf("%s/keys/%s.json", f->dir, second);
	assert_int_equal(unlink(json), 0);
	loads_own(f, 0, NULL);
	remove_key(f, first, false);
	loads_own(f, GW_EAUTH, "is gone");
}

static void what_no_list_can_hold_is_an_edit(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char *odd[] = {file_join(f->dir, "link"), file_join(f->dir, "fifo"),
	    file_join(f->dir, "na\303\257ve"), file_join(f->dir, "deep")};
	char *deep GW_CLEANUP(str_free_p) = file_join(f->dir, "deep/2/3/4/5/6/7/8/9");
	char *lists[] = {file_join(f->dir, "SHA256SUMS"), file_join(f->dir, "SHA256SUMS.p7s")};
	test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
	for (size_t i = 0; i < GW_LENGTH(odd); i++) {
		assert_int_equal(i == 0 ? symlink("contracts.yaml", odd[0])
			: i == 1        ? mkfifo(odd[1], 0600)
			: i == 2        ? file_write(odd[2], "x", 1, 0644, FILE_NEW, &ei)
					: file_mkdirs(deep, 0700, &ei),
		    0);
		loads(f, true, false, GW_EAUTH, "");
		loads(f, true, true, GW_EAUTH, "");
		assert_int_equal(i == 3 ? file_remove_tree(odd[i], &ei) : unlink(odd[i]), 0);
		loads(f, true, false, 0, "");
		free(odd[i]);
	}
	for (size_t i = 0; i < GW_LENGTH(lists); i++) {
		assert_int_equal(truncate(lists[i], 9 << 20), 0);
		loads(f, true, false, GW_EAUTH, "");
		assert_int_equal(unlink(lists[i]), 0);
		assert_int_equal(symlink("/dev/null", lists[i]), 0);
		loads(f, true, true, GW_EAUTH, "");
		assert_int_equal(unlink(lists[i]), 0);
		test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
		free(lists[i]);
	}
	assert_int_equal(file_remove_tree(f->dir, &ei), 0);
	loads(f, true, true, GW_EAUTH, "");
	assert_int_equal(mkdir(f->dir, 0700), 0);
}

static void a_signature_that_went_missing_is_no_signature(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char *sums GW_CLEANUP(str_free_p) = file_join(f->dir, "SHA256SUMS");
	char *p7s GW_CLEANUP(str_free_p) = file_join(f->dir, "SHA256SUMS.p7s");
	test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
	assert_int_equal(unlink(p7s), 0);
	loads(f, true, false, GW_EAUTH, "SHA256SUMS.p7s is missing");
	loads(f, true, true, 0, NULL);
	fixture_put(f->dir, "contracts.yaml", "contracts: []\n\n");
	loads(f, true, true, GW_EAUTH, "edited"); /* the list alone still binds */
	test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
	assert_int_equal(unlink(sums), 0);
	loads(f, true, true, GW_EAUTH, "taken away");
}

static void what_is_wrong_is_never_signed(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	fixture_put(f->dir, "contracts.yaml", "contracts: [x]\n");
	test_code(sign(f, f->officer, NULL, &ei), GW_EFORMAT, &ei);
	assert_true(ei.located);
}

static void the_one_who_signs_sees_what_changed(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf changes GW_CLEANUP(buf_release) = BUF_INIT(65536);
	test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
	fixture_put(f->dir, "contracts.yaml", "# new\ncontracts: []\n");
	test_code(sign(f, f->officer, &changes, &ei), 0, &ei);
	assert_string_equal(changes.data, "~ contracts.yaml\n");
}

/* Another file is put there after the list was made, or one is taken away: nothing is taken from
 * it. */
static void only_what_was_hashed_is_read(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	char sha256[HASH_HEX];
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-01-01", "2027-06-01", NULL, sha256);
	char *name GW_CLEANUP(str_free_p) = str_printf("keys/%s.json", sha256);
	char *path GW_CLEANUP(str_free_p) = file_join(f->dir, name);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	test_code(registry_file(r, "organisations.yaml", 65536, &b, &ei), 0, &ei);
	fixture_put(f->dir, "organisations.yaml", "organisations: []\n");
	test_code(registry_file(r, "organisations.yaml", 65536, &b, &ei), GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "was changed while the registry was read"));
	fixture_put(f->dir, "keys/more.json", "{}\n");
	test_code(registry_file(r, "keys/more.json", 65536, &b, &ei), GW_ENOENT, &ei);
	test_code(registry_load_keys(r, &ei), 0, &ei); /* without the one that was put in */
	assert_int_equal(unlink(path), 0);
	test_code(registry_load_keys(r, &ei), GW_EAUTH, &ei);
	fixture_put(f->dir, name, "{}\n");
	const struct bundle_parts parts = {
	    .organisation = registry_organisation(r, OTHER), .entry = true};
	buf_clear(&b);
	test_code(bundle_make(r, &parts, f->other, PKI_NOW, &b, &ei), GW_EAUTH, &ei);
}

static void check_says_everything(void **state)
{
	struct fixture *f = *state;
	struct errinfo ei = ERRINFO_INIT;
	const char *pin = signer_spki(f->officer);
	const struct registry_trust rt = {.officers = &pin, .officers_n = 1};
	struct registry_findings found = {0};
	size_t wrong = 0, notes = 0;
	fixture_key(f->dir, f->stranger, AGE_C, KEY_MAIN, "2026-06-01", "2027-06-01", NULL, NULL);
	test_code(sign(f, f->officer, NULL, &ei), 0, &ei);
	fixture_put(f->dir, "contracts.yaml",
	    "contracts:\n  - {id: A, controller: \"00000099000000007000\", provider: \"" OTHER
	    "\", segment: x, programme: [nug], from: 2026-01-01, until: 2026-12-31}\n");
	test_code(registry_check(f->dir, &rt, PKI_NOW, &found, &ei), 0, &ei);
	for (size_t i = 0; i < found.n; i++)
		*(found.list[i].code < 0 ? &wrong : &notes) += 1;
	/* which file was edited, and the stranger's statement; */
	assert_int_equal(wrong, 2);
	/* no key for either, the controller is unknown, no processor agreement */
	assert_int_equal(notes, 4);
	registry_findings_release(&found);
}

static size_t notes_about(const struct fixture *f, int64_t now, const char *what)
{
	const char *pin = signer_spki(f->officer);
	const struct registry_trust rt = {.officers = &pin, .officers_n = 1, .test = true};
	struct registry_findings found = {0};
	struct errinfo ei = ERRINFO_INIT;
	size_t n = 0;
	test_code(registry_check(f->dir, &rt, now, &found, &ei), 0, &ei);
	for (size_t i = 0; i < found.n; i++)
		n += found.list[i].code == 0 && strstr(found.list[i].text, what);
	registry_findings_release(&found);
	return n;
}

static void check_warns_of_lists_in_time(void **state)
{
	struct fixture *f = *state;
	const char due[] = "the next list is due on", late[] = "out of date since";
	assert_int_equal(notes_about(f, PKI_NOW + 22 * PKI_DAY, due), 0);
	assert_int_equal(notes_about(f, PKI_NOW + 24 * PKI_DAY, due), 2);
	assert_int_equal(notes_about(f, PKI_NOW + 24 * PKI_DAY, late), 0);
	assert_int_equal(notes_about(f, PKI_NOW + 31 * PKI_DAY, late), 2);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_fresh, fixture_done)
	const struct CMUnitTest tests[] = {
	    EACH(unsigned_passes_in_a_test_home_only),
	    EACH(signed_by_a_pinned_officer_it_counts),
	    EACH(nobody_else_may_sign),
	    EACH(every_edit_is_seen),
	    EACH(a_key_of_ours_comes_by_itself),
	    EACH(what_no_list_can_hold_is_an_edit),
	    EACH(a_signature_that_went_missing_is_no_signature),
	    EACH(what_is_wrong_is_never_signed),
	    EACH(the_one_who_signs_sees_what_changed),
	    EACH(only_what_was_hashed_is_read),
	    EACH(check_says_everything),
	    EACH(check_warns_of_lists_in_time),
	};
	return cmocka_run_group_tests_name("registry/registry", tests, fixture_begin, fixture_end);
}
