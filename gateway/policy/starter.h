/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * starter: a policy to begin with, in which everything stays, and its test.
 *
 * The comments are for the officer who goes on from there: what each key means, which words it
 * takes, and how a rule, a condition and an attachment look. Both texts load without a finding and
 * are in the layout of policy_fmt.
 */
#ifndef GW_POLICY_STARTER_H
#define GW_POLICY_STARTER_H

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "dossier/catalogue.h"

/* Append the draft `id` (a good name, see policy_name) for catalogue c, valid for a year from
 * today. As buf_add. */
int starter_policy(const char *id, const struct catalogue *c, struct date today, struct buf *out)
    GW_MUST_USE;

/* Append its tests. As buf_add. */
int starter_tests(const char *id, struct date today, struct buf *out) GW_MUST_USE;

#endif
