/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "attach/drawn.h"
#include "attach/flatten.h"
#include "attach/ocr.h"
#include "attach/pdf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"
#include "sandbox/program.h"

enum { OCR_DPI = 300, OCR_SECONDS = 120 };

int text_none(struct attach_item *item, int code)
{
	switch (code) {
	case GW_EIO:
		return code;
	case GW_ESUPPORT:
		attach_settle(item, code, ATTACH_NO_READER);
		break;
	case GW_ELIMIT:
		attach_settle(item, code, ATTACH_TIMEOUT);
		break;
	case GW_ENOMEM:
		attach_settle(item, code, ATTACH_TOO_LARGE);
		break;
	default:
		attach_settle(item, GW_EFORMAT, ATTACH_BROKEN);
	}
	return 0;
}

int text_of_pdf(const void *p, size_t n, bool raw, const struct attach_limits *limits,
    struct buf *out, struct errinfo *ei)
{
	static const char *const folders[] = {"/usr/share/poppler", NULL}; /* maps of characters */
	const char *const by_place[] = {
	    "/usr/bin/pdftotext", "-q", "-enc", "UTF-8", "-", "-", NULL};
	const char *const by_order[] = {
	    "/usr/bin/pdftotext", "-q", "-raw", "-enc", "UTF-8", "-", "-", NULL};
	const struct program program = {.argv = raw ? by_order : by_place, .reads = folders};
	struct worker_limits l = WORKER_LIMITS;
	l.wall_s = limits->seconds;
	return program_run(&program, p, n, &l, out, ei);
}

bool text_reads(const char *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t k = utf8proc_iterate(
		    (const utf8proc_uint8_t *)p + at, (utf8proc_ssize_t)(n - at), &c);
		if (k <= 0)
			return false;
		utf8proc_category_t is = utf8proc_category(c);
		if ((is >= UTF8PROC_CATEGORY_LU && is <= UTF8PROC_CATEGORY_LO) ||
		    is == UTF8PROC_CATEGORY_ND)
			return true;
		at += (size_t)k;
	}
	return false;
}

/* A text that is judged: what it has of the person's own, and what was said of another text. */
struct judging {
	struct attach_item *item;
	struct answers *answers; /* NULL: this text stands alone */
	const char *text;        /* in which own was found */
	size_t n;
	struct detect_findings own;
};

/* Find what the text has of the person's own. */
static int find_own(struct judging *j, const char *p, size_t n, struct errinfo *ei)
{
	j->text = p;
	j->n = n;
	return j->item->own ? detect_scan(p, n, j->item->own, &j->own, ei) : 0;
}

/* True for what a name, a number or a word with a capital says of the person whose file it is. */
static bool is_own(const struct judging *j, const struct detect_finding *f)
{
	for (size_t i = 0; i < j->own.n; i++) {
		const struct detect_finding *o = &j->own.list[i];
		bool known = o->kind == DETECT_PERSON || o->kind == DETECT_CLIENT_NUMBER;
		bool says = f->kind == DETECT_NAME || f->kind == DETECT_PERSON ||
		    f->kind == DETECT_CAPITAL || f->kind == DETECT_CLIENT_NUMBER;
		if (known && says && f->offset >= o->offset &&
		    f->offset + f->length <= o->offset + o->length)
			return true;
	}
	return false;
}

static int settle(void *arg, const struct detect_passage *passage)
{
	const struct judging *j = arg;
	bool as_found = passage->n == j->n && memcmp(passage->text, j->text, j->n) == 0;
	int verdict;
	if (as_found && is_own(j, &passage->finding)) /* masks move the rest of a text */
		return DETECT_KEEP;
	if (j->answers && answers_find(j->answers, passage, &verdict))
		return verdict;
	verdict = j->item->settle->verdict(j->item->settle->arg, passage);
	if (j->answers && verdict >= 0)
		answers_add(j->answers, passage, verdict);
	return verdict;
}

/* Have what is under review settled: what is left of it to say. */
static enum detect_verdict settled(struct judging *j, const char *p, size_t n)
{
	struct buf away GW_CLEANUP(buf_release) = BUF_INIT(2 * TEXT_MAX);
	const struct detect_settle all = {settle, j};
	struct detect_result result = {0};
	struct errinfo why = ERRINFO_INIT;
	if (!j->item->settle)
		return DETECT_REVIEW;
	int r = detect_apply_settled(
	    j->item->profile, p, n, j->item->known, &all, &away, &result, &why);
	return r < 0 ? DETECT_REVIEW : result.hidden ? DETECT_MASK : DETECT_KEEP;
}

/* Count the findings that are not the person's own into count; their verdicts into seen. */
static void weigh(const struct judging *j, const struct detect_findings *found,
    size_t count[DETECT_KINDS], bool seen[DETECT_BLOCK + 1])
{
	const struct attach_item *item = j->item;
	for (size_t i = 0; i < found->n; i++) {
		enum detect_kind kind = found->list[i].kind;
		if (is_own(j, &found->list[i]))
			continue;
		count[kind]++;
		if (item->profile)
			seen[item->profile->verdict[kind]] = true;
	}
}

static void judged(struct attach_item *item, const bool seen[DETECT_BLOCK + 1])
{
	if (seen[DETECT_BLOCK])
		attach_settle(item, GW_EREFUSED, ATTACH_BLOCKED);
	else if (seen[DETECT_REVIEW] && item->why != ATTACH_BLOCKED)
		attach_settle(item, GW_EREFUSED, ATTACH_REVIEW);
	else if (seen[DETECT_MASK] && item->code == 0 && item->mode != ATTACH_TEXT_ONLY)
		attach_settle(item, GW_EREFUSED, ATTACH_MASK);
}

int text_judge(
    struct attach_item *item, const char *p, size_t n, struct answers *answers, struct errinfo *ei)
{
	struct detect_findings found GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct judging j = {.item = item, .answers = answers, .own = DETECT_FINDINGS_INIT};
	size_t count[DETECT_KINDS] = {0};
	bool seen[DETECT_BLOCK + 1] = {false};
	int r = detect_scan(n ? p : "", n, item->known, &found, ei);
	if (r == 0 && found.n)
		r = find_own(&j, p, n, ei);
	if (r == 0) {
		weigh(&j, &found, count, seen);
		for (size_t k = 0; k < DETECT_KINDS; k++)
			if (count[k] > item->found[k])
				item->found[k] = count[k];
		if (seen[DETECT_REVIEW] && !seen[DETECT_BLOCK]) {
			enum detect_verdict left = settled(&j, p, n);
			seen[DETECT_REVIEW] = left == DETECT_REVIEW;
			seen[DETECT_MASK] |= left == DETECT_MASK;
		}
		judged(item, seen);
	}
	detect_findings_release(&j.own);
	return r < 0 ? text_none(item, r) : 0;
}

int text_look_picture(struct attach_item *item, const void *p, size_t n,
    const struct attach_setup *setup, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	int r = ocr_text(p, n, setup->limits, &text, ei);
	if (r == GW_EFORMAT) { /* the picture is sound, so the reader could not read it */
		attach_settle(item, GW_EREFUSED, ATTACH_NO_TEXT);
		return 0;
	}
	return r < 0 ? text_none(item, r) : text_judge(item, text.data, text.len, NULL, ei);
}

/* Pages of a document that are read from what they look like. */
struct reading {
	struct attach_item *item;
	const struct attach_setup *setup;
	int64_t deadline;
	uint8_t (*seen)[HASH_BYTES]; /* of pictures that were read */
	size_t seen_n;
};

/* True for a picture that was read before; else it is remembered. */
static bool seen_before(struct reading *reading, const struct buf *picture)
{
	uint8_t *digest = reading->seen[reading->seen_n];
	hash_sha256(picture->data, picture->len, digest);
	for (size_t i = 0; i < reading->seen_n; i++)
		if (memcmp(reading->seen[i], digest, HASH_BYTES) == 0)
			return true;
	reading->seen_n++;
	return false;
}

/* Read that page of the document from its picture. */
static int read_page(
    struct reading *reading, const void *p, size_t n, size_t page, struct errinfo *ei)
{
	const struct attach_limits *limits = reading->setup->limits;
	struct buf picture GW_CLEANUP(buf_release) = BUF_INIT(limits->bytes);
	int r = clock_mono() > reading->deadline
	    ? GW_ELIMIT
	    : flatten_page(p, n, (unsigned)page, OCR_DPI, limits, &picture, ei);
	if (r < 0)
		return text_none(reading->item, r);
	return seen_before(reading, &picture)
	    ? 0
	    : text_look_picture(reading->item, picture.data, picture.len, reading->setup, ei);
}

/* A page, by what is known of it: says, there is text on it; drawn, the same pages without text. */
static int look_at_page(struct reading *reading, size_t page, char is, bool says,
    const struct buf *drawn, struct errinfo *ei)
{
	struct attach_item *item = reading->item;
	if (!is || (says && !(is & PDF_DRAWS)))
		return 0;
	if (!says && (!reading->setup->ocr || item->mode == ATTACH_TEXT_ONLY)) {
		attach_settle(item, GW_EREFUSED, ATTACH_NO_TEXT);
		return 0;
	}
	if (!says)
		return read_page(reading, item->p, item->n, page, ei);
	return drawn->len ? read_page(reading, drawn->data, drawn->len, page, ei) : 0;
}

/* What is drawn beside text, where that is to be read: the document without its letters, or as it
 * came. */
static int draw(const struct attach_item *item, const struct buf *pages, const struct buf *clean,
    const struct attach_setup *setup, struct buf *out, struct errinfo *ei)
{
	bool any = false;
	for (size_t i = 0; i < pages->len; i++)
		any |= (pages->data[i] & PDF_DRAWS) != 0;
	if (!any || !setup->ocr || item->mode == ATTACH_TEXT_ONLY)
		return 0;
	return clean ? drawn_pdf(clean, setup->limits, out, ei) : buf_add(out, item->p, item->n);
}

int text_look_at_pages(struct attach_item *item, const struct buf *pages, const struct buf *text,
    const struct buf *clean, const struct attach_setup *setup, struct errinfo *ei)
{
	struct buf drawn GW_CLEANUP(buf_release) = BUF_INIT(setup->limits->bytes);
	struct reading reading = {item, setup, clock_mono() + (int64_t)OCR_SECONDS * 1000, NULL, 0};
	size_t at = 0;
	int r = draw(item, pages, clean, setup, &drawn, ei);
	if (r < 0)
		return text_none(item, r);
	reading.seen = str_alloc((pages->len + 1) * sizeof *reading.seen);
	for (size_t i = 0; r == 0 && item->code == 0 && i < pages->len; i++) {
		const char *from = text->data ? text->data + at : NULL;
		const char *end = from ? memchr(from, '\f', text->len - at) : NULL;
		if (!end) {
			attach_settle(item, GW_EFORMAT, ATTACH_BROKEN);
			break;
		}
		bool says = text_reads(from, (size_t)(end - from));
		r = look_at_page(&reading, i + 1, pages->data[i], says, &drawn, ei);
		at = (size_t)(end - text->data) + 1;
	}
	free(reading.seen);
	return r;
}

int text_look_pdf(struct attach_work *w, const struct attach_setup *setup, struct errinfo *ei)
{
	struct buf before GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	struct buf after GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	struct attach_item *item = w->item;
	int r = text_of_pdf(item->p, item->n, false, setup->limits, &before, ei);
	if (r == 0)
		r = text_of_pdf(w->probe.data, w->probe.len, true, setup->limits, &after, ei);
	if (r < 0)
		return text_none(item, r);
	r = text_judge(item, before.data, before.len, &w->answers, ei);
	if (r == 0 && (item->code == 0 || item->code == GW_EREFUSED))
		r = text_judge(item, after.data, after.len, &w->answers, ei);
	if (r == 0 && item->code == 0)
		r = text_look_at_pages(item, &w->pages, &after, &item->out, setup, ei);
	return r;
}

/* Read the pictures of a clean DOCX. */
static int look_at_pictures(
    struct attach_item *item, const struct attach_setup *setup, struct errinfo *ei)
{
	struct buf pictures GW_CLEANUP(buf_release) = BUF_INIT(2 * setup->limits->bytes);
	int64_t deadline = clock_mono() + (int64_t)OCR_SECONDS * 1000;
	const void *p;
	size_t at = 0, n;
	int r = drawn_docx(&item->out, setup->limits, &pictures, ei);
	if (r < 0)
		return text_none(item, r);
	while (r == 0 && item->code == 0 && drawn_next(&pictures, &at, &p, &n))
		r = clock_mono() > deadline ? text_none(item, GW_ELIMIT)
					    : text_look_picture(item, p, n, setup, ei);
	return r;
}

int text_look_docx(struct attach_work *w, const struct attach_setup *setup, struct errinfo *ei)
{
	const struct buf *text = &w->probe;
	struct attach_item *item = w->item;
	bool pictures = w->pages.len && w->pages.data[0];
	bool reads = setup->ocr && item->mode != ATTACH_TEXT_ONLY;
	if (pictures && !reads && !text_reads(text->data, text->len)) {
		attach_settle(item, GW_EREFUSED, ATTACH_NO_TEXT);
		return 0;
	}
	int r = text_judge(item, text->data, text->len, &w->answers, ei);
	return r == 0 && item->code == 0 && pictures && reads ? look_at_pictures(item, setup, ei)
							      : r;
}

/* Append text as it may leave: pages parted by an empty line, no other control characters. */
static int plain(const struct buf *text, struct buf *out)
{
	int r = 0;
	for (size_t i = 0; i < text->len && r == 0; i++) {
		unsigned char c = (unsigned char)text->data[i];
		if (c == '\f')
			r = i + 1 < text->len ? buf_adds(out, "\n") : 0;
		else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f))
			r = buf_add(out, text->data + i, 1);
	}
	return r;
}

static int take(struct attach_work *w, const struct buf *text)
{
	struct attach_item *item = w->item;
	struct judging j = {.item = item, .answers = &w->answers, .own = DETECT_FINDINGS_INIT};
	const struct detect_settle all = {settle, &j};
	struct buf bare GW_CLEANUP(buf_release) = BUF_INIT(text->len + 1);
	struct errinfo why = ERRINFO_INIT;
	if (!text_reads(text->data, text->len)) {
		attach_settle(item, GW_EREFUSED, ATTACH_NO_TEXT);
		return 0;
	}
	int r = plain(text, &bare);
	buf_release(&item->out);
	if (r == 0)
		r = find_own(&j, bare.data, bare.len, &why);
	if (r == 0 && item->profile)
		r = detect_apply_settled(item->profile, bare.data, bare.len, item->known,
		    item->settle ? &all : NULL, &item->out, NULL, &why);
	else if (r == 0)
		r = buf_add(&item->out, bare.data, bare.len);
	detect_findings_release(&j.own);
	item->leaves = ATTACH_TEXT;
	if (r == GW_EREFUSED) /* of a text that was judged: masks brought something together */
		attach_settle(item, r, ATTACH_BLOCKED);
	else if (r < 0)
		return text_none(item, r);
	return 0;
}

int text_take(struct attach_work *w, const struct attach_limits *limits, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	struct attach_item *item = w->item;
	switch (attach_format(item->p, item->n)) {
	case ATTACH_DOCX:
		return take(w, &w->probe);
	case ATTACH_PDF: {
		int r = text_of_pdf(item->out.data, item->out.len, false, limits, &text, ei);
		return r < 0 ? text_none(item, r) : take(w, &text);
	}
	default:
		attach_settle(item, GW_EREFUSED, ATTACH_NO_TEXT);
		return 0;
	}
}
