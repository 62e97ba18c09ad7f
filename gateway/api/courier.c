/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/courier.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "api/courier_inside.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

enum {
	CONNECT_MS = 5000,
	CALL_MS = 120000, /* for one call without a file, whatever its pace */
	TRIES = 2,        /* of a package without headway; then the job waits, not its thread */
	LATER_MS = 1,     /* nor for a gateway that has no room or no time */
	FRAME_KEEP = 64 << 10,
};

/* ---- life ---- */

int courier_new(const struct courier_env *env, struct courier **ret, struct errinfo *ei)
{
	struct courier *c = str_alloc(sizeof *c);
	c->env = *env;
	c->env.least_s = env->least_s ? env->least_s : 1;
	c->env.most_s = env->most_s ? env->most_s : 60;
	memcpy(c->links, env->links, sizeof c->links);
	material_init(&c->material);
	(void)pthread_mutex_init(&c->asking, NULL);
	(void)pthread_mutex_init(&c->choosing, NULL);
	(void)pthread_mutex_init(&c->lock, NULL);
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->wake < 0) {
		int r = err_sys(ei, GW_EIO, "eventfd");
		courier_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void courier_free(struct courier *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < COURIER_LINKS; i++)
		file_close_p(&c->links[i]);
	material_release(&c->material);
	file_close_p(&c->wake);
	(void)pthread_mutex_destroy(&c->asking);
	(void)pthread_mutex_destroy(&c->choosing);
	(void)pthread_mutex_destroy(&c->lock);
	free(c->peers);
	free(c);
}

int courier_use(struct courier *c, const struct material *m, struct errinfo *ei)
{
	struct material own;
	material_init(&own);
	own.roots = m->roots;
	own.lists = m->lists;
	for (size_t i = 0; i < material_count(m); i++) {
		own.fd[i] = fcntl(m->fd[i], F_DUPFD_CLOEXEC, 0);
		if (own.fd[i] < 0) {
			int r = err_sys(ei, GW_EIO, "descriptors of certificates");
			material_release(&own);
			return r;
		}
	}
	(void)pthread_mutex_lock(&c->lock);
	material_release(&c->material);
	c->material = own;
	c->generation++;
	for (size_t i = 0; i < material_count(&own); i++) {
		(void)snprintf(c->names[i], sizeof c->names[i], "/proc/self/fd/%d", own.fd[i]);
		c->files[i] = c->names[i];
	}
	(void)pthread_mutex_unlock(&c->lock);
	return 0;
}

struct begin {
	struct courier *courier;
	size_t i;
};

static void *run(void *arg)
{
	struct begin b = *(struct begin *)arg;
	struct courier_line l = {.courier = b.courier,
	    .fd = b.courier->links[b.i],
	    .frame = BUF_INIT(LINK_FRAME_MAX),
	    .beside = BUF_INIT(LINK_FRAME_MAX)};
	free(arg);
	if (b.i < COURIER_CARRIERS)
		courier_carry(&l);
	else if (b.i < COURIER_CARRIERS + COURIER_READERS)
		courier_read(&l);
	else
		courier_witness(&l);
	for (size_t i = 0; i < COURIER_CLIENTS; i++)
		client_free(l.clients[i].client);
	buf_release(&l.frame);
	buf_release(&l.beside);
	atomic_fetch_sub(&b.courier->running, 1);
	return NULL;
}

int courier_start(struct courier *c, struct errinfo *ei)
{
	for (size_t i = 0; i < COURIER_LINKS; i++) {
		struct begin *b = str_alloc(sizeof *b);
		*b = (struct begin){c, i};
		atomic_fetch_add(&c->running, 1);
		if (pthread_create(&c->threads[i], NULL, run, b) != 0) {
			atomic_fetch_sub(&c->running, 1);
			free(b);
			courier_stop(c);
			return err_set(ei, GW_EIO, "threads could not be made");
		}
		c->threads_n++;
	}
	return 0;
}

bool courier_stopped(const struct courier *c)
{
	return __atomic_load_n(&c->stop, __ATOMIC_RELAXED) != 0;
}

void courier_stop(struct courier *c)
{
	const uint64_t one = 1;
	__atomic_store_n(&c->stop, 1, __ATOMIC_RELAXED);
	(void)!write(c->wake, &one, sizeof one);
}

bool courier_ended(struct courier *c, unsigned ms)
{
	int64_t until = clock_mono() + ms;
	while (atomic_load(&c->running) > 0 && clock_mono() < until) {
		struct timespec t = {.tv_nsec = 10 * 1000000L};
		(void)nanosleep(&t, NULL);
	}
	if (atomic_load(&c->running) > 0)
		return false;
	for (; c->threads_n > 0; c->threads_n--)
		(void)pthread_join(c->threads[c->threads_n - 1], NULL);
	return true;
}

void courier_sleep(const struct courier *c, int64_t ms)
{
	struct pollfd p = {.fd = c->wake, .events = POLLIN};
	if (ms > 0 && !courier_stopped(c))
		(void)poll(&p, 1, ms > 60000 ? 60000 : (int)ms);
}

void courier_counts(struct courier *c, struct courier_counts *ret)
{
	*ret = (struct courier_counts){.delivered = atomic_load(&c->delivered),
	    .refused = atomic_load(&c->refused),
	    .failed = atomic_load(&c->failed),
	    .events = atomic_load(&c->events)};
	(void)pthread_mutex_lock(&c->lock);
	ret->peers = c->peers_n;
	for (size_t i = 0; i < c->peers_n; i++)
		ret->peers_unreachable += c->peers[i].down;
	(void)pthread_mutex_unlock(&c->lock);
}

/* ---- the core ---- */

static bool ask_into(struct courier_line *l, struct buf *frame, const struct link_call *call,
    struct link_answer *ret)
{
	struct courier *c = l->courier;
	struct errinfo ei = ERRINFO_INIT;
	if (frame->cap > FRAME_KEEP)
		buf_release(frame);
	int r = link_send_call(l->fd, call, &ei);
	if (r == 0)
		r = link_receive_answer(l->fd, frame, ret, &ei);
	if (r < 0 && c->env.lost)
		c->env.lost(c->env.arg);
	return r == 0;
}

bool courier_ask(struct courier_line *l, const struct link_call *call, struct link_answer *ret)
{
	return ask_into(l, &l->frame, call, ret);
}

/* ---- clients ---- */

/* Within a handshake: the core has the registry. What was asked before may still be in use. */
static bool pinned(void *arg, const char *oin, const char *spki)
{
	struct courier_line *l = arg;
	struct link_call call = {.op = API_PINNED, .params = {oin, spki}, .params_n = 2};
	struct link_answer a = {.fd = -1};
	bool asked = ask_into(l, &l->beside, &call, &a);
	file_close_p(&a.fd);
	return asked && a.status == 204;
}

int courier_client(struct courier_line *l, const char *url, const char *oin, struct client **ret,
    struct errinfo *ei)
{
	struct courier *c = l->courier;
	size_t at = 0;
	int r = 0;
	(void)pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < COURIER_CLIENTS; i++) {
		if (str_eq(l->clients[i].url, url) && str_eq(l->clients[i].oin, oin)) {
			at = i;
			break;
		}
		if (l->clients[i].used < l->clients[at].used)
			at = i;
	}
	bool same = str_eq(l->clients[at].url, url) && str_eq(l->clients[at].oin, oin) &&
	    l->clients[at].generation == c->generation;
	if (!same || !l->clients[at].client) {
		client_free(l->clients[at].client);
		l->clients[at].client = NULL;
		(void)snprintf(l->clients[at].url, COURIER_URL, "%s", url);
		(void)snprintf(l->clients[at].oin, OIN_TEXT, "%s", oin);
		l->clients[at].generation = c->generation;
		const struct client_server s = {.url = l->clients[at].url,
		    .oin = l->clients[at].oin,
		    .cert = c->files[0],
		    .key = c->files[1],
		    .roots = c->files + MATERIAL_OWN,
		    .roots_n = c->material.roots,
		    .lists = c->files + MATERIAL_OWN + c->material.roots,
		    .lists_n = c->material.lists,
		    .pinned = pinned,
		    .arg = l,
		    .connect_ms = CONNECT_MS,
		    .call_ms = CALL_MS,
		    .tries = TRIES,
		    .later_ms = LATER_MS,
		    .at = c->env.at,
		    .stop = &c->stop};
		r = client_new(&s, &l->clients[at].client, ei);
	}
	(void)pthread_mutex_unlock(&c->lock);
	l->clients[at].used = ++l->uses;
	if (r == 0)
		*ret = l->clients[at].client;
	return r;
}
