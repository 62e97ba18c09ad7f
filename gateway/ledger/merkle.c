/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/merkle.h"

#include <stdbool.h>
#include <string.h>

#include "base/hash.h"

enum { ROW_BITS = 8, ROW = 1 << ROW_BITS, SMALL = 1024 };

struct merkle_hash merkle_leaf(const void *entry, size_t n)
{
	struct merkle_hash h = {0};
	uint8_t b[SMALL];
	b[0] = 0;
	if (n < sizeof b) {
		memcpy(b + 1, entry, n);
		hash_sha256(b, n + 1, h.b);
		return h;
	}
	struct hash s;
	hash_init(&s);
	hash_add(&s, b, 1);
	hash_add(&s, entry, n);
	hash_final(&s, h.b);
	hash_release(&s);
	return h;
}

struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right)
{
	struct merkle_hash h = {0};
	uint8_t b[1 + 2 * MERKLE_HASH];
	b[0] = 1;
	memcpy(b + 1, left->b, MERKLE_HASH);
	memcpy(b + 1 + MERKLE_HASH, right->b, MERKLE_HASH);
	hash_sha256(b, sizeof b, h.b);
	return h;
}

static bool same(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->b, b->b, MERKLE_HASH) == 0;
}

int merkle_append(
    struct merkle *m, const struct merkle_hash *leaf, merkle_row row, void *ctx, struct errinfo *ei)
{
	struct merkle_hash h = *leaf;
	unsigned height = 0;
	for (; m->size >> height & 1; height++) {
		h = merkle_node(&m->edge[height], &h);
		unsigned above = height + 1;
		if (!row || above % ROW_BITS)
			continue;
		int r = row(ctx, above / ROW_BITS, m->size >> above, &h, ei);
		if (r < 0)
			return r;
	}
	m->edge[height] = h;
	m->size++;
	return 0;
}

struct merkle_hash merkle_root(const struct merkle *m)
{
	struct merkle_hash h;
	bool any = false;
	if (!m->size)
		hash_sha256("", 0, h.b);
	for (unsigned i = 0; i < MERKLE_DEPTH; i++) {
		if (!(m->size >> i & 1))
			continue;
		h = any ? merkle_node(&m->edge[i], &h) : m->edge[i];
		any = true;
	}
	return h;
}

size_t merkle_pack(const struct merkle *m, struct merkle_hash out[MERKLE_DEPTH])
{
	size_t n = 0;
	for (unsigned i = 0; i < MERKLE_DEPTH; i++)
		if (m->size >> i & 1)
			out[n++] = m->edge[i];
	return n;
}

int merkle_unpack(struct merkle *m, uint64_t size, const void *p, size_t n)
{
	const uint8_t *b = p;
	if (size >> MERKLE_DEPTH || n != (size_t)__builtin_popcountll(size) * MERKLE_HASH)
		return GW_EAUTH;
	m->size = size;
	for (unsigned i = 0; i < MERKLE_DEPTH; i++) {
		if (!(size >> i & 1))
			continue;
		memcpy(m->edge[i].b, b, MERKLE_HASH);
		b += MERKLE_HASH;
	}
	return 0;
}

/* The hash of the complete subtree of 2^height leaves, the index-th of its kind. */
static int subtree(unsigned height, uint64_t index, merkle_read read, void *ctx,
    struct merkle_hash *ret_h, struct errinfo *ei)
{
	struct merkle_hash h[ROW];
	unsigned level = height / ROW_BITS;
	size_t n = (size_t)1 << height % ROW_BITS;
	int r = read(ctx, level, index << height % ROW_BITS, n, h, ei);
	if (r < 0)
		return r;
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			h[i] = merkle_node(&h[2 * i], &h[2 * i + 1]);
	*ret_h = h[0];
	return 0;
}

/* The hash of leaves first..first+n, where first is a multiple of the power of two at or above n.
 */
static int range(uint64_t first, uint64_t n, merkle_read read, void *ctx, struct merkle_hash *ret_h,
    struct errinfo *ei)
{
	struct merkle_hash h, sub;
	uint64_t end = first + n;
	bool any = false;
	for (unsigned i = 0; i < MERKLE_DEPTH; i++) {
		if (!(n >> i & 1))
			continue;
		end -= (uint64_t)1 << i;
		int r = subtree(i, end >> i, read, ctx, &sub, ei);
		if (r < 0)
			return r;
		h = any ? merkle_node(&sub, &h) : sub;
		any = true;
	}
	*ret_h = h;
	return 0;
}

int merkle_root_at(
    uint64_t size, merkle_read read, void *ctx, struct merkle_hash *ret_root, struct errinfo *ei)
{
	if (size)
		return range(0, size, read, ctx, ret_root, ei);
	hash_sha256("", 0, ret_root->b);
	return 0;
}

/* The largest power of two strictly below n (n > 1). */
static uint64_t split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

static void reverse(struct merkle_hash *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct merkle_hash h = p[i];
		p[i] = p[n - 1 - i];
		p[n - 1 - i] = h;
	}
}

int merkle_inclusion(uint64_t index, uint64_t size, merkle_read read, void *ctx,
    struct merkle_hash ret_p[MERKLE_DEPTH + 1], size_t *ret_n, struct errinfo *ei)
{
	uint64_t first = 0, count = size;
	size_t n = 0;
	if (index >= size || size >> MERKLE_DEPTH)
		return err_set(ei, GW_EUSAGE, "there is no such record in a log of that size");
	while (count > 1) {
		uint64_t k = split(count);
		bool left = index - first < k;
		int r = left ? range(first + k, count - k, read, ctx, &ret_p[n], ei)
			     : range(first, k, read, ctx, &ret_p[n], ei);
		if (r < 0)
			return r;
		n++;
		first += left ? 0 : k;
		count = left ? k : count - k;
	}
	reverse(ret_p, n);
	*ret_n = n;
	return 0;
}

int merkle_consistency(uint64_t old, uint64_t size, merkle_read read, void *ctx,
    struct merkle_hash ret_p[MERKLE_DEPTH + 1], size_t *ret_n, struct errinfo *ei)
{
	uint64_t first = 0, count = size, m = old;
	bool whole = true; /* what is left of the old tree is all of it: its root is known */
	size_t n = 0;
	int r;
	if (!old || old > size || size >> MERKLE_DEPTH)
		return err_set(ei, GW_EUSAGE, "the old size must be from 1 to the new size");
	while (m != count) {
		uint64_t k = split(count);
		bool left = m <= k;
		r = left ? range(first + k, count - k, read, ctx, &ret_p[n], ei)
			 : range(first, k, read, ctx, &ret_p[n], ei);
		if (r < 0)
			return r;
		n++;
		if (!left) {
			first += k;
			m -= k;
			whole = false;
		}
		count = left ? k : count - k;
	}
	if (!whole) {
		r = range(first, count, read, ctx, &ret_p[n], ei);
		if (r < 0)
			return r;
		n++;
	}
	reverse(ret_p, n);
	*ret_n = n;
	return 0;
}

int merkle_check_inclusion(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
    const struct merkle_hash *root, const struct merkle_hash *p, size_t n)
{
	if (index >= size || size >> MERKLE_DEPTH)
		return GW_EAUTH;
	uint64_t fn = index, sn = size - 1;
	struct merkle_hash r = *leaf;
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return GW_EAUTH;
		if (fn & 1 || fn == sn) {
			r = merkle_node(&p[i], &r);
			while (!(fn & 1) && fn) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &p[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(&r, root) ? 0 : GW_EAUTH;
}

/* RFC 9162 §2.1.4.2 for 0 < old < size: the path begins at p[0..n), with old's own root put before
 * it where old is a power of two. */
static int walk_consistency(uint64_t old, uint64_t size, const struct merkle_hash *old_root,
    const struct merkle_hash *root, const struct merkle_hash *p, size_t n)
{
	uint64_t fn = old - 1, sn = size - 1;
	bool power = (old & (old - 1)) == 0;
	if (n == 0)
		return GW_EAUTH;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	struct merkle_hash fr = power ? *old_root : p[0], sr = fr;
	for (size_t i = power ? 0 : 1; i < n; i++) {
		if (sn == 0)
			return GW_EAUTH;
		if (fn & 1 || fn == sn) {
			fr = merkle_node(&p[i], &fr);
			sr = merkle_node(&p[i], &sr);
			while (!(fn & 1) && fn) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = merkle_node(&sr, &p[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(&fr, old_root) && same(&sr, root) ? 0 : GW_EAUTH;
}

int merkle_check_consistency(uint64_t old, uint64_t size, const struct merkle_hash *old_root,
    const struct merkle_hash *root, const struct merkle_hash *p, size_t n)
{
	struct merkle_hash none;
	if (old > size || size >> MERKLE_DEPTH)
		return GW_EAUTH;
	hash_sha256("", 0, none.b);
	if (old == size)
		return n == 0 && same(old_root, root) && (old || same(root, &none)) ? 0 : GW_EAUTH;
	if (old == 0)
		return n == 0 && same(old_root, &none) ? 0 : GW_EAUTH;
	return walk_consistency(old, size, old_root, root, p, n);
}
