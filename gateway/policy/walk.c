/* SPDX-License-Identifier: EUPL-1.2 */
/* Walking a dossier by the paths of the catalogue. Recursion is bounded by the parts of a path. */
#include <string.h>

#include "base/str.h"
#include "policy/run.h"

/* The member `name` of out, made like `in` (an object, or a list of as many objects). */
static json_t *same_shape(json_t *out, const char *name, const json_t *in)
{
	json_t *have = json_object_get(out, name);
	if (have)
		return have;
	if (!json_is_array(in)) {
		have = json_object();
	} else {
		have = json_array();
		for (size_t i = 0; i < json_array_size(in); i++)
			jx_add(have, json_object());
	}
	jx_set(out, name, have);
	return have;
}

int walk_field(struct walk *w, const char *path, const json_t *data, json_t *out)
{
	const char *dot = strchr(path, '.');
	if (!dot)
		return w->visit(w->arg, w->number++, json_object_get(data, path), out);
	char *name GW_CLEANUP(str_free_p) = str_dupn(path, (size_t)(dot - path));
	const json_t *in = json_object_get(data, name);
	if (!in)
		return 0;
	json_t *to = out ? same_shape(out, name, in) : NULL;
	if (!json_is_array(in))
		return walk_field(w, dot + 1, in, to);
	for (size_t i = 0; i < json_array_size(in); i++) {
		int r = walk_field(
		    w, dot + 1, json_array_get(in, i), to ? json_array_get(to, i) : NULL);
		if (r)
			return r;
	}
	return 0;
}

static bool is_empty(const json_t *v)
{
	return (json_is_object(v) && !json_object_size(v)) ||
	    (json_is_array(v) && !json_array_size(v));
}

/* Depth is that of what walk_field made: the parts of the longest path in the catalogue. */
void walk_prune(json_t *data)
{
	if (json_is_array(data)) {
		for (size_t i = json_array_size(data); i-- > 0;) {
			walk_prune(json_array_get(data, i));
			if (is_empty(json_array_get(data, i)))
				(void)json_array_remove(data, i);
		}
		return;
	}
	const char *name;
	json_t *value;
	void *next;
	if (!json_is_object(data))
		return;
	json_object_foreach_safe(data, next, name, value)
	{
		walk_prune(value);
		if (is_empty(value))
			(void)json_object_del(data, name);
	}
}
