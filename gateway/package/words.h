/* SPDX-License-Identifier: EUPL-1.2 */
/* words: sentences for people while they are put together; for this room and its users. */
#ifndef GW_PACKAGE_WORDS_H
#define GW_PACKAGE_WORDS_H

#include "base/buf.h"
#include "base/defs.h"
#include "package/html.h"

/* Append as printf would (1,000 bytes at most); what no longer fits in out is left out. */
void words_add(struct buf *out, const char *fmt, ...) GW_PRINTF(2, 3);

/* One of the two, by the language. */
const char *words_say(enum html_language language, const char *dutch, const char *english);

#endif
