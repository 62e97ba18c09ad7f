/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

struct memory {
	const char *p;
	size_t n, at, step;
};

static int read_memory(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	struct memory *m = arg;
	size_t n = m->n - m->at;
	(void)ei;
	if (n > cap)
		n = cap;
	if (n > m->step)
		n = m->step;
	memcpy(p, m->p + m->at, n);
	m->at += n;
	*ret_n = n;
	return 0;
}

static void add(struct buf *b, const char *name, const char *content)
{
	uint8_t header[TAR_BLOCK], zeros[TAR_BLOCK] = {0};
	size_t n = strlen(content);
	assert_int_equal(tar_header(name, n, 1700000000, header, NULL), 0);
	assert_int_equal(buf_add(b, header, sizeof header), 0);
	assert_int_equal(buf_add(b, content, n), 0);
	assert_int_equal(buf_add(b, zeros, (size_t)tar_length(n) - TAR_BLOCK - n), 0);
}

static void end(struct buf *b, size_t blocks)
{
	static const uint8_t zeros[TAR_BLOCK * 8];
	assert_int_equal(buf_add(b, zeros, blocks * TAR_BLOCK), 0);
}

/* Read all; returns the first error, and the number of entries. */
static int read_all(const struct buf *b, size_t step, int *ret_entries)
{
	struct memory m = {b->data, b->len, 0, step};
	struct tar_reader r;
	struct errinfo ei = ERRINFO_INIT;
	int more = 1, e = 0;
	*ret_entries = 0;
	tar_reader_init(&r, (struct tar_source){read_memory, &m});
	while ((e = tar_reader_next(&r, &more, &ei)) == 0 && more) {
		size_t n = 1;
		char piece[100];
		while (e == 0 && n)
			e = tar_reader_read(&r, piece, sizeof piece, &n, &ei);
		if (e < 0)
			return e;
		++*ret_entries;
	}
	return e;
}

static void reads_what_it_writes(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	int n = 0;
	add(&b, "a/empty", "");
	add(&b, "a/one", "1");
	char block[TAR_BLOCK + 1];
	memset(block, 'x', TAR_BLOCK);
	block[TAR_BLOCK] = 0;
	add(&b, "a/block", block);
	end(&b, 7);
	for (size_t step = 1; step < 2000; step = step * 3 + 1) {
		assert_int_equal(read_all(&b, step, &n), 0);
		assert_int_equal(n, 3);
	}
}

static void headers_are_a_function_of_name_size_and_time(void **state)
{
	(void)state;
	uint8_t a[TAR_BLOCK], b[TAR_BLOCK];
	assert_int_equal(tar_header("x", 1, 2, a, NULL), 0);
	assert_int_equal(tar_header("x", 1, 2, b, NULL), 0);
	assert_memory_equal(a, b, sizeof a);
	char name[102];
	memset(name, 'n', 101);
	name[101] = 0;
	assert_int_equal(tar_header(name, 1, 2, a, NULL), GW_EFAIL);
	assert_int_equal(tar_header("", 1, 2, a, NULL), GW_EFAIL);
	assert_int_equal(tar_header("x", UINT64_C(1) << 33, 2, a, NULL), GW_EFAIL);
}

static void every_cut_is_noticed(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	int n = 0;
	add(&b, "a/one", "some content");
	end(&b, 2);
	size_t whole = b.len;
	for (size_t cut = 0; cut < whole; cut++) {
		b.len = cut;
		assert_int_equal(read_all(&b, 512, &n), GW_EAUTH);
	}
	b.len = whole;
	assert_int_equal(read_all(&b, 512, &n), 0);
}

/* Set the checksum again after a header was changed. */
static void seal_header(char *h)
{
	unsigned sum = 0;
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
}

static void refuse(size_t at, const char *bytes, size_t bytes_n)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	int n = 0;
	add(&b, "a/one", "some content");
	end(&b, 2);
	memcpy(b.data + at, bytes, bytes_n);
	if (at < TAR_BLOCK)
		seal_header(b.data);
	assert_int_equal(read_all(&b, 512, &n), GW_EAUTH);
}

static void everything_but_regular_files_is_refused(void **state)
{
	(void)state;
	for (const char *type = "\0001234567xgLKSV"; type[0] != 'Z'; type++) {
		refuse(156, type, 1);
		if (*type == 'V')
			break;
	}
}

static void hostile_names_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = {"/etc/passwd", "../x", "a/../x", "a/./x", "a//x",
	    "a/x/", ".", "..", "a\\x", "a x", "a\x01x", "a\x80x", ""};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char field[100] = {0};
		memcpy(field, names[i], strlen(names[i]));
		refuse(0, field, sizeof field);
	}
	char hidden[100] = "a/one";
	hidden[50] = 'x'; /* behind the end of the name */
	refuse(0, hidden, sizeof hidden);
}

static void malformed_fields_are_refused(void **state)
{
	(void)state;
	refuse(124, "-0000000001", 11);
	refuse(124, "\x80\0\0\0\0\0\0\0\0\0\0\1", 12); /* GNU base 256 */
	refuse(124, "99999999999", 11);
	refuse(257, "ustar  ", 7); /* GNU's own magic */
	refuse(157, "link", 4);
	refuse(500, "x", 1);
}

static void a_wrong_checksum_is_refused(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	int n = 0;
	add(&b, "a/one", "some content");
	end(&b, 2);
	b.data[0] ^= 1;
	assert_int_equal(read_all(&b, 512, &n), GW_EAUTH);
}

static void anything_but_zeros_after_the_end_is_refused(void **state)
{
	(void)state;
	refuse(TAR_BLOCK + 100, "x", 1);                       /* padding of the file */
	refuse((size_t)TAR_BLOCK * 3 + TAR_BLOCK - 1, "x", 1); /* second end block */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_it_writes),
	    cmocka_unit_test(headers_are_a_function_of_name_size_and_time),
	    cmocka_unit_test(every_cut_is_noticed),
	    cmocka_unit_test(everything_but_regular_files_is_refused),
	    cmocka_unit_test(hostile_names_are_refused),
	    cmocka_unit_test(malformed_fields_are_refused),
	    cmocka_unit_test(a_wrong_checksum_is_refused),
	    cmocka_unit_test(anything_but_zeros_after_the_end_is_refused),
	};
	return cmocka_run_group_tests_name("package/tar", tests, NULL, NULL);
}
