/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * merkle: the tree of RFC 6962 and RFC 9162 §2.1 over SHA-256.
 *
 * A leaf is SHA-256(00 || entry), a node SHA-256(01 || left || right), the empty tree SHA-256("").
 * Nothing here stores anything: a struct merkle is the right edge of a growing tree, and proofs
 * read hashes through a function of the caller, who keeps the leaves and one hash per 256^level
 * leaves (the same rows that C2SP tlog-tiles serves).
 */
#ifndef GW_LEDGER_MERKLE_H
#define GW_LEDGER_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"

enum { MERKLE_HASH = 32, MERKLE_DEPTH = 63 /* trees have fewer than 2^63 leaves */ };

struct merkle_hash {
	uint8_t b[MERKLE_HASH];
};

/* A tree that grows: edge[i] is the complete subtree of 2^i leaves where bit i of size is set. */
struct merkle {
	uint64_t size;
	struct merkle_hash edge[MERKLE_DEPTH];
};

/* A hash that a row of 256 completes: that of the leaves index * 256^level and following. */
typedef int (*merkle_row)(
    void *ctx, unsigned level, uint64_t index, const struct merkle_hash *h, struct errinfo *ei);

/* Read count (1..256) stored hashes of `level` (0: leaves) from `first` on; negative on failure. */
typedef int (*merkle_read)(void *ctx, unsigned level, uint64_t first, size_t count,
    struct merkle_hash *ret_h, struct errinfo *ei);

struct merkle_hash merkle_leaf(const void *entry, size_t n);
struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right);

/* Append a leaf hash; `row` (may be NULL) is told each hash of level 1 and above that became
 * complete. Returns 0 or what row returned; then the tree may not be used any more. */
int merkle_append(struct merkle *m, const struct merkle_hash *leaf, merkle_row row, void *ctx,
    struct errinfo *ei) GW_MUST_USE;

/* The root of the tree as it stands. */
struct merkle_hash merkle_root(const struct merkle *m);

/* Write the edge as it is stored: one hash for each set bit of size, lowest first; returns how
 * many. The mirror gives GW_EAUTH when n does not fit size. */
size_t merkle_pack(const struct merkle *m, struct merkle_hash out[MERKLE_DEPTH]);
int merkle_unpack(struct merkle *m, uint64_t size, const void *p, size_t n) GW_MUST_USE;

/* The root of the first `size` leaves, out of stored hashes. */
int merkle_root_at(uint64_t size, merkle_read read, void *ctx, struct merkle_hash *ret_root,
    struct errinfo *ei) GW_MUST_USE;

/*
 * RFC 9162 §2.1.3.1 and §2.1.4.1: the inclusion proof of leaf `index` in, and the consistency proof
 * from `old` to, the tree of `size` leaves. The proof goes to ret_p[0..*ret_n), leaf-side first.
 * GW_EUSAGE when index >= size, or old is 0 or above size.
 */
int merkle_inclusion(uint64_t index, uint64_t size, merkle_read read, void *ctx,
    struct merkle_hash ret_p[MERKLE_DEPTH + 1], size_t *ret_n, struct errinfo *ei) GW_MUST_USE;
int merkle_consistency(uint64_t old, uint64_t size, merkle_read read, void *ctx,
    struct merkle_hash ret_p[MERKLE_DEPTH + 1], size_t *ret_n, struct errinfo *ei) GW_MUST_USE;

/*
 * RFC 9162 §2.1.3.2 and §2.1.4.2: check a proof. Returns 0, or GW_EAUTH for every proof that is not
 * exactly right: wrong hashes, one too few, one too many, an index outside the tree. A consistency
 * proof from 0, or between equal sizes, must be empty (and equal sizes need equal roots).
 */
int merkle_check_inclusion(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
    const struct merkle_hash *root, const struct merkle_hash *p, size_t n) GW_MUST_USE;
int merkle_check_consistency(uint64_t old, uint64_t size, const struct merkle_hash *old_root,
    const struct merkle_hash *root, const struct merkle_hash *p, size_t n) GW_MUST_USE;

#endif
