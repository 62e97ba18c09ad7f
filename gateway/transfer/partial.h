/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * partial: the folder `.partial-<uuid>` beside the destination, in which a package unfolds; for
 * this room only.
 *
 * It is mode 0700 and locked while in use. What a kill left behind is removed by the next run; one
 * that another run holds locked is left alone.
 */
#ifndef GW_TRANSFER_PARTIAL_H
#define GW_TRANSFER_PARTIAL_H

#include "base/defs.h"
#include "base/err.h"

struct partial {
	int fd; /* the folder, locked; -1 when there is none */
	char *path;
};

/* Remove what interrupted runs left in the folder `into`. */
int partial_sweep(const char *into, struct errinfo *ei) GW_MUST_USE;

/* Make the folder for a package. GW_EEXIST when another run is opening the same one there. */
int partial_make(struct partial *p, const char *into, const char *package, struct errinfo *ei)
    GW_MUST_USE;

/* GW_EEXIST: the folder of the opened package is there, and what to do about it. */
int partial_opened_before(const char *path, struct errinfo *ei);

/* Rename it to `path`, which must not be there (GW_EEXIST), and sync the folder around it. */
int partial_commit(struct partial *p, const char *into, const char *path, struct errinfo *ei)
    GW_MUST_USE;

/* Remove it and all below it, unless it was committed. Fits GW_CLEANUP on one with fd -1, too. */
void partial_release(struct partial *p);

#endif
