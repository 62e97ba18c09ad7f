/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/test.h"

#define LONG                                                                                     \
	"registry/acceptances/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/" \
	"mapping-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.yaml"

static char *dir, *tar, *folder, *into;

static int setup(void **state)
{
	(void)state;
	dir = test_mkdir();
	tar = file_join(dir, "a.tar");
	folder = file_join(dir, "a");
	into = file_join(dir, "into");
	assert_int_equal(file_mkdirs(folder, 0700, NULL), 0);
	assert_int_equal(file_mkdirs(into, 0700, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(tar);
	free(folder);
	free(into);
	test_rmdir(&dir);
	return 0;
}

static void names_are_relative_and_plain(void **state)
{
	static const char *const good[] = {"a", "a/b", "é/..c", "a b", LONG};
	static const char *const bad[] = {"", "/a", "a/", "a//b", ".", "..", "a/..", "../a",
	    "a/./b", "a\nb", "a\\b", "\xff", "a\x7f"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		assert_true(archive_name(good[i]));
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_false(archive_name(bad[i]));
}

static void fill(struct archive_out *o)
{
	struct errinfo ei = ERRINFO_INIT;
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "big");
	struct buf big GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	memset(buf_room(&big, 700001), 'x', 700001);
	buf_wrote(&big, 700001);
	assert_int_equal(file_write(path, big.data, big.len, 0600, FILE_REPLACE, NULL), 0);
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC);
	test_code(archive_add(o, "é/empty", "", 0, &ei), 0, &ei);
	test_code(archive_add(o, LONG, "een", 3, &ei), 0, &ei);
	test_code(archive_add_fd(o, "big", fd, &ei), 0, &ei);
	test_code(archive_add(o, "../x", "een", 3, &ei), GW_EFORMAT, &ei);
}

static void write_tar(void)
{
	struct archive_out *o GW_CLEANUP(archive_out_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	int fd GW_CLEANUP(file_close_p) = open(tar, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	test_code(archive_out_tar(fd, &o, &ei), 0, &ei);
	fill(o);
	test_code(archive_out_end(o, &ei), 0, &ei);
}

static void write_folder(void)
{
	struct archive_out *o GW_CLEANUP(archive_out_free_p) = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(archive_out_folder(folder, &o, &ei), 0, &ei);
	fill(o);
	test_code(archive_out_end(o, &ei), 0, &ei);
}

static int extract(const char *from)
{
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(file_remove_tree(into, NULL), 0);
	assert_int_equal(file_mkdirs(into, 0700, NULL), 0);
	char sums[HASH_HEX] = "";
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(ARCHIVE_NOTE);
	int r = archive_sums(from, sums, &note, &ei);
	if (r == 0)
		r = archive_extract(from, sums, into, NULL, NULL, &ei);
	if (r < 0)
		print_message("# %s\n", ei.msg);
	return r;
}

static void both_kinds_come_back(void **state)
{
	(void)state;
	write_tar();
	write_folder();
	for (int i = 0; i < 2; i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		char *name GW_CLEANUP(str_free_p) = file_join(into, LONG);
		char *big GW_CLEANUP(str_free_p) = file_join(into, "big");
		char *empty GW_CLEANUP(str_free_p) = file_join(into, "é/empty");
		char *sums GW_CLEANUP(str_free_p) = file_join(into, "SHA256SUMS");
		assert_int_equal(extract(i ? tar : folder), 0);
		assert_int_equal(file_read(name, 10, &b, NULL), 0);
		assert_string_equal(b.data, "een");
		buf_clear(&b);
		assert_int_equal(file_read(big, 1 << 20, &b, NULL), 0);
		assert_int_equal(b.len, 700001);
		assert_true(file_exists(empty));
		assert_false(file_exists(sums));
	}
}

static int vouch(void *arg, const char sha256[HASH_HEX], struct buf *note, struct errinfo *ei)
{
	(void)ei;
	(void)snprintf(arg, HASH_HEX, "%s", sha256);
	return buf_addf(note, "for %s\n", sha256);
}

/* A note stands beside the list and not in it; what is written is what the note was about. */
static void a_note_is_about_the_list(void **state)
{
	struct errinfo ei = ERRINFO_INIT;
	struct archive_out *o GW_CLEANUP(archive_out_free_p) = NULL;
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(ARCHIVE_NOTE);
	struct buf list GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	char *sums GW_CLEANUP(str_free_p) = file_join(folder, "SHA256SUMS");
	char *copied GW_CLEANUP(str_free_p) = file_join(into, "SHA256SUMS.note");
	char said[HASH_HEX] = "", read[HASH_HEX] = "", whole[HASH_HEX] = "";
	(void)state;
	test_code(archive_out_folder(folder, &o, &ei), 0, &ei);
	archive_out_vouch(o, vouch, said);
	fill(o);
	test_code(archive_out_end(o, &ei), 0, &ei);
	assert_int_equal(file_read(sums, 1 << 20, &list, NULL), 0);
	hash_sha256_hex(list.data, list.len, whole);
	assert_null(strstr(list.data, "SHA256SUMS"));
	test_code(archive_sums(folder, read, &note, &ei), 0, &ei);
	assert_string_equal(read, whole);
	assert_string_equal(said, whole);
	assert_memory_equal(note.data, "for ", 4);
	assert_memory_equal(note.data + 4, whole, HASH_HEX - 1);
	assert_int_equal(extract(folder), 0);
	assert_false(file_exists(copied));
	/* another list, in order by itself, after the note was looked at */
	char *extra GW_CLEANUP(str_free_p) = file_join(folder, "extra");
	static const char line[] =
	    "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  extra\n"; /* "x" */
	assert_int_equal(buf_add(&list, line, strlen(line)), 0);
	assert_int_equal(file_write(extra, "x", 1, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(file_write(sums, list.data, list.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(file_remove_tree(into, NULL), 0);
	assert_int_equal(file_mkdirs(into, 0700, NULL), 0);
	test_code(archive_extract(folder, read, into, NULL, NULL, &ei), GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "changed while it was read"));
	assert_int_equal(extract(folder), 0);
}

/* Cut anywhere, or with any byte of a file changed, a tar is refused. */
static void damage_is_found(void **state)
{
	struct buf whole GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	(void)state;
	write_tar();
	assert_int_equal(file_read(tar, 1 << 20, &whole, NULL), 0);
	for (size_t at = 0; at + 1024 < whole.len; at += 90001) {
		assert_int_equal(file_write(tar, whole.data, at, 0600, FILE_REPLACE, NULL), 0);
		int r = extract(tar);
		assert_true(r == GW_EAUTH || (at < 512 && r == GW_EFORMAT));
	}
	for (size_t at = 100000; at < 700000; at += 150001) {
		whole.data[at] ^= 1;
		assert_int_equal(
		    file_write(tar, whole.data, whole.len, 0600, FILE_REPLACE, NULL), 0);
		assert_int_equal(extract(tar), GW_EAUTH);
		whole.data[at] ^= 1;
	}
	assert_int_equal(file_write(tar, whole.data, whole.len, 0600, FILE_REPLACE, NULL), 0);
	assert_int_equal(extract(tar), 0);
}

static void a_folder_holds_files_and_no_more(void **state)
{
	char *extra GW_CLEANUP(str_free_p) = file_join(folder, "extra");
	char *big GW_CLEANUP(str_free_p) = file_join(folder, "big");
	(void)state;
	write_folder();
	assert_int_equal(symlink("/etc/passwd", extra), 0);
	assert_int_equal(extract(folder), GW_EAUTH);
	assert_int_equal(unlink(extra), 0);
	assert_int_equal(file_write(extra, "x", 1, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(extract(folder), GW_EAUTH);
	assert_int_equal(unlink(extra), 0);
	assert_int_equal(extract(folder), 0);
	assert_int_equal(unlink(big), 0);
	assert_int_equal(extract(folder), GW_EAUTH);
	char *none GW_CLEANUP(str_free_p) = file_join(dir, "none");
	assert_int_equal(extract(none), GW_ENOENT);
	assert_int_equal(file_mkdirs(none, 0700, NULL), 0);
	assert_int_equal(extract(none), GW_EFORMAT);
}

/* A head of GNU tar's old sparse kind: a file of 1 MiB of which nothing stands in the tar. */
static void a_tar_does_not_unfold(void **state)
{
	char h[1536] = "store.db";
	char *there GW_CLEANUP(str_free_p) = file_join(into, "store.db");
	unsigned sum = 0;
	(void)state;
	memcpy(h + 100, "0000600", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	memcpy(h + 124, "00000000000", 12);
	memcpy(h + 136, "00000000000", 12);
	memset(h + 148, ' ', 8);
	h[156] = 'S';
	memcpy(h + 257, "ustar  ", 8);
	memcpy(h + 386, "00004000000", 12); /* a piece at 1 MiB, of no bytes */
	memcpy(h + 398, "00000000000", 12);
	memcpy(h + 483, "00004000000", 12); /* how long it is when unfolded */
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	assert_int_equal(file_write(tar, h, sizeof h, 0600, FILE_NEW, NULL), 0);
	assert_int_equal(extract(tar), GW_EAUTH);
	assert_false(file_exists(there));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(names_are_relative_and_plain, setup, teardown),
	    cmocka_unit_test_setup_teardown(both_kinds_come_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_note_is_about_the_list, setup, teardown),
	    cmocka_unit_test_setup_teardown(damage_is_found, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_tar_does_not_unfold, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_folder_holds_files_and_no_more, setup, teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("home/archive", tests, NULL, NULL);
}
