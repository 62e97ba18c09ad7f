/* SPDX-License-Identifier: EUPL-1.2 */
/* casetest_read: how a test file is read; for this room only. */
#ifndef GW_POLICY_CASETEST_READ_H
#define GW_POLICY_CASETEST_READ_H

#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "policy/casetest.h"

struct yml;

/* The day and the cases of a whole test file for p. GW_EFORMAT with its place. */
int case_list(const struct yml *root, const struct policy *p, struct date *ret_as_of,
    const struct yml **ret_cases, struct errinfo *ei) GW_MUST_USE;

/* yml_closed that says which keys there are. */
int case_closed(const struct yml *map, const char *const *keys, size_t n, struct errinfo *ei)
    GW_MUST_USE;

/* Read one case into *ret (zeroed), which borrows from the tree and is released in any case; what
 * it expects is not looked at. GW_EFORMAT, GW_ELIMIT. */
int case_read(const struct policy *p, const struct yml *c, struct date as_of,
    struct case_given *ret, struct errinfo *ei) GW_MUST_USE;

#endif
