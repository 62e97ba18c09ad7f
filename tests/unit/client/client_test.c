/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls and transfers against a real TLS server: who is believed, what is not followed, what is
 * taken up again. */
#include "client/client.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "tests/unit/client/peer.h"

enum { FILE_BYTES = 300000 };

struct world {
	struct peer peer;
	char root[160], a[160], b[160], url[64];
	const char *roots[1], *lists[2];
	struct client_server server;
	char pin[CERT_SPKI]; /* of the server's key */
	unsigned asked;
	bool pinned;
	unsigned char file[FILE_BYTES];
	char *dir;
	uint64_t told, total;
	unsigned waits, left;
};

static bool pinned(void *arg, const char *oin, const char *spki)
{
	struct world *w = arg;
	w->asked++;
	return w->pinned && strcmp(oin, PKI_OIN) == 0 && strcmp(spki, w->pin) == 0;
}

static void take_back(struct pki *p)
{
	X509 *gone = pki_issue(p, "revoked",
	    &(struct pki_spec){.usage = "critical,digitalSignature", .purpose = "serverAuth"});
	pki_lists(
	    p, &(struct pki_revoked){.cert = gone, .when = PKI_NOW - PKI_DAY, .reason = -1}, 1);
	X509_free(gone);
}

static int setup(void **state)
{
	static const char tls[] = "critical,digitalSignature", both[] = "serverAuth,clientAuth";
	struct world *w = calloc(1, sizeof *w);
	struct pki *p = &w->peer.pki;
	struct cert_facts f;
	*p = pki_new();
	(void)pthread_mutex_init(&w->peer.lock, NULL);
	X509 *x = pki_issue(p, "server", &(struct pki_spec){.usage = tls, .purpose = both});
	assert_int_equal(cert_facts(x, &f, NULL), 0);
	(void)snprintf(w->pin, sizeof w->pin, "%s", f.spki);
	X509_free(x);
	pki_files(p, "ours",
	    &(struct pki_spec){.usage = tls, .purpose = both, .oin = "00000099000000002000"});
	pki_files(p, "other",
	    &(struct pki_spec){.usage = tls, .purpose = both, .oin = "00000099000000007000"});
	pki_files(p, "nobody", &(struct pki_spec){.usage = tls, .purpose = both, .oin = ""});
	pki_files(p, "self", &(struct pki_spec){.usage = tls, .purpose = both, .by_self = true});
	pki_files(p, "old",
	    &(struct pki_spec){.usage = tls, .purpose = both, .until = PKI_NOW - PKI_DAY});
	pki_files(p, "another", &(struct pki_spec){.usage = tls, .purpose = both});
	pki_files(p, "mail", &(struct pki_spec){.usage = tls, .purpose = "emailProtection"});
	take_back(p);
	for (size_t i = 0; i < FILE_BYTES; i++)
		w->file[i] = (unsigned char)(i * 2654435761U >> 13);
	w->peer.file = w->file;
	w->peer.file_n = FILE_BYTES;
	hash_sha256_hex(w->file, FILE_BYTES, w->peer.sha256);
	w->dir = test_mkdir();
	w->pinned = true;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	peer_stop(&w->peer);
	pki_free(&w->peer.pki);
	(void)pthread_mutex_destroy(&w->peer.lock);
	test_rmdir(&w->dir);
	free(w);
	return 0;
}

/* A client of the server with that certificate; through the wire that can be cut. */
static struct client *join(struct world *w, const char *cert)
{
	struct errinfo ei = ERRINFO_INIT;
	struct client *c = NULL;
	const struct pki *p = &w->peer.pki;
	if (!w->peer.server)
		peer_start(&w->peer, cert);
	(void)snprintf(w->url, sizeof w->url, "https://127.0.0.1:%u", (unsigned)w->peer.wire_port);
	(void)snprintf(w->root, sizeof w->root, "%s/root.pem", p->roots);
	(void)snprintf(w->a, sizeof w->a, "%s/root.crl", p->crls);
	(void)snprintf(w->b, sizeof w->b, "%s/ca.crl", p->crls);
	w->roots[0] = w->root;
	w->lists[0] = w->a;
	w->lists[1] = w->b;
	w->server.url = w->url;
	w->server.oin = PKI_OIN;
	w->server.cert = pki_path(p, "ours", ".pem");
	w->server.key = pki_path(p, "ours", ".key");
	w->server.roots = w->roots;
	w->server.roots_n = 1;
	w->server.lists = w->lists;
	w->server.lists_n = 2;
	w->server.pinned = pinned;
	w->server.arg = w;
	w->server.retry_ms = 1;
	w->server.at = PKI_NOW;
	test_code(client_new(&w->server, &c, &ei), 0, &ei);
	return c;
}

/* ---- who is believed ---- */

static void test_calls(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct http_counts counts;
	/* what the environment says of proxies is not heard */
	assert_int_equal(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
	struct client *c = join(w, "server");
	json_t *body GW_CLEANUP(jx_release) = json_pack("{s:s}", "a", "b");
	for (int i = 0; i < 3; i++) {
		struct client_answer a GW_CLEANUP(client_answer_release) = {0};
		test_code(i ? client_get(c, "/v1/hello", &a, &ei)
			    : client_post(c, "/v1/hello", body, &a, &ei),
		    0, &ei);
		assert_int_equal(a.status, 200);
		assert_true(json_is_true(json_object_get(a.body, "hello")));
		test_code(client_code(&a, &ei), 0, &ei);
	}
	http_server_counts(w->peer.server, &counts);
	assert_int_equal(counts.accepted, 1); /* one connection for all */
	assert_int_equal(w->asked, 1);
	assert_int_equal(w->peer.requests, 3);
	(void)unsetenv("https_proxy");
	(void)unsetenv("ALL_PROXY");
	client_free(c);
}

/* A server that is not who it should be sees no byte of a request. */
static void not_believed(struct world *w, const char *cert, const char *says)
{
	struct errinfo ei = ERRINFO_INIT;
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	struct client *c = join(w, cert);
	test_code(client_get(c, "/v1/hello", &a, &ei), GW_EAUTH, &ei);
	if (!strstr(ei.msg, says))
		fail_msg("'%s' lacks '%s'", ei.msg, says);
	assert_int_equal(w->peer.requests, 0);
	client_free(c);
	peer_stop(&w->peer);
}

static void test_not_believed(void **state)
{
	struct world *w = *state;
	not_believed(w, "other", "is answered by 00000099000000007000");
	not_believed(w, "nobody", "without an OIN");
	not_believed(w, "self", "certificate");
	not_believed(w, "old", "expired");
	not_believed(w, "revoked", "revoked");
	not_believed(w, "mail", "purpose");
	not_believed(w, "another", "is not pinned");
	w->pinned = false; /* the right key, but no longer */
	not_believed(w, "server", "is not pinned");
	/* lists that have ended say nothing of who was revoked */
	w->pinned = true;
	pki_crl(&w->peer.pki, "ca", w->peer.pki.ca, w->peer.pki.ca_key, PKI_NOW - 30 * PKI_DAY,
	    PKI_NOW + 30 * PKI_DAY, NULL, 0);
	struct client *c = join(w, "server");
	client_free(c);
	pki_crl(&w->peer.pki, "ca", w->peer.pki.ca, w->peer.pki.ca_key, PKI_NOW - 30 * PKI_DAY,
	    PKI_NOW - PKI_DAY, NULL, 0);
	not_believed(w, "server", "CRL has expired");
}

static void test_own_files(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct client *c = join(w, "server");
	client_free(c);
	c = NULL;
	w->server.url = "http://127.0.0.1:1";
	test_code(client_new(&w->server, &c, &ei), GW_EFORMAT, &ei);
	w->server.url = "https://127.0.0.1/v1";
	test_code(client_new(&w->server, &c, &ei), GW_EFORMAT, &ei);
	w->server.url = w->url;
	w->server.key = pki_path(&w->peer.pki, "server", ".key");
	test_code(client_new(&w->server, &c, &ei), GW_EFORMAT, &ei);
	w->server.key = pki_path(&w->peer.pki, "ours", ".key");
	assert_int_equal(chmod(w->server.key, 0640), 0);
	test_code(client_new(&w->server, &c, &ei), GW_EMODE, &ei);
	assert_int_equal(chmod(w->server.key, 0600), 0);
	w->server.roots_n = 0;
	test_code(client_new(&w->server, &c, &ei), GW_EAUTH, &ei);
	w->server.roots_n = 1;
	w->lists[0] = w->root; /* a certificate is no list */
	test_code(client_new(&w->server, &c, &ei), GW_EFORMAT, &ei);
	assert_null(c);
}

/* ---- what is not followed, kept or waited for ---- */

static int get(struct client *c, const char *path, struct errinfo *ei)
{
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	int r = client_get(c, path, &a, ei);
	return r == 0 ? client_code(&a, ei) : r;
}

static void test_answers(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct client *c = join(w, "server");
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(4);
	int status = 0;
	test_code(get(c, "/v1/redirect", &ei), GW_ENET, &ei);
	assert_non_null(strstr(ei.msg, "redirect"));
	assert_int_equal(w->peer.requests, 1);
	test_code(get(c, "/v1/huge", &ei), GW_ENET, &ei);
	assert_non_null(strstr(ei.msg, "more than"));
	test_code(get(c, "/v1/refused", &ei), GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "the term ?[31mis over"));
	test_code(get(c, "/v1/busy", &ei), GW_ENET, &ei);
	test_code(client_text(c, "/v1/text", &text, &status, &ei), 0, &ei);
	assert_int_equal(status, 200);
	assert_string_equal(text.data, "a\nb\n");
	test_code(client_text(c, "/v1/text", &text, &status, &ei), GW_ENET, &ei);
	char type[64];
	buf_clear(&text);
	test_code(client_post_text(c, "/v1/text", "x", 1, &text, &status, type, &ei), 0, &ei);
	assert_string_equal(type, "text/plain");
	assert_string_equal(text.data, "a\nb\n");
	client_free(c);
}

static void test_stall(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	volatile sig_atomic_t stop = 1;
	w->server.stall_ms = 200;
	struct client *c = join(w, "server");
	int64_t began = clock_mono();
	test_code(get(c, "/v1/slow", &ei), GW_ENET, &ei);
	assert_non_null(strstr(ei.msg, "nothing came"));
	assert_true(clock_mono() - began < 1700);
	client_free(c);
	w->server.stop = &stop;
	c = join(w, "server");
	test_code(get(c, "/v1/slow", &ei), GW_EFAIL, &ei);
	client_free(c);
	peer_stop(&w->peer);
	w->server.stop = NULL; /* nobody is there */
	test_code(client_new(&w->server, &c, &ei), 0, &ei);
	test_code(get(c, "/v1/hello", &ei), GW_ENET, &ei);
	client_free(c);
}

/* ---- transfers ---- */

static void progress(void *arg, uint64_t done, uint64_t total)
{
	struct world *w = arg;
	w->told = done;
	w->total = total;
}

static int upload(struct world *w, struct client *c, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(w->dir, "package");
	if (!file_exists(path))
		assert_int_equal(file_write(path, w->file, FILE_BYTES, 0600, FILE_NEW, NULL), 0);
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC);
	return client_upload(c, PEER_PACKAGE, fd, FILE_BYTES, progress, w, ei);
}

static void test_upload(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct client *c = join(w, "server");
	w->peer.cut_up = 70000; /* each connection dies after so many bytes */
	test_code(upload(w, c, &ei), 0, &ei);
	assert_true(w->peer.cuts >= 4);
	assert_memory_equal(w->peer.got, w->file, FILE_BYTES);
	assert_int_equal(w->told, FILE_BYTES);
	assert_int_equal(w->total, FILE_BYTES);
	assert_int_equal(w->peer.posts, 1);
	client_free(c);
}

/* The last answer is lost, an upload is forgotten, somebody else still writes: none of it ends the
 * transfer. */
static void test_upload_odd(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct client *c = join(w, "server");
	w->peer.conflict_once = true;
	test_code(upload(w, c, &ei), 0, &ei);
	assert_int_equal(w->peer.patches, 2);
	w->peer.deposited = false;
	w->peer.gone_once = true;
	test_code(upload(w, c, &ei), 0, &ei);
	assert_int_equal(w->peer.posts, 3);
	assert_memory_equal(w->peer.got, w->file, FILE_BYTES);
	/* all of it arrived, but nobody says so */
	w->peer.deposited = false;
	w->peer.lose_answer = true;
	unsigned before = w->peer.patches;
	test_code(upload(w, c, &ei), 0, &ei);
	assert_int_equal(w->peer.patches - before, 1);
	assert_memory_equal(w->peer.got, w->file, FILE_BYTES);
	client_free(c);
}

static void test_upload_fails(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	struct client *c = join(w, "server");
	w->peer.fail_patch = 500;
	test_code(upload(w, c, &ei), GW_ENET, &ei);
	assert_non_null(strstr(ei.msg, "the disk is full"));
	assert_int_equal(w->peer.patches, 10);
	client_free(c);
}

static void waiting(void *arg, const char *why, unsigned seconds, unsigned left)
{
	struct world *w = arg;
	assert_non_null(strstr(why, "the disk is full"));
	assert_int_equal(seconds, 1);
	w->waits++;
	w->left = left;
}

/* A gateway without room or time is not pressed: once, or when it says so, and not for ever. */
static void test_upload_not_now(void **state)
{
	static const int statuses[] = {429, 503, 507};
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	w->server.waiting = waiting;
	w->server.later_ms = 2500;
	struct client *c = join(w, "server");
	for (size_t i = 0; i < GW_LENGTH(statuses); i++) {
		unsigned before = w->peer.patches;
		int64_t began = clock_mono();
		w->peer.fail_patch = statuses[i];
		test_code(upload(w, c, &ei), GW_ENET, &ei);
		assert_non_null(strstr(ei.msg, "the disk is full"));
		assert_int_equal(w->peer.patches - before, 1);
		assert_true(clock_mono() - began < 900);
	}
	assert_int_equal(w->waits, 0);
	unsigned before = w->peer.patches;
	w->peer.retry_after = "600"; /* too long for us */
	test_code(upload(w, c, &ei), GW_ENET, &ei);
	assert_int_equal(w->peer.patches - before, 1);
	assert_non_null(strstr(ei.msg, "again after 600 seconds"));
	before = w->peer.patches;
	w->peer.retry_after = "1";
	test_code(upload(w, c, &ei), GW_ENET, &ei);
	assert_int_equal(w->peer.patches - before, 3);
	assert_int_equal(w->waits, 2);
	assert_int_equal(w->left, 1); /* half a second */
	client_free(c);
}

static char *part(const struct world *w)
{
	return file_join(w->dir, "part");
}

static int download(struct world *w, struct client *c, struct errinfo *ei)
{
	char *p GW_CLEANUP(str_free_p) = part(w);
	return client_download(c, "/v1/content", p, FILE_BYTES, w->peer.sha256, progress, w, ei);
}

static void holds_all(struct world *w)
{
	char *p GW_CLEANUP(str_free_p) = part(w);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(2 * FILE_BYTES);
	assert_int_equal(file_read(p, 2 * FILE_BYTES, &b, NULL), 0);
	assert_int_equal(b.len, FILE_BYTES);
	assert_memory_equal(b.data, w->file, FILE_BYTES);
	assert_int_equal(unlink(p), 0);
}

static void test_download(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	char *p GW_CLEANUP(str_free_p) = part(w);
	struct client *c = join(w, "server");
	w->peer.cut_down = 70000;
	test_code(download(w, c, &ei), 0, &ei);
	assert_true(w->peer.cuts >= 4 && w->peer.gets >= 5);
	holds_all(w);
	/* an earlier run left a beginning: only the rest comes */
	w->peer.cut_down = 0;
	assert_int_equal(file_write(p, w->file, FILE_BYTES - 100, 0600, FILE_NEW, NULL), 0);
	w->told = 0;
	unsigned before = w->peer.gets;
	test_code(download(w, c, &ei), 0, &ei);
	assert_int_equal(w->peer.gets - before, 1);
	holds_all(w);
	/* it left more than there is */
	assert_int_equal(
	    file_write(p, w->file, FILE_BYTES, 0600, FILE_NEW, NULL) || truncate(p, FILE_BYTES + 5),
	    0);
	test_code(download(w, c, &ei), 0, &ei);
	holds_all(w);
	/* a server that knows no ranges */
	w->peer.no_ranges = true;
	assert_int_equal(file_write(p, "something else", 14, 0600, FILE_NEW, NULL), 0);
	test_code(download(w, c, &ei), 0, &ei);
	holds_all(w);
	client_free(c);
}

static void test_download_wrong(void **state)
{
	struct world *w = *state;
	struct errinfo ei = ERRINFO_INIT;
	char *p GW_CLEANUP(str_free_p) = part(w);
	struct client *c = join(w, "server");
	w->peer.wrong_etag = true;
	test_code(download(w, c, &ei), GW_EAUTH, &ei);
	assert_false(file_exists(p));
	w->peer.wrong_etag = false;
	w->peer.too_long = true;
	test_code(download(w, c, &ei), GW_EAUTH, &ei);
	assert_false(file_exists(p));
	w->peer.too_long = false;
	w->file[17]++; /* a byte of the package is another one */
	test_code(download(w, c, &ei), GW_EAUTH, &ei);
	assert_false(file_exists(p));
	w->file[17]--;
	/* a server that is somebody else by now leaves what was fetched */
	assert_int_equal(file_write(p, w->file, 1000, 0600, FILE_NEW, NULL), 0);
	client_free(c);
	w->pinned = false;
	c = join(w, "server");
	test_code(download(w, c, &ei), GW_EAUTH, &ei);
	assert_true(file_exists(p));
	client_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_calls, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_not_believed, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_own_files, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_stall, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_upload, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_upload_odd, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_upload_fails, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_upload_not_now, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_download, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_download_wrong, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
