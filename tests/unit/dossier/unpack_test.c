/* SPDX-License-Identifier: EUPL-1.2 */
/* Archives that try something: every trick refuses the whole archive, with a reason that says
 * which. */
#include "dossier/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "tests/unit/dossier/zip.h"

enum { ROOM = 8 << 20 };

static void expect(const struct buf *b, const struct dossier_limits *l, int code, const char *says)
{
	struct unpacked u = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = unpack("x", b->data ? b->data : "", b->len, l ? l : &DOSSIER_LIMITS, &u, &ei);
	unpacked_release(&u);
	if (r != code || !strstr(ei.msg, says))
		fail_msg("%d \"%s\" instead of %d \"%s\"", r, ei.msg, code, says);
}

static void zip_is(const struct zip_member *members, size_t n, int code, const char *says)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	zip_build(&b, members, n);
	expect(&b, NULL, code, says);
}

static void a_good_zip_is_read(void **state)
{
	(void)state;
	const struct zip_member m[] = {
	    {.name = "d/", .data = "", .mode = 040755},
	    {.name = "d/dossier.json", .data = "{}"},
	    {.name = "d/caf\xc3\xa9.pdf", .data = "%PDF", .flags = 1 << 11},
	    {.name = "d/empty", .data = ""},
	    {.name = "d/cv.docx", .data = "PK\3\4 an office document"},
	};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct unpacked u GW_CLEANUP(unpacked_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	zip_build(&b, m, GW_LENGTH(m));
	if (unpack("x.zip", b.data, b.len, &DOSSIER_LIMITS, &u, &ei) < 0)
		fail_msg("%s", ei.msg);
	assert_int_equal(u.n, 4);
	assert_string_equal(u.members[0].name, "d/dossier.json");
	assert_memory_equal(u.members[0].p, "{}", 2);
	assert_string_equal(u.members[1].name, "d/caf\xc3\xa9.pdf");
	assert_int_equal(u.members[2].n, 0);
}

static void names_that_reach_outside_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = {"../evil.txt", "../../evil.txt", "/abs.txt",
	    "C:/win.txt", "..\\b.txt", "a/../b", "a//b", "a/./b", "a\x01", "\xff\xfe"};
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		const struct zip_member m[] = {
		    {.name = "dossier.json", .data = "{}"}, {.name = names[i], .data = "x"}};
		zip_is(m, 2, GW_EFORMAT, "x: member 2: its name is");
	}
}

static void links_and_devices_in_a_zip_are_refused(void **state)
{
	(void)state;
	const struct zip_member link[] = {{.name = "a", .data = "/etc/passwd", .mode = 0120777}};
	const struct zip_member fifo[] = {{.name = "a", .data = "", .mode = 010644}};
	zip_is(link, 1, GW_EFORMAT, "links are not allowed");
	zip_is(fifo, 1, GW_EFORMAT, "only regular files and folders");
}

static void the_two_lists_of_a_zip_must_agree(void **state)
{
	(void)state;
	const struct zip_member hidden[] = {
	    {.name = "a", .data = "x"}, {.name = "b", .data = "y", .no_central = true}};
	const struct zip_member ghost[] = {
	    {.name = "a", .data = "x"}, {.name = "b", .data = "y", .no_local = true}};
	const struct zip_member renamed[] = {{.name = "a", .data = "x", .central = "b"}};
	zip_is(hidden, 2, GW_EFORMAT, "does not say the same");
	zip_is(ghost, 2, GW_EFORMAT, "x: ");
	zip_is(renamed, 1, GW_EFORMAT, "does not say the same");
}

static void two_zips_in_one_file_are_refused(void **state)
{
	(void)state;
	const struct zip_member one[] = {{.name = "a", .data = "x"}},
				two[] = {{.name = "a", .data = "y"}};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	zip_build(&b, one, 1);
	zip_build(&b, two, 1);
	expect(&b, NULL, GW_EFORMAT, "x: ");
	struct buf c GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	assert_int_equal(buf_adds(&c, "#!/bin/sh\nexit 0\n"), 0);
	zip_build(&c, one, 1);
	expect(&c, NULL, GW_EFORMAT, "x: ");
}

static void names_that_collide_are_refused(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {{"a", "a"}, {"Cv.pdf", "cV.PDF"},
	    {"caf\xc3\xa9", "cafe\xcc\x81"},
	    {"stra\xc3\x9f"
	     "e",
		"strasse"}};
	for (size_t i = 0; i < GW_LENGTH(pairs); i++) {
		const struct zip_member m[] = {{.name = pairs[i][0], .data = "x", .flags = 1 << 11},
		    {.name = pairs[i][1], .data = "x", .flags = 1 << 11}};
		zip_is(m, 2, GW_EFORMAT, "another member has the same name");
	}
}

static void encrypted_damaged_and_nested_members_are_refused(void **state)
{
	(void)state;
	const struct zip_member encrypted[] = {
	    {.name = "a", .data = "xxxxxxxxxxxxxxx", .flags = 1}};
	const struct zip_member damaged[] = {{.name = "a", .data = "xxxx", .bad_crc = true}};
	static const char *const nested[] = {"PK\3\4zzzz", "\x1f\x8bzz", "BZh9",
	    "7z\xbc\xaf\x27\x1c", "Rar!\x1a",
	    "\xfd"
	    "7zXZ",
	    "\x28\xb5\x2f\xfd"};
	zip_is(encrypted, 1, GW_EFORMAT, "encrypted members are not allowed");
	zip_is(damaged, 1, GW_EFORMAT, "damaged or tricked");
	for (size_t i = 0; i < GW_LENGTH(nested); i++) {
		const struct zip_member m[] = {{.name = "a.pdf", .data = nested[i]}};
		zip_is(m, 1, GW_EFORMAT, "an archive inside the archive");
	}
	const struct zip_member gz[] = {{.name = "a.docx", .data = "\x1f\x8bzz"}};
	zip_is(gz, 1, GW_EFORMAT, "an archive inside the archive");
}

static void a_cut_zip_is_refused(void **state)
{
	(void)state;
	const struct zip_member m[] = {{.name = "dossier.json", .data = "{\"person\":{}}"}};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	zip_build(&b, m, 1);
	for (size_t n = b.len; n-- > 0;) {
		struct buf cut GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		assert_int_equal(buf_add(&cut, b.data, n), 0);
		expect(&cut, NULL, GW_EFORMAT, "x: ");
	}
}

static void too_many_members_are_refused(void **state)
{
	(void)state;
	static struct zip_member m[202];
	static char names[202][8];
	for (size_t i = 0; i < 202; i++) {
		(void)snprintf(names[i], sizeof names[i], "f%zu", i);
		m[i] = (struct zip_member){.name = names[i], .data = "x"};
	}
	zip_is(m, 200, 0, "");
	zip_is(m, 201, GW_ELIMIT, "too many members");
}

/* An archive by libarchive: what it takes to make one entry of any kind. */
struct made {
	struct archive *a;
	char *space;
	size_t used;
};

static void start(struct made *m, bool zip)
{
	*m = (struct made){.a = archive_write_new(), .space = malloc(ROOM)};
	assert_non_null(m->space);
	assert_int_equal(
	    zip ? archive_write_set_format_zip(m->a) : archive_write_set_format_pax(m->a), 0);
	assert_int_equal(archive_write_set_bytes_in_last_block(m->a, 1), 0);
	assert_int_equal(archive_write_open_memory(m->a, m->space, ROOM, &m->used), 0);
}

static void put(
    struct made *m, const char *name, unsigned type, const char *link, const void *p, size_t n)
{
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)n);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(e, link);
	else if (link)
		archive_entry_set_hardlink(e, link);
	assert_int_equal(archive_write_header(m->a, e), 0);
	if (n)
		assert_int_equal(archive_write_data(m->a, p, n), n);
	archive_entry_free(e);
}

static void finish(struct made *m, struct buf *b)
{
	assert_int_equal(archive_write_free(m->a), 0);
	assert_int_equal(buf_add(b, m->space, m->used), 0);
	free(m->space);
}

static void a_good_tar_is_read(void **state)
{
	(void)state;
	struct made m;
	start(&m, false);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct unpacked u GW_CLEANUP(unpacked_release) = {0};
	char long_name[200];
	memset(long_name, 'n', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	put(&m, "./", AE_IFDIR, NULL, NULL, 0);
	put(&m, "./dossier.json", AE_IFREG, NULL, "{}", 2);
	put(&m, "./attachments/", AE_IFDIR, NULL, NULL, 0);
	put(&m, long_name, AE_IFREG, NULL, "x", 1);
	finish(&m, &b);
	struct errinfo ei = ERRINFO_INIT;
	if (unpack("x.tar", b.data, b.len, &DOSSIER_LIMITS, &u, &ei) < 0)
		fail_msg("%s", ei.msg);
	assert_int_equal(u.n, 2);
	assert_string_equal(u.members[0].name, "dossier.json");
	assert_string_equal(u.members[1].name, long_name);
}

static void a_tar_holds_regular_files_only(void **state)
{
	(void)state;
	static const struct {
		const char *name, *link, *says;
		unsigned type;
	} cases[] = {
	    {"a", "/etc/passwd", "links are not allowed", AE_IFLNK},
	    {"a", "dossier.json", "links are not allowed", AE_IFREG},
	    {"a", NULL, "only regular files and folders", AE_IFIFO},
	    {"a", NULL, "only regular files and folders", AE_IFCHR},
	    {"a", NULL, "only regular files and folders", AE_IFBLK},
	    {"../a", NULL, "its name is unsafe", AE_IFREG},
	    {"/a", NULL, "its name is unsafe", AE_IFREG},
	    {"d/../../a", NULL, "its name is unsafe", AE_IFDIR},
	    {"DOSSIER.json", NULL, "another member has the same name", AE_IFREG},
	    {"./dossier.json", NULL, "another member has the same name", AE_IFREG},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct made m;
		start(&m, false);
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		put(&m, "dossier.json", AE_IFREG, NULL, "{}", 2);
		put(&m, cases[i].name, cases[i].type, cases[i].link, NULL, 0);
		finish(&m, &b);
		expect(&b, NULL, GW_EFORMAT, cases[i].says);
	}
}

static void a_sparse_file_is_refused(void **state)
{
	(void)state;
	struct made m;
	start(&m, false);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, "a");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, 1 << 20);
	archive_entry_sparse_add_entry(e, 1000 * 512, 512);
	assert_int_equal(archive_write_header(m.a, e), 0);
	archive_entry_free(e);
	static char zeros[1 << 20];
	assert_int_equal(archive_write_data(m.a, zeros, sizeof zeros), sizeof zeros);
	finish(&m, &b);
	expect(&b, NULL, GW_EFORMAT, "sparse files are not allowed");
}

static void the_end_of_a_tar_is_checked(void **state)
{
	(void)state;
	struct made m;
	start(&m, false);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	put(&m, "dossier.json", AE_IFREG, NULL, "{}", 2);
	finish(&m, &b);
	size_t whole = b.len;
	expect(&b, NULL, 0, "");
	assert_int_equal(buf_add(&b, "\0\0\0\0", 4), 0);
	expect(&b, NULL, 0, "");
	assert_int_equal(buf_adds(&b, "second archive"), 0);
	expect(&b, NULL, GW_EFORMAT, "something stands behind the end of the tar");
	b.len = whole - 1024;
	expect(&b, NULL, GW_EFORMAT, "the tar ends too early");
	b.len = whole - 1500;
	expect(&b, NULL, GW_EFORMAT, "x: ");
}

static void bombs_are_refused(void **state)
{
	(void)state;
	static char zeros[4 << 20];
	struct made m;
	start(&m, true);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	put(&m, "dossier.json", AE_IFREG, NULL, zeros, sizeof zeros);
	finish(&m, &b);
	assert_true(b.len < 40000); /* 4 MiB in a few KB */
	expect(&b, NULL, GW_ELIMIT, "a bomb");
	struct dossier_limits l = DOSSIER_LIMITS;
	l.ratio = 100000;
	expect(&b, &l, 0, "");
	l.file_bytes = sizeof zeros - 1;
	expect(&b, &l, GW_ELIMIT, "member 1: it is too large when unpacked");
	l = DOSSIER_LIMITS;
	l.ratio = 100000;
	l.total_bytes = sizeof zeros - 1;
	expect(&b, &l, GW_ELIMIT, "too large together");
	l = DOSSIER_LIMITS;
	l.archive_bytes = b.len - 1;
	expect(&b, &l, GW_ELIMIT, "the archive is too large");
}

static void other_files_are_no_archives(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "PK", "hello", "\x1f\x8b\x08", "%PDF-1.4"};
	for (size_t i = 0; i < GW_LENGTH(texts); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
		assert_int_equal(buf_adds(&b, texts[i]), 0);
		expect(&b, NULL, GW_EFORMAT, "x: ");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_zip_is_read),
	    cmocka_unit_test(names_that_reach_outside_are_refused),
	    cmocka_unit_test(links_and_devices_in_a_zip_are_refused),
	    cmocka_unit_test(the_two_lists_of_a_zip_must_agree),
	    cmocka_unit_test(two_zips_in_one_file_are_refused),
	    cmocka_unit_test(names_that_collide_are_refused),
	    cmocka_unit_test(encrypted_damaged_and_nested_members_are_refused),
	    cmocka_unit_test(a_cut_zip_is_refused),
	    cmocka_unit_test(too_many_members_are_refused),
	    cmocka_unit_test(a_good_tar_is_read),
	    cmocka_unit_test(a_tar_holds_regular_files_only),
	    cmocka_unit_test(a_sparse_file_is_refused),
	    cmocka_unit_test(the_end_of_a_tar_is_checked),
	    cmocka_unit_test(bombs_are_refused),
	    cmocka_unit_test(other_files_are_no_archives),
	};
	return cmocka_run_group_tests_name("dossier/unpack", tests, NULL, NULL);
}
