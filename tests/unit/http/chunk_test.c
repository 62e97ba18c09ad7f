/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/chunk.h"

#include "tests/unit/test.h"

/* Read s in steps of `step` bytes; what is left behind the end in *ret_left. */
static int read_all(const char *s, size_t n, size_t step, struct buf *out, size_t *ret_left)
{
	struct http_chunks c = HTTP_CHUNKS_INIT;
	size_t i = 0;
	while (i < n && !http_chunks_done(&c)) {
		size_t used = 0, k = n - i < step ? n - i : step, data_n = 0;
		const char *data = NULL;
		int r = http_chunks_next(&c, s + i, k, &used, &data, &data_n);
		if (r < 0)
			return r;
		assert_true(used <= k && used > 0);
		assert_int_equal(buf_add(out, data, data_n), 0);
		i += used;
	}
	*ret_left = n - i;
	return http_chunks_done(&c) ? 0 : GW_ENOENT;
}

static void reads_a_body_in_any_steps(void **state)
{
	(void)state;
	static const char s[] = "5\r\nhello\r\n00b\r\n, handover \r\n1\r\n!\r\n0\r\n\r\nGET /";
	for (size_t step = 1; step < sizeof s; step++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
		size_t left = 0;
		assert_int_equal(read_all(s, sizeof s - 1, step, &b, &left), 0);
		assert_string_equal(b.data, "hello, handover !");
		assert_int_equal(left, 5);
	}
}

static void refuses_other_forms(void **state)
{
	(void)state;
	static const char *const rows[] = {
	    "0x5\r\nhello\r\n0\r\n\r\n",
	    "\r\n",
	    "5;a=b\r\nhello\r\n0\r\n\r\n",
	    "5 \r\nhello\r\n0\r\n\r\n",
	    " 5\r\nhello\r\n0\r\n\r\n",
	    "+5\r\nhello\r\n0\r\n\r\n",
	    "5\nhello\n0\n\n",
	    "5\r\rhello",
	    "5\r\nhelloX\r\n0\r\n\r\n",
	    "5\r\nhello\n0\r\n\r\n",
	    "0\r\nTrailer: x\r\n\r\n",
	    "0\r\n\n",
	    "1234567890abcdef\r\n",
	    "ffffffffffffffff\r\n",
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
		size_t left = 0;
		if (read_all(rows[i], strlen(rows[i]), 1, &b, &left) != GW_EFORMAT)
			fail_msg("accepted: %s", rows[i]);
	}
}

static void a_body_cut_short_is_not_done(void **state)
{
	(void)state;
	static const char s[] = "5\r\nhello\r\n0\r\n\r\n";
	for (size_t n = 0; n < sizeof s - 1; n++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1000);
		size_t left = 0;
		assert_int_equal(read_all(s, n, 3, &b, &left), GW_ENOENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_a_body_in_any_steps),
	    cmocka_unit_test(refuses_other_forms),
	    cmocka_unit_test(a_body_cut_short_is_not_done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
