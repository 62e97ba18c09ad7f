/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes: what is accepted prints to something that is accepted again and prints the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	json_t *a GW_CLEANUP(jx_release) = NULL, *b GW_CLEANUP(jx_release) = NULL;
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(8 << 20),
		       two GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct errinfo ei = ERRINFO_INIT;
	if (jx_parse("fuzz.json", p, n, &JX_SMALL, &a, &ei) < 0)
		return 0;
	if (jx_dump(a, &one) < 0)
		abort();
	if (jx_parse("fuzz.json", one.data, one.len, &JX_SMALL, &b, &ei) < 0 ||
	    jx_dump(b, &two) < 0)
		return one.len > JX_SMALL.bytes ? 0 : (abort(), 0);
	if (one.len != two.len || memcmp(one.data, two.data, one.len) != 0)
		abort();
	return 0;
}
