/* SPDX-License-Identifier: EUPL-1.2 */
/* apply: verdicts on findings, masks in the text, and a second look at what would leave. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "detect/detect.h"
#include "detect/normal.h"

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

/* One look at a text: what was found, and what becomes of each finding. */
struct look {
	struct detect_findings found;
	unsigned char *verdict; /* enum detect_verdict, one a finding */
	struct detect_result result;
};

static void look_release(struct look *k)
{
	detect_findings_release(&k->found);
	free(k->verdict);
}

/* What goes along with a text from look to look. */
struct work {
	const struct detect_profile *profile;
	const struct detect_known *known;
	const struct detect_settle *settle;
	struct buf text;
	struct detect_findings kept; /* what a person keeps, where it stands now */
};

static void work_release(struct work *w)
{
	buf_release(&w->text);
	detect_findings_release(&w->kept);
}

static bool is_kept(const struct work *w, const struct detect_finding *f)
{
	for (size_t i = 0; i < w->kept.n; i++) {
		const struct detect_finding *k = &w->kept.list[i];
		if (k->kind == f->kind && k->offset <= f->offset &&
		    f->offset + f->length <= k->offset + k->length)
			return true;
	}
	return false;
}

static int keep(struct work *w, const struct detect_finding *f)
{
	struct detect_findings *k = &w->kept;
	if (k->n == k->cap) {
		size_t cap = k->cap ? 2 * k->cap : 8;
		struct detect_finding *list = realloc(k->list, cap * sizeof *list);
		if (!list)
			return GW_ENOMEM;
		k->list = list;
		k->cap = cap;
	}
	k->list[k->n++] = *f;
	return 0;
}

/* Ask about finding i of this look. */
static int ask(struct work *w, const struct look *k, size_t i, const struct normal *z)
{
	struct detect_passage p = {.text = w->text.data,
	    .n = w->text.len,
	    .finding = k->found.list[i],
	    .normal = z->text.data,
	    .normal_n = z->text.len};
	struct normal found GW_CLEANUP(normal_release) = {0};
	int r = normal_make(&found, w->text.data + p.finding.offset, p.finding.length);
	if (r < 0)
		return r;
	p.found = found.text.data;
	p.found_n = found.text.len;
	for (size_t j = 0; j < i; j++) {
		const struct detect_finding *f = &k->found.list[j];
		p.nth += f->kind == p.finding.kind && f->length == p.finding.length &&
		    memcmp(w->text.data + f->offset, w->text.data + p.finding.offset, f->length) ==
			0;
	}
	return w->settle->verdict(w->settle->arg, &p);
}

int detect_passage_print(const char *field, const struct detect_passage *passage, struct buf *out)
{
	int r = buf_addf(out, "finding/1\n%s\n%s\n%zu\n%zu\n", field,
	    detect_kind_name(passage->finding.kind), passage->nth, passage->found_n);
	if (r == 0)
		r = buf_add(out, passage->found, passage->found_n);
	return r == 0 ? buf_add(out, passage->normal, passage->normal_n) : r;
}

/* The verdict on each finding; those under review are settled as far as somebody does. */
static int weigh(struct work *w, struct look *k, struct errinfo *ei)
{
	struct normal z GW_CLEANUP(normal_release) = {0};
	k->verdict = malloc(k->found.n + 1);
	int r = k->verdict ? 0 : err_set(ei, GW_ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < k->found.n; i++) {
		const struct detect_finding *f = &k->found.list[i];
		int v = (int)w->profile->verdict[f->kind];
		if (v == DETECT_REVIEW && is_kept(w, f)) {
			v = DETECT_KEEP;
		} else if (v == DETECT_REVIEW && w->settle) {
			r = z.text.data ? 0 : normal_make(&z, w->text.data, w->text.len);
			v = r < 0 ? r : ask(w, k, i, &z);
			if (v == DETECT_KEEP)
				r = keep(w, f);
			k->result.kept += v == DETECT_KEEP;
			k->result.hidden += v == DETECT_MASK;
		}
		if (r < 0 || v < 0)
			return err_set(ei, r < 0 ? r : v, "a finding cannot be settled");
		k->verdict[i] = (unsigned char)v;
		k->result.count[f->kind]++;
		k->result.verdict[v]++;
	}
	return r;
}

/* The kinds among the findings that have this verdict. */
static unsigned kinds_with(const struct look *k, enum detect_verdict verdict)
{
	unsigned kinds = 0;
	for (size_t i = 0; i < k->found.n; i++)
		if (k->verdict[i] == verdict)
			kinds |= DETECT_BIT(k->found.list[i].kind);
	return kinds;
}

/* Refuse when a finding is blocked, or else when one still needs review. */
static int judge(const struct look *k, struct errinfo *ei)
{
	const struct detect_result *result = &k->result;
	if (result->verdict[DETECT_BLOCK])
		return refuse(result->count, kinds_with(k, DETECT_BLOCK),
		    "the policy does not let this leave in free text; take it out", ei);
	if (result->verdict[DETECT_REVIEW])
		return refuse(result->count, kinds_with(k, DETECT_REVIEW),
		    "a person has to settle this before it can leave; run handover review, or take "
		    "it out",
		    ei);
	return 0;
}

/* What is kept moves along with the text around it; what a mask touches is kept no more. `at` is
 * where the mask was put in, for the bytes [from, to) of the text as it was. */
static void move_kept(const struct detect_findings *old, struct detect_findings *moved, size_t from,
    size_t to, size_t at)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct detect_finding *f = &old->list[i];
		if (f->offset >= to)
			moved->list[i].offset = f->offset - to + at + strlen(DETECT_MASK_TEXT);
		else if (f->offset + f->length > from)
			moved->list[i].length = 0;
	}
}

/* Append the text with masks to out; findings are sorted by offset. */
static int mask(struct work *w, const struct look *k, struct buf *out, size_t *ret_masks)
{
	const char *text = w->text.data;
	size_t done = 0, masks = 0, n = w->text.len;
	struct detect_findings old = w->kept;
	int r = old.n == 0 ? 0 : (old.list = malloc(old.n * sizeof *old.list)) ? 0 : GW_ENOMEM;
	if (r == 0 && old.n)
		memcpy(old.list, w->kept.list, old.n * sizeof *old.list);
	for (size_t i = 0; r == 0 && i < k->found.n;) {
		size_t from = k->found.list[i].offset, to = from;
		if (k->verdict[i] != DETECT_MASK) {
			i++;
			continue;
		}
		for (; i < k->found.n && (k->found.list[i].offset <= to); i++) {
			size_t end = k->found.list[i].offset + k->found.list[i].length;
			if (k->verdict[i] == DETECT_MASK && end > to)
				to = end;
		}
		r = buf_add(out, text + done, from - done);
		if (r == 0)
			move_kept(&old, &w->kept, from, to, out->len);
		if (r == 0)
			r = buf_adds(out, DETECT_MASK_TEXT);
		done = to;
		masks++;
	}
	if (r == 0)
		r = buf_add(out, text + done, n - done);
	free(old.n ? old.list : NULL);
	*ret_masks = masks;
	return r;
}

/* Mask until nothing is left to mask; what is blocked refuses at every look. */
static int looks(struct work *w, struct detect_result *result, struct errinfo *ei)
{
	struct buf next GW_CLEANUP(buf_release) = BUF_INIT(w->text.max);
	int r = 0;
	for (int round = 0; round < MOST_ROUNDS; round++) {
		struct look k GW_CLEANUP(look_release) = {.verdict = NULL};
		size_t masks = 0;
		r = detect_scan(w->text.data, w->text.len, w->known, &k.found, ei);
		if (r == 0)
			r = weigh(w, &k, ei);
		if (r < 0)
			return r;
		if (round == 0)
			*result = k.result;
		else
			result->kept += k.result.kept, result->hidden += k.result.hidden;
		r = judge(&k, ei);
		if (r < 0 || k.result.verdict[DETECT_MASK] == 0)
			return r;
		buf_clear(&next);
		if ((r = mask(w, &k, &next, &masks)) < 0)
			return err_set(ei, r, "text grows too long under its masks");
		result->masks += masks;
		struct buf swap = w->text;
		w->text = next;
		next = swap;
	}
	return err_set(ei, GW_EREFUSED, "masks do not settle: reword the text");
}

int detect_apply_settled(const struct detect_profile *profile, const char *text, size_t n,
    const struct detect_known *known, const struct detect_settle *settle, struct buf *out,
    struct detect_result *ret_result, struct errinfo *ei)
{
	struct detect_result result = {0};
	if (n > SIZE_MAX / 8)
		return err_set(ei, GW_ELIMIT, "text is too long");
	struct work w GW_CLEANUP(work_release) = {
	    .profile = profile, .known = known, .settle = settle};
	w.text = (struct buf)BUF_INIT(n * 6 + 64);
	int r = buf_add(&w.text, text, n);
	if (r < 0)
		return err_set(ei, r, "out of memory");
	r = looks(&w, &result, ei);
	if (r == 0 && (r = buf_add(out, w.text.data, w.text.len)) < 0)
		return err_set(ei, r, "the masked text does not fit");
	if (ret_result && (r == 0 || r == GW_EREFUSED))
		*ret_result = result;
	return r;
}

int detect_apply(const struct detect_profile *profile, const char *text, size_t n,
    const struct detect_known *known, struct buf *out, struct detect_result *ret_result,
    struct errinfo *ei)
{
	return detect_apply_settled(profile, text, n, known, NULL, out, ret_result, ei);
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
