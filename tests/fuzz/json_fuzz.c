/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes: what is accepted prints to something that is accepted again and prints the same; the
 * quick ways of reading and printing agree with the library.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void must(bool good)
{
	if (!good)
		abort();
}

static int collect(const char *p, size_t n, void *out)
{
	return buf_add(out, p, n) < 0 ? -1 : 0;
}

/* The library reads the n bytes at p as v, and prints v as jx_dump printed it. */
static void check_by_library(const void *p, size_t n, const json_t *v, const struct buf *printed)
{
	json_t *same GW_CLEANUP(jx_release) =
	    json_loadb(p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct buf ours GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	must(same && json_equal(v, same));
	must(json_dump_callback(same, collect, &out, JSON_COMPACT | JSON_ENCODE_ANY) == 0);
	must(out.len == printed->len && memcmp(out.data, printed->data, out.len) == 0);
	buf_clear(&out);
	out.max = ours.max;
	must(json_dump_callback(same, collect, &out, JSON_INDENT(2) | JSON_ENCODE_ANY) == 0);
	must(jx_dump_pretty(v, &ours) == 0);
	must(out.len == ours.len && memcmp(out.data, ours.data, out.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	json_t *a GW_CLEANUP(jx_release) = NULL, *b GW_CLEANUP(jx_release) = NULL;
	json_t *quick GW_CLEANUP(jx_release) = json_read((const char *)p, n, &JX_SMALL);
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(8 << 20),
		       two GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct errinfo ei = ERRINFO_INIT;
	int r = jx_parse("fuzz.json", p, n, &JX_SMALL, &a, &ei);
	must(!quick || r == 0 || n > JX_SMALL.bytes);
	if (r < 0)
		return 0;
	must(jx_dump(a, &one) == 0);
	check_by_library(p, n, a, &one);
	if (jx_parse("fuzz.json", one.data, one.len, &JX_SMALL, &b, &ei) < 0 ||
	    jx_dump(b, &two) < 0)
		return one.len > JX_SMALL.bytes ? 0 : (abort(), 0);
	must(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	return 0;
}
