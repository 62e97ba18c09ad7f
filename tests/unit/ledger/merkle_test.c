/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/str.h"
#include "ledger/merkle.h"

enum { MOST = 300, WIDE = 66000 };

static struct merkle_hash leaves[WIDE], rows1[WIDE / 256], rows2[1];

/* RFC 9162 §2.1.1, word for word. */
static struct merkle_hash root_of(const struct merkle_hash *d, uint64_t n)
{
	struct merkle_hash h;
	if (n == 0) {
		hash_sha256("", 0, h.b);
		return h;
	}
	if (n == 1)
		return d[0];
	uint64_t k = 1;
	while (2 * k < n)
		k *= 2;
	struct merkle_hash a = root_of(d, k), b = root_of(d + k, n - k);
	return merkle_node(&a, &b);
}

static int stored(void *ctx, unsigned level, uint64_t first, size_t count, struct merkle_hash *h,
    struct errinfo *ei)
{
	(void)ctx;
	(void)ei;
	assert_in_range(count, 1, 256);
	memcpy(h, (level == 0 ? leaves : level == 1 ? rows1 : rows2) + first, count * sizeof *h);
	return 0;
}

static int keep(
    void *ctx, unsigned level, uint64_t index, const struct merkle_hash *h, struct errinfo *ei)
{
	(void)ctx;
	(void)ei;
	assert_in_range(level, 1, 2);
	(level == 1 ? rows1 : rows2)[index] = *h;
	return 0;
}

static int make_leaves(void **state)
{
	(void)state;
	struct merkle m = {0};
	for (uint32_t i = 0; i < WIDE; i++) {
		leaves[i] = merkle_leaf(&i, sizeof i);
		assert_int_equal(merkle_append(&m, &leaves[i], keep, NULL, NULL), 0);
	}
	return 0;
}

static bool same(struct merkle_hash a, struct merkle_hash b)
{
	return memcmp(a.b, b.b, sizeof a.b) == 0;
}

static void known_answers(void **state)
{
	(void)state;
	/* the empty tree and the empty leaf of RFC 6962 */
	char hex[65];
	struct merkle m = {0};
	struct merkle_hash h = merkle_root(&m);
	str_hex(h.b, 32, hex);
	assert_string_equal(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	h = merkle_leaf("", 0);
	str_hex(h.b, 32, hex);
	assert_string_equal(
	    hex, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

static void grows_to_the_root_of_the_definition(void **state)
{
	(void)state;
	struct merkle m = {0}, u;
	struct merkle_hash edge[MERKLE_DEPTH], at;
	for (uint64_t n = 0; n <= MOST; n++) {
		struct merkle_hash want = root_of(leaves, n);
		assert_true(same(merkle_root(&m), want));
		assert_int_equal(merkle_root_at(n, stored, NULL, &at, NULL), 0);
		assert_true(same(at, want));
		size_t k = merkle_pack(&m, edge);
		assert_int_equal(merkle_unpack(&u, n, edge, k * sizeof *edge), 0);
		assert_true(same(merkle_root(&u), want));
		assert_int_equal(merkle_unpack(&u, n + 1, edge, k * sizeof *edge + 1), GW_EAUTH);
		assert_int_equal(merkle_append(&m, &leaves[n], NULL, NULL, NULL), 0);
	}
}

/* Every way of spoiling a proof must be refused. */
static void spoil_inclusion(
    uint64_t i, uint64_t n, const struct merkle_hash *root, struct merkle_hash *p, size_t k)
{
	assert_int_equal(merkle_check_inclusion(i, n, &leaves[i], root, p, k + 1), GW_EAUTH);
	assert_int_equal(merkle_check_inclusion(i, n, &leaves[i + 1], root, p, k), GW_EAUTH);
	assert_int_equal(merkle_check_inclusion(n, n, &leaves[i], root, p, k), GW_EAUTH);
	if (n > 1)
		assert_int_equal(
		    merkle_check_inclusion(i ^ 1, n, &leaves[i], root, p, k), GW_EAUTH);
	if (!k)
		return;
	assert_int_equal(merkle_check_inclusion(i, n, &leaves[i], root, p, k - 1), GW_EAUTH);
	for (size_t j = 0; j < k; j++) {
		p[j].b[j % 32] ^= 0x10;
		assert_int_equal(merkle_check_inclusion(i, n, &leaves[i], root, p, k), GW_EAUTH);
		p[j].b[j % 32] ^= 0x10;
	}
}

static void proves_inclusion(void **state)
{
	(void)state;
	struct merkle_hash p[MERKLE_DEPTH + 2];
	size_t k = 0;
	for (uint64_t n = 1; n <= MOST; n++) {
		struct merkle_hash root = root_of(leaves, n);
		for (uint64_t i = 0; i < n; i++) {
			assert_int_equal(merkle_inclusion(i, n, stored, NULL, p, &k, NULL), 0);
			assert_int_equal(merkle_check_inclusion(i, n, &leaves[i], &root, p, k), 0);
			if (n < 40)
				spoil_inclusion(i, n, &root, p, k);
		}
		assert_int_equal(merkle_inclusion(n, n, stored, NULL, p, &k, NULL), GW_EUSAGE);
	}
}

static void spoil_consistency(uint64_t m, uint64_t n, const struct merkle_hash *a,
    const struct merkle_hash *b, struct merkle_hash *p, size_t k)
{
	assert_int_equal(merkle_check_consistency(m, n, a, b, p, k + 1), GW_EAUTH);
	if (m != n)
		assert_int_equal(merkle_check_consistency(m, n, b, a, p, k), GW_EAUTH);
	for (size_t j = 0; j < k; j++) {
		p[j].b[j % 32] ^= 0x10;
		assert_int_equal(merkle_check_consistency(m, n, a, b, p, k), GW_EAUTH);
		p[j].b[j % 32] ^= 0x10;
	}
	if (k)
		assert_int_equal(merkle_check_consistency(m, n, a, b, p, k - 1), GW_EAUTH);
}

static void proves_consistency(void **state)
{
	(void)state;
	struct merkle_hash p[MERKLE_DEPTH + 2];
	size_t k = 0;
	for (uint64_t n = 1; n <= MOST; n++) {
		struct merkle_hash b = root_of(leaves, n);
		for (uint64_t m = 1; m <= n; m++) {
			struct merkle_hash a = root_of(leaves, m);
			assert_int_equal(merkle_consistency(m, n, stored, NULL, p, &k, NULL), 0);
			assert_int_equal(merkle_check_consistency(m, n, &a, &b, p, k), 0);
			if (n < 40)
				spoil_consistency(m, n, &a, &b, p, k);
		}
	}
	struct merkle_hash none = root_of(leaves, 0), one = leaves[0];
	assert_int_equal(merkle_check_consistency(0, 1, &none, &one, p, 0), 0);
	assert_int_equal(merkle_check_consistency(0, 1, &none, &one, p, 1), GW_EAUTH);
	assert_int_equal(merkle_check_consistency(0, 1, &one, &one, p, 0), GW_EAUTH);
	assert_int_equal(merkle_check_consistency(2, 1, &one, &one, p, 0), GW_EAUTH);
}

static void proves_across_rows_of_256(void **state)
{
	(void)state;
	static const uint64_t sizes[] = {255, 256, 257, 511, 65535, 65536, 65537, 65999};
	struct merkle_hash p[MERKLE_DEPTH + 1], a, b;
	size_t k = 0;
	for (size_t s = 0; s < GW_LENGTH(sizes); s++) {
		uint64_t n = sizes[s];
		b = root_of(leaves, n);
		assert_int_equal(merkle_root_at(n, stored, NULL, &a, NULL), 0);
		assert_true(same(a, b));
		for (uint64_t i = 0; i < n; i += n / 7) {
			assert_int_equal(merkle_inclusion(i, n, stored, NULL, p, &k, NULL), 0);
			assert_int_equal(merkle_check_inclusion(i, n, &leaves[i], &b, p, k), 0);
		}
		for (size_t o = 0; o <= s; o++) {
			a = root_of(leaves, sizes[o]);
			assert_int_equal(
			    merkle_consistency(sizes[o], n, stored, NULL, p, &k, NULL), 0);
			assert_int_equal(merkle_check_consistency(sizes[o], n, &a, &b, p, k), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(grows_to_the_root_of_the_definition),
	    cmocka_unit_test(proves_inclusion),
	    cmocka_unit_test(proves_consistency),
	    cmocka_unit_test(proves_across_rows_of_256),
	};
	return cmocka_run_group_tests_name("ledger/merkle", tests, make_leaves, NULL);
}
