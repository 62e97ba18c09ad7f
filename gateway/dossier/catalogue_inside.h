/* SPDX-License-Identifier: EUPL-1.2 */
/* What a catalogue is made of: for the reader and the look-ups. Inside dossier/ only. */
#ifndef GW_DOSSIER_CATALOGUE_INSIDE_H
#define GW_DOSSIER_CATALOGUE_INSIDE_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/yaml.h"
#include "dossier/catalogue.h"

struct words {
	const char **w;
	size_t n;
};

/* Texts are borrowed from the tree, which lives as long as the catalogue. */
struct catalogue {
	struct yml *root;
	int64_t version;
	struct field *fields;
	size_t n_fields;
	const struct field **by_path; /* sorted */
	struct words groups;          /* sorted, with the groups that hold groups; own copies */
	struct field_group *tree;     /* groups.n + 1 of them: the whole, then as in groups */
	struct words lists[CATALOGUE_LISTS];
	struct buf bytes;
	char sha256[HASH_HEX];
};

/* tree.c: make the tree once fields, groups and lists are read; free it (also half-made). */
void catalogue_make_tree(struct catalogue *c);
void catalogue_free_tree(struct catalogue *c);

/* Compare for qsort and bsearch: struct field ** by path, and words. */
int catalogue_by_path(const void *a, const void *b);
int catalogue_by_text(const void *a, const void *b);

#endif
