/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as the body of a statement: what passes the form passes it again after a round trip. */
#include <stdint.h>
#include <stdlib.h>

#include "sign/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct errinfo ei = ERRINFO_INIT;
	json_t *body GW_CLEANUP(jx_release) = NULL, *again GW_CLEANUP(jx_release) = NULL;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	const char *kind = NULL;
	if (jx_parse("x.json", p, n, &JX_SMALL, &body, &ei) < 0 ||
	    statement_check("x.json", body, NULL, &kind, &ei) < 0)
		return 0;
	if (jx_dump(body, &text) < 0 ||
	    jx_parse("x.json", text.data, text.len, &JX_SMALL, &again, &ei) < 0 ||
	    statement_check("x.json", again, kind, NULL, &ei) < 0)
		abort();
	return 0;
}
