/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake: from the parsed text of a dossier to the dossier value. Inside dossier/ only.
 *
 * JSON and YAML take one way: YAML becomes JSON text values first, and its nodes stay at hand to
 * point at in messages.
 */
#ifndef GW_DOSSIER_INTAKE_H
#define GW_DOSSIER_INTAKE_H

#include "dossier/dossier.h"

enum intake_kind { INTAKE_JSON, INTAKE_YAML };

/* The names of the files that `attachments` lists, in the order of dossier.files. */
struct intake_names {
	char **names;
	size_t n;
};

void intake_names_release(struct intake_names *l);

/*
 * Parse the n bytes at p. On success *ret_d has files with type and ext but no bytes, and
 * *ret_names (when not NULL) their names, each of them relative and safe (intake_name_ok). Errors
 * as dossier_read.
 */
int intake_parse(enum intake_kind kind, const char *file, const void *p, size_t n,
    const struct catalogue *c, const struct dossier_limits *limits, struct dossier **ret_d,
    struct intake_names *ret_names, struct errinfo *ei) GW_MUST_USE;

/*
 * True when name may name a member: relative, UTF-8, parts joined by single slashes, none of them
 * empty, "." or "..", no backslash, colon or control character, at most 255 bytes.
 */
bool intake_name_ok(const char *name);

/* Count something that is left out; path is safe to show. */
void intake_note(struct dossier *d, enum dossier_note_kind kind, const char *path);

#endif
