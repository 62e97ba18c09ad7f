/* SPDX-License-Identifier: EUPL-1.2 */
/* handover.json: what is taken can be written, and reads back as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "package/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct note a GW_CLEANUP(note_release) = {0}, b GW_CLEANUP(note_release) = {0};
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct buf two GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	if (note_read(p, n, &a, NULL) < 0)
		return 0;
	if (note_write(&a, &one) < 0)
		return 0; /* escapes may make it longer than a note can be */
	if (note_read(one.data, one.len, &b, NULL) < 0 || note_write(&b, &two) < 0 ||
	    one.len != two.len || memcmp(one.data, two.data, one.len) != 0)
		abort();
	return 0;
}
