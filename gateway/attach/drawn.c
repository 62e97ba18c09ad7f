/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/drawn.h"

#include <string.h>

#include "attach/pdf.h"
#include "base/str.h"
#include "dossier/unpack.h"
#include "sandbox/worker.h"

enum { MEMBERS_MAX = 1000 };

/* In the child: the limits, then the document. */
static int pdf_fn(const void *in, size_t n, struct buf *out, struct errinfo *ei)
{
	struct attach_limits limits;
	(void)ei;
	memcpy(&limits, in, sizeof limits);
	return pdf_drawn((const char *)in + sizeof limits, n - sizeof limits, &limits, out);
}

static int docx_fn(const void *in, size_t n, struct buf *out, struct errinfo *ei)
{
	struct attach_limits limits;
	struct unpacked u GW_CLEANUP(unpacked_release) = {0};
	memcpy(&limits, in, sizeof limits);
	const struct dossier_limits unpacking = {.files = MEMBERS_MAX,
	    .file_bytes = 4 * limits.bytes,
	    .total_bytes = 8 * limits.bytes,
	    .archive_bytes = limits.bytes,
	    .ratio = 1000};
	int r = unpack_here(
	    "docx", (const char *)in + sizeof limits, n - sizeof limits, &unpacking, &u, ei);
	for (size_t i = 0; r == 0 && i < u.n; i++) {
		const struct unpack_member *m = &u.members[i];
		if (!str_starts(m->name, "word/media/"))
			continue;
		r = buf_add(out, &m->n, sizeof m->n);
		if (r == 0)
			r = buf_add(out, m->p, m->n);
	}
	return r;
}

static int run(worker_bytes_fn fn, const struct buf *clean, const struct attach_limits *limits,
    struct buf *out, struct errinfo *ei)
{
	struct buf in GW_CLEANUP(buf_release) = BUF_INIT(sizeof *limits + clean->len);
	struct worker_limits l = WORKER_LIMITS;
	int r = buf_add(&in, limits, sizeof *limits);
	if (r == 0)
		r = buf_add(&in, clean->data, clean->len);
	if (r < 0)
		return err_set(ei, GW_ENOMEM, "no memory for attachments");
	l.wall_s = limits->seconds;
	return worker_run_on(fn, in.data, in.len, &l, out, ei);
}

int drawn_pdf(const struct buf *clean, const struct attach_limits *limits, struct buf *out,
    struct errinfo *ei)
{
	return run(pdf_fn, clean, limits, out, ei);
}

int drawn_docx(const struct buf *clean, const struct attach_limits *limits, struct buf *out,
    struct errinfo *ei)
{
	return run(docx_fn, clean, limits, out, ei);
}

bool drawn_next(const struct buf *pictures, size_t *at, const void **ret_p, size_t *ret_n)
{
	size_t n;
	if (pictures->len - *at < sizeof n)
		return false;
	memcpy(&n, pictures->data + *at, sizeof n);
	if (n > pictures->len - *at - sizeof n)
		return false;
	*ret_p = pictures->data + *at + sizeof n;
	*ret_n = n;
	*at += sizeof n + n;
	return true;
}
