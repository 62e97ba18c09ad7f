/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/papers.h"

#include <string.h>

#include "attach/zip.h"
#include "base/str.h"

enum { MOST_PART = 1 << 16, OBJECTS = 8, TOP = 760, LINE = 20 };

/* A PDF that is written object by object. */
struct pdf {
	struct buf *out;
	size_t start, at[OBJECTS], n;
	int r;
};

static void object(struct pdf *f, const char *text)
{
	f->at[f->n++] = f->out->len - f->start;
	if (f->r == 0)
		f->r = buf_addf(f->out, "%zu 0 obj\n%s\nendobj\n", f->n, text);
}

static void named(struct pdf *f, const char *form, const char *word)
{
	char *text GW_CLEANUP(str_free_p) = str_printf(
	    "%.*s%s%s", (int)(strchr(form, '*') - form), form, word, strchr(form, '*') + 1);
	object(f, text);
}

static int end(struct pdf *f)
{
	size_t xref = f->out->len - f->start;
	if (f->r == 0)
		f->r = buf_addf(f->out, "xref\n0 %zu\n0000000000 65535 f \n", f->n + 1);
	for (size_t i = 0; f->r == 0 && i < f->n; i++)
		f->r = buf_addf(f->out, "%010zu 00000 n \n", f->at[i]);
	return f->r < 0 ? f->r
			: buf_addf(f->out,
			      "trailer\n<</Size %zu/Root 1 0 R/Info 6 0 R>>\nstartxref\n%zu\n"
			      "%%%%EOF\n",
			      f->n + 1, xref);
}

int paper_pdf(struct buf *out, const struct paper *paper, const char *planted)
{
	struct buf page GW_CLEANUP(buf_release) = BUF_INIT(MOST_PART);
	struct pdf f = {.out = out, .start = out->len};
	for (size_t i = 0; f.r == 0 && i < paper->n; i++)
		f.r = buf_addf(
		    &page, "BT /F1 12 Tf 60 %zu Td (%s) Tj ET\n", TOP - LINE * i, paper->lines[i]);
	if (f.r == 0)
		f.r = buf_adds(out, "%PDF-1.4\n");
	if (f.r < 0)
		return f.r;
	char *content GW_CLEANUP(str_free_p) =
	    str_printf("<</Length %zu>>\nstream\n%.*s\nendstream", page.len, (int)page.len,
		page.data ? page.data : "");
	object(&f, "<</Type/Catalog/Pages 2 0 R/OpenAction 7 0 R>>");
	object(&f, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
	object(&f,
	    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[8 0 R]"
	    "/Resources<</Font<</F1 5 0 R>>>>>>");
	object(&f, content);
	object(&f, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
	named(&f, "<</Author (*)>>", planted);
	named(&f, "<</S/JavaScript/JS (app.alert\\('*'\\))>>", planted);
	named(&f, "<</Type/Annot/Subtype/Text/Rect[400 700 420 720]/Contents (*)>>", planted);
	return end(&f);
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define W "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define WORD "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define RELS "application/vnd.openxmlformats-package.relationships+xml"

/* One member, from a form with * where words stands. */
static int part(struct zip *z, const char *name, const char *form, const char *words)
{
	const char *star = strchr(form, '*');
	char *text GW_CLEANUP(str_free_p) = star
	    ? str_printf("%.*s%s%s", (int)(star - form), form, words, star + 1)
	    : str_dup(form);
	return zip_add(z, name, text, strlen(text));
}

static int body_of(const struct paper *paper, const char *planted, struct buf *body)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < paper->n; i++)
		r = buf_addf(body, "<w:p><w:r><w:t>%s</w:t></w:r></w:p>", paper->lines[i]);
	return r < 0 ? r
		     : buf_addf(body,
			   "<w:p><w:del w:id=\"1\" w:author=\"%s\"><w:r><w:delText>%s</w:delText>"
			   "</w:r></w:del><w:r><w:commentReference w:id=\"0\"/></w:r></w:p>",
			   planted, planted);
}

int paper_docx(struct buf *out, const struct paper *paper, const char *planted)
{
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(MOST_PART);
	struct zip z;
	const struct {
		const char *name, *form, *words; /* words: NULL for the text of the document */
	} parts[] = {
	    {"[Content_Types].xml",
		XML "<Types xmlns=\"" PACKAGE "content-types\"><Default Extension=\"rels\" "
		    "ContentType=\"" RELS "\"/><Default Extension=\"xml\" "
		    "ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" "
		    "ContentType=\"" WORD "document.main+xml\"/><Override "
		    "PartName=\"/word/comments.xml\" ContentType=\"" WORD
		    "comments+xml\"/></Types>",
		""},
	    {"_rels/.rels",
		XML "<Relationships xmlns=\"" PACKAGE "relationships\"><Relationship Id=\"a\" "
		    "Type=\"" OFFICE "officeDocument\" Target=\"word/document.xml\"/>"
		    "<Relationship Id=\"b\" Type=\"" PACKAGE
		    "relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>"
		    "</Relationships>",
		""},
	    {"word/document.xml", XML "<w:document " W "><w:body>*</w:body></w:document>", NULL},
	    {"word/_rels/document.xml.rels",
		XML "<Relationships xmlns=\"" PACKAGE "relationships\"><Relationship Id=\"rId1\" "
		    "Type=\"" OFFICE "comments\" Target=\"comments.xml\"/></Relationships>",
		""},
	    {"word/comments.xml",
		XML "<w:comments " W "><w:comment w:id=\"0\"><w:p><w:r><w:t>*</w:t></w:r></w:p>"
		    "</w:comment></w:comments>",
		planted},
	    {"docProps/core.xml",
		XML "<cp:coreProperties xmlns:cp=\"" PACKAGE
		    "metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
		    "<dc:creator>*</dc:creator></cp:coreProperties>",
		planted},
	};
	int r = body_of(paper, planted, &body);
	zip_begin(&z, out);
	for (size_t i = 0; r == 0 && i < GW_LENGTH(parts); i++)
		r = part(
		    &z, parts[i].name, parts[i].form, parts[i].words ? parts[i].words : body.data);
	if (r == 0)
		r = zip_end(&z);
	zip_release(&z);
	return r;
}
