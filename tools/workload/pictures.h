/* SPDX-License-Identifier: EUPL-1.2 */
/* pictures: scans, photos and papers as files, each with something planted that must not travel. */
#ifndef TOOLS_WORKLOAD_PICTURES_H
#define TOOLS_WORKLOAD_PICTURES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "tools/workload/random.h"

/* Append a PNG of a page with a stamp; planted stands in its tEXt chunks and behind its end. */
int picture_png_scan(struct buf *out, struct random *r, const char *planted) GW_MUST_USE;

/* Append a PNG of about 200 kB of noise, with planted in a tEXt chunk. */
int picture_png_noise(struct buf *out, struct random *r, const char *planted) GW_MUST_USE;

/* Append a JPEG of a page, or of a face; planted stands in EXIF (with a position and, when turned,
 * an orientation) and in a comment. */
int picture_jpeg(struct buf *out, struct random *r, bool face, bool turned, const char *planted)
    GW_MUST_USE;

/* Append a PDF of one page; planted is its author. */
int picture_pdf(struct buf *out, const char *title, const char *planted) GW_MUST_USE;

#endif
