/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * core_process: the life of the daemon's core: it opens the home, gives the edge what TLS is made
 * of, answers calls on a thread for each link, does what is due, and obeys signals: SIGHUP reads
 * registry, certificates and lists again, as it does by itself when these have changed
 * (api/watch.h); SIGTERM and SIGINT stop. When the edge ends, so does it.
 */
#ifndef GW_API_CORE_PROCESS_H
#define GW_API_CORE_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "api/notify.h"
#include "home/settings.h"

struct core_start {
	const char *home;
	const struct settings *settings; /* as read before the edge was forked */
	pid_t edge;                      /* its child */
	int control;                     /* to the edge */
	const int *links;
	size_t links_n;
	struct notify *notify;
};

/* Keep the signals that it waits for from every thread: before anything else makes one. */
void core_hold_signals(void);

/* Run it in this process, with one thread; returns its exit code when all is over. */
int core_process(const struct core_start *start);

#endif
