/* SPDX-License-Identifier: EUPL-1.2 */
/* The courier between a core that says what the test wants and a real TLS server: what becomes of a
 * job for each kind of answer, how events are read, and that it never keeps the process from its
 * end. */
#include "api/courier.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "api/link.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/client/peer.h"

#define SENDER "00000099000000001000"
#define OTHER "00000099000000007000"
#define CHAIN "/v1/cases/" SENDER "/c-1/statements"

enum { WAIT_MS = 20000 };

/* A job that the core gives out, once. */
struct job {
	const char *path, *oin, *package;
	bool nowhere; /* to a port where nobody is */
};

struct world {
	struct peer peer;
	struct courier *courier;
	int core[COURIER_LINKS];
	pthread_t threads[COURIER_LINKS];
	char pin[CERT_SPKI], url[64], dead[64];
	pthread_mutex_t lock; /* of what follows */
	const struct job *jobs;
	size_t jobs_n;
	char *done; /* "job word problem" of each, in their order */
	size_t done_n;
	bool seldom;   /* the one peer is to be asked seldom */
	bool heads;    /* a head is to go to the witness */
	bool nobody;   /* to a port where nobody is */
	char *vouched; /* "OIN status word body" */
	size_t vouched_n;
	bool peers, later, known; /* later: the core takes no chain; known: at the other gateway */
	uint64_t after, mirrored;
	char *chains; /* what was handed over */
	unsigned asked;
};

static void add(char **to, const char *fmt, ...) GW_PRINTF(2, 3);
static void add(char **to, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	char *before = *to;
	*to = str_printf("%s%s\n", before ? before : "", text);
	free(before);
}

/* ---- the core ---- */

static void give_job(struct world *w, struct buf *out, struct link_answer *a)
{
	static const char body[] = "{\"statement\":\"x\",\"signature\":\"eA==\"}";
	if (!w->jobs_n) {
		*a = (struct link_answer){
		    .status = 204, .fields = {{"Wait", "20"}}, .fields_n = 1, .fd = -1};
		return;
	}
	const struct job *j = w->jobs++;
	w->jobs_n--;
	assert_int_equal(buf_addf(out, "%zu", w->jobs_n), 0);
	*a = (struct link_answer){.status = 200,
	    .type = "application/json",
	    .fields = {{"Job", out->data}, {"Gateway", j->nowhere ? w->dead : w->url},
		{"Gateway-Oin", j->oin ? j->oin : PKI_OIN}, {"Path", j->path},
		{"Package", j->package ? j->package : ""}},
	    .fields_n = 5,
	    .body = body,
	    .body_n = sizeof body - 1,
	    .fd = -1};
	if (j->package) {
		a->fd = memfd_create("package", MFD_CLOEXEC);
		assert_int_equal(write(a->fd, "0123456789", 10), 10);
		a->number = 10;
	}
}

static void give_peers(struct world *w, struct buf *out, struct link_answer *a)
{
	assert_int_equal(buf_adds(out, "{\"items\":["), 0);
	if (w->peers)
		assert_int_equal(buf_addf(out,
				     "{\"oin\":\"%s\",\"gateway\":\"%s\",\"after\":%llu,"
				     "\"seldom\":%s}",
				     PKI_OIN, w->url, (unsigned long long)w->after,
				     w->seldom ? "true" : "false"),
		    0);
	assert_int_equal(buf_adds(out, "]}"), 0);
	*a = (struct link_answer){.status = 200,
	    .type = "application/json",
	    .body = out->data,
	    .body_n = out->len,
	    .fd = -1};
}

static void give_head(struct world *w, struct link_answer *a)
{
	static const char body[] = "old 0\n\nthe head\n";
	if (w->heads)
		*a = (struct link_answer){.status = 200,
		    .type = "text/plain",
		    .fields = {{"Gateway", w->nobody ? w->dead : w->url}, {"Gateway-Oin", PKI_OIN}},
		    .fields_n = 2,
		    .body = body,
		    .body_n = sizeof body - 1,
		    .fd = -1};
	else
		*a = (struct link_answer){
		    .status = 204, .fields = {{"Wait", "20"}}, .fields_n = 1, .fd = -1};
	w->heads = false;
}

static void answer(
    struct world *w, const struct link_call *c, struct buf *out, struct link_answer *a)
{
	*a = (struct link_answer){.status = 204, .fd = -1};
	assert_string_equal(c->peer, "");
	switch (c->op) {
	case API_JOB_NEXT:
		give_job(w, out, a);
		break;
	case API_JOB_DONE:
		assert_int_equal(c->params_n, 3);
		add(&w->done, "%s %s %s", c->params[0], c->params[1], c->params[2]);
		w->done_n++;
		break;
	case API_PEERS:
		give_peers(w, out, a);
		break;
	case API_MIRROR:
		add(&w->chains, "%s %s %s %.*s", c->params[0], c->params[1], c->params[2],
		    (int)c->body_n, (const char *)c->body);
		a->status = w->later ? 503 : 204;
		break;
	case API_MIRRORED:
		w->mirrored = w->after = c->number;
		break;
	case API_WITNESS_NEXT:
		give_head(w, a);
		break;
	case API_WITNESS_DONE:
		assert_int_equal(c->params_n, 3);
		add(&w->vouched, "%s %s %s %.*s", c->params[0], c->params[1], c->params[2],
		    str_eq(c->params[1], "0") ? 0 : (int)c->body_n, (const char *)c->body);
		w->vouched_n++;
		break;
	case API_PINNED:
		w->asked++;
		a->status = str_eq(c->params[1], w->pin) ? 204 : 404;
		break;
	default:
		fail_msg("the courier asks for %u", c->op);
	}
}

struct end {
	struct world *w;
	int fd;
};

static void *core(void *arg)
{
	struct end e = *(struct end *)arg;
	struct buf frame GW_CLEANUP(buf_release) = BUF_INIT(LINK_FRAME_MAX);
	struct link_call c;
	free(arg);
	while (link_receive_call(e.fd, &frame, &c, NULL) == 0) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
		struct link_answer a;
		(void)pthread_mutex_lock(&e.w->lock);
		answer(e.w, &c, &out, &a);
		(void)pthread_mutex_unlock(&e.w->lock);
		assert_int_equal(link_send_answer(e.fd, &a, NULL), 0);
		file_close_p(&a.fd);
	}
	(void)close(e.fd);
	return NULL;
}

/* ---- the other gateway ---- */

/* A witness that says first how far it is. */
static void cosign(struct world *w, struct http_request *q)
{
	char body[100] = "";
	size_t n = 0;
	assert_int_equal(http_body_max(q, sizeof body, NULL), 0);
	assert_int_equal(http_body_read(q, body, sizeof body, &n, NULL), 0);
	assert_int_equal(n, strlen("old 0\n\nthe head\n"));
	assert_memory_equal(body, "old 0\n\nthe head\n", n);
	if (w->vouched_n == 0)
		(void)!http_answer(
		    q, &(struct http_answer){409, "text/x.tlog.size", NULL, 0}, "7\n", 2);
	else
		(void)!http_answer(
		    q, &(struct http_answer){200, "text/plain", NULL, 0}, "line\n", 5);
}

static bool other(struct peer *p, struct http_request *q)
{
	struct world *w = p->arg;
	const struct http_head *h = http_request_head(q);
	char path[200];
	(void)snprintf(path, sizeof path, "%.*s", (int)h->path.n, h->path.p);
	if (str_eq(path, "/v1/ledger/cosignatures"))
		cosign(w, q);
	else if (str_eq(path, "/v1/not-authentic"))
		peer_say(q, 403, "{\"code\":\"not-authentic\"}");
	else if (str_eq(path, "/v1/stale"))
		peer_say(q, 409, "{\"code\":\"stale\"}");
	else if (str_eq(path, "/v1/words"))
		peer_say(q, 410, "{\"code\":\"Jan Jansen\"}");
	else if (str_eq(path, "/v1/wrong"))
		peer_say(q, 422, "{\"code\":\"bad-format\"}");
	else if (str_eq(path, "/v1/login"))
		peer_say(q, 401, "{}");
	else if (str_eq(path, "/v1/down"))
		peer_say(q, 503, "{\"code\":\"ledger-unavailable\"}");
	else if (str_eq(path, "/v1/events") && !w->known)
		peer_say(q, 403, "{\"code\":\"not-authentic\"}");
	else if (str_eq(path, "/v1/events") && memmem(h->query.p, h->query.n, "after=0&", 8))
		peer_say(q, 200,
		    "{\"items\":[{\"event\":3,\"sender\":\"" SENDER "\",\"case\":\"c-1\"},"
		    "{\"event\":4,\"sender\":\"" SENDER "\",\"case\":\"c-gone\"},"
		    "{\"event\":7,\"sender\":\"" SENDER "\",\"case\":\"c-1\"}]}");
	else if (str_eq(path, "/v1/events"))
		peer_say(q, 200, "{\"items\":[]}");
	else if (str_eq(path, CHAIN))
		/* of an item the core is given what it takes in, and no more */
		peer_say(q, 200,
		    "{\"items\":[{\"n\":1,\"kind\":\"offer\",\"statement\":\"s\",\"signature\":\"c2ln\",\"received\":\"t\"}]}");
	else if (str_ends(path, "/c-gone/statements"))
		peer_say(q, 404, "{\"code\":\"not-found\"}");
	else
		return false;
	return true;
}

/* ---- both ---- */

static int setup(void **state)
{
	static const char tls[] = "critical,digitalSignature", both[] = "serverAuth,clientAuth";
	struct world *w = str_alloc(sizeof *w);
	struct cert_facts f;
	log_level(LOG_PRIO_ERR);
	w->peer.pki = pki_new();
	w->peer.first = other;
	w->peer.arg = w;
	(void)pthread_mutex_init(&w->peer.lock, NULL);
	(void)pthread_mutex_init(&w->lock, NULL);
	X509 *x =
	    pki_issue(&w->peer.pki, "server", &(struct pki_spec){.usage = tls, .purpose = both});
	assert_int_equal(cert_facts(x, &f, NULL), 0);
	(void)snprintf(w->pin, sizeof w->pin, "%s", f.spki);
	X509_free(x);
	pki_files(
	    &w->peer.pki, "ours", &(struct pki_spec){.usage = tls, .purpose = both, .oin = SENDER});
	pki_lists(&w->peer.pki, NULL, 0);
	peer_start(&w->peer, "server");
	(void)snprintf(w->url, sizeof w->url, "https://localhost:%u", (unsigned)w->peer.port);
	unsigned short port;
	int fd = peer_socket(&port);
	(void)close(fd);
	(void)snprintf(w->dead, sizeof w->dead, "https://127.0.0.1:%u", (unsigned)port);
	w->known = true;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	peer_stop(&w->peer);
	pki_free(&w->peer.pki);
	free(w->done);
	free(w->chains);
	free(w->vouched);
	free(w);
	return 0;
}

static void use(struct world *w)
{
	const struct pki *p = &w->peer.pki;
	struct errinfo ei = ERRINFO_INIT;
	struct material m;
	char root[160], a[160], b[160];
	(void)snprintf(root, sizeof root, "%s/root.pem", p->roots);
	(void)snprintf(a, sizeof a, "%s/root.crl", p->crls);
	(void)snprintf(b, sizeof b, "%s/ca.crl", p->crls);
	const char *roots[] = {root}, *lists[] = {a, b};
	const struct tls_files f = {.cert = pki_path(p, "ours", ".pem"),
	    .key = pki_path(p, "ours", ".key"),
	    .roots = roots,
	    .roots_n = 1,
	    .lists = lists,
	    .lists_n = 2,
	    .at = PKI_NOW};
	test_code(material_copy(&f, &m, &ei), 0, &ei);
	test_code(courier_use(w->courier, &m, &ei), 0, &ei);
	material_release(&m);
}

static void begin(struct world *w)
{
	struct errinfo ei = ERRINFO_INIT;
	int ours[COURIER_LINKS];
	for (size_t i = 0; i < COURIER_LINKS; i++) {
		int fd[2];
		struct end *e = str_alloc(sizeof *e);
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
		ours[i] = fd[0];
		*e = (struct end){w, fd[1]};
		assert_int_equal(pthread_create(&w->threads[i], NULL, core, e), 0);
	}
	const struct courier_env env = {.links = ours, .at = PKI_NOW, .least_s = 1, .most_s = 1};
	test_code(courier_new(&env, &w->courier, &ei), 0, &ei);
	use(w);
	test_code(courier_start(w->courier, &ei), 0, &ei);
}

/* It has to end soon, whatever it does. */
static void finish(struct world *w)
{
	int64_t from = clock_mono();
	courier_stop(w->courier);
	assert_true(courier_ended(w->courier, 2000));
	assert_true(clock_mono() - from < 2000);
	courier_free(w->courier);
	for (size_t i = 0; i < COURIER_LINKS; i++)
		(void)pthread_join(w->threads[i], NULL);
}

static bool reached(struct world *w, const size_t *n, size_t want)
{
	(void)pthread_mutex_lock(&w->lock);
	bool yes = *n >= want;
	(void)pthread_mutex_unlock(&w->lock);
	return yes;
}

static void wait_for(struct world *w, const size_t *n, size_t want)
{
	int64_t until = clock_mono() + WAIT_MS;
	while (!reached(w, n, want) && clock_mono() < until)
		(void)usleep(5000);
	assert_true(reached(w, n, want));
}

/* What becomes of that job alone. */
static void job(struct world *w, struct job j, const char *outcome)
{
	size_t before = w->done_n;
	(void)pthread_mutex_lock(&w->lock);
	free(w->done);
	w->done = NULL;
	w->jobs = &j;
	w->jobs_n = 1;
	(void)pthread_mutex_unlock(&w->lock);
	wait_for(w, &w->done_n, before + 1);
	(void)pthread_mutex_lock(&w->lock);
	assert_string_equal(w->done, outcome);
	(void)pthread_mutex_unlock(&w->lock);
}

static void what_becomes_of_a_job(void **state)
{
	struct world *w = *state;
	struct courier_counts n;
	begin(w);
	job(w, (struct job){.path = "/v1/hello"}, "0 done \n");
	job(w, (struct job){.path = "/v1/stale"}, "0 refused stale\n");
	job(w, (struct job){.path = "/v1/refused"}, "0 refused refused\n");
	job(w, (struct job){.path = "/v1/wrong"}, "0 refused bad-format\n");
	job(w, (struct job){.path = "/v1/words"}, "0 refused status-410\n");
	job(w, (struct job){.path = "/v1/not-authentic"}, "0 refused not-authentic\n");
	job(w, (struct job){.path = "/v1/busy"}, "0 again limit-reached\n");
	job(w, (struct job){.path = "/v1/login"}, "0 again status-401\n");
	job(w, (struct job){.path = "/v1/down"}, "0 again ledger-unavailable\n");
	job(w, (struct job){.path = "/v1/redirect"}, "0 again status-302\n");
	job(w, (struct job){.path = "/v1/hello", .nowhere = true}, "0 again unreachable\n");
	courier_counts(w->courier, &n);
	assert_int_equal(n.delivered, 1);
	assert_int_equal(n.refused, 5);
	assert_int_equal(n.failed, 5);
	finish(w);
}

static void who_is_not_known(void **state)
{
	struct world *w = *state;
	begin(w);
	/* a statement that counts for nothing there, and a client that does */
	w->known = false;
	job(w, (struct job){.path = "/v1/not-authentic"}, "0 again not-known-there\n");
	w->known = true;
	assert_int_equal(w->asked, 1); /* once for each connection */
	/* a server that is another organisation, or has another key */
	job(w, (struct job){.path = "/v1/hello", .oin = OTHER}, "0 again server-not-known\n");
	w->pin[10] ^= 1;
	use(w); /* what it has by now is asked anew */
	unsigned before = w->peer.requests;
	job(w, (struct job){.path = "/v1/hello"}, "0 again server-not-known\n");
	assert_int_equal(w->peer.requests, before);
	finish(w);
}

static void a_package_goes_with_its_file(void **state)
{
	struct world *w = *state;
	begin(w);
	job(w, (struct job){.path = "/v1/packages", .package = PEER_PACKAGE}, "0 done \n");
	assert_true(w->peer.deposited);
	assert_int_equal(w->peer.have, 10);
	assert_memory_equal(w->peer.got, "0123456789", 10);
	/* it is there: its bytes do not go again */
	unsigned patches = w->peer.patches;
	job(w, (struct job){.path = "/v1/packages/" PEER_PACKAGE, .package = PEER_PACKAGE},
	    "0 done \n");
	assert_int_equal(w->peer.patches, patches);
	finish(w);
}

/* It answers, so that it is not unreachable; and what it has no time for waits as a job does, not
 * as a thread. */
static void a_gateway_that_takes_no_bytes(void **state)
{
	struct world *w = *state;
	const struct job package = {.path = "/v1/packages", .package = PEER_PACKAGE};
	int64_t from = clock_mono();
	begin(w);
	w->peer.fail_patch = 503;
	w->peer.retry_after = "1";
	job(w, package, "0 again status-503\n");
	assert_int_equal(w->peer.patches, 1);
	w->peer.fail_patch = 429;
	job(w, package, "0 again status-429\n");
	assert_int_equal(w->peer.patches, 2);
	w->peer.fail_patch = 500;
	w->peer.retry_after = NULL;
	job(w, package, "0 again status-500\n");
	assert_true(clock_mono() - from < 5000);
	w->peer.fail_patch = 0;
	job(w, package, "0 done \n");
	finish(w);
}

/* What the core is told of the one case. */
#define TOLD_CASE          \
	PKI_OIN " " SENDER \
		" c-1 [{\"statement\":\"s\",\"signature\":\"c2ln\",\"received\":\"t\"}]\n"

static void events_are_read(void **state)
{
	struct world *w = *state;
	struct courier_counts n;
	size_t mirrored;
	w->peers = true;
	begin(w);
	for (int i = 0; i < WAIT_MS / 5; i++) {
		(void)pthread_mutex_lock(&w->lock);
		mirrored = w->mirrored;
		(void)pthread_mutex_unlock(&w->lock);
		if (mirrored)
			break;
		(void)usleep(5000);
	}
	/* each case once, and what is not there is passed over */
	assert_int_equal(w->mirrored, 7);
	assert_string_equal(w->chains, TOLD_CASE);
	courier_counts(w->courier, &n);
	assert_int_equal(n.events, 3);
	assert_int_equal(n.peers, 1);
	assert_int_equal(n.peers_unreachable, 0);
	finish(w);
}

/* A second, two, four … instead of one after the other. */
static void where_all_has_ended_is_asked_ever_less_often(void **state)
{
	struct world *w = *state;
	w->peers = w->seldom = true;
	begin(w);
	for (int i = 0; i < WAIT_MS / 5 && w->peer.requests < 4; i++)
		(void)usleep(5000);
	unsigned before = w->peer.requests; /* the page, its two chains, and the next question */
	(void)usleep(4200000);
	assert_in_range(w->peer.requests - before, 1, 2);
	finish(w);
}

static void what_the_core_cannot_take_is_read_again(void **state)
{
	struct world *w = *state;
	w->peers = w->later = true;
	begin(w);
	for (int i = 0; i < WAIT_MS / 5; i++) {
		(void)pthread_mutex_lock(&w->lock);
		bool twice = w->chains && strchr(w->chains, '\n') != strrchr(w->chains, '\n');
		(void)pthread_mutex_unlock(&w->lock);
		if (twice)
			break;
		(void)usleep(5000);
	}
	(void)pthread_mutex_lock(&w->lock);
	assert_string_equal(w->chains, TOLD_CASE TOLD_CASE);
	assert_int_equal(w->mirrored, 0);
	(void)pthread_mutex_unlock(&w->lock);
	finish(w);
}

/* Bring a head, and what the core is told then. */
static void head(struct world *w, bool nobody, const char *outcome)
{
	size_t before = w->vouched_n;
	(void)pthread_mutex_lock(&w->lock);
	free(w->vouched);
	w->vouched = NULL;
	w->nobody = nobody;
	w->heads = true;
	(void)pthread_mutex_unlock(&w->lock);
	wait_for(w, &w->vouched_n, before + 1);
	(void)pthread_mutex_lock(&w->lock);
	assert_string_equal(w->vouched, outcome);
	(void)pthread_mutex_unlock(&w->lock);
}

static void a_head_goes_to_the_witness(void **state)
{
	struct world *w = *state;
	begin(w);
	head(w, false, PKI_OIN " 409  7\n\n");
	head(w, false, PKI_OIN " 200  line\n\n");
	head(w, true, PKI_OIN " 0 unreachable \n");
	w->pin[10] ^= 1;
	use(w);
	head(w, false, PKI_OIN " 0 server-not-known \n");
	finish(w);
}

static void it_ends_while_it_waits_for_others(void **state)
{
	struct world *w = *state;
	unsigned short port;
	int fd = peer_socket(&port); /* nobody will ever accept */
	const struct job jobs[] = {{.path = "/v1/hello", .nowhere = true},
	    {.path = "/v1/hello", .nowhere = true}, {.path = "/v1/slow"}};
	(void)snprintf(w->dead, sizeof w->dead, "https://127.0.0.1:%u", (unsigned)port);
	w->jobs = jobs;
	w->jobs_n = 3;
	begin(w);
	for (int i = 0; i < WAIT_MS / 5 && reached(w, &w->jobs_n, 1); i++)
		(void)usleep(5000);
	assert_int_equal(w->jobs_n, 0);
	(void)usleep(300000);
	assert_int_equal(w->done_n, 0);
	finish(w);
	assert_int_equal(w->done_n, 0); /* nothing is said of what was given up */
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_becomes_of_a_job, setup, teardown),
	    cmocka_unit_test_setup_teardown(who_is_not_known, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_package_goes_with_its_file, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_gateway_that_takes_no_bytes, setup, teardown),
	    cmocka_unit_test_setup_teardown(events_are_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		where_all_has_ended_is_asked_ever_less_often, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		what_the_core_cannot_take_is_read_again, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_head_goes_to_the_witness, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_ends_while_it_waits_for_others, setup, teardown),
	};
	return cmocka_run_group_tests_name("api/courier", tests, NULL, NULL);
}
