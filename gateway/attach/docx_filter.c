/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/docx_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/docx_work.h"
#include "base/str.h"

/* Kinds of graphics (a:graphicData) that can be looked into. */
static const char *const graphics[] = {"http://schemas.openxmlformats.org/drawingml/2006/picture",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"};

void docx_fail(struct docx_work *w, int code)
{
	if (w->code == 0) {
		w->code = code;
		(void)XML_StopParser(w->parser, XML_FALSE);
	}
}

static void refuse(struct docx_work *w, int code, enum attach_why why)
{
	w->f->why = why;
	docx_fail(w, code);
}

void docx_write(struct docx_work *w, const char *s)
{
	int r = buf_adds(w->out, s);
	if (r < 0)
		docx_fail(w, r);
}

static void say(struct docx_work *w, const char *p, size_t n)
{
	int r = buf_add(w->text, p, n);
	if (r < 0)
		docx_fail(w, r);
}

/* Write what may be anything so that it is text, within an attribute too. */
static void write_escaped(struct docx_work *w, const char *p, size_t n)
{
	static const char special[] = "&<>\"\t\n\r";
	static const char *const names[] = {
	    "&amp;", "&lt;", "&gt;", "&quot;", "&#9;", "&#10;", "&#13;"};
	for (size_t i = 0; i < n && w->code == 0; i++) {
		const char *at = p[i] ? strchr(special, p[i]) : NULL;
		int r = at ? buf_adds(w->out, names[at - special]) : buf_add(w->out, p + i, 1);
		if (r < 0)
			docx_fail(w, r);
	}
}

const char *docx_val(const char **attributes)
{
	for (; *attributes; attributes += 2) {
		const char *local;
		if (docx_space_of(*attributes, &local) == DOCX_W && str_eq(local, "val"))
			return attributes[1];
	}
	return NULL;
}

static const char *attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (str_eq(*attributes, name))
			return attributes[1];
	return NULL;
}

bool docx_on(const char *value)
{
	return !value || !(str_eq(value, "0") || str_eq(value, "false") || str_eq(value, "off"));
}

static struct frame *parent(struct docx_work *w, size_t up)
{
	return w->depth >= up ? &w->frame[w->depth - up] : NULL;
}

static bool is(const struct frame *f, const char *name)
{
	return f && f->doing == KEEPS && str_eq(f->name, name);
}

const struct frame *docx_run(const struct docx_work *w)
{
	for (size_t i = w->depth; i-- > 0;)
		if (is(&w->frame[i], "w:r"))
			return &w->frame[i];
	return NULL;
}

/* ---- runs that do not show ---- */

static bool hidden_style(const struct docx_work *w, const char *id)
{
	return w->f->hidden && id && docx_hidden_has(w->f->hidden, id);
}

/* A style of a paragraph or run, or that a run vanishes. */
static void note_style(struct docx_work *w, const char *local, const char **attributes)
{
	struct frame *properties = parent(w, 1), *owner = parent(w, 2);
	if ((str_eq(local, "pStyle") && is(properties, "w:pPr") && is(owner, "w:p")) ||
	    (str_eq(local, "rStyle") && is(properties, "w:rPr") && is(owner, "w:r")))
		owner->style_hides = hidden_style(w, docx_val(attributes));
	if (str_eq(local, "vanish") && is(properties, "w:rPr") && is(owner, "w:r"))
		owner->vanish = docx_on(docx_val(attributes)) ? 1 : -1;
}

static bool run_hides(const struct docx_work *w, size_t run)
{
	const struct frame *f = &w->frame[run];
	if (f->vanish || f->style_hides)
		return f->vanish > 0 || (f->vanish == 0 && f->style_hides);
	for (size_t i = run; i-- > 0;)
		if (is(&w->frame[i], "w:p"))
			return w->frame[i].style_hides;
	return false;
}

/* ---- elements ---- */

static void write_attribute(struct docx_work *w, enum docx_space space, const char *local,
    const char *element, const char *value, enum docx_attribute what)
{
	char id[DOCX_ID] = "";
	if (what == DOCX_A_LINK) {
		int r = w->f->link ? w->f->link(w->f->arg, element, value, id) : 0;
		if (r < 0)
			docx_fail(w, r);
		if (r <= 0)
			return;
		value = id;
	}
	if (what == DOCX_A_TEXT) {
		say(w, value, strlen(value));
		say(w, "\n", 1);
	}
	docx_write(w, " ");
	if (space != DOCX_NONE) {
		docx_write(w, docx_prefix(space));
		docx_write(w, ":");
	}
	docx_write(w, local);
	docx_write(w, "=\"");
	if (what != DOCX_A_EMPTY)
		write_escaped(w, value, strlen(value));
	docx_write(w, "\"");
}

/* Open an element that stays. */
static void open_kept(
    struct docx_work *w, enum docx_space space, const char *local, const char **attributes)
{
	struct frame *f = &w->frame[w->depth++];
	*f = (struct frame){.doing = KEEPS, .out = w->out->len, .text = w->text->len};
	(void)snprintf(f->name, sizeof f->name, "%s:%s", docx_prefix(space), local);
	docx_write(w, "<");
	docx_write(w, f->name);
	if (w->depth == 1)
		docx_write(w, docx_declarations);
	for (; *attributes; attributes += 2) {
		const char *name;
		enum docx_space of = docx_space_of(*attributes, &name);
		enum docx_attribute what = docx_attribute_of(space, local, of, name);
		if (what != DOCX_A_DROP)
			write_attribute(w, of, name, f->name, attributes[1], what);
	}
	docx_write(w, ">");
	w->in_text = space == DOCX_W || space == DOCX_M ? str_eq(local, "t") : false;
}

static void open_frame(struct docx_work *w, enum doing doing)
{
	w->frame[w->depth++] = (struct frame){.doing = doing, .out = w->out->len};
}

/* A choice among forms of the same: the first that can be kept. */
static void open_choice(struct docx_work *w, enum docx_fate fate, const char **attributes)
{
	struct frame *of = parent(w, 1);
	const char *needs = attribute(attributes, "Requires");
	if (!of || of->doing != ALTERNATES || of->chosen ||
	    (fate == DOCX_CHOICE && !str_eq(needs, "wps") && !str_eq(needs, "wpg") &&
		!str_eq(needs, "wpc"))) {
		w->dropped = 1;
		return;
	}
	of->chosen = true;
	if (fate == DOCX_FALLBACK) {
		open_frame(w, UNWRAPS);
		return;
	}
	docx_write(w, "<mc:AlternateContent>");
	(void)snprintf(of->name, sizeof of->name, "mc:AlternateContent");
	open_kept(w, DOCX_MC, "Choice", attributes);
}

static void open_simple_field(struct docx_work *w, const char **attributes)
{
	const char *instruction = NULL, *local;
	for (const char **a = attributes; *a; a += 2)
		if (docx_space_of(*a, &local) == DOCX_W && str_eq(local, "instr"))
			instruction = a[1];
	const char *name = instruction ? docx_field_kept(instruction, strlen(instruction)) : NULL;
	static const char *none[] = {NULL};
	if (!name || docx_field_hides(w)) {
		open_frame(w, UNWRAPS);
		return;
	}
	open_kept(w, DOCX_W, "fldSimple", none);
	w->out->len--; /* the > */
	docx_write(w, " w:instr=\"");
	docx_write(w, name);
	docx_write(w, "\">");
}

/* What a person reads that is no letter. */
static void say_sign(struct docx_work *w, const char *local)
{
	if (docx_field_hides(w))
		return;
	if (str_eq(local, "tab") || str_eq(local, "ptab"))
		say(w, "\t", 1);
	else if (str_eq(local, "br") || str_eq(local, "cr"))
		say(w, "\n", 1);
	else if (str_eq(local, "noBreakHyphen"))
		say(w, "-", 1);
	else if (str_eq(local, "sym"))
		say(w, " ", 1);
}

static bool good_graphic(const char **attributes)
{
	const char *uri = attribute(attributes, "uri");
	for (size_t i = 0; i < GW_LENGTH(graphics); i++)
		if (uri && str_eq(uri, graphics[i]))
			return true;
	return false;
}

static void open_element(
    struct docx_work *w, enum docx_space space, const char *local, const char **attributes)
{
	enum docx_fate fate = docx_fate_of(space, local);
	bool shows = str_eq(local, "drawing") || str_eq(local, "pict") || str_eq(local, "sym");
	if (fate == DOCX_KEEP && strlen(local) + 5 > NAME_MAX)
		fate = DOCX_DROP;
	if (space == DOCX_W)
		note_style(w, local, attributes);
	switch (fate) {
	case DOCX_KEEP:
		if (space == DOCX_A && str_eq(local, "graphicData") && !good_graphic(attributes))
			refuse(w, GW_ESUPPORT, ATTACH_NO_CLEANER);
		else if (shows && space == DOCX_W && docx_field_hides(w))
			w->dropped = 1;
		else
			open_kept(w, space, local, attributes);
		if (space == DOCX_W && docx_run(w))
			say_sign(w, local);
		break;
	case DOCX_ACTIVE:
		refuse(w, GW_EREFUSED, ATTACH_ACTIVE);
		break;
	case DOCX_FIELD_SIMPLE:
		open_simple_field(w, attributes);
		break;
	case DOCX_UNWRAP:
		open_frame(w, UNWRAPS);
		break;
	case DOCX_ALTERNATE:
		open_frame(w, ALTERNATES);
		break;
	case DOCX_CHOICE:
	case DOCX_FALLBACK:
		open_choice(w, fate, attributes);
		break;
	case DOCX_FIELD:
		for (const char **a = attributes; *a; a += 2) {
			const char *name;
			if (docx_space_of(*a, &name) == DOCX_W && str_eq(name, "fldCharType"))
				docx_field_char(w, a[1]);
		}
		w->dropped = 1;
		break;
	case DOCX_FIELD_TEXT:
		w->in_instruction = true;
		w->dropped = 1;
		break;
	case DOCX_VANISH:
	case DOCX_DROP:
		w->dropped = 1;
	}
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
	struct docx_work *w = arg;
	const char *local;
	enum docx_space space = docx_space_of(name, &local);
	w->in_text = false;
	if (w->code < 0)
		return;
	if (!w->begun && (space != w->f->root_space || !str_eq(local, w->f->root))) {
		docx_fail(w, GW_EFORMAT);
		return;
	}
	w->begun = true;
	if (w->dropped)
		w->dropped++;
	else if (w->depth == DEPTH_MAX)
		docx_fail(w, GW_EFORMAT);
	else
		open_element(w, space, local, attributes);
}

/* Take a run that does not show out again. */
static void end_run(struct docx_work *w)
{
	struct frame *f = &w->frame[w->depth];
	if (!run_hides(w, w->depth))
		return;
	w->out->len = f->out;
	w->text->len = f->text;
	docx_field_undo(w, f->out);
}

static void XMLCALL on_end(void *arg, const char *name)
{
	struct docx_work *w = arg;
	(void)name;
	w->in_text = false;
	if (w->code < 0)
		return;
	if (w->dropped) {
		w->dropped--;
		w->in_instruction = false;
		return;
	}
	struct frame *f = &w->frame[--w->depth];
	if (f->doing == UNWRAPS || (f->doing == ALTERNATES && !*f->name))
		return;
	docx_write(w, "</");
	docx_write(w, f->name);
	docx_write(w, ">");
	if (is(f, "w:p"))
		say(w, "\n", 1);
	else if (is(f, "w:tc"))
		say(w, "\t", 1);
	else if (is(f, "w:r"))
		end_run(w);
}

static void XMLCALL on_text(void *arg, const char *p, int n)
{
	struct docx_work *w = arg;
	if (w->code < 0 || n <= 0)
		return;
	if (w->in_instruction)
		docx_field_text(w, p, (size_t)n);
	if (!w->in_text || w->dropped || docx_field_hides(w))
		return;
	write_escaped(w, p, (size_t)n);
	say(w, p, (size_t)n);
}

static void XMLCALL on_doctype(
    void *arg, const char *name, const char *system, const char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	docx_fail(arg, GW_EFORMAT);
}

int docx_filter(struct docx_filter *f, const void *p, size_t n, struct buf *out, struct buf *text)
{
	struct docx_work *w = calloc(1, sizeof *w);
	int r = n > INT32_MAX ? GW_ELIMIT : 0;
	if (!w)
		return GW_ENOMEM;
	*w = (struct docx_work){.f = f, .out = out, .text = text};
	w->parser = XML_ParserCreateNS(NULL, '|');
	if (!w->parser || r < 0) {
		XML_ParserFree(w->parser);
		free(w);
		return r < 0 ? r : GW_ENOMEM;
	}
	XML_SetUserData(w->parser, w);
	XML_SetElementHandler(w->parser, on_start, on_end);
	XML_SetCharacterDataHandler(w->parser, on_text);
	XML_SetStartDoctypeDeclHandler(w->parser, on_doctype);
	docx_write(w, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
	if (XML_Parse(w->parser, p, (int)n, XML_TRUE) != XML_STATUS_OK && w->code == 0)
		w->code = GW_EFORMAT;
	for (size_t i = 0; i < w->fields; i++)
		if (w->field[i].sent)
			w->code = w->code ? w->code : GW_EFORMAT;
	r = w->code;
	XML_ParserFree(w->parser);
	free(w);
	return r;
}
