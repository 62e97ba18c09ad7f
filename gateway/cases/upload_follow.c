/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * upload_follow: who is at which upload, and the thread that hashes what arrives.
 *
 * One thread is enough: it hashes faster than networks bring, and what it has not seen when an
 * upload ends is hashed by whoever ends it. What it has hashed it has the disk begin to write.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cases/upload.h"

enum {
	TURN = 8 << 20,      /* bytes of one upload before it is another's turn */
	PAUSE_NS = 20000000, /* when nothing came */
};

static struct upload_at *find(struct cases_packages *p, const char *id)
{
	struct upload_at *a = p->uploads;
	while (a && !str_eq(a->id, id))
		a = a->next;
	return a;
}

struct upload_at *upload_take(struct cases_packages *p, const char *id, uint64_t *ret_began)
{
	(void)pthread_mutex_lock(&p->lock);
	struct upload_at *a = find(p, id);
	if (a && a->taken) {
		*ret_began = a->began;
		a = NULL;
	} else if (!a) {
		a = str_alloc(sizeof *a);
		memcpy(a->id, id, strnlen(id, sizeof a->id - 1));
		a->fd = -1;
		growing_init(&a->hash);
		if (pthread_mutex_init(&a->hashing, NULL) != 0)
			abort();
		a->next = p->uploads;
		p->uploads = a;
	}
	if (a)
		a->taken = true;
	(void)pthread_mutex_unlock(&p->lock);
	return a;
}

void upload_follow(struct cases_packages *p, struct upload_at *a, int fd, uint64_t began)
{
	(void)pthread_mutex_lock(&p->lock);
	a->fd = fd;
	a->began = began;
	a->followed = true;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
}

struct upload_at *upload_unfollow(struct cases_packages *p, const char *id)
{
	(void)pthread_mutex_lock(&p->lock);
	struct upload_at *a = find(p, id);
	if (a && !a->followed)
		a = NULL;
	if (a)
		a->followed = false;
	(void)pthread_mutex_unlock(&p->lock);
	if (a) { /* wait for the follower to let go of it */
		(void)pthread_mutex_lock(&a->hashing);
		(void)pthread_mutex_unlock(&a->hashing);
	}
	return a;
}

static void free_at(struct upload_at *a)
{
	file_close_p(&a->fd);
	growing_release(&a->hash);
	(void)pthread_mutex_destroy(&a->hashing);
	free(a);
}

void upload_leave(struct cases_packages *p, struct upload_at *a, bool forget)
{
	(void)pthread_mutex_lock(&p->lock);
	a->taken = false;
	file_close_p(&a->fd);
	if (forget) {
		struct upload_at **at = &p->uploads;
		while (*at != a)
			at = &(*at)->next;
		*at = a->next;
		free_at(a);
	}
	(void)pthread_mutex_unlock(&p->lock);
}

bool upload_written(struct cases_packages *p, const char *id, uint64_t *ret_began)
{
	(void)pthread_mutex_lock(&p->lock);
	const struct upload_at *a = find(p, id);
	bool taken = a && a->taken;
	if (taken)
		*ret_began = a->began;
	(void)pthread_mutex_unlock(&p->lock);
	return taken;
}

/* The followed upload after the one of the last turn, with its hash locked; lock is held. */
static struct upload_at *next_turn(struct cases_packages *p, char turn[ID_TEXT], bool *ret_any)
{
	struct upload_at *last = find(p, turn), *first = NULL, *found = NULL;
	for (struct upload_at *a = p->uploads; a; a = a->next)
		if (a->followed && !first)
			first = a;
	for (struct upload_at *a = last ? last->next : NULL; a && !found; a = a->next)
		if (a->followed)
			found = a;
	found = found ? found : first;
	*ret_any = found != NULL;
	if (found) {
		memcpy(turn, found->id, ID_TEXT);
		(void)pthread_mutex_lock(&found->hashing);
	}
	return found;
}

static void pause_for_bytes(struct cases_packages *p)
{
	struct timespec until;
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PAUSE_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&p->wake, &p->lock, &until);
}

/* Let the disk begin with the n bytes that were hashed last, so that whoever ends the upload does
 * not wait for all of it. A help and no more: what counts is the fdatasync at the end. */
static void begin_writing(const struct upload_at *a, uint64_t n)
{
	(void)sync_file_range(a->fd, (off_t)(a->hash.at - n), (off_t)n, SYNC_FILE_RANGE_WRITE);
}

static void *follow(void *arg)
{
	struct cases_packages *p = arg;
	char turn[ID_TEXT] = "", idle[ID_TEXT] = "";
	(void)pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		bool any = false;
		struct upload_at *a = next_turn(p, turn, &any);
		if (!any) {
			(void)pthread_cond_wait(&p->wake, &p->lock);
			continue;
		}
		uint64_t n = 0;
		(void)pthread_mutex_unlock(&p->lock);
		/* what cannot be read now is read, and told, by whoever ends the upload */
		(void)!growing_read(&a->hash, a->fd, UINT64_MAX, TURN, &n, NULL);
		if (n)
			begin_writing(a, n);
		(void)pthread_mutex_unlock(&a->hashing);
		(void)pthread_mutex_lock(&p->lock);
		/* a whole round without a byte */
		if (n)
			*idle = '\0';
		else if (!*idle)
			memcpy(idle, turn, sizeof idle);
		else if (str_eq(idle, turn) || !find(p, idle))
			pause_for_bytes(p);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

int uploads_open(struct cases_packages *p, struct errinfo *ei)
{
	sigset_t all, before;
	pthread_condattr_t attr;
	if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
	    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&p->wake, &attr) != 0)
		abort();
	(void)pthread_condattr_destroy(&attr);
	(void)sigfillset(&all); /* signals are for the threads that expect them */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	errno = pthread_create(&p->follower, NULL, follow, p);
	p->following = errno == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p->following ? 0 : err_sys(ei, GW_EFAIL, "cannot begin a thread");
}

void uploads_close(struct cases_packages *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->stop = true;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
	if (p->following)
		(void)pthread_join(p->follower, NULL);
	while (p->uploads) {
		struct upload_at *next = p->uploads->next;
		free_at(p->uploads);
		p->uploads = next;
	}
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->lock);
}
