/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/armor.h"

#include "age/source.h"
#include "tests/unit/test.h"

#define FULL "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUZHSElKS0xNTk9QUVJTVFVW"

/* Read a whole text; the bytes go to out. 0 or the code. */
static int read_all(const char *text, char *out, size_t cap, size_t *n)
{
	struct source s;
	struct errinfo ei = ERRINFO_INIT;
	int r = source_open_memory(&s, text, strlen(text), &ei);
	assert_int_equal(r, 0);
	assert_true(s.armored);
	r = source_read(&s, out, cap, n, &ei);
	if (r < 0)
		assert_memory_equal(ei.msg, "armor failure: ", 15);
	source_release(&s);
	return r;
}

static void takes(const char *text, const char *want)
{
	char out[1024];
	size_t n = 0;
	assert_int_equal(read_all(text, out, sizeof out, &n), 0);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(out, want, n);
}

static void refuses(const char *text)
{
	char out[4096];
	size_t n = 0;
	assert_int_equal(read_all(text, out, sizeof out, &n), GW_EFORMAT);
}

static void plain_forms(void **state)
{
	(void)state;
	takes(ARMOR_BEGIN "\nYWJj\n" ARMOR_END "\n", "abc");
	takes(ARMOR_BEGIN "\r\nYWJj\r\n" ARMOR_END "\r\n", "abc");
	takes("\n \t\r\n" ARMOR_BEGIN "\nYWI=\n" ARMOR_END "\n \n\t", "ab");
	takes(ARMOR_BEGIN "\n" ARMOR_END, "");
	takes(ARMOR_BEGIN "\n" FULL "\n" ARMOR_END "\n",
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUV");
}

static void strange_forms(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    ARMOR_BEGIN,
	    ARMOR_BEGIN "\nYWJj\n",
	    ARMOR_BEGIN "\n\n" ARMOR_END,
	    ARMOR_BEGIN "\nYWJj\n\n" ARMOR_END,
	    ARMOR_BEGIN "\n" FULL "\n\n" ARMOR_END,
	    ARMOR_BEGIN "\nYWJj\nYWJj\n" ARMOR_END,
	    ARMOR_BEGIN "\n" FULL "A\n" ARMOR_END,
	    ARMOR_BEGIN "\n YWJj\n" ARMOR_END,
	    ARMOR_BEGIN "\nYWJj \n" ARMOR_END,
	    ARMOR_BEGIN "\nYWI\n" ARMOR_END,
	    ARMOR_BEGIN "\nYWJ=\n" ARMOR_END,
	    ARMOR_BEGIN "\nYWJj\r\r\n" ARMOR_END,
	    ARMOR_BEGIN "\nYWJj\n" ARMOR_END "\nx",
	    ARMOR_BEGIN "\nYWJj\n" ARMOR_END ".",
	    ARMOR_BEGIN " \nYWJj\n" ARMOR_END,
	    " " ARMOR_BEGIN "\nYWJj\n" ARMOR_END,
	    "x\n" ARMOR_BEGIN "\nYWJj\n" ARMOR_END,
	    "-----BEGIN AGE ENCRYPTED MESSAGE-----\nYWJj\n" ARMOR_END,
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refuses(bad[i]);
}

static void white_space_has_an_end(void **state)
{
	(void)state;
	char text[2000];
	for (int after = 0; after < 2; after++) {
		size_t at = 0;
		const char *body = ARMOR_BEGIN "\nYWJj\n" ARMOR_END "\n";
		if (after) {
			memcpy(text, body, strlen(body));
			at = strlen(body);
		}
		memset(text + at, ' ', 1023);
		memcpy(text + at + 1023, "\n", 2);
		if (!after)
			memcpy(text + 1024, body, strlen(body) + 1);
		takes(text, "abc");
		memmove(text + at + 1, text + at, strlen(text + at) + 1);
		refuses(text);
	}
}

/* What stands before a fault is given before the fault is told. */
static void bytes_before_a_fault(void **state)
{
	(void)state;
	const char *text = ARMOR_BEGIN "\n" FULL "\n???\n" ARMOR_END "\n";
	struct source s;
	struct errinfo ei = ERRINFO_INIT;
	char out[100];
	size_t n = 0;
	assert_int_equal(source_open_memory(&s, text, strlen(text), &ei), 0);
	assert_int_equal(source_some(&s, out, sizeof out, &n, &ei), 0);
	assert_int_equal(n, 48);
	assert_int_equal(source_some(&s, out, sizeof out, &n, &ei), GW_EFORMAT);
	assert_string_equal(ei.msg, "armor failure: line 3: not canonical base64");
	source_release(&s);
}

static void encodes_lines_of_64(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	char bytes[100];
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(armor_encode(&b, bytes, 96), 0);
	assert_int_equal(b.len, 130);
	assert_int_equal(armor_encode(&b, "abcd", 4), 0);
	assert_int_equal(b.len, 139);
	assert_string_equal(b.data + 130, "YWJjZA==\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_forms),
	    cmocka_unit_test(strange_forms),
	    cmocka_unit_test(white_space_has_an_end),
	    cmocka_unit_test(bytes_before_a_fault),
	    cmocka_unit_test(encodes_lines_of_64),
	};
	return cmocka_run_group_tests_name("age/armor", tests, NULL, NULL);
}
