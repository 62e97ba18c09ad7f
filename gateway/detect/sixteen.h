/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sixteen: sixteen bytes of text judged at once, with the vectors that GCC and clang have for every
 * processor. Inside detect/ only.
 *
 * A comparison of a vector with a character (v == '-', v < ' ') has 0xff in each byte that fits and
 * 0 in the others; bytes are signed, so that those of characters outside ASCII are below 0.
 */
#ifndef GW_DETECT_SIXTEEN_H
#define GW_DETECT_SIXTEEN_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef signed char sixteen __attribute__((vector_size(16)));

enum { SIXTEEN = 16 };

/* The sixteen bytes at p. */
static inline sixteen sixteen_at(const char *p)
{
	sixteen v;
	memcpy(&v, p, sizeof v);
	return v;
}

/* Where the first byte of a comparison stands that fits; SIXTEEN when none does. */
static inline size_t sixteen_first(sixteen fits)
{
	uint64_t half[2];
	memcpy(half, &fits, sizeof half);
	if (half[0])
		return (size_t)__builtin_ctzll(le64toh(half[0])) / 8;
	return half[1] ? 8 + (size_t)__builtin_ctzll(le64toh(half[1])) / 8 : SIXTEEN;
}

#endif
