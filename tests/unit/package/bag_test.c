/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/bag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static const char uuid[] = "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a81";

static int parse(const char *text, bool payload)
{
	struct bag_manifest m GW_CLEANUP(bag_manifest_release) = {0};
	return bag_manifest_parse("manifest", text, strlen(text), payload, &m, NULL);
}

static void a_manifest_reads_back(void **state)
{
	(void)state;
	struct bag_manifest m GW_CLEANUP(bag_manifest_release) = {0};
	struct bag_manifest back GW_CLEANUP(bag_manifest_release) = {0};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	char path[64];
	assert_int_equal(bag_manifest_add(&m, "data/dossier.json", "abc", 3), 0);
	for (int i = 1; i < 40; i++) {
		(void)snprintf(path, sizeof path, "data/attachments/cv-%d.png", i);
		assert_int_equal(bag_manifest_add(&m, path, path, strlen(path)), 0);
	}
	assert_int_equal(bag_manifest_write(&m, &b), 0);
	assert_int_equal(bag_manifest_parse("m", b.data, b.len, true, &back, NULL), 0);
	assert_int_equal(back.n, m.n);
	assert_string_equal(back.files[0].sha256,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	for (size_t i = 0; i < m.n; i++)
		assert_string_equal(back.files[i].path, m.files[i].path);
}

static void other_lines_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse(A "  data/dossier.json\n", true), 0);
	assert_int_equal(parse(A "  data/dossier.json", true), GW_EAUTH);
	assert_int_equal(parse(A " data/dossier.json\n", true), GW_EAUTH);
	assert_int_equal(parse(A " *data/dossier.json\n", true), GW_EAUTH);
	assert_int_equal(parse("A" A "  data/dossier.json\n", true), GW_EAUTH);
	assert_int_equal(parse(A "  data/dossier.json\r\n", true), GW_EAUTH);
	assert_int_equal(parse("\n", true), GW_EAUTH);
	assert_int_equal(parse(A "  \n", true), GW_EAUTH);
	assert_int_equal(
	    parse(A "  data/dossier.json\n" A "  data/dossier.json\n", true), GW_EAUTH);
}

static void paths_are_those_of_a_package(void **state)
{
	(void)state;
	static const char *const bad[] = {"data/../x", "data/x/../y", "/data/x", "data//x", "data/",
	    "data/.x", "data/x/", "data/X", "data/a b", "data/a\\b", "data/%0a", "x",
	    "handover.json", "data/..", "data/a..b"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(bag_path_ok(bad[i], true));
	assert_true(bag_path_ok("data/attachments/work_reference-12.jpg", true));
	assert_true(bag_path_ok("handover.json", false));
	assert_false(bag_path_ok("signature.p7s", false));
	assert_false(bag_path_ok("data/dossier.json", false));
}

static void bag_info_reads_back(void **state)
{
	(void)state;
	struct bag_manifest m GW_CLEANUP(bag_manifest_release) = {0};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct bag_info info;
	assert_int_equal(bag_manifest_add(&m, "data/dossier.json", "abc", 3), 0);
	assert_int_equal(bag_manifest_add(&m, "data/dossier.html", "defg", 4), 0);
	assert_int_equal(bag_info_write(&b, uuid, (struct date){2026, 3, 1}, &m), 0);
	assert_int_equal(bag_info_parse(b.data, b.len, &info, NULL), 0);
	assert_string_equal(info.package, uuid);
	assert_int_equal(info.bytes, 7);
	assert_int_equal(info.files, 2);
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(bag_info_parse(b.data, n, &info, NULL), GW_EAUTH);
	assert_int_equal(buf_adds(&b, "Contact-Name: x\n"), 0);
	assert_int_equal(bag_info_parse(b.data, b.len, &info, NULL), GW_EAUTH);
}

static void what_no_package_has_cannot_be_added(void **state)
{
	(void)state;
	struct bag_manifest m GW_CLEANUP(bag_manifest_release) = {0};
	assert_int_equal(bag_manifest_add(&m, "data/x", "", 0), 0);
	assert_int_equal(bag_manifest_add(&m, "data/x", "", 0), GW_EFAIL);
	assert_int_equal(bag_manifest_add(&m, "../x", "", 0), GW_EFAIL);
	assert_int_equal(m.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_manifest_reads_back),
	    cmocka_unit_test(other_lines_are_refused),
	    cmocka_unit_test(paths_are_those_of_a_package),
	    cmocka_unit_test(bag_info_reads_back),
	    cmocka_unit_test(what_no_package_has_cannot_be_added),
	};
	return cmocka_run_group_tests_name("package/bag", tests, NULL, NULL);
}
