/* SPDX-License-Identifier: EUPL-1.2 */
/* apply: verdicts on findings, masks in the text, and a second look at what would leave. */
#include <stdint.h>
#include <string.h>

#include "detect/detect.h"

/* Masking can bring two pieces of text together; more rounds than this mean that something is
 * wrong. */
enum { MOST_ROUNDS = 4 };

/* Write the names of kinds into the message, as in "bsn, health found: why". */
static int refuse(const size_t *count, unsigned kinds, const char *why, struct errinfo *ei)
{
	struct buf names GW_CLEANUP(buf_release) = BUF_INIT(512);
	for (unsigned k = 0; k < DETECT_KINDS; k++)
		if (count[k] && (kinds & DETECT_BIT(k)) &&
		    buf_addf(&names, "%s%s", names.len ? ", " : "",
			detect_kind_name((enum detect_kind)k)) < 0)
			return err_set(ei, GW_ENOMEM, "out of memory");
	return err_set(ei, GW_EREFUSED, "%s found: %s", names.data ? names.data : "", why);
}

static unsigned kinds_of(const struct detect_profile *profile, enum detect_verdict verdict)
{
	unsigned kinds = 0;
	for (unsigned k = 0; k < DETECT_KINDS; k++)
		if (profile->verdict[k] == verdict)
			kinds |= DETECT_BIT(k);
	return kinds;
}

static void count(const struct detect_profile *profile, const struct detect_findings *found,
    struct detect_result *result)
{
	for (size_t i = 0; i < found->n; i++) {
		result->count[found->list[i].kind]++;
		result->verdict[profile->verdict[found->list[i].kind]]++;
	}
}

/* Refuse when a finding is under block, or else under review. */
static int judge(
    const struct detect_profile *profile, const struct detect_result *result, struct errinfo *ei)
{
	if (result->verdict[DETECT_BLOCK])
		return refuse(result->count, kinds_of(profile, DETECT_BLOCK),
		    "the policy does not let this leave in free text; take it out", ei);
	if (result->verdict[DETECT_REVIEW])
		return refuse(result->count, kinds_of(profile, DETECT_REVIEW),
		    "a person has to settle this before it can leave; take it out or reword it",
		    ei);
	return 0;
}

/* Append text with masks to out; findings are sorted by offset. */
static int mask(const struct detect_profile *profile, const char *text, size_t n,
    const struct detect_findings *found, struct buf *out, size_t *ret_masks)
{
	size_t done = 0, masks = 0;
	int r = 0;
	bool open = false; /* the mask that ends at done can still grow */
	for (size_t i = 0; r == 0 && i < found->n; i++) {
		const struct detect_finding *f = &found->list[i];
		if (profile->verdict[f->kind] == DETECT_KEEP)
			continue;
		if (!open || f->offset > done) {
			r = buf_add(out, text + done, f->offset - done);
			if (r == 0)
				r = buf_adds(out, DETECT_MASK_TEXT);
			masks++;
			open = true;
		}
		if (f->offset + f->length > done)
			done = f->offset + f->length;
	}
	if (r == 0)
		r = buf_add(out, text + done, n - done);
	*ret_masks = masks;
	return r;
}

/* Mask until nothing is left to mask; what is blocked refuses at every round. */
static int rounds(const struct detect_profile *profile, const char *text, size_t n,
    const struct detect_known *known, struct buf *work, struct detect_result *result,
    struct errinfo *ei)
{
	struct buf next GW_CLEANUP(buf_release) = BUF_INIT(work->max);
	int r = buf_add(work, text, n);
	for (int round = 0; r == 0 && round < MOST_ROUNDS; round++) {
		struct detect_findings found GW_CLEANUP(detect_findings_release) =
		    DETECT_FINDINGS_INIT;
		struct detect_result seen = {0};
		r = detect_scan(work->data ? work->data : "", work->len, known, &found, ei);
		if (r < 0)
			return r;
		count(profile, &found, &seen);
		if (round == 0)
			*result = seen;
		r = judge(profile, &seen, ei);
		if (r < 0 || seen.verdict[DETECT_MASK] == 0)
			return r;
		buf_clear(&next);
		r = mask(profile, work->data, work->len, &found, &next, &seen.masks);
		result->masks += seen.masks;
		struct buf swap = *work;
		*work = next;
		next = swap;
	}
	if (r < 0)
		return err_set(ei, r, "text grows too long under its masks");
	return err_set(ei, GW_EREFUSED, "masks do not settle: reword the text");
}

int detect_apply(const struct detect_profile *profile, const char *text, size_t n,
    const struct detect_known *known, struct buf *out, struct detect_result *ret_result,
    struct errinfo *ei)
{
	struct detect_result result = {0};
	if (n > SIZE_MAX / 8)
		return err_set(ei, GW_ELIMIT, "text is too long");
	struct buf work GW_CLEANUP(buf_release) = BUF_INIT(n * 6 + 64);
	int r = rounds(profile, text, n, known, &work, &result, ei);
	if (r == 0 && (r = buf_add(out, work.data ? work.data : "", work.len)) < 0)
		return err_set(ei, r, "the masked text does not fit");
	if (ret_result && (r == 0 || r == GW_EREFUSED))
		*ret_result = result;
	return r;
}

int detect_refuse(const char *text, size_t n, unsigned kinds, const struct detect_known *known,
    struct errinfo *ei)
{
	struct detect_findings found GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	size_t seen[DETECT_KINDS] = {0}, any = 0;
	int r = detect_scan(text, n, known, &found, ei);
	for (size_t i = 0; r == 0 && i < found.n; i++)
		if (kinds & DETECT_BIT(found.list[i].kind)) {
			seen[found.list[i].kind]++;
			any++;
		}
	return any ? refuse(seen, kinds, "this may not stand in a field that is kept as it is", ei)
		   : r;
}
