/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/normal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Text, its normal form ("#" for a join), and the piece of the original behind a piece of it. */
static const struct {
	const char *text, *normal;
	size_t from, to, back_from, back_to;
} rows[] = {
    {"plain", "plain", 1, 3, 1, 3},
    {"caf\u00e9 x", "cafe x", 3, 4, 3, 5},
    {"cafe\u0301 x", "cafe x", 3, 4, 3, 6},
    {"\ufb01ets", "fiets", 0, 1, 0, 3},
    {"\ufb01ets", "fiets", 1, 3, 0, 4},
    {"a\u00adb", "ab", 0, 2, 0, 4},
    {"a\u200bb", "ab", 0, 1, 0, 4},
    {"a\u202eb\u2066c\ufeff", "abc", 2, 3, 8, 12},
    {"1\u00a02\u20093\u202f4", "1 2 3 4", 2, 3, 3, 4},
    {"1\u20102\u20113\u20134\u20145\u22126", "1-2-3-4-5-6", 1, 2, 1, 4},
    {"\uff10\u0661\u06f2\u09693", "01233", 0, 5, 0, 11},
    {"\U0001d7ce\U0001d7d9", "01", 1, 2, 4, 8},
    {"depres-\nsie", "depres#sie", 0, 10, 0, 11},
    {"depres\u2010 \r\n  sie", "depres#sie", 6, 7, 6, 14},
    {"12-\n34", "12-\n34", 2, 4, 2, 4},
    {"Jan-\nPiet", "Jan-\nPiet", 4, 5, 4, 5},
    {"\u0130stanbul \u0131\u015f\u0131k", "Istanbul isik", 9, 13, 10, 17},
    {"Stra\u00dfe \u0141\u00f3d\u017a", "Strasse Lodz", 4, 6, 4, 6},
    {"\u2019t d\u02bcor", "'t d'or", 0, 1, 0, 3},
    {"a\tb\rc\vd\x01"
     "e",
	"a b\nc\nd e", 0, 9, 0, 9},
    {"a\u2028b\xc2\x85"
     "c",
	"a\nb\nc", 1, 2, 1, 4},
    {"\u0645\u062d\u0651\u0645\u062f", "\u0645\u062d\u0645\u062f", 2, 6, 2, 8},
    {"\u0416", "\u0436", 0, 2, 0, 2},
    {"\u201ca\u201d \u00abb\u00bb", "\"a\" \"b\"", 0, 2, 0, 4},
    {"\u2022a\u2192\U0001f4de\ue000", ".a\"\"\"", 2, 3, 4, 7},
    {"\u20ac1 \u00a32", "$1 $2", 0, 2, 0, 4},
    {"\u21161\u2122", "nr.1\"", 4, 5, 4, 7},
    {"a\u31641\u28002", "a 1 2", 1, 2, 1, 4},
    {"a-\n\u201cb", "a-\n\"b", 0, 1, 0, 1},
    /* look-alikes: in a word with Latin letters or digits, or where all of them are */
    {"d\u0435tentie", "detentie", 0, 8, 0, 9},
    {"NL91\u0410BNA", "NL91ABNA", 4, 5, 4, 6},
    {"\u0441\u043e\u0440", "cop", 0, 3, 0, 6},
    {"\u0416\u0435\u043d\u0430", "\u0436\u0435\u043d\u0430", 0, 2, 0, 2},
    {"\u03bf6 \u03b1\u03b2", "o6 \u03b1\u03b2", 0, 1, 0, 2},
};

static void normal_forms_and_the_way_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct normal z GW_CLEANUP(normal_release) = {0};
		char want[64];
		size_t from, to;
		assert_int_equal(normal_make(&z, rows[i].text, strlen(rows[i].text)), 0);
		(void)stpcpy(want, rows[i].normal);
		for (char *c = want; *c; c++)
			if (*c == '#')
				*c = NORMAL_JOIN;
		assert_string_equal(z.text.data, want);
		normal_back(&z, rows[i].from, rows[i].to, &from, &to);
		if (from != rows[i].back_from || to != rows[i].back_to)
			fail_msg("row %zu: %zu-%zu, expected %zu-%zu", i, from, to,
			    rows[i].back_from, rows[i].back_to);
	}
}

static void longest_decompositions_fit(void **state)
{
	(void)state;
	struct normal z GW_CLEANUP(normal_release) = {0};
	const char *text = "\ufdfa\ufdfa\ufdfa\ufdfa\ufdfa\ufdfa\ufdfa\ufdfa";
	assert_int_equal(normal_make(&z, text, strlen(text)), 0);
	assert_true(z.text.len > strlen(text));
}

/* Every position maps into the text, in order, at the start of a character. */
static void the_way_back_is_monotone(void **state)
{
	(void)state;
	const char *text =
	    "x\u00adJos\u00e9 \ufb01 \uff11\uff12 a-\nb \u0645\u0651 e\u0301\u200d-\u2011 z\u200b";
	struct normal z GW_CLEANUP(normal_release) = {0};
	size_t n = strlen(text), before = 0;
	assert_int_equal(normal_make(&z, text, n), 0);
	for (size_t i = 0; i < z.text.len; i++) {
		size_t from, to;
		normal_back(&z, i, i + 1, &from, &to);
		assert_true(from >= before && from < to && to <= n);
		before = from;
	}
}

static void invalid_utf8_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\xc3", "\xe2\x82", "\x80"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		struct normal z GW_CLEANUP(normal_release) = {0};
		assert_int_equal(normal_make(&z, bad[i], strlen(bad[i])), GW_EFORMAT);
	}
}

/* What is done at once for usual characters comes to what is done for each of them on its own. */
static void the_short_way_leads_as_far(const char *text, size_t n)
{
	struct normal z GW_CLEANUP(normal_release) = {0}, slow GW_CLEANUP(normal_release) = {0};
	char *exact = malloc(n ? n : 1); /* so that a look behind the text is seen */
	assert_non_null(exact);
	if (n)
		memcpy(exact, text, n);
	int r = normal_make(&z, exact, n);
	assert_int_equal(r, normal_make_slowly(&slow, exact, n));
	free(exact);
	assert_int_equal(r == 0, str_utf8(text, n));
	if (r < 0)
		return;
	assert_int_equal(z.text.len, slow.text.len);
	assert_memory_equal(z.text.data, slow.text.data, z.text.len + 1);
	for (size_t i = 0; i < z.text.len; i++)
		for (size_t to = i + 1; to <= z.text.len && to <= i + 3; to++) {
			size_t a[2], b[2];
			normal_back(&z, i, to, &a[0], &a[1]);
			normal_back(&slow, i, to, &b[0], &b[1]);
			assert_int_equal(a[0], b[0]);
			assert_int_equal(a[1], b[1]);
		}
}

/* The UTF-8 of a character below U+10000 to out; its bytes. */
static size_t utf8(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

static void every_character_by_both_ways(void **state)
{
	(void)state;
	static const char *const around[][2] = {{"", ""}, {"a", "b"}, {"a", "\nb"}, {"a", " \n b"},
	    {"1", " 2345678901234567890"}, {"voor de\u00eb", "\u00eb en daarna"}};
	for (uint32_t c = 1; c < 0x3000; c++)
		for (size_t k = 0; k < GW_LENGTH(around); k++) {
			char text[64], one[4];
			int n = snprintf(text, sizeof text, "%s%.*s%s", around[k][0],
			    (int)utf8(c, one), one, around[k][1]);
			the_short_way_leads_as_far(text, (size_t)n);
		}
}

static uint32_t random_below(uint32_t n)
{
	static uint64_t seed = 20261122;
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

static void random_texts_by_both_ways(void **state)
{
	(void)state;
	static const char *const pieces[] = {"kandidaat ", "-", "-\n", "- \r\n ", "\u00ad",
	    "\u2010\n", "\u2013 ", "\u2019", "\ufb01", "e\u0301", "\u0430", "Jos\u00e9", "`", "\t",
	    "\x7f", "\n\n", "\U0001f4de", "\u0645", "\u20ac", "een wat langer stuk tekst. "};
	enum { ROUNDS = 4000, MOST = 40 };
	for (size_t round = 0; round < ROUNDS; round++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		for (size_t k = random_below(MOST); k > 0; k--) {
			char one[4];
			uint32_t any =
			    random_below(3) ? 1 + random_below(0x24f) : 0x2000 + random_below(0xd0);
			if (random_below(2))
				assert_int_equal(buf_add(&b, one, utf8(any, one)), 0);
			else
				assert_int_equal(
				    buf_adds(&b, pieces[random_below(GW_LENGTH(pieces))]), 0);
		}
		if (b.len && random_below(8) == 0) /* no UTF-8, or cut short */
			b.data[random_below((uint32_t)b.len)] = (char)(0x80 + random_below(0x80));
		else if (b.len && random_below(8) == 0)
			b.len -= random_below((uint32_t)b.len);
		the_short_way_leads_as_far(b.data, b.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(normal_forms_and_the_way_back),
	    cmocka_unit_test(longest_decompositions_fit),
	    cmocka_unit_test(the_way_back_is_monotone),
	    cmocka_unit_test(invalid_utf8_is_refused),
	    cmocka_unit_test(every_character_by_both_ways),
	    cmocka_unit_test(random_texts_by_both_ways),
	};
	return cmocka_run_group_tests_name("detect/normal", tests, NULL, NULL);
}
