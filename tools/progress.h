/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * progress: one line on a terminal that says how far a long run is: done, rate, time left.
 *
 * Silent when standard error is no terminal, so that pipes and logs see nothing of it.
 */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	const char *verb;
	size_t total, done;
	uint64_t bytes;
	int64_t began, shown; /* clock_mono */
	uint64_t whole;       /* of one transfer: its bytes; else 0 */
	bool on, dirty;       /* on a terminal; a line stands there */
	bool moved;           /* of a transfer: where it began is known */
};

/* Begin a run of `total` items; verb ("sealing") is borrowed. Fewer than two items show nothing. */
void progress_begin(struct progress *p, const char *verb, size_t total);

/* One more item of so many bytes is done; shows the line a few times a second. */
void progress_step(struct progress *p, uint64_t bytes);

/* Begin one transfer of so many bytes, and say how far it is: a client_progress, arg a struct
 * progress. The rate is that of this run, whatever was there before. */
void progress_transfer(struct progress *p, const char *verb, uint64_t whole);
void progress_moved(void *arg, uint64_t done, uint64_t whole);

/* Take the line away, before something else is printed or at the end. */
void progress_clear(struct progress *p);

/* The line itself, for `now` (clock_mono): "sealing 12/68  4.1/s  3.2 MB/s  14 s left", or
 * "uploading 12.3/680.0 MB  3.2 MB/s  14 s left". */
void progress_text(const struct progress *p, int64_t now, char *out, size_t cap);

#endif
