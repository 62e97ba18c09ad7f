/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * png: a PNG written anew from its pixels (W3C PNG, third edition). Inside attach/ only; to be run
 * in the worker.
 *
 * Every check sum must be right, and the compressed data must unpack to exactly the rows that the
 * header promises, under filters and colours that there are. Kept are depth, colour type, interlace
 * and, at their exact size and place, PLTE and tRNS of a colour type that has them, gAMA, sRGB and
 * pHYs. What no viewer shows is zero: see png_rows.h; and the colours of the palette that no pixel
 * has.
 */
#ifndef GW_ATTACH_PNG_H
#define GW_ATTACH_PNG_H

#include "attach/attach.h"

/* Append the clean picture to out. GW_EFORMAT broken, GW_ELIMIT too large, GW_ENOMEM. */
int png_clean(const void *p, size_t n, const struct attach_limits *limits, struct buf *out)
    GW_MUST_USE;

#endif
