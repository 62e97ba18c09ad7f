/* SPDX-License-Identifier: EUPL-1.2 */
/* Headers from strangers: whatever parses lies within the bytes given and can be taken apart. */
#include <stdint.h>
#include <stdlib.h>

#include "age/header.h"
#include "age/stanza.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct age_limits limits = {
	    .header_bytes = 32768, .line_bytes = 2000, .stanzas = 100, .work_factor = 20};
	struct source s;
	struct header h = {.n = 0};
	if (source_open_memory(&s, p, n, NULL) < 0)
		return 0;
	if (header_read(&h, &s, &limits, NULL) == 0) {
		if (h.n == 0 || h.n > limits.stanzas || h.raw.len > limits.header_bytes ||
		    h.mac_over >= h.raw.len)
			abort();
		for (size_t i = 0; i < h.n; i++) {
			const struct stanza *t = h.stanzas + i;
			size_t len = 0, args = 0;
			while (header_arg(&h, t, args, &len)) {
				if (len == 0)
					abort();
				args++;
			}
			if (args == 0 || t->body + t->body_n > h.bodies.len)
				abort();
		}
		if (stanza_work_factor(&h) > 62)
			abort();
	}
	header_release(&h);
	source_release(&s);
	return 0;
}
