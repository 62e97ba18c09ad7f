/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/text.h"

#include <string.h>

void text_copy(char *out, size_t cap, const char *s)
{
	size_t n = s ? strnlen(s, cap - 1) : 0;
	if (n)
		memcpy(out, s, n);
	out[n] = '\0';
}

int text_quote(const char *s, struct buf *out)
{
	int r = buf_adds(out, "\"");
	for (; *s && r == 0; s++) {
		if (*s == '"' || *s == '\\')
			r = buf_adds(out, "\\");
		char c = (unsigned char)*s < 0x20 ? ' ' : *s;
		if (r == 0)
			r = buf_add(out, &c, 1);
	}
	return r == 0 ? buf_adds(out, "\"") : r;
}
