/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes: findings are whole characters in order, masked text holds nothing more to mask, and
 * what is kept under review is left alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "detect/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void require(int ok)
{
	if (!ok)
		abort();
}

static struct detect_known *known(void)
{
	struct detect_known *k = detect_known_new();
	require(detect_known_person(k, "Jan Piet", "van der", "B\xc3\xa9rg-Yılmaz") == 0);
	require(detect_known_name(k, "Al Hassan") == 0);
	require(detect_known_number(k, DETECT_CLIENT_NUMBER, "K-2024-00123") == 0);
	require(detect_known_pattern(k, "999-AA/9") == 0);
	require(detect_known_birth(k, 1984, 3, 9) == 0);
	return k;
}

static int keep_it(void *arg, const struct detect_passage *passage)
{
	struct buf *print = arg;
	buf_clear(print);
	require(detect_passage_print("a.b", passage, print) == 0);
	require(passage->found_n > 0 && passage->finding.length > 0);
	return DETECT_KEEP;
}

/* What a person keeps altogether leaves as it came. */
static void kept_text_is_unchanged(const char *text, size_t n, const struct detect_known *k)
{
	struct detect_profile review;
	struct buf print GW_CLEANUP(buf_release) = BUF_INIT(64 * n + 4096);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(n + 64);
	const struct detect_settle settle = {keep_it, &print};
	detect_profile_init(&review, DETECT_REVIEW);
	require(detect_apply_settled(&review, text, n, k, &settle, &out, NULL, NULL) == 0);
	require(out.len == n && (n == 0 || memcmp(out.data, text, n) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct detect_known *k;
	const char *text = (const char *)p;
	if (!k)
		k = known();
	struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	int r = detect_scan(text, n, k, &f, &ei);
	require((r == 0) == str_utf8(p, n));
	for (size_t i = 0; i < f.n; i++) {
		const struct detect_finding *x = &f.list[i];
		require(x->length > 0 && x->length <= n && x->offset <= n - x->length);
		require(str_utf8(p + x->offset, x->length) && str_utf8(p, x->offset));
		require(i == 0 || f.list[i - 1].offset <= x->offset);
	}
	if (r == 0 && n < 4096)
		kept_text_is_unchanged(text, n, k);
	struct detect_profile all;
	detect_profile_init(&all, DETECT_MASK);
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(8 * n + 64);
	struct buf two GW_CLEANUP(buf_release) = BUF_INIT(8 * n + 64);
	if (detect_apply(&all, text, n, k, &one, NULL, &ei) < 0)
		return 0;
	if (one.len == 0)
		return 0;
	require(str_utf8(one.data, one.len));
	require(detect_apply(&all, one.data, one.len, k, &two, NULL, &ei) == 0);
	require(two.len == one.len && memcmp(two.data, one.data, one.len) == 0);
	return 0;
}
