/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * program: run a program of the system on hostile bytes; what it prints is its answer.
 *
 * For the few parsers that come as a program (pdftotext, pdftoppm, tesseract). The child has its
 * input on standard input, a pipe as standard output, nothing else open and an empty environment.
 * Landlock lets it read and run what lies in the library folders and read the folders named for it;
 * seccomp lets it open nothing for writing, make no socket, no process and no thread, and signal
 * nobody. Works for root and for an ordinary user, and from many threads.
 *
 * Seccomp alone cannot tell one file from another, so without landlock no program runs.
 */
#ifndef GW_SANDBOX_PROGRAM_H
#define GW_SANDBOX_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "sandbox/worker.h"

struct program {
	const char *const *argv;  /* NULL-ended; the first is the path of the program */
	const char *const *reads; /* NULL-ended folders that it may read; NULL: none */
	const char *const *env;   /* NULL-ended "NAME=value"; NULL: none */
};

/* True when a program stands at that path and may be run, and can be confined here. */
bool program_there(const char *path);

/*
 * program_run(program, in, n, limits, out, ei): run it on the n bytes at in and append what it
 * prints to out.
 *
 * Returns 0 when it ended by itself with exit 0; GW_EFORMAT when it did not (it failed, crashed,
 * ran out of memory or processor time); GW_ELIMIT when the time by the wall clock was over or it
 * printed more than fits out; GW_ESUPPORT when it is not there or cannot be confined here; GW_EIO
 * when no process or pipe could be made. On any error out is unchanged. limits may be NULL for
 * WORKER_LIMITS; memory is that of the whole program. What it writes to standard error is lost.
 */
int program_run(const struct program *program, const void *in, size_t n,
    const struct worker_limits *limits, struct buf *out, struct errinfo *ei) GW_MUST_USE;

#endif
