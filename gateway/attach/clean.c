/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attach/docx.h"
#include "attach/jpeg.h"
#include "attach/pdf.h"
#include "attach/png.h"
#include "base/str.h"
#include "sandbox/worker.h"

enum { PAGES_ROOM = 4096 };

void attach_settle(struct attach_item *item, int code, enum attach_why why)
{
	item->code = code;
	item->why = why;
	item->reason = attach_why_word(why);
}

/* What a code of a cleaner comes down to that has no more to say. */
static enum attach_why why_of(int code)
{
	switch (code) {
	case 0:
		return ATTACH_GOES;
	case GW_ELIMIT:
	case GW_ENOMEM: /* of what the worker may have */
		return ATTACH_TOO_LARGE;
	case GW_ESUPPORT:
		return ATTACH_NO_CLEANER;
	default:
		return ATTACH_BROKEN;
	}
}

/* What the child sends for each item, before its bytes. */
struct head {
	int64_t code;
	uint64_t why, bytes, probe, pages;
};

struct job {
	struct attach_work **works;
	size_t n;
	const struct attach_limits *limits;
};

/* What the child gets: this, then for each item its size and its bytes. */
struct intro {
	struct attach_limits limits;
	size_t n;
};

static int write_job(const struct job *job, struct buf *out)
{
	struct intro intro;
	memset(&intro, 0, sizeof intro);
	intro.limits = *job->limits;
	intro.n = job->n;
	int r = buf_add(out, &intro, sizeof intro);
	for (size_t i = 0; r == 0 && i < job->n; i++) {
		const struct attach_item *it = job->works[i]->item;
		r = buf_add(out, &it->n, sizeof it->n);
		if (r == 0)
			r = buf_add(out, it->p, it->n);
	}
	return r;
}

typedef int (*document_clean)(const void *p, size_t n, const struct attach_limits *limits,
    struct buf *out, struct buf *probe, struct buf *pages, enum attach_why *ret_why);

/* In the child: clean a document. What it says besides goes behind it in out. */
static int clean_document(document_clean clean, const void *p, size_t n,
    const struct attach_limits *limits, struct buf *out, struct head *h)
{
	struct buf probe GW_CLEANUP(buf_release) = BUF_INIT(limits->bytes);
	struct buf pages GW_CLEANUP(buf_release) = BUF_INIT(PAGES_ROOM);
	size_t at = out->len;
	enum attach_why why = ATTACH_GOES;
	int r = clean(p, n, limits, out, &probe, &pages, &why);
	h->why = why;
	h->bytes = out->len - at;
	h->probe = probe.len;
	h->pages = pages.len;
	if (r == 0)
		r = buf_add(out, probe.data, probe.len);
	return r < 0 ? r : buf_add(out, pages.data, pages.len);
}

/* In the child: clean one file; a bad one is noted. */
static int clean_one(const void *p, size_t n, const struct attach_limits *limits, struct buf *out)
{
	struct head h = {0};
	size_t at = out->len, from = at + sizeof h;
	int r = buf_add(out, &h, sizeof h);
	if (r < 0)
		return r;
	switch (attach_format(p, n)) {
	case ATTACH_PDF:
		h.code = clean_document(pdf_clean, p, n, limits, out, &h);
		break;
	case ATTACH_DOCX:
		h.code = clean_document(docx_clean, p, n, limits, out, &h);
		break;
	case ATTACH_JPEG:
		h.code = jpeg_clean(p, n, limits, JPEG_UPRIGHT, out);
		h.bytes = out->len - from;
		break;
	default:
		h.code = png_clean(p, n, limits, out);
		h.bytes = out->len - from;
	}
	if (h.code == 0 && h.bytes > limits->bytes)
		h.code = GW_ELIMIT;
	if (h.code < 0) {
		h = (struct head){.code = h.code, .why = h.why ? h.why : why_of((int)h.code)};
		out->len = from;
	}
	memcpy(out->data + at, &h, sizeof h);
	return 0;
}

/* In the child: clean each item; after a bad one the next follows. What comes in is write_job's. */
static int clean_fn(const void *in, size_t in_n, struct buf *out, struct errinfo *ei)
{
	struct intro intro;
	const char *s = in, *end = s + in_n;
	(void)ei;
	(void)!buf_room(out, in_n); /* mostly enough, and never taken twice */
	memcpy(&intro, s, sizeof intro);
	s += sizeof intro;
	for (size_t i = 0; i < intro.n; i++) {
		size_t n;
		memcpy(&n, s, sizeof n);
		s += sizeof n;
		if (n > (size_t)(end - s))
			return GW_EFAIL;
		int r = clean_one(s, n, &intro.limits, out);
		if (r < 0)
			return r;
		s += n;
	}
	return 0;
}

/* Take one part of an item from what the child sent. */
static int take_part(const struct buf *all, size_t *at, uint64_t n, struct buf *to)
{
	int r = buf_add(to, all->data + *at, n);
	*at += n;
	return r;
}

/* True when the child's word on an item can be. */
static bool sound(const struct head *h, size_t left)
{
	return h->code <= 0 && h->code >= GW_ELEDGER && h->why < ATTACH_WHYS &&
	    (h->code == 0) == (h->bytes > 0) && (h->code == 0) == (h->why == ATTACH_GOES) &&
	    h->bytes <= left && h->probe <= left - h->bytes &&
	    h->pages <= left - h->bytes - h->probe;
}

/* Give each item its part of what the child sent, checked as hostile input. */
static int share_out(const struct job *job, const struct buf *all)
{
	size_t at = 0;
	for (size_t i = 0; i < job->n; i++) {
		struct attach_work *w = job->works[i];
		struct attach_item *it = w->item;
		struct head h;
		if (all->len - at < sizeof h)
			return GW_EFORMAT;
		memcpy(&h, all->data + at, sizeof h);
		at += sizeof h;
		if (!sound(&h, all->len - at))
			return GW_EFORMAT;
		int code = (int)h.code;
		if (code == 0 &&
		    attach_format(all->data + at, h.bytes) != attach_format(it->p, it->n))
			return GW_EFORMAT;
		if (code == 0)
			code = take_part(all, &at, h.bytes, &it->out);
		if (code == 0)
			code = take_part(all, &at, h.probe, &w->probe);
		if (code == 0)
			code = take_part(all, &at, h.pages, &w->pages);
		attach_settle(it, code, h.why ? (enum attach_why)h.why : why_of(code));
	}
	return at == all->len ? 0 : GW_EFORMAT;
}

/* One call of the worker for the items of job. */
static int run(const struct job *job, struct errinfo *ei)
{
	size_t room = 0, size = sizeof(struct intro);
	for (size_t i = 0; i < job->n; i++) { /* what is written anew may be larger or smaller */
		room += sizeof(struct head) + 2 * job->limits->bytes + PAGES_ROOM;
		size += sizeof(size_t) + job->works[i]->item->n;
	}
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(room);
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(size);
	if (!buf_room(&in, size) || write_job(job, &in) < 0)
		return err_set(ei, GW_ENOMEM, "no memory for attachments");
	struct worker_limits limits = WORKER_LIMITS;
	limits.wall_s = job->limits->seconds;
	int r = worker_run_on(clean_fn, in.data, in.len, &limits, &all, ei);
	return r < 0 ? r : share_out(job, &all);
}

static void forget(struct attach_work *w)
{
	buf_release(&w->item->out);
	buf_release(&w->probe);
	buf_release(&w->pages);
}

int clean_all(
    struct attach_work *works, size_t n, const struct attach_limits *limits, struct errinfo *ei)
{
	struct job job = {
	    .works = str_alloc((n + 1) * sizeof *job.works), .n = n, .limits = limits};
	for (size_t i = 0; i < n; i++) {
		works[i].probe = (struct buf)BUF_INIT(limits->bytes);
		works[i].pages = (struct buf)BUF_INIT(PAGES_ROOM);
		job.works[i] = &works[i];
	}
	int r = n ? run(&job, ei) : 0;
	/* one of them brought the worker down: each for itself, so that only that one stays behind
	 */
	for (size_t i = 0; (r == GW_EFORMAT || r == GW_ELIMIT) && i < n; i++) {
		const struct job single = {&job.works[i], 1, limits};
		forget(job.works[i]);
		int one = run(&single, ei);
		if (one == GW_EFORMAT || one == GW_ELIMIT) /* results have room: it was the time */
			attach_settle(
			    works[i].item, one, one == GW_ELIMIT ? ATTACH_TIMEOUT : why_of(one));
		else if (one < 0)
			r = one;
	}
	free(job.works);
	return r == GW_EFORMAT || r == GW_ELIMIT ? 0 : r;
}

void attach_works_release(struct attach_work *works, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_release(&works[i].probe);
		buf_release(&works[i].pages);
		answers_release(&works[i].answers);
	}
}
