/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole files through age_writer and age_reader, in memory. */
#include "age/stream.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "age/age.h"
#include "base/secret.h"
#include "tests/unit/test.h"

enum { MOST = 40 * CHUNK };

static struct age_identities *keys;
static struct age_recipients *to;
static uint8_t *plain, *back;

static int start(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(512);
	char recipient[AGE_RECIPIENT_TEXT];
	if (secret_init(&ei) < 0 || age_identity_generate(recipient, &b, &ei) < 0)
		return -1;
	keys = age_identities_new();
	to = age_recipients_new();
	const char *secret = strstr(b.data, "AGE-SECRET-KEY-");
	plain = malloc(MOST);
	back = malloc(MOST + 1);
	for (uint32_t i = 0, x = 1; i < MOST; i++, x = x * 1664525 + 1013904223)
		plain[i] = (uint8_t)(x >> 24);
	return age_identities_add(keys, secret, AGE_IDENTITY_TEXT - 1, &ei) < 0 ||
		age_recipients_add(to, recipient, &ei) < 0
	    ? -1
	    : 0;
}

static int stop(void **state)
{
	(void)state;
	age_identities_free(keys);
	age_recipients_free(to);
	free(plain);
	free(back);
	return 0;
}

static int new_file(void)
{
	int fd = memfd_create("age", MFD_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Encrypt n bytes in pieces of that many; the file at its beginning. */
static int sealed(size_t n, size_t piece, unsigned threads, bool armored)
{
	struct age_writer *w = NULL;
	int fd = new_file();
	assert_int_equal(armored ? age_writer_new_armored(fd, to, threads, &w, NULL)
				 : age_writer_new(fd, to, threads, &w, NULL),
	    0);
	for (size_t at = 0; at < n; at += piece)
		assert_int_equal(
		    age_writer_write(w, plain + at, n - at < piece ? n - at : piece, NULL), 0);
	assert_int_equal(age_writer_finish(w, NULL), 0);
	age_writer_free(w);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Decrypt fd into back in reads of `cap`; the code of the end, and the count released. */
static int opened(int fd, size_t cap, unsigned threads, size_t *ret_n, struct errinfo *ei)
{
	struct age_reader *r = NULL;
	size_t got = 1;
	*ret_n = 0;
	int e = age_reader_new(fd, keys, NULL, threads, &r, ei);
	while (e == 0 && got) {
		size_t room = MOST + 1 - *ret_n;
		e = age_reader_read(r, back + *ret_n, cap < room ? cap : room, &got, ei);
		*ret_n += e == 0 ? got : 0;
	}
	age_reader_free(r);
	return e;
}

static void sizes_threads_and_pieces(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK,
	    BATCH * CHUNK - 1, BATCH * CHUNK, BATCH * CHUNK + 1, 2 * BATCH * CHUNK, 33 * CHUNK + 7,
	    MOST};
	static const unsigned threads[] = {1, 2, 5};
	static const size_t pieces[] = {MOST, 100003, 4096};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t k = 0; k < 3; k++) {
			size_t n = 0;
			int fd = sealed(sizes[i], pieces[k], threads[k], k == 2);
			assert_int_equal(opened(fd, pieces[2 - k], threads[2 - k], &n, NULL), 0);
			assert_int_equal(n, sizes[i]);
			assert_memory_equal(back, plain, n);
			(void)close(fd);
		}
}

static void copy_is_the_same_as_write(void **state)
{
	(void)state;
	int in = new_file(), out = new_file();
	struct age_writer *w = NULL;
	uint64_t copied = 0;
	size_t n = 0;
	assert_int_equal(write(in, plain, MOST), MOST);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	assert_int_equal(age_writer_new(out, to, 2, &w, NULL), 0);
	assert_int_equal(age_writer_copy(w, in, &copied, NULL), 0);
	assert_int_equal(age_writer_finish(w, NULL), 0);
	age_writer_free(w);
	assert_int_equal(copied, MOST);
	assert_int_equal(lseek(out, 0, SEEK_SET), 0);
	assert_int_equal(opened(out, 65536, 2, &n, NULL), 0);
	assert_int_equal(n, MOST);
	assert_memory_equal(back, plain, n);
	(void)close(in);
	(void)close(out);
}

static void never_the_same_file_twice(void **state)
{
	(void)state;
	char a[300], b[300];
	int x = sealed(10, 10, 1, false), y = sealed(10, 10, 1, false);
	ssize_t n = read(x, a, sizeof a), m = read(y, b, sizeof b);
	assert_int_equal(n, m);
	assert_memory_not_equal(a, b, (size_t)n);
	(void)close(x);
	(void)close(y);
}

/* Length of the header and nonce before the first chunk. */
static size_t payload_at(int fd)
{
	struct age_facts f;
	assert_int_equal(age_inspect(fd, NULL, &f, NULL), 0);
	size_t at = (size_t)f.header_bytes + 16;
	age_facts_release(&f);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return at;
}

/* Every length cut off short is found; whole chunks before the cut are released, no others. */
static void cut_files(void **state)
{
	(void)state;
	static const size_t rest[] = {0, 1, TAG - 1, TAG, TAG + 1, SEALED - 1};
	size_t size = 17 * CHUNK + 100;
	for (size_t chunks = 0; chunks < 18; chunks += chunks == 2 ? 13 : 1)
		for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
			for (unsigned threads = 1; threads < 3; threads++) {
				struct errinfo ei = ERRINFO_INIT;
				size_t n = 0;
				int fd = sealed(size, size, 2, false);
				size_t keep = payload_at(fd) + chunks * SEALED + rest[i];
				if (chunks == 17 && rest[i] > TAG) {
					(void)close(fd);
					continue;
				}
				assert_int_equal(ftruncate(fd, (off_t)keep), 0);
				assert_int_equal(opened(fd, CHUNK, threads, &n, &ei), GW_EAUTH);
				assert_memory_equal(ei.msg, "payload failure: ", 17);
				assert_int_equal(n, chunks * CHUNK);
				assert_memory_equal(back, plain, n);
				(void)close(fd);
			}
}

static void swap_chunks(int fd, size_t at, size_t a, size_t b)
{
	uint8_t *x = malloc(SEALED), *y = malloc(SEALED);
	off_t pa = (off_t)(at + a * SEALED), pb = (off_t)(at + b * SEALED);
	assert_int_equal(pread(fd, x, SEALED, pa), SEALED);
	assert_int_equal(pread(fd, y, SEALED, pb), SEALED);
	assert_int_equal(pwrite(fd, y, SEALED, pa), SEALED);
	assert_int_equal(pwrite(fd, x, SEALED, pb), SEALED);
	free(x);
	free(y);
}

static void changed_files(void **state)
{
	(void)state;
	static const struct {
		size_t a, b, released;
	} swaps[] = {{0, 1, 0}, {3, 20, 3}, {16, 17, 16}};
	for (size_t i = 0; i < 3; i++) {
		size_t n = 0;
		int fd = sealed(25 * CHUNK + 5, 65536, 2, false);
		swap_chunks(fd, payload_at(fd), swaps[i].a, swaps[i].b);
		assert_int_equal(opened(fd, CHUNK, 2, &n, NULL), GW_EAUTH);
		assert_int_equal(n, swaps[i].released * CHUNK);
		(void)close(fd);
	}
	/* bytes behind the end, also when the last chunk is full */
	for (size_t size = CHUNK; size <= CHUNK + 1; size++) {
		size_t n = 0;
		int fd = sealed(size, size, 2, false);
		assert_true(lseek(fd, 0, SEEK_END) > 0);
		assert_int_equal(write(fd, "x", 1), 1);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(opened(fd, CHUNK, 2, &n, NULL), GW_EAUTH);
		assert_int_equal(n, CHUNK);
		(void)close(fd);
	}
}

/* One bit anywhere: in the header a failure of it or of the MAC, behind it of the payload. */
static void every_bit_counts(void **state)
{
	(void)state;
	uint8_t file[600];
	int fd = sealed(100, 100, 1, false);
	size_t n = 0, at = payload_at(fd), size = (size_t)read(fd, file, sizeof file);
	(void)close(fd);
	for (size_t bit = 0; bit < size * 8; bit++) {
		struct errinfo ei = ERRINFO_INIT;
		fd = new_file();
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(write(fd, file, size), size);
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		int e = opened(fd, CHUNK, 1, &n, &ei);
		assert_true(
		    e == GW_EAUTH || (bit / 8 < at && (e == GW_EFORMAT || e == GW_ENOMATCH)));
		assert_int_equal(n, 0);
		(void)close(fd);
	}
}

/* A pipe that stalls gets its whole chunks out: nobody waits for a full batch. */
static void chunks_come_out_of_a_slow_pipe(void **state)
{
	(void)state;
	int p[2], fd = sealed(4 * CHUNK, CHUNK, 2, false);
	uint8_t *all = malloc(5 * SEALED);
	ssize_t size = read(fd, all, 5 * SEALED);
	size_t at = (size_t)size - 4 * SEALED, n = 0, got = 1;
	struct age_reader *r = NULL;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_true(fcntl(p[1], F_SETPIPE_SZ, 1 << 20) > 0);
	size_t first = at + 2 * SEALED + 1;
	assert_int_equal(write(p[1], all, first), first);
	assert_int_equal(age_reader_new(p[0], keys, NULL, 2, &r, NULL), 0);
	while (n < 2 * CHUNK) { /* would hang here if the reader waited for more */
		assert_int_equal(age_reader_read(r, back + n, CHUNK, &got, NULL), 0);
		assert_true(got > 0);
		n += got;
	}
	assert_int_equal(write(p[1], all + first, (size_t)size - first), size - (ssize_t)first);
	(void)close(p[1]);
	while (got) {
		assert_int_equal(age_reader_read(r, back + n, CHUNK, &got, NULL), 0);
		n += got;
	}
	assert_int_equal(n, 4 * CHUNK);
	assert_memory_equal(back, plain, n);
	age_reader_free(r);
	(void)close(p[0]);
	(void)close(fd);
	free(all);
}

static void reader_tells_about_the_header(void **state)
{
	(void)state;
	struct age_reader *r = NULL;
	struct age_identities *none GW_CLEANUP(age_identities_free_p) = age_identities_new();
	struct errinfo ei = ERRINFO_INIT;
	int fd = sealed(10, 10, 1, true);
	assert_int_equal(age_reader_new(fd, keys, NULL, 1, &r, NULL), 0);
	assert_int_equal(age_reader_stanzas(r), 1);
	assert_true(age_reader_all_x25519(r));
	assert_true(age_reader_armored(r));
	assert_false(age_reader_passphrase(r));
	age_reader_free(r);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(age_reader_new(fd, none, NULL, 1, &r, NULL), GW_EUSAGE);
	assert_int_equal(age_identities_set_passphrase(none, "x", 1, NULL), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(age_reader_new(fd, none, NULL, 1, &r, &ei), GW_ENOMATCH);
	assert_memory_equal(ei.msg, "no match: ", 10);
	(void)close(fd);
}

static void passphrase_both_ways(void **state)
{
	(void)state;
	struct age_identities *id GW_CLEANUP(age_identities_free_p) = age_identities_new();
	struct age_recipients *l GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	struct age_limits low = AGE_LIMITS;
	struct age_writer *w = NULL;
	struct age_reader *r = NULL;
	struct errinfo ei = ERRINFO_INIT;
	int fd = new_file();
	low.work_factor = 9;
	assert_int_equal(age_recipients_set_passphrase(l, "secret", 6, 10, NULL), 0);
	assert_int_equal(age_identities_set_passphrase(id, "secret", 6, NULL), 0);
	assert_int_equal(age_writer_new(fd, l, 1, &w, NULL), 0);
	assert_int_equal(age_writer_finish(w, NULL), 0);
	age_writer_free(w);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(age_reader_new(fd, id, NULL, 1, &r, NULL), 0);
	assert_true(age_reader_passphrase(r));
	age_reader_free(r);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(age_reader_new(fd, id, &low, 1, &r, &ei), GW_EFORMAT);
	assert_string_equal(
	    ei.msg, "header failure: line 2: work factor 10 is above the limit of 9");
	(void)close(fd);
}

static void full_disk_and_no_recipient(void **state)
{
	(void)state;
	struct age_writer *w = NULL;
	struct age_recipients *none GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(age_writer_new(fd, to, 1, &w, NULL), GW_EIO);
	assert_int_equal(age_writer_new(fd, none, 1, &w, NULL), GW_EUSAGE);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes_threads_and_pieces),
	    cmocka_unit_test(copy_is_the_same_as_write),
	    cmocka_unit_test(never_the_same_file_twice),
	    cmocka_unit_test(cut_files),
	    cmocka_unit_test(changed_files),
	    cmocka_unit_test(every_bit_counts),
	    cmocka_unit_test(chunks_come_out_of_a_slow_pipe),
	    cmocka_unit_test(reader_tells_about_the_header),
	    cmocka_unit_test(passphrase_both_ways),
	    cmocka_unit_test(full_disk_and_no_recipient),
	};
	return cmocka_run_group_tests_name("age/stream", tests, start, stop);
}
