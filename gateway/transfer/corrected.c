/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/corrected.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void field_set_init(struct field_set *s, const struct catalogue *c)
{
	*s = (struct field_set){.c = c, .has = str_alloc(catalogue_count(c) + 1)};
}

void field_set_release(struct field_set *s)
{
	free(s->has);
	*s = (struct field_set){0};
}

static void add(struct field_set *s, const struct field *f)
{
	s->n += !s->has[f->index];
	s->has[f->index] = true;
}

/* "ladder" is the group of ladder.step and of nothing that only begins so. */
static bool in_group(const struct field *f, const char *group)
{
	size_t n = strlen(group);
	return str_starts(f->path, group) && f->path[n] == '.';
}

static int unknown(const struct field_set *s, const char *name, struct errinfo *ei)
{
	const char *near = catalogue_suggest(s->c, name);
	return near
	    ? err_set(ei, GW_EUSAGE,
		  "the catalogue has no field or group '%.60s', did you mean '%s'?", name, near)
	    : err_set(ei, GW_EUSAGE, "the catalogue has no field or group '%.60s'", name);
}

int field_set_add(struct field_set *s, const char *name, struct errinfo *ei)
{
	const struct field *f = catalogue_find(s->c, name);
	bool any = f != NULL;
	if (f)
		add(s, f);
	for (size_t i = 0; !f && i < catalogue_count(s->c); i++) {
		if (!in_group(catalogue_at(s->c, i), name))
			continue;
		add(s, catalogue_at(s->c, i));
		any = true;
	}
	return any ? 0 : unknown(s, name, ei);
}

/* Append the values at path to out, null where a record has none. Recursion is bounded by the parts
 * of a path. */
static void values(const json_t *data, const char *path, json_t *out)
{
	const char *dot = strchr(path, '.');
	if (json_is_array(data)) {
		for (size_t i = 0; i < json_array_size(data); i++)
			values(json_array_get(data, i), path, out);
		return;
	}
	if (!dot) {
		json_t *v = json_object_get(data, path);
		jx_add(out, v ? json_incref(v) : json_null());
		return;
	}
	char *name GW_CLEANUP(str_free_p) = str_dupn(path, (size_t)(dot - path));
	const json_t *inner = json_object_get(data, name);
	if (inner)
		values(inner, dot + 1, out);
}

/* Records at the end that have no value tell nothing. */
static json_t *values_of(const struct dossier *d, const struct field *f)
{
	json_t *out = json_array();
	values(d->data, f->path, out);
	while (json_array_size(out) && json_is_null(json_array_get(out, json_array_size(out) - 1)))
		(void)json_array_remove(out, json_array_size(out) - 1);
	return out;
}

bool field_present(const struct dossier *d, const struct field *f)
{
	json_t *v GW_CLEANUP(jx_release) = values_of(d, f);
	return json_array_size(v) > 0;
}

bool field_differs(const struct dossier *a, const struct dossier *b, const struct field *f)
{
	json_t *x GW_CLEANUP(jx_release) = values_of(a, f);
	json_t *y GW_CLEANUP(jx_release) = values_of(b, f);
	return !json_equal(x, y);
}

/* Of what `name` stands for only what differs counts; something must. */
static int add_changed(struct field_set *s, const char *name, const struct dossier *old,
    const struct dossier *d, struct errinfo *ei)
{
	struct field_set meant GW_CLEANUP(field_set_release) = {0};
	bool any = false;
	field_set_init(&meant, s->c);
	int e = field_set_add(&meant, name, ei);
	for (size_t i = 0; e == 0 && i < catalogue_count(s->c); i++) {
		if (!meant.has[i] || !field_differs(old, d, catalogue_at(s->c, i)))
			continue;
		add(s, catalogue_at(s->c, i));
		any = true;
	}
	if (e == 0 && !any)
		return err_set(ei, GW_EREFUSED,
		    "%s has the same value in both dossiers: there is nothing to correct in it",
		    name);
	return e;
}

int corrected_find(const char *const *names, size_t n, const struct dossier *old,
    const struct dossier *d, struct field_set *ret, struct errinfo *ei)
{
	int e = 0;
	if (!n && !old)
		return err_set(ei, GW_EUSAGE,
		    "say which fields are corrected with --field, or give the old dossier too");
	for (size_t i = 0; e == 0 && i < n; i++)
		e = old ? add_changed(ret, names[i], old, d, ei) : field_set_add(ret, names[i], ei);
	for (size_t i = 0; !n && i < catalogue_count(ret->c); i++)
		if (field_differs(old, d, catalogue_at(ret->c, i)))
			add(ret, catalogue_at(ret->c, i));
	if (e == 0 && !ret->n)
		return err_set(ei, GW_EREFUSED,
		    "no field differs between both dossiers: there is nothing to correct");
	return e;
}
