/* SPDX-License-Identifier: EUPL-1.2 */
/* What the form of statements offers to their making. Inside sign/ only. */
#ifndef GW_SIGN_STATEMENT_IMPL_H
#define GW_SIGN_STATEMENT_IMPL_H

#include <jansson.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * Add members (borrowed) to body in the order of kind's table. GW_EFORMAT for an unknown kind, a
 * member that it does not have, or one that body has already. Values are not checked.
 */
int statement_order(const char *kind, const json_t *members, json_t *body, struct errinfo *ei)
    GW_MUST_USE;

#endif
