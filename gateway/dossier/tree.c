/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields of a catalogue as a tree of groups, for those who walk a dossier from the top. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue_inside.h"

/* The group with that path of n bytes; it is there. */
static struct field_group *find(const struct catalogue *c, const char *path, size_t n)
{
	char *text GW_CLEANUP(str_free_p) = str_dupn(path, n);
	const char *const *w =
	    bsearch(&text, c->groups.w, c->groups.n, sizeof *c->groups.w, catalogue_by_text);
	return &c->tree[w ? (size_t)(w - c->groups.w) + 1 : 0];
}

static void add(
    struct field_group *g, const char *name, const struct field *f, const struct field_group *inner)
{
	struct field_member *m = (struct field_member *)(uintptr_t)g->members;
	for (size_t i = 0; i < g->n; i++)
		if (inner && m[i].group == inner)
			return;
	m = reallocarray(m, g->n + 1, sizeof *m);
	if (!m)
		abort();
	m[g->n++] = (struct field_member){name, strlen(name), f, inner};
	g->members = m;
}

void catalogue_make_tree(struct catalogue *c)
{
	c->tree = str_alloc((c->groups.n + 1) * sizeof *c->tree);
	c->tree[0].path = "";
	for (size_t i = 0; i < c->groups.n; i++)
		c->tree[i + 1] = (struct field_group){.path = c->groups.w[i],
		    .index = i + 1,
		    .repeats = catalogue_group_repeats(c, c->groups.w[i])};
	for (size_t i = 0; i < c->n_fields; i++) {
		const struct field *f = &c->fields[i];
		struct field_group *at = &c->tree[0];
		for (const char *s = f->path, *dot; (dot = strchr(s, '.')); s = dot + 1) {
			struct field_group *inner = find(c, f->path, (size_t)(dot - f->path));
			add(at, inner->path + (s - f->path), NULL, inner);
			at = inner;
		}
		add(at, f->leaf, f, NULL);
	}
}

void catalogue_free_tree(struct catalogue *c)
{
	for (size_t i = 0; c->tree && i <= c->groups.n; i++)
		free((void *)(uintptr_t)c->tree[i].members);
	free(c->tree);
}

const struct field_group *catalogue_tree(const struct catalogue *c)
{
	return c->tree;
}

size_t catalogue_groups(const struct catalogue *c)
{
	return c->groups.n + 1;
}

const struct field_member *field_member(const struct field_group *g, const char *name, size_t n)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->members[i].length == n && memcmp(g->members[i].name, name, n) == 0)
			return &g->members[i];
	return NULL;
}
