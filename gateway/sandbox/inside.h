/* SPDX-License-Identifier: EUPL-1.2 */
/* inside: what worker and nursery share; for this room only. */
#ifndef GW_SANDBOX_INSIDE_H
#define GW_SANDBOX_INSIDE_H

#include <stdint.h>
#include <sys/types.h>

#include "sandbox/worker.h"

/* The caller's side of one run. */
struct worker_side {
	pid_t pid;        /* the child, when it is ours */
	int fd, pidfd;    /* pidfd -1: its end is seen by fd alone */
	int64_t deadline; /* clock_mono */
};

/* A child is asked for: see worker_lacked_landlock. */
void worker_note(void);

/* In the child: confine, run fn(arg), write the answer to fd, end. `parent` must be the parent. */
_Noreturn void worker_child(
    pid_t parent, int fd, worker_fn fn, void *arg, const struct worker_limits *limits, size_t room);

/* Write to fd, in place of an answer, that the call fails with code and why. */
void worker_refuse(int fd, int code, const char *why);

/* Take the child's answer: 1 when there was one, its code in *ret_code; 0 when the child ended
 * without one; GW_ELIMIT when time is over. */
int worker_take(struct worker_side *run, struct buf *out, int *ret_code, struct errinfo *ei);

/* The failure for a child that gave no answer: r as from worker_take. */
int worker_no_answer(int r, const struct worker_limits *limits, struct errinfo *ei);

#endif
