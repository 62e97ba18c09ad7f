/* SPDX-License-Identifier: EUPL-1.2 */
/* labels: what fields, groups and words of a dossier are called on paper, in Dutch and English. */
#ifndef GW_PACKAGE_LABELS_H
#define GW_PACKAGE_LABELS_H

#include <stddef.h>

#include "base/date.h"
#include "package/html.h"

/*
 * The label of a field path ("wi.exams.part"), a group ("wi.exams") or another word of a package
 * ("public_task", "diploma"). A word without a label is its own: the result is then `word`.
 */
const char *label(const char *word, enum html_language language);

/* A category of a report's table by what is counted by ("derived.duration_band", "under_3m");
 * `none`, `other` and `total` have a label in every table; else the category as it is. */
void label_category(const char *dimension, const char *category, enum html_language language,
    char *out, size_t cap);

/* A law of the catalogue by its name ("pwet-7" is "Participatiewet art. 7"), else as it is. */
void label_law(const char *law, enum html_language language, char *out, size_t cap);

/* How long something is kept: "2 jaar na einde van het traject"; `after` is a word of the policy
 * language for an event, or NULL for none. */
void label_term(
    struct duration d, const char *after, enum html_language language, char *out, size_t cap);

/* The name of a language by its ISO 639-3 or 639-1 code; for one that is not listed, `code`. */
const char *language_name(const char *code, enum html_language language);

#endif
