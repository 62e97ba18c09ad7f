/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/growing.h"

#include <fcntl.h>

#include "tests/unit/test.h"

enum { SIZE = 3 * GROWING_PIECE + 17 };

struct fixture {
	char *dir, *bytes;
	int fd;
	struct growing g;
};

static int setup(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	f->dir = test_mkdir();
	f->bytes = str_alloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		f->bytes[i] = (char)(i * 31 >> 5);
	char *path GW_CLEANUP(str_free_p) = file_join(f->dir, "x");
	f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(f->fd >= 0);
	growing_init(&f->g);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	growing_release(&f->g);
	assert_int_equal(close(f->fd), 0);
	test_rmdir(&f->dir);
	free(f->bytes);
	free(f);
	return 0;
}

static void grow(struct fixture *f, size_t to)
{
	off_t at = lseek(f->fd, 0, SEEK_END);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_write_fd(f->fd, f->bytes + at, to - (size_t)at, &ei), 0, &ei);
}

static void digest_is(struct fixture *f, size_t n)
{
	char got[HASH_HEX], expected[HASH_HEX];
	struct errinfo ei = ERRINFO_INIT;
	hash_sha256_hex(f->bytes, n, expected);
	test_code(growing_digest(&f->g, f->fd, n, got, &ei), 0, &ei);
	assert_string_equal(got, expected);
}

static void follows_a_file_that_grows(void **state)
{
	struct fixture *f = *state;
	uint64_t n = 1;
	digest_is(f, 0);
	grow(f, 10);
	assert_int_equal(growing_read(&f->g, f->fd, UINT64_MAX, 4, &n, NULL), 0);
	assert_int_equal(n, 4);
	assert_int_equal(growing_read(&f->g, f->fd, 7, 100, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_int_equal(growing_read(&f->g, f->fd, UINT64_MAX, 100, &n, NULL), 0);
	assert_int_equal(n, 3);
	digest_is(f, 10);
	grow(f, SIZE);
	digest_is(f, SIZE / 2);
	digest_is(f, SIZE);
	char got[HASH_HEX];
	assert_int_equal(growing_digest(&f->g, f->fd, SIZE + 1, got, NULL), GW_EIO);
}

static void goes_back_to_the_mark_or_the_beginning(void **state)
{
	struct fixture *f = *state;
	uint64_t n;
	grow(f, SIZE);
	assert_int_equal(growing_read(&f->g, f->fd, 1000, 1000, &n, NULL), 0);
	growing_mark(&f->g);
	digest_is(f, SIZE);
	growing_cut(&f->g, SIZE); /* nothing was cut */
	assert_int_equal(f->g.at, SIZE);
	growing_cut(&f->g, 2000);
	assert_int_equal(f->g.at, 1000); /* no further back than needed */
	digest_is(f, 2000);
	growing_cut(&f->g, 1000);
	assert_int_equal(f->g.at, 1000);
	digest_is(f, SIZE);
	growing_cut(&f->g, 999);
	assert_int_equal(f->g.at, 0);
	digest_is(f, 999);
	digest_is(f, SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(follows_a_file_that_grows, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		goes_back_to_the_mark_or_the_beginning, setup, teardown),
	};
	return cmocka_run_group_tests_name("cases/growing", tests, NULL, NULL);
}
