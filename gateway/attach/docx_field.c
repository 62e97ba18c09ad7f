/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields of a DOCX (ISO/IEC 29500-1, 17.16): the numbers of pages stay, of others the result. */
#include <string.h>

#include "attach/docx_work.h"
#include "base/str.h"

const char *docx_field_kept(const char *text, size_t n)
{
	static const char *const names[] = {"PAGE", "NUMPAGES", "SECTIONPAGES"};
	size_t from = 0, to;
	while (from < n && text[from] == ' ')
		from++;
	for (to = from; to < n && text[to] != ' ';)
		to++;
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		if (strlen(names[i]) == to - from && memcmp(names[i], text + from, to - from) == 0)
			return names[i];
	return NULL;
}

bool docx_field_hides(const struct docx_work *w)
{
	for (size_t i = 0; i < w->fields; i++)
		if (w->field[i].instruction)
			return true;
	return false;
}

void docx_field_text(struct docx_work *w, const char *p, size_t n)
{
	struct field *f = w->fields ? &w->field[w->fields - 1] : NULL;
	if (!f || !f->instruction)
		return;
	if (n > sizeof f->text - f->n)
		n = sizeof f->text - f->n; /* no name that is kept is so long */
	memcpy(f->text + f->n, p, n);
	f->n += n;
}

/* The instruction is known: write the beginning of a field that stays. */
static void send(struct docx_work *w, struct field *f)
{
	const struct frame *run = docx_run(w);
	f->instruction = false;
	const char *name = docx_field_kept(f->text, f->n);
	if (!name || !run || docx_field_hides(w))
		return;
	f->sent = true;
	f->run = run->out;
	docx_write(w, "<w:fldChar w:fldCharType=\"begin\"/><w:instrText>");
	docx_write(w, name);
	docx_write(w, "</w:instrText><w:fldChar w:fldCharType=\"separate\"/>");
}

void docx_field_char(struct docx_work *w, const char *type)
{
	struct field *f = w->fields ? &w->field[w->fields - 1] : NULL;
	if (str_eq(type, "begin")) {
		if (w->fields == FIELDS_MAX) {
			docx_fail(w, GW_EFORMAT);
			return;
		}
		w->field[w->fields++] = (struct field){.instruction = true};
	} else if (!f) {
		docx_fail(w, GW_EFORMAT);
	} else if (str_eq(type, "separate")) {
		if (f->instruction)
			send(w, f);
	} else if (str_eq(type, "end")) {
		if (f->instruction)
			send(w, f);
		if (f->sent)
			docx_write(w, "<w:fldChar w:fldCharType=\"end\"/>");
		w->fields--;
	}
}

void docx_field_undo(struct docx_work *w, size_t out)
{
	for (size_t i = 0; i < w->fields; i++)
		if (w->field[i].sent && w->field[i].run >= out)
			w->field[i].sent = false;
}
