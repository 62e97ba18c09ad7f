/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a catalogue from its file, and the one that is compiled in. */
#include "dossier/catalogue_inside.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

/* policies/catalogue.yaml, put in by catalogue_data.S, with its length */
extern const char catalogue_data[];
extern const uint32_t catalogue_data_bytes;

enum { CATALOGUE_BYTES = 256 << 10, FIELDS_MAX = 2000, PATH_MAX_LEN = 64 };

static const char *const list_keys[CATALOGUE_LISTS] = {
    [LIST_REPEATS] = "repeats",
    [LIST_PROGRAMMES] = "programmes",
    [LIST_LAWS] = "laws",
    [LIST_CONSENTS] = "consents",
    [LIST_DUTIES] = "duties",
    [LIST_ATTACHMENTS] = "attachments",
    [LIST_NEVER] = "never",
    [LIST_DERIVED] = "derived",
};

static const char *const reserved[] = {"catalogue", "context", "consents", "attachments"};

/* Two or three words of [a-z0-9_], each beginning with a letter, joined by points. */
static bool path_ok(const char *s)
{
	size_t words = 1;
	bool start = true;
	if (strlen(s) > PATH_MAX_LEN)
		return false;
	for (; *s; s++) {
		bool letter = *s >= 'a' && *s <= 'z';
		if (*s == '.' && !start) {
			words++;
			start = true;
			continue;
		}
		if (!letter && (start || !((*s >= '0' && *s <= '9') || *s == '_')))
			return false;
		start = false;
	}
	return !start && words >= 2 && words <= 3;
}

/* The scalars of a list, each a valid code and none twice. */
static int read_words(const struct yml *list, struct words *ret_w, struct errinfo *ei)
{
	struct words w = {.w = str_alloc((list->n + 1) * sizeof(char *))};
	int r = 0;
	for (size_t i = 0; i < list->n && r == 0; i++) {
		const struct yml *y = list->items[i];
		r = yml_scalar(y, "word", ei);
		if (r == 0 && !field_type_check(FIELD_CODE, y->text))
			r = yml_err(
			    y, ei, GW_EFORMAT, "%s is expected", field_type_hint(FIELD_CODE));
		for (size_t k = 0; k < w.n && r == 0; k++)
			if (str_eq(w.w[k], y->text))
				r = yml_err(y, ei, GW_EFORMAT, "\"%s\" stands here twice", y->text);
		if (r == 0)
			w.w[w.n++] = y->text;
	}
	if (r < 0)
		free(w.w);
	else
		*ret_w = w;
	return r;
}

static int read_range(const struct yml *field, struct field *f, struct errinfo *ei)
{
	const struct yml *list;
	int64_t bound[2];
	int r = yml_list(field, "range", &list, ei);
	if (r < 0)
		return r;
	if (f->type != FIELD_INT)
		return yml_err(
		    yml_key(field, "range"), ei, GW_EFORMAT, "range belongs to type int only");
	if (list->n != 2)
		return yml_err(list, ei, GW_EFORMAT, "range: [low, high] is expected");
	for (size_t i = 0; i < 2; i++) {
		uint64_t v;
		const struct yml *y = list->items[i];
		if (yml_scalar(y, "number", ei) < 0 || str_u64(y->text, FIELD_INT_MAX, &v) < 0)
			return yml_err(
			    y, ei, GW_EFORMAT, "a number from 0 to %d is expected", FIELD_INT_MAX);
		bound[i] = (int64_t)v;
	}
	if (bound[0] > bound[1])
		return yml_err(list, ei, GW_EFORMAT, "range: the low end comes first");
	f->low = bound[0];
	f->high = bound[1];
	return 0;
}

static int read_codes(const struct yml *field, struct field *f, struct errinfo *ei)
{
	const struct yml *list;
	struct words w;
	int r = yml_list(field, "codes", &list, ei);
	if (r < 0)
		return r;
	if (f->type != FIELD_CODE)
		return yml_err(
		    yml_key(field, "codes"), ei, GW_EFORMAT, "codes belongs to type code only");
	if (list->n == 0)
		return yml_err(list, ei, GW_EFORMAT, "codes: at least one word is expected");
	if ((r = read_words(list, &w, ei)) < 0)
		return r;
	f->codes = w.w;
	f->n_codes = w.n;
	return 0;
}

static int read_word_of(const struct yml *map, const char *key, const char *const *words, size_t n,
    size_t *ret_i, struct errinfo *ei)
{
	const char *text;
	int r = yml_text(map, key, &text, ei);
	return r < 0 ? r : yml_word(yml_get(map, key), words, n, ret_i, ei);
}

static int read_path(const struct yml *y, struct field *f, struct errinfo *ei)
{
	int r = yml_text(y, "path", &f->path, ei);
	if (r < 0)
		return r;
	const struct yml *at = yml_get(y, "path");
	if (!path_ok(f->path))
		return yml_err(at, ei, GW_EFORMAT,
		    "a path of two or three lower-case words joined by points is expected");
	const char *dot = strrchr(f->path, '.');
	f->leaf = dot + 1;
	f->group = str_dupn(f->path, (size_t)(dot - f->path));
	size_t first = strcspn(f->path, ".");
	for (size_t i = 0; i < GW_LENGTH(reserved); i++)
		if (strlen(reserved[i]) == first && strncmp(f->path, reserved[i], first) == 0)
			return yml_err(
			    at, ei, GW_EFORMAT, "\"%s\" is reserved in a dossier", reserved[i]);
	return 0;
}

static int read_field(const struct yml *y, struct field *f, struct errinfo *ei)
{
	static const char *const keys[] = {"path", "type", "class", "std", "codes", "range"};
	size_t type, cls;
	int r;
	if ((r = yml_closed(y, keys, GW_LENGTH(keys), ei)) < 0 || (r = read_path(y, f, ei)) < 0 ||
	    (r = read_word_of(y, "type", field_type_words, FIELD_TYPES, &type, ei)) < 0 ||
	    (r = read_word_of(y, "class", field_class_words, FIELD_CLASSES, &cls, ei)) < 0)
		return r;
	f->type = (enum field_type)type;
	f->cls = (enum field_class)cls;
	f->std = "";
	f->low = 0;
	f->high = FIELD_INT_MAX;
	if (yml_get(y, "std") && (r = yml_text(y, "std", &f->std, ei)) < 0)
		return r;
	if (yml_get(y, "codes") && (r = read_codes(y, f, ei)) < 0)
		return r;
	if (yml_get(y, "range") && (r = read_range(y, f, ei)) < 0)
		return r;
	return 0;
}

static bool has(const struct words *sorted, const char *s)
{
	return sorted->n &&
	    bsearch(&s, sorted->w, sorted->n, sizeof *sorted->w, catalogue_by_text) != NULL;
}

/* Collect the groups and what holds them ("wi.exams" and "wi"), sorted, each once. */
static void index_groups(struct catalogue *c)
{
	struct words all = {.w = str_alloc((2 * c->n_fields + 1) * sizeof(char *))};
	for (size_t i = 0; i < c->n_fields; i++) {
		const char *g = c->fields[i].group, *dot = strchr(g, '.');
		all.w[all.n++] = str_dup(g);
		if (dot)
			all.w[all.n++] = str_dupn(g, (size_t)(dot - g));
	}
	qsort(all.w, all.n, sizeof *all.w, catalogue_by_text);
	size_t kept = 0;
	for (size_t i = 0; i < all.n; i++) {
		if (kept && str_eq(all.w[kept - 1], all.w[i]))
			free((char *)(uintptr_t)all.w[i]);
		else
			all.w[kept++] = all.w[i];
	}
	all.n = kept;
	c->groups = all;
}

static int read_fields(struct catalogue *c, struct errinfo *ei)
{
	const struct yml *list;
	int r = yml_list(c->root, "fields", &list, ei);
	if (r < 0)
		return r;
	if (list->n == 0 || list->n > FIELDS_MAX)
		return yml_err(list, ei, GW_EFORMAT, "1 to %d fields are expected", FIELDS_MAX);
	c->fields = str_alloc(list->n * sizeof *c->fields);
	c->by_path = str_alloc(list->n * sizeof(struct field *));
	for (size_t i = 0; i < list->n && r == 0; i++) {
		c->fields[i].index = i;
		c->by_path[i] = &c->fields[i];
		c->n_fields = i + 1;
		r = read_field(list->items[i], &c->fields[i], ei);
	}
	if (r < 0)
		return r;
	qsort(c->by_path, c->n_fields, sizeof(struct field *), catalogue_by_path);
	index_groups(c);
	for (size_t i = 0; i < c->n_fields; i++) {
		const char *path = c->by_path[i]->path;
		const struct yml *at = list->items[c->by_path[i]->index];
		if (i && str_eq(path, c->by_path[i - 1]->path))
			return yml_err(
			    at, ei, GW_EFORMAT, "%s stands in the catalogue twice", path);
		if (has(&c->groups, path))
			return yml_err(at, ei, GW_EFORMAT, "%s is a group of other fields", path);
	}
	return 0;
}

/* Read the closed lists; one that is left out is taken from the built-in catalogue. */
static int read_lists(struct catalogue *c, const struct catalogue *builtin, struct errinfo *ei)
{
	for (size_t l = 0; l < CATALOGUE_LISTS; l++) {
		const struct yml *list;
		int r;
		if (builtin && !yml_get(c->root, list_keys[l])) {
			const struct words *from = &builtin->lists[l];
			c->lists[l].w = str_alloc((from->n + 1) * sizeof(char *));
			for (size_t i = 0; i < from->n; i++)
				c->lists[l].w[i] = from->w[i];
			c->lists[l].n = from->n;
			continue;
		}
		if ((r = yml_list(c->root, list_keys[l], &list, ei)) < 0 ||
		    (r = read_words(list, &c->lists[l], ei)) < 0)
			return r;
		for (size_t i = 0; l == LIST_REPEATS && i < list->n; i++)
			if (!has(&c->groups, list->items[i]->text))
				return yml_err(list->items[i], ei, GW_EFORMAT,
				    "\"%s\" is no group of fields", list->items[i]->text);
	}
	const struct words *never = &c->lists[LIST_NEVER];
	for (size_t i = 0; i < never->n; i++)
		if (catalogue_has_word(c, LIST_ATTACHMENTS, never->w[i]))
			return yml_err(c->root, ei, GW_EFORMAT,
			    "\"%s\" stands in both attachments and never", never->w[i]);
	if (!catalogue_has_word(c, LIST_NEVER, "other"))
		return yml_err(c->root, ei, GW_EFORMAT, "never: must name \"other\"");
	for (size_t i = 0; i < c->n_fields; i++)
		c->fields[i].repeats = catalogue_group_repeats(c, c->fields[i].group);
	return 0;
}

static int parse(const char *file, const void *p, size_t n, const struct catalogue *builtin,
    struct catalogue **ret_c, struct errinfo *ei)
{
	static const char *const keys[] = {"catalogue", "fields", "repeats", "programmes", "laws",
	    "consents", "duties", "attachments", "never", "derived"};
	struct catalogue *c GW_CLEANUP(catalogue_free_p) = str_alloc(sizeof *c);
	int r;
	c->bytes.max = CATALOGUE_BYTES;
	if ((r = yml_parse(file, p, n, &YML_SMALL, &c->root, ei)) < 0 ||
	    (r = yml_closed(c->root, keys, GW_LENGTH(keys), ei)) < 0 ||
	    (r = yml_int(c->root, "catalogue", 1, FIELD_INT_MAX, &c->version, ei)) < 0 ||
	    (r = read_fields(c, ei)) < 0 || (r = read_lists(c, builtin, ei)) < 0 ||
	    (r = buf_add(&c->bytes, p, n)) < 0)
		return r;
	catalogue_make_tree(c);
	hash_sha256_hex(p, n, c->sha256);
	*ret_c = c;
	c = NULL;
	return 0;
}

static struct catalogue *built_in;

static void parse_builtin(void)
{
	if (parse("catalogue.yaml", catalogue_data, catalogue_data_bytes, NULL, &built_in, NULL) <
	    0)
		abort();
}

const struct catalogue *catalogue_builtin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, parse_builtin);
	return built_in;
}

int catalogue_parse(
    const char *file, const void *p, size_t n, struct catalogue **ret_c, struct errinfo *ei)
{
	return parse(file, p, n, catalogue_builtin(), ret_c, ei);
}

int catalogue_load(const char *path, struct catalogue **ret_c, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(CATALOGUE_BYTES);
	int r = file_read(path, CATALOGUE_BYTES, &b, ei);
	return r < 0 ? r : catalogue_parse(path, b.data ? b.data : "", b.len, ret_c, ei);
}
