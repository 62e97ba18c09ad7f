/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * png: a PNG reduced to the chunks of its picture (W3C PNG, third edition). Inside attach/ only; to
 * be run in the worker.
 *
 * Kept are IHDR, PLTE, IDAT, IEND and tRNS, gAMA, sRGB, pHYs; every check sum must be right, and
 * the compressed data must unpack to exactly the rows that the header promises.
 */
#ifndef GW_ATTACH_PNG_H
#define GW_ATTACH_PNG_H

#include "attach/image.h"

/* Append the clean picture to out. GW_EFORMAT broken, GW_ELIMIT too large, GW_ENOMEM. */
int png_clean(const void *p, size_t n, const struct attach_limits *limits, struct buf *out)
    GW_MUST_USE;

#endif
