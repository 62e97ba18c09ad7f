/* SPDX-License-Identifier: EUPL-1.2 */
/* text: how the registry copies strings of a fixed size and writes strings into YAML. */
#ifndef GW_REGISTRY_TEXT_H
#define GW_REGISTRY_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"

/* Copy s (NULL: nothing) to out, cut to cap - 1 bytes, with a NUL. */
void text_copy(char *out, size_t cap, const char *s);

/* Append s in double quotes with \ and " escaped; control characters become spaces. As buf_add. */
int text_quote(const char *s, struct buf *out) GW_MUST_USE;

#endif
