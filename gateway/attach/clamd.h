/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clamd: asks a virus scanner about some bytes (clamd(8), INSTREAM) over its Unix socket. Inside
 * attach/ only.
 *
 * Only the exact answer "stream: OK" is good. Another answer, none, or a scanner that is not there
 * is a failure: nothing passes because nobody looked.
 */
#ifndef GW_ATTACH_CLAMD_H
#define GW_ATTACH_CLAMD_H

#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"

enum clamd_verdict { CLAMD_FAILED, CLAMD_CLEAN, CLAMD_FOUND };

/* What an answer of n bytes means, its NUL included. */
enum clamd_verdict clamd_answer(const char *answer, size_t n);

/* Ask about the n bytes at p; give up after that many seconds. */
enum clamd_verdict clamd_scan(const char *socket, const void *p, size_t n, unsigned seconds);

#endif
