/* SPDX-License-Identifier: EUPL-1.2 */
/* random: numbers that look random and are a function of the seed (xoshiro256**, splitmix64). */
#ifndef TOOLS_WORKLOAD_RANDOM_H
#define TOOLS_WORKLOAD_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t s[4];
};

/* Begin the stream of number `which` under a seed. */
void random_start(struct random *r, uint64_t seed, uint64_t which);

/* 64 bits; a number below n (> 0); n bytes. */
uint64_t random_bits(struct random *r);
uint64_t random_below(struct random *r, uint64_t n);
void random_fill(struct random *r, void *p, size_t n);

/* One of an array of n. */
#define RANDOM_PICK(r, array) ((array)[random_below((r), sizeof(array) / sizeof *(array))])

#endif
