/* SPDX-License-Identifier: EUPL-1.2 */
/* papers: documents of a few lines, each with things planted that a reader does not see. */
#ifndef TOOLS_WORKLOAD_PAPERS_H
#define TOOLS_WORKLOAD_PAPERS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"

/* The lines of a paper: ASCII, without <, &, brackets and backslashes. */
struct paper {
	const char *lines[8];
	size_t n;
};

/* Append a PDF of one page. planted is its author, and stands in a comment on the page and in a
 * script that runs when it is opened. */
int paper_pdf(struct buf *out, const struct paper *paper, const char *planted) GW_MUST_USE;

/* Append a DOCX. planted is its author, and stands in a comment and in text that was taken out with
 * changes being tracked. */
int paper_docx(struct buf *out, const struct paper *paper, const char *planted) GW_MUST_USE;

#endif
