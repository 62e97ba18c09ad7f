/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The order of what leaves: that of the fields which rules name, in the catalogue. A group stands
 * where its first such field does, so that what else a catalogue has can not move it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/load.h"

/* The index of the first field in m that a rule names; SIZE_MAX when there is none. */
static size_t first_named(const struct policy *p, const struct field_member *m)
{
	size_t first = SIZE_MAX;
	if (m->field)
		return p->decisions[m->field->index].rule ? m->field->index : SIZE_MAX;
	for (size_t i = 0; i < m->group->n; i++) {
		size_t one = first_named(p, &m->group->members[i]);
		first = one < first ? one : first;
	}
	return first;
}

/* Copy g, and what stands in it, into the tree of the policy. */
static void copy(struct policy *p, const struct field_group *g)
{
	struct field_member *members = str_alloc((g->n + 1) * sizeof *members);
	for (size_t i = 0; i < g->n; i++) {
		struct field_member m = g->members[i];
		size_t first = first_named(p, &m), at = i;
		if (m.group) {
			copy(p, m.group);
			m.group = &p->tree[m.group->index];
		}
		for (; at > 0 && first_named(p, &members[at - 1]) > first; at--)
			members[at] = members[at - 1];
		members[at] = m;
	}
	p->tree[g->index] = *g;
	p->tree[g->index].members = members;
}

void load_order(struct policy *p)
{
	p->tree_n = catalogue_groups(p->catalogue);
	p->tree = str_alloc(p->tree_n * sizeof *p->tree);
	copy(p, catalogue_tree(p->catalogue));
}

void load_order_free(struct policy *p)
{
	for (size_t i = 0; i < p->tree_n; i++)
		free((void *)(uintptr_t)p->tree[i].members);
	free(p->tree);
}
