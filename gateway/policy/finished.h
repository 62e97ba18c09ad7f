/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * finished: the last look at what is about to leave, apart from the one that made it.
 *
 * It starts from the bytes that will be written, so that a fault on the way to them (a text that
 * missed its scan, a page that shows more than it should) refuses instead of leaving.
 */
#ifndef GW_POLICY_FINISHED_H
#define GW_POLICY_FINISHED_H

#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"
#include "policy/policy.h"

/*
 * policy_finished(p, json, json_n, html, html_n, ei): is nothing left in dossier.json and
 * dossier.html that p blocks?
 *
 * GW_EREFUSED, naming field and kind, when a scanned text holds what its profile blocks, when a
 * kept or shortened short text holds a BSN or IBAN, or when the page holds a BSN (of nine digits,
 * or with a word for it) or an IBAN that stands nowhere in the JSON. GW_EFORMAT: json is none.
 */
int policy_finished(const struct policy *p, const char *json, size_t json_n, const char *html,
    size_t html_n, struct errinfo *ei) GW_MUST_USE;

#endif
