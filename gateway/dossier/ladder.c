/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"

enum { MOST_VALUES = 1000, MOST_SENDERS = 200, LOWEST = 1, HIGHEST = 6 };

/* One of the sender's own values of one field. */
struct rung {
	const struct field *field;
	char *own;
	int step;
};

struct ladder_map {
	char *file, *id;
	int64_t version;
	char **senders;
	size_t senders_n;
	struct rung *rungs;
	size_t n;
};

void ladder_free(struct ladder_map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->senders_n; i++)
		free(m->senders[i]);
	for (size_t i = 0; i < m->n; i++)
		free(m->rungs[i].own);
	free(m->senders);
	free(m->rungs);
	free(m->file);
	free(m->id);
	free(m);
}

void ladder_free_p(struct ladder_map **m)
{
	ladder_free(*m);
	*m = NULL;
}

const char *ladder_id(const struct ladder_map *m)
{
	return m->id;
}

int64_t ladder_version(const struct ladder_map *m)
{
	return m->version;
}

int ladder_for(const struct ladder_map *m, const char *oin, struct errinfo *ei)
{
	for (size_t i = 0; i < m->senders_n; i++)
		if (str_eq(m->senders[i], oin))
			return 0;
	return err_set(ei, GW_EREFUSED,
	    "%s: ladder map '%s' is not for the dossiers of %.20s: its `sender` names others",
	    m->file, m->id, oin);
}

bool ladder_has(const struct ladder_map *m, const struct field *f)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (str_eq(m->rungs[i].field->path, f->path))
			return true;
	return false;
}

/* own[0..n) is a value of that field, or NULL. */
static const struct rung *find(
    const struct ladder_map *m, const struct field *f, const char *own, size_t n)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->rungs[i].field->path, f->path) && strlen(m->rungs[i].own) == n &&
		    memcmp(m->rungs[i].own, own, n) == 0)
			return &m->rungs[i];
	return NULL;
}

int ladder_step(const struct ladder_map *m, const struct field *f, const char *own)
{
	static const char spaces[] = " \t\r\n";
	own += strspn(own, spaces);
	size_t n = strlen(own);
	while (n && strchr(spaces, own[n - 1]))
		n--;
	const struct rung *r = find(m, f, own, n);
	return r ? r->step : 0;
}

/* ---- reading ---- */

/* A field that holds a step of the ladder. */
static bool is_step(const struct field *f)
{
	return str_eq(f->group, "ladder") && f->type == FIELD_INT;
}

static int read_senders(const struct yml *root, struct ladder_map *m, struct errinfo *ei)
{
	const struct yml *list;
	int r = yml_list(root, "sender", &list, ei);
	if (r < 0)
		return r;
	if (!list->n || list->n > MOST_SENDERS)
		return yml_err(
		    list, ei, GW_EFORMAT, "sender: 1 to %d OINs are expected", MOST_SENDERS);
	m->senders = str_alloc(list->n * sizeof *m->senders);
	for (size_t i = 0; i < list->n; i++) {
		const struct yml *y = list->items[i];
		if (y->kind != YML_SCALAR || !str_oin(y->text))
			return yml_err(
			    y, ei, GW_EFORMAT, "sender: OINs of 20 digits in quotes are expected");
		m->senders[m->senders_n++] = str_dup(y->text);
	}
	return 0;
}

/* The fields of one entry, none of them of another. */
static int read_fields(const struct yml *entry, const struct catalogue *c,
    const struct ladder_map *m, const struct field **ret_f, size_t *ret_n, struct errinfo *ei)
{
	const struct yml *list;
	int r = yml_list(entry, "fields", &list, ei);
	if (r == 0 && (!list->n || list->n > catalogue_count(c)))
		return yml_err(list, ei, GW_EFORMAT, "fields: at least one is expected");
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct yml *y = list->items[i];
		r = yml_scalar(y, "field", ei);
		if (r < 0)
			break;
		const struct field *f = catalogue_find(c, y->text);
		if (!f || !is_step(f)) {
			const char *near = f ? NULL : catalogue_suggest(c, y->text);
			return near
			    ? yml_err(y, ei, GW_EFORMAT,
				  "unknown field \"%.60s\", did you mean \"%s\"?", y->text, near)
			    : yml_err(y, ei, GW_EFORMAT,
				  "\"%.60s\" is no step of the ladder: ladder.step or "
				  "ladder.target_step is expected",
				  y->text);
		}
		for (size_t k = 0; k < *ret_n; k++)
			if (ret_f[k] == f)
				return yml_err(y, ei, GW_EFORMAT, "%s stands here twice", f->path);
		if (ladder_has(m, f))
			return yml_err(y, ei, GW_EFORMAT,
			    "%s is already decided above: each field is decided once", f->path);
		ret_f[(*ret_n)++] = f;
	}
	return r;
}

/* One own value for each of the fields. */
static int add_rung(struct ladder_map *m, const struct field *const *fields, size_t n,
    const struct yml *own, int step, struct errinfo *ei)
{
	int r = yml_scalar(own, "value", ei);
	if (r < 0)
		return r;
	size_t len = strlen(own->text);
	if (!len || len > LADDER_OWN_MAX || strpbrk(own->text, "\t\r\n") || own->text[0] == ' ' ||
	    own->text[len - 1] == ' ')
		return yml_err(own, ei, GW_EFORMAT,
		    "a value of at most %d bytes on one line, without spaces around it, is expected",
		    LADDER_OWN_MAX);
	for (size_t i = 0; i < n; i++) {
		if (find(m, fields[i], own->text, len))
			return yml_err(own, ei, GW_EFORMAT, "\"%s\" stands here twice", own->text);
		if (m->n >= MOST_VALUES)
			return yml_err(own, ei, GW_ELIMIT, "more than %d values", MOST_VALUES);
		struct rung *grown = reallocarray(m->rungs, m->n + 1, sizeof *grown);
		if (!grown)
			abort();
		m->rungs = grown;
		m->rungs[m->n++] = (struct rung){fields[i], str_dup(own->text), step};
	}
	return 0;
}

/* {from: A, step: 1}, or {from: [A, B], step: 1}. */
static int read_step(struct ladder_map *m, const struct field *const *fields, size_t n,
    const struct yml *y, struct errinfo *ei)
{
	static const char *const keys[] = {"from", "step"};
	int64_t step = 0;
	int r = yml_closed(y, keys, GW_LENGTH(keys), ei);
	if (r == 0)
		r = yml_int(y, "step", LOWEST, HIGHEST, &step, ei);
	if (r < 0)
		return r;
	const struct yml *from = yml_get(y, "from");
	if (!from)
		return yml_err(y, ei, GW_EFORMAT, "key \"from\" is missing");
	if (from->kind != YML_LIST)
		return add_rung(m, fields, n, from, (int)step, ei);
	if (!from->n)
		return yml_err(from, ei, GW_EFORMAT, "from: at least one is expected");
	for (size_t i = 0; i < from->n && r == 0; i++)
		r = add_rung(m, fields, n, from->items[i], (int)step, ei);
	return r;
}

static int read_entry(
    const struct yml *entry, const struct catalogue *c, struct ladder_map *m, struct errinfo *ei)
{
	static const char *const keys[] = {"fields", "values"};
	const struct field **fields GW_CLEANUP(str_free_p) =
	    str_alloc((catalogue_count(c) + 1) * sizeof *fields);
	const struct yml *list;
	size_t n = 0;
	int r = yml_closed(entry, keys, GW_LENGTH(keys), ei);
	if (r == 0)
		r = read_fields(entry, c, m, fields, &n, ei);
	if (r == 0)
		r = yml_list(entry, "values", &list, ei);
	if (r == 0 && !list->n)
		return yml_err(list, ei, GW_EFORMAT, "values: at least one is expected");
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = read_step(m, fields, n, list->items[i], ei);
	return r;
}

/* A step that no entry decides about would be read as the national one: nobody may guess that. */
static int all_decided(const struct yml *list, const struct catalogue *c,
    const struct ladder_map *m, struct errinfo *ei)
{
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		if (is_step(f) && !ladder_has(m, f))
			return yml_err(list, ei, GW_EFORMAT,
			    "no entry says what the values of %s are", f->path);
	}
	return 0;
}

static int read_document(
    const struct yml *root, const struct catalogue *c, struct ladder_map *m, struct errinfo *ei)
{
	static const char *const keys[] = {
	    "ladder_map", "language", "version", "title", "sender", "maps"};
	const char *id = "", *title;
	const struct yml *list = NULL;
	int64_t language;
	int r = 0;
	if (root->kind == YML_MAP && !yml_get(root, "ladder_map"))
		return yml_err(
		    root, ei, GW_EFORMAT, "this is no ladder map: it has no key \"ladder_map\"");
	if ((r = yml_closed(root, keys, GW_LENGTH(keys), ei)) < 0 ||
	    (r = yml_text(root, "ladder_map", &id, ei)) < 0)
		return r;
	m->id = str_dup(id);
	if (strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(id) || strlen(id) > 64)
		return yml_err(yml_get(root, "ladder_map"), ei, GW_EFORMAT,
		    "ladder_map: lower-case letters, digits, - and _ expected (64 at most)");
	if ((r = yml_int(root, "language", 1, 1, &language, ei)) < 0 ||
	    (r = yml_int(root, "version", 1, 1000000, &m->version, ei)) < 0 ||
	    (r = yml_text(root, "title", &title, ei)) < 0 || (r = read_senders(root, m, ei)) < 0 ||
	    (r = yml_list(root, "maps", &list, ei)) < 0)
		return r;
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = read_entry(list->items[i], c, m, ei);
	return r < 0 ? r : all_decided(list, c, m, ei);
}

int ladder_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct ladder_map **ret_m, struct errinfo *ei)
{
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = str_alloc(sizeof *m);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	m->file = str_dup(file);
	int r = yml_parse(file, p, n, &YML_SMALL, &root, ei);
	if (r == 0)
		r = read_document(root, catalogue, m, ei);
	if (r < 0)
		return r;
	*ret_m = m;
	m = NULL;
	return 0;
}
