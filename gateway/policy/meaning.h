/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * meaning: the compiled map as one canonical JSON object; for this room only.
 *
 * Two policies with the same object do the same to every dossier. Left out are comments, layout and
 * order, and what is prose or a label: title, reasons, names of rules and profiles, and the
 * version, status and days of approval of the document.
 */
#ifndef GW_POLICY_MEANING_H
#define GW_POLICY_MEANING_H

#include <stddef.h>

#include "base/defs.h"
#include "base/json.h"
#include "policy/policy.h"

/* A new reference; aborts when memory is out. */
json_t *meaning_json(const struct policy *p) GW_MUST_USE;

/* What is decided about one field: its action with parameters and conditions; null when it stays.
 */
json_t *meaning_rule(const struct policy *p, const struct policy_rule *r) GW_MUST_USE;

/* The verdict for each detector word, in the order of the words. */
json_t *meaning_profile(const struct policy *p, size_t profile) GW_MUST_USE;

/* `only_if` as an object; its lists in canonical order. */
json_t *meaning_condition(const struct policy_condition *c) GW_MUST_USE;

/* The words whose bits are set, as an array in the order of the list. */
json_t *meaning_bits(const char *const *words, size_t n, unsigned bits) GW_MUST_USE;

/* Text in ascending byte order, as an array. */
json_t *meaning_sorted(const char *const *list, size_t n) GW_MUST_USE;

/* The roles that are to approve, sorted. */
json_t *meaning_approved(const struct policy *p) GW_MUST_USE;

/* "P28D". */
json_t *meaning_duration(struct duration d) GW_MUST_USE;

/* The transform as in dossier.json ("age_band:5"). */
json_t *meaning_as(const struct policy_rule *r) GW_MUST_USE;

#endif
