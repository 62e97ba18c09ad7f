/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/docx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/docx_filter.h"
#include "attach/docx_rels.h"
#include "attach/jpeg.h"
#include "attach/png.h"
#include "attach/zip.h"
#include "base/str.h"
#include "dossier/unpack.h"

enum { PARTS_MAX = 100, PICTURES_MAX = 300, MEMBERS_MAX = 500, NAME_MAX = 40 };

/* Kinds of parts: the word of their relationship, where they go, and what they begin with. */
enum kind {
	DOCUMENT,
	STYLES,
	NUMBERING,
	FONTS,
	THEME,
	SETTINGS,
	FOOTNOTES,
	ENDNOTES,
	HEADER,
	FOOTER
};
static const struct {
	const char *type, *name, *root, *content;
	enum docx_space space;
} kinds[] = {
    [DOCUMENT] = {"officeDocument", "word/document", "document", "wordprocessingml.document.main",
	DOCX_W},
    [STYLES] = {"styles", "word/styles", "styles", "wordprocessingml.styles", DOCX_W},
    [NUMBERING] = {"numbering", "word/numbering", "numbering", "wordprocessingml.numbering",
	DOCX_W},
    [FONTS] = {"fontTable", "word/fontTable", "fonts", "wordprocessingml.fontTable", DOCX_W},
    [THEME] = {"theme", "word/theme/theme1", "theme", "theme", DOCX_A},
    [SETTINGS] = {"settings", "word/settings", "settings", "wordprocessingml.settings", DOCX_W},
    [FOOTNOTES] = {"footnotes", "word/footnotes", "footnotes", "wordprocessingml.footnotes",
	DOCX_W},
    [ENDNOTES] = {"endnotes", "word/endnotes", "endnotes", "wordprocessingml.endnotes", DOCX_W},
    [HEADER] = {"header", "word/header", "hdr", "wordprocessingml.header", DOCX_W},
    [FOOTER] = {"footer", "word/footer", "ftr", "wordprocessingml.footer", DOCX_W},
};

struct part {
	const struct unpack_member *from;
	enum kind kind;
	char name[NAME_MAX];    /* where it goes */
	struct docx_rels rels;  /* as they came */
	struct buf xml, linked; /* clean; its new relationships */
	unsigned links;
};

struct picture {
	const struct unpack_member *from;
	char name[NAME_MAX];
	struct buf bytes;
};

struct job {
	const struct attach_limits *limits;
	struct unpacked in;
	struct docx_hidden hidden;
	struct part parts[PARTS_MAX];
	size_t parts_n;
	struct picture pictures[PICTURES_MAX];
	size_t pictures_n, pictures_bytes;
	unsigned numbers[FOOTER + 1]; /* parts of each kind so far */
	struct buf *text;
	enum attach_why why;
};

static void job_free(struct job *j)
{
	for (size_t i = 0; i < j->parts_n; i++) {
		docx_rels_release(&j->parts[i].rels);
		buf_release(&j->parts[i].xml);
		buf_release(&j->parts[i].linked);
	}
	for (size_t i = 0; i < j->pictures_n; i++)
		buf_release(&j->pictures[i].bytes);
	docx_hidden_release(&j->hidden);
	unpacked_release(&j->in);
	free(j);
}

static int refuse(struct job *j, enum attach_why why)
{
	j->why = why;
	return GW_EREFUSED;
}

static const struct unpack_member *member(const struct job *j, const char *name)
{
	for (size_t i = 0; i < j->in.n; i++)
		if (strcasecmp(j->in.members[i].name, name) == 0)
			return &j->in.members[i];
	return NULL;
}

static int unpack_all(struct job *j, const void *p, size_t n)
{
	static const char *const active[] = {
	    "vbaproject", "vbadata", "/activex/", "/embeddings/", "/ctrlprops/"};
	const struct dossier_limits limits = {.files = MEMBERS_MAX,
	    .file_bytes = j->limits->bytes,
	    .total_bytes = 4 * j->limits->bytes,
	    .archive_bytes = j->limits->bytes,
	    .ratio = 100};
	int r = unpack_here("docx", p, n, &limits, &j->in, NULL);
	for (size_t i = 0; r == 0 && i < j->in.n; i++)
		for (size_t k = 0; k < GW_LENGTH(active); k++)
			if (strcasestr(j->in.members[i].name, active[k]))
				return refuse(j, ATTACH_ACTIVE);
	const struct unpack_member *types = r == 0 ? member(j, "[Content_Types].xml") : NULL;
	if (r == 0 && !types)
		return GW_EFORMAT;
	if (r == 0 && memmem(types->p, types->n, "macroEnabled", 12))
		return refuse(j, ATTACH_ACTIVE);
	return r;
}

/* Take a part into the new document; *ret_part its place. */
static int add_part(
    struct job *j, const struct unpack_member *from, enum kind kind, struct part **ret_part)
{
	char rels[DOCX_PATH + 16];
	for (size_t i = 0; i < j->parts_n; i++)
		if (j->parts[i].from == from && j->parts[i].kind == kind) {
			*ret_part = &j->parts[i];
			return 0;
		}
	if (j->parts_n == PARTS_MAX)
		return GW_ELIMIT;
	struct part *part = &j->parts[j->parts_n++];
	*part = (struct part){.from = from,
	    .kind = kind,
	    .xml = BUF_INIT(4 * j->limits->bytes),
	    .linked = BUF_INIT(1 << 20)};
	*ret_part = part;
	j->numbers[kind]++;
	if (kind == HEADER || kind == FOOTER)
		(void)snprintf(
		    part->name, sizeof part->name, "%s%u.xml", kinds[kind].name, j->numbers[kind]);
	else
		(void)snprintf(part->name, sizeof part->name, "%s.xml", kinds[kind].name);
	docx_rels_name(from->name, rels);
	const struct unpack_member *m = member(j, rels);
	return m ? docx_rels_read(from->name, m->p, m->n, &part->rels) : 0;
}

/* Take a picture into the new document, cleaned. */
static int add_picture(
    struct job *j, const struct unpack_member *from, const struct picture **ret_picture)
{
	for (size_t i = 0; i < j->pictures_n; i++)
		if (j->pictures[i].from == from) {
			*ret_picture = &j->pictures[i];
			return 0;
		}
	if (j->pictures_n == PICTURES_MAX)
		return GW_ELIMIT;
	struct picture *to = &j->pictures[j->pictures_n++];
	*to = (struct picture){.from = from, .bytes = BUF_INIT(j->limits->bytes)};
	enum attach_format format = attach_format(from->p, from->n);
	(void)snprintf(to->name, sizeof to->name, "word/media/image%zu.%s", j->pictures_n,
	    attach_format_ext(format));
	*ret_picture = to;
	int r = GW_ESUPPORT;
	if (format == ATTACH_JPEG)
		r = jpeg_clean(from->p, from->n, j->limits, JPEG_AS_STORED, &to->bytes);
	else if (format == ATTACH_PNG)
		r = png_clean(from->p, from->n, j->limits, &to->bytes);
	j->pictures_bytes += to->bytes.len;
	return r == 0 && j->pictures_bytes > j->limits->bytes ? GW_ELIMIT : r;
}

/* A new relationship of a part; targets are seen from word/ or word/theme/. */
static int add_link(struct part *part, const char *type, const char *target, char ret[DOCX_ID])
{
	(void)snprintf(ret, DOCX_ID, "rId%u", ++part->links);
	return buf_addf(&part->linked,
	    "<Relationship Id=\"%s\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"
	    "relationships/%s\" Target=\"/%s\"/>",
	    ret, type, target);
}

struct linking {
	struct job *job;
	size_t part; /* at work */
};

/* What an element of the part at work may lead to: pictures, headers and footers. */
static int on_link(void *arg, const char *element, const char *id, char ret[DOCX_ID])
{
	struct linking *l = arg;
	struct job *j = l->job;
	const struct docx_rel *rel = docx_rel_by_id(&j->parts[l->part].rels, id);
	const struct unpack_member *from = rel ? member(j, rel->target) : NULL;
	bool header = str_eq(element, "w:headerReference");
	bool footer = str_eq(element, "w:footerReference");
	bool picture = str_eq(element, "a:blip") || str_eq(element, "v:imagedata") ||
	    str_eq(element, "v:fill");
	int r = 0;
	if (!from || !(header || footer || picture))
		return 0;
	if (picture) {
		const struct picture *to = NULL;
		r = str_eq(rel->type, "image") ? add_picture(j, from, &to) : GW_EFORMAT;
		if (r == 0)
			r = add_link(&j->parts[l->part], "image", to->name, ret);
	} else {
		struct part *to = NULL;
		r = add_part(j, from, header ? HEADER : FOOTER, &to);
		if (r == 0)
			r = add_link(&j->parts[l->part], kinds[to->kind].type, to->name, ret);
	}
	return r < 0 ? r : 1;
}

static int filter_part(struct job *j, size_t i)
{
	struct part *part = &j->parts[i];
	struct linking linking = {.job = j, .part = i};
	struct docx_filter f = {.root_space = kinds[part->kind].space,
	    .root = kinds[part->kind].root,
	    .hidden = &j->hidden,
	    .link = on_link,
	    .arg = &linking};
	int r = docx_filter(&f, part->from->p, part->from->n, &part->xml, j->text);
	if (r < 0 && f.why)
		j->why = f.why;
	return r;
}

static int read_styles(struct job *j, const struct docx_rels *rels)
{
	const struct docx_rel *rel = docx_rel_by_type(rels, kinds[STYLES].type);
	const struct unpack_member *m = rel ? member(j, rel->target) : NULL;
	int r = m ? docx_hidden_find(m->p, m->n, &j->hidden) : 0;
	return r == GW_EREFUSED ? refuse(j, ATTACH_HIDDEN_LAYERS) : r;
}

/* The parts that the document leads to by itself, styles before the text that they hide. */
static int add_parts(struct job *j)
{
	struct docx_rels rels = {0};
	struct part *document = NULL, *part;
	const struct unpack_member *m = member(j, "_rels/.rels");
	int r = m ? docx_rels_read("", m->p, m->n, &rels) : GW_EFORMAT;
	const struct docx_rel *main = docx_rel_by_type(&rels, kinds[DOCUMENT].type);
	m = main ? member(j, main->target) : NULL;
	if (r == 0)
		r = m ? add_part(j, m, DOCUMENT, &document) : GW_EFORMAT;
	docx_rels_release(&rels);
	if (r == 0)
		r = read_styles(j, &document->rels);
	for (enum kind k = STYLES; r == 0 && k <= ENDNOTES; k++) {
		const struct docx_rel *rel = docx_rel_by_type(&document->rels, kinds[k].type);
		char id[DOCX_ID];
		m = rel ? member(j, rel->target) : NULL;
		r = m ? add_part(j, m, k, &part) : 0;
		if (r == 0 && m)
			r = add_link(document, kinds[k].type, part->name, id);
	}
	return r;
}

/* ---- the new package ---- */

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"

static int write_types(const struct job *j, struct zip *z)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	int r = buf_adds(&b,
	    HEAD "<Types xmlns=\"" PACKAGE "content-types\"><Default Extension=\"rels\" "
		 "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
		 "<Default Extension=\"jpg\" ContentType=\"image/jpeg\"/>"
		 "<Default Extension=\"png\" ContentType=\"image/png\"/>");
	for (size_t i = 0; r == 0 && i < j->parts_n; i++)
		r = buf_addf(&b,
		    "<Override PartName=\"/%s\" "
		    "ContentType=\"application/vnd.openxmlformats-officedocument.%s+xml\"/>",
		    j->parts[i].name, kinds[j->parts[i].kind].content);
	if (r == 0)
		r = buf_adds(&b, "</Types>");
	return r < 0 ? r : zip_add(z, "[Content_Types].xml", b.data, b.len);
}

static int write_rels(struct zip *z, const char *name, const struct buf *links)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(2 << 20);
	int r = buf_adds(&b, HEAD "<Relationships xmlns=\"" PACKAGE "relationships\">");
	if (r == 0)
		r = buf_add(&b, links->data, links->len);
	if (r == 0)
		r = buf_adds(&b, "</Relationships>");
	return r < 0 ? r : zip_add(z, name, b.data, b.len);
}

static int write_part(const struct part *part, struct zip *z)
{
	char name[DOCX_PATH + 16];
	int r = zip_add(z, part->name, part->xml.data, part->xml.len);
	if (r < 0 || !part->linked.len)
		return r;
	docx_rels_name(part->name, name);
	return write_rels(z, name, &part->linked);
}

static int write_package(struct job *j, struct buf *out)
{
	struct zip z GW_CLEANUP(zip_release);
	struct part top = {.linked = BUF_INIT(4096)};
	char id[DOCX_ID];
	zip_begin(&z, out);
	int r = write_types(j, &z);
	if (r == 0)
		r = add_link(&top, kinds[DOCUMENT].type, j->parts[0].name, id);
	if (r == 0)
		r = write_rels(&z, "_rels/.rels", &top.linked);
	buf_release(&top.linked);
	for (size_t i = 0; r == 0 && i < j->parts_n; i++)
		r = write_part(&j->parts[i], &z);
	for (size_t i = 0; r == 0 && i < j->pictures_n; i++)
		r = zip_add(
		    &z, j->pictures[i].name, j->pictures[i].bytes.data, j->pictures[i].bytes.len);
	return r < 0 ? r : zip_end(&z);
}

int docx_clean(const void *p, size_t n, const struct attach_limits *limits, struct buf *out,
    struct buf *text, struct buf *pages, enum attach_why *ret_why)
{
	struct job *j = calloc(1, sizeof *j);
	if (!j)
		return GW_ENOMEM;
	j->limits = limits;
	j->text = text;
	int r = unpack_all(j, p, n);
	if (r == 0)
		r = add_parts(j);
	for (size_t i = 0; r == 0 && i < j->parts_n; i++) /* headers and footers join on the way */
		r = filter_part(j, i);
	if (r == 0)
		r = write_package(j, out);
	if (r == 0)
		r = buf_add(pages, j->pictures_n ? "\1" : "\0", 1);
	*ret_why = j->why;
	job_free(j);
	return r;
}
