/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/bech32.h"

#include <ctype.h>

#include "tests/unit/test.h"

static const char HRP[] = "AGE-SECRET-KEY-";

/* The key of 32 times 0x42 as other implementations write it. */
static const char KNOWN[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

static void known_key_both_ways(void **state)
{
	(void)state;
	uint8_t key[32], want[32];
	char text[80];
	memset(want, 0x42, sizeof want);
	assert_int_equal(bech32_read(KNOWN, strlen(KNOWN), HRP, key), 0);
	assert_memory_equal(key, want, sizeof key);
	bech32_write(HRP, want, text);
	assert_string_equal(text, KNOWN);
}

static void every_key_reads_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t key[32], back[32];
		char text[80];
		for (unsigned k = 0; k < sizeof key; k++)
			key[k] = (uint8_t)(i * 7 + k * 13);
		bech32_write("age", key, text);
		assert_int_equal(strlen(text), 62);
		assert_int_equal(bech32_read(text, 62, "age", back), 0);
		assert_memory_equal(key, back, sizeof key);
	}
}

/* BIP 173: any one changed character is found, and case may not be mixed. */
static void one_wrong_character_is_found(void **state)
{
	(void)state;
	uint8_t key[32];
	for (size_t i = 0; i < sizeof KNOWN - 1; i++) {
		char text[sizeof KNOWN];
		memcpy(text, KNOWN, sizeof text);
		text[i] = text[i] == 'Q' ? 'P' : 'Q';
		assert_int_equal(bech32_read(text, strlen(text), HRP, key), GW_EFORMAT);
		memcpy(text, KNOWN, sizeof text);
		text[i] = (char)tolower((unsigned char)text[i]);
		if (text[i] != KNOWN[i])
			assert_int_equal(bech32_read(text, strlen(text), HRP, key), GW_EFORMAT);
	}
}

static void wrong_length_or_kind(void **state)
{
	(void)state;
	uint8_t key[32];
	for (size_t n = 0; n < sizeof KNOWN - 1; n++)
		assert_int_equal(bech32_read(KNOWN, n, HRP, key), GW_EFORMAT);
	assert_int_equal(bech32_read(KNOWN, strlen(KNOWN), "AGE", key), GW_EFORMAT);
	assert_int_equal(bech32_read("", 0, HRP, key), GW_EFORMAT);
}

/* The last group holds one bit of the key and four of padding: right checksums over either. */
static void set_padding_is_refused(void **state)
{
	(void)state;
	static const char key_bit[] =
	    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqspe5dt3";
	static const char padding_bit[] =
	    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpfwgqrs";
	uint8_t key[32] = {0};
	assert_int_equal(bech32_read(key_bit, 62, "age", key), 0);
	assert_int_equal(key[31], 1);
	assert_int_equal(bech32_read(padding_bit, 62, "age", key), GW_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_key_both_ways),
	    cmocka_unit_test(every_key_reads_back),
	    cmocka_unit_test(one_wrong_character_is_found),
	    cmocka_unit_test(wrong_length_or_kind),
	    cmocka_unit_test(set_padding_is_refused),
	};
	return cmocka_run_group_tests_name("age/bech32", tests, NULL, NULL);
}
