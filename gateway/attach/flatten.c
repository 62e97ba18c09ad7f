/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/flatten.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/jpeg.h"
#include "attach/pdf.h"
#include "attach/text.h"
#include "base/clock.h"
#include "base/str.h"
#include "sandbox/program.h"

enum { PAGES_MAX = 100, DPI = 150, ALL_SECONDS = 120 };

int flatten_page(const void *p, size_t n, unsigned page, unsigned dpi,
    const struct attach_limits *limits, struct buf *out, struct errinfo *ei)
{
	static const char *const folders[] = {"/usr/share/poppler", "/etc/fonts",
	    "/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/fontconfig",
	    "/var/cache/fontconfig", NULL};
	char number[16], density[16];
	(void)snprintf(number, sizeof number, "%u", page);
	(void)snprintf(density, sizeof density, "%u", dpi);
	const char *const argv[] = {"/usr/bin/pdftoppm", "-q", "-r", density, "-f", number, "-l",
	    number, "-jpeg", "-jpegopt", "quality=85,optimize=y", "-", NULL};
	const struct program program = {.argv = argv, .reads = folders};
	struct worker_limits l = WORKER_LIMITS;
	l.wall_s = limits->seconds;
	return program_run(&program, p, n, &l, out, ei);
}

struct pages {
	struct buf *page;
	size_t n;
	const struct attach_limits *limits;
};

/* In the child: clean the pictures and write the document around them. */
static int bind_fn(void *arg, struct buf *out, struct errinfo *ei)
{
	const struct pages *pages = arg;
	struct pdf_picture *pictures = calloc(pages->n, sizeof *pictures);
	struct buf *clean = calloc(pages->n, sizeof *clean);
	int r = pictures && clean ? 0 : GW_ENOMEM;
	(void)ei;
	for (size_t i = 0; r == 0 && i < pages->n; i++) {
		clean[i] = (struct buf)BUF_INIT(pages->limits->bytes);
		r = jpeg_clean(pages->page[i].data, pages->page[i].len, pages->limits,
		    JPEG_AS_STORED, &clean[i]);
		pictures[i] = (struct pdf_picture){clean[i].data, clean[i].len};
	}
	if (r == 0)
		r = pdf_of_pictures(pictures, pages->n, DPI, out);
	for (size_t i = 0; clean && i < pages->n; i++)
		buf_release(&clean[i]);
	free(clean);
	free(pictures);
	return r;
}

/* Pictures of all pages; false when the item is settled without. */
static int draw(struct attach_item *item, struct pages *pages, struct errinfo *ei)
{
	int64_t deadline = clock_mono() + (int64_t)ALL_SECONDS * 1000;
	int r = 0;
	for (size_t i = 0; r == 0 && i < pages->n; i++) {
		pages->page[i] = (struct buf)BUF_INIT(pages->limits->bytes);
		r = clock_mono() > deadline ? GW_ELIMIT
					    : flatten_page(item->p, item->n, (unsigned)i + 1, DPI,
						  pages->limits, &pages->page[i], ei);
	}
	return r;
}

static int bind_pages(struct attach_item *item, struct pages *pages, struct errinfo *ei)
{
	struct buf out = BUF_INIT(pages->limits->bytes);
	pages->page = str_alloc((pages->n + 1) * sizeof *pages->page);
	int r = draw(item, pages, ei);
	if (r == 0)
		r = worker_run(bind_fn, pages, NULL, &out, ei);
	for (size_t i = 0; i < pages->n; i++)
		buf_release(&pages->page[i]);
	free(pages->page);
	buf_release(&item->out);
	item->out = out;
	return r < 0 ? text_none(item, r) : 0;
}

static size_t count_pages(const struct buf *text)
{
	size_t n = 0;
	for (size_t i = 0; i < text->len; i++)
		n += text->data[i] == '\f';
	return n;
}

int flatten(struct attach_work *w, const struct attach_setup *setup, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	struct attach_item *item = w->item;
	if (item->code < 0 && item->why != ATTACH_FORM && item->why != ATTACH_HIDDEN_LAYERS &&
	    item->why != ATTACH_NO_CLEANER)
		return 0;
	bool known = item->code == 0;
	attach_settle(item, 0, ATTACH_GOES);
	int r = text_of_pdf(item->p, item->n, false, setup->limits, &text, ei);
	if (r < 0)
		return text_none(item, r);
	struct pages pages = {.n = count_pages(&text), .limits = setup->limits};
	if (!pages.n || pages.n > PAGES_MAX) {
		attach_settle(item, pages.n ? GW_ELIMIT : GW_EFORMAT,
		    pages.n ? ATTACH_TOO_LARGE : ATTACH_BROKEN);
		return 0;
	}
	for (size_t i = 0; !known && r == 0 && i < pages.n; i++) {
		static const char anything = PDF_PAINTS | PDF_DRAWS;
		r = buf_add(&w->pages, &anything, 1);
	}
	if (r == 0)
		r = text_judge(item, text.data, text.len, &w->answers, ei);
	if (r == 0 && item->code == 0)
		r = text_look_at_pages(
		    item, &w->pages, &text, known ? &item->out : NULL, setup, ei);
	return r < 0 || item->code < 0 ? r : bind_pages(item, &pages, ei);
}
