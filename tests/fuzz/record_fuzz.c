/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void inside(struct record_part part, const uint8_t *p, size_t n)
{
	const uint8_t *q = (const uint8_t *)part.p;
	if (q && (q < p || part.n > n || q + part.n > p + n))
		abort();
}

/* Whatever is found must lie in the input. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct record_view v;
	int64_t ms;
	char *copy = malloc(n ? n : 1); /* an end that the sanitizer sees */
	if (!copy)
		return 0;
	memcpy(copy, p, n);
	if (record_view(copy, n, &v, NULL) == 0) {
		const struct record_part parts[] = {v.id, v.t, v.te, v.act, v.ph, v.out, v.tr, v.sp,
		    v.psp, v.peer, v.subj_c, v.subj_ty, v.obj_id, v.ret, v.det};
		for (size_t i = 0; i < GW_LENGTH(parts); i++)
			inside(parts[i], (const uint8_t *)copy, n);
		(void)!record_moment(&v, &ms);
	}
	free(copy);
	return 0;
}
