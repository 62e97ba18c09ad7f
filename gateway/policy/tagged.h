/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tagged: a transformed value as it stands in dossier.json, {"as":"age_band:5","v":"35-39"}; for
 * this room only.
 */
#ifndef GW_POLICY_TAGGED_H
#define GW_POLICY_TAGGED_H

#include <stdbool.h>

#include "base/defs.h"
#include "base/json.h"
#include "dossier/types.h"
#include "policy/policy.h"

/* True when rule's results carry a tag: all transforms but keep and scanned. */
bool tagged_rule(const struct policy_rule *rule);

/* v under the tag of rule; takes the reference to v over. */
json_t *tagged_new(const struct policy_rule *rule, json_t *v) GW_MUST_USE;

/* True when value is exactly a tagged result that rule could have given. */
bool tagged_by(const struct policy_rule *rule, const json_t *value);

/* Read "keep", "age_band:5", "pseudonym:d" into as, n and domain (which points into text) of
 * *ret_r; GW_EFORMAT. */
int tagged_parse(const char *text, struct policy_rule *ret_r) GW_MUST_USE;

/* True when value is a tagged result that a transform of fields of that type could have given. */
bool tagged_by_some(enum field_type type, const json_t *value);

#endif
