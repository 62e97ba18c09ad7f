/* SPDX-License-Identifier: EUPL-1.2 */
/* The answer of a virus scanner: good only when it is exactly the good one. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attach/clamd.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	enum clamd_verdict v = clamd_answer((const char *)p, n);
	bool good = n == 11 && memcmp(p, "stream: OK", 11) == 0;
	if ((v == CLAMD_CLEAN) != good)
		abort();
	if (v == CLAMD_FOUND && (n < 16 || memcmp(p, "stream: ", 8) != 0))
		abort();
	return 0;
}
