/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/fields.h"

/* The text member `key`; *ret_s NULL when it is absent and may be. */
static int text_member(struct intake *in, const struct place *at, json_t *object, const char *key,
    enum field_type type, bool needed, const char **ret_s)
{
	json_t *v = json_object_get(object, key);
	struct place p = place_member(at, key);
	*ret_s = NULL;
	if ((!v || json_is_null(v)) && !needed)
		return 0;
	if (!p.y)
		p.y = at->y;
	if (!v)
		return fields_wrong(in, &p, GW_EFORMAT, "is missing", "");
	const char *s = json_string_value(v);
	if (json_is_number(v))
		return fields_wrong(in, &p, GW_EFORMAT, field_type_hint(type),
		    " is expected, in quotes: it is no number");
	if (!s || !*s || !field_type_check(type, s))
		return fields_wrong(in, &p, GW_EFORMAT, field_type_hint(type), " is expected");
	*ret_s = s;
	return 0;
}

/* Note the members of object that words[0..n) does not list. */
static void note_others(
    struct intake *in, const char *group, json_t *object, const char *const *words, size_t n)
{
	const char *key;
	json_t *value;
	json_object_foreach (object, key, value) {
		bool known = false;
		for (size_t i = 0; i < n; i++)
			known |= str_eq(words[i], key);
		if (!known)
			fields_note_unknown(in, group, key);
	}
}

/* Names the words that would have been right. */
static int unknown_programme(struct intake *in, const struct place *at)
{
	struct buf list GW_CLEANUP(buf_release) = BUF_INIT(400);
	size_t n;
	const char *const *words = catalogue_words(in->c, LIST_PROGRAMMES, &n);
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = buf_addf(&list, "%s%s", i ? ", " : "", words[i]);
	(void)r; /* a list that is too long is cut */
	return fields_wrong(in, at, GW_EFORMAT, "the catalogue has no such programme; it has ",
	    list.len ? list.data : "none");
}

static int take_context(struct intake *in, const struct place *at, json_t *v)
{
	static const char *const words[] = {"programme", "contract"};
	const char *programme, *contract;
	int r;
	if (!json_is_object(v))
		return fields_wrong(
		    in, at, GW_EFORMAT, "programme and contract are expected here", "");
	if ((r = text_member(in, at, v, "programme", FIELD_CODE, false, &programme)) < 0 ||
	    (r = text_member(in, at, v, "contract", FIELD_CODE, false, &contract)) < 0)
		return r;
	if (programme && !catalogue_has_word(in->c, LIST_PROGRAMMES, programme)) {
		struct place p = place_member(at, "programme");
		return unknown_programme(in, &p);
	}
	in->d->programme = programme ? str_dup(programme) : NULL;
	in->d->contract = contract ? str_dup(contract) : NULL;
	note_others(in, "context", v, words, GW_LENGTH(words));
	return 0;
}

static int date_member(struct intake *in, const struct place *at, json_t *object, const char *key,
    bool needed, struct date *ret_d)
{
	const char *s;
	int r = text_member(in, at, object, key, FIELD_DATE, needed, &s);
	if (r < 0 || !s)
		return r;
	if (date_parse(s, ret_d) < 0) {
		struct place p = place_member(at, key);
		return fields_wrong(
		    in, &p, GW_EFORMAT, "a whole date as YYYY-MM-DD is expected", "");
	}
	return 0;
}

static int take_consent(struct intake *in, const struct place *at, json_t *v)
{
	static const char *const words[] = {"scope", "form", "given", "withdrawn"};
	const char *scope, *form;
	struct consent k = {0};
	int r;
	if (!json_is_object(v))
		return fields_wrong(
		    in, at, GW_EFORMAT, "scope, form and given are expected here", "");
	if ((r = text_member(in, at, v, "scope", FIELD_CODE, true, &scope)) < 0 ||
	    (r = text_member(in, at, v, "form", FIELD_TEXT_SHORT, false, &form)) < 0 ||
	    (r = date_member(in, at, v, "given", true, &k.given)) < 0 ||
	    (r = date_member(in, at, v, "withdrawn", false, &k.withdrawn)) < 0)
		return r;
	note_others(in, "consents", v, words, GW_LENGTH(words));
	if (!catalogue_has_word(in->c, LIST_CONSENTS, scope)) {
		intake_note(in->d, DOSSIER_CONSENT, "consents.scope");
		return 0;
	}
	struct consent *grown = reallocarray(in->d->consents, in->d->n_consents + 1, sizeof *grown);
	if (!grown)
		abort();
	in->d->consents = grown;
	k.scope = str_dup(scope);
	k.form = form ? str_dup(form) : NULL;
	in->d->consents[in->d->n_consents++] = k;
	return 0;
}

bool intake_name_ok(const char *name)
{
	size_t n = strlen(name), part = 0;
	if (n == 0 || n > 255 || !str_utf8(name, n))
		return false;
	for (size_t i = 0; i <= n; i++) {
		unsigned char ch = (unsigned char)name[i];
		if (ch && ch != '/') {
			if (ch < 0x20 || ch == 0x7f || ch == '\\' || ch == ':')
				return false;
			part++;
			continue;
		}
		if (part == 0 || (part == 1 && name[i - 1] == '.') ||
		    (part == 2 && name[i - 1] == '.' && name[i - 2] == '.'))
			return false;
		part = 0;
	}
	return true;
}

/* The word of the catalogue itself, which outlives the dossier. */
static const char *attachment_type(const struct catalogue *c, const char *type)
{
	const enum catalogue_list lists[] = {LIST_ATTACHMENTS, LIST_NEVER};
	for (size_t l = 0; l < GW_LENGTH(lists); l++) {
		size_t n;
		const char *const *w = catalogue_words(c, lists[l], &n);
		for (size_t i = 0; i < n; i++)
			if (str_eq(w[i], type))
				return w[i];
	}
	return NULL;
}

static void set_ext(struct dossier_file *f, const char *name)
{
	const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');
	if (!dot)
		return;
	for (size_t i = 0; dot[i + 1] && i + 1 < sizeof f->ext; i++) {
		char ch = dot[i + 1];
		f->ext[i] = ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
	}
}

static int take_attachment(struct intake *in, const struct place *at, json_t *v)
{
	static const char *const words[] = {"type", "file"};
	const char *type, *name;
	struct dossier_file f = {0};
	struct dossier *d = in->d;
	int r;
	if (!json_is_object(v))
		return fields_wrong(in, at, GW_EFORMAT, "type and file are expected here", "");
	if ((r = text_member(in, at, v, "type", FIELD_CODE, true, &type)) < 0 ||
	    (r = text_member(in, at, v, "file", FIELD_TEXT, true, &name)) < 0)
		return r;
	note_others(in, "attachments", v, words, GW_LENGTH(words));
	struct place p = place_member(at, "file");
	if (!name || !intake_name_ok(name))
		return fields_wrong(in, &p, GW_EFORMAT,
		    "a path inside the dossier is expected, without .. or a leading slash", "");
	for (size_t i = 0; i < in->names.n; i++)
		if (str_eq(in->names.names[i], name))
			return fields_wrong(in, &p, GW_EFORMAT, "this file is named twice", "");
	if (d->n_files >= in->files_max)
		return fields_wrong(in, at, GW_ELIMIT, "too many attachments", "");
	f.type = attachment_type(in->c, type);
	if (!f.type) {
		f.type = attachment_type(in->c, "other");
		intake_note(d, DOSSIER_ATTACHMENT, "attachments.type");
	}
	set_ext(&f, name);
	struct dossier_file *files = reallocarray(d->files, d->n_files + 1, sizeof *files);
	char **names = reallocarray(in->names.names, in->names.n + 1, sizeof *names);
	if (!files || !names)
		abort();
	d->files = files;
	d->files[d->n_files++] = f;
	in->names.names = names;
	in->names.names[in->names.n++] = str_dup(name);
	return 0;
}

/* consents and attachments: a list, or one object. */
static int take_list(struct intake *in, const struct place *at, json_t *v,
    int (*take)(struct intake *, const struct place *, json_t *))
{
	int r = 0;
	if (!json_is_array(v))
		return take(in, at, v);
	for (size_t i = 0; i < json_array_size(v) && r == 0; i++) {
		struct place p = place_item(at, i);
		r = take(in, &p, json_array_get(v, i));
	}
	return r;
}

static int take_version(struct intake *in, const struct place *at, json_t *v)
{
	uint64_t n = UINT64_MAX;
	if (json_is_integer(v) && json_integer_value(v) >= 0)
		n = (uint64_t)json_integer_value(v);
	else if (!at->y || !json_is_string(v) || str_u64(json_string_value(v), INT64_MAX, &n) < 0)
		return fields_wrong(
		    in, at, GW_EFORMAT, "the version of the catalogue is expected", "");
	if (n != (uint64_t)catalogue_version(in->c)) {
		char ours[24];
		(void)snprintf(ours, sizeof ours, "%lld", (long long)catalogue_version(in->c));
		return fields_wrong(in, at, GW_EFORMAT,
		    "this dossier is made for another version of the catalogue than ours, ", ours);
	}
	return 0;
}

static bool is_reserved(const char *key)
{
	return str_eq(key, "catalogue") || str_eq(key, "context") || str_eq(key, "consents") ||
	    str_eq(key, "attachments");
}

/* One of the reserved members, which are no groups of fields. */
static int take_reserved(struct intake *in, const struct place *at, const char *key, json_t *value)
{
	if (str_eq(key, "catalogue"))
		return take_version(in, at, value);
	if (json_is_null(value))
		return 0; /* absent, as a field that is null */
	if (str_eq(key, "context"))
		return take_context(in, at, value);
	return take_list(in, at, value, str_eq(key, "consents") ? take_consent : take_attachment);
}

/* The root becomes the data: what is no group of the catalogue is taken out of it. */
static int take_top(struct intake *in, json_t *root, const struct yml *y)
{
	const char *key;
	json_t *value;
	void *next;
	size_t n;
	const struct place top = {.y = y};
	if (!json_is_object(root))
		return err_at(
		    in->ei, GW_EFORMAT, in->file, 0, 0, "a dossier is an object of groups");
	in->d->data = json_incref(root);
	json_object_keylen_foreach_safe(root, next, key, n, value)
	{
		json_t *taken = NULL;
		struct place p = place_member(&top, key);
		const struct field_member *m = field_member(catalogue_tree(in->c), key, n);
		int r = 0;
		if (is_reserved(key))
			r = take_reserved(in, &p, key, value);
		else if (m)
			r = fields_take_group(in, &p, m->group, value, &taken);
		else
			fields_note_unknown(in, "", key);
		if (r < 0)
			return r;
		fields_settle(root, key, n, value, taken);
	}
	return 0;
}

/* YAML as JSON: every scalar is text, an empty plain one is null. Depth is bounded by the reader.
 */
static json_t *from_yaml(const struct yml *y)
{
	json_t *j;
	switch (y->kind) {
	case YML_SCALAR:
		return *y->text || y->quoted ? json_string(y->text) : json_null();
	case YML_LIST:
		j = json_array();
		for (size_t i = 0; i < y->n; i++)
			jx_add(j, from_yaml(y->items[i]));
		return j;
	case YML_MAP:
		j = json_object();
		for (size_t i = 0; i < y->n; i++)
			jx_set(j, y->keys[i]->text, from_yaml(y->items[i]));
		return j;
	}
	return NULL;
}

void intake_names_release(struct intake_names *l)
{
	for (size_t i = 0; i < l->n; i++)
		str_wipe_p(&l->names[i]);
	free(l->names);
	*l = (struct intake_names){0};
}

static int take(const char *file, json_t *root, const struct yml *y, const struct catalogue *c,
    const struct dossier_limits *l, struct dossier **ret_d, struct intake_names *ret_names,
    struct errinfo *ei)
{
	struct dossier *d GW_CLEANUP(dossier_free_p) = str_alloc(sizeof *d);
	struct intake in = {
	    .c = c, .file = file, .ladder = l->ladder, .files_max = l->files, .d = d, .ei = ei};
	int r = take_top(&in, root, y);
	if (r == 0 && ret_names) {
		*ret_names = in.names;
		in.names = (struct intake_names){0};
	}
	intake_names_release(&in.names);
	if (r < 0)
		return r;
	*ret_d = d;
	d = NULL;
	return 0;
}

int intake_parse(enum intake_kind kind, const char *file, const void *p, size_t n,
    const struct catalogue *c, const struct dossier_limits *limits, struct dossier **ret_d,
    struct intake_names *ret_names, struct errinfo *ei)
{
	json_t *root GW_CLEANUP(jx_release) = NULL;
	struct yml *y GW_CLEANUP(yml_free_p) = NULL;
	const struct dossier_limits *l = limits ? limits : &DOSSIER_LIMITS;
	int r;
	if (kind == INTAKE_JSON) {
		const struct jx_limits jl = {l->json_bytes, l->depth, l->values};
		r = jx_parse(file, p, n, &jl, &root, ei);
	} else {
		const struct yml_limits yl = {l->json_bytes, l->depth, l->values / 5};
		r = yml_parse(file, p, n, &yl, &y, ei);
		if (r == 0)
			root = from_yaml(y);
	}
	return r < 0 ? r : take(file, root, y, c, l, ret_d, ret_names, ei);
}

int dossier_from_yml(
    const struct yml *map, const struct catalogue *c, struct dossier **ret_d, struct errinfo *ei)
{
	json_t *root GW_CLEANUP(jx_release) = from_yaml(map);
	return take(map->file, root, map, c, &DOSSIER_LIMITS, ret_d, NULL, ei);
}
