/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/tempname.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/defs.h"
#include "base/str.h"

/* The names of a parent are no business of a child that ends by a signal. */
struct name {
	pid_t owner;
	char path[];
};

/*
 * The handler takes names by exchange and frees none; tempname_forget frees only what it took out
 * itself. So neither ever looks at what the other has freed. The lock is for the others.
 */
static struct name *_Atomic names[64];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void unlink_and_end(int sig)
{
	int before = errno;
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		struct name *t = atomic_exchange(&names[i], NULL);
		if (t && t->owner == getpid())
			(void)unlink(t->path);
	}
	(void)signal(sig, SIG_DFL);
	(void)raise(sig); /* comes when this handler returns */
	errno = before;
}

static void install(void)
{
	static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	for (size_t i = 0; i < GW_LENGTH(ending); i++) {
		struct sigaction act = {.sa_handler = unlink_and_end, .sa_flags = SA_RESTART}, now;
		if (sigaction(ending[i], NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) &&
		    now.sa_handler == SIG_DFL)
			(void)sigaction(ending[i], &act, NULL);
	}
}

void tempname_remember(const char *path)
{
	size_t n = strlen(path) + 1;
	struct name *t = str_alloc(sizeof *t + n);
	t->owner = getpid();
	memcpy(t->path, path, n);
	(void)pthread_mutex_lock(&lock);
	install();
	for (size_t i = 0; i < GW_LENGTH(names) && t; i++) {
		struct name *none = NULL;
		if (atomic_compare_exchange_strong(&names[i], &none, t))
			t = NULL;
	}
	(void)pthread_mutex_unlock(&lock);
	free(t);
}

void tempname_forget(const char *path)
{
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		struct name *t = atomic_load(&names[i]);
		if (t && str_eq(t->path, path) &&
		    atomic_compare_exchange_strong(&names[i], &t, NULL)) {
			free(t);
			break;
		}
	}
	(void)pthread_mutex_unlock(&lock);
}
