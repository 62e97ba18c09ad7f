/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdlib.h>

#include "http/head.h"
#include "http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void within(const char *s, size_t n, struct http_text t)
{
	if (t.p && (t.p < s || t.p + t.n > s + n))
		abort();
}

/* A head arrives in two parts; what is found must lie within it and be framed in one way. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *s = (const char *)p;
	size_t half = 0, whole = 0;
	int a = http_head_end(s, n / 2, 0, &half);
	int b = http_head_end(s, n, 0, &whole);
	if (a < 0 && b == 0)
		abort();
	if (a == 0 && half == 0) {
		size_t again = 0;
		if (http_head_end(s, n, n / 2, &again) != b || (b == 0 && again != whole))
			abort();
	}
	struct http_head h;
	int status = 0;
	size_t end = b == 0 && whole > 0 ? whole : n;
	if (http_head_parse(s, end, &h, &status, NULL) < 0) {
		if (status < 400 || status > 505)
			abort();
		return 0;
	}
	if (b < 0 || whole == 0) /* what parses has an end that is found */
		abort();
	within(s, end, h.path);
	within(s, end, h.query);
	for (size_t i = 0; i < h.fields_n; i++) {
		within(s, end, h.fields[i].name);
		within(s, end, h.fields[i].value);
	}
	if ((h.framing == HTTP_LENGTH) != (h.length > 0) ||
	    http_field_count(&h, "content-length") + http_field_count(&h, "transfer-encoding") > 1)
		abort();
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(HTTP_TARGET_MAX);
	(void)!http_query(&h, "a", &out);
	struct http_range r;
	if (http_range(&h, 1000, "\"t\"", &r) == 0 && (r.first > 1000 || r.n > 1000 - r.first))
		abort();
	return 0;
}
