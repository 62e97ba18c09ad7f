/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fields: the groups and fields of a dossier, taken one by one as the catalogue says. Inside
 * dossier/ only.
 */
#ifndef GW_DOSSIER_FIELDS_H
#define GW_DOSSIER_FIELDS_H

#include "dossier/intake.h"

enum { PLACE_TEXT = 160 };

/* An intake under way. */
struct intake {
	const struct catalogue *c;
	const char *file;                /* for messages */
	const struct ladder_map *ladder; /* or NULL */
	size_t files_max;
	struct dossier *d; /* what is taken so far */
	struct intake_names names;
	struct errinfo *ei;
};

/*
 * Where we are: a member or an item of a list, inside another place; and the YAML node, if it came
 * from YAML. Only a message ever writes it out ("ladder[2].step"; a key that is no plain word shows
 * as "?").
 */
struct place {
	const struct place *in; /* NULL: the whole dossier */
	const char *key;        /* NULL: an item of a list */
	size_t item;
	const struct yml *y;
};

/* The place of member `key` or item i inside at, all of which must live as long as it. */
struct place place_member(const struct place *at, const char *key);
struct place place_item(const struct place *at, size_t i);

/* Say what is wrong at a place: the two texts together. Returns code. */
int fields_wrong(
    const struct intake *in, const struct place *at, int code, const char *text, const char *what);

/* Count an unknown member of the group (a catalogue path, "" for the top). */
void fields_note_unknown(struct intake *in, const char *group, const char *key);

/*
 * Take the value v of a group as it is typed: one record, or a list of them where the catalogue
 * says that it repeats. v itself is put right: what is no field or has no value is taken out.
 * Returns 0 and a new reference to v, NULL when it was null; GW_EFORMAT, v then half done.
 */
int fields_take_group(struct intake *in, const struct place *at, const struct field_group *g,
    json_t *v, json_t **ret_v) GW_MUST_USE;

/*
 * The member `key` of n bytes, that was `was`, becomes `is` (a reference taken over; NULL: it
 * goes). Fits in json_object_keylen_foreach_safe.
 */
void fields_settle(json_t *object, const char *key, size_t n, const json_t *was, json_t *is);

#endif
