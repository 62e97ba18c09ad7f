/* SPDX-License-Identifier: EUPL-1.2 */
/* The JPEG cleaner, as the worker runs it: what it made clean stays as it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attach/jpeg.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct attach_limits l = {.bytes = 1 << 20, .side = 1000, .pixels = 100000};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	if (jpeg_clean(p, n, &l, JPEG_UPRIGHT, &out) < 0)
		return 0;
	if (jpeg_clean(out.data, out.len, &l, JPEG_UPRIGHT, &again) < 0 || out.len != again.len ||
	    memcmp(out.data, again.data, out.len) != 0)
		abort();
	return 0;
}
