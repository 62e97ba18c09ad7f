/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * armor: an age file as text, line by line (C2SP age, "ASCII armor"; strict RFC 7468).
 *
 * Reading is stricter than PEM readers tend to be: 64 columns in every line but the last, canonical
 * padded base64, no empty line, no headers; white space (1024 bytes at most) only before BEGIN and
 * after END. A full last line is followed by END at once: the opposite of the rule in headers.
 */
#ifndef GW_AGE_ARMOR_H
#define GW_AGE_ARMOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

enum { ARMOR_COLUMNS = 64, ARMOR_LINE = 48, ARMOR_BLANK = 1024 };

#define ARMOR_BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define ARMOR_END "-----END AGE ENCRYPTED FILE-----"

/* How far a reader has come; all zero before the first line. */
struct armor {
	enum { ARMOR_BEFORE, ARMOR_BODY, ARMOR_SHORT, ARMOR_AFTER } at;
	size_t line;  /* number of the last line taken, from 1 */
	size_t blank; /* bytes of white space outside */
};

/*
 * armor_line(a, s, n, out, ret_n, ei): take one line of n characters without its LF.
 *
 * A CR at its end is dropped. *ret_n is the number of bytes decoded to out: 0 outside the body.
 * GW_EFORMAT "armor failure: line N: …".
 */
int armor_line(struct armor *a, const char *s, size_t n, uint8_t out[ARMOR_LINE], size_t *ret_n,
    struct errinfo *ei) GW_MUST_USE;

/* The text is over: GW_EFORMAT unless END was seen. */
int armor_over(const struct armor *a, struct errinfo *ei) GW_MUST_USE;

/*
 * armor_encode(out, p, n): append n bytes as lines of 64 columns; only the last call of a file may
 * have an n that is no multiple of ARMOR_LINE. As buf_add. BEGIN and END are the caller's.
 */
int armor_encode(struct buf *out, const void *p, size_t n) GW_MUST_USE;

#endif
