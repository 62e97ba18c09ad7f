/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * transform: the table of transforms (docs/FORMATS.md §5), value by value.
 *
 * Every transform is total: for each value of its type it gives a result or says that the value is
 * dropped (empty, unknown, or too little known for it). A result never tells more than the table
 * says, also for short values.
 */
#ifndef GW_POLICY_TRANSFORM_H
#define GW_POLICY_TRANSFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "dossier/types.h"
#include "policy/policy.h"

/* True when the table gives `as` for fields of this type. */
bool transform_takes(enum policy_as as, enum field_type type);

/*
 * transform_value(rule, type, value, today, key, ret, ei): apply any transform but AS_SCANNED.
 *
 * `value` is of the type, as dossier/ gives it. AS_KEEP gives a new reference to it. `key` is the
 * pseudonym key of 32 bytes and needed for AS_PSEUDONYM only. Returns 0 with the new value
 * (untagged) in *ret_v, NULL when it is to be dropped; GW_ENOMEM.
 */
int transform_value(const struct policy_rule *rule, enum field_type type, const json_t *value,
    struct date today, const void *key, json_t **ret_v, struct errinfo *ei) GW_MUST_USE;

/* True when s is empty, or nothing but space and line ends: that is what an absent value is. */
bool transform_blank(const char *s);

/* True when v could be a result of the rule's transform (not AS_KEEP and AS_SCANNED): its form. */
bool transform_result(const struct policy_rule *rule, const json_t *v);

/*
 * The earliest day that a date may mean: month 00 is January, day 00 the first. False when the year
 * is unknown or text is no date.
 */
bool transform_earliest(const char *text, struct date *ret_d);

#endif
