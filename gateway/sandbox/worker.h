/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * worker: run a parser of hostile bytes in a child process that can do nothing but compute.
 *
 * The child is a fork without exec, so it reads the caller's input in place. Before the parser runs
 * it forgets every key, closes every descriptor but its own pipe, takes resource limits,
 * no_new_privs, an empty landlock ruleset and a seccomp allow-list: no file, no network, no other
 * process, no executable memory. What the parser returns comes back through the pipe and is
 * checked for size. Works for root and for an ordinary user, and may be called from many threads.
 *
 * Without seccomp nothing is parsed (GW_EIO). Without landlock (older kernels) the worker goes on,
 * seccomp alone already refuses every open; worker_lacked_landlock tells, for one warning.
 */
#ifndef GW_SANDBOX_WORKER_H
#define GW_SANDBOX_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

struct worker_limits {
	size_t memory;   /* bytes the child may allocate beyond what it inherits */
	unsigned cpu_s;  /* seconds of processor time */
	unsigned wall_s; /* seconds by the wall clock, kept by the parent */
};

/* 512 MiB, 20 s of processor time, 30 s in all. */
extern const struct worker_limits WORKER_LIMITS;

/*
 * What runs in the child: append the result to out (which has the maximum of the caller's buffer),
 * return 0 or a GW_E… with its message in ei. The child sees the caller's memory as it was at the
 * call; what it writes there is lost. It must not use descriptors, threads or keys.
 */
typedef int (*worker_fn)(void *arg, struct buf *out, struct errinfo *ei);

/*
 * worker_run(fn, arg, limits, out, ei): run fn(arg, …) in a confined child and append what it made
 * to out.
 *
 * Returns what fn returned, with its message. Also: GW_EFORMAT when the child crashed or ran out of
 * memory or processor time, GW_ELIMIT when the time by the wall clock was over or the result does
 * not fit out; GW_EIO when this system cannot confine it (fn did not run) or no process or pipe
 * could be made. On any error out is unchanged. limits may be NULL for WORKER_LIMITS.
 */
int worker_run(worker_fn fn, void *arg, const struct worker_limits *limits, struct buf *out,
    struct errinfo *ei) GW_MUST_USE;

/*
 * A parser that gets its input as n bytes instead of finding it in the caller's memory, and may so
 * run in the child of another process. It must not look at anything else.
 */
typedef int (*worker_bytes_fn)(const void *in, size_t n, struct buf *out, struct errinfo *ei);

/*
 * worker_nursery(ei): fork, now, a small process without keys, from which worker_run_on takes its
 * children from then on. To be called at the start of a long run, before keys and threads are
 * there: a fork of the large process that comes of it costs more than most parsing. It ends with
 * this process. A second call does nothing. GW_EIO as worker_run.
 */
int worker_nursery(struct errinfo *ei) GW_MUST_USE;

/* As worker_run for fn(in, n, …): by the nursery when there is one, else by a fork of this process.
 * GW_EIO also when the nursery can make no process or has no memory for the input. */
int worker_run_on(worker_bytes_fn fn, const void *in, size_t n, const struct worker_limits *limits,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* 0 when a child can be confined here, else GW_EIO with the reason. Tried once, then known. */
int worker_available(struct errinfo *ei) GW_MUST_USE;

/* True when something has been parsed in this process so far and the kernel has no landlock: worth
 * one warning, not a refusal. */
bool worker_lacked_landlock(void);

#endif
