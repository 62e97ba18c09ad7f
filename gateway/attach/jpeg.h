/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * jpeg: a JPEG rebuilt from its picture alone (ITU-T T.81, JFIF 1.02, Exif orientation). Inside
 * attach/ only; to be run in the worker.
 *
 * The markers are walked here and only those of the picture go on. What remains is decoded to
 * coefficients and written anew without loss, in progressive scans, so that nothing hides between
 * or behind them and the codes fit the picture. A turn that partial blocks at the edge or the
 * sampling forbid is made on pixels, at quality 92.
 */
#ifndef GW_ATTACH_JPEG_H
#define GW_ATTACH_JPEG_H

#include "attach/attach.h"

/* Whether the orientation of Exif turns the picture: one within a document stands as it is stored.
 */
enum jpeg_turn { JPEG_UPRIGHT, JPEG_AS_STORED };

/* Append the clean picture to out. GW_EFORMAT broken, GW_ELIMIT too large, GW_ESUPPORT a kind of
 * JPEG that no cleaner knows (lossless, arithmetic, odd sampling), GW_ENOMEM. */
int jpeg_clean(const void *p, size_t n, const struct attach_limits *limits, enum jpeg_turn turn,
    struct buf *out) GW_MUST_USE;

#endif
