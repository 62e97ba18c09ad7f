/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * zip: a zip written member by member, the same for the same members (APPNOTE.TXT 4.3): deflated,
 * dated 1 January 1980, no extra fields, no comments. Inside attach/ only.
 */
#ifndef GW_ATTACH_ZIP_H
#define GW_ATTACH_ZIP_H

#include "base/buf.h"
#include "base/defs.h"

struct zip {
	struct buf *out;
	struct buf directory;
	size_t start, members;
};

/* Begin at the end of out, whose maximum is the zip's; released in any case. */
void zip_begin(struct zip *z, struct buf *out);

/* GW_ELIMIT, GW_ENOMEM. */
int zip_add(struct zip *z, const char *name, const void *p, size_t n) GW_MUST_USE;
int zip_end(struct zip *z) GW_MUST_USE;
void zip_release(struct zip *z);

#endif
