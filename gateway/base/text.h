/* SPDX-License-Identifier: EUPL-1.2 */
/* text: is a file the kind of text that we read? Other programs like to save another one. */
#ifndef GW_BASE_TEXT_H
#define GW_BASE_TEXT_H

#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * text_form(file, p, n, ei): 0 when the n bytes at p are UTF-8 without a byte order mark; else
 * GW_EFORMAT with a message that names file and the line of the first wrong byte, and what to do.
 */
int text_form(const char *file, const void *p, size_t n, struct errinfo *ei) GW_MUST_USE;

#endif
