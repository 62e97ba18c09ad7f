/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * daemon: the two long-lived processes of handoverd, each without the powers that it has no use for
 * (docs/decisions/022).
 *
 * To be called while the process has one thread; threads that it makes later are confined, too.
 * Both: no new privileges, no core dumps, not to be traced by others of this user.
 *
 * Works for root and for an ordinary user. Without seccomp nothing is served (GW_EIO); without
 * landlock (older kernels) seccomp alone stands, and confine_has_landlock tells, for one warning.
 */
#ifndef GW_SANDBOX_DAEMON_H
#define GW_SANDBOX_DAEMON_H

#include <stdbool.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * The edge: an allow-list of system calls. It serves sockets that it has, makes connections, reads
 * and writes descriptors that it got. It opens nothing for writing, makes no process, runs no
 * program, signals nobody, makes no memory executable. By landlock it opens nothing at all but its
 * own descriptors again and what looking up a host's name needs: no file of a home.
 */
int daemon_confine_edge(struct errinfo *ei) GW_MUST_USE;

struct daemon_core {
	const char *writes; /* the one folder below which it may make, change and remove files */
	bool unix_sockets;  /* it may make Unix sockets: for clamd, for a token's service */
};

/*
 * The core: no socket of a network, nothing that administers the system or looks into other
 * processes; it may make processes, for parsers confine themselves further. By landlock it writes
 * nowhere but below `writes`.
 */
int daemon_confine_core(const struct daemon_core *what, struct errinfo *ei) GW_MUST_USE;

/* True when the kernel has landlock. */
bool daemon_has_landlock(void);

#endif
