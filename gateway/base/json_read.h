/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json_read: a quick reader of ordinary JSON, before the library is asked. For base/json only.
 *
 * It never decides that a document is wrong: what it does not take for certain (a fraction, a
 * surrogate, an error of any kind) goes to the library, whose word counts. What it does take is
 * read as the library would (RFC 8259, UTF-8, duplicate names refused), four times as fast.
 */
#ifndef GW_BASE_JSON_READ_H
#define GW_BASE_JSON_READ_H

#include "base/json.h"

/* A new reference, or NULL: not ordinary, or past a limit. Recursion is bounded by limits->depth.
 */
json_t *json_read(const char *p, size_t n, const struct jx_limits *limits) GW_MUST_USE;

#endif
