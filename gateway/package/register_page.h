/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * register_page: a policy as one page for the register of processing: what is handed over to whom,
 * on what ground, for how long, and of every field what happens to it and why.
 *
 * Self-contained, printable and accessible, as dossier.html is; a function of the policy alone. It
 * passes html_check.
 */
#ifndef GW_PACKAGE_REGISTER_PAGE_H
#define GW_PACKAGE_REGISTER_PAGE_H

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "package/html.h"
#include "policy/policy.h"

/* Append the page. GW_ELIMIT when out is full. */
int register_page(const struct policy *p, enum html_language language, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

#endif
