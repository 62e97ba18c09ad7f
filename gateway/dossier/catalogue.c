/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue_inside.h"

const char *const field_class_words[FIELD_CLASSES] = {
    [CLASS_NATIONAL_ID] = "national_id",
    [CLASS_IDENTIFIER] = "identifier",
    [CLASS_CONTACT] = "contact",
    [CLASS_ORDINARY] = "ordinary",
    [CLASS_SENSITIVE] = "sensitive",
    [CLASS_SPECIAL] = "special",
    [CLASS_CRIMINAL] = "criminal",
    [CLASS_FREE_TEXT] = "free_text",
    [CLASS_THIRD_PARTY] = "third_party",
};

const char *field_class_name(enum field_class cls)
{
	return field_class_words[cls];
}

int catalogue_by_path(const void *a, const void *b)
{
	const struct field *const *x = a, *const *y = b;
	return strcmp((*x)->path, (*y)->path);
}

int catalogue_by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

void catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_fields; i++) {
		free((char *)(uintptr_t)c->fields[i].group);
		free((void *)(uintptr_t)c->fields[i].codes);
	}
	for (size_t i = 0; i < c->groups.n; i++)
		free((char *)(uintptr_t)c->groups.w[i]);
	catalogue_free_tree(c);
	free(c->groups.w);
	for (size_t l = 0; l < CATALOGUE_LISTS; l++)
		free(c->lists[l].w);
	free(c->fields);
	free(c->by_path);
	buf_release(&c->bytes);
	yml_free(c->root);
	free(c);
}

void catalogue_free_p(struct catalogue **c)
{
	catalogue_free(*c);
	*c = NULL;
}

int64_t catalogue_version(const struct catalogue *c)
{
	return c->version;
}

const char *catalogue_sha256(const struct catalogue *c)
{
	return c->sha256;
}

const void *catalogue_bytes(const struct catalogue *c, size_t *ret_n)
{
	*ret_n = c->bytes.len;
	return c->bytes.data;
}

size_t catalogue_count(const struct catalogue *c)
{
	return c->n_fields;
}

const struct field *catalogue_at(const struct catalogue *c, size_t i)
{
	return &c->fields[i];
}

const struct field *catalogue_find(const struct catalogue *c, const char *path)
{
	const struct field key = {.path = path}, *k = &key;
	const struct field **f =
	    bsearch(&k, c->by_path, c->n_fields, sizeof(struct field *), catalogue_by_path);
	return f ? *f : NULL;
}

const char *catalogue_suggest(const struct catalogue *c, const char *path)
{
	const char **all = str_alloc(c->n_fields * sizeof(char *));
	for (size_t i = 0; i < c->n_fields; i++)
		all[i] = c->fields[i].path;
	const char *near = str_suggest(path, all, c->n_fields);
	free(all);
	return near;
}

bool catalogue_has_group(const struct catalogue *c, const char *group)
{
	return c->groups.n &&
	    bsearch(&group, c->groups.w, c->groups.n, sizeof *c->groups.w, catalogue_by_text);
}

bool catalogue_group_repeats(const struct catalogue *c, const char *group)
{
	return catalogue_has_word(c, LIST_REPEATS, group);
}

const char *const *catalogue_words(
    const struct catalogue *c, enum catalogue_list which, size_t *ret_n)
{
	*ret_n = c->lists[which].n;
	return c->lists[which].w;
}

bool catalogue_has_word(const struct catalogue *c, enum catalogue_list which, const char *word)
{
	for (size_t i = 0; i < c->lists[which].n; i++)
		if (str_eq(c->lists[which].w[i], word))
			return true;
	return false;
}

bool field_code_known(const struct field *f, const char *code)
{
	for (size_t i = 0; i < f->n_codes; i++)
		if (str_eq(f->codes[i], code))
			return true;
	return !f->codes;
}
