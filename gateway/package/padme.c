/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/padme.h"

/* The position of the highest set bit of n; n is not 0. */
static unsigned highest(uint64_t n)
{
	return 63 - (unsigned)__builtin_clzll(n);
}

uint64_t padme_length(uint64_t n)
{
	uint64_t padded = n;
	if (n > UINT64_C(1) << 62)
		return 0;
	if (n > 1) {
		unsigned e = highest(n);
		unsigned s = e ? highest(e) + 1 : 0;
		uint64_t mask = (UINT64_C(1) << (e > s ? e - s : 0)) - 1;
		padded = (n + mask) & ~mask;
	}
	return (padded + 511) & ~UINT64_C(511);
}
