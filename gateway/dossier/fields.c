/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"

enum {
	NOTES_MAX = 200,
	PLACES_DEEP = 8, /* a group, its record, a group in it, … */
	MOST_TAG = 80,
	SAFE_NAME = 41, /* with the NUL */
	DIGEST_SHOWN = 2,
	MOST_DIGITS = 8
};

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

/* Write where a place is, "ladder[2].step", from the outside in. */
static void place_text(const struct place *at, char out[PLACE_TEXT])
{
	const struct place *way[PLACES_DEEP] = {0};
	size_t deep = 0, n = 0;
	out[0] = '\0';
	for (; at && deep < PLACES_DEEP; at = at->in)
		if (at->in)
			way[deep++] = at;
	while (deep-- > 0 && n < PLACE_TEXT) {
		const struct place *p = way[deep];
		int k = p->key ? snprintf(out + n, PLACE_TEXT - n, "%s%.40s", n ? "." : "",
				     plain_word(p->key) ? p->key : "?")
			       : snprintf(out + n, PLACE_TEXT - n, "[%zu]", p->item);
		n += k > 0 ? (size_t)k : 0;
	}
}

int fields_wrong(
    const struct intake *in, const struct place *at, int code, const char *text, const char *what)
{
	char where[PLACE_TEXT];
	place_text(at, where);
	if (at->y)
		return yml_err(at->y, in->ei, code, "%s: %s%s", where, text, what);
	return err_at(in->ei, code, in->file, 0, 0, "%s: %s%s", where, text, what);
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

struct place place_member(const struct place *at, const char *key)
{
	return (struct place){.in = at, .key = key, .y = at->y ? yml_get(at->y, key) : NULL};
}

struct place place_item(const struct place *at, size_t i)
{
	return (struct place){
	    .in = at, .item = i, .y = at->y && at->y->kind == YML_LIST ? at->y->items[i] : NULL};
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

static int take_int(
    struct intake *in, const struct place *at, const struct field *f, json_t *v, json_t **ret_v)
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
		*ret_v = json_is_integer(v) ? json_incref(v) : json_integer(n);
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

/* Check one value against its field; *ret_v is a new reference, NULL when it is left out. */
static int take_value(
    struct intake *in, const struct place *at, const struct field *f, json_t *v, json_t **ret_v)
{
	char number[32];
	const char *text = json_string_value(v);
	if (json_is_null(v))
		return 0;
	if (transformed(v)) {
		*ret_v = json_incref(v);
		return 0;
	}
	if (empty(f, text)) {
		intake_note(in->d, DOSSIER_EMPTY, f->path);
		return 0;
	}
	if (ladder_has(in->ladder, f))
		return take_own_step(in, at, f, v, ret_v);
	if (f->type == FIELD_INT)
		return take_int(in, at, f, v, ret_v);
	bool was_text = text;
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
	else if (was_text || (f->type == FIELD_MONEY && json_is_integer(v)))
		*ret_v = json_incref(v);
	else
		*ret_v = json_string(text);
	return 0;
}

/* One record of a group: its fields, and the groups inside it. */
static int take_record(
    struct intake *in, const struct place *at, const struct field_group *g, json_t *v)
{
	const char *key;
	json_t *value;
	void *next;
	size_t n;
	if (!json_is_object(v))
		return fields_wrong(in, at, GW_EFORMAT, "fields are expected here", "");
	json_object_keylen_foreach_safe(v, next, key, n, value)
	{
		json_t *taken = NULL;
		struct place p = place_member(at, key);
		const struct field_member *m = field_member(g, key, n);
		int r = 0;
		if (!m)
			fields_note_unknown(in, g->path, key);
		else if (m->field)
			r = take_value(in, &p, m->field, value, &taken);
		else
			r = fields_take_group(in, &p, m->group, value, &taken);
		if (r < 0)
			return r;
		fields_settle(v, key, n, value, taken);
	}
	return 0;
}

void fields_settle(json_t *object, const char *key, size_t n, const json_t *was, json_t *is)
{
	if (!is)
		(void)json_object_deln(object, key, n);
	else if (is == was)
		json_decref(is);
	else if (json_object_setn_new(object, key, n, is) < 0)
		abort();
}

int fields_take_group(struct intake *in, const struct place *at, const struct field_group *g,
    json_t *v, json_t **ret_v)
{
	int r = 0;
	if (json_is_null(v))
		return 0;
	if (json_is_array(v) && !g->repeats)
		return fields_wrong(in, at, GW_EFORMAT, "this group may not be a list", "");
	if (!json_is_array(v))
		r = take_record(in, at, g, v);
	for (size_t i = 0; json_is_array(v) && i < json_array_size(v) && r == 0; i++) {
		struct place p = place_item(at, i);
		r = take_record(in, &p, g, json_array_get(v, i));
	}
	if (r == 0)
		*ret_v = json_incref(v);
	return r;
}
