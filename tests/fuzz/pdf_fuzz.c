/* SPDX-License-Identifier: EUPL-1.2 */
/* The PDF cleaner, as the worker runs it: what it made clean is clean, has as many pages,
 * and can be shown without its letters. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attach/pdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct attach_limits l = {.bytes = 1 << 20, .side = 1000, .pixels = 100000};
	struct buf out[2] = {BUF_INIT(4 << 20), BUF_INIT(4 << 20)};
	struct buf probe[2] = {BUF_INIT(4 << 20), BUF_INIT(4 << 20)};
	struct buf pages[2] = {BUF_INIT(4096), BUF_INIT(4096)};
	enum attach_why why;
	if (pdf_clean(p, n, &l, &out[0], &probe[0], &pages[0], &why) == 0) {
		int r = pdf_clean(out[0].data, out[0].len, &l, &out[1], &probe[1], &pages[1], &why);
		if (r != 0 || pages[0].len != pages[1].len ||
		    memcmp(pages[0].data, pages[1].data, pages[0].len) != 0)
			abort();
		struct buf drawn GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
		r = pdf_drawn(out[0].data, out[0].len, &l, &drawn);
		if (r != 0 && r != GW_ELIMIT)
			abort();
	}
	for (size_t i = 0; i < 2; i++) {
		buf_release(&out[i]);
		buf_release(&probe[i]);
		buf_release(&pages[i]);
	}
	return 0;
}
