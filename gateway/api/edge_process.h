/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * edge_process: the life of the daemon's edge: confined before it has read anything, it gets from
 * the core what TLS is made of, serves and runs the courier until it is told to stop, and ends when
 * the core does.
 */
#ifndef GW_API_EDGE_PROCESS_H
#define GW_API_EDGE_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "home/settings.h"
#include "http/server.h"

enum { EDGE_LOCAL_WORKERS = 2 };

struct edge_start {
	const struct settings *settings;
	pid_t core;           /* its parent */
	int control;          /* to the core */
	const int *links;     /* as many as edge_links says; the last are the courier's */
	const int *listeners; /* of the interface */
	size_t listeners_n;
	int local;  /* listener of health and figures, or -1 */
	int64_t at; /* certificates are judged as at this moment (ms); 0: as time goes */
};

/* The limits of the server, from gateway.yaml; and how many links to the core its edge needs. */
struct http_limits edge_limits(const struct settings *s);
size_t edge_links(const struct settings *s);

/* Run it in a process of its own, with one thread; returns its exit code. The descriptors are taken
 * over. */
int edge_process(const struct edge_start *start);

#endif
