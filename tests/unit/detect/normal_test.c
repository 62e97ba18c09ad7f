/* SPDX-License-Identifier: EUPL-1.2 */
#include "detect/normal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(normal_forms_and_the_way_back),
	    cmocka_unit_test(longest_decompositions_fit),
	    cmocka_unit_test(the_way_back_is_monotone),
	    cmocka_unit_test(invalid_utf8_is_refused),
	};
	return cmocka_run_group_tests_name("detect/normal", tests, NULL, NULL);
}
