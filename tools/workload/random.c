/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/random.h"

#include <string.h>

static uint64_t split(uint64_t *x)
{
	uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void random_start(struct random *r, uint64_t seed, uint64_t which)
{
	uint64_t x = seed * UINT64_C(0x100000001b3) ^ which;
	for (size_t i = 0; i < 4; i++)
		r->s[i] = split(&x);
}

static uint64_t turn(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t random_bits(struct random *r)
{
	uint64_t out = turn(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;
	r->s[2] ^= r->s[0];
	r->s[3] ^= r->s[1];
	r->s[1] ^= r->s[2];
	r->s[0] ^= r->s[3];
	r->s[2] ^= t;
	r->s[3] = turn(r->s[3], 45);
	return out;
}

uint64_t random_below(struct random *r, uint64_t n)
{
	return random_bits(r) % n;
}

void random_fill(struct random *r, void *p, size_t n)
{
	unsigned char *b = p;
	while (n) {
		uint64_t x = random_bits(r);
		size_t k = n < sizeof x ? n : sizeof x;
		memcpy(b, &x, k);
		b += k;
		n -= k;
	}
}
