/* SPDX-License-Identifier: EUPL-1.2 */
/* Armor has one form only: what is taken is encoded again to the same lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "age/source.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* True when text, without CR before LF, holds want between its BEGIN and END lines. */
static int has_body(const uint8_t *p, size_t n, const struct buf *want)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(n + 1);
	for (size_t i = 0; i < n; i++)
		if (!(p[i] == '\r' && i + 1 < n && p[i + 1] == '\n') &&
		    buf_add(&text, p + i, 1) < 0)
			abort();
	const char *begin = memmem(text.data, text.len, ARMOR_BEGIN, strlen(ARMOR_BEGIN));
	if (!begin)
		return 0;
	begin += strlen(ARMOR_BEGIN) + 1;
	size_t left = (size_t)(text.data + text.len - begin);
	return left >= want->len + strlen(ARMOR_END) &&
	    (want->len == 0 || memcmp(begin, want->data, want->len) == 0) &&
	    memcmp(begin + want->len, ARMOR_END, strlen(ARMOR_END)) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf plain GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(2 << 20);
	struct source s;
	size_t got = 1;
	int r = source_open_memory(&s, p, n, NULL);
	while (r == 0 && got) {
		char b[1000];
		r = source_some(&s, b, sizeof b, &got, NULL);
		if (r == 0 && buf_add(&plain, b, got) < 0)
			break;
	}
	if (r == 0 && got == 0 && s.armored &&
	    (armor_encode(&again, plain.data, plain.len) < 0 || !has_body(p, n, &again)))
		abort();
	source_release(&s);
	return 0;
}
