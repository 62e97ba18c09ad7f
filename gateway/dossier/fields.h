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

/* Where we are: the path for people ("ladder[2].step") and the YAML node, if it came from YAML. */
struct place {
	char text[PLACE_TEXT];
	const struct yml *y;
};

/* The place of member `key` or item i inside at. A key that is no plain word shows as "?". */
struct place place_member(const struct place *at, const char *key);
struct place place_item(const struct place *at, size_t i);

/* Say what is wrong at a place: the two texts together. Returns code. */
int fields_wrong(
    const struct intake *in, const struct place *at, int code, const char *text, const char *what);

/* Count an unknown member of the group (a catalogue path, "" for the top). */
void fields_note_unknown(struct intake *in, const char *group, const char *key);

/*
 * Take the value v of a group: one record, or a list of them where the catalogue says that it
 * repeats. Returns 0 and the typed value, NULL when it was null; GW_EFORMAT.
 */
int fields_take_group(struct intake *in, const struct place *at, const char *group, json_t *v,
    json_t **ret_v) GW_MUST_USE;

#endif
