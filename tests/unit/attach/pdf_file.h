/* SPDX-License-Identifier: EUPL-1.2 */
/* PDFs for tests: a writer of numbered objects, and a document with everything that must go. */
#ifndef TESTS_UNIT_ATTACH_PDF_FILE_H
#define TESTS_UNIT_ATTACH_PDF_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

enum { PDF_OBJECTS = 160, PDF_ROOM = 8 << 20 };

/* What is planted and must be found in no result. */
#define PLANTED "Kanarie"

struct pdf_file {
	struct buf b;
	size_t at[PDF_OBJECTS]; /* by object number */
	int n;
};

static inline void pdf_must(int r)
{
	if (r < 0)
		abort();
}

static inline void pdf_begin(struct pdf_file *f)
{
	*f = (struct pdf_file){.b = BUF_INIT(PDF_ROOM), .n = 1};
	pdf_must(buf_adds(&f->b, "%PDF-1.4\n%\xe2\xe3\xcf\xd3 " PLANTED "\n"));
}

/* Add the object of that number. */
static inline void pdf_object(struct pdf_file *f, int number, const char *text)
{
	f->at[number] = f->b.len;
	f->n = number >= f->n ? number + 1 : f->n;
	pdf_must(buf_addf(&f->b, "%d 0 obj\n%s\nendobj\n", number, text));
}

static inline void pdf_stream(
    struct pdf_file *f, int number, const char *dict, const void *p, size_t n)
{
	f->at[number] = f->b.len;
	f->n = number >= f->n ? number + 1 : f->n;
	pdf_must(buf_addf(&f->b, "%d 0 obj\n<<%s /Length %zu>>\nstream\n", number, dict, n));
	pdf_must(buf_add(&f->b, p, n));
	pdf_must(buf_adds(&f->b, "\nendstream\nendobj\n"));
}

static inline void pdf_content(struct pdf_file *f, int number, const char *dict, const char *text)
{
	pdf_stream(f, number, dict, text, strlen(text));
}

static inline void pdf_end(struct pdf_file *f, const char *trailer)
{
	size_t xref = f->b.len;
	pdf_must(buf_addf(&f->b, "xref\n0 %d\n0000000000 65535 f \n", f->n));
	for (int i = 1; i < f->n; i++)
		pdf_must(buf_addf(&f->b, "%010zu 00000 %c \n", f->at[i], f->at[i] ? 'n' : 'f'));
	pdf_must(buf_addf(
	    &f->b, "trailer\n<</Size %d %s>>\nstartxref\n%zu\n%%%%EOF\n", f->n, trailer, xref));
}

/* A document of one page with that content; more is added to the page and to the catalogue. */
static inline void pdf_simple(
    struct pdf_file *f, const char *content, const char *page, const char *catalogue)
{
	char *text = str_printf("<</Type/Catalog/Pages 2 0 R %s>>", catalogue);
	pdf_begin(f);
	pdf_object(f, 1, text);
	free(text);
	pdf_object(f, 2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
	text = str_printf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources"
			  "<</Font<</F1 5 0 R>>>> %s>>",
	    page);
	pdf_object(f, 3, text);
	free(text);
	pdf_content(f, 4, "", content);
	pdf_object(f, 5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
	pdf_end(f, "/Root 1 0 R");
}

#endif
