/* SPDX-License-Identifier: EUPL-1.2 */
/* A zip that is the same for the same members, and that others read. */
#include "attach/zip.h"

#include <archive.h>
#include <archive_entry.h>

#include "tests/unit/test.h"

enum { ROOM = 1 << 20 };

static void make(struct buf *out, const char *const *members, size_t n)
{
	struct zip z;
	zip_begin(&z, out);
	for (size_t i = 0; i < n; i += 2)
		assert_int_equal(
		    zip_add(&z, members[i], members[i + 1], strlen(members[i + 1])), 0);
	assert_int_equal(zip_end(&z), 0);
	zip_release(&z);
}

/* By the directory at its end, or member by member from the beginning. */
static void reads_as(
    const struct buf *b, size_t from, bool seeks, const char *const *members, size_t n)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	size_t i = 0;
	assert_int_equal(seeks ? archive_read_support_format_zip_seekable(a)
			       : archive_read_support_format_zip_streamable(a),
	    ARCHIVE_OK);
	assert_int_equal(archive_read_open_memory(a, b->data + from, b->len - from), ARCHIVE_OK);
	for (; archive_read_next_header(a, &e) == ARCHIVE_OK; i += 2) {
		char text[4096] = "";
		assert_true(i < n);
		assert_string_equal(archive_entry_pathname(e), members[i]);
		assert_int_equal(archive_entry_size(e), strlen(members[i + 1]));
		assert_int_equal(
		    archive_read_data(a, text, sizeof text - 1), strlen(members[i + 1]));
		assert_string_equal(text, members[i + 1]);
	}
	assert_int_equal(i, n);
	assert_null(archive_error_string(a));
	(void)archive_read_free(a);
}

static const char *const members[] = {"[Content_Types].xml", "<Types/>", "word/document.xml",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "word/empty.xml", ""};

static void others_read_it(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	assert_int_equal(buf_adds(&out, "before"), 0); /* places count from its beginning */
	make(&out, members, GW_LENGTH(members));
	reads_as(&out, 6, true, members, GW_LENGTH(members));
	reads_as(&out, 6, false, members, GW_LENGTH(members));
}

static void it_is_a_function_of_its_members(void **state)
{
	(void)state;
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	make(&a, members, GW_LENGTH(members));
	make(&b, members, GW_LENGTH(members));
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	/* no extra field: a name, then its data */
	assert_memory_equal(a.data + 26, "\x13\0\0\0[Content_Types].xml", 23);
}

static void without_members_it_is_whole(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	make(&out, NULL, 0);
	assert_int_equal(out.len, 22);
	assert_memory_equal(out.data, "PK\5\6", 4);
}

static void it_has_limits(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	struct buf small GW_CLEANUP(buf_release) = BUF_INIT(20);
	struct zip z;
	int r = 0, n = 0;
	zip_begin(&z, &out);
	while ((r = zip_add(&z, "a", "b", 1)) == 0)
		n++;
	assert_int_equal(r, GW_ELIMIT);
	assert_int_equal(n, 1000);
	zip_release(&z);
	zip_begin(&z, &small);
	assert_int_equal(zip_add(&z, "a longer name", "b", 1), GW_ELIMIT);
	zip_release(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(others_read_it),
	    cmocka_unit_test(it_is_a_function_of_its_members),
	    cmocka_unit_test(without_members_it_is_whole),
	    cmocka_unit_test(it_has_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
