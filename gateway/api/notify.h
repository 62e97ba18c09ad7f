/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * notify: what the daemon and a service manager say to each other (sd_notify(3), sd_listen_fds(3)),
 * without a library for it.
 */
#ifndef GW_API_NOTIFY_H
#define GW_API_NOTIFY_H

#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"

enum { NOTIFY_LISTENERS = 4 };

struct notify {
	int fd; /* to the service manager, or -1: nobody listens */
	int listeners[NOTIFY_LISTENERS];
	size_t listeners_n; /* sockets handed over for the interface */
	int local;          /* the one called "local", or -1 */
};

/*
 * notify_open(ret, ei): read what the service manager left in the environment ($NOTIFY_SOCKET,
 * $LISTEN_PID, $LISTEN_FDS, $LISTEN_FDNAMES) and take it out of there. While there is one thread,
 * and before the process gives up making sockets.
 *
 * GW_EUSAGE: what was handed over is no listening socket, or there are too many. The caller closes
 * what it uses up; notify_close the rest.
 */
int notify_open(struct notify *ret, struct errinfo *ei) GW_MUST_USE;
void notify_close(struct notify *n);

/* Say "READY=1", "STOPPING=1", "STATUS=…"; without anybody who listens nothing happens. */
void notify_say(const struct notify *n, const char *state);

/* Say that a reload begins, with the moment that the protocol asks for. */
void notify_reloading(const struct notify *n);

#endif
