/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * watch: notices that the registry was signed anew, or that a revocation list or a root in it is
 * another, so that nobody has to tell the daemon.
 *
 * It looks at names, sizes, inodes and times, not at content, every five seconds, and speaks up
 * when a change has been still from one look to the next: a list is put there first and signed
 * after it, and what lies between counts nowhere (registry/registry.h). What could not be read is
 * tried again when it is changed again, and every ten minutes.
 */
#ifndef GW_API_WATCH_H
#define GW_API_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

enum { WATCH_LOOK_MS = 5000, WATCH_RETRY_MS = 600000 };

struct watch {
	const char *dir;             /* of the registry; borrowed */
	uint8_t seen[HASH_BYTES];    /* at the last look */
	uint8_t reading[HASH_BYTES]; /* when it was last read */
	int64_t looked, read;        /* moments of clock_mono */
	bool failed;                 /* then, it could not be */
};

/* Say that the registry in `dir` is about to be read, at the moment `now` (clock_mono): what lies
 * there counts as known. All zero before the first time. */
void watch_reading(struct watch *w, const char *dir, int64_t now);

/* Say how that went. */
void watch_read(struct watch *w, bool well);

/* True when it is to be read again. Looks no more often than it should, however often it is asked.
 */
bool watch_due(struct watch *w, int64_t now);

#endif
