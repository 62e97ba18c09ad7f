/* SPDX-License-Identifier: EUPL-1.2 */
/* The filter of PDF contents: what it made clean stays as it is, and paints as much. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attach/pdf_content.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(2 << 20);
	bool paints = false, paints_again = false;
	if (pdf_content_clean(p, n, &out, &paints) < 0)
		return 0;
	if (pdf_content_clean(out.data, out.len, &again, &paints_again) < 0 ||
	    out.len != again.len || paints != paints_again ||
	    (out.len && memcmp(out.data, again.data, out.len) != 0))
		abort();
	return 0;
}
