/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/hash.h"

#include "tests/unit/test.h"

static void sha256_known_answer(void **state)
{
	(void)state;
	char hex[HASH_HEX];
	hash_sha256_hex("abc", 3, hex); /* FIPS 180-2, B.1 */
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	struct hash h;
	uint8_t d[HASH_BYTES], e[HASH_BYTES];
	hash_init(&h);
	hash_add(&h, "a", 1);
	hash_add(&h, "bc", 2);
	hash_final(&h, d);
	str_hex(d, sizeof d, hex);
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_final(&h, d); /* ready again: the empty digest */
	hash_sha256("", 0, e);
	assert_memory_equal(d, e, sizeof d);
	struct hash branch;
	hash_add(&h, "a", 1);
	hash_copy(&branch, &h); /* from here on each by itself */
	hash_add(&h, "x", 1);
	hash_add(&branch, "bc", 2);
	hash_final(&branch, d);
	str_hex(d, sizeof d, hex);
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_final(&h, d);
	hash_sha256("ax", 2, e);
	assert_memory_equal(d, e, sizeof d);
	hash_release(&branch);
	hash_release(&h);
	hash_release(&h);
}

static void hmac_known_answer(void **state)
{
	(void)state;
	uint8_t d[HASH_BYTES];
	char hex[HASH_HEX];
	hash_hmac("Jefe", 4, "what do ya want ", 16, "for nothing?", 12, d); /* RFC 4231, case 2 */
	str_hex(d, sizeof d, hex);
	assert_string_equal(
	    hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void hkdf_known_answer(void **state)
{
	(void)state;
	uint8_t ikm[22], salt[13], d[HASH_BYTES];
	char hex[HASH_HEX];
	memset(ikm, 0x0b, sizeof ikm);
	for (size_t i = 0; i < sizeof salt; i++)
		salt[i] = (uint8_t)i;
	hash_hkdf(
	    ikm, sizeof ikm, salt, sizeof salt, "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", d);
	str_hex(d, sizeof d, hex); /* RFC 5869, test case 1, first block */
	assert_string_equal(
	    hex, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
	hash_hkdf(ikm, sizeof ikm, NULL, 0, "", d); /* test case 3 */
	str_hex(d, sizeof d, hex);
	assert_string_equal(
	    hex, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sha256_known_answer),
	    cmocka_unit_test(hmac_known_answer),
	    cmocka_unit_test(hkdf_known_answer),
	};
	return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
