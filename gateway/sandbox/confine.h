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

#include <linux/filter.h>
#include <seccomp.h>
#include <sys/resource.h>

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

/* In the child: move *fd above the standard three, and close every other from `from` on. -1: some
 * may be open still. */
int confine_keep_only(int *fd, unsigned from) GW_MUST_USE;

/* True when the kernel has landlock; asked once. */
bool confine_has_landlock(void);

/* ---- parts, for what confines a whole program (program.c) ---- */

/* The filter of ctx as the kernel takes it, in memory of its own. -1: it could not be made. */
int confine_export(scmp_filter_ctx ctx, struct sock_fprog *ret) GW_MUST_USE;

/* The version of landlock, 0 or less without. */
long confine_landlock(void);

/* In the child: a soft and hard limit, never above the present one; and the default of signals. */
int confine_limit(int what, rlim_t soft, rlim_t hard) GW_MUST_USE;
void confine_plain_signals(void);

#endif
