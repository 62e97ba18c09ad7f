/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The first byte says which kind; what is read is written again to the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	if (n == 0)
		return 0;
	const char *s = (const char *)p + 1;
	if (*p % 2 == 0) {
		struct link_call c;
		if (link_read_call(s, n - 1, &c, NULL) < 0)
			return 0;
		if (link_write_call(&b, &c) < 0)
			abort();
	} else {
		struct link_answer a;
		if (link_read_answer(s, n - 1, &a, NULL) < 0)
			return 0;
		if (link_write_answer(&b, &a) < 0)
			abort();
	}
	if (b.len != n - 1 || memcmp(b.data, s, b.len) != 0)
		abort();
	return 0;
}
