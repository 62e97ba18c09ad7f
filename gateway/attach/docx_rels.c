/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/docx_rels.h"

#include <expat.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

enum { RELS_MAX = 5000 };

#define RELATIONSHIP "http://schemas.openxmlformats.org/package/2006/relationships|Relationship"

struct work {
	XML_Parser parser;
	const char *part;
	struct docx_rels *rels;
	int code;
};

/* The member that target names, seen from part; false when it is none within the package. */
static bool resolve(const char *part, const char *target, char ret[DOCX_PATH])
{
	const char *slash = strrchr(part, '/');
	size_t n = *target == '/' || !slash ? 0 : (size_t)(slash + 1 - part);
	if (n >= DOCX_PATH)
		return false;
	memcpy(ret, part, n);
	ret[n] = '\0';
	target += *target == '/';
	while (*target) {
		size_t k = strcspn(target, "/");
		bool last = target[k] == '\0';
		if (k == 2 && target[0] == '.' && target[1] == '.') {
			if (n < 2)
				return false;
			for (n--; n && ret[n - 1] != '/';)
				n--;
		} else if (k && !(k == 1 && *target == '.')) {
			if (n + k + 2 > DOCX_PATH)
				return false;
			memcpy(ret + n, target, k);
			n += k;
			if (!last)
				ret[n++] = '/';
		}
		ret[n] = '\0';
		target += k + !last;
	}
	return n > 0;
}

static void fail(struct work *w, int code)
{
	w->code = code;
	(void)XML_StopParser(w->parser, XML_FALSE);
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
	struct work *w = arg;
	const char *id = NULL, *type = NULL, *target = NULL;
	bool outside = false;
	if (!str_eq(name, RELATIONSHIP) || w->code < 0)
		return;
	for (; *attributes; attributes += 2) {
		if (str_eq(*attributes, "Id"))
			id = attributes[1];
		else if (str_eq(*attributes, "Type"))
			type = attributes[1];
		else if (str_eq(*attributes, "Target"))
			target = attributes[1];
		else if (str_eq(*attributes, "TargetMode"))
			outside = !str_eq(attributes[1], "Internal");
	}
	struct docx_rel rel = {0};
	if (outside || !id || !type || !target || !resolve(w->part, target, rel.target))
		return;
	struct docx_rel *grown = w->rels->n < RELS_MAX
	    ? reallocarray(w->rels->list, w->rels->n + 1, sizeof *grown)
	    : NULL;
	if (!grown) {
		fail(w, GW_ELIMIT);
		return;
	}
	const char *slash = strrchr(type, '/');
	rel.id = str_dup(id);
	rel.type = str_dup(slash ? slash + 1 : type);
	w->rels->list = grown;
	w->rels->list[w->rels->n++] = rel;
}

static void XMLCALL on_doctype(
    void *arg, const char *name, const char *system, const char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	fail(arg, GW_EFORMAT);
}

int docx_rels_read(const char *part, const void *p, size_t n, struct docx_rels *ret)
{
	struct work w = {.parser = XML_ParserCreateNS(NULL, '|'), .part = part, .rels = ret};
	*ret = (struct docx_rels){0};
	if (!w.parser)
		return GW_ENOMEM;
	XML_SetUserData(w.parser, &w);
	XML_SetStartElementHandler(w.parser, on_start);
	XML_SetStartDoctypeDeclHandler(w.parser, on_doctype);
	if (n > INT32_MAX)
		w.code = GW_ELIMIT;
	else if (XML_Parse(w.parser, p, (int)n, XML_TRUE) != XML_STATUS_OK && w.code == 0)
		w.code = GW_EFORMAT;
	XML_ParserFree(w.parser);
	if (w.code < 0)
		docx_rels_release(ret);
	return w.code;
}

void docx_rels_release(struct docx_rels *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->list[i].id);
		free(r->list[i].type);
	}
	free(r->list);
	*r = (struct docx_rels){0};
}

const struct docx_rel *docx_rel_by_id(const struct docx_rels *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->list[i].id, id))
			return &r->list[i];
	return NULL;
}

const struct docx_rel *docx_rel_by_type(const struct docx_rels *r, const char *type)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->list[i].type, type))
			return &r->list[i];
	return NULL;
}

void docx_rels_name(const char *part, char ret[DOCX_PATH + 16])
{
	const char *slash = strrchr(part, '/');
	int folder = slash ? (int)(slash + 1 - part) : 0;
	(void)snprintf(ret, DOCX_PATH + 16, "%.*s_rels/%s.rels", folder, part, part + folder);
}
