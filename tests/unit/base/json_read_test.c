/* SPDX-License-Identifier: EUPL-1.2 */
/* The quick reader and printer say what the library says, or leave it to the library. */
#include "base/json_read.h"

#include <time.h>

#include "tests/unit/test.h"

static uint64_t state_of_chance;

static unsigned chance(unsigned n) /* 0 … n - 1 */
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (unsigned)(state_of_chance >> 33) % n;
}

/* What json_read takes is what the library reads; returns whether it takes it. */
static bool agrees(const char *p, size_t n)
{
	json_t *a GW_CLEANUP(jx_release) = json_read(p, n, &JX_SMALL);
	if (!a)
		return false;
	json_t *b GW_CLEANUP(jx_release) =
	    json_loadb(p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (!b || !json_equal(a, b))
		fail_msg("read otherwise: %.*s", (int)n, p);
	char *one = json_dumps(a, JSON_COMPACT | JSON_ENCODE_ANY);
	char *two = json_dumps(b, JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(one, two);
	char *pretty = json_dumps(b, JSON_INDENT(2) | JSON_ENCODE_ANY);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(jx_dump(a, &out), 0);
	assert_string_equal(out.data, one);
	buf_clear(&out);
	assert_int_equal(jx_dump_pretty(a, &out), 0);
	assert_string_equal(out.data, pretty);
	json_free_t put;
	json_get_alloc_funcs(NULL, &put);
	put(one);
	put(two);
	put(pretty);
	return true;
}

static void ordinary_documents_are_taken(void **state)
{
	static const char *const texts[] = {"{}", "[]", " [ ] ", "null", "true", "false", "0", "-1",
	    "\"\"", "123456789012345678", "-999999999999999999", "\"\\u20ac\\u0041\\u00e9\"",
	    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
	    "\t{\"a\" :\r\n[1 , {\"b\":null}]\n}\n", "{\"\":0}", "[[[[1]]]]",
	    "[\"a\",\"a\\tb\",\"\\u0001\"]"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(texts); i++)
		if (!agrees(texts[i], strlen(texts[i])))
			fail_msg("not taken: %s", texts[i]);
}

static void all_else_is_left_to_the_library(void **state)
{
	static const char *const texts[] = {"", " ", "{", "[", "\"", "\"a", "{\"a\"",
	    "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1", "[1,", "[1,]", "01", "-", "-01",
	    "-0", "1.5", "1e3", "1E3", "1234567890123456789", "nul", "truex", "1 2", "{} {}", "'a'",
	    "{a:1}", "{\"a\":1,\"a\":2}", "\"\\ud800\\udc00\"", "\"\\u0000\"", "\"\\u12g4\"",
	    "\"\\x\"", "\"a\nb\"", "\"a\n\"", "\"\t\"", "\"\xff\"", "\xef\xbb\xbf{}",
	    "{\"\\u0061\":1}", "[1]]", "[1}", "\"\\"};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(texts); i++)
		if (json_read(texts[i], strlen(texts[i]), &JX_SMALL))
			fail_msg("taken: %s", texts[i]);
	assert_null(json_read("1\0", 2, &JX_SMALL));
	assert_null(json_read("\0", 1, &JX_SMALL));
}

static void limits_are_those_of_the_library_way(void **state)
{
	static const char *const texts[] = {"[[[1]]]", "[[[[1]]]]", "[1,1,1,1,1,1,1,1,1]",
	    "[1,1,1,1,1,1,1,1,1,1]", "{\"a\":1,\"b\":2,\"c\":3}",
	    "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}",
	    "[{},{},{}]", "[{},{},{},{}]", "[{},{},{},{},{}]"};
	const struct jx_limits lim = {.bytes = 100, .depth = 3, .values = 10};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(texts); i++) {
		/* an exponent is left to the library, which is as strict: so is the count before it
		 */
		char *other GW_CLEANUP(str_free_p) = str_printf("[%s,1.5]", texts[i]);
		const struct jx_limits wider = {100, lim.depth + 1, lim.values + 2};
		json_t *a GW_CLEANUP(jx_release) = json_read(texts[i], strlen(texts[i]), &lim);
		json_t *b GW_CLEANUP(jx_release) = NULL;
		assert_null(json_read(other, strlen(other), &wider));
		assert_int_equal(
		    jx_parse("d", other, strlen(other), &wider, &b, NULL), a ? 0 : GW_ELIMIT);
	}
}

/* What is deeper than the quick printer goes is the library's, whole. */
static void deep_documents_are_printed_too(void **state)
{
	(void)state;
	json_t *v GW_CLEANUP(jx_release) = json_pack("[i,{}]", 1);
	for (int i = 0; i < 100; i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		char *want = json_dumps(v, JSON_INDENT(2) | JSON_ENCODE_ANY);
		json_free_t put;
		json_get_alloc_funcs(NULL, &put);
		assert_int_equal(buf_adds(&out, "before"), 0);
		assert_int_equal(jx_dump_pretty(v, &out), 0);
		assert_string_equal(out.data + strlen("before"), want);
		put(want);
		v = i % 2 ? json_pack("[o]", v) : json_pack("{s:o}", "a", v);
	}
}

static void add(struct buf *out, const char *s)
{
	assert_int_equal(buf_adds(out, s), 0);
}

/* A random document, white space and odd spellings in it. */
static void document(struct buf *out, unsigned depth)
{
	static const char *const scalars[] = {"0", "-12", "99999", "1.5", "-0", "true", "null",
	    "\"\"", "\"lang\xc3\xabr\"", "\"a\\nb\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"",
	    "1234567890123456789", "\"x y\""};
	static const char *const spaces[] = {"", "", "", " ", "\n\t"};
	unsigned what = chance(depth ? 3 : 1), n = chance(4);
	if (what == 0) {
		add(out, scalars[chance(GW_LENGTH(scalars))]);
		return;
	}
	add(out, what == 1 ? "[" : "{");
	for (unsigned i = 0; i < n; i++) {
		add(out, spaces[chance(GW_LENGTH(spaces))]);
		if (what == 2)
			assert_int_equal(buf_addf(out, "\"k%u\":", chance(30)), 0);
		add(out, spaces[chance(GW_LENGTH(spaces))]);
		document(out, depth - 1);
		add(out, i + 1 < n ? "," : spaces[chance(GW_LENGTH(spaces))]);
	}
	add(out, what == 1 ? "]" : "}");
}

static void random_documents_are_read_alike(void **state)
{
	size_t taken = 0, broken_taken = 0;
	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		document(&text, 4);
		taken += agrees(text.data, text.len);
		for (int k = 0; k < 3; k++) {
			static const char odd[] = "\"\\{}[]:,0 -e.u\x01\xc3\n";
			text.data[chance((unsigned)text.len)] = odd[chance(sizeof odd - 1)];
			broken_taken += agrees(text.data, text.len);
		}
	}
	assert_true(taken > 5000 && broken_taken > 1000);
}

int main(void)
{
	const char *seed = getenv("TEST_SEED");
	uint64_t n = (uint64_t)time(NULL);
	if (seed && str_u64(seed, UINT64_MAX / 2, &n) < 0)
		return 1;
	state_of_chance = n * 2654435761U + 1;
	printf("# note: TEST_SEED=%llu\n", (unsigned long long)n);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordinary_documents_are_taken),
	    cmocka_unit_test(all_else_is_left_to_the_library),
	    cmocka_unit_test(limits_are_those_of_the_library_way),
	    cmocka_unit_test(random_documents_are_read_alike),
	    cmocka_unit_test(deep_documents_are_printed_too),
	};
	return cmocka_run_group_tests_name("base/json_read", tests, NULL, NULL);
}
