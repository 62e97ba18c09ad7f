/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What this room accepts, another reader in wide use (Debian's libhttp-parser) accepts as well and
 * frames alike: on requests made by the grammar and then damaged in a place or two. The same
 * requests every time, so that a run tells of the code and not of the day; HTTP_SEED=N makes
 * others.
 */
#include <http_parser.h>

#include "http/chunk.h"
#include "http/head.h"
#include "tests/unit/test.h"

enum { ROUNDS = 300000 };

static uint64_t seed;

static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t below(size_t n)
{
	return (size_t)(next() % n);
}

static const char *one_of(const char *const *words, size_t n)
{
	return words[below(n)];
}

/* A request with its body, mostly well formed. */
static void make(struct buf *b)
{
	static const char *const methods[] = {"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"};
	static const char *const targets[] = {"/", "/v1/zaken", "/v1/x?a=b&c", "/a/b/c%20d"};
	static const char *const fields[] = {"", "Content-Length: 5\r\n", "Content-Length: 05\r\n",
	    "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "Connection: keep-alive\r\n",
	    "Expect: 100-continue\r\n", "X-A:b\r\n", "Accept:\t*/* \r\n", "Range: bytes=0-\r\n",
	    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Upgrade: h2c\r\n"};
	static const char *const bodies[] = {
	    "", "hello", "5\r\nhello\r\n0\r\n\r\n", "1\r\nh\r\n004\r\nello\r\n0\r\n\r\n"};
	buf_clear(b);
	assert_int_equal(
	    buf_addf(b, "%s %s HTTP/1.1\r\nHost: a\r\n", one_of(methods, GW_LENGTH(methods)),
		one_of(targets, GW_LENGTH(targets))),
	    0);
	for (size_t i = below(4); i > 0; i--)
		assert_int_equal(buf_adds(b, one_of(fields, GW_LENGTH(fields))), 0);
	assert_int_equal(buf_addf(b, "\r\n%sGET", one_of(bodies, GW_LENGTH(bodies))), 0);
	static const char bytes[] = "\r\n\t :;,+-0159afxX/?%#\"\\\x7f\x80";
	for (size_t i = below(3); i > 0; i--)
		b->data[below(b->len)] = bytes[below(sizeof bytes)]; /* the last is the NUL */
}

/* What one reader made of a request. */
struct view {
	bool head, whole; /* the head was taken; the body was read to its end */
	size_t head_n, end;
	struct buf body;
};

static void ours(const char *s, size_t n, struct view *v)
{
	struct http_head h;
	int status;
	if (http_head_end(s, n, 0, &v->head_n) < 0 || v->head_n == 0 ||
	    http_head_parse(s, v->head_n, &h, &status, NULL) < 0)
		return;
	v->head = true;
	size_t i = v->head_n;
	if (h.framing != HTTP_CHUNKED) {
		if (h.length > n - i)
			return;
		assert_int_equal(buf_add(&v->body, s + i, h.length), 0);
		v->end = i + h.length;
		v->whole = true;
		return;
	}
	struct http_chunks c = HTTP_CHUNKS_INIT;
	while (i < n && !http_chunks_done(&c)) {
		const char *data = NULL;
		size_t used = 0, data_n = 0;
		if (http_chunks_next(&c, s + i, n - i, &used, &data, &data_n) < 0)
			return;
		assert_int_equal(buf_add(&v->body, data, data_n), 0);
		i += used;
	}
	v->end = i;
	v->whole = http_chunks_done(&c);
}

static int on_head(http_parser *p)
{
	((struct view *)p->data)->head = true;
	return 0;
}

static int on_body(http_parser *p, const char *at, size_t n)
{
	return buf_add(&((struct view *)p->data)->body, at, n);
}

static int on_end(http_parser *p)
{
	((struct view *)p->data)->whole = true;
	http_parser_pause(p, 1);
	return 0;
}

static void theirs(const char *s, size_t n, struct view *v)
{
	http_parser p;
	http_parser_settings set;
	http_parser_settings_init(&set);
	set.on_headers_complete = on_head;
	set.on_body = on_body;
	set.on_message_complete = on_end;
	http_parser_init(&p, HTTP_REQUEST);
	p.data = v;
	v->end = http_parser_execute(&p, &set, s, n);
}

/* It takes a field whose name only begins with Transfer-Encoding ("Transfer-Encoding#") for that
 * field, and refuses a Content-Length beside it or, without one, the body (http_parser 2.9.4: a
 * flag that is set before the name has ended). A name ends where its characters do (RFC 9110 §5.1).
 */
static bool their_mistake(const char *s)
{
	static const char name[] = "\nTransfer-Encoding";
	for (const char *at = s; (at = strcasestr(at, name)) != NULL; at += sizeof name - 1)
		if (at[sizeof name - 1] != ':')
			return true;
	return false;
}

static void what_we_accept_the_other_accepts_alike(void **state)
{
	(void)state;
	const char *given = getenv("HTTP_SEED");
	seed = 2654435761U;
	if (given)
		assert_int_equal(str_u64(given, UINT64_MAX, &seed), 0);
	print_message("HTTP_SEED=%llu\n", (unsigned long long)seed);
	struct buf s GW_CLEANUP(buf_release) = BUF_INIT(4096);
	size_t accepted = 0, refused = 0;
	for (size_t i = 0; i < ROUNDS; i++) {
		make(&s);
		struct view a = {.body = BUF_INIT(4096)}, b = {.body = BUF_INIT(4096)};
		ours(s.data, s.len, &a);
		theirs(s.data, s.len, &b);
		accepted += a.head;
		refused += !a.head;
		/* it stops on the last byte of what it took, when told to pause there */
		bool alike = !a.head || (!b.whole && their_mistake(s.data)) ||
		    (b.head &&
			(!a.whole ||
			    (b.whole && (b.end == a.end || b.end + 1 == a.end) &&
				a.body.len == b.body.len &&
				(a.body.len == 0 ||
				    memcmp(a.body.data, b.body.data, a.body.len) == 0))));
		if (!alike)
			fail_msg("read in two ways (ours to %zu, theirs %s to %zu):\n%s", a.end,
			    b.whole      ? "whole"
				: b.head ? "head"
					 : "nothing",
			    b.end, s.data);
		buf_release(&a.body);
		buf_release(&b.body);
	}
	print_message("%zu accepted, %zu refused\n", accepted, refused);
	assert_true(accepted > ROUNDS / 10 && refused > ROUNDS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_we_accept_the_other_accepts_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
