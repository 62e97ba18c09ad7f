/* SPDX-License-Identifier: EUPL-1.2 */
/* DOCX files for tests: the members that every one has, and what a test puts into them. */
#ifndef TESTS_UNIT_ATTACH_DOCX_FILE_H
#define TESTS_UNIT_ATTACH_DOCX_FILE_H

#include <stdlib.h>
#include <string.h>

#include "attach/zip.h"
#include "base/buf.h"
#include "base/str.h"

enum { DOCX_ROOM = 16 << 20 };

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define SPACES                                                                                   \
	" xmlns:w=\"" W "\" xmlns:r=\"" OFFICE                                                   \
	"\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\"" \
	" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""                     \
	" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\""                \
	" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\""              \
	" xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\""       \
	" xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\""                    \
	" xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\""

struct docx_file {
	struct buf b, rels; /* rels: of the document */
	struct zip z;
	int links;
};

static inline void docx_must(int r)
{
	if (r < 0)
		abort();
}

static inline void docx_member(struct docx_file *f, const char *name, const char *text)
{
	docx_must(zip_add(&f->z, name, text, strlen(text)));
}

static inline void docx_begin(struct docx_file *f)
{
	*f = (struct docx_file){.b = BUF_INIT(DOCX_ROOM), .rels = BUF_INIT(1 << 20)};
	zip_begin(&f->z, &f->b);
	docx_member(f, "[Content_Types].xml",
	    XML "<Types xmlns=\"http://schemas.openxmlformats.org/"
		"package/2006/content-types\"/>");
	docx_member(f, "_rels/.rels",
	    XML
	    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	    "<Relationship Id=\"a\" Type=\"" OFFICE
	    "/officeDocument\" Target=\"word/document.xml\"/></Relationships>");
}

/* A relationship of the document: rId1, rId2 and so on. */
static inline void docx_link(
    struct docx_file *f, const char *type, const char *target, bool outside)
{
	docx_must(buf_addf(&f->rels,
	    "<Relationship Id=\"rId%d\" Type=\"" OFFICE "/%s\" Target=\"%s\"%s/>", ++f->links, type,
	    target, outside ? " TargetMode=\"External\"" : ""));
}

/* The document, with that in its body, and the end. */
static inline void docx_end(struct docx_file *f, const char *body)
{
	char *text = str_printf(XML "<w:document" SPACES "><w:body>%s</w:body></w:document>", body);
	docx_member(f, "word/document.xml", text);
	free(text);
	text = str_printf(XML
	    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	    "%s</Relationships>",
	    f->rels.data ? f->rels.data : "");
	docx_member(f, "word/_rels/document.xml.rels", text);
	free(text);
	docx_must(zip_end(&f->z));
	zip_release(&f->z);
	buf_release(&f->rels);
}

#endif
