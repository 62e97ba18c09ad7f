/* SPDX-License-Identifier: EUPL-1.2 */
/* The text of a dossier, JSON or (behind a first byte of #) YAML: what passes once, passes
 * unchanged. */
#include <stdint.h>
#include <stdlib.h>

#include "dossier/dossier.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct catalogue *c = catalogue_builtin();
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL,
			  *again GW_CLEANUP(dossier_free_p) = NULL;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct errinfo ei = ERRINFO_INIT;
	int r = n && p[0] == '#' ? dossier_parse_yaml("x", p, n, c, NULL, &d, &ei)
				 : dossier_parse_json("x", p, n, c, NULL, &d, &ei);
	if (r < 0)
		return 0;
	if (jx_dump(d->data, &text) < 0 ||
	    dossier_parse_json("y", text.data, text.len, c, NULL, &again, &ei) < 0 ||
	    again->n_notes || !json_equal(d->data, again->data))
		abort();
	return 0;
}
