/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/core_process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "api/control.h"
#include "api/core.h"
#include "api/link.h"
#include "api/watch.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"
#include "cases/cases.h"
#include "home/home.h"
#include "sandbox/daemon.h"
#include "sandbox/worker.h"
#include "store/store.h"

enum {
	ANSWER_MAX = 64 << 20,
	FRAME_KEEP = 64 << 10, /* a thread keeps no larger buffer between calls */
	TICK_MS = 60000,       /* at least that often */
	TICK_AGAIN_MS = 10000, /* after a failure */
	GRACE_S = 20,
	GRACE_MORE_S = 5,
};

struct core {
	const struct core_start *start;
	int lock_fd; /* of the home */
	struct home *home;
	struct store *store;
	struct cases *cases;
	struct api_core *api;
	pthread_t *threads, ticker;
	size_t threads_n;
	bool ticks;
	pthread_mutex_t lock; /* of stop; wake is for the ticker */
	pthread_cond_t wake;
	bool stop;
	atomic_bool failed; /* a link brought what is no frame */
	char *registry;     /* the folder */
	struct watch watch; /* of it */
};

/* ---- rooms ---- */

static int open_cases(struct core *c, struct errinfo *ei)
{
	char *packages GW_CLEANUP(str_free_p) = home_path(c->home, "packages");
	char *path GW_CLEANUP(str_free_p) = home_path(c->home, "store.db");
	struct transfer_env transfer;
	home_transfer(c->home, &transfer);
	int r = cases_store_there(path, packages, home_ledger(c->home), ei);
	if (r == 0)
		r = store_open(path, &c->store, ei);
	if (r < 0)
		return r;
	const struct cases_env env = {.oin = home_oin(c->home),
	    .actor = transfer.actor,
	    .packages = packages,
	    .ledger = home_ledger(c->home),
	    .store = c->store,
	    .limits = home_settings(c->home)->serve.cases};
	return cases_open(&env, home_registry(c->home), clock_now(), &c->cases, ei);
}

/* One daemon serves a home: two would each do what is due. Held until this process ends, and by no
 * other: the nursery was made before. */
static int lock_home(struct core *c, struct errinfo *ei)
{
	c->lock_fd = open(c->start->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->lock_fd < 0)
		return err_sys(ei, GW_EIO, "the home '%s'", c->start->home);
	if (flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK
	    ? err_set(ei, GW_EFAIL, "another handoverd serves this home: stop it first")
	    : err_sys(ei, GW_EIO, "the lock of the home '%s'", c->start->home);
}

static int open_rooms(struct core *c, struct errinfo *ei)
{
	int r = secret_init(ei);
	if (r == 0) /* before keys and threads are there */
		r = worker_nursery(ei);
	if (r == 0)
		r = lock_home(c, ei);
	watch_reading(&c->watch, c->registry, clock_mono());
	if (r == 0)
		r = home_open(c->start->home, HOME_SEAL, &c->home, ei);
	if (r == 0)
		r = open_cases(c, ei);
	if (r < 0)
		return r;
	const struct settings *s = home_settings(c->home);
	const struct api_core_env env = {.home = c->home,
	    .cases = c->cases,
	    .store = c->store,
	    .mandates = (const char *const *)s->mandates,
	    .mandates_n = s->mandates_n,
	    .free_bytes = s->serve.cases.free_bytes,
	    .witnesses = (const char *const *)s->witnesses,
	    .witnesses_n = s->witnesses_n,
	    .cosign_minutes = s->serve.cosign_minutes,
	    .cosign_warn_hours = s->serve.cosign_warn_hours};
	return api_core_new(&env, &c->api, ei);
}

static void close_rooms(struct core *c)
{
	api_core_free(c->api);
	cases_free(c->cases);
	store_close(c->store);
	home_free(c->home);
	file_close_p(&c->lock_fd);
}

/* ---- what TLS is made of ---- */

/* Give m to the edge and wait until it has taken it. */
static int give_material(const struct core *c, const struct material *m, struct errinfo *ei)
{
	struct control said = {.kind = 0};
	struct material none;
	material_init(&none);
	int r = control_send(c->start->control, &(struct control){.kind = CONTROL_TLS}, m, ei);
	if (r == 0)
		r = control_receive(c->start->control, &said, &none, ei);
	if (r == GW_ENOENT)
		return err_set(ei, GW_EFAIL, "the edge has ended");
	if (r < 0)
		return r;
	material_release(&none);
	return said.kind == CONTROL_DONE && said.code == 0
	    ? 0
	    : err_set(ei, said.code < 0 ? said.code : GW_EFORMAT, "the edge: %s", said.text);
}

/* ---- calls ---- */

/* Answer one call; what comes of sending the answer. */
static int answer(struct core *c, int fd, const struct link_call *call, struct errinfo *ei)
{
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(ANSWER_MAX);
	struct link_answer a = {.fd = -1};
	api_core_answer(c->api, call, &out, &a);
	int r = link_send_answer(fd, &a, ei);
	if (r == GW_EUSAGE) { /* our own mistake; the client is to hear something */
		log_line(LOG_PRIO_ERR, "answer", "why", ei->msg, "trace", call->trace, NULL);
		r = link_send_answer(fd, &(struct link_answer){.status = 500, .fd = -1}, ei);
	}
	file_close_p(&a.fd);
	return r;
}

struct line {
	struct core *core;
	int fd;
};

static void *serve(void *arg)
{
	struct line line = *(struct line *)arg;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct errinfo ei = ERRINFO_INIT;
	struct link_call call;
	int r = 0;
	free(arg);
	while (r == 0) {
		r = link_receive_call(line.fd, &frame, &call, &ei);
		if (r == 0)
			r = answer(line.core, line.fd, &call, &ei);
		if (frame.cap > FRAME_KEEP)
			buf_release(&frame);
		else
			buf_clear(&frame);
	}
	if (r == GW_EFORMAT) { /* whatever is at the other end, it is not ours */
		log_line(LOG_PRIO_ERR, "edge.lost", "why", ei.msg, NULL);
		line.core->failed = true;
		(void)kill(getpid(), SIGTERM);
	}
	(void)close(line.fd);
	return NULL;
}

static int start_threads(struct core *c, struct errinfo *ei)
{
	c->threads = str_alloc(c->start->links_n * sizeof *c->threads);
	for (size_t i = 0; i < c->start->links_n; i++) {
		struct line *l = str_alloc(sizeof *l);
		*l = (struct line){c, c->start->links[i]};
		errno = pthread_create(&c->threads[i], NULL, serve, l);
		if (errno) {
			free(l);
			return err_sys(ei, GW_EIO, "threads");
		}
		c->threads_n++;
	}
	return 0;
}

/* ---- what is due ---- */

/* Wait that long, or until somebody wakes; false when it is time to end. Under the lock. */
static bool wait_ms(struct core *c, int64_t ms)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	if (!c->stop)
		(void)pthread_cond_timedwait(&c->wake, &c->lock, &t);
	return !c->stop;
}

static void *tick(void *arg)
{
	struct core *c = arg;
	int64_t wait = 1;
	(void)pthread_mutex_lock(&c->lock);
	while (wait_ms(c, wait)) {
		struct errinfo ei = ERRINFO_INIT;
		int64_t next = 0;
		(void)pthread_mutex_unlock(&c->lock);
		int r = api_core_tick(c->api, &next, &ei);
		if (r < 0)
			log_line(LOG_PRIO_ERR, "tick", "code", err_name(r), "why", ei.msg, NULL);
		wait = r < 0 ? TICK_AGAIN_MS : next - clock_now();
		wait = wait < 1000 ? 1000 : wait > TICK_MS ? TICK_MS : wait;
		(void)pthread_mutex_lock(&c->lock);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

static int start_ticker(struct core *c, struct errinfo *ei)
{
	errno = pthread_create(&c->ticker, NULL, tick, c);
	c->ticks = errno == 0;
	return c->ticks ? 0 : err_sys(ei, GW_EIO, "threads");
}

static void wake_ticker(struct core *c, bool stop)
{
	(void)pthread_mutex_lock(&c->lock);
	c->stop = c->stop || stop;
	(void)pthread_cond_signal(&c->wake);
	(void)pthread_mutex_unlock(&c->lock);
}

/* ---- signals ---- */

static sigset_t held(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	sigset_t s;
	(void)sigemptyset(&s);
	for (size_t i = 0; i < GW_LENGTH(signals); i++)
		(void)sigaddset(&s, signals[i]);
	return s;
}

void core_hold_signals(void)
{
	sigset_t s = held();
	(void)pthread_sigmask(SIG_BLOCK, &s, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* A log names what lies in the home from there on. */
static void leave_out_home(const struct core *c, char *msg)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(c->home, "");
	size_t n = strlen(dir);
	for (char *at = msg; (at = strstr(at, dir)) != NULL;)
		memmove(at, at + n, strlen(at + n) + 1);
}

/* Because of a signal, or by itself. */
static void reload(struct core *c, bool told)
{
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	notify_reloading(c->start->notify);
	watch_reading(&c->watch, c->registry, clock_mono());
	int r = material_home(c->home, &m, &ei);
	if (r == 0) {
		r = api_core_reload(c->api, &ei);
		if (r == 0)
			r = give_material(c, &m, &ei);
		material_release(&m);
	}
	leave_out_home(c, ei.msg);
	if (r < 0)
		log_line(LOG_PRIO_ERR, "reload.failed", "code", err_name(r), "why", ei.msg, NULL);
	else
		log_line(LOG_PRIO_INFO, "reload", told ? NULL : "by", "itself", NULL);
	watch_read(&c->watch, r == 0);
	api_core_reloaded(c->api, r == 0);
	wake_ticker(c, false);
	notify_say(c->start->notify, "READY=1");
}

/* Seconds that the edge has to end, or -1 for as long as it likes. */
static int begin_stop(const struct core *c)
{
	const struct settings *s = c->start->settings;
	notify_say(c->start->notify, "STOPPING=1");
	log_line(LOG_PRIO_INFO, "stop", NULL);
	(void)!control_send(c->start->control, &(struct control){.kind = CONTROL_STOP}, NULL, NULL);
	return (int)(s->serve.grace_s ? s->serve.grace_s : GRACE_S) + GRACE_MORE_S;
}

/* Obey signals until the edge has ended; returns its exit code. */
static int obey(struct core *c)
{
	const sigset_t s = held();
	int status, left = -1;
	int64_t since = 0;
	for (;;) {
		struct timespec t = {.tv_sec = left < 0 ? WATCH_LOOK_MS / 1000 : 1};
		int got = sigtimedwait(&s, NULL, &t);
		if ((got == SIGTERM || got == SIGINT) && left < 0) {
			left = begin_stop(c);
			since = clock_mono();
		}
		if (left < 0 && (got == SIGHUP || watch_due(&c->watch, clock_mono())))
			reload(c, got == SIGHUP);
		if (waitpid(c->start->edge, &status, WNOHANG) == c->start->edge)
			break;
		if (left >= 0 && clock_mono() - since > (int64_t)left * 1000)
			(void)kill(c->start->edge, SIGKILL);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return c->failed ? 1 : 0;
	log_line(LOG_PRIO_ERR, "edge.ended", "how", WIFEXITED(status) ? "failure" : "signal", NULL);
	return 1;
}

/* ---- all of it ---- */

static int start_all(struct core *c, struct errinfo *ei)
{
	const struct settings *s = c->start->settings;
	const struct daemon_core what = {
	    .writes = c->start->home, .unix_sockets = s->antivirus || s->signing_key};
	struct material m;
	int r = daemon_confine_core(&what, ei);
	if (r == 0)
		r = open_rooms(c, ei);
	if (r == 0)
		r = material_home(c->home, &m, ei);
	if (r < 0)
		return r;
	r = start_threads(c, ei);
	if (r == 0)
		r = start_ticker(c, ei);
	if (r == 0)
		r = give_material(c, &m, ei);
	material_release(&m);
	return r;
}

static void end_all(struct core *c)
{
	for (size_t i = 0; i < c->threads_n; i++)
		(void)pthread_join(c->threads[i], NULL);
	wake_ticker(c, true);
	if (c->ticks)
		(void)pthread_join(c->ticker, NULL);
	free(c->threads);
	close_rooms(c);
	free(c->registry);
}

int core_process(const struct core_start *start)
{
	struct errinfo ei = ERRINFO_INIT;
	struct core c = {.start = start, .lock_fd = -1};
	c.registry = file_join(start->home, "registry");
	pthread_condattr_t attr;
	(void)prctl(PR_SET_NAME, "handoverd-core");
	(void)pthread_mutex_init(&c.lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c.wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	int r = start_all(&c, &ei), code;
	if (r < 0) {
		log_line(LOG_PRIO_ERR, "start.failed", "code", err_name(r), "why", ei.msg, NULL);
		(void)kill(start->edge, SIGKILL);
		while (waitpid(start->edge, NULL, 0) < 0 && errno == EINTR)
			;
		code = err_exit(r);
	} else {
		notify_say(start->notify, "READY=1");
		log_line(LOG_PRIO_INFO, "ready", "oin", home_oin(c.home), "landlock",
		    daemon_has_landlock() ? "yes" : "no", NULL);
		code = obey(&c);
	}
	end_all(&c);
	(void)pthread_cond_destroy(&c.wake);
	(void)pthread_mutex_destroy(&c.lock);
	log_line(LOG_PRIO_INFO, "ended", NULL);
	return code;
}
