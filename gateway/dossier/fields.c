/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"

enum {
	NOTES_MAX = 200,
	LEVELS = 3, /* groups inside groups */
	MOST_TAG = 80,
	SAFE_NAME = 41, /* with the NUL */
	DIGEST_SHOWN = 2,
	MOST_DIGITS = 8
};

int fields_wrong(
    const struct intake *in, const struct place *at, int code, const char *text, const char *what)
{
	if (at->y)
		return yml_err(at->y, in->ei, code, "%s: %s%s", at->text, text, what);
	return err_at(in->ei, code, in->file, 0, 0, "%s: %s%s", at->text, text, what);
}

/* A member name that may stand in a message or report: hostile input chooses these. */
static bool plain_word(const char *s)
{
	size_t n = 0;
	for (; s[n]; n++)
		if (n >= SAFE_NAME - 1 || strspn(s + n, "0123456789") >= MOST_DIGITS ||
		    !((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') || s[n] == '_' ||
			s[n] == '-' || (n && s[n] >= '0' && s[n] <= '9')))
			return false;
	return n > 0;
}

/*
 * What a member name that is no plain word is called in notes: letters, digits and ._- as they are,
 * all else and long runs of digits (a number of somebody) as "_", cut, and a digest behind it that
 * keeps such names apart.
 */
static void safe_name(const char *key, char out[SAFE_NAME])
{
	uint8_t digest[HASH_BYTES];
	char hex[DIGEST_SHOWN * 2 + 1];
	size_t n = 0;
	for (const char *c = key; *c && n < SAFE_NAME - sizeof hex - 1; c++) {
		size_t run = strspn(c, "0123456789");
		bool word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		    (run && run < MOST_DIGITS) || strchr("._-", *c);
		out[n++] = word ? *c : '_';
		c += run < MOST_DIGITS ? 0 : run - 1;
	}
	hash_sha256(key, strlen(key), digest);
	str_hex(digest, DIGEST_SHOWN, hex);
	(void)snprintf(out + n, SAFE_NAME - n, "-%s", hex);
}

/* The place of member `key` inside at; its node when there are nodes. */
struct place place_member(const struct place *at, const char *key)
{
	struct place p = {.y = at->y ? yml_get(at->y, key) : NULL};
	(void)snprintf(p.text, sizeof p.text, "%.100s%s%.40s", at->text, *at->text ? "." : "",
	    plain_word(key) ? key : "?");
	return p;
}

struct place place_item(const struct place *at, size_t i)
{
	struct place p = {.y = at->y && at->y->kind == YML_LIST ? at->y->items[i] : NULL};
	(void)snprintf(p.text, sizeof p.text, "%.100s[%zu]", at->text, i);
	return p;
}

void intake_note(struct dossier *d, enum dossier_note_kind kind, const char *path)
{
	for (size_t i = 0; i < d->n_notes; i++)
		if (d->notes[i].kind == kind &&
		    (str_eq(d->notes[i].path, path) || i + 1 == NOTES_MAX)) {
			d->notes[i].count++;
			return;
		}
	if (d->n_notes >= NOTES_MAX - 1)
		path = "?";
	struct dossier_note *grown = reallocarray(d->notes, d->n_notes + 1, sizeof *grown);
	if (!grown)
		abort();
	d->notes = grown;
	d->notes[d->n_notes++] = (struct dossier_note){kind, str_dup(path), 1};
}

/* Note an unknown member of the group (catalogue path, "" for the top). */
void fields_note_unknown(struct intake *in, const char *group, const char *key)
{
	char path[PLACE_TEXT], safe[SAFE_NAME];
	if (!plain_word(key)) {
		safe_name(key, safe);
		key = safe;
	}
	(void)snprintf(path, sizeof path, "%s%s%s", group, *group ? "." : "", key);
	intake_note(in->d, DOSSIER_UNKNOWN, path);
}

static int take_int(struct intake *in, const struct place *at, const struct field *f,
    const json_t *v, json_t **ret_v)
{
	json_int_t n = json_integer_value(v);
	uint64_t u;
	if (at->y && json_is_string(v)) {
		if (str_u64(json_string_value(v), INT64_MAX, &u) < 0)
			return fields_wrong(in, at, GW_EFORMAT, "a whole number is expected", "");
		n = (json_int_t)u;
	} else if (!json_is_integer(v)) {
		return fields_wrong(in, at, GW_EFORMAT, "a whole number is expected", "");
	}
	if (n < f->low || n > f->high)
		intake_note(in->d, DOSSIER_CODE, f->path);
	else
		*ret_v = json_integer(n);
	return 0;
}

/* A step of the sender's own ladder: any word or whole number, of which the map says what it is. */
static int take_own_step(struct intake *in, const struct place *at, const struct field *f,
    const json_t *v, json_t **ret_v)
{
	char number[24];
	const char *own = json_string_value(v);
	if (json_is_integer(v)) {
		(void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
		own = number;
	}
	if (!own)
		return fields_wrong(
		    in, at, GW_EFORMAT, "a step of the sender's own ladder is expected", "");
	int step = ladder_step(in->ladder, f, own);
	if (step < f->low || step > f->high)
		intake_note(in->d, DOSSIER_LADDER, f->path);
	else
		*ret_v = json_integer(step);
	return 0;
}

/* A JSON number where text is expected: whole ones for codes and amounts, cents for amounts. */
static int number_text(const struct field *f, const json_t *v, char *out, size_t cap)
{
	double amount = json_is_real(v) ? json_real_value(v) * 100 : -1;
	if ((f->type == FIELD_CODE || f->type == FIELD_MONEY) && json_is_integer(v) &&
	    json_integer_value(v) >= 0) {
		(void)snprintf(out, cap, "%lld", (long long)json_integer_value(v));
		return 0;
	}
	if (f->type != FIELD_MONEY || !(amount >= 0 && amount < 1e11))
		return GW_EFORMAT;
	long long cents = (long long)(amount + 0.5);
	double off = amount - (double)cents;
	if (off > 1e-4 || off < -1e-4)
		return GW_EFORMAT;
	(void)snprintf(out, cap, "%lld.%02lld", cents / 100, cents % 100);
	return 0;
}

/*
 * A value that another policy transformed before it came here: {"as":"age_band:5","v":"35-39"}. It
 * is no longer of its field's type; policy/ judges it.
 */
static bool transformed(const json_t *v)
{
	const json_t *as = json_object_get(v, "as"), *value = json_object_get(v, "v");
	return json_is_object(v) && json_object_size(v) == 2 && json_is_string(as) &&
	    json_string_length(as) <= MOST_TAG &&
	    (json_is_true(value) ||
		(json_is_string(value) &&
		    field_type_check(FIELD_TEXT_SHORT, json_string_value(value))));
}

/*
 * Systems export a field that nobody filled in as "": it is absent, as null is. A type that has
 * room for empty text (names, texts) keeps it, and policy/ drops it.
 */
static bool empty(const struct field *f, const char *text)
{
	return text && !text[strspn(text, " \t\r\n")] && !field_type_check(f->type, text);
}

/* Check one value against its field; *ret_v stays NULL when it is left out. */
static int take_value(struct intake *in, const struct place *at, const struct field *f,
    const json_t *v, json_t **ret_v)
{
	char number[32];
	const char *text = json_string_value(v);
	if (json_is_null(v))
		return 0;
	if (transformed(v)) {
		*ret_v = json_deep_copy(v);
		return *ret_v ? 0 : fields_wrong(in, at, GW_ENOMEM, "out of memory", "");
	}
	if (empty(f, text)) {
		intake_note(in->d, DOSSIER_EMPTY, f->path);
		return 0;
	}
	if (ladder_has(in->ladder, f))
		return take_own_step(in, at, f, v, ret_v);
	if (f->type == FIELD_INT)
		return take_int(in, at, f, v, ret_v);
	if (!text && number_text(f, v, number, sizeof number) == 0)
		text = number;
	if (!text && json_is_number(v) && f->type != FIELD_MONEY)
		return fields_wrong(in, at, GW_EFORMAT, field_type_hint(f->type),
		    " is expected, in quotes: it is no number");
	if (!text || !field_type_check(f->type, text))
		return fields_wrong(in, at, GW_EFORMAT, field_type_hint(f->type), " is expected");
	if (f->type == FIELD_CODE && !field_code_known(f, text))
		intake_note(in->d, DOSSIER_CODE, f->path);
	else if (f->type == FIELD_BSN && strlen(text) == 8)
		*ret_v = json_sprintf("0%s", text);
	else if (f->type == FIELD_MONEY && json_is_integer(v))
		*ret_v = json_integer(json_integer_value(v));
	else
		*ret_v = json_string(text);
	return 0;
}

static int take_group(struct intake *in, const struct place *at, const char *group, json_t *v,
    unsigned level, json_t **ret_v);

/* One record of a group: its fields, and the groups inside it. */
static int take_record(struct intake *in, const struct place *at, const char *group, json_t *v,
    unsigned level, json_t **ret_v)
{
	const char *key;
	json_t *value;
	if (!json_is_object(v))
		return fields_wrong(in, at, GW_EFORMAT, "fields are expected here", "");
	json_t *record GW_CLEANUP(jx_release) = json_object();
	json_object_foreach (v, key, value) {
		char path[PLACE_TEXT];
		json_t *taken = NULL;
		struct place p = place_member(at, key);
		int r = 0;
		(void)snprintf(path, sizeof path, "%s.%s", group, key);
		bool plain = !strchr(key, '.'); /* a name, not a path that slips past its group */
		const struct field *f = plain ? catalogue_find(in->c, path) : NULL;
		if (f)
			r = take_value(in, &p, f, value, &taken);
		else if (plain && level < LEVELS && catalogue_has_group(in->c, path))
			r = take_group(in, &p, path, value, level + 1, &taken);
		else
			fields_note_unknown(in, group, key);
		if (r < 0)
			return r;
		if (taken)
			jx_set(record, key, taken);
	}
	*ret_v = record;
	record = NULL;
	return 0;
}

/* A group: one record, or a list of them where the catalogue says that it repeats. */
static int take_group(struct intake *in, const struct place *at, const char *group, json_t *v,
    unsigned level, json_t **ret_v)
{
	if (json_is_null(v))
		return 0;
	if (!json_is_array(v))
		return take_record(in, at, group, v, level, ret_v);
	if (!catalogue_group_repeats(in->c, group))
		return fields_wrong(in, at, GW_EFORMAT, "this group may not be a list", "");
	json_t *list GW_CLEANUP(jx_release) = json_array();
	for (size_t i = 0; i < json_array_size(v); i++) {
		json_t *record = NULL;
		struct place p = place_item(at, i);
		int r = take_record(in, &p, group, json_array_get(v, i), level, &record);
		if (r < 0)
			return r;
		jx_add(list, record);
	}
	*ret_v = list;
	list = NULL;
	return 0;
}

int fields_take_group(
    struct intake *in, const struct place *at, const char *group, json_t *v, json_t **ret_v)
{
	return take_group(in, at, group, v, 1, ret_v);
}
