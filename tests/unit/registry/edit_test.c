/* SPDX-License-Identifier: EUPL-1.2 */
/* Edits leave what a person wrote alone; lists of hashes tell what changed. */
#include "registry/edit.h"

#include <sys/stat.h>

#include "registry/sums.h"
#include "tests/unit/test.h"

static const char before[] = "# kept by the contract manager\n"
			     "organisations:\n"
			     "  # our own\n"
			     "  - oin: \"00000099000000001000\"   # do not touch\n"
			     "    name: Een\n"
			     "    roles: [municipality]\n"
			     "    signing: []\n"
			     "\n"
			     "  # the outgoing one\n"
			     "  - oin: \"00000099000000002000\"\n"
			     "    name: Twee\n"
			     "    roles: [provider]\n"
			     "    signing: []\n"
			     "  # the incoming one\n"
			     "  - oin: \"00000099000000003000\"\n"
			     "    name: Drie\n"
			     "    roles: [provider]\n"
			     "    signing: []\n";

static void put(const char *dir, const char *name, const char *text)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_write(path, text, strlen(text), 0644, FILE_REPLACE, &ei), 0, &ei);
}

static void is(const char *dir, const char *name, const char *text)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	assert_int_equal(file_read(path, 65536, &b, NULL), 0);
	assert_string_equal(b.data, text);
}

static struct organisation *entry(const char *oin, const char *name)
{
	struct organisation *o = str_alloc(sizeof *o);
	memcpy(o->oin, oin, OIN_TEXT);
	o->name = str_dup(name);
	o->roles = ORG_PROVIDER;
	return o;
}

static void an_entry_is_replaced_in_its_place(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    entry("00000099000000002000", "Anders");
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	put(dir, "organisations.yaml", before);
	test_code(registry_put_organisation(dir, o, &ei), 0, &ei);
	is(dir, "organisations.yaml",
	    "# kept by the contract manager\n"
	    "organisations:\n"
	    "  # our own\n"
	    "  - oin: \"00000099000000001000\"   # do not touch\n"
	    "    name: Een\n"
	    "    roles: [municipality]\n"
	    "    signing: []\n"
	    "\n"
	    "  # the outgoing one\n"
	    "  - oin: \"00000099000000002000\"\n"
	    "    name: \"Anders\"\n"
	    "    roles: [provider]\n"
	    "    signing: []\n"
	    "  # the incoming one\n"
	    "  - oin: \"00000099000000003000\"\n"
	    "    name: Drie\n"
	    "    roles: [provider]\n"
	    "    signing: []\n");
}

static void a_new_entry_goes_behind_the_last(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	char *whole GW_CLEANUP(str_free_p) = str_printf("%s%s", before,
	    "  - oin: \"00000099000000004000\"\n    name: \"Vier\"\n    roles: [provider]\n    "
	    "signing: []\n");
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    entry("00000099000000004000", "Vier");
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	put(dir, "organisations.yaml", before);
	test_code(registry_put_organisation(dir, o, &ei), 0, &ei);
	is(dir, "organisations.yaml", whole);
}

static void a_list_in_brackets_is_written_anew(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    entry("00000099000000004000", "Vier");
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	put(dir, "organisations.yaml",
	    "organisations: [{oin: \"00000099000000001000\", name: Een, roles: [uwv], signing: "
	    "[]}]\n");
	test_code(registry_put_organisation(dir, o, &ei), 0, &ei);
	is(dir, "organisations.yaml",
	    "organisations:\n"
	    "  - oin: \"00000099000000001000\"\n    name: \"Een\"\n    roles: [uwv]\n    signing: "
	    "[]\n"
	    "  - oin: \"00000099000000004000\"\n    name: \"Vier\"\n    roles: [provider]\n    "
	    "signing: []\n");
}

static void a_file_that_is_wrong_is_not_touched(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    entry("00000099000000004000", "Vier");
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	put(dir, "organisations.yaml", "organisations: [x]\n");
	test_code(registry_put_organisation(dir, o, &ei), GW_EFORMAT, &ei);
	is(dir, "organisations.yaml", "organisations: [x]\n");
}

static void a_contract_is_added_once(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	struct contract c = {.id = (char[]){"A"},
	    .controller = "00000099000000001000",
	    .provider = "00000099000000002000",
	    .segment = (char[]){"individueel"},
	    .programmes = PROGRAMME_NUG,
	    .from = {2026, 1, 1},
	    .until = {2026, 12, 31}};
	static const char one[] =
	    "  - id: \"A\"\n    controller: \"00000099000000001000\"\n    provider: "
	    "\"00000099000000002000\"\n    segment: \"individueel\"\n    programme: [nug]\n    "
	    "from: 2026-01-01\n    until: 2026-12-31\n";
	char *whole GW_CLEANUP(str_free_p) = str_printf("contracts:\n%s", one);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(registry_add_contract(dir, &c, &ei), 0, &ei);
	is(dir, "contracts.yaml", whole);
	test_code(registry_add_contract(dir, &c, &ei), GW_EEXIST, &ei);
	is(dir, "contracts.yaml", whole);
}

static void sums_say_what_changed(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	char *sub GW_CLEANUP(str_free_p) = file_join(dir, "keys");
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	put(dir, "a", "");
	put(dir, "b", "b");
	put(dir, "SHA256SUMS", "itself does not count");
	test_code(sums_make(dir, &a, &ei), 0, &ei);
	assert_string_equal(a.data,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"
	    "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  b\n");
	put(dir, "a", "x");
	put(sub, "SHA256SUMS", "but this one does");
	put(dir, ".hidden", "");
	char *gone GW_CLEANUP(str_free_p) = file_join(dir, "b");
	assert_int_equal(unlink(gone), 0);
	test_code(sums_make(dir, &b, &ei), 0, &ei);
	assert_int_equal(sums_diff(&a, &b, &diff), 0);
	assert_string_equal(diff.data, "+ .hidden\n~ a\n- b\n+ keys/SHA256SUMS\n");
}

static void sums_refuse_links_and_odd_names(void **state)
{
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	char *link GW_CLEANUP(str_free_p) = file_join(dir, "link");
	char *odd GW_CLEANUP(str_free_p) = file_join(dir, "a\nb");
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_true(sums_make(dir, &b, &ei) < 0);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkfifo(link, 0600), 0);
	test_code(sums_make(dir, &b, &ei), GW_EFORMAT, &ei);
	assert_int_equal(unlink(link), 0);
	put(dir, file_base(odd), "");
	test_code(sums_make(dir, &b, &ei), GW_EFORMAT, &ei);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_entry_is_replaced_in_its_place),
	    cmocka_unit_test(a_new_entry_goes_behind_the_last),
	    cmocka_unit_test(a_list_in_brackets_is_written_anew),
	    cmocka_unit_test(a_file_that_is_wrong_is_not_touched),
	    cmocka_unit_test(a_contract_is_added_once),
	    cmocka_unit_test(sums_say_what_changed),
	    cmocka_unit_test(sums_refuse_links_and_odd_names),
	};
	return cmocka_run_group_tests_name("registry/edit", tests, NULL, NULL);
}
