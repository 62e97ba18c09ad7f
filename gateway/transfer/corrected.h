/* SPDX-License-Identifier: EUPL-1.2 */
/* corrected: which fields of a dossier a correction is about; for this room only. */
#ifndef GW_TRANSFER_CORRECTED_H
#define GW_TRANSFER_CORRECTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"

/* Fields of a catalogue, by their index. */
struct field_set {
	const struct catalogue *c;
	bool *has; /* one for each field */
	size_t n;  /* how many are in it */
};

void field_set_init(struct field_set *s, const struct catalogue *c);
void field_set_release(struct field_set *s);

/*
 * Add the field `name`, or all fields of the group `name` and of those inside it. GW_EUSAGE for a
 * word that is neither, with what it may have been meant to be.
 */
int field_set_add(struct field_set *s, const char *name, struct errinfo *ei) GW_MUST_USE;

/* Has the field a value in d; does it have other values in b than in a? A list of records differs
 * when its records, or which of them have a value, do. */
bool field_present(const struct dossier *d, const struct field *f);
bool field_differs(const struct dossier *a, const struct dossier *b, const struct field *f);

/*
 * corrected_find(names, n, old, d, ret, ei): the fields that d corrects.
 *
 * Those that are named; each must differ from `old` where there is one (a group: one of its fields
 * must, and those that do count), else GW_EREFUSED. None named: all that differ from `old`;
 * GW_EREFUSED when nothing does, GW_EUSAGE without `old`. Init *ret before, release it after.
 */
int corrected_find(const char *const *names, size_t n, const struct dossier *old,
    const struct dossier *d, struct field_set *ret, struct errinfo *ei) GW_MUST_USE;

#endif
