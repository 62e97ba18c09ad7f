/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * html: dossier.html, the same facts as dossier.json for a person to read and print.
 *
 * One self-contained page: no script, no reference to anything outside the bag, every value
 * escaped. It needs no client system: a browser or a printer is enough.
 */
#ifndef GW_PACKAGE_HTML_H
#define GW_PACKAGE_HTML_H

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "package/note.h"

struct catalogue;

enum html_language { HTML_DUTCH, HTML_ENGLISH };

/* Append the page for a package's dossier.json. GW_ELIMIT when out is full. */
int html_write(const struct note *note, const json_t *dossier, const struct catalogue *catalogue,
    enum html_language language, struct buf *out, struct errinfo *ei) GW_MUST_USE;

#endif
