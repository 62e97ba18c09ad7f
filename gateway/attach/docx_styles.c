/* SPDX-License-Identifier: EUPL-1.2 */
/* Styles of a DOCX whose text does not show (ISO/IEC 29500-1, 17.7): w:vanish, of their own or of
 * the style that they are based on. */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "attach/docx_filter.h"
#include "base/str.h"

enum { STYLES_MAX = 5000, ROUNDS_MAX = 16 };

struct style {
	char *id, *based_on;
	int vanish; /* 0 not said, 1 does not show, -1 shows */
	bool of_table;
};

struct work {
	XML_Parser parser;
	struct style *styles;
	size_t n;
	bool in_style, everywhere; /* everywhere: for all text, or by a table */
	int code;
};

static const char *attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2) {
		const char *local;
		if (docx_space_of(*attributes, &local) == DOCX_W && str_eq(local, name))
			return attributes[1];
	}
	return NULL;
}

static void begin_style(struct work *w, const char **attributes)
{
	const char *id = attribute(attributes, "styleId"), *type = attribute(attributes, "type");
	struct style *grown =
	    w->n < STYLES_MAX ? reallocarray(w->styles, w->n + 1, sizeof *grown) : NULL;
	if (!grown) {
		w->code = GW_ELIMIT;
		(void)XML_StopParser(w->parser, XML_FALSE);
		return;
	}
	w->styles = grown;
	w->styles[w->n++] =
	    (struct style){.id = str_dup(id ? id : ""), .of_table = str_eq(type, "table")};
	w->in_style = true;
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
	struct work *w = arg;
	const char *local;
	if (docx_space_of(name, &local) != DOCX_W || w->code < 0)
		return;
	struct style *s = w->in_style ? &w->styles[w->n - 1] : NULL;
	if (str_eq(local, "style"))
		begin_style(w, attributes);
	else if (str_eq(local, "basedOn") && s && docx_val(attributes) && !s->based_on)
		s->based_on = str_dup(docx_val(attributes));
	else if (str_eq(local, "vanish") && s)
		s->vanish = docx_on(docx_val(attributes)) ? 1 : -1;
	else if (str_eq(local, "vanish") && docx_on(docx_val(attributes)))
		w->everywhere = true;
}

static void XMLCALL on_end(void *arg, const char *name)
{
	struct work *w = arg;
	const char *local;
	if (docx_space_of(name, &local) == DOCX_W && str_eq(local, "style"))
		w->in_style = false;
}

static void XMLCALL on_doctype(
    void *arg, const char *name, const char *system, const char *public, int internal)
{
	struct work *w = arg;
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	w->code = GW_EFORMAT;
	(void)XML_StopParser(w->parser, XML_FALSE);
}

/* Let each style that says nothing say what the one it is based on does, as long as one learns.
 * GW_ELIMIT when that takes too long: what the others hide is not known then. */
static int inherit(struct work *w)
{
	bool learnt = true;
	for (size_t round = 0; learnt && round < ROUNDS_MAX; round++) {
		learnt = false;
		for (size_t i = 0; i < w->n; i++) {
			struct style *s = &w->styles[i];
			for (size_t k = 0; k < w->n && !s->vanish && s->based_on; k++)
				if (w->styles[k].vanish && str_eq(w->styles[k].id, s->based_on)) {
					s->vanish = w->styles[k].vanish;
					learnt = true;
				}
		}
	}
	return learnt ? GW_ELIMIT : 0;
}

static void collect(struct work *w, struct docx_hidden *ret)
{
	ret->ids = str_alloc((w->n + 1) * sizeof *ret->ids);
	for (size_t i = 0; i < w->n; i++) {
		if (w->styles[i].vanish > 0)
			ret->ids[ret->n++] = str_dup(w->styles[i].id);
		w->everywhere |= w->styles[i].vanish > 0 && w->styles[i].of_table;
	}
}

int docx_hidden_find(const void *p, size_t n, struct docx_hidden *ret)
{
	struct work w = {.parser = XML_ParserCreateNS(NULL, '|')};
	*ret = (struct docx_hidden){0};
	if (!w.parser)
		return GW_ENOMEM;
	XML_SetUserData(w.parser, &w);
	XML_SetElementHandler(w.parser, on_start, on_end);
	XML_SetStartDoctypeDeclHandler(w.parser, on_doctype);
	if (n > INT32_MAX)
		w.code = GW_ELIMIT;
	else if (XML_Parse(w.parser, p, (int)n, XML_TRUE) != XML_STATUS_OK && w.code == 0)
		w.code = GW_EFORMAT;
	XML_ParserFree(w.parser);
	if (w.code == 0)
		w.code = inherit(&w);
	if (w.code == 0) {
		collect(&w, ret);
		if (w.everywhere)
			w.code = GW_EREFUSED;
	}
	for (size_t i = 0; i < w.n; i++) {
		free(w.styles[i].id);
		free(w.styles[i].based_on);
	}
	free(w.styles);
	if (w.code < 0)
		docx_hidden_release(ret);
	return w.code;
}

bool docx_hidden_has(const struct docx_hidden *h, const char *id)
{
	for (size_t i = 0; i < h->n; i++)
		if (str_eq(h->ids[i], id))
			return true;
	return false;
}

void docx_hidden_release(struct docx_hidden *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->ids[i]);
	free(h->ids);
	*h = (struct docx_hidden){0};
}
