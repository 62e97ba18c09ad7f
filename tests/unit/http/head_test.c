/* SPDX-License-Identifier: EUPL-1.2 */
#include "http/head.h"

#include "tests/unit/test.h"

#define GET "GET /v1/zaken HTTP/1.1\r\nHost: gw.example:8443\r\n"
#define PUT "PUT /v1/x HTTP/1.1\r\nHost: a\r\n"

static int parse(const char *s, size_t n, struct http_head *h, int *status)
{
	struct errinfo ei = ERRINFO_INIT;
	*status = 0;
	int r = http_head_parse(s, n, h, status, &ei);
	if (r < 0) {
		assert_true(ei.msg[0] != 0);
		assert_true(*status >= 400 && *status < 600);
	}
	return r;
}

static void refused(const char *s, size_t n, int status)
{
	struct http_head h;
	int got;
	if (parse(s, n, &h, &got) == 0)
		fail_msg("accepted: %s", s);
	if (got != status)
		fail_msg("%d instead of %d: %s", got, status, s);
}

static void reads_an_ordinary_request(void **state)
{
	(void)state;
	static const char s[] = "PATCH /v1/uploads/7?a=1&b=%C3%A9+x HTTP/1.1\r\n"
				"Host: gw.example:8443\r\n"
				"content-LENGTH:  42 \r\n"
				"Empty:\r\n"
				"Expect: 100-Continue\r\n"
				"Connection: keep-alive, Close\r\n\r\n";
	struct http_head h;
	int status;
	assert_int_equal(parse(s, sizeof s - 1, &h, &status), 0);
	assert_int_equal(h.method, HTTP_METHOD_PATCH);
	assert_string_equal(http_method_name(h.method), "PATCH");
	assert_true(http_is(h.path, "/v1/uploads/7"));
	assert_true(http_is(h.query, "a=1&b=%C3%A9+x"));
	assert_int_equal(h.framing, HTTP_LENGTH);
	assert_int_equal(h.length, 42);
	assert_true(h.close);
	assert_true(h.expect_continue);
	assert_true(http_is(http_field(&h, "Content-Length"), "42"));
	assert_true(http_is(http_field(&h, "empty"), ""));
	assert_null(http_field(&h, "absent").p);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
	assert_int_equal(http_query(&h, "b", &b), 1);
	assert_string_equal(b.data, "é+x");
	assert_int_equal(http_query(&h, "c", &b), 0);
	static const char *const known[] = {"a", "b"};
	struct http_text unknown = {NULL, 0};
	assert_true(http_query_only(&h, known, 2, &unknown));
	assert_false(http_query_only(&h, known, 1, &unknown));
	assert_true(http_is(unknown, "b"));
}

static void frames_bodies_in_one_way_only(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		enum http_framing framing;
	} good[] = {
	    {PUT "\r\n", HTTP_NO_BODY},
	    {PUT "Content-Length: 0\r\n\r\n", HTTP_NO_BODY},
	    {PUT "Content-Length: 000000000000000005\r\n\r\n", HTTP_LENGTH},
	    {PUT "Transfer-Encoding: CHUNKED\r\n\r\n", HTTP_CHUNKED},
	    {GET "Content-Length: 0\r\n\r\n", HTTP_NO_BODY},
	};
	for (size_t i = 0; i < GW_LENGTH(good); i++) {
		struct http_head h;
		int status;
		assert_int_equal(parse(good[i].s, strlen(good[i].s), &h, &status), 0);
		assert_int_equal(h.framing, good[i].framing);
	}
}

/* The forms on which servers in use have disagreed. */
static void refuses_what_can_be_read_in_two_ways(void **state)
{
	(void)state;
#define ROW(s, status)                  \
	{                               \
		s, sizeof s - 1, status \
	}
	static const struct {
		const char *s;
		size_t n;
		int status;
	} rows[] = {
	    ROW(PUT "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
	    ROW(PUT "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
	    ROW(PUT "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400),
	    ROW(PUT "Content-Length: 3, 3\r\n\r\n", 400),
	    ROW(PUT "Content-Length: +3\r\n\r\n", 400),
	    ROW(PUT "Content-Length: -3\r\n\r\n", 400),
	    ROW(PUT "Content-Length: 0x3\r\n\r\n", 400),
	    ROW(PUT "Content-Length:\r\n\r\n", 400),
	    ROW(PUT "Content-Length: 1234567890123456789\r\n\r\n", 400),
	    ROW(PUT "Transfer-Encoding: xchunked\r\n\r\n", 501),
	    ROW(PUT "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
	    ROW(PUT "Transfer-Encoding: chunked, identity\r\n\r\n", 501),
	    ROW(PUT "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
	    ROW(PUT "Transfer-Encoding : chunked\r\n\r\n", 400),
	    ROW(PUT "Content-Length\r\n\r\n", 400),
	    ROW(PUT ": x\r\n\r\n", 400),
	    ROW("PUT /v1/x HTTP/1.1\r\nHost: a\nContent-Length: 3\r\n\r\n", 400),
	    ROW("PUT /v1/x HTTP/1.1\nHost: a\n\n", 400),
	    ROW(PUT "X: a\r\n b\r\n\r\n", 400),
	    ROW(PUT "X: a\r\n\tb\r\n\r\n", 400),
	    ROW(PUT "Content-Length: 3\t\r\n\r\n", 400),
	    ROW(PUT " X: a\r\n\r\n", 400),
	    ROW(PUT "X: a\0b\r\n\r\n", 400),
	    ROW(PUT "X: a\rb\r\n\r\n", 400),
	    ROW(PUT "X: a\x7f\r\n\r\n", 400),
	    ROW(PUT "X: \xc3\xa9\r\n\r\n", 400),
	    ROW(PUT "X\x80: a\r\n\r\n", 400),
	    ROW(PUT "\r\nX: a\r\n", 400),
	    ROW(PUT "Connection: close;\r\n\r\n", 400),
	    ROW("GET / HTTP/1.1\r\n\r\n", 400),
	    ROW("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
	    ROW("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
	    ROW("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
	    ROW("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
	    ROW("GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505),
	    ROW("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
	    ROW("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /\r\nHost: a\r\n\r\n", 400),
	    ROW("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
	    ROW("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
	    ROW("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
	    ROW("GET //a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /a/.. HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /./b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /a?b#c HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW("GET https://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
	    ROW(GET "Content-Length: 3\r\n\r\n", 400),
	    ROW(GET "Transfer-Encoding: chunked\r\n\r\n", 400),
	    ROW(PUT "Expect: 200-ok\r\n\r\n", 417),
	    ROW(PUT "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n", 417),
	};
#undef ROW
	for (size_t i = 0; i < GW_LENGTH(rows); i++)
		refused(rows[i].s, rows[i].n, rows[i].status);
}

static void accepts_an_absolute_target_of_its_host(void **state)
{
	(void)state;
	static const char s[] = "GET HTTPS://A:1/b?c HTTP/1.1\r\nHost: a:1\r\n\r\n";
	struct http_head h;
	int status;
	assert_int_equal(parse(s, sizeof s - 1, &h, &status), 0);
	assert_true(http_is(h.path, "/b"));
	assert_true(http_is(h.query, "c"));
}

static void keeps_its_limits(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	assert_int_equal(buf_adds(&b, GET), 0);
	for (int i = 0; i < HTTP_FIELDS - 1; i++)
		assert_int_equal(buf_addf(&b, "X%d: y\r\n", i), 0);
	struct http_head h;
	int status;
	size_t fields = b.len;
	assert_int_equal(buf_adds(&b, "\r\n"), 0);
	assert_int_equal(parse(b.data, b.len, &h, &status), 0);
	b.len = fields;
	assert_int_equal(buf_adds(&b, "Z: y\r\n\r\n"), 0);
	refused(b.data, b.len, 431);
	buf_clear(&b);
	assert_int_equal(buf_adds(&b, "GET /"), 0);
	while (b.len < 4 + HTTP_TARGET_MAX)
		assert_int_equal(buf_adds(&b, "a"), 0);
	assert_int_equal(buf_adds(&b, " HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
	assert_int_equal(parse(b.data, b.len, &h, &status), 0);
	b.len = 4 + HTTP_TARGET_MAX;
	assert_int_equal(buf_adds(&b, "a HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
	refused(b.data, b.len, 414);
}

static void finds_the_end_byte_by_byte(void **state)
{
	(void)state;
	static const char s[] = GET "X: y\r\n\r\nGET / HT";
	size_t whole = sizeof GET "X: y\r\n\r\n" - 1, end = 0, n = 0;
	while (end == 0 && n < sizeof s - 1) {
		assert_int_equal(http_head_end(s, n + 1, n, &end), 0);
		n++;
	}
	assert_int_equal(n, whole);
	assert_int_equal(end, whole);
	assert_int_equal(http_head_end(s, sizeof s - 1, 0, &end), 0);
	assert_int_equal(end, whole);
}

static void stops_early_at_what_no_head_holds(void **state)
{
	(void)state;
	size_t end = 1;
	assert_int_equal(http_head_end("GET / HTTP/1.1\n", 15, 0, &end), GW_EFORMAT);
	assert_int_equal(http_head_end("G\0T", 3, 0, &end), GW_EFORMAT);
	assert_int_equal(http_head_end("\n", 1, 0, &end), GW_EFORMAT);
	static char a[HTTP_HEAD_MAX];
	memset(a, 'a', sizeof a);
	assert_int_equal(http_head_end(a, sizeof a - 1, 0, &end), 0);
	assert_int_equal(end, 0);
	assert_int_equal(http_head_end(a, sizeof a, 0, &end), GW_ELIMIT);
}

static void refuses_doubtful_parameters(void **state)
{
	(void)state;
	static const char s[] = "GET /?a=1&a=2&c=%00&d=%ff&e&f= HTTP/1.1\r\nHost: a\r\n\r\n";
	struct http_head h;
	int status;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
	assert_int_equal(parse(s, sizeof s - 1, &h, &status), 0);
	assert_int_equal(http_query(&h, "a", &b), GW_EFORMAT);
	assert_int_equal(http_query(&h, "c", &b), GW_EFORMAT);
	assert_int_equal(http_query(&h, "d", &b), GW_EFORMAT);
	buf_clear(&b);
	assert_int_equal(http_query(&h, "e", &b), 1);
	assert_int_equal(http_query(&h, "f", &b), 1);
	assert_int_equal(b.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_an_ordinary_request),
	    cmocka_unit_test(frames_bodies_in_one_way_only),
	    cmocka_unit_test(refuses_what_can_be_read_in_two_ways),
	    cmocka_unit_test(accepts_an_absolute_target_of_its_host),
	    cmocka_unit_test(keeps_its_limits),
	    cmocka_unit_test(finds_the_end_byte_by_byte),
	    cmocka_unit_test(stops_early_at_what_no_head_holds),
	    cmocka_unit_test(refuses_doubtful_parameters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
