/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "http/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int feed(const char *s, size_t n, size_t step, struct buf *out, size_t *ret_read)
{
	struct http_chunks c = HTTP_CHUNKS_INIT;
	size_t i = 0;
	while (i < n && !http_chunks_done(&c)) {
		const char *data = NULL;
		size_t used = 0, data_n = 0, k = n - i < step ? n - i : step;
		int r = http_chunks_next(&c, s + i, k, &used, &data, &data_n);
		if (r < 0)
			return r;
		if (used == 0 || used > k ||
		    (data_n && (data < s + i || data + data_n > s + i + k)))
			abort();
		if (buf_add(out, data, data_n) < 0)
			abort();
		i += used;
	}
	*ret_read = i;
	return http_chunks_done(&c);
}

/* However the bytes are cut, the same body comes out, up to the same place. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *s = (const char *)p;
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(n + 1);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(n + 1);
	size_t ra = 0, rb = 0;
	int x = feed(s, n, n ? n : 1, &a, &ra), y = feed(s, n, 1, &b, &rb);
	if (x != y || ra != rb)
		abort();
	if (x >= 0 && (a.len != b.len || (a.len && memcmp(a.data, b.data, a.len) != 0)))
		abort();
	return 0;
}
