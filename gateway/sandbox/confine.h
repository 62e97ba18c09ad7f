/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * confine: take every power but computing from the calling process. Inside sandbox/ only.
 *
 * After confine_enter the process has one descriptor, to which it can write, memory up to its
 * limit, and the few system calls that the allow-list in confine.c names; every other call fails
 * with EPERM.
 */
#ifndef GW_SANDBOX_CONFINE_H
#define GW_SANDBOX_CONFINE_H

#include <stdbool.h>

#include "base/defs.h"
#include "base/err.h"
#include "sandbox/worker.h"

/* Make the filter, in the parent and once; GW_EIO when the system has no seccomp. */
int confine_prepare(struct errinfo *ei) GW_MUST_USE;

/*
 * In the child, after confine_prepare: forget keys, keep only *fd (moved to another number), and
 * lock the door. GW_EIO: the process is not confined and must not parse.
 */
int confine_enter(int *fd, const struct worker_limits *limits, struct errinfo *ei) GW_MUST_USE;

/* True when the kernel has landlock; asked once. */
bool confine_has_landlock(void);

#endif
