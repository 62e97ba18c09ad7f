/* SPDX-License-Identifier: EUPL-1.2 */
/* Archives of dossiers, as the worker reads them. */
#include <stdint.h>

#include "dossier/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dossier_limits l = DOSSIER_LIMITS;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	l.file_bytes = l.total_bytes = 1 << 19;
	(void)!unpack_members("x", p, n, &l, &out, &ei);
	return 0;
}
