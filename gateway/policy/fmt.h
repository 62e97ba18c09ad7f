/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fmt: a policy (or policy test) in its one layout.
 *
 * Two blanks of indent, lines of at most 120 characters, lists of words in brackets, order and
 * quotes as the author has them. Comments stay: one on a line of its own before what it stood
 * before, one behind something behind it (or before it, where two would meet). The result is read
 * back: when a value or a comment were lost or changed, nothing is given.
 */
#ifndef GW_POLICY_FMT_H
#define GW_POLICY_FMT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

/*
 * policy_fmt(file, p, n, out, ei): append the n bytes at p in their layout to out.
 *
 * GW_EFORMAT or GW_ELIMIT with file:line:col for what is no YAML of the strict subset; GW_EFAIL
 * when it could not be done without loss. Formatting the result again changes nothing.
 */
int policy_fmt(const char *file, const void *p, size_t n, struct buf *out, struct errinfo *ei)
    GW_MUST_USE;

#endif
