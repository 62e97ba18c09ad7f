/* SPDX-License-Identifier: EUPL-1.2 */
/* courier_inside: what the courier's threads share; for courier*.c only. */
#ifndef GW_API_COURIER_INSIDE_H
#define GW_API_COURIER_INSIDE_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "api/courier.h"
#include "api/link.h"
#include "base/buf.h"
#include "client/client.h"

enum {
	COURIER_CLIENTS = 4, /* that one thread keeps connections to */
	COURIER_URL = 256,
	COURIER_FILE = 40, /* "/proc/self/fd/N" */
};

/* Another gateway with cases of ours, and when to ask it next. Under the lock. */
struct courier_peer {
	char oin[OIN_TEXT], url[COURIER_URL];
	uint64_t after;         /* the event up to which it was read */
	int64_t next, interval; /* ms, clock_mono */
	bool busy, down, listed;
	bool seldom;   /* all cases there have ended */
	bool expected; /* something went there since it was chosen */
};

struct courier {
	struct courier_env env;
	volatile sig_atomic_t stop;
	int wake;                         /* readable once it is to stop */
	pthread_mutex_t asking, choosing; /* the turn of one carrier, of one reader */
	pthread_mutex_t lock;             /* of what follows, but for the counters */
	struct material material;
	unsigned generation; /* of it */
	char names[MATERIAL_FILES][COURIER_FILE];
	const char *files[MATERIAL_FILES];
	struct courier_peer *peers;
	size_t peers_n;
	int64_t listed; /* when the core told the peers, clock_mono; 0: to be asked anew */
	atomic_uint running;
	pthread_t threads[COURIER_LINKS];
	size_t threads_n;
	int links[COURIER_LINKS];
	atomic_uint_least64_t delivered, refused, failed, events;
};

/* What one thread works with. */
struct courier_line {
	struct courier *courier;
	int fd;            /* its link */
	struct buf frame;  /* the last answer lies here */
	struct buf beside; /* and that to what was asked within a handshake */
	struct {
		struct client *client;
		char url[COURIER_URL], oin[OIN_TEXT];
		unsigned generation;
		uint64_t used;
	} clients[COURIER_CLIENTS];
	uint64_t uses;
};

bool courier_stopped(const struct courier *c);

/* Wait, but not on when it is to stop. */
void courier_sleep(const struct courier *c, int64_t ms);

/* Ask the core; *ret points into l->frame until the next question. False when it is gone: the
 * process is about to end. */
bool courier_ask(struct courier_line *l, const struct link_call *call, struct link_answer *ret);

/* A client for that gateway, which the line keeps. Errors of client_new. */
int courier_client(struct courier_line *l, const char *url, const char *oin, struct client **ret,
    struct errinfo *ei) GW_MUST_USE;

/* Something went to that gateway: it is to be asked soon. */
void courier_expect(struct courier *c, const char *oin);

/* The three kinds of work, until it is to stop. */
void courier_carry(struct courier_line *l);
void courier_read(struct courier_line *l);
void courier_witness(struct courier_line *l);

#endif
