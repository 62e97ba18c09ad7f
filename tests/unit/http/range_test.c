/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/range.h"

#include "tests/unit/test.h"

#define TAG "\"abc\""

static int ask(const char *fields, uint64_t size, struct http_range *ret)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct http_head h;
	int status;
	assert_int_equal(buf_addf(&b, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields), 0);
	assert_int_equal(http_head_parse(b.data, b.len, &h, &status, NULL), 0);
	return http_range(&h, size, TAG, ret);
}

static void one_range_is_served(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		uint64_t size, first, n;
		bool partial;
	} rows[] = {
	    {"", 100, 0, 100, false},
	    {"Range: bytes=0-0\r\n", 100, 0, 1, true},
	    {"Range: bytes=10-19\r\n", 100, 10, 10, true},
	    {"Range: BYTES=10-\r\n", 100, 10, 90, true},
	    {"Range: bytes=90-1000\r\n", 100, 90, 10, true},
	    {"Range: bytes=-7\r\n", 100, 93, 7, true},
	    {"Range: bytes=-700\r\n", 100, 0, 100, true},
	    {"Range: bytes=99-99999999999999999999999\r\n", 100, 99, 1, true},
	    {"Range: bytes=5-\r\nIf-Range: " TAG "\r\n", 100, 5, 95, true},
	    /* passed over */
	    {"Range: bytes=5-\r\nIf-Range: \"other\"\r\n", 100, 0, 100, false},
	    {"Range: bytes=5-\r\nIf-Range: W/" TAG "\r\n", 100, 0, 100, false},
	    {"Range: bytes=0-1,5-6\r\n", 100, 0, 100, false},
	    {"Range: bytes=5-4\r\n", 100, 0, 100, false},
	    {"Range: bytes=-\r\n", 100, 0, 100, false},
	    {"Range: bytes=\r\n", 100, 0, 100, false},
	    {"Range: bytes=a-b\r\n", 100, 0, 100, false},
	    {"Range: bytes= 1-2\r\n", 100, 0, 100, false},
	    {"Range: lines=1-2\r\n", 100, 0, 100, false},
	    {"Range: bytes=1-2\r\nRange: bytes=1-2\r\n", 100, 0, 100, false},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct http_range r;
		assert_int_equal(ask(rows[i].fields, rows[i].size, &r), 0);
		if (r.first != rows[i].first || r.n != rows[i].n || r.partial != rows[i].partial)
			fail_msg("row %zu: %s", i, rows[i].fields);
	}
}

static void a_range_outside_is_refused(void **state)
{
	(void)state;
	struct http_range r;
	assert_int_equal(ask("Range: bytes=100-\r\n", 100, &r), GW_ELIMIT);
	assert_int_equal(ask("Range: bytes=-0\r\n", 100, &r), GW_ELIMIT);
	assert_int_equal(ask("Range: bytes=0-\r\n", 0, &r), GW_ELIMIT);
	assert_int_equal(ask("Range: bytes=99999999999999999999-\r\n", 100, &r), GW_ELIMIT);
}

/* RFC 9110 §14.2: only of GET. */
static void a_head_has_no_range(void **state)
{
	(void)state;
	static const char s[] = "HEAD / HTTP/1.1\r\nHost: a\r\nRange: bytes=200-\r\n\r\n";
	struct http_head h;
	struct http_range r;
	int status;
	assert_int_equal(http_head_parse(s, sizeof s - 1, &h, &status, NULL), 0);
	assert_int_equal(http_range(&h, 100, TAG, &r), 0);
	assert_true(r.first == 0 && r.n == 100 && !r.partial);
}

/* RFC 9110 §13.1.1: strongly. */
static void another_version_is_not_taken_for_it(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		bool holds;
	} rows[] = {
	    {"", true},
	    {"If-Match: *\r\n", true},
	    {"If-Match: " TAG "\r\n", true},
	    {"If-Match: \"x\", " TAG "\r\n", true},
	    {"If-Match: \"x\"\r\nIf-Match: " TAG "\r\n", true},
	    {"If-Match: \"x\"\r\n", false},
	    {"If-Match: W/" TAG "\r\n", false},
	    {"If-Match: W/" TAG ", " TAG "\r\n", true},
	    {"If-Match:\r\n", false},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
		struct http_head h;
		int status;
		assert_int_equal(
		    buf_addf(&b, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", rows[i].fields), 0);
		assert_int_equal(http_head_parse(b.data, b.len, &h, &status, NULL), 0);
		if (http_match(&h, TAG) != rows[i].holds)
			fail_msg("row %zu: %s", i, rows[i].fields);
	}
}

static void knows_its_own_tag(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		bool match;
	} rows[] = {
	    {"", false},
	    {"If-None-Match: *\r\n", true},
	    {"If-None-Match: " TAG "\r\n", true},
	    {"If-None-Match: \"x\", W/" TAG "\r\n", true},
	    {"If-None-Match: \"abcd\"\r\n", false},
	    {"If-None-Match: abc\r\n", false},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
		struct http_head h;
		int status;
		assert_int_equal(
		    buf_addf(&b, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", rows[i].fields), 0);
		assert_int_equal(http_head_parse(b.data, b.len, &h, &status, NULL), 0);
		assert_int_equal(http_none_match(&h, TAG), rows[i].match);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_range_is_served),
	    cmocka_unit_test(a_range_outside_is_refused),
	    cmocka_unit_test(a_head_has_no_range),
	    cmocka_unit_test(another_version_is_not_taken_for_it),
	    cmocka_unit_test(knows_its_own_tag),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
