/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/str.h"

#include <ctype.h>

#include "tests/unit/test.h"

static void utf8_is_strict(void **state)
{
	(void)state;
	static const char *const good[] = {"", "abc", "\xc3\xab", "\xe2\x82\xac",
	    "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf",
	    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82",
	    "\xf0\x9f\x98", "a\xff", "\xe2\x28\xa1", "\xf0\x8f\xbf\xbf"};
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		assert_true(str_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_false(str_utf8(bad[i], strlen(bad[i])));
}

static void base64_is_canonical_only(void **state)
{
	(void)state;
	uint8_t out[16];
	size_t n = 0;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
	assert_int_equal(str_b64(&b, "ab", 2), 0);
	assert_string_equal(b.data, "YWI=");
	buf_clear(&b);
	assert_int_equal(str_b64_nopad(&b, "\xff\xfe", 2), 0);
	assert_string_equal(b.data, "//4");
	buf_clear(&b);
	assert_int_equal(str_b64url(&b, "\xff\xfe", 2), 0);
	assert_string_equal(b.data, "__4");
	assert_int_equal(str_unb64("YWI=", 4, out, sizeof out, &n), 0);
	assert_int_equal(n, 2);
	static const char *const bad[] = {
	    "YWI", "YWJ=", "YW I=", "YWI=\n", "YWI==", "Y", "!WI=", "YWI=YWI="};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(
		    str_unb64(bad[i], strlen(bad[i]), out, sizeof out, &n), GW_EFORMAT);
	assert_int_equal(str_unb64_nopad("YWJ", 3, out, sizeof out, &n), GW_EFORMAT);
	assert_int_equal(str_unb64_nopad("YWI", 3, out, sizeof out, &n), 0);
	assert_int_equal(str_unb64url("__4", 3, out, sizeof out, &n), 0);
	assert_int_equal(str_unb64url("//4", 3, out, sizeof out, &n), GW_EFORMAT);
	assert_int_equal(str_unb64("YWJj", 4, out, 2, &n), GW_ELIMIT);
	for (int c = 0; c < 256; c++) { /* 64 characters have a value, no byte above 127 */
		char one[] = {'A', 'A', 'A', (char)c};
		bool letter = c < 128 && (isalnum(c) || c == '+' || c == '/');
		assert_int_equal(
		    str_unb64_nopad(one, 4, out, sizeof out, &n), letter ? 0 : GW_EFORMAT);
	}
	assert_int_equal(str_unb64("", 0, out, sizeof out, &n), 0);
	assert_int_equal(n, 0);
}

static void base64_fits_a_tight_buffer(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4);
	assert_int_equal(str_b64(&b, "abc", 3), 0);
	assert_string_equal(b.data, "YWJj");
	assert_int_equal(str_b64(&b, "a", 1), GW_ELIMIT);
}

static void hex_is_lower_case_and_exact(void **state)
{
	(void)state;
	uint8_t out[2];
	char text[5];
	str_hex("\xab\x01", 2, text);
	assert_string_equal(text, "ab01");
	assert_int_equal(str_unhex("ab01", out, 2), 0);
	assert_memory_equal(out, "\xab\x01", 2);
	static const char *const bad[] = {"AB01", "ab0", "ab012", "ab0g", "", "ab 01"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(str_unhex(bad[i], out, 2), GW_EFORMAT);
}

static void numbers_are_whole_strings(void **state)
{
	(void)state;
	uint64_t v = 0;
	assert_int_equal(str_u64("18446744073709551615", UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(str_u64("0", 9, &v), 0);
	static const char *const bad[] = {
	    "", "01", "+1", "-1", " 1", "1 ", "1x", "18446744073709551616", "10"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(
		    str_u64(bad[i], i + 1 == GW_LENGTH(bad) ? 9 : UINT64_MAX, &v), GW_EFORMAT);
}

static void suggests_the_word_that_was_meant(void **state)
{
	(void)state;
	static const char *const words[] = {"legal_basis", "limits", "valid", "allow"};
	assert_string_equal(str_suggest("legalbasis", words, 4), "legal_basis");
	assert_string_equal(str_suggest("vaild", words, 4), "valid");
	assert_string_equal(str_suggest("alow", words, 4), "allow");
	assert_null(str_suggest("zebra", words, 4));
	assert_null(str_suggest("", words, 4));
	char longer[200];
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_null(str_suggest(longer, words, 4));
}

static void ends_and_starts(void **state)
{
	(void)state;
	assert_true(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("a", "ab"));
	assert_true(str_ends("abc", "bc") && str_ends("abc", "") && !str_ends("c", "bc"));
	assert_true(str_eq(NULL, NULL) && !str_eq("a", NULL) && str_eq("a", "a"));
	assert_true(str_oin("00000099000000001000"));
	assert_false(str_oin("0000009900000000100"));
	assert_false(str_oin("0000009900000000100x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(utf8_is_strict),
	    cmocka_unit_test(base64_is_canonical_only),
	    cmocka_unit_test(base64_fits_a_tight_buffer),
	    cmocka_unit_test(hex_is_lower_case_and_exact),
	    cmocka_unit_test(numbers_are_whole_strings),
	    cmocka_unit_test(suggests_the_word_that_was_meant),
	    cmocka_unit_test(ends_and_starts),
	};
	return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
