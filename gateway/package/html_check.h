/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * html_check: may a dossier.html that came from another be shown to a person?
 *
 * A recipient opens the page in a browser, so whoever signed it must not be able to run anything
 * there or make it fetch something. What is allowed is named; all else is refused. That the page
 * says the same as dossier.json is its sender's word (docs/THREATS.md).
 */
#ifndef GW_PACKAGE_HTML_CHECK_H
#define GW_PACKAGE_HTML_CHECK_H

#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * html_check(p, n, ei): GW_EREFUSED unless the n bytes are UTF-8 that begins with <!DOCTYPE html>
 * and has only the elements and attributes of a plain page: no script, no style but one <style>
 * without any reference, no link but to `attachments/` or within the page, no comment.
 */
int html_check(const char *p, size_t n, struct errinfo *ei) GW_MUST_USE;

#endif
