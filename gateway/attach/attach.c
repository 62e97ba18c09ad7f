/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/attach.h"

#include <stdbool.h>
#include <stdlib.h>

#include "attach/clamd.h"
#include "attach/clean.h"
#include "attach/flatten.h"
#include "attach/text.h"
#include "base/str.h"

const struct attach_limits ATTACH_LIMITS = {
    .bytes = 25 << 20, .side = 20000, .pixels = 50000000, .seconds = 30};

/* For each reason its word, and what a person reads. */
static const struct {
	const char *word, *text;
} whys[ATTACH_WHYS] = {
    [ATTACH_GOES] = {"", ""},
    [ATTACH_WRONG_FORMAT] = {"wrong_format",
	"its first bytes are not those of the format it is said to be"},
    [ATTACH_NO_CLEANER] = {"no_cleaner",
	"no_cleaner: this format, or a part of it, cannot be cleaned in this build"},
    [ATTACH_BROKEN] = {"broken", "the file is damaged"},
    [ATTACH_TOO_LARGE] = {"too_large", "the file is too large"},
    [ATTACH_TIMEOUT] = {"timeout", "timeout: cleaning the file took too long"},
    [ATTACH_ENCRYPTED] = {"encrypted", "the file is encrypted: save it without a password"},
    [ATTACH_FORM] = {"form",
	"it is a form, whose answers cleaning would lose: print it to a new PDF"},
    [ATTACH_HIDDEN_LAYERS] = {"hidden_layers",
	"it has layers that are not shown: print it to a new PDF"},
    [ATTACH_ACTIVE] = {"active_content",
	"it holds macros, controls or embedded objects: save it without them"},
    [ATTACH_NO_TEXT] = {"page_without_text",
	"a page without text cannot be looked through: replace the scan by the text"},
    [ATTACH_NO_READER] = {"no_text_reader",
	"its text cannot be read here: install poppler-utils, on a kernel with landlock"},
    [ATTACH_VIRUS] = {"virus", "virus: the scanner found something in it"},
    [ATTACH_ANTIVIRUS] = {"antivirus_failed",
	"antivirus_failed: the scanner did not say that it is clean; is clamd running"},
    [ATTACH_BLOCKED] = {"blocked", "something in its text may not leave: take it out"},
    [ATTACH_REVIEW] = {"needs_review",
	"a person has to settle something in its text before it can leave"},
    [ATTACH_MASK] = {"needs_masking",
	"the policy masks something in its text, which a file cannot have: take it out, or let "
	"the text alone go (text_only)"},
};

const char *attach_why_word(enum attach_why why)
{
	return whys[why].word;
}

int attach_explain(const struct attach_item *item, struct errinfo *ei)
{
	return err_set(ei, item->code, "%s", whys[item->why].text);
}

/* Settle the item when the scanner does not say that it is clean. */
static void scan_for_viruses(struct attach_item *item, const char *socket, unsigned seconds)
{
	enum clamd_verdict verdict = clamd_scan(socket, item->p, item->n, seconds);
	if (verdict == CLAMD_FOUND)
		attach_settle(item, GW_EREFUSED, ATTACH_VIRUS);
	else if (verdict != CLAMD_CLEAN)
		attach_settle(item, GW_ENET, ATTACH_ANTIVIRUS);
}

/* True when the item goes to its cleaner; else it has its code and reason already. */
static bool prepare(
    struct attach_item *item, const struct attach_limits *limits, const char *antivirus)
{
	enum attach_format is = attach_format(item->p, item->n);
	enum attach_format said = item->declared == ATTACH_UNKNOWN ? is : item->declared;
	item->out = (struct buf)BUF_INIT(limits->bytes);
	item->leaves = is;
	attach_settle(item, 0, ATTACH_GOES);
	for (size_t k = 0; k < DETECT_KINDS; k++)
		item->found[k] = 0;
	if (item->n > limits->bytes)
		attach_settle(item, GW_ELIMIT, ATTACH_TOO_LARGE);
	else if (said != is)
		attach_settle(item, GW_EFORMAT, ATTACH_WRONG_FORMAT);
	else if (is == ATTACH_UNKNOWN || (is == ATTACH_DOCX && item->mode == ATTACH_FLATTEN))
		attach_settle(item, GW_ESUPPORT, ATTACH_NO_CLEANER);
	else if (antivirus)
		scan_for_viruses(item, antivirus, limits->seconds);
	return item->code == 0;
}

bool attach_has_text(const void *p, size_t n, const struct attach_setup *setup)
{
	enum attach_format is = attach_format(p, n);
	return is == ATTACH_PDF || is == ATTACH_DOCX || (setup && setup->ocr);
}

/* Look through what was cleaned, and take what leaves of it. GW_EIO, else 0 with a code in the
 * item.
 */
static int look_through(struct attach_work *w, const struct attach_setup *setup, struct errinfo *ei)
{
	struct attach_item *item = w->item;
	enum attach_format is = attach_format(item->p, item->n);
	int r = 0;
	if (is == ATTACH_PDF && item->mode == ATTACH_FLATTEN)
		r = flatten(w, setup, ei);
	else if (item->code == 0 && is == ATTACH_PDF)
		r = text_look_pdf(w, setup, ei);
	else if (item->code == 0 && is == ATTACH_DOCX)
		r = text_look_docx(w, setup, ei);
	else if (item->code == 0 && setup->ocr)
		r = text_look_picture(item, item->out.data, item->out.len, setup, ei);
	if (r == 0 && item->code == 0 && item->mode == ATTACH_TEXT_ONLY)
		r = text_take(w, setup->limits, ei);
	if (item->code < 0)
		buf_release(&item->out);
	return r;
}

int attach_clean_all(
    struct attach_item *items, size_t n, const struct attach_setup *setup, struct errinfo *ei)
{
	struct attach_setup s = setup ? *setup : (struct attach_setup){0};
	struct attach_work *works = str_alloc((n + 1) * sizeof *works);
	size_t k = 0;
	if (!s.limits)
		s.limits = &ATTACH_LIMITS;
	for (size_t i = 0; i < n; i++)
		if (prepare(&items[i], s.limits, s.antivirus))
			works[k++].item = &items[i];
	int r = clean_all(works, k, s.limits, ei);
	for (size_t i = 0; i < k && r == 0; i++)
		r = look_through(&works[i], &s, ei);
	attach_works_release(works, k);
	free(works);
	if (r < 0)
		attach_release(items, n);
	return r;
}

int attach_clean(const void *p, size_t n, enum attach_format declared,
    const struct attach_limits *limits, struct buf *out, struct errinfo *ei)
{
	struct attach_item item = {.p = p, .n = n, .declared = declared};
	const struct attach_setup setup = {.limits = limits};
	int r = attach_clean_all(&item, 1, &setup, ei);
	if (r < 0)
		return r;
	r = item.code == 0 ? buf_add(out, item.out.data, item.out.len) : attach_explain(&item, ei);
	attach_release(&item, 1);
	return r;
}

void attach_release(struct attach_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_release(&items[i].out);
}
