/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What parses must be written again as the same first three lines. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct checkpoint c;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
	if (checkpoint_parse((const char *)p, n, &c, NULL) < 0)
		return 0;
	if (checkpoint_text(&c, &b) < 0 || b.len > n || memcmp(b.data, p, b.len) != 0)
		abort();
	return 0;
}
