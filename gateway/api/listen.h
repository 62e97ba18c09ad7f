/* SPDX-License-Identifier: EUPL-1.2 */
/* listen: from the words of gateway.yaml to a listening socket. */
#ifndef GW_API_LISTEN_H
#define GW_API_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * listen_open(where, local, ret_fd, ei): open a listening socket, which the caller closes.
 *
 * where is "ADDR:PORT" or "[ADDR]:PORT" with an address in numbers (port 0: any that is free), or,
 * for a local listener, what has a slash: the path of a Unix socket, which is made 0660 and whose
 * forerunner that nobody serves any more is removed. GW_EUSAGE: no such form, or a local listener
 * that others on the network would reach. GW_EIO: address in use, no permission; also when somebody
 * serves that path.
 */
int listen_open(const char *where, bool local, int *ret_fd, struct errinfo *ei) GW_MUST_USE;

/* Where fd listens, as `where` above: for a log. */
void listen_name(int fd, char *out, size_t cap);

#endif
