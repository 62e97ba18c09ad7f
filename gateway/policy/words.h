/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * words: the closed lists of the policy language, and bits for their words.
 *
 * Every operative word of a policy comes from one of these lists, from the catalogue or from the
 * detectors: a word that is in none is an error where it stands.
 */
#ifndef GW_POLICY_WORDS_H
#define GW_POLICY_WORDS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"

struct policy_words {
	const char *const *list;
	size_t n;
};

/* clang-format off */
extern const struct policy_words policy_roles;        /* bits of enum policy_role */
extern const struct policy_words policy_contracts;    /* bits of enum policy_contract */
extern const struct policy_words policy_programmes;   /* bits in the order of the list */
extern const struct policy_words policy_requirements; /* bits of enum policy_requirement */
extern const struct policy_words policy_duties;       /* bits of enum policy_duty */
extern const struct policy_words policy_statuses;     /* enum policy_status */
extern const struct policy_words policy_formats;      /* pdf docx jpeg png */
extern const struct policy_words policy_purposes;
extern const struct policy_words policy_bases;        /* legal_basis.gdpr */
extern const struct policy_words policy_events;       /* retention … after */
extern const struct policy_words policy_cleans;       /* strip flatten text_only */
extern const struct policy_words policy_offers;       /* required direct */
extern const struct policy_words policy_exceptions;   /* for class special */
extern const struct policy_words policy_id_bases;     /* for class national_id */
extern const struct policy_words policy_transforms;   /* enum policy_as */
/* clang-format on */

/* The bit of a word in its list, or 0 when it is not there (or word is NULL). */
unsigned policy_bit(const struct policy_words *words, const char *word) GW_MUST_USE;

/* Append the words whose bits are set, separated by ", ". As buf_add. */
int policy_bits_text(const struct policy_words *words, unsigned bits, struct buf *out) GW_MUST_USE;

#endif
