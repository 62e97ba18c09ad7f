/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/image.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attach/jpeg.h"
#include "attach/png.h"
#include "base/str.h"
#include "sandbox/worker.h"

const struct attach_limits ATTACH_LIMITS = {
    .bytes = 25 << 20, .side = 20000, .pixels = 50000000, .seconds = 30};

const char *const attach_format_words[ATTACH_FORMATS] = {
    [ATTACH_UNKNOWN] = "unknown",
    [ATTACH_PDF] = "pdf",
    [ATTACH_DOCX] = "docx",
    [ATTACH_JPEG] = "jpeg",
    [ATTACH_PNG] = "png",
};

static const char *const exts[ATTACH_FORMATS] = {
    [ATTACH_UNKNOWN] = "bin",
    [ATTACH_PDF] = "pdf",
    [ATTACH_DOCX] = "docx",
    [ATTACH_JPEG] = "jpg",
    [ATTACH_PNG] = "png",
};

const char *attach_format_name(enum attach_format f)
{
	return attach_format_words[f];
}

const char *attach_format_ext(enum attach_format f)
{
	return exts[f];
}

enum attach_format attach_format(const void *p, size_t n)
{
	if (n >= 3 && memcmp(p, "\xff\xd8\xff", 3) == 0)
		return ATTACH_JPEG;
	if (n >= 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0)
		return ATTACH_PNG;
	if (n >= 5 && memcmp(p, "%PDF-", 5) == 0)
		return ATTACH_PDF;
	if (n >= 4 && memcmp(p, "PK\3\4", 4) == 0 && memmem(p, n, "word/", 5))
		return ATTACH_DOCX;
	return ATTACH_UNKNOWN;
}

enum attach_format attach_format_of_ext(const char *ext)
{
	if (strcasecmp(ext, "jpeg") == 0)
		return ATTACH_JPEG;
	for (size_t i = ATTACH_PDF; i < ATTACH_FORMATS; i++)
		if (strcasecmp(ext, exts[i]) == 0)
			return (enum attach_format)i;
	return ATTACH_UNKNOWN;
}

enum attach_format attach_declared(const char *ext)
{
	enum attach_format f = attach_format_of_ext(ext);
	return f == ATTACH_UNKNOWN && *ext ? ATTACH_FOREIGN : f;
}

static const char *reason_of(int code)
{
	switch (code) {
	case 0:
		return "";
	case GW_ELIMIT:
	case GW_ENOMEM: /* of what the worker may have */
		return "too_large";
	case GW_ESUPPORT:
		return "no_cleaner";
	default:
		return "broken";
	}
}

static void settle(struct attach_item *item, int code, const char *reason)
{
	item->code = code;
	item->reason = reason;
}

/* True when the item goes to the worker; else it has its code and reason already. */
static bool prepare(struct attach_item *item, const struct attach_limits *limits)
{
	enum attach_format is = attach_format(item->p, item->n);
	enum attach_format said = item->declared == ATTACH_UNKNOWN ? is : item->declared;
	item->out = (struct buf)BUF_INIT(limits->bytes);
	settle(item, 0, "");
	if (item->n > limits->bytes)
		settle(item, GW_ELIMIT, "too_large");
	else if (said != is)
		settle(item, GW_EFORMAT, "wrong_format");
	else if (is != ATTACH_JPEG && is != ATTACH_PNG)
		settle(item, GW_ESUPPORT, "no_cleaner");
	return item->code == 0;
}

/* What the child sends for each item, before its bytes. */
struct head {
	int64_t code;
	uint64_t bytes;
};

struct job {
	struct attach_item **items;
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
		const struct attach_item *it = job->items[i];
		r = buf_add(out, &it->n, sizeof it->n);
		if (r == 0)
			r = buf_add(out, it->p, it->n);
	}
	return r;
}

/* In the child: clean one picture; a bad one is noted. */
static int clean_one(const void *p, size_t n, const struct attach_limits *limits, struct buf *out)
{
	struct head h = {0};
	size_t at = out->len;
	int r = buf_add(out, &h, sizeof h);
	if (r < 0)
		return r;
	h.code = attach_format(p, n) == ATTACH_JPEG ? jpeg_clean(p, n, limits, out)
						    : png_clean(p, n, limits, out);
	h.bytes = out->len - at - sizeof h;
	if (h.bytes > limits->bytes) {
		out->len = at + sizeof h;
		h = (struct head){.code = GW_ELIMIT};
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

/* Give each item its part of what the child sent, checked as hostile input. */
static int share_out(const struct job *job, const struct buf *all)
{
	size_t at = 0;
	for (size_t i = 0; i < job->n; i++) {
		struct attach_item *it = job->items[i];
		struct head h;
		if (all->len - at < sizeof h)
			return GW_EFORMAT;
		memcpy(&h, all->data + at, sizeof h);
		at += sizeof h;
		if (h.code > 0 || h.code < GW_ELEDGER || h.bytes > all->len - at ||
		    (h.code == 0) != (h.bytes > 0))
			return GW_EFORMAT;
		int code = (int)h.code;
		if (code == 0 &&
		    attach_format(all->data + at, h.bytes) != attach_format(it->p, it->n))
			return GW_EFORMAT;
		if (code == 0)
			code = buf_add(&it->out, all->data + at, h.bytes);
		settle(it, code, reason_of(code));
		at += h.bytes;
	}
	return at == all->len ? 0 : GW_EFORMAT;
}

/* One call of the worker for the items of job. */
static int run(const struct job *job, struct errinfo *ei)
{
	size_t room = 0, size = sizeof(struct intro);
	for (size_t i = 0; i < job->n; i++) { /* what is written anew may be larger or smaller */
		room += sizeof(struct head) + job->limits->bytes;
		size += sizeof(size_t) + job->items[i]->n;
	}
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(room);
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(size);
	if (!buf_room(&in, size) || write_job(job, &in) < 0)
		return err_set(ei, GW_ENOMEM, "no memory for pictures");
	struct worker_limits limits = WORKER_LIMITS;
	limits.wall_s = job->limits->seconds;
	int r = worker_run_on(clean_fn, in.data, in.len, &limits, &all, ei);
	return r < 0 ? r : share_out(job, &all);
}

int attach_clean_all(
    struct attach_item *items, size_t n, const struct attach_limits *limits, struct errinfo *ei)
{
	struct job job = {.items = str_alloc((n + 1) * sizeof(struct attach_item *)),
	    .limits = limits ? limits : &ATTACH_LIMITS};
	int r = 0;
	for (size_t i = 0; i < n; i++)
		if (prepare(&items[i], job.limits))
			job.items[job.n++] = &items[i];
	if (job.n)
		r = run(&job, ei);
	/* one of them brought the worker down: each for itself, so that only that one stays behind
	 */
	for (size_t i = 0; (r == GW_EFORMAT || r == GW_ELIMIT) && i < job.n; i++) {
		const struct job single = {&job.items[i], 1, job.limits};
		buf_release(&job.items[i]->out);
		int one = run(&single, ei);
		if (one == GW_EFORMAT || one == GW_ELIMIT) /* results have room: it was the time */
			settle(job.items[i], one, one == GW_ELIMIT ? "timeout" : reason_of(one));
		else if (one < 0)
			r = one;
	}
	free(job.items);
	if (r == GW_EFORMAT || r == GW_ELIMIT)
		r = 0;
	if (r < 0)
		attach_release(items, n);
	return r;
}

int attach_clean(const void *p, size_t n, enum attach_format declared,
    const struct attach_limits *limits, struct buf *out, struct errinfo *ei)
{
	struct attach_item item = {.p = p, .n = n, .declared = declared};
	int r = attach_clean_all(&item, 1, limits, ei);
	if (r < 0)
		return r;
	if (item.code == 0)
		r = buf_add(out, item.out.data, item.out.len);
	else if (str_eq(item.reason, "wrong_format"))
		r = err_set(
		    ei, item.code, "its first bytes are not those of the format it is said to be");
	else if (item.code == GW_ESUPPORT)
		r = err_set(
		    ei, item.code, "no_cleaner: this format cannot be cleaned in this build");
	else if (str_eq(item.reason, "timeout"))
		r = err_set(ei, item.code, "timeout: cleaning the picture took too long");
	else if (str_eq(item.reason, "too_large"))
		r = err_set(ei, GW_ELIMIT, "the picture is too large");
	else
		r = err_set(ei, item.code, "the picture is damaged");
	attach_release(&item, 1);
	return r;
}

void attach_release(struct attach_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_release(&items[i].out);
}
