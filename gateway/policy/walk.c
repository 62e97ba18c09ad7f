/* SPDX-License-Identifier: EUPL-1.2 */
/* Walking a dossier by the tree of a policy, which bounds the recursion. */
#include "base/str.h"
#include "policy/run.h"

static int walk_group(struct walk *w, const struct field_group *g, json_t *in, json_t **ret_made);

static void put(json_t **object, const struct field_member *m, json_t *value)
{
	if (!*object)
		*object = json_object();
	if (json_object_setn_new_nocheck(*object, m->name, m->length, value) < 0)
		abort();
}

static int walk_record(
    struct walk *w, const struct field_group *g, size_t number, json_t *in, json_t **ret_made)
{
	json_t *record GW_CLEANUP(jx_release) = NULL;
	for (size_t i = 0; i < g->n; i++) {
		const struct field_member *m = &g->members[i];
		json_t *value = json_object_getn(in, m->name, m->length), *made = NULL;
		if (!value)
			continue;
		int r = m->field ? w->visit(w->arg, m->field, number, value, &made)
				 : walk_group(w, m->group, value, &made);
		if (made)
			put(&record, m, made);
		if (r < 0)
			return r;
	}
	*ret_made = record;
	record = NULL;
	return 0;
}

static int walk_group(struct walk *w, const struct field_group *g, json_t *in, json_t **ret_made)
{
	json_t *list GW_CLEANUP(jx_release) = NULL;
	if (!json_is_array(in))
		return walk_record(w, g, w->met[g->index]++, in, ret_made);
	for (size_t i = 0; i < json_array_size(in); i++) {
		json_t *record = NULL;
		int r = walk_record(w, g, w->met[g->index]++, json_array_get(in, i), &record);
		if (r < 0)
			return r;
		if (!record)
			continue;
		if (!list)
			list = json_array();
		jx_add(list, record);
	}
	*ret_made = list;
	list = NULL;
	return 0;
}

int walk_all(struct walk *w, const struct policy *p, json_t *data, json_t **ret_made)
{
	w->met = str_alloc(p->tree_n * sizeof *w->met);
	int r = walk_record(w, p->tree, 0, data, ret_made);
	str_free_p(&w->met);
	return r;
}
