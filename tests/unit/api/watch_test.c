/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/watch.h"

#include <sys/stat.h>

#include "tests/unit/test.h"

#define LOOK WATCH_LOOK_MS

static char *dir;
static struct watch w;
static int64_t now;

static void put(const char *name, const char *text)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_write(path, text, strlen(text), 0600, FILE_REPLACE, &ei), 0, &ei);
}

static void folder(const char *name)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static bool next_look(void)
{
	now += LOOK;
	return watch_due(&w, now);
}

static int setup(void **state)
{
	(void)state;
	dir = test_mkdir();
	folder("trust");
	folder("trust/tls");
	folder("trust/signing");
	put("SHA256SUMS", "a");
	put("SHA256SUMS.p7s", "a");
	put("organisations.yaml", "a");
	put("trust/ca.crl", "a");
	put("trust/tls/root.pem", "a");
	w = (struct watch){0};
	now = 1000;
	watch_reading(&w, dir, now);
	watch_read(&w, true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_rmdir(&dir);
	return 0;
}

static void nothing_happened(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++)
		assert_false(next_look());
	/* what counts only when it is signed */
	put("organisations.yaml", "b");
	assert_false(next_look());
	assert_false(next_look());
}

/* Each kind of file, of the same size: once, and not before it is still. */
static void a_change_is_noticed_when_it_is_still(void **state)
{
	(void)state;
	static const char *const names[] = {"SHA256SUMS", "SHA256SUMS.p7s", "trust/ca.crl",
	    "trust/new.crl", "trust/tls/root.pem", "trust/tls/new.pem", "trust/signing/new.pem"};
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		put(names[i], "b");
		assert_false(next_look());
		put("SHA256SUMS.p7s", "c"); /* signed after that look */
		assert_false(next_look());
		assert_true(next_look());
		watch_reading(&w, dir, now);
		watch_read(&w, true);
		assert_false(next_look());
		assert_false(next_look());
	}
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "trust/new.crl");
	assert_int_equal(unlink(path), 0);
	assert_false(next_look());
	assert_true(next_look());
}

static void it_looks_no_more_often_than_it_should(void **state)
{
	(void)state;
	put("trust/ca.crl", "b");
	assert_false(watch_due(&w, now + LOOK - 1));
	assert_false(watch_due(&w, now + LOOK));
	for (int i = 1; i < 10; i++)
		assert_false(watch_due(&w, now + LOOK + i));
	assert_true(watch_due(&w, now + 2 * LOOK));
}

static void what_failed_is_tried_again(void **state)
{
	(void)state;
	put("trust/ca.crl", "b");
	assert_false(next_look());
	assert_true(next_look());
	watch_reading(&w, dir, now);
	watch_read(&w, false);
	int64_t since = now;
	while (now + LOOK < since + WATCH_RETRY_MS)
		assert_false(next_look());
	assert_true(next_look());
	watch_reading(&w, dir, now);
	watch_read(&w, false);
	put("trust/ca.crl", "c"); /* mended */
	assert_false(next_look());
	assert_true(next_look());
	watch_reading(&w, dir, now);
	watch_read(&w, true);
	for (int i = 0; i < 200; i++)
		assert_false(next_look());
}

/* A change between reading and the next look is a change. */
static void what_comes_while_it_is_read_is_noticed(void **state)
{
	(void)state;
	watch_reading(&w, dir, now);
	put("trust/ca.crl", "b");
	watch_read(&w, true);
	assert_false(next_look());
	assert_true(next_look());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(nothing_happened),
	    T(a_change_is_noticed_when_it_is_still),
	    T(it_looks_no_more_often_than_it_should),
	    T(what_failed_is_tried_again),
	    T(what_comes_while_it_is_read_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
