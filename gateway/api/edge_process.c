/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/edge_process.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "api/control.h"
#include "api/courier.h"
#include "api/edge.h"
#include "api/listen.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "sandbox/daemon.h"

enum { GRACE_S = 20, LOCAL_CONNECTIONS = 32, LOCAL_SLOW_MS = 1000, COURIER_END_MS = 1500 };

struct http_limits edge_limits(const struct settings *s)
{
	const struct settings_serve *v = &s->serve;
	struct http_limits l = HTTP_LIMITS;
	l.connections = v->connections ? v->connections : l.connections;
	l.per_address = v->per_address ? v->per_address : l.per_address;
	l.workers = v->workers ? v->workers : l.workers;
	l.per_peer = v->per_peer ? v->per_peer : l.per_peer;
	if (l.connections < l.workers)
		l.connections = l.workers;
	l.with_body = l.workers - (l.workers + 7) / 8;
	return l;
}

size_t edge_links(const struct settings *s)
{
	return edge_limits(s).workers + EDGE_LOCAL_WORKERS + COURIER_LINKS;
}

/* What signals and the control thread stop; set before either can. */
static struct http_server *interface, *local;
static struct courier *courier;
static struct edge_start begun;

static void stop(int signal)
{
	(void)signal;
	courier_stop(courier);
	if (local)
		http_server_stop(local);
	http_server_stop(interface);
}

static void lost(void *arg)
{
	(void)arg;
	_exit(1);
}

static int tell(int code, const struct errinfo *said)
{
	struct control c = {.kind = CONTROL_DONE, .code = code};
	(void)snprintf(c.text, sizeof c.text, "%.199s", code < 0 ? said->msg : "");
	return control_send(begun.control, &c, NULL, NULL);
}

/* Make a context of what came, for the courier too, and tell the core how that went. */
static int take(const struct material *m, SSL_CTX **ret)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = material_server(m, material_profile(begun.settings), begun.at, ret, &ei);
	if (r == 0 && (r = courier_use(courier, m, &ei)) < 0)
		SSL_CTX_free(*ret);
	int told = r == 0 ? 0 : tell(r, &ei);
	return r < 0 ? r : told;
}

static void *obey(void *arg)
{
	struct errinfo ei = ERRINFO_INIT;
	struct control c;
	struct material m;
	SSL_CTX *ctx;
	(void)arg;
	while (control_receive(begun.control, &c, &m, &ei) == 0) {
		if (c.kind == CONTROL_STOP)
			stop(0);
		if (c.kind == CONTROL_TLS && take(&m, &ctx) == 0) {
			http_server_reload(interface, ctx);
			(void)tell(0, NULL);
		}
		material_release(&m);
	}
	_exit(1); /* the core is gone */
}

static void *serve_local(void *arg)
{
	struct errinfo ei = ERRINFO_INIT;
	(void)arg;
	if (http_server_run(local, 1000, &ei) < 0)
		log_line(LOG_PRIO_ERR, "local.failed", "why", ei.msg, NULL);
	return NULL;
}

/* The server of the interface, with its first context. */
static int make_interface(struct edge *e, struct errinfo *ei)
{
	struct http_limits limits = edge_limits(begun.settings);
	struct http_handlers handlers = {e, edge_identify, edge_handle, edge_note};
	struct control c = {.kind = 0};
	struct material m;
	SSL_CTX *ctx = NULL;
	material_init(&m);
	int r = http_server_new(&limits, &handlers, &interface, ei);
	if (r == 0)
		r = control_receive(begun.control, &c, &m, ei);
	if (r < 0)
		return r;
	r = c.kind == CONTROL_TLS ? take(&m, &ctx) : GW_EFORMAT;
	material_release(&m);
	for (size_t i = 0; r == 0 && i < begun.listeners_n; i++) {
		r = SSL_CTX_up_ref(ctx) == 1 ? 0 : GW_EFAIL;
		if (r == 0)
			r = http_server_listen(interface, begun.listeners[i], ctx, ei);
	}
	SSL_CTX_free(ctx);
	return r;
}

static int make_local(struct edge *e, struct errinfo *ei)
{
	struct http_limits limits = HTTP_LIMITS;
	struct http_handlers handlers = {e, NULL, edge_local, NULL};
	limits.connections = LOCAL_CONNECTIONS;
	limits.workers = EDGE_LOCAL_WORKERS;
	limits.with_body = 1;
	limits.slow_ms = LOCAL_SLOW_MS; /* whoever asks is on this machine, and has others behind */
	if (begun.local < 0)
		return 0;
	int r = http_server_new(&limits, &handlers, &local, ei);
	return r < 0 ? r : http_server_listen(local, begun.local, NULL, ei);
}

/* Serve until it is told to stop. */
static int run(struct errinfo *ei)
{
	pthread_t control, health = {0};
	struct sigaction act = {.sa_handler = stop};
	unsigned grace = begun.settings->serve.grace_s ? begun.settings->serve.grace_s : GRACE_S;
	if (pthread_create(&control, NULL, obey, NULL) != 0 ||
	    (local && pthread_create(&health, NULL, serve_local, NULL) != 0))
		return err_set(ei, GW_EIO, "threads could not be made");
	(void)pthread_detach(control);
	(void)sigaction(SIGTERM, &act, NULL);
	(void)sigaction(SIGINT, &act, NULL);
	(void)tell(0, NULL);
	int r = courier_start(courier, ei);
	if (r == 0)
		r = http_server_run(interface, grace * 1000, ei);
	courier_stop(courier);
	if (local) {
		http_server_stop(local);
		(void)pthread_join(health, NULL);
	}
	return r;
}

int edge_process(const struct edge_start *start)
{
	struct errinfo ei = ERRINFO_INIT;
	unsigned char seed;
	begun = *start;
	(void)signal(SIGHUP, SIG_IGN); /* of the terminal, or of a whole group: for the core */
	(void)prctl(PR_SET_NAME, "handoverd-edge");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != start->core)
		return 1;
	/* what OpenSSL opens for itself is opened now */
	(void)OPENSSL_init_ssl(0, NULL);
	(void)RAND_bytes(&seed, 1);
	int r = daemon_confine_edge(&ei);
	if (r == 0 && !daemon_has_landlock())
		log_line(LOG_PRIO_WARNING, "edge.confined", "without", "landlock", NULL);
	size_t links = edge_links(start->settings) - COURIER_LINKS;
	struct edge *e = edge_new(&(struct edge_env){.links = start->links,
	    .security = &start->settings->security,
	    .links_n = links,
	    .lost = lost});
	if (r == 0)
		r = courier_new(
		    &(struct courier_env){
			.links = start->links + links, .at = start->at, .lost = lost},
		    &courier, &ei);
	if (r == 0)
		r = make_interface(e, &ei);
	if (r == 0)
		r = make_local(e, &ei);
	if (r == 0) {
		edge_watch(e, interface, courier);
		r = run(&ei);
	}
	if (r < 0 && ei.msg[0])
		log_line(LOG_PRIO_ERR, "edge.failed", "code", err_name(r), "why", ei.msg, NULL);
	/* nothing is freed: a signal or the control thread may still look at the servers */
	int code = r < 0 ? err_exit(r) : 0;
	if (courier && !courier_ended(courier, COURIER_END_MS))
		_exit(code); /* one of its threads waits for a name server */
	return code;
}
