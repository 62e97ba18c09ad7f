/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * handoverd: the gateway daemon. It serves one home to organisations that are known by their
 * certificates (docs/FORMATS.md §10).
 *
 * What stands here is the short life before it divides: read the words, open the listening sockets,
 * fork the edge before any secret is read (docs/decisions/019).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/core_process.h"
#include "api/edge_process.h"
#include "api/listen.h"
#include "api/notify.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "base/version.h"

enum { SETTINGS_MAX = 256 << 10, DESCRIPTORS = 16384, LINKS_MOST = 512 };

static const char USAGE[] =
    "usage: handoverd --home DIR [--listen ADDR:PORT] [--local ADDR:PORT|PATH]\n"
    "\n"
    "Serve the home DIR (else $HANDOVER_HOME) to the organisations of its registry.\n"
    "\n"
    "  --home DIR      the home, made by handover init\n"
    "  --listen WHERE  where the interface is served, by mutual TLS (else gateway.yaml: listen)\n"
    "  --local WHERE   where health and figures are told: an address of this machine alone,\n"
    "                  or the path of a Unix socket (else gateway.yaml: local; else nowhere)\n"
    "  --help, --version\n"
    "\n"
    "SIGHUP reads registry, certificates and revocation lists again; SIGTERM stops.\n";

struct words {
	const char *home, *listen, *local;
};

struct daemon {
	struct words words;
	char *home; /* whole path */
	struct settings settings;
	struct notify notify;
	int64_t at;
	int listeners[NOTIFY_LISTENERS];
	size_t listeners_n;
	int local;
	int control[2];
	int ours[LINKS_MOST], theirs[LINKS_MOST]; /* ends of the links: core's, edge's */
	size_t links_n;
};

static int fail(int code, const struct errinfo *ei)
{
	(void)fprintf(stderr, "handoverd: %s\n", ei->msg);
	return err_exit(code);
}

/* Read the options; GW_EUSAGE. *ret_end is true when there is nothing more to do. */
static int read_words(int argc, char **argv, struct words *w, bool *ret_end, struct errinfo *ei)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {{"--home", &w->home}, {"--listen", &w->listen}, {"--local", &w->local}};
	*ret_end = false;
	for (int i = 1; i < argc; i++) {
		size_t k = 0;
		if (str_eq(argv[i], "--help") || str_eq(argv[i], "--version")) {
			*ret_end = true;
			if (str_eq(argv[i], "--help"))
				(void)fputs(USAGE, stdout);
			else
				(void)puts("handoverd " GW_VERSION);
			return fflush(stdout) == 0 ? 0 : err_sys(ei, GW_EIO, "standard output");
		}
		size_t n = strcspn(argv[i], "=");
		while (k < GW_LENGTH(options) &&
		    (strlen(options[k].name) != n || strncmp(options[k].name, argv[i], n) != 0))
			k++;
		if (k == GW_LENGTH(options))
			return err_set(
			    ei, GW_EUSAGE, "what is '%s'? See handoverd --help", argv[i]);
		bool joined = argv[i][n] == '=';
		if (*options[k].value || (!joined && i + 1 == argc))
			return err_set(ei, GW_EUSAGE, "%s: one value is expected", options[k].name);
		*options[k].value = joined ? argv[i] + n + 1 : argv[++i];
	}
	if (!w->home)
		w->home = getenv("HANDOVER_HOME");
	return w->home && *w->home ? 0
				   : err_set(ei, GW_EUSAGE, "no home was named: give --home DIR");
}

static int read_settings(struct daemon *d, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(SETTINGS_MAX);
	d->home = realpath(d->words.home, NULL);
	if (!d->home)
		return err_sys(ei, GW_ENOENT, "there is no home at '%s'", d->words.home);
	char *path GW_CLEANUP(str_free_p) = file_join(d->home, "gateway.yaml");
	int r = file_read(path, SETTINGS_MAX, &text, ei);
	if (r == GW_ENOENT)
		return err_set(
		    ei, r, "there is no home at '%s': make one with handover init", d->words.home);
	if (r == 0)
		r = settings_parse(path, text.data, text.len, &d->settings, ei);
	if (r == 0)
		r = settings_clock(&d->settings, ei);
	if (r == 0 && d->settings.test && getenv("HANDOVER_TEST_CLOCK"))
		d->at = clock_now();
	return r;
}

/* The local listener: handed over, or as the words say. */
static int open_local(struct daemon *d, struct errinfo *ei)
{
	const char *where = d->words.local ? d->words.local : d->settings.local;
	d->local = d->notify.local;
	d->notify.local = -1;
	if (d->local >= 0 || !where)
		return 0;
	bool inside = strchr(where, '/') && where[0] != '/' && !d->words.local;
	char *path GW_CLEANUP(str_free_p) = inside ? file_join(d->home, where) : str_dup(where);
	return listen_open(path, true, &d->local, ei);
}

static int open_listeners(struct daemon *d, struct errinfo *ei)
{
	const char *where = d->words.listen ? d->words.listen : d->settings.listen;
	int r = notify_open(&d->notify, ei);
	if (r == 0)
		r = open_local(d, ei);
	if (r < 0)
		return r;
	d->listeners_n = d->notify.listeners_n;
	memcpy(d->listeners, d->notify.listeners, sizeof d->listeners);
	d->notify.listeners_n = 0;
	if (d->listeners_n == 0 && !where)
		return err_set(ei, GW_EUSAGE,
		    "where to listen is not said: give --listen ADDR:PORT, or listen: in gateway.yaml");
	if (d->listeners_n == 0) {
		r = listen_open(where, false, &d->listeners[0], ei);
		d->listeners_n = r == 0;
	}
	for (size_t i = 0; i < d->listeners_n; i++) {
		char name[80];
		listen_name(d->listeners[i], name, sizeof name);
		log_line(LOG_PRIO_INFO, "listen", "at", name, NULL);
	}
	if (r == 0 && d->local >= 0) {
		char name[80];
		listen_name(d->local, name, sizeof name);
		log_line(LOG_PRIO_INFO, "listen.local", "at", name, NULL);
	}
	return r;
}

/* Connections, links, uploads and the database need more descriptors than is usual. */
static void raise_descriptors(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return;
	rlim_t want = l.rlim_max < DESCRIPTORS ? l.rlim_max : DESCRIPTORS;
	if (l.rlim_cur < want)
		(void)setrlimit(RLIMIT_NOFILE, &(struct rlimit){want, l.rlim_max});
}

static int make_links(struct daemon *d, struct errinfo *ei)
{
	size_t n = edge_links(&d->settings);
	if (n > LINKS_MOST)
		return err_set(ei, GW_ELIMIT, "serve: too many workers");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, d->control) < 0)
		return err_sys(ei, GW_EIO, "socketpair");
	for (; d->links_n < n; d->links_n++) {
		int pair[2];
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
			return err_sys(ei, GW_EIO, "socketpair");
		d->ours[d->links_n] = pair[0];
		d->theirs[d->links_n] = pair[1];
	}
	return 0;
}

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		file_close_p(&fds[i]);
}

/* The PIN of a token is for the core alone (sign/token.c). */
static void forget_pin(void)
{
	char *pin = getenv("HANDOVER_PKCS11_PIN");
	if (pin)
		explicit_bzero(pin, strlen(pin));
	(void)unsetenv("HANDOVER_PKCS11_PIN");
}

static int be_edge(struct daemon *d, pid_t core)
{
	forget_pin();
	(void)close(d->control[0]);
	close_all(d->ours, d->links_n);
	notify_close(&d->notify);
	return edge_process(&(struct edge_start){.settings = &d->settings,
	    .core = core,
	    .control = d->control[1],
	    .links = d->theirs,
	    .listeners = d->listeners,
	    .listeners_n = d->listeners_n,
	    .local = d->local,
	    .at = d->at});
}

static int be_core(struct daemon *d, pid_t edge)
{
	(void)close(d->control[1]);
	close_all(d->theirs, d->links_n);
	close_all(d->listeners, d->listeners_n);
	file_close_p(&d->local);
	core_hold_signals();
	return core_process(&(struct core_start){.home = d->home,
	    .settings = &d->settings,
	    .edge = edge,
	    .control = d->control[0],
	    .links = d->ours,
	    .links_n = d->links_n,
	    .notify = &d->notify});
}

int main(int argc, char **argv)
{
	static struct daemon d = {.local = -1, .notify = {.fd = -1, .local = -1}};
	struct errinfo ei = ERRINFO_INIT;
	bool end;
	int r = read_words(argc, argv, &d.words, &end, &ei);
	if (r < 0 || end)
		return r < 0 ? fail(r, &ei) : 0;
	raise_descriptors();
	r = read_settings(&d, &ei);
	if (r == 0)
		r = open_listeners(&d, &ei);
	if (r == 0)
		r = make_links(&d, &ei);
	if (r < 0)
		return fail(r, &ei);
	pid_t self = getpid(), edge = fork();
	if (edge < 0)
		return fail(err_sys(&ei, GW_EIO, "fork"), &ei);
	int code = edge == 0 ? be_edge(&d, self) : be_core(&d, edge);
	notify_close(&d.notify);
	settings_release(&d.settings);
	free(d.home);
	return code;
}
